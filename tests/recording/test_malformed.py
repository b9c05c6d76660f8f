"""What comes and cannot be read: a gap of its own cause, counted, and no flood of gaps."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from hearing_server.services.media import Codec, GapCause, TrackName
from recording.gaps import GapLedger
from recording.recorder import ProcessRecorder
from recording.track import Track

from . import streams
from .reports import Reports, begin, play
from .streams import Packet
from .test_track import BEGIN, WALL, Desk, opened, record

NO_SUCH_OPUS = b"\x03\x00"  # no frames at all (RFC 6716, 3.2.5)
ODD_PAIR = b"\xf9" + bytes(81)  # two frames of one size, in an odd number of bytes


def sound(bad: bytes, every: int = 1, good: int = 0, seconds: float = 4.0) -> list[Packet]:
    """Of so many packets all but the first `good` are bad."""
    frames = [
        frame if index % every < good else bad
        for index, frame in enumerate(streams.encode_sound(seconds))
    ]
    return streams.sound_packets(tuple(frames))


def pictures(codec: Codec, spoilt: range, of: int = 30) -> list[Packet]:
    """Three seconds; of so many pictures those numbers have a first byte that fits nothing."""
    packets = streams.video_packets(codec, streams.encode_video(codec, 90, key_every=of))
    nonsense = b"\x00" if codec == "vp8" else b"\x1f"
    return [
        Packet(p.data[:12] + nonsense + p.data[13:], p.at)
        if round(p.at * streams.FPS) % of in spoilt
        else p
        for p in packets
    ]


@pytest.mark.parametrize("bad", [NO_SUCH_OPUS, ODD_PAIR])
def test_sound_that_no_decoder_takes_is_a_gap(bad: bytes, tmp_path: Path):
    desk = Desk(tmp_path)
    track = record(desk, "opus", sound(bad), 4.0, "microphone")
    assert desk.segments == []
    assert desk.gaps == [(0, 4000, "malformed")]
    assert track.malformed == 200


def test_what_is_bad_among_good_sound_is_named(tmp_path: Path):
    """Half a second of every second: three gaps, and the last one at the end."""
    desk = Desk(tmp_path)
    record(desk, "opus", sound(NO_SUCH_OPUS, every=50, good=25), 4.0, "microphone")
    assert desk.gaps == [(at, at + 500, "malformed") for at in (500, 1500, 2500, 3500)]
    assert sum(segment.frames for segment in desk.segments) == 100


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_pictures_that_cannot_be_read_take_all_up_to_the_next_key_frame(codec, tmp_path: Path):
    desk = Desk(tmp_path)
    record(desk, codec, pictures(codec, range(15, 16)), 3.0, "camera")
    assert [cause for *_, cause in desk.gaps] == ["malformed"] * 3
    assert all(abs(end - start - 500) < 40 for start, end, _ in desk.gaps)
    assert desk.asked


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_picture_that_ends_in_the_packet_after_it_keeps_its_place(codec, tmp_path: Path):
    """Without marker bits a picture is handed out with the next one's first packet; if that is the bad
    one, the gap is after it."""
    desk = Desk(tmp_path)
    packets = pictures(codec, range(15, 16))
    unmarked = [Packet(p.data[:1] + bytes([p.data[1] & 0x7F]) + p.data[2:], p.at) for p in packets]
    record(desk, codec, unmarked, 3.0, "camera")
    assert [cause for *_, cause in desk.gaps] == ["malformed"] * 3
    assert sum(segment.frames for segment in desk.segments) == 45


def test_a_header_that_says_more_than_there_is(tmp_path: Path):
    """Half of each picture's packets claim an extension beyond their end: nothing of it is believed."""
    desk = Desk(tmp_path)
    packets = streams.video_packets("vp8", streams.encode_video("vp8", 60), mtu=100)
    cut = [
        Packet(b"\x90" + p.data[1:12] + b"\xbe\xde\xff\xff" + p.data[12:], p.at) if n % 2 else p
        for n, p in enumerate(packets)
    ]
    track = record(desk, "vp8", cut, 2.0, "camera")
    assert {cause for *_, cause in desk.gaps} == {"malformed"}
    assert track.malformed == len(packets) // 2


def test_a_hostile_sender_floods_no_log(tmp_path: Path):
    """Each third packet bad, for a minute: one gap in ten seconds, as for a line with losses."""
    ledger = GapLedger(TrackName(hearing="h", party="p", source="microphone"))
    gaps = []
    for at in range(0, 60_000, 20):
        if at % 60 == 40:
            ledger.lost("malformed" if at % 120 else "network")
        else:
            gaps += ledger.frame(at, at + 20)
    gaps += ledger.end(60_000, 0)
    assert 6 <= len(gaps) <= 7
    assert {gap.cause for gap in gaps} <= {"malformed", "network"}
    assert all(gap.ended_at - gap.started_at <= 10_000 for gap in gaps)


def test_a_merged_gap_is_named_by_what_took_more_of_it():
    ledger = GapLedger(TrackName(hearing="h", party="p", source="microphone"))
    for at, cause in ((0, None), (40, "network"), (200, "malformed"), (260, None)):
        if cause:
            ledger.lost(cause)
        ledger.frame(at, at + 20)
    (gap,) = ledger.end(280, 0)
    assert (gap.started_at, gap.ended_at, gap.cause) == (20, 200, "malformed")


def test_what_comes_after_a_mute_is_not_muted(tmp_path: Path):
    """The mute lasts up to the first packet; that nothing of what follows can be read is another gap."""
    desk = Desk(tmp_path)
    before = int(WALL + BEGIN * 1000) - 5000
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, (before, "muted"))
    for packet in sound(NO_SUCH_OPUS):
        track.packet(packet.data, BEGIN + packet.at)
    track.end(BEGIN + 4.0)
    assert desk.gaps == [(-5000, 0, "muted"), (0, 4000, "malformed")]


@pytest.mark.parametrize("cause", ["server", "disk", "overrun"])
def test_the_court_s_fault_ends_where_the_sender_is_heard_again(cause: GapCause, tmp_path: Path):
    """Nothing that can be read comes before the third second; up to the first packet it was the court."""
    desk = Desk(tmp_path)
    before = int(WALL + BEGIN * 1000) - 1500
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, (before, cause))
    good = streams.sound_packets(streams.encode_sound(4.0))
    for bad, packet in zip(sound(NO_SUCH_OPUS), good, strict=True):
        track.packet((bad if bad.at < 3 else packet).data, BEGIN + packet.at)
    track.end(BEGIN + 4.0)
    assert desk.gaps == [(-1500, 0, cause), (0, 3000, "malformed")]


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_a_camera_after_a_crash_waits_by_the_court_s_fault_until_it_sends_nonsense(codec, tmp_path):
    """Its pictures cannot be shown without the key frame that the crash took; that one is nonsense."""
    desk = Desk(tmp_path)
    before = int(WALL + BEGIN * 1000)
    track = Track(1, opened(codec, "camera"), desk.disks, desk, (before, "server"))
    for packet in pictures(codec, range(1), of=60):
        if packet.at > 0.5:
            track.packet(packet.data, BEGIN + packet.at)
    track.end(BEGIN + 3.0)
    (crash, nonsense) = desk.gaps
    assert crash == (0, pytest.approx(2000, abs=40), "server")
    assert nonsense == (crash[1], 3000, "malformed")


def test_turns_of_the_sender_and_the_court_flood_no_log():
    """Of what was left by an earlier worker the sender's part is told once."""
    ledger = GapLedger(TrackName(hearing="h", party="p", source="microphone"))
    ledger.resume(0, "server")
    gaps = []
    for at in range(1000, 60_000, 20):
        gaps += ledger.unreadable(at) if at % 40 else ledger.unkept(at, "server")
    assert [gap.cause for gap in gaps] == ["server"]


def test_health_counts_what_came_since_it_was_asked_last(tmp_path: Path):
    """Padding alone is nothing that came."""
    desk = Desk(tmp_path)
    track = Track(1, opened("opus", "microphone"), desk.disks, desk, None)
    for packet in sound(NO_SUCH_OPUS, every=2, good=1)[:100]:
        track.packet(packet.data, BEGIN + packet.at)
    first = track.health(BEGIN + 2.0)
    assert (first.carrying, first.malformed) == (100, 50)
    padding = bytearray(streams.rtp(b"\0\0\0\4", 65_630, 0, False))
    padding[0] |= 0x20
    padding[1] = 111
    track.packet(bytes(padding), BEGIN + 3.0)
    second = track.health(BEGIN + 3.0)
    assert (second.carrying, second.malformed) == (0, 0)
    assert second.received_at == WALL + BEGIN * 1000 + 3000
    assert second.carried_at == WALL + BEGIN * 1000 + 1980


@pytest.mark.fault
async def test_a_killed_worker_takes_no_blame_for_what_cannot_be_read(tmp_path: Path):
    """kill -9 while one source sends nonsense from the beginning and another since a second."""
    reports = Reports()
    recorder = ProcessRecorder(tmp_path / "rec", reports)
    await recorder.start()
    began = time.monotonic()
    never, since = begin(recorder, "opus", "room"), begin(recorder, "opus", "microphone")
    bad = sound(NO_SUCH_OPUS, seconds=7.0)
    good = streams.sound_packets(streams.encode_sound(7.0))
    half = asyncio.gather(
        play(never, bad, began),
        play(since, [b if b.at >= 1 else g for b, g in zip(bad, good, strict=True)], began),
    )
    await asyncio.sleep(5.5)
    assert recorder.worker_pid
    os.kill(recorder.worker_pid, signal.SIGKILL)
    await half
    for sink in (never, since):
        sink.on_end("closed")
    await recorder.flush("h1")
    await recorder.close()
    named: dict[str, list[tuple[str, int]]] = {}
    for gap in reports.gaps:
        named.setdefault(gap.track.source, []).append((gap.cause, gap.ended_at - gap.started_at))
    assert [cause for cause, _ in named["room"]] == ["malformed"]
    assert named["room"][0][1] == pytest.approx(7000, abs=400)
    assert [cause for cause, _ in named["microphone"]] == ["server", "malformed"]
    assert sum(ms for _, ms in named["microphone"]) == pytest.approx(6000, abs=600)
    assert named["microphone"][1][1] > 500
