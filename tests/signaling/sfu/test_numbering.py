"""A sender that numbers its packets anew (RFC 3550, A.1): what SRTP lets through reaches everybody."""

from collections.abc import Awaitable, Callable

from hearing_server.services.media import PacketSink
from signaling.sfu import Sfu

from .conftest import Party
from .peer import DELTA, KEYFRAME, numbers, opus, rtp, vp8

Connect = Callable[[], Awaitable[Party]]


class Kept(PacketSink):
    def __init__(self) -> None:
        self.sequences: list[int] = []

    def on_rtp(self, packet: bytes, received_at: float) -> None:
        self.sequences.append(numbers(packet)[1])

    def on_sender_report(self, ntp: int, rtp: int, received_at: float) -> None: ...

    def on_end(self, cause: str) -> None:
        raise AssertionError("nobody ended it")


def shown(viewer: Party) -> list[int]:
    """The viewer's numbers, from 0 on."""
    seen = [numbers(packet)[1] for packet in viewer.peer.rtp]
    return [(sequence - seen[0]) & 0xFFFF for sequence in seen]


async def test_sound_numbered_anew_loses_nothing(sfu: Sfu, party: Connect) -> None:
    """The numbers are over half the circle behind; for the viewer they go on, for the recorder they are
    what they were, and the speaker is told of no loss."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    viewer.transport.consume(producer, sfu.rtp_capabilities).resume()
    kept = Kept()
    producer.add_sink(kept)
    sent = [*range(100, 110), *range(40_000, 40_010)]
    for index, sequence in enumerate(sent):
        speaker.peer.send_rtp(rtp(sequence, 960 * index, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == len(sent))
    assert shown(viewer) == list(range(len(sent)))
    assert kept.sequences == sent
    stream = producer.stream
    told = stream.reception.report(
        2000, highest=stream.highest, received=stream.primary, octets=0, jitter=0, now=0.0
    )
    assert (told.fraction, told.lost) == (0, 0)


async def test_a_camera_numbered_anew_goes_on_with_a_key_frame(sfu: Sfu, party: Connect) -> None:
    """The viewer is given none of what it cannot decode."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("video", vp8(1000))
    viewer.transport.consume(producer, sfu.rtp_capabilities).resume()
    kept = Kept()
    producer.add_sink(kept)
    sent = [
        *((100 + n, KEYFRAME if n == 0 else DELTA) for n in range(5)),
        *((40_000 + n, KEYFRAME if n == 3 else DELTA) for n in range(6)),
    ]
    for index, (sequence, payload) in enumerate(sent):
        speaker.peer.send_rtp(rtp(sequence, 3000 * index, ssrc=1000, payload=payload))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 8)
    assert shown(viewer) == list(range(8))
    assert viewer.peer.rtp[5].endswith(KEYFRAME)
    assert kept.sequences == [sequence for sequence, _ in sent]


async def test_one_stray_number_changes_nothing(sfu: Sfu, party: Connect) -> None:
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    viewer.transport.consume(producer, sfu.rtp_capabilities).resume()
    kept = Kept()
    producer.add_sink(kept)
    for index, sequence in enumerate([100, 101, 40_000, 102, 103]):
        speaker.peer.send_rtp(rtp(sequence, 960 * index, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 4)
    assert shown(viewer) == [0, 1, 2, 3]
    assert kept.sequences == [100, 101, 102, 103]
