"""Privacy by construction: packets flow along the edges of `reach`, and stop with them, recorder included.

Eleven real peers over real sockets go through every rule of the courtroom. After each step everybody
speaks, and what came out where is exactly what `reach` says.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import Source
from hearing_server.domain.parties import Party
from hearing_server.domain.reach import RECOGNISER, RECORDER, Edge
from signaling import protocol as wire
from tests.hearing_server.domain.world import (
    ADVOCATE,
    CLERK,
    COUNSEL,
    DEFENDANT,
    FULL,
    INTERPRETER,
    JUDGE,
    MEMBER,
    OFFICER,
    PROSECUTOR,
    PUBLIC,
    SECOND,
    WITNESS,
)

from .courthouse import Court, marker, sitting
from .sfu.peer import Peer as Browser

JU, CL, DE, AD, IN, PR = (
    p.id for p in (JUDGE, CLERK, DEFENDANT, ADVOCATE, INTERPRETER, PROSECUTOR)
)
WI, W2, OF, PU = (p.id for p in (WITNESS, SECOND, OFFICER, PUBLIC))


@pytest.fixture
async def court() -> AsyncIterator[Court]:
    async with sitting(*FULL) as court:
        yield court


@pytest.fixture
async def small() -> AsyncIterator[Court]:
    async with sitting(JUDGE, CLERK, PROSECUTOR, DEFENDANT, COUNSEL) as court:
        yield court


def screening(party: str, *hidden_from: str, **kinds: Any) -> cmd.Screen:
    return cmd.Screen(screening=ev.Screening(party=party, hidden_from=hidden_from, **kinds))


async def play(court: Court, *steps: tuple[str, cmd.Command]) -> list[set[Edge]]:
    """After each step packets come out where `reach` says, and at the end nothing did later."""
    seen = []
    for by, command in steps:
        court.do(by, command)
        seen.append(await court.check())
    court.check_all()
    return seen


async def opened(court: Court, *but: Party) -> None:
    """Everybody is here, admitted and sending; the witnesses wait outside; in session."""
    await court.arrive(*FULL)
    await court.check()
    for party in FULL:
        if not court.world.state.seats[party.id].admitted and party not in but:
            court.do(JU, cmd.Admit(party=party.id))
    await play(court, (JU, cmd.OpenHearing()))


def between(edges: set[Edge]) -> set[frozenset[str]]:
    return {frozenset((edge.party, edge.sink)) for edge in edges}


async def test_the_course_of_a_hearing(court: Court) -> None:
    """Waiting, admission, the opening, mute and lock, one's own pause, recess, adjournment, closing."""
    await court.arrive(*FULL)
    seen = [await court.check()]
    mic = Source.MICROPHONE
    seen += await play(
        court,
        (JU, cmd.Admit(party=PR)),
        (CL, cmd.AdmitAll()),
        (JU, cmd.OpenHearing()),
        (JU, cmd.Mute(party=DE)),
        (JU, cmd.MuteAll(locked=True)),
        (JU, cmd.GiveWord(party=PR)),
        (JU, cmd.Unmute(party=DE)),
        (PR, cmd.PauseSource(source=mic)),
        (PR, cmd.PauseSource(source=Source.CAMERA)),
        (PR, cmd.ResumeSource(source=mic)),
        (JU, cmd.Mute(party=JU)),
        (JU, cmd.PauseHearing(reason="休息")),
        (JU, cmd.Unmute(party=JU)),
        (JU, cmd.ResumeHearing()),
        (JU, cmd.SuspendHearing(reason="改日继续")),
        (JU, cmd.ResumeHearing()),
        (PR, cmd.ResumeSource(source=Source.CAMERA)),
        (DE, cmd.StopSource(source=Source.CAMERA)),
        (JU, cmd.CloseHearing()),
    )
    assert len(set(map(frozenset, seen))) > 12, "the story changes who hears whom"
    for party in (ADVOCATE, CLERK, JUDGE):
        court.leave(party)
        await court.check()
    court.check_all()


async def test_a_private_talk_before_the_hearing_and_in_its_pauses(court: Court) -> None:
    """Asked, accepted, with the interpreter, joined, locked, left: nobody else gets a packet of it."""
    await court.arrive(*FULL)
    talk = cmd.AskConsultation(parties=(AD, IN))
    one = {"consultation": 1}
    before = await play(
        court,
        (DE, talk),
        (AD, cmd.AcceptConsultation(**one)),
        (IN, cmd.AcceptConsultation(**one)),
        (AD, cmd.LockConsultation(**one)),
        (JU, cmd.Admit(party=DE)),
        (IN, cmd.LeaveConsultation(**one)),
    )
    assert between(before[2]) >= {frozenset(pair) for pair in ((DE, AD), (AD, IN), (DE, IN))}
    assert between(before[5]) == {frozenset((DE, AD)), frozenset((JU, MEMBER.id)),
                                  frozenset((JU, CL)), frozenset((MEMBER.id, CL))}  # fmt: skip
    court.do(CL, cmd.AdmitAll())
    await play(
        court,
        (AD, cmd.LeaveConsultation(**one)),
        (JU, cmd.Admit(party=AD)),
        (AD, cmd.Unmute(party=AD)),
        (JU, cmd.OpenHearing()),
        (JU, cmd.PauseHearing()),
        (AD, cmd.AskConsultation(parties=(DE, IN))),
        (DE, cmd.AcceptConsultation(consultation=2)),
        (IN, cmd.AcceptConsultation(consultation=2)),
        (JU, cmd.PermitConsultation(consultation=2)),
        (JU, cmd.ResumeHearing()),
        (JU, cmd.Mute(party=AD)),
        (JU, cmd.EndConsultation(consultation=2)),
        (JU, cmd.PauseHearing()),
        (AD, cmd.AskConsultation(parties=(DE,))),
        (DE, cmd.AcceptConsultation(consultation=3)),
    )
    await play(court, (JU, cmd.ResumeHearing()))
    assert not court.world.state.consultations, "nobody gave it leave"


async def test_a_private_talk_in_session_with_leave(court: Court) -> None:
    """AD mute of the court does not silence it; it ends with the last but one, who may be gone."""
    await opened(court)
    court.send(ADVOCATE, Source.SCREEN, Source.SCREEN_SOUND)
    seen = await play(
        court,
        (JU, cmd.MuteAll(locked=True)),
        (DE, cmd.AskConsultation(parties=(AD,))),
        (AD, cmd.AcceptConsultation(consultation=1)),
        (JU, cmd.PermitConsultation(consultation=1)),
    )
    talk = {e for e in seen[-1] if {e.party, e.sink} & {DE, AD}}
    assert {(e.party, e.source) for e in talk} == {
        (p, s) for p in (DE, AD) for s in (Source.CAMERA, Source.MICROPHONE)
    }, "what was shared with the courtroom does not come along"
    court.send(ADVOCATE, Source.SCREEN)
    assert Edge(AD, Source.SCREEN, DE) in await court.check()
    await play(court, (JU, cmd.BeginDeliberation()), (JU, cmd.EndDeliberation()))
    court.leave(DEFENDANT)
    edges = await court.check()
    assert not any(e.party == AD and e.source is not Source.CAMERA for e in edges)
    court.check_all()


@pytest.mark.parametrize(("sight", "sound"), [(True, False), (False, True), (True, True)])
async def test_screening_by_pair(court: Court, sight: bool, sound: bool) -> None:
    """From these and the public, at once; the court and the record have everything."""
    await opened(court)
    court.do(JU, cmd.Call(party=WI))
    hidden = screening(WI, DE, AD, sight=sight, sound=sound)
    before, on, off = await play(
        court, (JU, cmd.GiveWord(party=WI)), (JU, hidden), (JU, cmd.Unscreen(party=WI))
    )
    lost = {(e.source, e.sink) for e in before - on}
    kinds = [Source.CAMERA] * sight + [Source.MICROPHONE] * sound
    assert lost == {(kind, sink) for kind in kinds for sink in (DE, AD, PU)}
    assert off == before


async def test_out_of_hearing_and_sight(court: Court) -> None:
    """AD witness alone, two for a confrontation, sent out, and removed for good with all they had."""
    await opened(court)
    await play(
        court,
        (JU, cmd.Call(party=WI)),
        (JU, cmd.Call(party=W2)),
        (JU, cmd.Call(party=WI, together=True)),
        (JU, cmd.Dismiss(party=WI)),
        (JU, cmd.Dismiss(party=DE)),
        (JU, cmd.Call(party=DE)),
    )
    removed = court.here[W2]
    (edges,) = await play(court, (JU, cmd.Remove(party=W2, reason="扰乱法庭秩序")))
    assert not any(W2 in edge for edge in edges)
    await asyncio.sleep(0)
    assert removed.hung_up
    assert removed.told[-1] == wire.Removed(reason="扰乱法庭秩序")
    assert (removed.peer.send_transport, removed.peer.receive_transport) == (None, None)
    await play(court, (JU, cmd.Remove(party=PU, reason="录音")))


async def test_deliberation_is_the_benchs_alone(court: Court) -> None:
    """Not the clerk, not the recorder; a share goes on afterwards."""
    await opened(court)
    court.send(PROSECUTOR, Source.SCREEN, Source.SCREEN_SOUND)
    during, after = await play(court, (JU, cmd.BeginDeliberation()), (JU, cmd.EndDeliberation()))
    assert between(during) == {frozenset((JU, MEMBER.id))}
    assert Edge(PR, Source.SCREEN_SOUND, RECORDER) in after
    await play(
        court, (JU, cmd.PauseHearing()), (JU, cmd.BeginDeliberation()), (JU, cmd.ResumeHearing())
    )


async def test_an_identity_check_is_between_two(court: Court) -> None:
    """The clerk hears the courtroom meanwhile, and is heard by the one who waits alone."""
    await opened(court, DEFENDANT)
    on, off = await play(
        court, (CL, cmd.BeginIdentityCheck(party=DE)), (CL, cmd.EndIdentityCheck(party=DE))
    )
    assert {e.sink for e in on if e.party == CL} == {DE}
    assert {e.sink for e in on if e.party == DE} == {CL}
    assert Edge(JU, Source.MICROPHONE, CL) in on
    assert not any(DE in e for e in off)
    confirm = cmd.ConfirmIdentity(party=DE, document="居民身份证", number="510104200001010000")
    await play(
        court, (CL, cmd.BeginIdentityCheck(party=DE)), (CL, confirm), (CL, cmd.Admit(party=DE))
    )


async def test_an_interpreters_channel(court: Court) -> None:
    """Closed, it goes to whom they interpret for, who chose it, and the record."""
    await opened(court)
    closed, chosen = await play(
        court, (IN, cmd.SetChannel(party=IN, closed=True)), (PR, cmd.ListenTo(interpreter=IN))
    )
    assert {e.sink for e in closed if e[:2] == (IN, Source.MICROPHONE)} == {
        DE,
        RECORDER,
        RECOGNISER,
    }
    assert {e.sink for e in chosen if e[:2] == (IN, Source.MICROPHONE)} == {
        *(DE, PR),
        *(RECORDER, RECOGNISER),
    }
    await play(court, (PR, cmd.ListenTo()), (JU, cmd.SetChannel(party=IN, closed=False)))


async def test_a_room_camera_is_for_bench_and_recorder(court: Court) -> None:
    await opened(court)
    court.send(DEFENDANT, Source.ROOM)
    edges = await court.check()
    assert {e.sink for e in edges if e.source is Source.ROOM} == {JU, MEMBER.id, RECORDER}
    (edges,) = await play(court, (JU, cmd.BeginDeliberation()))
    assert not any(e.source is Source.ROOM for e in edges)


async def test_a_share_that_the_court_stops(court: Court) -> None:
    """Its tracks are closed at the server whatever the browser does, and the browser is told."""
    await opened(court)
    court.send(PROSECUTOR, Source.SCREEN, Source.SCREEN_SOUND)
    sharer = court.here[PR]
    tracks = {s: p.id for s, p in sharer.peer.producers.items()}
    assert Edge(PR, Source.SCREEN, RECORDER) in await court.check()
    await play(court, (JU, cmd.StopShare(party=PR)))
    await asyncio.sleep(0)
    assert sharer.peer.producers.keys() == {Source.CAMERA, Source.MICROPHONE}
    told = [tell for tell in sharer.told if isinstance(tell, wire.ProducerClosed)]
    assert {(t.source, t.producer, t.reason) for t in told} == {
        (s, tracks[s], "stopped") for s in (Source.SCREEN, Source.SCREEN_SOUND)
    }
    court.do(JU, cmd.AllowShare(party=PR))
    court.send(PROSECUTOR, Source.SCREEN)
    assert Edge(PR, Source.SCREEN, RECORDER) in await court.check()
    assert not {cause for p, s, cause in court.ledger.ended if s.startswith("screen")} - {"closed"}


async def test_observers_and_the_public(court: Court) -> None:
    """They listen in session and send nothing; excluded, they get nothing until they are let in again."""
    await opened(court)
    excluded, back = await play(
        court, (JU, cmd.ExcludePublic(reason="涉及个人隐私")), (JU, cmd.AdmitPublic())
    )
    assert not any(PU in edge for edge in excluded)
    assert {e.party for e in back if e.sink == PU} >= {JU, CL, PR, DE, AD, IN, OF}
    assert not any(edge.party == PU for edge in back)


async def test_what_is_recorded_while_the_public_is_excluded(court: Court) -> None:
    """Nothing, and every track's gap says that it was sealed; or all of it, where the judge wants that."""
    await opened(court)
    recorded = {e[:2] for e in await court.check() if e.sink == RECORDER}
    court.ledger.ended.clear()
    unrecorded, back = await play(
        court, (JU, cmd.ExcludePublic(reason="涉及个人隐私")), (JU, cmd.AdmitPublic())
    )
    assert not any(e.sink == RECORDER for e in unrecorded)
    assert {e.party for e in unrecorded} >= {JU, CL, PR}, "the courtroom goes on"
    assert {e[:2] for e in back if e.sink == RECORDER} == recorded
    ended = {(party, source) for party, source, cause in court.ledger.ended if cause == "sealed"}
    assert ended == recorded
    court.ledger.ended.clear()
    sealing = cmd.ExcludePublic(reason="商业秘密", recorded=True)
    on, off = await play(court, (JU, sealing), (JU, cmd.AdmitPublic()))
    for edges in (on, off):
        assert {e[:2] for e in edges if e.sink == RECORDER} == recorded
    assert court.ledger.ended == []
    spans = court.world.state.custody.sealed
    assert len(spans) == 2, "the words of both are sealed"
    assert all(span.ended_at is not None for span in spans)


async def test_a_tab_that_was_taken_over_gets_nothing_more(small: Court) -> None:
    """Neither sound nor picture, from the event on: not when it has said goodbye."""
    await small.arrive(JUDGE, COUNSEL)
    await play(small, (JU, cmd.Admit(party=COUNSEL.id)), (JU, cmd.OpenHearing()))
    old = small.here[COUNSEL.id]
    await small.arrive(COUNSEL, connection="newer", take_over=True)
    await small.check()
    last = marker(JU, Source.MICROPHONE, small.step)
    assert not any(last in packet for packet in old.down.rtp)
    assert old.peer.send_transport is None
    await asyncio.sleep(0)
    assert old.hung_up
    assert isinstance(old.told[-1], wire.Superseded)
    ended = {cause for party, _, cause in small.ledger.ended if party == COUNSEL.id}
    assert ended == {"superseded"}, "the gap says that a newer tab took the seat"


async def test_media_agrees_although_a_browser_cannot_be_told(small: Court) -> None:
    """AD fault in telling one party leaves nobody audible who was muted."""
    await small.arrive(JUDGE, DEFENDANT)
    await play(small, (JU, cmd.Admit(party=DE)), (JU, cmd.OpenHearing()))

    def broken(message: wire.AnyTell) -> None:
        raise RuntimeError("cannot be told")

    small.here[JU].peer.tell = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        small.do(JU, cmd.Mute(party=DE))
    assert Edge(DE, Source.MICROPHONE, JU) not in await small.check()


async def test_a_new_transport_is_a_new_chance(small: Court) -> None:
    """Who could not take a track because the line was dead gets it on the next line."""
    await small.arrive(JUDGE, COUNSEL)
    await play(small, (JU, cmd.Admit(party=COUNSEL.id)), (JU, cmd.OpenHearing()))
    counsel = small.here[COUNSEL.id]
    assert counsel.peer.receive_transport is not None
    counsel.peer.receive_transport.close()
    await small.arrive(CLERK)  # offered in vain
    counsel.peer.forget(counsel.peer.receive_transport)
    counsel.peer.receive_transport = small.sfu.create_transport(lambda state: None)
    await counsel.down.close()
    counsel.down = Browser(counsel.peer.receive_transport.parameters())
    await counsel.down.connect(counsel.peer.receive_transport)
    small.room.reconcile()
    small.ready()
    assert Edge(CL, Source.CAMERA, COUNSEL.id) in await small.check()


async def test_a_recorder_that_refuses_alarms_once_a_track_and_is_asked_again(small: Court) -> None:
    """The hearing goes on, the log is not filled, and recording begins when it can."""
    await small.arrive(JUDGE, CLERK)
    small.ledger.fault = OSError("the worker's pipe is broken")
    small.do(JU, cmd.OpenHearing())
    for _ in range(10):
        small.room.reconcile()
    assert small.alarms == ["not_recorded"] * 4
    assert small.ledger.asked > 4
    small.ledger.fault = None
    small.room.reconcile()
    await small.check()
    assert len(small.ledger.open) == 4
    assert small.alarms == [*["not_recorded"] * 4, "not_recorded over"]


async def test_an_alarm_is_over_when_what_was_not_recorded_has_gone(small: Court) -> None:
    await small.arrive(JUDGE, CLERK)
    small.ledger.fault = OSError("the worker's pipe is broken")
    small.do(JU, cmd.OpenHearing())
    small.do(JU, cmd.PauseHearing())
    assert small.alarms == [*["not_recorded"] * 4, "not_recorded over"]
