"""What `verify` says of a record, whole and attacked: each forgery is a finding with its name."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import get_args

import pytest
from cryptography.hazmat.primitives import serialization

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import RootCause, Source
from hearing_server.domain.log import SERVER, Entry, canonical, leaf_hash
from hearing_server.services.media import GapCause
from recording.record_folder import root_files
from recording.verifying.record import verify_record
from recording.verifying.report import CAUSES, WORDS, Report
from recording.verifying.source import FolderSource
from tests.hearing_server.domain.world import FIVE
from transcript.signing.authority import Authority
from transcript.signing.roots import judge_root

from .records import HearingRecord, copied, signed_root, whole

SEAT = ("judge", Source.CAMERA)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("other") / "keys", b"y", "示范人民法院")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> HearingRecord:
    return whole(tmp_path_factory.mktemp("original") / "recordings", authority)


@pytest.fixture
def home(original: HearingRecord, tmp_path: Path) -> Path:
    """A copy to be attacked."""
    return copied(original, tmp_path / "copy")


def verified(home: Path, *roots: Authority) -> Report:
    given = [one.root.certificate for one in roots]
    return verify_record(FolderSource(home), given, judge_root, UTC)


def found(report: Report, level: str = "error") -> list[str]:
    return [one.code for one in report.findings if one.level == level]


def lines_of(home: Path) -> list[bytes]:
    return (home / "log.jsonl").read_bytes().splitlines(keepends=True)


def write_lines(home: Path, lines: list[bytes]) -> None:
    (home / "log.jsonl").write_bytes(b"".join(lines))


def segments_of(home: Path) -> list[Path]:
    return sorted(home.glob("*/*/*.mkv"))


def test_a_whole_record_holds(home: Path, authority: Authority) -> None:
    """On another machine, under another name: nothing is wrong, each source is told, the pause has its cause."""
    report = verified(home, authority)
    assert found(report) == found(report, "warning") == []
    told = [one.code for one in report.findings]
    assert told[:4] == ["log", "root", "proven", "segments"]
    assert told.count("track") == 10
    gaps = [one for one in report.findings if one.code == "gap"]
    assert {(one.data["cause"], one.data["ended_at"] - one.data["started_at"]) for one in gaps} == {
        ("paused", 61_000)
    }
    assert len(gaps) == 10


def test_without_a_pinned_root_the_folder_s_own_is_named(home: Path, authority: Authority) -> None:
    """With its fingerprint, to be compared; it is no error by itself."""
    report = verified(home)
    assert found(report) == []
    (own,) = [one for one in report.findings if one.code == "root_certificate_found"]
    der = authority.root.certificate.public_bytes(serialization.Encoding.DER)
    assert hashlib.sha256(der).hexdigest().upper() in own.text.replace(":", "")


def test_another_court_s_root_proves_nothing(home: Path, stranger: Authority) -> None:
    """Pinned, it is the only one that counts."""
    report = verified(home, stranger)
    assert found(report) == ["root_untrusted"]
    assert found(report, "warning") == ["root_certificate_other"]


# --- segments


def _change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[700] ^= 1
    path.write_bytes(data)


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


SEGMENT_ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "one byte changed": (_change, "segment_changed"),
    "bytes added": (_grow, "segment_changed"),
    "truncated": (lambda path: os.truncate(path, 500), "segment_truncated"),
    "emptied": (lambda path: os.truncate(path, 0), "segment_truncated"),
    "removed": (Path.unlink, "segment_missing"),
}


@pytest.mark.parametrize("attack", SEGMENT_ATTACKS)
def test_an_attacked_segment_is_named(home: Path, authority: Authority, attack: str) -> None:
    """That one and no other."""
    change, code = SEGMENT_ATTACKS[attack]
    victim = segments_of(home)[7]
    change(victim)
    report = verified(home, authority)
    assert found(report) == [code]
    (finding,) = [one for one in report.findings if one.code == code]
    assert finding.data["name"] == victim.relative_to(home).as_posix()


def test_two_exchanged_segments_are_both_named(home: Path, authority: Authority) -> None:
    """Each says whose content it has."""
    one, other = segments_of(home)[2], segments_of(home)[9]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    report = verified(home, authority)
    assert found(report) == ["segment_exchanged"] * 2
    texts = [f.text for f in report.findings if f.code == "segment_exchanged"]
    assert other.relative_to(home).as_posix() in texts[0]


def test_what_does_not_belong_is_named(home: Path, authority: Authority) -> None:
    """A segment too many is an error; leftovers and strangers are said."""
    source = segments_of(home)[0].parent
    (source / "1790000999000-1.mkv").write_bytes(b"x")
    (source / "1790000999000-2.mkv.part").write_bytes(b"x")
    (source / "notes.txt").write_bytes(b"x")
    report = verified(home, authority)
    assert found(report) == ["segment_extra"]
    assert sorted(found(report, "warning")) == ["leftover", "stranger"]


def test_links_are_not_followed(home: Path, authority: Authority, tmp_path: Path) -> None:
    """Not for a segment, though what it points at is right, nor for a folder."""
    victim = segments_of(home)[0]
    shutil.move(victim, tmp_path / "kept")
    victim.symlink_to(tmp_path / "kept")
    party = segments_of(home)[-1].parent.parent
    shutil.move(party, tmp_path / "party")
    party.symlink_to(tmp_path / "party")
    report = verified(home, authority)
    assert found(report).count("link") == 2
    assert found(report).count("segment_missing") == 1 + 24


def test_a_link_in_the_place_of_the_log_is_no_log(home: Path, authority: Authority) -> None:
    """Whatever it points at."""
    os.rename(home / "log.jsonl", home.parent / "log")
    (home / "log.jsonl").symlink_to(home.parent / "log")
    assert found(verified(home, authority))[0] == "log_missing"


def test_a_fifo_and_strange_names_hold_nothing_up(home: Path, authority: Authority) -> None:
    """A pipe would never end; a name may hold anything but a slash."""
    os.mkfifo(home / "judge" / "camera" / "1-1.mkv")
    (home / "judge" / "\x1b[2J..\n").write_text("x")
    deep = home / "a" / "b" / "c" / "d" / "e"
    deep.mkdir(parents=True)
    report = verified(home, authority)
    assert found(report) == ["name_refused"] * 3
    assert all(line.isprintable() for line in (one.line() for one in report.findings))


# --- the log


def _edit(home: Path, number: int, old: bytes, new: bytes) -> None:
    lines = lines_of(home)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new)
    write_lines(home, lines)


def test_one_byte_of_the_log_is_noticed(home: Path, authority: Authority) -> None:
    """By the signed root."""
    _edit(home, 0, "虚构盗窃案".encode(), "虚构诈骗案".encode())
    assert "log_changed" in found(verified(home, authority))


@pytest.mark.parametrize("line", range(0, 160, 31))
def test_every_bit_counts(home: Path, authority: Authority, line: int) -> None:
    """In the middle of any line."""
    lines = lines_of(home)
    broken = bytearray(lines[line])
    broken[len(broken) // 2] ^= 2
    lines[line] = bytes(broken)
    write_lines(home, lines)
    assert "log_changed" in found(verified(home, authority))


def test_entries_dropped_from_the_end_are_noticed_by_the_newest_root(
    home: Path, authority: Authority
) -> None:
    """As the file beside the log says how far it went."""
    write_lines(home, lines_of(home)[:-3])
    assert "log_cut" in found(verified(home, authority))


def test_the_entry_of_the_newest_root_alone_is_missed_too(home: Path, authority: Authority) -> None:
    """The root is there as a file, and not in the log that it should be in."""
    write_lines(home, lines_of(home)[:-1])
    assert found(verified(home, authority)) == ["root_not_in_log"]


def test_what_is_cut_off_with_all_later_roots_shows_by_what_is_left(
    authority: Authority, tmp_path: Path
) -> None:
    """That cannot be noticed from the folder alone; but the newest root that is left says until when it is
    proven, and an unclosed hearing is said to be one.
    """
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(2)
    first = record.sign()
    record.run(2)
    record.do("judge", cmd.CloseHearing(override="演示"))
    record.sign(RootCause.CLOSED)
    record.save()
    write_lines(record.home, lines_of(record.home)[: first.size + 1])
    for path in (record.home / "roots.d").iterdir():
        if not path.name.startswith(f"{first.size:06}"):
            path.unlink()
    for path in segments_of(record.home):
        if path.relative_to(record.directory).as_posix().encode() not in (
            (record.home / "log.jsonl").read_bytes()
        ):
            path.unlink()
    report = verified(record.home, authority)
    assert found(report) == []
    assert found(report, "warning") == ["not_closed"]
    (proven,) = [one for one in report.findings if one.code == "proven"]
    assert proven.data == {"entries": first.size, "of": first.size + 1}


LOG_ATTACKS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "reordered": (
        lambda lines: [*lines[:50], lines[51], lines[50], *lines[52:]],
        "log_out_of_order",
    ),
    "dropped in the middle": (lambda lines: [*lines[:50], *lines[51:]], "log_out_of_order"),
    "repeated": (lambda lines: [*lines[:50], lines[49], *lines[50:]], "log_out_of_order"),
    "torn": (lambda lines: [*lines[:-1], lines[-1][:-9]], "log_torn"),
    "junk": (lambda lines: [*lines[:60], b"\xff\xfe{\n", *lines[61:]], "log_not_json"),
    "nested": (lambda lines: [*lines[:60], b"[" * 100_000 + b"\n", *lines[61:]], "log_not_json"),
    "no entry": (lambda lines: [*lines[:60], b'{"seq":61}\n', *lines[61:]], "log_not_json"),
    "empty": (lambda lines: [], "log_empty"),
}


@pytest.mark.parametrize("attack", LOG_ATTACKS)
def test_an_attacked_log_is_a_finding(home: Path, authority: Authority, attack: str) -> None:
    """With its number, and never a crash."""
    change, code = LOG_ATTACKS[attack]
    write_lines(home, change(lines_of(home)))
    assert code in found(verified(home, authority))


def test_a_line_of_a_gigabyte_is_not_read(home: Path, authority: Authority) -> None:
    """Sparse, without an end; what stands before it is still told."""
    os.truncate(home / "log.jsonl", 1 << 30)
    report = verified(home, authority)
    assert "log_line_too_long" in found(report)
    assert "segments" in found(report, "ok")


def test_an_entry_hidden_behind_its_hash_is_noticed(home: Path, authority: Authority) -> None:
    """The tree still holds; but only the court may mask."""
    lines = lines_of(home)
    number = next(n for n, line in enumerate(lines) if b"hearing_paused" in line)
    leaf = leaf_hash(lines[number][:-1]).hex()
    lines[number] = json.dumps({"seq": number + 1, "leaf": leaf}).encode() + b"\n"
    write_lines(home, lines)
    report = verified(home, authority)
    assert "entry_hidden" in found(report)
    assert "log_changed" not in found(report)


def test_a_hole_hidden_by_editing_the_gap_is_noticed(authority: Authority, tmp_path: Path) -> None:
    """The gap's times, or its cause, are the log's; a changed one is a changed log."""
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(2)
    start = record.now
    record.run(3, without=[SEAT])
    record.gap(*SEAT, start, record.now, "disk")
    record.run(2)
    record.do("judge", cmd.CloseHearing(override="演示"))
    record.sign(RootCause.CLOSED)
    record.save()
    report = verified(record.home, authority)
    assert found(report) == []
    (gap,) = [one for one in report.findings if one.code == "gap"]
    assert (gap.data["cause"], gap.data["ended_at"] - gap.data["started_at"]) == ("disk", 30_000)
    number = next(n for n, line in enumerate(lines_of(record.home)) if b"gap_found" in line)
    _edit(record.home, number, b'"disk"', b'"network"')
    assert "log_changed" in found(verified(record.home, authority))


# --- roots


def forged(home: Path, signed: ev.RootSigned, hearing: str = "h1") -> None:
    """In the log and beside it."""
    lines = lines_of(home)
    entry = Entry(hearing="h1", seq=len(lines) + 1, at=2_000_000_000_000, by=SERVER, event=signed)
    write_lines(home, [*lines, canonical(entry) + b"\n"])
    for name, data in root_files(hearing, json.loads(canonical(entry))["event"]):
        (home / "roots.d" / name).write_bytes(data)


def leaves_of(home: Path) -> list[bytes]:
    return [leaf_hash(line[:-1]) for line in lines_of(home)]


def test_a_root_forged_with_another_key_is_not_the_court_s(
    home: Path, authority: Authority, stranger: Authority
) -> None:
    """Though it bears the court's name and signs the right tree."""
    forged(home, signed_root(leaves_of(home), "h1", RootCause.LATER, 1_790_000_000_000, stranger))
    report = verified(home, authority)
    assert set(found(report)) == {"root_untrusted"}
    assert "not_proven_after" in found(report, "warning")


def test_a_changed_log_with_roots_signed_anew_by_a_stranger(
    home: Path, authority: Authority, stranger: Authority
) -> None:
    """A consistent forgery from end to end: the pinned root tells; without one, the fingerprint must."""
    lines = lines_of(home)[:-1]
    lines[0] = lines[0].replace("虚构盗窃案".encode(), "虚构诈骗案".encode())
    write_lines(home, lines)
    shutil.rmtree(home / "roots.d")
    (home / "roots.d").mkdir()
    forged(home, signed_root(leaves_of(home), "h1", RootCause.CLOSED, 1_790_000_000_000, stranger))
    pem = stranger.root.certificate.public_bytes(serialization.Encoding.PEM)
    (home / "court.pem").write_bytes(pem)
    assert "root_untrusted" in found(verified(home, authority))
    alone = verified(home)
    assert "root_certificate_found" in found(alone, "warning")


@pytest.mark.parametrize("where", ["log", "files"])
def test_another_hearing_s_root_is_known(home: Path, authority: Authority, where: str) -> None:
    """The court's own, and of the same tree: it names the hearing it is of."""
    other = signed_root(leaves_of(home), "h2", RootCause.LATER, 1_790_000_000_000, authority)
    if where == "log":
        forged(home, other)
        assert "root_unsigned" in found(verified(home, authority))
        return
    fact = {"type": "root_signed", **{k: getattr(other, k) for k in other.__dataclass_fields__}}
    for name, data in root_files("h2", fact):
        (home / "roots.d" / name).write_bytes(data)
    assert found(verified(home, authority)) == ["root_of_another_hearing"]


def test_a_bit_of_a_signed_root_is_noticed(home: Path, authority: Authority) -> None:
    """In the file of its signature, of its statement, of its certificate and of its timestamp."""
    for path in sorted((home / "roots.d").iterdir()):
        kept = path.read_bytes()
        broken = bytearray(kept)
        broken[len(broken) // 2] ^= 1
        path.write_bytes(broken)
        assert found(verified(home, authority)), path.name
        path.write_bytes(kept)
    assert found(verified(home, authority)) == []


def test_a_log_without_any_root_proves_nothing(home: Path, authority: Authority) -> None:
    """Neither in it nor beside it."""
    write_lines(home, lines_of(home)[:-1])
    shutil.rmtree(home / "roots.d")
    assert found(verified(home, authority)) == ["root_missing"]


def test_a_root_cannot_be_over_itself(home: Path, authority: Authority) -> None:
    """Nor over what comes after it."""
    leaves = leaves_of(home)
    forged(home, signed_root([*leaves, leaves[0]], "h1", RootCause.LATER, 1, authority))
    assert "root_ahead" in found(verified(home, authority))


@pytest.mark.parametrize("size", [-5, 0, 2**60, 2**70])
def test_absurd_sizes_are_findings(home: Path, authority: Authority, size: int) -> None:
    """A number that no statement holds is signed by nobody."""
    number = len(lines_of(home)) - 1
    _edit(home, number, b'"size":161', f'"size":{size}'.encode())
    assert found(verified(home, authority))


def test_a_deletion_that_is_not_signed_excuses_nothing(home: Path, authority: Authority) -> None:
    """Anybody could have written it; one under a signed root is by order."""
    lines = lines_of(home)
    event = ev.RecordingDeleted(segments=120, size=1)
    entry = Entry(hearing="h1", seq=len(lines) + 1, at=2_000_000_000_000, by=SERVER, event=event)
    write_lines(home, [*lines, canonical(entry) + b"\n"])
    for path in segments_of(home):
        path.unlink()
    assert found(verified(home, authority)) == ["segment_missing"] * 120
    forged(home, signed_root(leaves_of(home), "h1", RootCause.LATER, 1_790_000_000_000, authority))
    report = verified(home, authority)
    assert found(report) == []
    (deleted,) = [one for one in report.findings if one.code == "segments_deleted"]
    assert deleted.data == {"segments": 120}


def test_without_a_timestamp_it_is_said(authority: Authority, tmp_path: Path) -> None:
    """The signature holds; when it was made is only claimed."""
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(1)
    record.sign(stamp=False)
    record.save()
    report = verified(record.home, authority)
    assert found(report) == []
    assert "timestamp_missing" in found(report, "warning")


# --- time


def opened(tmp_path: Path, authority: Authority) -> HearingRecord:
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(2)
    return record


def closed(record: HearingRecord, authority: Authority) -> Report:
    record.do("judge", cmd.CloseHearing(override="演示"))
    record.sign(RootCause.CLOSED)
    record.save()
    return verified(record.home, authority)


def test_a_hole_without_a_cause_is_found(tmp_path: Path, authority: Authority) -> None:
    """Which source, when and how long."""
    record = opened(tmp_path, authority)
    start = record.now
    record.run(2, without=[SEAT])
    record.run(2)
    report = closed(record, authority)
    assert found(report) == ["hole"]
    (hole,) = [one for one in report.findings if one.code == "hole"]
    assert (hole.data["party"], hole.data["source"]) == SEAT
    assert (hole.data["started_at"], hole.data["ended_at"]) == (start, start + 20_000)


@pytest.mark.parametrize(
    ("begin", "end", "cause"),
    [
        (("judge", cmd.Mute(party="counsel")), ("judge", cmd.Unmute(party="counsel")), "muted"),
        (
            ("counsel", cmd.StopSource(source=Source.MICROPHONE)),
            ("counsel", cmd.StartSource(source=Source.MICROPHONE)),
            "device",
        ),
        (("judge", cmd.BeginDeliberation()), ("judge", cmd.EndDeliberation()), "deliberation"),
    ],
)
def test_what_was_not_to_be_recorded_has_its_reason(
    tmp_path: Path,
    authority: Authority,
    begin: tuple[str, cmd.Command],
    end: tuple[str, cmd.Command],
    cause: str,
) -> None:
    """Told from the course of the hearing, also where the recorder names no gap."""
    record = opened(tmp_path, authority)
    record.do(*begin)
    tracks = record.tracks if cause == "deliberation" else [("counsel", Source.MICROPHONE)]
    record.run(3, without=tracks)
    record.do(*end)
    record.run(2)
    report = closed(record, authority)
    assert found(report) == []
    gaps = [one.data for one in report.findings if one.code == "gap"]
    assert {one["cause"] for one in gaps} == {cause}
    assert {(one["party"], one["source"]) for one in gaps} == {(p, str(s)) for p, s in tracks}


@pytest.mark.parametrize("step", [3_600_000, -1_800_000])
def test_a_stepped_clock_is_named_and_bends_no_time(
    tmp_path: Path, authority: Authority, step: int
) -> None:
    """No hole appears where the server's clock was moved, and none is hidden."""
    record = opened(tmp_path, authority)
    record.step_clock(step)
    record.run(6)
    report = closed(record, authority)
    assert "hole" not in found(report)
    if step > 0:
        (stepped,) = [one for one in report.findings if one.code == "clock_step"]
        assert abs(stepped.data["offset"] - step) < 5000
        (track,) = {one.data["recorded_ms"] for one in report.findings if one.code == "track"}
        assert track == 80_000
    else:
        assert "log_time_backwards" in found(report)


def test_a_killed_server_s_hole_is_the_server_s(tmp_path: Path, authority: Authority) -> None:
    """It lasts until the next start, which enters that everybody had gone; nobody sends again."""
    record = opened(tmp_path, authority)
    start = record.now
    record.world.now += 40_000
    for party in FIVE:
        left = cmd.Leave(party=party.id, connection=f"c-{party.id}", cause=ev.Departure.SERVER)
        record.world.now -= 1000
        record.do(SERVER, left)
    record.do("judge", cmd.Arrive(connection="again", accepted_as="虚构"))
    report = closed(record, authority)
    assert found(report) == []
    gaps = [one.data for one in report.findings if one.code == "gap"]
    (until,) = {one["ended_at"] for one in gaps if one["started_at"] == start}
    assert until == start + 40_000
    assert {one["cause"] for one in gaps if one["started_at"] == start} == {"server"}


def test_an_open_hearing_is_judged_up_to_now(tmp_path: Path, authority: Authority) -> None:
    """It is said that it is not closed, and what is not yet proven."""
    record = opened(tmp_path, authority)
    record.sign()
    record.run(2)
    record.save()
    report = verified(record.home, authority)
    assert found(report) == []
    assert found(report, "warning") == ["not_proven_after", "not_closed"]


def test_every_code_and_cause_has_words_in_both_languages() -> None:
    """Also every cause that the recorder gives."""
    assert set(get_args(GapCause)) <= set(CAUSES)
    for words in (*WORDS.values(), *CAUSES.values()):
        assert any("\u4e00" <= char <= "\u9fff" for char in words)
        assert any("a" <= char <= "z" for char in words)


def test_the_handbook_s_commands_work_by_hand(home: Path) -> None:
    """Those of docs/verifying.md, as they stand there, with openssl, sha256sum and Python alone."""
    text = (Path(__file__).parents[2] / "docs" / "verifying.md").read_text()
    by_hand = text.partition("## By hand")[2]
    blocks = [part.partition("\n")[2] for part in by_hand.split("```")[1::2]]
    segment = segments_of(home)[0].relative_to(home).as_posix()
    stem = next((home / "roots.d").glob("*.json")).name.removesuffix(".json")
    done = []
    for block in blocks:
        script = block.replace("judge/camera/1795413787000-0.mkv", segment)
        script = script.replace("1795413787000-0.mkv", segment.split("/")[-1])
        script = script.replace("N=000161", f"N={stem}").replace(
            "log.jsonl 161", f"log.jsonl {int(stem)}"
        )
        ran = subprocess.run(["bash", "-e", "-c", script], cwd=home, capture_output=True, text=True)
        assert ran.returncode == 0, (script, ran.stderr)
        done.append(ran.stdout)
    digest = done[0].split()[0]
    assert f'"sha256":"{digest}"' in done[0]
    assert done[1].count("OK") >= 2
    assert ".3" in done[1]
    assert done[2].strip() == json.loads((home / "roots.d" / f"{stem}.json").read_bytes())["root"]


def test_the_handbook_knows_every_finding() -> None:
    """Each code has its row."""
    text = (Path(__file__).parents[2] / "docs" / "verifying.md").read_text()
    assert [code for code in WORDS if f"`{code}`" not in text] == []
