"""One connection's outbox: in order, and with an end."""

import asyncio

from hearing_server.services.access import Seated
from signaling import protocol as wire
from signaling.peer import Peer


def closed(n: int) -> wire.ConsumerClosed:
    return wire.ConsumerClosed(consumer=str(n))


def writer() -> asyncio.Task[None]:
    (found,) = [task for task in asyncio.all_tasks() if task.get_name() == "outbox c"]
    return found


async def test_what_is_told_before_the_start_is_sent_after_it_in_order() -> None:
    sent: list[wire.AnyTell] = []
    hung_up = asyncio.Event()

    async def send(message: wire.AnyTell) -> None:
        sent.append(message)

    async def hang_up() -> None:
        hung_up.set()

    peer = Peer(Seated(hearing="h1", party="judge"), "c", send, hang_up)
    told = [closed(n) for n in range(20)]
    for message in told[:10]:
        peer.tell(message)
    await asyncio.sleep(0)
    assert not sent
    peer.start()
    for message in told[10:]:
        peer.tell(message)
    peer.dismiss()
    await asyncio.wait_for(hung_up.wait(), 5)
    assert sent == told


async def test_a_writer_that_finds_its_connection_dead_ends_with_it() -> None:
    """Engine.IO looks for the missing pong when something is sent, and ends the connection then and there."""

    async def send(message: wire.AnyTell) -> None:
        peer.close()

    async def hang_up() -> None:
        raise AssertionError("it has ended")

    peer = Peer(Seated(hearing="h1", party="judge"), "c", send, hang_up)
    peer.start()
    peer.tell(closed(1))
    peer.tell(closed(2))
    await asyncio.wait_for(writer(), 5)
