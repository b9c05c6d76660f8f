"""Over real sockets: a line is objected to and corrected, the new version asks for the change alone."""

import re

import pytest

from .harness import Client, Refusal, ServerProcess
from .signer import BrowserKey, read, sign
from .test_story import close_and_freeze, pdf_text, seated, write_lines


async def passages(client: Client, version: int, asking: str = "") -> dict[str, str]:
    """Each passage of a version, and what is to be done about it."""
    path = f"/api/seats/{client.seat}/transcript/{version}/passages{asking}"
    return {one["name"]: one["change"] for one in (await client.get(path))["passages"]}


async def frozen(clerk: Client, *others: Client, version: int) -> None:
    await clerk.ask("freeze_transcript")
    for one in (clerk, *others):
        await one.event("transcript_sealed", version=version)


async def test_a_corrected_line_is_all_that_is_read_again(server: ServerProcess) -> None:
    async with seated(server) as clients:
        judge, clerk = clients["presiding_judge"], clients["clerk"]
        defendant, counsel, prosecutor = (
            clients[role] for role in ("defendant", "counsel", "prosecutor")
        )
        await judge.ask("open_hearing")
        await write_lines(clients)
        await close_and_freeze(clients)
        with pytest.raises(Refusal, match="not_read"):
            await sign_unread(defendant)
        await read(defendant)
        await sign(counsel)
        await defendant.ask(
            "object_to_line", version=1, line=1, wording="现在宣布开庭。", reason="漏记"
        )
        made = (await clerk.event("objection_made"))["event"]
        assert (made["party"], made["place"], made["line"]) == (defendant.seat, 1, 1)
        await prosecutor.event("objection_made", objection=1)
        with pytest.raises(Refusal, match="objection_open"):
            await sign(defendant)
        await defendant.ask("confirm_passages", version=1)
        accept = {"objection": 1, "revision": 1, "text": "现在宣布开庭。"}
        with pytest.raises(Refusal, match="not_allowed"):
            await prosecutor.ask("accept_objection", speaker=judge.seat, **accept)
        await clerk.ask("accept_objection", speaker=judge.seat, **accept)
        await defendant.event("objection_accepted", objection=1)
        everybody = (judge, defendant, counsel, prosecutor)
        await frozen(clerk, *everybody, version=2)

        for one in (defendant, counsel):
            found = await passages(one, version=2)
            changed = {name: change for name, change in found.items() if change != "same"}
            assert changed == {"line-1": "changed", "objection-1": "new"}, found
            with pytest.raises(Refusal, match="not_read"):
                await sign_unread(one, version=2)
            await one.ask("confirm_passages", version=2, passages=list(changed))
            await sign_unread(one, version=2)
        assert set((await passages(prosecutor, version=2)).values()) == {"new"}
        with pytest.raises(Refusal, match="not_found"):
            await passages(prosecutor, version=1)
        with pytest.raises(Refusal, match="not_allowed"):
            await passages(prosecutor, version=2, asking="?since=before")
        desk = await passages(clerk, version=2, asking="?since=before")
        assert (desk["line-1"], desk["line-2"]) == ("changed", "same")
        await sign(prosecutor, version=2)

        await clerk.ask("correct_line", line=2, revision=1, speaker=judge.seat, text="改过的一条。")
        await frozen(clerk, *everybody, version=3)
        await defendant.ask("object_to_line", version=3, line=2, reason="不是我说的")
        for one in (defendant, counsel, prosecutor):
            if one is not defendant:
                await sign(one, version=3)
        await clerk.ask("refuse_objection", objection=2, reason="与录音一致")
        await defendant.event("objection_refused", objection=2)
        await defendant.ask("refuse_signature", version=3, reason="第二条不是我说的")
        await frozen(clerk, *everybody, version=4)
        path = f"/api/seats/{clerk.seat}/transcript/4.pdf"
        words = re.sub(r"\s", "", pdf_text_of(await clerk.get(path), server))
        for said in ("不予补正", "与录音一致", "漏记", "已补正", "第二条不是我说的"):
            assert said in words, said


async def sign_unread(client: Client, version: int = 1) -> None:
    """Without reporting that it was read."""
    key = BrowserKey()
    body = {"version": version, "public_key": key.public, "name_image": ""}
    prepared = await client.post(f"/api/seats/{client.seat}/signature", body)
    path = f"/api/seats/{client.seat}/signature/{prepared['preparation']}"
    await client.post(path, {"signature": key.sign(prepared["to_be_signed"])})


def pdf_text_of(pdf: bytes, server: ServerProcess) -> str:
    path = server.data / "said.pdf"
    path.write_bytes(pdf)
    return pdf_text(path)
