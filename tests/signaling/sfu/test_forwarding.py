"""Packets reach exactly those who consume them, numbered without a break."""

import time
from collections.abc import Awaitable, Callable

from hearing_server.services.media import PacketSink
from signaling.sfu import Consumer, Producer, Sfu, rtcp

from .conftest import Party
from .peer import DELTA, KEYFRAME, numbers, opus, rtp, vp8
from .tcp_peer import TcpPeer

Connect = Callable[[], Awaitable[Party]]


async def flowing(viewer: Party, speaker: Party, producer: Producer, sfu: Sfu) -> Consumer:
    """A consumer that has been let in by a key frame, whose packet the viewer already has."""
    consumer = viewer.transport.consume(producer, sfu.rtp_capabilities)
    consumer.resume()
    return consumer


async def test_a_packet_reaches_each_consumer_once_and_nobody_else(
    sfu: Sfu, party: Connect
) -> None:
    """Two viewers get each packet under their own SSRC; a third who did not consume gets none."""
    speaker, first, second, stranger = [await party() for _ in range(4)]
    producer = speaker.transport.produce("video", vp8(1000))
    consumers = [await flowing(each, speaker, producer, sfu) for each in (first, second)]
    for index in range(5):
        payload = KEYFRAME if index == 0 else DELTA
        speaker.peer.send_rtp(rtp(100 + index, 3000 * index, ssrc=1000, payload=payload))
    for viewer, consumer in zip((first, second), consumers, strict=True):
        await viewer.peer.until(lambda viewer=viewer: len(viewer.peer.rtp) == 5)
        seen = [numbers(packet) for packet in viewer.peer.rtp]
        assert {(kind, ssrc) for kind, _, _, ssrc in seen} == {(101, consumer.ssrc)}
        assert [(sequence - seen[0][1]) & 0xFFFF for _, sequence, _, _ in seen] == [0, 1, 2, 3, 4]
        assert [(stamp - seen[0][2]) & 0xFFFFFFFF for _, _, stamp, _ in seen] == [
            0, 3000, 6000, 9000, 12000,
        ]  # fmt: skip
        assert viewer.peer.rtp[0].endswith(KEYFRAME)
    await stranger.peer.settle()
    assert stranger.peer.rtp == [] == speaker.peer.rtp


async def test_nothing_passes_before_the_viewer_resumes(sfu: Sfu, party: Connect) -> None:
    """A new consumer is paused."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    consumer = viewer.transport.consume(producer, sfu.rtp_capabilities)
    speaker.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111))
    await speaker.peer.settle()
    await viewer.peer.settle()
    assert consumer.paused
    assert viewer.peer.rtp == []


async def test_video_begins_with_a_key_frame_which_is_asked_for(sfu: Sfu, party: Connect) -> None:
    """A resumed viewer gets no picture he cannot decode; the speaker gets a PLI."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000))
    await flowing(viewer, speaker, producer, sfu)
    compound = await speaker.peer.until(
        lambda: next((c for c in speaker.peer.rtcp if kinds(c)[-1] == (rtcp.PSFB, rtcp.PLI)), None)
    )
    assert kinds(compound)[0][0] == rtcp.RR  # RFC 3550: a compound begins with a report
    speaker.peer.send_rtp(rtp(1, 0, ssrc=1000, payload=DELTA))
    speaker.peer.send_rtp(rtp(2, 3000, ssrc=1000, payload=KEYFRAME))
    speaker.peer.send_rtp(rtp(3, 6000, ssrc=1000, payload=DELTA))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 2)
    assert viewer.peer.rtp[0].endswith(KEYFRAME)


async def test_a_viewer_who_is_ready_before_the_line_costs_one_request(
    sfu: Sfu, party: Connect
) -> None:
    """No key frame is asked for that could not be delivered: the first picture needs no second one."""
    speaker, viewer = await party(), Party(sfu)
    producer = speaker.transport.produce("video", vp8(1000))
    await speaker.peer.settle()
    speaker.peer.rtcp.clear()
    await flowing(viewer, speaker, producer, sfu)
    await speaker.peer.settle()
    assert not [c for c in speaker.peer.rtcp if (rtcp.PSFB, rtcp.PLI) in kinds(c)]
    await viewer.connect()
    await speaker.peer.until(
        lambda: sum((rtcp.PSFB, rtcp.PLI) in kinds(c) for c in speaker.peer.rtcp) == 1
    )
    speaker.peer.send_rtp(rtp(1, 0, ssrc=1000, payload=KEYFRAME))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 1)
    await viewer.peer.close()


async def test_requests_for_key_frames_are_joined(sfu: Sfu, party: Connect) -> None:
    """Ten PLIs of a viewer within a moment are two at most for the speaker."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000))
    consumer = await flowing(viewer, speaker, producer, sfu)
    for _ in range(10):
        viewer.peer.send_rtcp(rtcp.make_report(1, []) + rtcp.make_pli(1, consumer.ssrc))
    await viewer.peer.settle()
    await speaker.peer.settle()
    asked = [c for c in speaker.peer.rtcp if (rtcp.PSFB, rtcp.PLI) in kinds(c)]
    assert len(asked) == 1
    await speaker.peer.until(
        lambda: sum((rtcp.PSFB, rtcp.PLI) in kinds(c) for c in speaker.peer.rtcp) == 2
    )


async def test_a_key_frame_is_asked_for_until_it_comes(sfu: Sfu, party: Connect) -> None:
    """A speaker who does not hear the first requests is asked again, and no more once all see."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000))
    await flowing(viewer, speaker, producer, sfu)

    def requests() -> int:
        return sum((rtcp.PSFB, rtcp.PLI) in kinds(c) for c in speaker.peer.rtcp)

    await speaker.peer.until(lambda: requests() == 3)
    speaker.peer.send_rtp(rtp(1, 0, ssrc=1000, payload=KEYFRAME))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 1)
    reports = len(speaker.peer.rtcp)
    await speaker.peer.until(lambda: len(speaker.peer.rtcp) >= reports + 2)  # two seconds or so
    assert requests() == 3


async def test_a_pause_leaves_no_hole_in_the_numbers(sfu: Sfu, party: Connect) -> None:
    """After a pause the next packet has the next sequence number and a later timestamp."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    consumer = await flowing(viewer, speaker, producer, sfu)
    for index in range(3):
        speaker.peer.send_rtp(rtp(65534 + index, 960 * index, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 3)
    consumer.pause()
    for index in range(3, 9):
        speaker.peer.send_rtp(rtp(65534 + index, 960 * index, ssrc=2000, payload_type=111))
    await speaker.peer.settle()
    consumer.resume()
    speaker.peer.send_rtp(rtp(65534 + 9, 960 * 9, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 4)
    seen = [numbers(packet) for packet in viewer.peer.rtp]
    assert (seen[3][1] - seen[2][1]) & 0xFFFF == 1
    assert 0 < (seen[3][2] - seen[2][2]) & 0xFFFFFFFF < 48000


async def test_a_packet_from_before_the_resume_is_not_sent_late(sfu: Sfu, party: Connect) -> None:
    """A straggler that belongs to the pause would break the continued numbers, so it is left out."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    await flowing(viewer, speaker, producer, sfu)
    for sequence in (10, 12, 9, 11):
        speaker.peer.send_rtp(rtp(sequence, 960 * sequence, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 3)
    first = numbers(viewer.peer.rtp[0])[1]
    assert [(numbers(p)[1] - first) & 0xFFFF for p in viewer.peer.rtp] == [0, 2, 1]


async def test_header_extensions_become_the_routers(sfu: Sfu, party: Connect) -> None:
    """Level and send time get the router's ids, the send time is fresh, mid becomes padding."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    await flowing(viewer, speaker, producer, sfu)
    elements = bytes((0x10, 0x80 | 37, 0x22, 1, 2, 3, 0x51, 0x61, 0x62))
    speaker.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111, extensions=elements))
    await viewer.peer.until(lambda: viewer.peer.rtp)
    sent = viewer.peer.rtp[0][16:28]
    assert sent[:2] == bytes((0xA0, 0x80 | 37))
    assert sent[2] == 0x42
    assert sent[3:6] != bytes((1, 2, 3))
    assert sent[6:9] == bytes(3)
    assert producer.level == 37


async def test_the_cname_is_one_for_both_tracks_of_a_party(sfu: Sfu, party: Connect) -> None:
    """Browsers keep lips in step only between tracks of the same canonical name."""
    speaker, viewer = await party(), await party()
    picture = speaker.transport.produce("video", vp8(1000))
    sound = speaker.transport.produce("audio", opus(2000))
    names = {
        viewer.transport.consume(each, sfu.rtp_capabilities).rtp_parameters["rtcp"]["cname"]  # type: ignore[index]
        for each in (picture, sound)
    }
    assert len(names) == 1


async def test_sender_reports_carry_the_speakers_clock(sfu: Sfu, party: Connect) -> None:
    """A viewer's sender report names the same instant in the consumer's timestamps."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    consumer = await flowing(viewer, speaker, producer, sfu)
    speaker.peer.send_rtp(rtp(1, 50_000, ssrc=2000, payload_type=111))
    ntp = 0xE0000000 << 32
    told = rtcp.SenderInfo(ssrc=2000, ntp=ntp, rtp=50_000, packets=1, octets=10)
    speaker.peer.send_rtcp(rtcp.make_report(2000, [], told))
    await viewer.peer.until(lambda: viewer.peer.rtp and viewer.peer.rtcp)
    compound = viewer.peer.rtcp[-1]
    info = rtcp.sender_info(next(rtcp.parts(compound)))
    assert info is not None
    assert info.ssrc == consumer.ssrc
    elapsed = (info.ntp - ntp) / (1 << 32)
    ticks = (info.rtp - numbers(viewer.peer.rtp[0])[2]) & 0xFFFFFFFF
    assert 0 <= elapsed < 3
    assert abs(ticks - elapsed * 48000) < 48
    assert kinds(compound)[1] == (rtcp.SDES, 1)
    assert consumer.cname.encode() in compound


async def test_the_speaker_is_told_what_arrives_and_how_much_he_may_send(
    sfu: Sfu, party: Connect
) -> None:
    """A receiver report with loss, and a REMB of the cap."""
    speaker = await party()
    speaker.transport.produce("video", vp8(1000))
    for sequence in (1, 2, 3, 4, 6, 7, 8, 10):
        speaker.peer.send_rtp(rtp(sequence, 3000 * sequence, ssrc=1000))
    found = await speaker.peer.until(
        lambda: [b for c in speaker.peer.rtcp for p in rtcp.parts(c) for b in rtcp.report_blocks(p)]
    )
    assert found[0].ssrc == 1000
    assert found[0].highest & 0xFFFF == 10
    limits = [
        rate for c in speaker.peer.rtcp for p in rtcp.parts(c) if (rate := rtcp.remb(p)) is not None
    ]
    assert 1_490_000 < limits[0] <= 1_500_000


async def test_round_trip_and_loss_come_from_the_viewers_reports(sfu: Sfu, party: Connect) -> None:
    """Last sender report and the delay since give the round trip; the fraction gives the loss."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    consumer = await flowing(viewer, speaker, producer, sfu)
    speaker.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111))
    told = rtcp.SenderInfo(ssrc=2000, ntp=5 << 32, rtp=0, packets=1, octets=10)
    speaker.peer.send_rtcp(rtcp.make_report(2000, [], told))
    await viewer.peer.until(lambda: viewer.peer.rtcp)
    info = rtcp.sender_info(next(rtcp.parts(viewer.peer.rtcp[-1])))
    assert info is not None
    block = rtcp.ReportBlock(
        ssrc=consumer.ssrc, fraction=64, lost=1, highest=1, jitter=480,
        last_sr=info.ntp >> 16 & 0xFFFFFFFF, delay=0,
    )  # fmt: skip
    viewer.peer.send_rtcp(rtcp.make_report(7, [block]))
    await viewer.peer.settle()
    stats = viewer.transport.stats()
    assert stats.rtt_ms is not None
    assert 0 <= stats.rtt_ms < 1000
    assert stats.loss_down == 0.25
    assert stats.jitter_ms == 10.0


class Broken:
    """A sink that raises on every packet."""

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        raise RuntimeError("broken sink")

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None:
        raise RuntimeError("broken sink")

    def on_end(self, cause: str) -> None:
        raise RuntimeError("broken sink")


class Kept:
    def __init__(self) -> None:
        self.packets: list[tuple[bytes, float]] = []
        self.reports: list[tuple[int, int]] = []

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        self.packets.append((packet, received_at))

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None:
        self.reports.append((ntp, rtp))

    def on_end(self, cause: str) -> None:
        raise AssertionError("nobody ended it")


async def test_a_broken_sink_stops_nobody(sfu: Sfu, party: Connect) -> None:
    """Viewers and other sinks get every packet although one sink raises; the errors are counted."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    await flowing(viewer, speaker, producer, sfu)
    kept, broken = Kept(), Broken()
    sinks: tuple[PacketSink, ...] = (broken, kept)
    for sink in sinks:
        producer.add_sink(sink)
    before = time.monotonic()
    for sequence in range(3):
        speaker.peer.send_rtp(rtp(sequence, 960 * sequence, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 3)
    assert producer.stream.sink_errors == 3
    assert [numbers(p)[1] for p, _ in kept.packets] == [0, 1, 2]
    assert all(before <= at <= time.monotonic() for _, at in kept.packets)
    told = rtcp.SenderInfo(ssrc=2000, ntp=5 << 32, rtp=960, packets=3, octets=10)
    speaker.peer.send_rtcp(rtcp.make_report(2000, [], told))
    speaker.peer.send_rtp(rtp(3, 2880, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 4)
    assert kept.reports == [(5 << 32, 960)]
    producer.remove_sink(kept)
    speaker.peer.send_rtp(rtp(4, 3840, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 5)
    assert len(kept.packets) == 4


async def test_a_stream_without_signalled_ssrc_is_known_by_its_mid(
    sfu: Sfu, party: Connect
) -> None:
    """The first authentic packet with the producer's mid binds its SSRC; others stay unknown."""
    speaker, viewer = await party(), await party()
    parameters = vp8(0, mid="cam")
    parameters["encodings"] = [{}]
    producer = speaker.transport.produce("video", parameters)
    await flowing(viewer, speaker, producer, sfu)
    named = bytes((0x42,)) + b"cam"
    speaker.peer.send_rtp(rtp(1, 0, ssrc=77, payload=KEYFRAME))
    speaker.peer.send_rtp(rtp(1, 0, ssrc=78, payload=KEYFRAME, extensions=named))
    speaker.peer.send_rtp(rtp(2, 3000, ssrc=78, payload=DELTA))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 2)
    assert producer.stream.ssrc == 78


async def test_a_closed_producer_takes_its_consumers_along(sfu: Sfu, party: Connect) -> None:
    """Who produces hears of it once, and no packet passes afterwards."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    consumer = await flowing(viewer, speaker, producer, sfu)
    heard: list[str] = []
    producer.on_close(lambda: heard.append("producer"))
    producer.close()
    producer.close()
    assert heard == ["producer"]
    assert consumer.closed
    assert not viewer.transport.consumers
    speaker.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111))
    await speaker.peer.settle()
    await viewer.peer.settle()
    assert viewer.peer.rtp == []


async def test_media_passes_over_tcp(sfu: Sfu, party: Connect) -> None:
    """A viewer behind a firewall that lets only TCP through gets checks, handshake and media."""
    speaker = await party()
    producer = speaker.transport.produce("audio", opus(2000))
    transport = sfu.create_transport(lambda state: None)
    viewer = await TcpPeer.open(transport.parameters())
    await viewer.connect(transport)
    assert transport.path is not None
    assert transport.path.protocol == "tcp"
    transport.consume(producer, sfu.rtp_capabilities).resume()
    speaker.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111, payload=b"x" * 1000))
    await viewer.until(lambda: viewer.rtp)
    assert viewer.rtp[0].endswith(b"x" * 1000)
    await viewer.close()


def kinds(compound: bytes) -> list[tuple[int, int]]:
    return [(part.kind, part.count) for part in rtcp.parts(compound)]
