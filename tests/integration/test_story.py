"""The whole procedure over real sockets: from the opening to the signed transcript, and over a kill -9."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .harness import ROLES, Client, Refusal, ServerProcess, serving
from .signer import BrowserKey, read, sign

LINES = (
    ("presiding_judge", "现在开庭。核对当事人身份。"),
    ("prosecutor", "公诉机关指控被告人盗窃人民币３２００元，有 #import、$x$、*星号* 为证。"),
    ("defendant", "我认罪认罚。"),
    ("counsel", "Counsel has no objection; 无异议。"),
)


@contextlib.asynccontextmanager
async def seated(server: ServerProcess) -> AsyncIterator[dict[str, Client]]:
    """All five in their seats and admitted."""
    async with contextlib.AsyncExitStack() as stack:
        clients = {role: await stack.enter_async_context(Client(server, role)) for role in ROLES}
        for client in clients.values():
            await client.enter()
        judge = clients["presiding_judge"]
        for role in ("prosecutor", "defendant", "counsel"):
            await judge.ask("admit", party=clients[role].seat)
            await clients[role].told(lambda tell: tell["type"] == "view_told")
        yield clients


async def write_lines(clients: dict[str, Client]) -> None:
    for role, text in LINES:
        await clients["clerk"].ask("enter_line", speaker=clients[role].seat, text=text)
        for client in clients.values():
            await client.event("line_entered", text=text)


async def close_and_freeze(clients: dict[str, Client]) -> None:
    await clients["presiding_judge"].ask("close_hearing", override="演示")
    await clients["clerk"].ask("freeze_transcript")
    for client in clients.values():
        await client.event("transcript_sealed", version=1)


def pdf_text(path: Path) -> str:
    command = ["pdftotext", str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def verify(path: Path, data: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "hearing_server", "verify", str(path), "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=60,
    )


async def test_from_the_opening_to_the_signed_transcript(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Lines reach every screen, the PDF holds them, four sign, one refuses, and one changed byte shows."""
    async with seated(server) as clients:
        judge, clerk = clients["presiding_judge"], clients["clerk"]
        await judge.ask("open_hearing")
        await write_lines(clients)
        await judge.ask("pause_hearing", reason="休息十分钟")
        await clients["defendant"].event("hearing_paused", reason="休息十分钟")
        await judge.ask("resume_hearing")
        await close_and_freeze(clients)
        for role in ("prosecutor", "counsel"):
            await sign(clients[role])
        await clients["defendant"].ask("refuse_signature", version=1, reason="记录不完整")
        with pytest.raises(Refusal, match="not_your_turn"):
            await sign(judge)
        await sign(clerk)
        await sign(judge)
        await clerk.event("transcript_archived", version=1)
        with pytest.raises(Refusal, match="already_answered"):
            await sign(judge)
        pdf = await clerk.get(f"/api/seats/{clerk.seat}/transcript/1.pdf")

    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    text = await asyncio.to_thread(pdf_text, path)
    squeezed = "".join(text.split())
    for _, line in LINES:
        assert "".join(line.split()) in squeezed
    report = verify(path, server.data)
    assert report.returncode == 0, report.stdout
    for name in ("齐正言", "卞护之", "季录文", "宋明理"):
        assert name in report.stdout
    signed = [line for line in report.stdout.splitlines() if "signature" in line.split(": ")[1]]
    assert len(signed) == 4, report.stdout
    assert not any("吴名氏" in line for line in signed), "who refused has not signed"

    middle = len(pdf) // 2
    path.write_bytes(pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :])
    tampered = verify(path, server.data)
    assert tampered.returncode == 1
    assert "error" in tampered.stdout


async def test_signing_refuses_what_is_not_the_partys_own(server: ServerProcess) -> None:
    """A wrong signature, a foreign preparation, a used one, a key of another kind: refused, and all can go on."""
    async with seated(server) as clients:
        await clients["presiding_judge"].ask("open_hearing")
        await write_lines(clients)
        await close_and_freeze(clients)
        counsel, prosecutor = clients["counsel"], clients["prosecutor"]
        path = f"/api/seats/{counsel.seat}/signature"
        mine, other = BrowserKey(), BrowserKey()
        body = {"version": 1, "public_key": mine.public, "name_image": ""}
        with pytest.raises(Refusal, match="not_read"):
            await counsel.post(path, body)
        await read(counsel)
        prepared = await counsel.post(path, body)
        with pytest.raises(Refusal, match="not_found"):
            await prosecutor.post(
                f"/api/seats/{prosecutor.seat}/signature/{prepared['preparation']}",
                {"signature": mine.sign(prepared["to_be_signed"])},
            )
        with pytest.raises(Refusal, match="bad_signature"):
            await counsel.post(
                f"{path}/{prepared['preparation']}",
                {"signature": other.sign(prepared["to_be_signed"])},
            )
        with pytest.raises(Refusal, match="not_found"):
            await counsel.post(
                f"{path}/{prepared['preparation']}",
                {"signature": mine.sign(prepared["to_be_signed"])},
            )
        with pytest.raises(Refusal, match="bad_signature"):
            await counsel.post(path, {**body, "public_key": "AAAA"})
        with pytest.raises(Refusal, match="transcript_changed"):
            await counsel.post(path, {**body, "version": 7})
        with pytest.raises(Refusal, match="bad_message"):
            await counsel.post(path, {**body, "name_image": "////"})
        await sign(counsel)


async def test_parties_who_sign_at_once_are_queued(server: ServerProcess) -> None:
    """Nobody notices that the file takes one signature at a time."""
    async with seated(server) as clients:
        await clients["presiding_judge"].ask("open_hearing")
        await write_lines(clients)
        await close_and_freeze(clients)
        parties = [clients[role] for role in ("prosecutor", "defendant", "counsel")]
        hashes = await asyncio.gather(*(sign(party) for party in parties))
        assert len(set(hashes)) == 3


async def test_a_changed_line_asks_for_a_new_freeze(server: ServerProcess) -> None:
    """The old version can no longer be signed; the new one starts without answers."""
    async with seated(server) as clients:
        clerk, counsel = clients["clerk"], clients["counsel"]
        await clients["presiding_judge"].ask("open_hearing")
        await write_lines(clients)
        await close_and_freeze(clients)
        await sign(counsel)
        fixed = {"line": 3, "revision": 1, "speaker": clients["defendant"].seat}
        await clerk.ask("correct_line", **fixed, text="我不认罪。")
        with pytest.raises(Refusal, match="transcript_changed"):
            await sign(clients["prosecutor"])
        await clerk.ask("freeze_transcript")
        await counsel.event("transcript_sealed", version=2)
        await sign(counsel, version=2)


async def test_a_record_signed_in_an_adjournment_goes_on_with_the_hearing(
    server: ServerProcess,
) -> None:
    """Two sittings, each signed by all: the second version has both, and the first can still be had."""
    async with seated(server) as clients:
        judge, clerk = clients["presiding_judge"], clients["clerk"]
        order = ("prosecutor", "defendant", "counsel", "clerk", "presiding_judge")
        await judge.ask("open_hearing")
        await write_lines(clients)
        await judge.ask("suspend_hearing", reason="改日继续")
        await clerk.ask("freeze_transcript")
        await clerk.event("transcript_sealed", version=1)
        for role in order:
            await sign(clients[role])
        await clerk.event("transcript_archived", version=1)
        of_first = f"/api/seats/{clients['counsel'].seat}/transcript/1.pdf"
        first = await clients["counsel"].get(of_first)
        await judge.ask("resume_hearing")
        await clerk.ask("enter_line", speaker=judge.seat, text="继续开庭。")
        await judge.ask("close_hearing", override="演示")
        await clerk.ask("freeze_transcript")
        await clerk.event("transcript_sealed", version=2)
        for role in order:
            await sign(clients[role], version=2)
        await clerk.event("transcript_archived", version=2)
        with pytest.raises(Refusal, match="transcript_complete"):
            await clerk.ask("enter_line", speaker=judge.seat, text="补记")
        assert await clients["counsel"].get(of_first) == first
        second = await clerk.get(f"/api/seats/{clerk.seat}/transcript/2.pdf")
        assert second != first


async def test_a_name_that_cannot_be_printed(server: ServerProcess) -> None:
    """The clerk is told which character; nothing is frozen, nothing lost, and the line can be mended."""
    async with seated(server) as clients:
        clerk = clients["clerk"]
        await clients["presiding_judge"].ask("open_hearing")
        await clerk.ask("enter_line", speaker=clerk.seat, text="证人𓀀到庭")
        await clients["presiding_judge"].ask("close_hearing", override="演示")
        with pytest.raises(Refusal, match=r"unprintable_character.*U\+13000"):
            await clerk.ask("freeze_transcript")
        fixed = {"line": 1, "revision": 1, "speaker": clerk.seat}
        await clerk.ask("correct_line", **fixed, text="证人到庭")
        await clerk.ask("freeze_transcript")
        await clerk.event("transcript_sealed", version=1)


@pytest.mark.fault
async def test_kill_in_the_middle_of_the_hearing(tmp_path: Path) -> None:
    """After kill -9 the same links lead back into the same hearing; every acknowledged line is there."""
    data = tmp_path / "data"
    async with serving(data) as server:
        async with seated(server) as clients:
            await clients["presiding_judge"].ask("open_hearing")
            await write_lines(clients)
            seats = {role: client.seat for role, client in clients.items()}
            writing = [
                clients["clerk"].ask("enter_line", speaker=clients["counsel"].seat, text=f"第{n}句")
                for n in range(40)
            ]
            acknowledged = []
            for task in asyncio.as_completed(writing):
                acknowledged.append(await task)
                if len(acknowledged) == 10:
                    break
            await server.stop(signal.SIGKILL)
        await server.start()
        async with Client(server, "clerk") as clerk, Client(server, "presiding_judge") as judge:
            welcome = await clerk.enter()
            assert clerk.seat == seats["clerk"]
            view = welcome["view"]
            assert view["phase"] == "in_session"
            texts = [line["text"] for line in view["lines"]]
            assert texts[: len(LINES)] == [text for _, text in LINES]
            assert len(texts) >= len(LINES) + 10, "an acknowledged line is missing"
            assert [line["line"] for line in view["lines"]] == list(range(1, len(texts) + 1))
            assert all(
                s["presence"] == "away" and s["left_by"] == "server"
                for s in view["seats"]
                if s["party"] not in (clerk.seat, seats["clerk"])
            )
            await judge.enter()
            await judge.ask("close_hearing", override="演示")


@pytest.mark.fault
async def test_kill_between_freeze_and_seal(tmp_path: Path) -> None:
    """A document that was frozen but not yet printed is printed and sealed after the restart."""
    async with serving(tmp_path / "data") as server:
        async with seated(server) as clients:
            await clients["presiding_judge"].ask("open_hearing")
            await write_lines(clients)
            await clients["presiding_judge"].ask("close_hearing", override="演示")
            await clients["clerk"].ask("freeze_transcript")
            await server.stop(signal.SIGKILL)
        await server.start()
        async with Client(server, "clerk") as clerk:
            view = (await clerk.enter())["view"]
            if not view["freeze"]["sealed"]:
                await clerk.event("transcript_sealed", version=1)
            pdf = await clerk.get(f"/api/seats/{clerk.seat}/transcript/1.pdf")
            assert pdf.startswith(b"%PDF-")


async def test_a_clean_stop_ends_clean(tmp_path: Path) -> None:
    """SIGTERM with parties in the room: exit code 0, and the log says that the server went."""
    async with serving(tmp_path / "data") as server:
        async with seated(server) as clients:
            await clients["presiding_judge"].ask("open_hearing")
            assert await server.stop(signal.SIGTERM) == 0
        assert "Traceback" not in server.log
        await server.start()
        async with Client(server, "clerk") as clerk:
            view = (await clerk.enter())["view"]
            away = {s["left_by"] for s in view["seats"] if s["party"] != clerk.seat}
            assert away == {"server"}
