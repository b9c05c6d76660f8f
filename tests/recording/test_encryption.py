"""Segments encrypted at rest: read with the key alone, trimmed and checked without it."""

import io
import os
import signal
import time
from pathlib import Path

import av
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hearing_server.services.media import SegmentClosed, TrackName
from recording import court_key, encryption, matroska
from recording.disk import Disk
from recording.encryption import Keyring, Unreadable, new_hearing_key
from recording.integrity import check_segments
from recording.matroska import Header
from recording.opened import ExportRefused, SegmentFiles, keyring, unsealed
from recording.reading import DecryptedFile, open_segment
from recording.recorder import ProcessRecorder
from recording.segment import SegmentWriter, make_durable

from . import streams
from .exported import party_file
from .reports import Reports, begin, give, play

COURT = X25519PrivateKey.generate()
TRACK = TrackName(hearing="h", party="p", source="camera")
START = 1_764_000_000_123
FRAMES = 30


def written(folder: Path, finish: bool = True, key: X25519PrivateKey = COURT) -> Path:
    """An encrypted segment of thirty pictures, a cluster each 250 ms; or one that was cut off."""
    header = Header(codec="vp8", started_at=START, width=160, height=120, tags={})
    hearing = new_hearing_key(key.public_key(), "h")
    writer = SegmentWriter([Disk(folder)], TRACK, header, True, lambda disk, error: None, hearing)
    for index, frame in enumerate(streams.encode_video("vp8", FRAMES)):
        writer.add(START + index * 33, START + index * 33 + 33, frame, not frame[0] & 1)
    if finish:
        return folder / make_durable(writer.finish()).closed.name
    writer.flush()
    return folder / (writer.name + ".part")


def shown(file: io.IOBase) -> list[int]:
    with av.open(file, format="matroska") as source:
        return [streams.read_number(frame) for frame in source.decode(video=0)]


def test_with_the_key_it_is_the_same_matroska(tmp_path):
    """Every picture, and the duration that is patched in at the end."""
    path = written(tmp_path)
    assert path.name.endswith(".mkv.enc")
    with open_segment(path, Keyring(COURT)) as file:
        assert shown(file) == list(range(FRAMES))
    with open_segment(path, Keyring(COURT)) as file, av.open(file) as source:
        assert source.duration == 990_000
    assert b"matroska" not in path.read_bytes()


def test_any_part_is_read_alone(tmp_path):
    """Seeking gives the bytes that reading from the start gives."""
    path = written(tmp_path)
    whole = DecryptedFile(path, Keyring(COURT)).readall()
    file = open_segment(path, Keyring(COURT))
    for at in (len(whole) - 10, 0, 5000, 17, len(whole) // 2):
        file.seek(at)
        assert file.read(64) == whole[at : at + 64]
    assert file.seek(0, io.SEEK_END) == len(whole)
    assert file.read(1) == b""


@pytest.mark.parametrize(
    ("keys", "code"),
    [(Keyring(), "no_key"), (Keyring(X25519PrivateKey.generate()), "wrong_key")],
)
def test_without_the_right_key_it_says_so(keys, code, tmp_path):
    """By name, and nothing is shown."""
    with pytest.raises(Unreadable) as caught:
        DecryptedFile(written(tmp_path), keys)
    assert caught.value.code == code


def test_one_changed_byte_anywhere_is_found(tmp_path):
    """In the head, a chunk's head, its bytes, its tag: never other pictures, always a named error."""
    path = written(tmp_path)
    good = path.read_bytes()
    for at in [*range(0, 700, 7), *range(700, len(good), 101), len(good) - 1]:
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x40]) + good[at + 1 :])
        with pytest.raises(Unreadable) as caught:
            DecryptedFile(path, Keyring(COURT)).readall()
        assert caught.value.code in ("changed", "wrong_key", "not_encrypted", "truncated")


def test_who_mends_the_checksums_is_still_found_out(tmp_path):
    """The CRC is for crashes; the seal is for people. Times in a chunk's head are under it too."""
    path = written(tmp_path)
    data = bytearray(path.read_bytes())
    _, _, at = encryption.read_head(bytes(data))
    chunk = encryption.chunks(bytes(data), at)[0][2]
    fields = list(encryption.CHUNK.unpack_from(data, chunk.start - encryption.CHUNK.size))
    fields[3] += 1  # when its last frame is
    head = encryption.CHUNK.pack(*fields)[:-4]
    crc = encryption.check_value(head, bytes(data[chunk.start : chunk.end]))
    data[chunk.start - encryption.CHUNK.size : chunk.start] = head + crc.to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        DecryptedFile(path, Keyring(COURT)).readall()
    assert caught.value.code == "changed"


def test_no_two_chunks_share_key_and_nonce(tmp_path):
    """Each file has a salt, so a key, of its own; in it the numbers rise."""
    files = [written(tmp_path / name).read_bytes() for name in "abc"]
    heads = [encryption.read_head(data)[0] for data in files]
    assert len({head.salt for head in heads}) == 3
    data = files[0]
    found, _ = encryption.chunks(data, encryption.read_head(data)[2])
    assert [chunk.number for chunk in found] == list(range(len(found)))


def test_a_cut_file_is_trimmed_without_a_key(tmp_path):
    """At every place, to the last whole chunk; and what is left is read with the key."""
    path = written(tmp_path, finish=False)
    data = path.read_bytes()
    found, _ = encryption.chunks(data, encryption.read_head(data)[2])
    for cut in range(0, len(data) + 1, 97):
        whole = [chunk for chunk in found if chunk.end <= cut and chunk.kind == encryption.CLUSTER]
        contents = encryption.trim(data[:cut])
        if not whole:
            assert contents is None
            continue
        assert (contents.size, contents.started_at) == (whole[-1].end, START)
        assert contents.frames == sum(chunk.frames for chunk in whole)
        path.write_bytes(data[: contents.size])
        file = DecryptedFile(path, Keyring(COURT))
        plain = matroska.trim(file.readall())
        assert not file.complete
        assert (plain.frames, plain.last_at) == (contents.frames, contents.last_at)
        assert plain.interval == contents.interval


def judge(segments: list[SegmentClosed]) -> list[SegmentClosed]:
    return [segment for segment in segments if segment.track.party == "judge"]


@pytest.mark.fault
async def test_a_killed_worker_loses_as_little_as_without(tmp_path):
    """kill -9: the file is adopted without any key; a new worker has a new one; export reads both."""
    reports, folder = Reports(), tmp_path / "rec"
    recorder = ProcessRecorder(folder, reports, key=COURT.public_key())
    await recorder.start()
    sink = begin(recorder, "vp8", "camera")
    packets = streams.video_packets("vp8", streams.encode_video("vp8", 150, key_every=10))
    begun = time.monotonic()
    await play(sink, packets[: len(packets) // 2], begun)
    os.kill(recorder.worker_pid, signal.SIGKILL)
    await play(sink, packets[len(packets) // 2 :], begun)
    sink.on_end("closed")
    await recorder.flush("h1")
    await recorder.close()
    assert any(segment.recovered for segment in reports.segments)
    assert check_segments([folder], reports.segments) == []
    numbers = []
    for segment in reports.segments:
        with open_segment(folder / segment.name, Keyring(COURT)) as file:
            numbers += shown(file)
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 120
    keys = Keyring(COURT)
    output = tmp_path / "judge.mkv"
    opened = keyring(unsealed([folder], reports.segments, keys))
    result = party_file(SegmentFiles([folder], opened), judge(reports.segments), output)
    assert result.tracks == ["camera vp8"]
    assert shown(output.open("rb")) == numbers
    assert len(keys.opened) == 2


async def test_an_export_without_the_key_is_refused_by_name(tmp_path):
    """And no file is made."""
    reports, folder = Reports(), tmp_path / "rec"
    recorder = ProcessRecorder(folder, reports, key=COURT.public_key())
    await recorder.start()
    sink = begin(recorder, "opus", "microphone")
    give(sink, streams.sound_packets(streams.encode_sound(1.0)), time.monotonic() - 1)
    sink.on_end("closed")
    await recorder.flush("h1")
    await recorder.close()
    with pytest.raises(ExportRefused) as caught:
        party_file(SegmentFiles([folder]), judge(reports.segments), tmp_path / "judge.mkv")
    assert caught.value.code == "no_key"
    assert not (tmp_path / "judge.mkv").exists()


def test_a_key_pair_is_made_once_and_opens_with_its_passphrase(tmp_path):
    """The private file is encrypted, readable to its owner alone, and never written over."""
    file = tmp_path / "court.pem"
    public = court_key.new_pair(file, "correct horse battery")
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in file.read_bytes()
    private = court_key.load_private(file, "correct horse battery")
    ours = court_key.load_public(public)
    assert private.public_key().public_bytes_raw() == ours.public_bytes_raw()
    for passphrase in ("wrong horse battery", ""):
        with pytest.raises(court_key.BadKey):
            court_key.load_private(file, passphrase)
    with pytest.raises(court_key.BadKey):
        court_key.new_pair(file, "correct horse battery")
    with pytest.raises(court_key.BadKey):
        court_key.new_pair(tmp_path / "other.pem", "short")
    with pytest.raises(court_key.BadKey):
        court_key.load_public(file)
