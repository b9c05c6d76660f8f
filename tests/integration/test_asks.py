"""What a socket may say: every message in its place, every malformed one answered by a code and nothing else."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearing_server.domain.errors import Code, Refused
from signaling.codec import decode

from .harness import Client, Refusal, ServerProcess

DEEP: dict[str, Any] = {}
for _ in range(9):
    DEEP = {"deeper": DEEP}

MALFORMED: list[Any] = [
    None,
    7,
    "mute",
    [],
    {},
    {"type": "no_such"},
    {"type": "mute"},
    {"type": "mute", "party": 5},
    {"type": "mute", "party": "../../etc"},
    {"type": "mute", "party": "x" * 65},
    {"type": "open_hearing", "extra": 1},
    {"type": "enter_line", "speaker": "a", "text": "x" * 20_001},
    {"type": "produce", "transport": "t", "source": "roof", "kind": "video", "rtp_parameters": {}},
    {"type": "produce", "transport": "t", "source": "camera", "kind": "video", "rtp_parameters": [1]},
    {"type": "connect_transport", "transport": "t", "dtls_parameters": DEEP},
]  # fmt: skip


async def test_every_malformed_message_is_answered_by_a_code(server: ServerProcess) -> None:
    """And the connection goes on; nobody else hears of it."""
    async with Client(server, "clerk") as clerk, Client(server, "presiding_judge") as judge:
        await clerk.enter()
        await judge.enter()
        before = len([t for t in judge.tells if t["type"] == "event_told"])
        for message in MALFORMED:
            answer = await clerk.raw(message)
            assert (answer["type"], answer["code"]) == ("failed", "bad_message"), message
        await clerk.ask("report_devices", camera="ready", microphone="denied")
        await judge.event("devices_reported", party=clerk.seat, microphone="denied")
        assert len([t for t in judge.tells if t["type"] == "event_told"]) == before + 1


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["type", "party", "text", "x"]), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_decoding_raises_only_the_coded_refusal(message: Any) -> None:
    with pytest.raises(Refused) as caught:
        decode(message)
    assert caught.value.code is Code.BAD_MESSAGE


async def test_nothing_before_entering_and_entering_once(server: ServerProcess) -> None:
    async with Client(server, "clerk") as clerk:
        await clerk.link()
        await clerk.connect()
        with pytest.raises(Refusal, match="not_present"):
            await clerk.ask("open_hearing")
        await clerk.enter()
        with pytest.raises(Refusal, match="no_change"):
            await clerk.enter()


async def test_a_megabyte_ends_only_its_own_connection(server: ServerProcess) -> None:
    """A message above 64 KB closes the socket that sent it; others do not notice."""
    async with Client(server, "clerk") as clerk, Client(server, "presiding_judge") as judge:
        await clerk.enter()
        await judge.enter()
        assert judge.socket is not None
        await judge.socket.emit("ask", {"type": "mute", "party": "x" * (1 << 20)})
        await clerk.event("party_left", party=judge.seat)
        await clerk.ask("report_devices", camera="ready", microphone="ready")


async def test_a_flood_costs_its_sender(server: ServerProcess) -> None:
    """Asks beyond the rate get too_many, while another party is answered under a second."""
    async with Client(server, "clerk") as clerk, Client(server, "counsel") as counsel:
        await clerk.enter()
        await counsel.enter()
        flood = [counsel.raw({"type": "open_hearing"}) for _ in range(400)]
        burst = asyncio.gather(*flood)
        started = asyncio.get_running_loop().time()
        await clerk.ask("report_devices", camera="ready", microphone="ready")
        assert asyncio.get_running_loop().time() - started < 1
        codes = {answer["code"] for answer in await burst}
        assert codes == {"not_allowed", "too_many"}


async def test_out_of_phase_and_out_of_role(server: ServerProcess) -> None:
    async with Client(server, "clerk") as clerk, Client(server, "presiding_judge") as judge:
        await clerk.enter()
        await judge.enter()
        with pytest.raises(Refusal, match="not_allowed"):
            await clerk.ask("open_hearing")
        with pytest.raises(Refusal, match="wrong_phase"):
            await judge.ask("pause_hearing", reason="")
        with pytest.raises(Refusal, match="wrong_phase"):
            await clerk.ask("enter_line", speaker=judge.seat, text="太早")


async def test_two_judges_press_open_at_once(server: ServerProcess) -> None:
    """One wins, the other is told that the phase has moved on."""
    async with Client(server, "presiding_judge") as judge:
        await judge.enter()
        answers = await asyncio.gather(*(judge.raw({"type": "open_hearing"}) for _ in range(2)))
        assert sorted(a["type"] for a in answers) == ["done", "failed"]
        await judge.event("hearing_opened")
        assert sum(t.get("event", {}).get("type") == "hearing_opened" for t in judge.tells) == 1


async def test_catch_up_by_number(server: ServerProcess) -> None:
    """A tab that comes back is told what it missed, once and in order; too old a number gets the whole."""
    async with Client(server, "clerk") as clerk, Client(server, "presiding_judge") as judge:
        await judge.enter()
        await clerk.enter()
        await judge.ask("open_hearing")
        last = (await clerk.ask("enter_line", speaker=judge.seat, text="第一句"))["seq"]
        await judge.event("line_entered", text="第一句")
        await judge.hang_up()
        await clerk.event("party_left", party=judge.seat)
        await clerk.ask("enter_line", speaker=judge.seat, text="第二句")
        welcome = await judge.enter(after=last)
        assert welcome["view"] is None
        kinds = [m["event"]["type"] for m in welcome["missed"]]
        assert kinds == ["party_left", "line_entered", "party_arrived"]
        assert [m["seq"] for m in welcome["missed"]] == [last + 1, last + 2, last + 3]
        await judge.hang_up()
        await clerk.event("party_left", party=judge.seat)
        assert (await judge.enter(after=10**9))["view"]["lines"][1]["text"] == "第二句"


async def test_the_waiting_room_is_told_nothing_of_the_record(server: ServerProcess) -> None:
    """On admission it gets the whole as it may see it now."""
    async with (
        Client(server, "clerk") as clerk,
        Client(server, "presiding_judge") as judge,
        Client(server, "counsel") as counsel,
    ):
        await judge.enter()
        await clerk.enter()
        welcome = await counsel.enter()
        assert welcome["view"]["lines"] == []
        await judge.ask("open_hearing")
        await counsel.event("hearing_opened")
        await clerk.ask("enter_line", speaker=judge.seat, text="庭内的话")
        await judge.ask("admit", party=counsel.seat)
        told = await counsel.told(lambda tell: tell["type"] == "view_told")
        assert [line["text"] for line in told["view"]["lines"]] == ["庭内的话"]
        heard = [t["event"]["type"] for t in counsel.tells if t["type"] == "event_told"]
        assert "line_entered" not in heard
        assert all(
            seat["entry"] is None or seat["party"] == counsel.seat for seat in told["view"]["seats"]
        )
