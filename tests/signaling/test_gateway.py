"""The gateway on a real port, over a log that can be made to fail: what a browser, or worse, may do to it."""

import asyncio

import aiohttp
import pytest

from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.parties import Party
from hearing_server.domain.planning import DAY
from hearing_server.services.access import Seated
from hearing_server.services.notes import Notes
from signaling import gateway as gateway_module
from tests.hearing_server.domain.world import CLERK, COUNSEL, JUDGE, NOW

from .house import ORIGIN, House, ask
from .sfu.peer import opus


async def test_a_seat_is_free_after_entering_failed(house: House) -> None:
    """The arrival was saved, the welcome could not be made: nobody is left sitting there."""
    await house.enter(CLERK)
    judge = await house.socket(JUDGE)
    house.events.unreadable = True
    answer = await ask(judge, "enter", after=1)
    assert answer["code"] == "busy"
    house.events.unreadable = False
    assert (await ask(judge, "enter"))["type"] == "welcome"


async def test_a_departure_is_logged_when_the_store_is_back(house: House) -> None:
    """Whoever left while nothing could be saved does not seem present afterwards."""
    judge = await house.enter(JUDGE)
    house.events.broken = True
    house.events.begun.clear()
    await judge.disconnect()
    await house.events.begun.wait()
    house.events.broken = False
    await house.happened(ev.PartyLeft, party=JUDGE.id, cause=ev.Departure.CLOSED_TAB)


async def test_what_waited_while_the_seat_changed_hands_is_refused(house: House) -> None:
    """A command of the old tab that is decided after the take-over does nothing."""
    old, new = await house.enter(JUDGE), await house.socket(JUDGE)
    house.events.gate = asyncio.Event()
    house.events.begun.clear()
    entering = asyncio.create_task(ask(new, "enter", take_over=True))
    await house.events.begun.wait()
    opening = asyncio.create_task(ask(old, "open_hearing"))
    await asyncio.sleep(0.1)  # it waits behind the take-over, which the gate holds
    house.events.gate.set()
    assert (await entering)["type"] == "welcome"
    await asyncio.wait([opening], timeout=3)
    if opening.done():  # else its socket was gone first
        assert opening.result()["code"] == "superseded"
    opening.cancel()
    assert not any(isinstance(e.event, ev.HearingOpened) for e in house.told.entries)


async def test_a_track_whose_end_was_not_saved_can_be_ended_again(house: House) -> None:
    """Refused means that nothing has changed; then it works, and the source can be produced anew."""
    judge = await house.enter(JUDGE)
    transport = (await ask(judge, "create_transport", direction="send"))["transport"]
    track = {"transport": transport, "source": "microphone", "kind": "audio"}
    assert (await ask(judge, "produce", rtp_parameters=opus(2000), **track))["type"] == "produced"
    house.events.broken = True
    assert (await ask(judge, "close_producer", source="microphone"))["code"] == "not_saved"
    house.events.broken = False
    assert (await ask(judge, "close_producer", source="microphone"))["type"] == "done"
    assert (await ask(judge, "produce", rtp_parameters=opus(2001), **track))["type"] == "produced"


async def test_what_is_in_the_way_of_a_date_is_told_with_the_refusal(house: House) -> None:
    """Who or what, and where; not the title of a case that is another judge's."""
    judge = await house.enter(JUDGE)
    await ask(judge, "open_hearing")
    clash = {
        "kind": "courtroom", "name": "第一法庭", "number": "（2026）测2号", "courtroom": "第一法庭",
        "planned_at": NOW, "ends_at": NOW + 1,
    }  # fmt: skip
    more = {"clashes": [{**clash, "title": "某案", "case": "c", "hearing": "h2"}]}
    house.calendar.refusal = Refused(Code.CLASH, "第一法庭", more)
    answer = await ask(judge, "suspend_hearing", reason="改期", until=NOW + DAY)
    assert (answer["code"], answer["clashes"]) == ("clash", [clash])
    assert (await ask(judge, "suspend_hearing", reason="改期"))["type"] == "done"


async def test_one_party_cannot_fill_the_log(house: House) -> None:
    """Asks that may end in the log are counted by party, whatever its sockets; others go on."""
    clerk = await house.enter(CLERK)
    codes: list[str] = []
    for _ in range(3):
        counsel = await house.enter(COUNSEL, take_over=True)
        for number in range(10):
            camera = ("ready", "busy")[number % 2]
            answer = await ask(counsel, "report_devices", camera=camera, microphone="ready")
            codes.append(answer.get("code", "done"))
    assert codes.count("done") in range(20, 24)
    assert codes[-1] == "too_many"
    answer = await ask(clerk, "report_devices", camera="ready", microphone="ready")
    assert answer["type"] == "done"


async def test_what_a_party_may_not_do_is_noted_and_floods_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another's refusal is noted beside it; what is only out of time is none of the auditor's business."""
    monkeypatch.setattr(house.gateway, "_notes", Notes(3, 300))
    counsel, clerk = await house.enter(COUNSEL), await house.enter(CLERK)
    for _ in range(6):
        assert (await ask(counsel, "open_hearing"))["code"] == "not_allowed"
    assert (await ask(clerk, "open_hearing"))["code"] == "not_allowed"
    judge = await house.enter(JUDGE)
    assert (await ask(judge, "resume_hearing"))["code"] == "wrong_phase"
    assert house.trail.rows == [
        *[(COUNSEL.id, "ask open_hearing", "not_allowed")] * 3,
        (CLERK.id, "ask open_hearing", "not_allowed; 3 more before, not noted"),
    ]


async def test_sockets_that_never_enter_make_room(house: House) -> None:
    """The oldest of a seat is let go; the party who sits there is not disturbed."""
    judge = await house.enter(JUDGE)
    idle = [await house.socket(JUDGE) for _ in range(gateway_module.MAX_IDLE + 2)]
    async with asyncio.timeout(5):
        for gone in idle[:2]:
            await gone.wait()
    assert all(each.connected for each in (judge, *idle[2:]))


class RawSocket:
    """A WebSocket without a Socket.IO client: says what it likes, and never hangs up by itself."""

    def __init__(self, house: House, http: aiohttp.ClientSession) -> None:
        self._house, self._http = house, http

    async def enter(self, party: Party, take_over: bool = False) -> aiohttp.ClientWebSocketResponse:
        url = f"{self._house.url}/socket.io/?EIO=4&transport=websocket"
        ws = await self._http.ws_connect(url, headers={"Origin": ORIGIN})
        ticket = await self._house.access.ticket(Seated(hearing="h1", party=party.id))
        await ws.receive_str()
        await ws.send_str(f'40{{"ticket":"{ticket}"}}')
        await ws.receive_str()
        take = "true" if take_over else "false"
        await ws.send_str(f'420["ask",{{"type":"enter","accepted_as":"名","take_over":{take}}}]')
        while not (await ws.receive_str()).startswith("430"):
            pass
        return ws


@pytest.mark.parametrize(
    "frame",
    [
        '451000000000-["ask",{"_placeholder":true,"num":0}]',
        '451-["ask",{"_placeholder":true,"num":0}]',
        "42",
        "42{}",
        "42[]",
        "42[5]",
        "42[" + "[" * 30_000,
        '42/other,["ask",{}]',
        "49",
        "4x",
        "43[]",
        "42[" + "9" * 10_000 + "]",
    ],
)
async def test_a_frame_that_is_none_of_ours_is_dropped(
    house: House, frame: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is kept for it and nothing is logged, the connection goes on."""
    async with aiohttp.ClientSession() as http:
        ws = await RawSocket(house, http).enter(CLERK)
        await ws.send_str(frame)
        await ws.send_str(
            '421["ask",{"type":"report_devices","camera":"ready","microphone":"ready"}]'
        )
        async with asyncio.timeout(5):
            while not (answer := await ws.receive_str()).startswith("431"):
                pass
        assert '"done"' in answer
        await ws.close()
    assert not house.gateway.server._binary_packet
    assert not [record for record in caplog.records if record.exc_info]


async def test_the_line_ends_although_the_browser_does_not_hang_up(house: House) -> None:
    """A connection that was let go is cut; one that reads nothing would otherwise stay for ever."""
    async with aiohttp.ClientSession() as http:
        old = await RawSocket(house, http).enter(JUDGE)
        await house.enter(JUDGE, take_over=True)
        async with asyncio.timeout(5):
            while (message := await old.receive()).type is aiohttp.WSMsgType.TEXT:
                if message.data == "2":
                    await old.send_str("3")
        assert old.closed


async def test_half_a_character_is_refused_before_anybody_is_told_of_it(house: House) -> None:
    """It has no form on the wire: what is typed at one desk would be the end of all it is shown at."""
    clerk, judge = await house.enter(CLERK), await house.enter(JUDGE)
    typed: asyncio.Queue[str] = asyncio.Queue()

    async def on_tell(message: dict[str, str]) -> None:
        if message["type"] == "typed":
            typed.put_nowait(message["text"])

    judge.on("tell", on_tell)
    await ask(judge, "open_hearing")
    answer = await ask(clerk, "type_line", line=None, speaker=JUDGE.id, text="现\ud800")
    assert (answer["type"], answer["code"]) == ("failed", "bad_message")
    assert (await ask(clerk, "type_line", line=None, speaker=JUDGE.id, text="现在"))[
        "type"
    ] == "done"
    assert await asyncio.wait_for(typed.get(), 5) == "现在"
