"""`hearing-server export`, as a process: what it makes, says and answers; it changes nothing but the trail."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from hearing_server.adapters.audit_store import SqlAudit
from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER
from tests.hearing_server.domain.world import in_session
from tests.recording import streams
from tests.recording.footage import Archive, filmed, heard

pytestmark = pytest.mark.timeout(300)


@dataclass
class Court:
    data: Path
    opened: int
    segments: list[str]


def film(archive: Archive, opened: int) -> None:
    """The judge's camera and microphone."""
    frames = streams.encode_video("vp8", 180, size=(320, 180))
    archive.keep("judge", "camera", "vp8", filmed(frames, opened))
    archive.keep("judge", "microphone", "opus", heard(streams.encode_sound(6.0), opened))


@pytest.fixture
def court(tmp_path: Path) -> Court:
    return held(tmp_path, film)


def held(tmp_path: Path, filmed_by: Callable[[Archive, int], None]) -> Court:
    """A hearing of six seconds on disk, with one line."""
    world = in_session()
    archive = Archive(tmp_path / "data" / "recordings")
    opened = world.now
    filmed_by(archive, opened)
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.now = opened + 5_000
    for one in archive.segments:
        fact = ev.SegmentRecorded(
            party=one.track.party, source=one.track.source, name=one.name, codec=one.codec,
            sha256=one.sha256, size=one.size, frames=one.frames, started_at=one.started_at,
            ended_at=one.ended_at, recovered=False, clean=one.clean,
        )  # fmt: skip
        world.now = opened + 5_000
        world.do(SERVER, cmd.EnterRecording(event=fact))
    world.do("judge", cmd.CloseHearing(override="测试"))

    async def keep() -> None:
        store = SqlStore(Database(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'hearings.sqlite3'}"))
        await store.database.start()
        await store.append("h1", 0, world.entries)
        await store.database.close()

    asyncio.run(keep())
    return Court(tmp_path / "data", opened, [one.name for one in archive.segments])


def export(court: Court, *arguments: str) -> "subprocess.CompletedProcess[str]":
    asked = [
        sys.executable,
        "-m",
        "hearing_server",
        "export",
        "--data",
        str(court.data),
        *arguments,
    ]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=250)


def files(folder: Path) -> dict[str, bytes]:
    """All but the database, which holds the audit trail."""
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("hearings.sqlite3")
    }


def trail(court: Court) -> list[tuple[str, str, str]]:
    async def read() -> list[tuple[str, str, str]]:
        database = Database(f"sqlite+aiosqlite:///{court.data / 'hearings.sqlite3'}")
        rows = [one.row for one in await SqlAudit(database).after(0, 100)]
        await database.close()
        return [(row.action, row.subject, row.detail.partition(": ")[0]) for row in rows]

    return asyncio.run(read())


def test_each_export_stands_in_the_audit_trail(court: Court, tmp_path: Path) -> None:
    """Also the court's own copy, which says so; what makes no sense, and the list, do not."""
    captions = ("h1", "--kind", "captions", "--output")
    assert export(court, *captions, str(tmp_path / "one.vtt")).returncode == 0
    assert export(court, *captions, str(tmp_path / "own.vtt"), "--own-copy").returncode == 0
    assert export(court, *captions, str(tmp_path / "own.vtt")).returncode == 2
    assert export(court).returncode == 0
    assert trail(court) == [
        ("export", "h1", "export captions"),
        ("export", "h1", "export captions, with what is sealed"),
    ]


def test_a_composite_is_made_and_nothing_is_changed(court: Court, tmp_path: Path) -> None:
    """By the case number; plain lines of progress where there is no terminal."""
    before = files(court.data)
    ended = export(court, "（2026）川0104刑初123号", "--output", str(tmp_path / "out.mp4"))
    assert ended.returncode == 0, ended.stderr
    assert str(tmp_path / "out.mp4") in ended.stdout
    assert "100 %" in ended.stderr
    assert "\r" not in ended.stderr
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert [stream.codec_context.name for stream in list(film.streams)[:2]] == ["h264", "aac"]
    assert files(court.data) == before
    assert not (tmp_path / "out.mp4.work").exists()


def test_a_part_of_one_partys_tracks(court: Court, tmp_path: Path) -> None:
    """By role, from a time on, into a folder under a name of its own."""
    start = export(
        court, "h1", "--kind", "party", "--party", "presiding_judge", "--output", str(tmp_path)
    )
    assert start.returncode == 0, start.stderr
    (made,) = tmp_path.glob("party-*.mkv")
    with av.open(str(made)) as film:
        numbers = [streams.read_number(frame) for frame in film.decode(video=0)]
    assert numbers == list(range(180))


def test_nobody_else_is_in_one_partys_tracks(tmp_path: Path) -> None:
    """From a time at which two cameras go on from pictures before it: each from its own."""

    def both(archive: Archive, opened: int) -> None:
        for party, first, later in (("judge", 0, 0), ("counsel", 500, 400)):
            frames = streams.encode_video("vp8", 180, 1000, (320, 180), first)
            taken = filmed(frames, opened + later, 1000)
            archive.keep(party, "camera", "vp8", taken[:90])
            (second,) = archive.keep(party, "camera", "vp8", taken[90:])
            archive.segments[-1] = replace(second, clean=False)

    court = held(tmp_path, both)
    since = datetime.fromtimestamp((court.opened + 4_000) / 1000, UTC).isoformat()
    wish = ("--kind", "party", "--party", "presiding_judge", "--from", since)
    ended = export(court, "h1", *wish, "--output", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    (made,) = tmp_path.glob("party-*.mkv")
    with av.open(str(made)) as source:
        numbers = [streams.read_number(frame) for frame in source.decode(video=0)]
    assert numbers == list(range(180))


def test_a_data_folder_alone_lists_its_hearings(court: Court) -> None:
    asked = [sys.executable, "-m", "hearing_server", "export", str(court.data)]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.split()[0]) == (0, "h1")


def test_damage_is_named_and_has_its_exit_code(court: Court, tmp_path: Path) -> None:
    """3: it was made, but not of everything; a party's tracks are refused with 1."""
    name = next(name for name in court.segments if "camera" in name)
    path = court.data / "recordings" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    ended = export(court, "h1", "--output", str(tmp_path / "out.mp4"))
    assert ended.returncode == 3, ended.stderr
    assert f"damaged: {name}" in ended.stderr
    ended = export(court, "h1", "--kind", "party", "--party", "judge", "--output", str(tmp_path))
    assert ended.returncode == 1
    assert f"segment_changed: {name}" in ended.stderr
    assert list(tmp_path.glob("party*")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["h1", "--kind", "party"], "--party"),
        (["h1", "--party", "judge"], "--party"),
        (["h1", "--kind", "party", "--party", "nobody"], "nobody"),
        (["h1", "--from", "25:00"], "25:00"),
        (["h1", "--from", "10:00", "--to", "09:00"], "--to"),
        (["h1", "--output", "/no/such/folder/x.mp4"], "/no/such/folder"),
        (["--data", "/no/such/data"], "there is no database"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(
    court: Court, arguments: list[str], said: str
) -> None:
    ended = export(court, *arguments)
    assert ended.returncode == 2, ended.stderr
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_an_unknown_hearing_lists_those_there_are(court: Court) -> None:
    ended = export(court, "nothing")
    assert (ended.returncode, "h1" in ended.stdout) == (2, True)


def test_a_bar_on_a_terminal(court: Court, tmp_path: Path) -> None:
    """Drawn over itself, up to a hundred."""
    ours, theirs = os.openpty()
    asked = [sys.executable, "-m", "hearing_server", "export", "--data", str(court.data), "h1"]
    process = subprocess.Popen(
        [*asked, "--kind", "captions", "--output", str(tmp_path / "o.vtt")],
        stderr=theirs, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while process.poll() is None or seen[-1:] != b"\n":
        try:
            seen += os.read(ours, 4096)
        except OSError:
            break
    os.close(ours)
    assert process.wait() == 0
    assert "█".encode() in seen
    assert b"100 %" in seen
    assert "现在开庭。" in (tmp_path / "o.vtt").read_text()
