"""What is told of a room besides its log, and how a party's line and tracks come to their end."""

import asyncio
import functools
from typing import Any

import pytest
import socketio

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party
from hearing_server.services.access import Seated
from signaling import protocol as wire
from tests.hearing_server.domain.world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    FULL,
    INTERPRETER,
    JUDGE,
    OFFICER,
    PROSECUTOR,
    PUBLIC,
    SECOND,
    SHA,
    WITNESS,
)

from .courthouse import Court, sitting
from .house import House, ask
from .sfu.peer import Peer as Browser
from .sfu.peer import opus, vp8


async def tell(client: socketio.AsyncClient, kind: str) -> "asyncio.Future[dict[str, Any]]":
    """The next tell of this kind."""
    heard: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    async def listen(message: dict[str, Any]) -> None:
        if message["type"] == kind and not heard.done():
            heard.set_result(message)

    client.on("tell", listen)
    return heard


async def in_session(house: House, *parties: Party) -> list[socketio.AsyncClient]:
    """The judge, and these admitted."""
    judge = await house.enter(JUDGE)
    others = [await house.enter(party) for party in parties]
    for party in parties:
        await ask(judge, "admit", party=party.id)
    await ask(judge, "open_hearing")
    return [judge, *others]


async def producing(client: socketio.AsyncClient, source: str) -> tuple[str, Browser]:
    """A sending line that is up, with one track on it."""
    asking = functools.partial(ask, client)
    browser, transport = await Browser.asked(asking, "send")
    await browser.connect_as(asking, transport)
    kind, made_of = ("audio", opus) if source == "microphone" else ("video", vp8)
    track = {"transport": transport, "source": source, "kind": kind}
    answer = await ask(client, "produce", rtp_parameters=made_of(2000), **track)
    assert answer["type"] == "produced", answer
    return answer["producer"], browser


async def test_sound_is_no_picture_and_a_picture_no_sound(house: House) -> None:
    """Or whoever is muted, or kept from being heard, would speak as their camera."""
    judge, counsel = await in_session(house, COUNSEL)
    await ask(judge, "mute", party=COUNSEL.id, locked=True)
    made = await ask(counsel, "create_transport", direction="send")
    for source in Source:
        sound = source in (Source.MICROPHONE, Source.SCREEN_SOUND)
        kind, parameters = ("video", vp8(2000)) if sound else ("audio", opus(2000))
        track = {"transport": made["transport"], "source": source.value, "kind": kind}
        answer = await ask(counsel, "produce", rtp_parameters=parameters, **track)
        assert (answer.get("code"), answer.get("detail")) == ("media", "wrong_kind")
    assert not (await house.hearings.state("h1")).seats[COUNSEL.id].sources


async def test_a_removed_party_is_gone_at_once(house: House) -> None:
    """Told why; then its socket, its ticket and its session are worth nothing, and media has ended."""
    judge, counsel = await in_session(house, COUNSEL)
    _, browser = await producing(counsel, "microphone")
    seated = Seated(hearing="h1", party=COUNSEL.id)
    ticket = await house.access.ticket(seated)
    told, gone = await tell(counsel, "removed"), asyncio.Event()
    counsel.on("disconnect", lambda *reason: gone.set())
    await ask(judge, "remove", party=COUNSEL.id, reason="扰乱法庭秩序")
    assert (await asyncio.wait_for(told, 1))["reason"] == "扰乱法庭秩序"
    await asyncio.wait_for(gone.wait(), 1)
    with pytest.raises(TimeoutError):
        await browser.check(timeout=0.3)
    with pytest.raises(Refused) as caught:
        await house.access.use_ticket(ticket)
    assert caught.value.code is Code.REMOVED
    with pytest.raises(socketio.exceptions.ConnectionError):
        await house.socket(COUNSEL)
    await browser.close()


async def test_a_socket_that_was_in_before_the_removal_cannot_enter_after_it(house: House) -> None:
    judge, _ = await in_session(house, COUNSEL)
    second = await house.socket(COUNSEL)
    await ask(judge, "remove", party=COUNSEL.id, reason="扰乱法庭秩序")
    assert (await ask(second, "enter", take_over=True))["code"] == "removed"


async def test_the_presenter_points_and_nobody_else(house: House) -> None:
    """It is told to who looks at the exhibit, is not in the log, and costs nothing of the log's rate."""
    judge, prosecutor, counsel = await in_session(house, PROSECUTOR, COUNSEL)
    waiting = await house.enter(DEFENDANT)
    exhibit = cmd.SubmitExhibit(
        party=PROSECUTOR.id,
        name="监控录像截图",
        media_type="image/png",
        size=9,
        sha256=SHA,
        pages=1,
    )
    await house.hearings.execute("h1", exhibit, SERVER)
    assert (await ask(prosecutor, "point", x=1, y=2))["code"] == "no_change"
    await ask(prosecutor, "show_exhibit", exhibit=1)
    pointed, missed = await tell(counsel, "pointed"), await tell(waiting, "pointed")
    before = len(house.events.logs["h1"])
    answers = [await ask(prosecutor, "point", x=n, y=5000) for n in range(35)]
    assert await asyncio.wait_for(pointed, 2) == {"type": "pointed", "x": 0, "y": 5000}
    assert [a["type"] for a in answers].count("done") >= 25, "more than the log's rate lets through"
    assert answers[-1]["type"] == "done" or answers[-1]["code"] == "too_many"
    assert (await ask(counsel, "point", x=1, y=2))["code"] == "not_allowed"
    assert (await ask(waiting, "point", x=1, y=2))["code"] == "not_present"
    assert (await ask(judge, "point", x=10_001, y=2))["code"] == "bad_message"
    assert len(house.events.logs["h1"]) == before
    assert not missed.done()


async def test_a_pointer_that_races_is_refused(house: House) -> None:
    _, prosecutor = await in_session(house, PROSECUTOR)
    answers = await asyncio.gather(*(ask(prosecutor, "point", x=1, y=1) for _ in range(60)))
    assert {a["code"] for a in answers} == {"no_change", "too_many"}


async def test_a_stopped_share_is_closed_at_both_ends(house: House) -> None:
    """The server closes the track and says which; the next one is refused until it is allowed."""
    judge, prosecutor = await in_session(house, PROSECUTOR)
    producer, browser = await producing(prosecutor, "screen")
    told = await tell(prosecutor, "producer_closed")
    await ask(judge, "stop_share", party=PROSECUTOR.id)
    assert await asyncio.wait_for(told, 2) == {
        "type": "producer_closed", "producer": producer, "source": "screen", "reason": "stopped",
    }  # fmt: skip
    peer = next(p for p in house.rooms.peers if p.party == PROSECUTOR.id)
    assert not peer.producers
    assert peer.send_transport is not None
    assert not peer.send_transport.producers
    track = {"transport": peer.send_transport.id, "source": "screen", "kind": "video"}
    again = await ask(prosecutor, "produce", rtp_parameters=vp8(2001), **track)
    assert again["code"] == "share_locked"
    assert not peer.send_transport.producers
    await browser.close()


async def test_a_lost_line_takes_its_tracks_out_of_the_log(house: House) -> None:
    """When the transport ends by itself the log does not go on saying that something is sent."""
    judge, prosecutor = await in_session(house, PROSECUTOR)
    _, browser = await producing(prosecutor, "microphone")
    qualities = await tell(judge, "qualities")
    await browser.close()  # DTLS says goodbye
    await house.happened(ev.SourceStopped, party=PROSECUTOR.id, source=ev.Source.MICROPHONE)
    peer = next(p for p in house.rooms.peers if p.party == PROSECUTOR.id)
    assert peer.send_transport is None
    assert not peer.producers
    assert PROSECUTOR.id in (await asyncio.wait_for(qualities, 1))["qualities"]
    _, browser = await producing(prosecutor, "microphone")
    await browser.close()


async def test_a_track_lost_while_the_store_is_down_is_entered_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.asks.RETRY_AFTER", 0.05)
    _, prosecutor = await in_session(house, PROSECUTOR)
    _, browser = await producing(prosecutor, "camera")
    house.events.broken = True
    house.events.begun.clear()
    await browser.close()
    await house.events.begun.wait()
    house.events.broken = False
    await house.happened(ev.SourceStopped, party=PROSECUTOR.id, source=ev.Source.CAMERA)


def readers(court: Court, kind: type[wire.Tell], field: str) -> dict[str, set[str]]:
    """What each was told last: the parties named in it."""
    found = {}
    for name, attendant in court.here.items():
        last = attendant.last(kind)
        found[name] = set(getattr(last, field)) if last else set()
    return found


async def test_lines_and_levels_are_for_those_who_meet() -> None:
    """Whoever waits or stands outside learns nothing of the courtroom; observers are never listed."""
    async with sitting(*FULL) as court:
        await court.arrive(*FULL)
        for party in (PROSECUTOR, INTERPRETER, OFFICER, WITNESS, SECOND, PUBLIC):
            court.do("judge", cmd.Admit(party=party.id))
        court.do("judge", cmd.OpenHearing())
        court.do("judge", cmd.Call(party=WITNESS.id))
        court.do("defendant", cmd.AskConsultation(parties=("advocate",)))
        court.do("advocate", cmd.AcceptConsultation(consultation=1))
        for attendant in court.here.values():
            for producer in attendant.peer.producers.values():
                producer.stream.extensions.level = 20
        court.room.tell_qualities()
        court.room.tell_levels()
        await asyncio.sleep(0.01)
        inside = {"judge", "member", "clerk", "prosecutor", "interpreter", "officer", "witness"}
        everybody = {party.id for party in FULL}
        told = readers(court, wire.Qualities, "qualities")
        for party in ("judge", "member", "clerk"):
            assert told[party] == everybody
        for party in ("prosecutor", "interpreter", "officer", "witness"):
            assert told[party] == inside
        assert told["second"] == {"second"}
        assert told["public"] == inside | {"public"}
        assert told["defendant"] == told["advocate"] == {"defendant", "advocate"}
        levels = readers(court, wire.Levels, "levels")
        for party in inside:
            assert levels[party] == inside
        assert levels["public"] == inside
        assert levels["second"] == {"second"}
        assert levels["defendant"] == levels["advocate"] == {"defendant", "advocate"}
        court.do("judge", cmd.ExcludePublic(reason="涉及隐私"))
        court.room.tell_qualities()
        await asyncio.sleep(0.01)
        assert readers(court, wire.Qualities, "qualities")["public"] == {"public"}


@pytest.mark.parametrize("field", ["seats", "screenings", "identity_checks", "deliberating"])
async def test_media_is_looked_at_when_it_must_be(field: str) -> None:
    """A line of the record leaves it alone; each change that `reach` reads does not."""
    steps: dict[str, cmd.Command] = {
        "seats": cmd.Mute(party=PROSECUTOR.id),
        "screenings": cmd.Screen(
            screening=ev.Screening(party=PROSECUTOR.id, hidden_from=(COUNSEL.id,))
        ),
        "identity_checks": cmd.BeginIdentityCheck(party=DEFENDANT.id),
        "deliberating": cmd.BeginDeliberation(),
    }
    async with sitting(JUDGE, CLERK, PROSECUTOR, DEFENDANT, COUNSEL) as court:
        await court.arrive(JUDGE, CLERK, PROSECUTOR, DEFENDANT, COUNSEL)
        court.do("judge", cmd.Admit(party=PROSECUTOR.id))
        court.do("judge", cmd.Admit(party=COUNSEL.id))
        court.do("judge", cmd.OpenHearing())
        seen: list[HearingState] = []
        inner = court.room._stage.reconcile

        def spy(state: HearingState, peers: list[Any]) -> None:
            seen.append(state)
            inner(state, peers)

        court.room._stage.reconcile = spy  # type: ignore[method-assign]
        court.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
        court.do("prosecutor", cmd.ReportDevices(camera=ev.Device.BUSY, microphone=ev.Device.READY))
        assert not seen
        court.do("clerk" if field == "identity_checks" else "judge", steps[field])
        assert seen
