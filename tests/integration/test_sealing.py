"""A sealed span over a real server: on every screen, in catch-up, in print, and over a kill -9."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from .harness import Client, Refusal, ServerProcess
from .test_story import pdf_text, seated

OPEN, SECRET = "公开的话语。", "秘密的话语。"


async def printed(client: Client, version: int, folder: Path) -> str:
    path = folder / f"{client.role}-{version}.pdf"
    path.write_bytes(await client.get(f"/api/seats/{client.seat}/transcript/{version}.pdf"))
    return "".join((await asyncio.to_thread(pdf_text, path)).split())


async def frozen(clients: dict[str, Client], version: int) -> None:
    await clients["clerk"].ask("freeze_transcript")
    for client in clients.values():
        await client.event("transcript_sealed", version=version)


async def custody(client: Client) -> Any:
    return await client.get(f"/api/seats/{client.seat}/custody")


async def test_what_is_said_while_the_public_is_excluded_stays_sealed(
    server: ServerProcess, tmp_path: Path
) -> None:
    """The judge opens it, a document is printed with its words, and sealed again it is withheld."""
    async with seated(server) as clients:
        judge, clerk, counsel = (clients[r] for r in ("presiding_judge", "clerk", "counsel"))
        await judge.ask("open_hearing")
        await clerk.ask("enter_line", speaker=judge.seat, text=OPEN)
        await judge.ask("exclude_public", reason="涉及隐私（虚构）", recorded=True)
        await clerk.ask("enter_line", speaker=counsel.seat, text=SECRET)
        await judge.event("line_entered", text=SECRET)
        await counsel.event("line_entered", line=2, text=SECRET)
        span = (await custody(judge))["access"][0]
        with pytest.raises(Refusal, match="public_excluded"):
            await judge.post(f"/api/seats/{judge.seat}/custody/access/{span['access']}/end", {})
        await judge.ask("admit_public")
        with pytest.raises(Refusal, match="not_found"):
            await custody(counsel)

        # Whoever sat inside reads it, also who comes back: until the judge seals it by order.
        access = f"/api/seats/{judge.seat}/custody/access"
        now = int((await judge.get(f"/api/seats/{judge.seat}/playback"))["at"])
        order = {"level": "sealed", "started_at": span["started_at"], "ended_at": now}
        await counsel.hang_up()
        assert [line["text"] for line in (await counsel.enter())["view"]["lines"]] == [OPEN, SECRET]
        ordered = await judge.post(access, {**order, "reason": "另行封存（虚构）"})
        await counsel.hang_up()
        counsel.tells.clear()
        welcome = await counsel.enter(after=counsel.welcome["seq"])
        assert SECRET not in json.dumps(welcome, ensure_ascii=False)
        await counsel.hang_up()
        lines = (await counsel.enter())["view"]["lines"]
        assert [line["text"] for line in lines] == [OPEN, ""]
        assert SECRET not in json.dumps(counsel.tells, ensure_ascii=False)

        await judge.ask("close_hearing", override="演示")
        await frozen(clients, 1)
        for reader in (counsel, judge):
            text = await printed(reader, 1, tmp_path)
            assert "依法封存" in text
            assert SECRET not in text

        for one in (ordered["access"], span["access"]):
            await judge.post(f"{access}/{one}/lift", {"reason": "不再需要（虚构）"})
        await counsel.told(
            lambda tell: SECRET in [line["text"] for line in tell.get("view", {}).get("lines", [])]
        )
        await frozen(clients, 2)
        assert SECRET in await printed(counsel, 2, tmp_path)

        sealed = (await custody(judge))["access"]
        assert sealed == []
        again = {"level": "sealed", "started_at": span["started_at"], "ended_at": None}
        await judge.post(access, {**again, "reason": "再次封存（虚构）"})
        with pytest.raises(Refusal, match="sealed") as refused:
            await printed(counsel, 2, tmp_path)
        assert refused.value.status == 403
        assert SECRET in await printed(clerk, 2, tmp_path)

    await server.stop(signal.SIGKILL)
    await server.start()
    async with Client(server, "presiding_judge") as judge, Client(server, "counsel") as counsel:
        await judge.link()
        await counsel.link()
        (kept,) = (await custody(judge))["access"]
        assert (kept["level"], kept["started_at"]) == ("sealed", span["started_at"])
        with pytest.raises(Refusal, match="sealed"):
            await printed(counsel, 2, tmp_path)
