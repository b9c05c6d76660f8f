"""Speech to text over a real server, with the tiny model: who reads what, and what a fault costs."""

import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.transcript.speech.voices import HIGH, LOW, silence, voice

from .harness import Client, Refusal, ServerProcess, serving
from .voiced import MODEL, Voice, speech

LOW_WORD, HIGH_WORD = "原", "告"


@contextlib.asynccontextmanager
async def court(
    server: ServerProcess, *, admit: tuple[str, ...] = ("counsel", "defendant", "prosecutor")
) -> AsyncIterator[dict[str, Voice]]:
    """All five in the room; those in `admit` are let in, and the hearing is open."""
    async with AsyncExitStack() as stack:
        people = {
            role: await stack.enter_async_context(Voice(server, role)) for role in server.seats
        }
        for person in people.values():
            await person.sit()
        judge = people["presiding_judge"]
        for role in admit:
            await judge.ask("admit", party=people[role].seat)
        await judge.ask("open_hearing")
        await people["clerk"].told(lambda t: t["type"] == "speech_told" and t["state"] == "on")
        yield people


def utterance(*formants: tuple[float, float]) -> list[bytes]:
    """A word each, and the silence after it."""
    return speech(silence(0.2), *(voice(f, 1.0) for f in formants), silence(1.2))


async def said_by(client: Client, kind: str, speaker: Client, text: str) -> dict[str, Any]:
    return await client.told(
        lambda t: (
            (t["type"], t.get("party"), t.get("text")) == (kind, speaker.seat, text) and t["final"]
        )
    )


async def test_what_is_said_is_read_by_who_may_hear_it(tmp_path: Path) -> None:
    """Captions for who wants them and hears the speaker, a draft for the clerk, a line when accepted."""
    async with (
        serving(tmp_path / "data", HEARING_SPEECH_MODEL=str(MODEL)) as server,
        court(server, admit=("counsel", "prosecutor")) as people,
    ):
        judge, clerk, counsel = people["presiding_judge"], people["clerk"], people["counsel"]
        waiting, indifferent = people["defendant"], people["prosecutor"]
        for reader in (counsel, waiting):
            await reader.ask("switch_captions", on=True)
        began = time.time() * 1000
        await judge.say(utterance(LOW, HIGH))
        await said_by(counsel, "captioned", judge, LOW_WORD + HIGH_WORD)
        draft = await said_by(clerk, "draft_told", judge, LOW_WORD + HIGH_WORD)
        assert any(not caption["final"] for caption in counsel.captions()), "as it is said"
        assert not waiting.captions(), "who waits outside hears nothing"
        assert not indifferent.captions(), "and who did not ask for any is not told"
        assert not any(t["type"] == "draft_told" for t in counsel.tells)
        assert [word["text"] for word in draft["words"]] == [LOW_WORD, HIGH_WORD]
        assert began - 200 < draft["started_at"] < draft["words"][0]["at"] < draft["ended_at"]

        for someone in (counsel, judge):
            with pytest.raises(Refusal, match="not_allowed"):
                await someone.ask("drop_draft", draft=draft["draft"])
        accept = {"draft": draft["draft"], "speaker": judge.seat, "text": "原告：是。"}
        await clerk.ask("accept_draft", **accept)
        line = (await counsel.event("line_entered"))["event"]
        assert (line["text"], line["speaker"]) == ("原告：是。", judge.seat)
        assert (line["started_at"], line["ended_at"]) == (draft["started_at"], draft["ended_at"])
        with pytest.raises(Refusal, match="unknown_draft"):
            await clerk.ask("accept_draft", **accept)

        await judge.say(utterance(HIGH))
        other = await said_by(clerk, "draft_told", judge, HIGH_WORD)
        with pytest.raises(Refusal, match="unknown_party"):
            await clerk.ask("accept_draft", draft=other["draft"], speaker="nobody", text="x")
        clerk.tells.clear()
        await clerk.hang_up()
        await clerk.enter(take_over=True)
        again = await said_by(clerk, "draft_told", judge, HIGH_WORD)
        assert again["draft"] == other["draft"], "a desk that comes back is told what waits"
        await clerk.ask("drop_draft", draft=other["draft"])
        await clerk.told(lambda t: (t["type"], t.get("draft")) == ("draft_gone", other["draft"]))

        await nothing_of_a_private_talk(people)
    log = (tmp_path / "data.log").read_text()
    assert LOW_WORD not in log, "captions are never logged"


async def nothing_of_a_private_talk(people: dict[str, Voice]) -> None:
    """A pause, the bench's deliberation: not a word of it is recognised."""
    judge, clerk, counsel = people["presiding_judge"], people["clerk"], people["counsel"]
    heard = len([t for t in clerk.tells if t["type"] == "draft_told"])
    captions = len(counsel.captions())
    await judge.ask("begin_deliberation")
    await judge.say(utterance(LOW))
    await judge.ask("end_deliberation")
    await judge.ask("pause_hearing")
    await judge.say(utterance(LOW))
    await judge.ask("resume_hearing")
    await judge.say(utterance(HIGH))
    await said_by(clerk, "draft_told", judge, HIGH_WORD)
    drafts = [t for t in clerk.tells if t["type"] == "draft_told"][heard:]
    assert {t["text"] for t in drafts} == {HIGH_WORD}
    assert {c["text"] for c in counsel.captions()[captions:]} == {HIGH_WORD}


@pytest.mark.fault
async def test_a_killed_recogniser_is_back(tmp_path: Path) -> None:
    """kill -9 of the child: the desks are told, the hearing goes on, and soon there are captions again."""
    async with (
        serving(tmp_path / "data", HEARING_SPEECH_MODEL=str(MODEL)) as server,
        court(server) as people,
    ):
        judge, clerk = people["presiding_judge"], people["clerk"]
        await judge.ask("switch_captions", on=True)
        os.kill(recogniser_of(server), signal.SIGKILL)
        await clerk.told(lambda t: t["type"] == "speech_told" and t["state"] == "down")
        clerk.tells.clear()
        await clerk.ask("enter_line", speaker=judge.seat, text="照常记录。")
        await clerk.told(lambda t: t["type"] == "speech_told" and t["state"] == "on")
        await judge.say(utterance(LOW))
        await said_by(judge, "captioned", judge, LOW_WORD)
        await said_by(clerk, "draft_told", judge, LOW_WORD)


async def test_a_wrong_model_costs_captions_and_nothing_else(tmp_path: Path) -> None:
    """The library ends its process over it, again and again, until that is given up, visibly."""
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "tokens.txt").write_bytes((MODEL / "tokens.txt").read_bytes())
    model = (MODEL / "model.onnx").read_bytes()
    (wrong / "model.onnx").write_bytes(model.replace(b"decode_chunk_len", b"decode_chunk_lem"))
    async with (
        serving(tmp_path / "data", HEARING_SPEECH_MODEL=str(wrong)) as server,
        Client(server, "presiding_judge") as judge,
        Client(server, "clerk") as clerk,
    ):
        await judge.enter()
        await clerk.enter()
        await judge.ask("open_hearing")
        for _ in range(5):  # it is tried four times more, ever later
            with contextlib.suppress(TimeoutError):
                await clerk.told(lambda t: t["type"] == "speech_told" and t["state"] == "failed")
        await clerk.ask("enter_line", speaker=judge.seat, text="照常记录。")
        metrics = (await clerk.get("/metrics")).decode()
        assert "hearing_speech_given_up 1.0" in metrics
        assert "hearing_speech_deaths_total 5.0" in metrics
        assert recogniser_of(server, none=True) is None
    assert "wrong_model" in (tmp_path / "data.log").read_text()


def recogniser_of(server: ServerProcess, none: bool = False) -> Any:
    """The process id of its recogniser."""
    for children in Path(f"/proc/{server.pid}/task").glob("*/children"):
        for child in children.read_text().split():
            if b"transcript.speech.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    assert none, "there is no recogniser"
    return None
