"""A fault of the recording, its note drafted from the log, signed by the presiding judge, verified by anyone."""

import asyncio
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from .harness import Refusal, ServerProcess
from .signer import BrowserKey
from .speaking import Speaker
from .test_live_check import sitting, worker
from .test_story import verify

pytestmark = pytest.mark.fault

TEXT = "录制程序中止后自动恢复。\n缺失的一秒内无人发言。"


async def explain(judge: Speaker, number: int, text: str = TEXT) -> int:
    """The whole ceremony, as a browser does it."""
    key = BrowserKey()
    path = f"/api/seats/{judge.seat}/explanations"
    body = {
        "number": number,
        "text": text,
        "english": "",
        "public_key": key.public,
        "name_image": "",
    }
    prepared = await judge.post(path, body)
    signature = {"signature": key.sign(prepared["to_be_signed"])}
    finished = await judge.post(f"{path}/signature/{prepared['preparation']}", signature)
    return int(finished["number"])


async def test_from_the_fault_to_the_signed_note(server: ServerProcess, tmp_path: Path) -> None:
    """Closing does not wait for it; bench and clerk read the draft, who presides signs, others see nothing."""
    async with sitting(server) as (judge, accused, clerk):
        over = asyncio.create_task(clerk.changed("recording_recovered", "recorder_died"))
        os.kill(await worker(server), signal.SIGKILL)
        await over
        await judge.ask("close_hearing", override="演示")
        await clerk.event("hearing_closed")
        drafted = await clerk.get(f"/api/seats/{clerk.seat}/explanations/draft")
        assert drafted["due"]
        assert "录制程序中止" in drafted["text"]
        assert any("recorder stopped" in row["english"] for row in drafted["rows"])
        for client, code in ((clerk, "not_allowed"), (accused, "not_found")):
            with pytest.raises(Refusal) as caught:
                await explain(client, 1)
            assert caught.value.code == code
        with pytest.raises(Refusal, match="stale_revision"):
            await explain(judge, 7)
        with pytest.raises(Refusal, match="unprintable_character"):
            await explain(judge, 1, "有一个表情 \U0001f600")
        assert await explain(judge, 1) == 1
        told = await clerk.event("fault_explained", explanation=1)
        assert told["by"] == judge.seat
        assert told["event"]["text"] == TEXT
        assert not [t for t in accused.tells if t.get("event", {}).get("type") == "fault_explained"]
        with pytest.raises(Refusal, match="not_found"):
            await accused.get(f"/api/seats/{accused.seat}/explanations/1.pdf")
        pdf = await clerk.get(f"/api/seats/{clerk.seat}/explanations/1.pdf?download=1")
    note = tmp_path / "note.pdf"
    note.write_bytes(pdf)
    said = await asyncio.to_thread(
        subprocess.run, ["pdftotext", "-layout", note, "-"], capture_output=True, text=True
    )
    words = re.sub(r"\s", "", said.stdout)
    assert "缺失的一秒内无人发言。" in words
    assert "庭审日志所载" in words
    verified = await asyncio.to_thread(verify, note, server.data)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "recording note 1" in verified.stdout
    assert "those of note.json" in verified.stdout
