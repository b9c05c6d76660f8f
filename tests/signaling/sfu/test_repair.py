"""Loss in both directions is mended."""

import random
from collections.abc import Awaitable, Callable

from hearing_server.services.media import GapCause
from signaling.sfu import Sfu, rtcp

from .conftest import Party
from .peer import KEYFRAME, numbers, opus, rtp, vp8

Connect = Callable[[], Awaitable[Party]]


class Kept:
    def __init__(self) -> None:
        self.numbers: list[int] = []

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        self.numbers.append(numbers(packet)[1])

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None: ...

    def on_end(self, cause: GapCause | str) -> None:
        raise AssertionError("nobody ended it")


def nacked(party: Party) -> list[int]:
    return [
        number
        for compound in party.peer.rtcp
        for part in rtcp.parts(compound)
        if (part.kind, part.count) == (rtcp.RTPFB, rtcp.NACK)
        for number in rtcp.nack_sequences(part)
    ]


async def test_a_viewers_loss_is_answered_on_the_rtx_stream(sfu: Sfu, party: Connect) -> None:
    """A NACK brings the packet wrapped, with its own number inside; each again only after a while."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000, 1001))
    consumer = viewer.transport.consume(producer, sfu.rtp_capabilities)
    consumer.resume()
    for index in range(4):
        speaker.peer.send_rtp(rtp(10 + index, 3000 * index, ssrc=1000, payload=KEYFRAME))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 4)
    third = viewer.peer.rtp[2]
    wanted = numbers(third)[1]
    for _ in range(3):
        viewer.peer.send_rtcp(
            rtcp.make_report(1, []) + rtcp.make_nack(1, consumer.ssrc, [wanted, wanted + 500])
        )
    await viewer.peer.settle()
    assert len(viewer.peer.rtp) == 5
    kind, _, stamp, ssrc = numbers(viewer.peer.rtp[4])
    assert (kind, ssrc, stamp) == (102, consumer.rtx_ssrc, numbers(third)[2])
    assert viewer.peer.rtp[4][12:] == wanted.to_bytes(2, "big") + third[12:]


async def test_sound_is_resent_as_it_was(sfu: Sfu, party: Connect) -> None:
    """Where no RTX was negotiated the same packet comes again."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    consumer = viewer.transport.consume(producer, sfu.rtp_capabilities)
    consumer.resume()
    lost: list[bytes] = []
    for index, body in enumerate((b"one", b"two", b"three")):
        viewer.peer.drop = lambda data, outgoing, at=index: at == 1 and not outgoing and (
            lost.append(data) is None
        )  # fmt: skip
        packet = rtp(index, 960 * index, ssrc=2000, payload_type=111, payload=body)
        speaker.peer.send_rtp(packet)
        arrived = viewer.peer.rtp if index != 1 else lost
        await viewer.peer.until(lambda arrived=arrived, index=index: len(arrived) > index // 2)
    first, third = (numbers(packet) for packet in viewer.peer.rtp)
    viewer.peer.send_rtcp(rtcp.make_nack(1, consumer.ssrc, [first[1] + 1 & 0xFFFF]))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 3)
    assert numbers(viewer.peer.rtp[2]) == (100, first[1] + 1 & 0xFFFF, third[2] - 960, first[3])
    assert viewer.peer.rtp[2].endswith(b"two")


async def test_a_flood_of_requests_has_a_limit(sfu: Sfu, party: Connect) -> None:
    """A viewer who asks for everything all the time gets a bounded number of packets."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000, 1001))
    consumer = viewer.transport.consume(producer, sfu.rtp_capabilities)
    consumer.resume()
    for index in range(200):
        speaker.peer.send_rtp(rtp(index, 3000 * index, ssrc=1000, payload=KEYFRAME))
        if index % 50 == 49:
            await speaker.peer.settle()
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 200)
    first = numbers(viewer.peer.rtp[0])[1]
    ask = rtcp.make_nack(1, consumer.ssrc, [first + n & 0xFFFF for n in range(200)])
    for _ in range(20):
        viewer.peer.send_rtcp(ask)
        await viewer.peer.settle()
    assert 0 < len(viewer.peer.rtp) - 200 < 1000


async def test_a_speakers_loss_is_asked_for_and_reaches_everyone_once(
    sfu: Sfu, party: Connect
) -> None:
    """Retransmissions are unwrapped for viewers and sinks, each packet at most once."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000, 1001))
    kept = Kept()
    producer.add_sink(kept)
    viewer.transport.consume(producer, sfu.rtp_capabilities).resume()
    for sequence in (65533, 65534, 1, 2):
        speaker.peer.send_rtp(rtp(sequence, 0, ssrc=1000, payload=KEYFRAME))
    asked = await speaker.peer.until(lambda: nacked(speaker))
    assert asked[:2] == [65535, 0]
    for again, missing in enumerate((65535, 0, 65535)):
        wrapped = rtp(
            again, 0, ssrc=1001, payload_type=97, payload=missing.to_bytes(2, "big") + KEYFRAME
        )
        speaker.peer.send_rtp(wrapped)
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 6)
    await speaker.peer.settle()
    assert kept.numbers == [65533, 65534, 1, 2, 65535, 0]
    seen = [numbers(packet)[1] for packet in viewer.peer.rtp]
    assert [(number - seen[0]) & 0xFFFF for number in seen] == [0, 1, 4, 5, 2, 3]


async def test_padding_on_the_rtx_stream_is_no_packet(sfu: Sfu, party: Connect) -> None:
    """Browsers probe with empty retransmissions."""
    speaker = await party()
    producer = speaker.transport.produce("video", vp8(1000, 1001))
    kept = Kept()
    producer.add_sink(kept)
    speaker.peer.send_rtp(rtp(5, 0, ssrc=1000, payload=KEYFRAME))
    for payload in (b"", b"\x00"):
        speaker.peer.send_rtp(rtp(1, 0, ssrc=1001, payload_type=97, payload=payload))
    await speaker.peer.settle()
    assert kept.numbers == [5]


async def test_a_tenth_lost_each_way_is_mended(sfu: Sfu, party: Connect) -> None:
    """With a seeded tenth of the media lost in both directions the viewer has every packet."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000, 1001))
    consumer = viewer.transport.consume(producer, sfu.rtp_capabilities)
    consumer.resume()
    chance = random.Random(7)
    history: dict[int, bytes] = {}
    rtx = iter(range(1 << 16))

    def answer(compound: bytes) -> None:
        speaker.peer.rtcp.append(compound)
        for part in rtcp.parts(compound):
            if (part.kind, part.count) == (rtcp.RTPFB, rtcp.NACK):
                for number in rtcp.nack_sequences(part):
                    body = number.to_bytes(2, "big") + history[number][12:]
                    speaker.peer.send_rtp(
                        rtp(next(rtx), 0, ssrc=1001, payload_type=97, payload=body)
                    )

    def lossy(data: bytes, outgoing: bool) -> bool:
        media = 127 < data[0] < 192 and not 192 <= data[1] <= 223
        return media and chance.random() < 0.1

    speaker.peer.on_rtcp = answer
    speaker.peer.send_rtp(rtp(0, 0, ssrc=1000, payload=KEYFRAME))
    await viewer.peer.until(lambda: viewer.peer.rtp)
    base = numbers(viewer.peer.rtp[0])[1]
    speaker.peer.drop = viewer.peer.drop = lossy
    got: set[int] = {0}

    def take(packet: bytes) -> None:
        kind, sequence, _, _ = numbers(packet)
        original = sequence if kind == 101 else int.from_bytes(packet[12:14], "big")
        got.add((original - base) & 0xFFFF)

    viewer.peer.on_rtp = take
    total = 180
    for sequence in range(1, total):
        history[sequence] = rtp(sequence, 900 * sequence, ssrc=1000, payload=b"\x10\x01d")
        speaker.peer.send_rtp(history[sequence])
        if sequence % 20 == 0:
            await speaker.peer.settle()
    tail = total
    for _ in range(60):
        missing = sorted(set(range(total)) - got)
        if not missing:
            break
        history[tail] = rtp(tail, 900 * tail, ssrc=1000, payload=b"\x10\x01d")
        speaker.peer.send_rtp(history[tail])
        tail += 1
        wanted = [base + number & 0xFFFF for number in missing[:100]]
        viewer.peer.send_rtcp(rtcp.make_nack(1, consumer.ssrc, wanted))
        before = len(got)
        try:
            await viewer.peer.until(lambda before=before: len(got) > before, timeout=0.1)
        except TimeoutError:
            continue
    assert set(range(total)) <= got
