"""What exhibits must not do to a hearing: hold it up, or fill the server's memory."""

import asyncio
import struct
from collections.abc import AsyncIterator

import pytest

from tests.hearing_server.adapters.examining import files

from .harness import Client, Refusal, ServerProcess
from .test_exhibits import pour, send
from .test_media import two

pytestmark = pytest.mark.fault

BOMBS = (
    files.HTML,
    files.pdf_bomb(),
    files.pdf_bomb(2),
    files.giant_png(20_000),
    files.lying_png(),
)
MEGABYTE = 1_000_000


async def test_a_hearing_goes_on_while_bombs_are_thrown(server: ServerProcess) -> None:
    """Every word of the judge still reaches the clerk, and an ask is answered, until the last is refused."""
    async with two(server) as (judge, clerk), Client(server, "prosecutor") as prosecutor:
        await prosecutor.link()
        thrown = 0

        async def throw() -> None:
            nonlocal thrown
            for data in BOMBS:
                with pytest.raises(Refusal) as caught:
                    await send(prosecutor, data, "证据.pdf")
                assert caught.value.code == "bad_file"
                thrown += 1

        throwing = asyncio.create_task(throw())
        said = 0
        while not throwing.done() or said < 100:
            judge.speak(b"word %05d." % said)
            said += 1
            if said % 50 == 0:
                await clerk.client.ask("enter_line", speaker=judge.client.seat, text=f"第{said}句")
            await asyncio.sleep(0.02)
        await throwing
        await judge.up.settle()
        await clerk.down.settle()
        sound = [packet for packet in clerk.down.rtp if b"word " in packet]
        heard = {
            number for number in range(said) if any(b"word %05d." % number in p for p in sound)
        }
        assert thrown == len(BOMBS)
        assert len(heard) >= said * 0.98, f"{len(heard)} of {said} words"


def resident(pid: int) -> int:
    """Bytes of memory that a process holds, at its peak so far."""
    with open(f"/proc/{pid}/status") as status:
        line = next(row for row in status if row.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.mark.timeout(180)
async def test_two_hundred_megabytes_pass_through_without_filling_the_memory(
    server: ServerProcess,
) -> None:
    """A wave file of the greatest size: streamed to the disk, examined, and read back in a range."""
    size = 200 * MEGABYTE
    data = size - 44
    header = b"RIFF" + struct.pack("<I", size - 8) + b"WAVEfmt "
    header += struct.pack("<IHHIIHH", 16, 1, 2, 48_000, 192_000, 4, 16)
    header += b"data" + struct.pack("<I", data)

    async def sound() -> AsyncIterator[bytes]:
        yield header
        for start in range(0, data, MEGABYTE):
            yield bytes(min(MEGABYTE, data - start))

    async with Client(server, "prosecutor") as prosecutor:
        await prosecutor.link()
        before = resident(server.pid)
        path = f"/api/seats/{prosecutor.seat}/exhibits"
        begun = await prosecutor.post(path, {"name": "监听录音.wav", "size": size})
        answer = await pour(prosecutor, begun["upload"], sound())
        assert (answer["received"], answer["exhibit"]) == (size, 1)
        file = f"{server.url}{path}/1/file"
        async with prosecutor.http.get(file, headers={"Range": "bytes=0-43"}) as response:
            assert (response.status, await response.read()) == (206, header)
        grown = resident(server.pid) - before
        assert grown < 48 * MEGABYTE, f"{grown / MEGABYTE:.0f} MB"
