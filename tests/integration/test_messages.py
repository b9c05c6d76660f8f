"""Messages at a real server: from the very first page on, to a desk, and to nobody else."""

import pytest

from .harness import Client, Refusal, ServerProcess


async def test_help_is_there_before_the_seat_is_taken(server: ServerProcess) -> None:
    """Somebody whose camera fails writes from the check; the clerk answers from the desk."""
    async with Client(server, "defendant") as accused, Client(server, "clerk") as clerk:
        await accused.link()
        await clerk.enter()
        path = f"/api/seats/{accused.seat}/messages"
        await accused.post(path, {"to": "clerk", "text": "摄像头打不开"})
        sent = await clerk.event("message_sent", sender=accused.seat)
        number = sent["event"]["message"]
        await clerk.ask("read_messages", correspondent=accused.seat, up_to=number)
        await clerk.ask("send_message", to=accused.seat, text="请换一台电脑", answers=number)
        box = await accused.get(path)
        assert box["read_by"] == {"clerk": number}
        assert [m["text"] for m in box["messages"]] == ["摄像头打不开", "请换一台电脑"]
        answer = box["messages"][-1]["message"]
        await accused.post(f"{path}/read", {"correspondent": "clerk", "up_to": answer})
        await clerk.event("messages_read", reader=accused.seat, up_to=answer)


async def test_messages_are_between_two(server: ServerProcess) -> None:
    async with Client(server, "counsel") as counsel, Client(server, "defendant") as accused:
        await counsel.enter()
        await accused.enter()
        await counsel.ask("send_message", to="technician", text="声音断续")
        await accused.ask("send_message", to="clerk", text="我到了")
        await accused.event("message_sent", to="clerk")
        told = [
            t["event"] for t in accused.tells if t.get("event", {}).get("type") == "message_sent"
        ]
        assert {event["to"] for event in told} == {"clerk"}
        for to in (counsel.seat, "all", "everybody"):
            with pytest.raises(Refusal) as caught:
                await accused.ask("send_message", to=to, text="你好")
            assert caught.value.code == ("chat_closed" if to == "all" else "not_allowed")


async def test_another_seats_messages_are_not_there(server: ServerProcess) -> None:
    async with Client(server, "counsel") as counsel, Client(server, "defendant") as accused:
        await counsel.link()
        await accused.link()
        with pytest.raises(Refusal) as caught:
            await counsel.get(f"/api/seats/{accused.seat}/messages")
        assert caught.value.code == "not_found"


async def test_a_flood_of_messages_is_refused(server: ServerProcess) -> None:
    async with Client(server, "defendant") as accused:
        await accused.link()
        path = f"/api/seats/{accused.seat}/messages"
        with pytest.raises(Refusal) as caught:
            await accused.post(path, {"to": "clerk", "text": "长" * 2001})
        assert caught.value.code == "bad_message"
        for _ in range(15):
            await accused.post(path, {"to": "clerk", "text": "在吗"})
        with pytest.raises(Refusal) as caught:
            await flood(accused, path)
        assert caught.value.code == "too_many"


async def flood(client: Client, path: str) -> None:
    for _ in range(15):
        await client.post(path, {"to": "clerk", "text": "在吗"})
