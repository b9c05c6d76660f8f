"""What an upload really is: told by a real child process over real files, honest and hostile."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hearing_server.adapters.examining import examine, limits
from hearing_server.adapters.examining.examine import ChildExaminer
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.exhibits import Examined

from . import files


async def look(data: bytes, tmp_path: Path, **options: float) -> Examined:
    path = tmp_path / "uploaded"
    path.write_bytes(data)
    return await ChildExaminer(**options).examine(path)


HONEST: dict[str, tuple[Callable[[Path], bytes], str, int]] = {
    "pdf": (lambda _: files.pdf(3), "application/pdf", 3),
    "jpeg": (lambda _: files.picture("JPEG"), "image/jpeg", 1),
    "progressive": (lambda _: files.picture("JPEG", (1200, 900)), "image/jpeg", 1),
    "png": (lambda _: files.picture("PNG"), "image/png", 1),
    "webp": (lambda _: files.picture("WEBP"), "image/webp", 1),
    "gif": (lambda _: files.moving_gif(), "image/gif", 1),
    "heic": (lambda _: files.HEIC, "image/heic", 1),
    "mp4": (lambda p: files.film(p / "f"), "video/mp4", 0),
    "mov": (lambda p: files.film(p / "f", kind="mov"), "video/mp4", 0),
    "webm": (lambda p: files.film(p / "f", kind="webm", codec="libvpx"), "video/webm", 0),
    "mkv": (lambda p: files.film(p / "f", kind="matroska", codec="libvpx"), "video/webm", 0),
    "mp3": (lambda p: files.song(p / "f"), "audio/mpeg", 0),
    "wav": (lambda p: files.song(p / "f", kind="wav", codec="pcm_s16le"), "audio/wav", 0),
    "ogg": (lambda p: files.song(p / "f", kind="ogg", codec="libopus"), "audio/ogg", 0),
    "m4a": (lambda p: files.song(p / "f", kind="ipod", codec="aac"), "audio/mp4", 0),
    "flac": (lambda p: files.song(p / "f", kind="flac", codec="flac"), "audio/flac", 0),
}


@pytest.mark.parametrize("name", HONEST)
async def test_what_a_court_is_shown_is_taken(name: str, tmp_path: Path) -> None:
    make, media_type, pages = HONEST[name]
    found = await look(make(tmp_path), tmp_path)
    assert (found.media_type, found.pages) == (media_type, pages)


def _truncated_film(path: Path) -> bytes:
    """The index is whole and promises four seconds; the second half is gone."""
    whole = files.film(path / "f", seconds=20)
    return whole[: len(whole) // 2]


def _indexless_film(path: Path) -> bytes:
    whole = files.film(path / "f", faststart=False)
    return whole[: len(whole) - 600]


HOSTILE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "nothing": (lambda _: b"", "empty"),
    "web page": (lambda _: files.HTML, "unknown_type"),
    "drawing that runs": (lambda _: files.SVG, "unknown_type"),
    "list of files": (lambda _: files.PLAYLIST, "unknown_type"),
    "archive": (lambda _: files.archive(), "unknown_type"),
    "program": (lambda _: b"MZ" + bytes(4000), "unknown_type"),
    "noise": (lambda _: os.urandom(5000), "unknown_type"),
    "torn pdf": (lambda _: files.pdf()[:300], "damaged"),
    "pdf of noise": (lambda _: b"%PDF-1.7\n" + bytes(9000) + b"\n%%EOF", "damaged"),
    "locked pdf": (lambda _: files.encrypted_pdf(), "encrypted"),
    "pdf with a script": (lambda _: files.pdf_with_script(), "active JavaScript"),
    "pdf that starts a program": (lambda _: files.pdf_with_action("/Launch"), "active Launch"),
    "pdf that sends a form": (lambda _: files.pdf_with_action("/SubmitForm"), "active SubmitForm"),
    "pdf bomb": (lambda _: files.pdf_bomb(), "bomb"),
    "pdf bomb, packed twice": (lambda _: files.pdf_bomb(2), "bomb"),
    "pdf with a giant picture": (lambda _: files.pdf_with_giant_picture(), "too_many_pixels"),
    "pdf and archive": (lambda _: files.pdf() + files.archive(), "two_in_one"),
    "web page and pdf": (lambda _: files.HTML + files.pdf(), "two_in_one"),
    "gif and archive": (lambda _: files.moving_gif() + files.archive(), "two_in_one"),
    "heic and archive": (lambda _: files.HEIC + files.archive(), "two_in_one"),
    "torn heic": (lambda _: files.HEIC[:430], "damaged"),
    "torn gif": (lambda _: files.moving_gif()[:60], "damaged"),
    "mkv that browsers do not play": (
        lambda p: files.film(p / "f", kind="matroska", codec="h264"),
        "unplayable h264",
    ),
    "png and archive": (lambda _: files.picture("PNG") + files.archive(), "two_in_one"),
    "jpeg and web page": (lambda _: files.picture("JPEG") + files.HTML, "two_in_one"),
    "jpeg and pdf": (lambda _: files.picture("JPEG", (8, 8)) + files.pdf(), "two_in_one"),
    "billion pixels": (lambda _: files.giant_png(), "too_many_pixels 40000x40000"),
    "png that promises": (lambda _: files.lying_png(), "damaged"),
    "torn jpeg": (lambda _: files.picture("JPEG", (900, 900))[:9000], "damaged"),
    "torn png": (lambda _: files.picture("PNG")[:5000], "damaged"),
    "torn film": (_truncated_film, "damaged"),
    "film without index": (_indexless_film, "damaged"),
    "film of zeros": (lambda _: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(9000), "damaged"),
    "film that browsers do not play": (
        lambda p: files.film(p / "f", codec="mpeg4"),
        "unplayable mpeg4",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_not_what_it_seems_is_refused_with_the_reason(
    name: str, tmp_path: Path
) -> None:
    make, reason = HOSTILE[name]
    with pytest.raises(Refused) as caught:
        await look(make(tmp_path), tmp_path)
    assert caught.value.code is Code.BAD_FILE
    assert caught.value.detail.startswith(reason), caught.value.detail


async def test_attachments_are_taken_and_named(tmp_path: Path) -> None:
    found = await look(files.pdf_with_attachment(), tmp_path)
    assert found.notes == ("attachments",)


async def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """And the next file has its turn."""
    path = tmp_path / "uploaded"
    path.write_bytes(files.pdf())
    examiner = ChildExaminer(within=0.01)
    with pytest.raises(Refused, match="too_heavy"):
        await examiner.examine(path)
    examiner._within = 60
    assert (await examiner.examine(path)).pages == 2


async def test_one_at_a_time_and_the_queue_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examine, "WAITING", 3)
    path = tmp_path / "uploaded"
    path.write_bytes(files.pdf())
    examiner = ChildExaminer()
    answers = await asyncio.gather(
        *(examiner.examine(path) for _ in range(5)), return_exceptions=True
    )
    refused = [a for a in answers if isinstance(a, Refused)]
    assert len(refused) == 2
    assert {r.code for r in refused} == {Code.BUSY}


CONFINED = """
import json, resource, signal, socket, sys
from hearing_server.adapters.examining import limits
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
cut_off = limits.confine()
def tried(step):
    try:
        step()
        return "done"
    except (OSError, MemoryError) as error:
        return type(error).__name__
print(json.dumps({
    "memory": tried(lambda: bytearray(3 << 30)),
    "file": tried(lambda: open(sys.argv[1], "wb", buffering=0).write(b"x")),
    "network": cut_off and tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2)),
    "processor": resource.getrlimit(resource.RLIMIT_CPU)[0],
}))
"""


async def test_the_child_has_no_memory_to_spare_and_nowhere_to_go(tmp_path: Path) -> None:
    """What limits.confine takes away is away; the network where the kernel allows it."""
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CONFINED, str(tmp_path / "written"), str(port)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await child.communicate()
    server.close()
    found = json.loads(said)
    assert found["memory"] == "MemoryError"
    assert found["file"] == "OSError"
    assert found["network"] in (False, "OSError")
    assert found["processor"] == limits.CPU
