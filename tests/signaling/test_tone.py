"""A marker tone sung in a private talk: who is in it hears it; it is in no other sound, and in no recording."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import av
import numpy

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import Source
from hearing_server.services.media import SegmentClosed
from recording.recorder import ProcessRecorder
from signaling.protocol import ConsumerOpened
from tests.hearing_server.domain.world import ADVOCATE, CLERK, DEFENDANT, JUDGE, PROSECUTOR
from tests.recording.reports import Reports

from .courthouse import Attendant, sitting

PEOPLE = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, ADVOCATE)
MARKER, SPEECH = 997.0, 440.0  # Hz: of the talk, and of the courtroom
FRAME = 960  # samples of 20 ms
FRAMES = 50
# Amplitudes of a full scale of 1: one frame of the tone alone is 0.1, what another tone spills is 0.003.
HEARD, SILENCE = 0.1, 0.01


def sung(frequency: float) -> list[bytes]:
    """A second of a tone at half of full scale, as Opus frames."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "mono", "s16"
    times = numpy.arange(FRAME * FRAMES) / 48000
    wave = (numpy.sin(times * frequency * 2 * numpy.pi) * 16384).astype("int16")
    packets = []
    for number in range(FRAMES):
        piece = wave[number * FRAME : (number + 1) * FRAME].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, number * FRAME
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def amplitude(samples: "numpy.ndarray", frequency: float) -> float:
    """How loud one tone is in a sound, wherever in it: the loudest tenth of a second."""
    piece = 4800
    turns = numpy.exp(-2j * numpy.pi * frequency * numpy.arange(piece) / 48000)
    starts = range(0, max(1, len(samples) - piece + 1), piece // 2)
    found = [samples[at : at + piece] for at in starts]
    return max(
        (float(2 * abs(turns[: len(one)] @ one) / piece) for one in found if len(one)), default=0.0
    )


def decoded(payloads: Iterable[bytes]) -> "numpy.ndarray":
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48000, "mono"
    frames = [frame for payload in payloads for frame in decoder.decode(av.Packet(payload))]
    return _samples(frames)


def _samples(frames: Sequence["av.AudioFrame"]) -> "numpy.ndarray":
    plain = av.AudioResampler(format="flt", layout="mono", rate=48000)
    found = [out.to_ndarray().ravel() for frame in frames for out in plain.resample(frame)]
    return numpy.concatenate(found) if found else numpy.zeros(1)


def payload_of(packet: bytes) -> bytes:
    """What an RTP packet carries (RFC 3550, section 5.1)."""
    at = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        at += 4 + 4 * int.from_bytes(packet[at + 2 : at + 4])
    return packet[at:]


def heard_by(attendant: Attendant) -> list["numpy.ndarray"]:
    """The sounds that came out of a browser, one a track."""
    opened = (tell for tell in attendant.told if isinstance(tell, ConsumerOpened))
    sounds = {t.rtp_parameters["encodings"][0]["ssrc"] for t in opened if t.kind == "audio"}
    tracks: defaultdict[int, list[bytes]] = defaultdict(list)
    for packet in attendant.down.rtp:
        if (ssrc := int.from_bytes(packet[8:12])) in sounds:
            tracks[ssrc].append(payload_of(packet))
    attendant.down.rtp.clear()
    return [decoded(payloads) for payloads in tracks.values()]


def loudest(sounds: Iterable["numpy.ndarray"], frequency: float) -> float:
    return max((amplitude(sound, frequency) for sound in sounds), default=0.0)


async def test_a_marker_tone_of_a_talk_is_nowhere_else(tmp_path: Path) -> None:
    """The hearing goes on meanwhile and is heard and recorded, so the ears of this test are good."""
    reports = Reports()
    recorder = ProcessRecorder(tmp_path / "rec", reports)
    await recorder.start()
    async with sitting(*PEOPLE, recorder=recorder) as court:
        await court.arrive(*PEOPLE)
        court.do("clerk", cmd.AdmitAll())
        court.do("judge", cmd.OpenHearing())
        court.do("defendant", cmd.AskConsultation(parties=("advocate",)))
        court.do("advocate", cmd.AcceptConsultation(consultation=1))
        court.do("judge", cmd.PermitConsultation(consultation=1))
        secret, said = sung(MARKER), sung(SPEECH)
        for number in range(FRAMES):
            court.here["defendant"].say(Source.MICROPHONE, secret[number])
            court.here["prosecutor"].say(Source.MICROPHONE, said[number])
            if number == FRAMES - 5:
                court.do("judge", cmd.EndConsultation(consultation=1))  # in the middle of a word
            await asyncio.sleep(0.02)
        await court.settle()
        sounds = {party: heard_by(attendant) for party, attendant in court.here.items()}
        court.do("judge", cmd.CloseHearing())
        await recorder.flush("h1")
    await recorder.close()
    assert loudest(sounds["advocate"], MARKER) > HEARD
    for party in ("judge", "clerk"):
        assert loudest(sounds[party], SPEECH) > HEARD
    for party in ("judge", "clerk", "prosecutor"):
        assert loudest(sounds[party], MARKER) < SILENCE, party
    segments = [report for report in reports.all if isinstance(report, SegmentClosed)]
    kept = [
        _recorded(tmp_path / "rec" / s.name) for s in segments if s.track.source == "microphone"
    ]
    assert loudest(kept, SPEECH) > HEARD
    assert loudest(kept, MARKER) < SILENCE


def _recorded(path: Path) -> "numpy.ndarray":
    with av.open(str(path)) as source:
        return _samples([f for f in source.decode(audio=0) if isinstance(f, av.AudioFrame)])
