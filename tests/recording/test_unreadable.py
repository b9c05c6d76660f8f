"""Files of which a disk does not give all: EIO in the middle of them."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from recording.encryption import Keyring, new_hearing_key
from recording.opened import unsealed
from recording.track import Track

from . import streams
from .test_track import BEGIN, TICK_S, WALL, Desk, opened

READ = """
import sys
from pathlib import Path
from hearing_server.services.media import SegmentClosed, TrackName
from recording import recovery
from recording.disk import Disks
from recording.integrity import locate
from recording.segment import make_durable
"""


def record(folder: Path, key: X25519PrivateKey | None = None, end: bool = True) -> Desk:
    """Eight seconds of a microphone."""
    desk, ticked = Desk(folder), 0.0
    hearing = new_hearing_key(key.public_key(), "h1") if key else None
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, None, None, hearing)
    for packet in streams.sound_packets(streams.encode_sound(8.0)):
        while ticked < packet.at:
            track.tick(BEGIN + ticked)
            ticked += TICK_S
        track.packet(packet.data, BEGIN + packet.at)
    if end:
        track.end(BEGIN + 8.0)
    return desk


def beside(shim: Path, folder: Path, script: str) -> str:
    """What a process says for which the end of each file below `folder` cannot be read."""
    by = folder.with_name("broken")
    by.write_text("read")
    environment = {"LD_PRELOAD": str(shim), "BROKEN_UNDER": str(folder), "BROKEN_BY": str(by)}
    command = [sys.executable, "-c", READ + script]
    said = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout.strip()


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_can_be_read_of_a_left_file_is_adopted(
    encrypted: bool, shim: Path, tmp_path: Path
) -> None:
    """Up to the place that cannot be read, as up to one that was never written; and the process lives."""
    folder = tmp_path / "rec"
    record(folder, X25519PrivateKey.generate() if encrypted else None, end=False)
    (left,) = folder.rglob("*.part")
    assert left.stat().st_size > 60_000
    name = left.relative_to(folder).as_posix()
    said = beside(
        shim,
        folder,
        f"closed = make_durable(recovery.adopt(Disks([Path({str(folder)!r})]), {name!r})).closed\n"
        "print(closed.started_at, closed.ended_at, closed.size)",
    )
    started, ended, size = map(int, said.split())
    assert started == int(WALL + BEGIN * 1000)
    assert 1_000 < ended - started < 3_000
    assert 28_000 < size <= 32_768
    assert [path.stat().st_size for path in folder.rglob("*.mkv*")] == [size]


def test_the_other_directory_is_asked_where_one_cannot_be_read(shim: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    (segment,) = record(one).segments
    record(two)
    said = beside(
        shim,
        one,
        f"import msgspec\nsegment = msgspec.convert({msgspec.to_builtins(segment)!r}, SegmentClosed)\n"
        f"one, two = Path({str(one)!r}), Path({str(two)!r})\n"
        "print(locate([one, two], segment))\nprint(locate([one], segment).problem)",
    )
    assert said.split() == [str(two / segment.name), "unreadable"]


@pytest.mark.parametrize("spoilt", [b"", b"HSENC", b"\xff" * 4096])
def test_the_keys_of_a_spoilt_file_are_found_in_the_other_directory(
    spoilt: bytes, tmp_path: Path
) -> None:
    """An export is given them before anybody knows which of the two files is whole."""
    key = X25519PrivateKey.generate()
    one, two = tmp_path / "one", tmp_path / "two"
    (segment,) = record(two, key).segments
    path = one / segment.name
    path.parent.mkdir(parents=True)
    path.write_bytes(spoilt)
    whole = unsealed([two], [segment], Keyring(key))
    assert len(whole) == 1
    assert unsealed([one, two], [segment], Keyring(key)) == whole
