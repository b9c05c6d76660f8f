"""What is private stays so in time as well: no packet of a talk comes out after it, and none is recorded."""

import asyncio
import time
from pathlib import Path

import av
import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import Source
from hearing_server.domain.reach import RECORDER
from hearing_server.services.media import RecordingGap, SegmentClosed
from recording.recorder import ProcessRecorder
from tests.hearing_server.domain.world import ADVOCATE, CLERK, DEFENDANT, JUDGE, PROSECUTOR
from tests.recording.reports import Reports

from .courthouse import USUAL, Court, Mark, marks, sitting
from .sfu.peer import DELTA

PEOPLE = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, ADVOCATE)
TALKERS = (DEFENDANT.id, ADVOCATE.id)
# The first bytes of a real VP8 key frame of 640x480, which the recorder looks at.
PICTURE = b"\x10" + bytes((0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01))


async def in_session(court: Court) -> None:
    await court.arrive(*PEOPLE)
    court.do("clerk", cmd.AdmitAll())
    court.do("judge", cmd.OpenHearing())


def begin_talk(court: Court) -> None:
    court.do("defendant", cmd.AskConsultation(parties=("advocate",)))
    court.do("advocate", cmd.AcceptConsultation(consultation=court.world.state.consultations_made))
    court.do("judge", cmd.PermitConsultation(consultation=court.world.state.consultations_made))


def end_talk(court: Court) -> None:
    court.do("judge", cmd.EndConsultation(consultation=court.world.state.consultations_made))


async def speak(court: Court, seconds: float, picture: bytes = PICTURE) -> int:
    """Everybody sends for a while, 50 times a second; the step that the packets are marked with."""
    court.step += 1
    for _ in range(round(seconds * 50)):
        for attendant in court.here.values():
            attendant.speak(court.step, USUAL, picture)
        await asyncio.sleep(0.02)
    await court.settle()
    return court.step


async def test_no_packet_of_a_talk_comes_out_after_it() -> None:
    """They go on speaking while it ends: whoever comes out is muted first, and a picture begins anew."""
    async with sitting(*PEOPLE) as court:
        await in_session(court)
        await court.check()
        begin_talk(court)
        private = await speak(court, 0.1)
        court.step += 1
        for number in range(40):
            for party in TALKERS:
                court.here[party].speak(private, USUAL, DELTA)  # as long as they know of the talk
            if number == 20:
                end_talk(court)
            if number % 5 == 0:
                await asyncio.sleep(0.001)
        await court.settle()
        court.collect()
        for sink, heard in court.heard.items():
            out = {source for party, source, step in heard if step == private and party in TALKERS}
            # The recorder takes pictures up from the next key frame on: the other test looks into it.
            allowed = {Source.CAMERA} if sink == RECORDER else set()
            assert sink in TALKERS or out <= allowed, sink
        public = await speak(court, 0.1)
        heard = court.collect()["prosecutor"]
        assert {s for p, s, step in heard if step == public and p in TALKERS} == {Source.CAMERA}
        for party in TALKERS:
            court.do(party, cmd.Unmute(party=party))
        again = await speak(court, 0.1)
        heard = court.collect()["prosecutor"]
        assert {s for p, s, step in heard if step == again and p in TALKERS} == set(USUAL)


def recorded(folder: Path, segments: list[SegmentClosed]) -> set[Mark]:
    """The marks of all packets in all segments."""
    found: set[Mark] = set()
    for segment in segments:
        with av.open(str(folder / segment.name)) as source:
            found |= marks(bytes(packet) for packet in source.demux() if packet.size)
        assert marks([(folder / segment.name).read_bytes()]) <= found
    return found


@pytest.fixture
def reports() -> Reports:
    return Reports()


async def test_what_is_private_is_in_no_recording(tmp_path: Path, reports: Reports) -> None:
    """A real recorder: a talk, a deliberation and an identity check are gaps with their cause and time."""
    recorder = ProcessRecorder(tmp_path / "rec", reports)
    await recorder.start()
    spans: dict[str, tuple[float, float]] = {}
    async with sitting(*PEOPLE, recorder=recorder) as court:
        await in_session(court)
        public = [await speak(court, 0.8)]
        private = []
        for cause, begin, end in (
            ("consultation", lambda: begin_talk(court), lambda: end_talk(court)),
            (
                "deliberation",
                lambda: court.do("judge", cmd.BeginDeliberation()),
                lambda: court.do("judge", cmd.EndDeliberation()),
            ),
            (
                "dismissed",
                lambda: court.do("judge", cmd.Dismiss(party="prosecutor")),
                lambda: court.do("judge", cmd.Call(party="prosecutor")),
            ),
        ):
            began = time.time()
            begin()
            step = await speak(court, 0.8)
            private.append((cause, step))
            for party in TALKERS if cause == "consultation" else ():
                court.here[party].speak(step, USUAL, DELTA)  # on its way while the talk ends
            end()
            spans[cause] = (began * 1000, time.time() * 1000)
            await court.settle()
            for party in TALKERS if cause == "consultation" else ():
                court.do(party, cmd.Unmute(party=party))
            public.append(await speak(court, 0.8))
        court.do("judge", cmd.CloseHearing())
        await recorder.flush("h1")
    await recorder.close()
    segments = [r for r in reports.all if isinstance(r, SegmentClosed)]
    kept = recorded(tmp_path / "rec", segments)
    everybody = {party.id for party in PEOPLE}
    silent = {"consultation": set(TALKERS), "deliberation": everybody, "dismissed": {"prosecutor"}}
    for cause, step in private:
        assert {p for p, _, s in kept if s == step} == everybody - silent[cause], cause
    for step in public:
        assert {p for p, _, s in kept if s == step} == everybody
    gaps = [r for r in reports.all if isinstance(r, RecordingGap) and r.cause in silent]
    for cause, parties in silent.items():
        mine = [gap for gap in gaps if gap.cause == cause]
        assert {(g.track.party, g.track.source) for g in mine} == {
            (party, source) for party in parties for source in USUAL
        }
        for gap in mine:
            began, ended = spans[cause]
            assert began - 1000 < gap.started_at < ended
            assert began < gap.ended_at < ended + 1000
