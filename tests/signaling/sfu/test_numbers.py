"""The arithmetic outside the network: numbers, RTCP, repair, rates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.sfu import keyframe, rtcp
from signaling.sfu import rtp as headers
from signaling.sfu.extensions import Extensions
from signaling.sfu.keyframes import KeyframeLimiter
from signaling.sfu.packetmap import PacketMap
from signaling.sfu.paths import Path, PathChoice
from signaling.sfu.rate import DelayGate, RateCap
from signaling.sfu.repair import FIRST_ASK, MAX_GAP, TRIES, MissingPackets, PacketCache
from signaling.sfu.state import ENDED, TRANSITIONS, TransportState

from .peer import rtp

sequences = st.integers(0, 0xFFFF)
words = st.integers(0, 0xFFFFFFFF)


@given(st.integers(0, 1 << 40), st.integers(-0x8000, 0x7FFF))
def test_the_nearest_extended_number_is_found(highest: int, step: int) -> None:
    """Any step of less than half the 16-bit space is recognised across the wrap."""
    assert headers.newest(highest, (highest + step) & 0xFFFF) == highest + step


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 3000)), min_size=1, max_size=8))
def test_a_consumers_numbers_are_continuous_over_every_pause(
    spans: list[tuple[int, int]],
) -> None:
    """However long the spans and the pauses, the viewer sees one number after the other."""
    mapping = PacketMap(sequence=65000, timestamp=1 << 31)
    number, now, expected, last_ts = 70_000, 10.0, 65000, None
    for length, skipped in spans:
        mapping.begin(number, number * 960 & 0xFFFFFFFF, now=now, clock_rate=48000)
        for _ in range(length):
            assert (number + mapping.sequence_offset) & 0xFFFF == expected & 0xFFFF
            stamp = (number * 960 + mapping.ts_offset) & 0xFFFFFFFF
            if last_ts is not None:
                assert 0 < (stamp - last_ts) & 0xFFFFFFFF < 1 << 31
            assert mapping.original(expected & 0xFFFF, number) == number
            last_ts, number, expected, now = stamp, number + 1, expected + 1, now + 0.02
        mapping.end(number - 1, (number - 1) * 960 & 0xFFFFFFFF, now=now)
        assert mapping.original(expected - 1 & 0xFFFF, number) is None
        number, now = number + skipped, now + skipped * 0.02


def test_a_request_for_a_packet_from_before_the_span_finds_nothing() -> None:
    """What was sent before a pause had other constants and is not resent under the new ones."""
    mapping = PacketMap(sequence=100, timestamp=0)
    mapping.begin(1000, 0, now=0.0, clock_rate=90000)
    mapping.end(1009, 0, now=1.0)
    mapping.begin(2000, 0, now=2.0, clock_rate=90000)
    assert mapping.original(110, 2005) == 2000
    assert mapping.original(109, 2005) is None
    assert mapping.covers(2000)
    assert not mapping.covers(1999)


@given(
    st.binary(min_size=0, max_size=60), words, sequences, words, st.integers(0, 14), st.booleans()
)
def test_a_retransmission_unwraps_to_the_original(
    payload: bytes, ssrc: int, sequence: int, stamp: int, pad: int, marker: bool
) -> None:
    """RFC 4588: wrapping and unwrapping change nothing but what they must."""
    extensions = bytes((0x30 | pad % 15, *range(pad % 15 + 1))) if pad else b""
    original = rtp(
        sequence, stamp, ssrc=ssrc, payload=payload, marker=marker, extensions=extensions
    )
    wrapped = headers.wrap_rtx(
        original, ssrc=5, payload_type=97, sequence=9, original=sequence, ts_offset=0
    )
    assert headers.unwrap_rtx(wrapped, ssrc, 96) == original


@given(st.binary(max_size=80))
def test_header_arithmetic_survives_any_bytes(data: bytes) -> None:
    """No packet raises, whatever its lengths claim."""
    headers.payload(data)
    if len(data) >= 12:
        headers.find_extension(data, 3)
        headers.unwrap_rtx(data, 1, 96)
        for codec in ("vp8", "h264", "opus"):
            keyframe.starts_keyframe(codec, data)
        view = memoryview(bytearray(data + bytes(8)))
        uri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
        Extensions({uri: 2}).rewrite(view, len(data), 5)
        assert bytes(view[len(data) :]) == bytes(8)


@pytest.mark.parametrize(
    ("codec", "payload", "key"),
    [
        ("vp8", b"\x10\x00", True),
        ("vp8", b"\x10\x01", False),
        ("vp8", b"\x00\x00", False),
        ("vp8", b"\x11\x00", False),
        ("vp8", b"\x90\x80\x05\x00", True),
        ("vp8", b"\x90\x80\x85\x01\x00", True),
        ("vp8", b"\x90\xf0\x85\x01\x07\x20\x01", False),
        ("vp8", b"\x90", False),
        ("h264", b"\x67\x42", True),
        ("h264", b"\x78\x00\x05\x67", True),
        ("h264", b"\x78\x00\x05\x41", False),
        ("h264", b"\x41\x9a", False),
        ("h264", b"\x7c\x05", False),
        ("opus", b"\x78", True),
    ],
)
def test_key_frames_are_told_apart(codec: str, payload: bytes, key: bool) -> None:
    """RFC 7741 descriptors of every length, and RFC 6184 parameter sets alone or aggregated."""
    assert keyframe.starts_keyframe(codec, rtp(1, 0, ssrc=1, payload=payload)) is key


@given(st.sets(st.integers(0, 400), min_size=1, max_size=60), sequences)
def test_a_nack_names_what_it_was_made_from(gaps: set[int], start: int) -> None:
    """The pairs of number and mask carry exactly the ascending numbers, across the wrap."""
    wanted = [start + gap & 0xFFFF for gap in sorted(gaps)]
    (part,) = rtcp.parts(rtcp.make_nack(1, 2, wanted))
    assert rtcp.feedback_target(part) == 2
    assert rtcp.nack_sequences(part, 10_000) == wanted


@given(words, st.integers(-0x800000, 0x7FFFFF), st.integers(0, 255), words)
def test_a_report_reads_back(ssrc: int, lost: int, fraction: int, highest: int) -> None:
    """Signed loss and all fields survive, in a compound with a description."""
    block = rtcp.ReportBlock(
        ssrc=ssrc, fraction=fraction, lost=lost, highest=highest, jitter=7, last_sr=8, delay=9
    )
    sender = rtcp.SenderInfo(ssrc=1, ntp=5 << 32 | 6, rtp=7, packets=8, octets=9)
    compound = rtcp.make_report(1, [block], sender) + rtcp.make_sdes(1, "invented")
    report, description = rtcp.parts(compound)
    assert rtcp.report_blocks(report) == [block]
    assert rtcp.sender_info(report) == sender
    assert description.kind == rtcp.SDES
    assert len(compound) % 4 == 0


@given(st.integers(1, 1 << 40))
def test_remb_keeps_eighteen_bits_of_the_rate(bitrate: int) -> None:
    """Mantissa and exponent lose less than one part in 2^17."""
    (part,) = rtcp.parts(rtcp.make_remb(1, bitrate, [5, 6]))
    told = rtcp.remb(part)
    assert told is not None
    assert bitrate * (1 - 2**-17) <= told <= bitrate


@given(st.binary(max_size=200))
def test_any_rtcp_bytes_are_read_without_error(data: bytes) -> None:
    """Reading stops at what does not fit and never raises."""
    for part in rtcp.parts(data):
        rtcp.report_blocks(part)
        rtcp.sender_info(part)
        rtcp.feedback_target(part)
        rtcp.nack_sequences(part)
        rtcp.remb(part)


def test_a_missing_packet_is_asked_for_a_bounded_number_of_times() -> None:
    """Not before it could have changed places, then again and again, then given up."""
    missing = MissingPackets()
    missing.on_gap(10, 13, 0.0)
    assert missing.due(FIRST_ASK / 2) == []
    assert missing.due(FIRST_ASK) == [10, 11, 12]
    missing.on_arrival(11, FIRST_ASK + 0.03)
    assert missing.learned
    asked, now = 1, FIRST_ASK
    while missing:
        now = missing.next_at()
        asked += bool(missing.due(now))
    assert asked == TRIES
    assert missing.given_up


def test_a_long_gap_is_an_interruption() -> None:
    """Hundreds of packets are not asked for one by one."""
    missing = MissingPackets()
    missing.on_gap(0, MAX_GAP + 1, 0.0)
    assert not missing
    assert missing.given_up


def test_the_cache_forgets_what_it_overwrote() -> None:
    """A slot answers only for the number it holds now."""
    cache = PacketCache(4)
    for number in range(6):
        cache.put(number, bytes((number,)))
    assert cache.get(1) is None
    assert cache.get(5) == b"\x05"


def test_a_rate_falls_at_once_and_climbs_slowly() -> None:
    """Congestion lowers it below what flows; the floor and the ceiling hold."""
    cap = RateCap(floor=150_000, ceiling=1_500_000)
    cap.congested(0.5, 1_000_000, 10.0)
    assert cap.bitrate == 500_000
    cap.congested(0.5, 500_000, 10.5)
    assert cap.bitrate == 500_000
    for second in range(11, 30):
        cap.congested(0.5, 100_000, float(second))
    assert cap.bitrate == 150_000
    for second in range(40, 100):
        cap.grow(float(second))
    assert cap.bitrate == 1_500_000


def test_a_queue_on_the_way_is_seen_whatever_the_clocks() -> None:
    """Only a rise above the shortest delay counts, also when abs-send-time wraps at 64 s."""
    gate = DelayGate()
    for second in range(100, 104):
        for step in range(5):
            at = second + step / 5
            gate.add((at - 37.5) % 64, at)
        assert not gate.congested(second + 1.0)
    gate.add((104 - 37.5 - 0.2) % 64, 104.0)
    assert gate.congested(105.0)


def test_key_frame_requests_are_spaced() -> None:
    """Two go out, the third waits, the fourth joins it: never more than two in half a second."""
    limiter = KeyframeLimiter()
    assert limiter.request(1.0) == 0.0
    assert limiter.request(1.12) == 0.0
    assert limiter.request(1.22) == pytest.approx(0.28)
    assert limiter.request(1.3) is None
    limiter.expire(1.5)
    assert limiter.request(1.55) == pytest.approx(0.07)
    limiter.expire(1.62)
    assert limiter.request(2.1) == 0.0


def test_a_spare_key_frame_holds_back_no_viewer() -> None:
    """The recorder asks when nobody has lately; a viewer who comes right after asks at once."""
    limiter = KeyframeLimiter()
    assert limiter.spare(1.0)
    assert limiter.request(1.01) == 0.0
    assert not limiter.spare(1.3)
    assert limiter.request(1.02) == pytest.approx(0.09)
    assert not limiter.spare(1.6)  # one is on its way
    limiter.expire(1.11)
    assert limiter.spare(1.7)


def test_every_transition_is_named() -> None:
    """Each state has its row; ended states lead nowhere; every other can end."""
    assert set(TRANSITIONS) == set(TransportState)
    for state, followers in TRANSITIONS.items():
        assert bool(followers) is (state not in ENDED)
        assert state in ENDED or followers >= ENDED


def test_tcp_does_not_displace_a_living_udp_path() -> None:
    """Firefox nominates every path that works; a dead UDP path gives way."""
    choice = PathChoice()
    owner = object()
    udp = Path(owner, "udp", ("192.0.2.1", 1), None)  # type: ignore[arg-type]
    tcp = Path(owner, "tcp", ("192.0.2.1", 2), None)  # type: ignore[arg-type]
    choice.add(udp)
    choice.add(tcp)
    assert choice.on_check(udp, nominated=True, now=1.0)
    assert not choice.on_check(tcp, nominated=True, now=1.5)
    assert choice.on_check(tcp, nominated=True, now=2.5)
    assert choice.on_check(udp, nominated=True, now=2.6)
    assert choice.remove(udp)
    assert choice.selected is tcp
