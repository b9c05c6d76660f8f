"""Who is told what of words and of the recogniser, in a room of real peers."""

import time
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.services.media import TrackName
from hearing_server.services.speech import Heard, SpeechHealth
from signaling import protocol as wire
from tests.hearing_server.domain.world import CLERK, DEFENDANT, JUDGE, PROSECUTOR, WITNESS

from .courthouse import Court, sitting

PARTIES = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, WITNESS)


def track(party: str) -> TrackName:
    return TrackName(hearing="h1", party=party, source="microphone")


def heard(party: str, text: str, began: float, lasted: float = 0.0) -> Heard:
    return Heard(
        track=track(party), utterance=f"1-{party}-{text}", text=text, words=(), started_at=1,
        ended_at=2, began=began, until=began + lasted, final=True,
    )  # fmt: skip


async def told(court: Court, party: str, kind: type) -> list[Any]:
    await court.settle()
    return [tell for tell in court.here[party].told if isinstance(tell, kind)]


async def opened(court: Court) -> None:
    for party in PARTIES:
        await court.arrive(party)
        court.here[party.id].peer.captions = True
    for party in (PROSECUTOR, DEFENDANT):
        court.do("judge", cmd.Admit(party=party.id))
    court.do("judge", cmd.OpenHearing())


async def test_whose_captions_are_missing_is_told_to_who_hears_them() -> None:
    """The quietest seats are shed visibly: to the clerk, and to nobody outside the courtroom."""
    async with sitting(*PARTIES) as court:
        await opened(court)
        shed = SpeechHealth(state="on", lag=2.0, shed=frozenset({track("prosecutor")}))
        court.room.tell_speech(shed)
        missing = wire.SpeechTold(state="on", without=["prosecutor"])
        for party in ("clerk", "judge", "defendant", "prosecutor"):
            assert (await told(court, party, wire.SpeechTold))[-1] == missing, party
        assert (await told(court, "witness", wire.SpeechTold))[-1].without == []
        court.room.tell_speech(SpeechHealth(state="on"))
        assert (await told(court, "clerk", wire.SpeechTold))[-1].without == []


async def test_words_go_to_who_heard_them_and_drafts_to_the_desk() -> None:
    """Who may not hear reads nothing either, and of a sentence that goes on into a pause nobody does."""
    async with sitting(*PARTIES) as court:
        await opened(court)
        began = time.monotonic()
        court.room.hear(heard("judge", "first", began))
        assert {c.text for c in await told(court, "defendant", wire.Captioned)} == {"first"}
        assert await told(court, "witness", wire.Captioned) == []
        assert {d.text for d in await told(court, "clerk", wire.DraftTold)} == {"first"}
        assert await told(court, "judge", wire.DraftTold) == []
        court.do("judge", cmd.PauseHearing())
        court.room.hear(heard("judge", "private", began, lasted=1.0))
        for party in ("defendant", "clerk", "judge"):
            assert "private" not in {c.text for c in await told(court, party, wire.Captioned)}
