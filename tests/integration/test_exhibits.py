"""Exhibits over a real server: sent in pieces, refused with the reason, read by whom they are visible to."""

import asyncio
import hashlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.hearing_server.adapters.examining import files

from .harness import Client, Refusal, ServerProcess, serving


async def send(client: Client, data: bytes, name: str = "借条.pdf", **query: str) -> dict[str, Any]:
    begun = await client.post(
        f"/api/seats/{client.seat}/exhibits", {"name": name, "size": len(data)}
    )
    return await pour(client, begun["upload"], data)


async def pour(client: Client, upload: str, data: Any, offset: int = 0) -> dict[str, Any]:
    path = f"/api/seats/{client.seat}/uploads/{upload}?offset={offset}"
    answer: dict[str, Any] = await client._http("POST", path, data=data)
    return answer


async def read(
    client: Client, exhibit: int, query: str = "", **headers: str
) -> tuple[int, Any, bytes]:
    path = f"{client.url}/api/seats/{client.seat}/exhibits/{exhibit}/file{query}"
    async with client.http.get(path, headers=headers) as response:
        return response.status, response.headers, await response.read()


async def in_session(*clients: Client) -> None:
    for client in clients:
        await client.enter()
    judge = clients[0]
    await judge.ask("admit_all")
    await judge.ask("open_hearing")


async def test_an_exhibit_is_sent_shown_and_read(server: ServerProcess) -> None:
    """Before the hearing by a side; by the court and the sides at once, with its own name, in ranges."""
    data = files.pdf(3)
    async with (
        Client(server, "presiding_judge") as judge,
        Client(server, "prosecutor") as prosecutor,
        Client(server, "counsel") as counsel,
    ):
        await prosecutor.link()
        answer = await send(prosecutor, data, "借条 扫描件.pdf")
        assert answer == {"received": len(data), "exhibit": 1, "notes": []}
        await in_session(judge, prosecutor, counsel)
        (exhibit,) = judge.welcome["view"]["exhibits"]
        assert (exhibit["name"], exhibit["pages"], exhibit["size"]) == (
            "借条 扫描件.pdf",
            3,
            len(data),
        )
        assert exhibit["sha256"] == hashlib.sha256(data).hexdigest()
        for reader in (judge, prosecutor, counsel):
            status, headers, body = await read(reader, 1)
            assert (status, body) == (200, data)
            assert headers["Content-Type"] == "application/pdf"
            assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Disposition"].startswith("inline;")
        status, headers, body = await read(counsel, 1, "?download=1", Range="bytes=5-9")
        assert (status, body) == (206, data[5:10])
        assert headers["Content-Range"] == f"bytes 5-9/{len(data)}"
        name = "%E5%80%9F%E6%9D%A1%20%E6%89%AB%E6%8F%8F%E4%BB%B6.pdf"
        expected = f"attachment; filename=\"exhibit-1.pdf\"; filename*=UTF-8''{name}"
        assert headers["Content-Disposition"] == expected


async def test_nobody_else_reads_it_and_other_numbers_are_nothing(server: ServerProcess) -> None:
    async with (
        Client(server, "presiding_judge") as judge,
        Client(server, "prosecutor") as prosecutor,
    ):
        await judge.link()
        await prosecutor.link()
        await send(prosecutor, files.pdf())
        for number in (0, 2, 999_999):
            assert (await read(judge, number))[0] == 404
        async with aiohttp.ClientSession() as stranger:
            path = f"{server.url}/api/seats/{judge.seat}/exhibits/1/file"
            async with stranger.get(path) as response:
                assert response.status == 401
            async with stranger.get(path.replace("exhibits/1", "exhibits/..%2f1")) as response:
                assert response.status in (400, 404)
        await prosecutor.enter()
        await prosecutor.ask("withdraw_exhibit", exhibit=1)
        assert (await read(judge, 1))[0] == 404


REFUSED = [
    ("合同.pdf", files.HTML, "unknown_type"),
    ("图.svg", files.SVG, "unknown_type"),
    ("扫描.png", files.pdf(1), "other_type PDF"),
    ("合同.pdf", files.picture("PNG"), "other_type PNG"),
    ("网页.html", files.pdf(1), "other_type PDF"),
    ("合同.pdf", files.encrypted_pdf(), "encrypted"),
    ("合同.pdf", files.pdf_bomb(), "bomb"),
]


async def test_a_bomb_and_a_lie_are_refused_with_the_reason(server: ServerProcess) -> None:
    """Nothing of them stays on the disk, and the log has nothing of them."""
    async with Client(server, "prosecutor") as prosecutor:
        await prosecutor.link()
        for name, data, reason in REFUSED:
            with pytest.raises(Refusal) as caught:
                await send(prosecutor, data, name)
            assert (caught.value.status, caught.value.code) == (422, "bad_file"), reason
            assert caught.value.detail.startswith(reason)
        assert stored(server.data) == []
        await prosecutor.enter()
        assert prosecutor.welcome["view"]["exhibits"] == []


def stored(data: Path) -> list[str]:
    return sorted(p.name for p in (data / "exhibits").rglob("*") if p.is_file())


async def test_who_may_not_present_sends_nothing(server: ServerProcess) -> None:
    """Nor is anything taken that is too large, empty, encoded, or not at its place."""
    async with Client(server, "prosecutor") as prosecutor:
        await prosecutor.link()
        path = f"/api/seats/{prosecutor.seat}/exhibits"
        for body, code in (
            ({"name": "a.pdf", "size": 200_000_001}, "too_large"),
            ({"name": "a.pdf", "size": 0}, "bad_file"),
            ({"name": "a.pdf", "size": "7"}, "bad_message"),
            ({"name": " / ", "size": 7}, "empty"),
        ):
            with pytest.raises(Refusal) as caught:
                await prosecutor.post(path, body)
            assert caught.value.code == code
        begun = await prosecutor.post(path, {"name": "a.pdf", "size": 100})
        for data, offset, code in ((b"x" * 10, 5, "bad_message"), (b"x" * 101, 0, "too_large")):
            with pytest.raises(Refusal) as caught:
                await pour(prosecutor, begun["upload"], data, offset)
            assert caught.value.code == code
        with pytest.raises(Refusal) as caught:
            await pour(prosecutor, "no-such-upload", b"x")
        assert caught.value.status == 404


async def test_a_broken_upload_goes_on_where_it_broke(server: ServerProcess) -> None:
    """The line dies in the middle; the file is whole in the end, and one exhibit."""
    data = files.picture("PNG", (1400, 1200))
    assert len(data) > 4_000_000

    async def half() -> AsyncIterator[bytes]:
        yield data[:2_500_000]
        await asyncio.sleep(0.5)
        raise ConnectionAbortedError

    async with Client(server, "prosecutor") as prosecutor:
        await prosecutor.link()
        path = f"/api/seats/{prosecutor.seat}/exhibits"
        begun = await prosecutor.post(path, {"name": "现场.png", "size": len(data)})
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await pour(prosecutor, begun["upload"], half())
        came = 0
        for _ in range(50):
            how_far = await prosecutor.get(
                f"/api/seats/{prosecutor.seat}/uploads/{begun['upload']}"
            )
            came = how_far["received"]
            if came == 2_500_000:
                break
            await asyncio.sleep(0.05)
        assert came == 2_500_000
        answer = await pour(prosecutor, begun["upload"], data[came:], came)
        assert answer["exhibit"] == 1
        again = await prosecutor.get(f"/api/seats/{prosecutor.seat}/uploads/{begun['upload']}")
        assert again == answer
        assert (await read(prosecutor, 1))[2] == data
        async with Client(server, "counsel") as counsel:
            await counsel.link()
            with pytest.raises(Refusal) as caught:
                await counsel.get(f"/api/seats/{counsel.seat}/uploads/{begun['upload']}")
            assert caught.value.status == 404
    assert "request failed" not in server.log  # a line that dies is no fault of ours


async def test_the_same_file_twice_is_stored_once(server: ServerProcess) -> None:
    """And the second answer is as the first: nobody learns that the court has a file already."""
    data = files.pdf()
    async with (
        Client(server, "prosecutor") as prosecutor,
        Client(server, "counsel") as counsel,
    ):
        await prosecutor.link()
        await counsel.link()
        first, second = await send(prosecutor, data), await send(counsel, data)
        assert (first.pop("exhibit"), second.pop("exhibit")) == (1, 2)
        assert first == second
        assert stored(server.data) == [hashlib.sha256(data).hexdigest()]


@pytest.mark.fault
async def test_what_was_being_sent_is_gone_after_a_kill_and_what_was_entered_stays(
    tmp_path: Path,
) -> None:
    data = files.pdf()
    async with serving(tmp_path / "data") as server:
        async with Client(server, "prosecutor") as prosecutor:
            await prosecutor.link()
            await send(prosecutor, data)
            path = f"/api/seats/{prosecutor.seat}/exhibits"
            begun = await prosecutor.post(path, {"name": "b.pdf", "size": 5_000_000})

            async def endless() -> AsyncIterator[bytes]:
                for _ in range(3):
                    yield os.urandom(1_200_000)
                await asyncio.sleep(30)

            sending = asyncio.create_task(pour(prosecutor, begun["upload"], endless()))
            parts = tmp_path / "data/exhibits/parts"
            for _ in range(200):
                if any(p.stat().st_size > 2_000_000 for p in parts.iterdir()):
                    break
                await asyncio.sleep(0.05)
            else:
                raise AssertionError("nothing arrived")
            await server.stop(signal.SIGKILL)
            await asyncio.gather(sending, return_exceptions=True)
        # A file that was whole when the power went, but not yet entered.
        orphan = tmp_path / "data/exhibits/waiting" / f"{'0' * 64}.{'0' * 32}.{'0' * 16}"
        orphan.write_bytes(b"orphan")
        links = server.links
        await server.start()
        server.links = links
        assert stored(server.data) == [hashlib.sha256(data).hexdigest()]
        async with Client(server, "prosecutor") as prosecutor:
            await prosecutor.link()
            assert (await read(prosecutor, 1))[2] == data


async def test_a_quota_holds_for_what_is_on_its_way_too(tmp_path: Path) -> None:
    async with (
        serving(tmp_path / "data", HEARING_EXHIBIT_PARTY_MB="1") as server,
        Client(server, "prosecutor") as prosecutor,
    ):
        await prosecutor.link()
        path = f"/api/seats/{prosecutor.seat}/exhibits"
        await prosecutor.post(path, {"name": "a.pdf", "size": 600_000})
        with pytest.raises(Refusal) as caught:
            await prosecutor.post(path, {"name": "b.pdf", "size": 600_000})
        assert (caught.value.code, caught.value.detail) == ("quota", "1")
