"""What is said in an exhibit, with the tiny model: recognised as a job, read by its readers, over kills and stops."""

import contextlib
import io
import os
import signal
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.hearing_server.adapters.examining import files
from tests.transcript.speech.voices import HIGH, LOW, RATE, silence, voice

from .harness import Client, Refusal, ServerProcess, serving
from .papers import settled
from .test_exhibits import in_session, read, send
from .test_speech import HIGH_WORD, LOW_WORD
from .voiced import MODEL

SECONDS = 3.5  # at which the second word is said


def sound() -> bytes:
    """A WAV file: one word after half a second, another later."""
    said = [silence(0.5), voice(LOW, 0.8), silence(SECONDS - 1.3), voice(HIGH, 0.8), silence(1.0)]
    samples = (np.concatenate(said) * 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


@contextlib.asynccontextmanager
async def court(server: ServerProcess) -> AsyncIterator[tuple[Client, Client]]:
    """Clerk and prosecutor in the room; the prosecutor has submitted the sound and a paper."""
    async with (
        Client(server, "presiding_judge") as judge,
        Client(server, "prosecutor") as prosecutor,
        Client(server, "clerk") as clerk,
    ):
        await prosecutor.link()
        assert (await send(prosecutor, sound(), "录音.wav"))["exhibit"] == 1
        assert (await send(prosecutor, files.pdf(1)))["exhibit"] == 2
        await in_session(judge, prosecutor, clerk)
        yield clerk, prosecutor


def path(client: Client, exhibit: int = 1) -> str:
    return f"/api/seats/{client.seat}/exhibits/{exhibit}/speech"


async def about(client: Client) -> dict[str, Any]:
    return dict(await client.get(path(client)))


async def until(client: Client, standing: str) -> dict[str, Any]:
    look = lambda: about(client)  # noqa: E731
    return dict(await settled(look, lambda now: now["standing"] == standing))


async def code_of(asked: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await asked
    return caught.value.code


def workers(server: ServerProcess) -> list[int]:
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            pid = int(process.name)
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == server.pid and b"file_worker" in (process / "cmdline").read_bytes():
                found.append(pid)
    return found


async def worker(server: ServerProcess) -> int:
    """The child that is at work, held where it is."""

    async def look() -> list[int]:
        return workers(server)

    (pid,) = await settled(look, bool)
    os.kill(pid, signal.SIGSTOP)
    return int(pid)


@pytest.mark.timeout(240)
@pytest.mark.fault
async def test_asked_for_read_taken_and_over_a_kill(tmp_path: Path) -> None:
    async with serving(tmp_path / "data", HEARING_SPEECH_MODEL=str(MODEL)) as server:
        async with court(server) as (clerk, prosecutor):
            assert (await about(clerk))["standing"] == "none"
            assert await code_of(prosecutor.post(path(prosecutor), {})) == "not_allowed"
            assert await code_of(clerk.post(path(clerk, 2), {})) == "bad_file"
            assert await code_of(clerk.post(path(clerk, 9), {})) == "not_found"
            await clerk.post(path(clerk), {})
            await worker(server)
            assert await code_of(clerk.post(path(clerk), {})) == "no_change"
            await clerk._http("DELETE", path(clerk))
            assert (await about(clerk))["standing"] == "none"
            assert workers(server) == []
            assert await code_of(clerk._http("DELETE", path(clerk))) == "no_change"

            await clerk.post(path(clerk), {})
            victim = await worker(server)
            os.kill(
                victim, signal.SIGKILL
            )  # only the child: the job says so, and can be asked anew
            assert (await until(clerk, "failed"))["fault"] == "broken"
            await clerk.post(path(clerk), {})
            held = await worker(server)
            await server.stop(signal.SIGKILL)
        os.kill(held, signal.SIGKILL)
        await server.start()
        async with Client(server, "clerk") as clerk, Client(server, "prosecutor") as prosecutor:
            for client in (clerk, prosecutor):
                await client.enter()
            said = (await until(clerk, "done"))["said"]  # taken up again by itself
            assert [one["text"] for one in said] == [LOW_WORD, HIGH_WORD]
            assert 100 <= said[0]["began"] <= 600  # a little before the voice
            assert abs(said[1]["began"] - SECONDS * 1000) <= 600
            assert said[0]["words"][0][0] == LOW_WORD
            assert (await about(prosecutor))["said"] == said
            assert await code_of(clerk.post(path(clerk), {})) == "no_change"
            line = f"【证据1，00:00:00，语音识别】{said[0]['text']}"
            await clerk.ask("enter_line", speaker=prosecutor.seat, text=line)
            await clerk.event("line_entered", text=line)
            async with Client(server, "defendant") as other:
                await other.link()
                assert await code_of(other.get(path(clerk))) in ("no_session", "not_found")
                assert (await read(other, 1))[0] == 200
                assert (await about(other))["said"] == said  # as they read its file
                assert await code_of(other.post(path(other), {})) == "not_allowed"
            await prosecutor.ask("withdraw_exhibit", exhibit=1)
            assert await code_of(about(clerk)) == "not_found"
        assert not list((server.data / "spoken").rglob("*.job"))
        assert LOW_WORD not in server.log


async def test_without_a_model_it_says_so_and_a_wrong_one_costs_the_job(tmp_path: Path) -> None:
    async with serving(tmp_path / "none") as server, court(server) as (clerk, _):
        assert await code_of(clerk.post(path(clerk), {})) == "no_model"
        assert (await about(clerk))["standing"] == "none"
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "tokens.txt").write_bytes((MODEL / "tokens.txt").read_bytes())
    model = (MODEL / "model.onnx").read_bytes()
    (wrong / "model.onnx").write_bytes(model.replace(b"decode_chunk_len", b"decode_chunk_lem"))
    async with (
        serving(tmp_path / "data", HEARING_SPEECH_MODEL=str(wrong)) as server,
        court(server) as (clerk, _),
    ):
        await clerk.post(path(clerk), {})
        assert (await until(clerk, "failed"))["fault"] == "wrong_model"
        await clerk.ask("enter_line", speaker=clerk.seat, text="照常记录。")
