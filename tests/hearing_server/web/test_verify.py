"""The page that verifies for anybody: bounded, in a process with limits, and nothing stays."""

import asyncio
import io
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hearing_server.adapters.public_check import AT_ONCE, PublicCheck
from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import RootCause
from hearing_server.web.http import coded_errors
from hearing_server.web.verify import VerifyRoutes
from tests.hearing_server.services.test_record_copy import Copies
from tests.recording.records import HearingRecord
from tests.recording.signing import signed_by_all
from transcript.signing.authority import Authority

MOST = 4 << 20


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> bytes:
    made = HearingRecord(tmp_path_factory.mktemp("record") / "recordings", authority)
    made.do("judge", cmd.OpenHearing())
    made.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    made.run(1)
    made.do("judge", cmd.CloseHearing(override="演示"))
    documents = made.directory.with_name("documents")
    signed_by_all(made.world, authority, documents, refusing=("defendant",))
    made.sign(RootCause.CLOSED)
    made.save()
    path = made.directory.with_name("case.asice")
    return Copies(made, authority).bundle("defendant", path, recordings=False).read_bytes()


class Page:
    def __init__(self, folder: Path, authority: Authority) -> None:
        self.checker = PublicCheck(folder, [authority.root.certificate], "Asia/Shanghai", MOST)
        self.folder = folder
        routes = VerifyRoutes(self.checker, "示范人民法院", "AA:BB", ())
        self.application = web.Application(middlewares=[coded_errors])
        self.application.add_routes(routes.routes())

    async def post(self, data: bytes) -> tuple[int, dict[str, Any]]:
        async with TestClient(TestServer(self.application)) as client:
            answer = await client.post("/api/verify", data=io.BytesIO(data))
            return answer.status, await answer.json()


@pytest.fixture
def page(tmp_path: Path, authority: Authority) -> Page:
    return Page(tmp_path, authority)


def codes(verdict: dict[str, Any], level: str) -> set[str]:
    return {one["code"] for one in verdict["findings"] if one["level"] == level}


async def test_a_bundle_is_judged_in_words_of_both_languages(page: Page, bundle: bytes) -> None:
    status, verdict = await page.post(bundle)
    assert (status, verdict["kind"], verdict["ok"]) == (200, "bundle", True), verdict
    assert {"container", "files", "document", "refused", "report"} <= codes(verdict, "ok")
    (refused,) = [one for one in verdict["findings"] if one["code"] == "refused"]
    assert refused["zh"] == "拒绝签名，已记录在案"
    assert refused["en"] == "refused to sign, on record"
    assert "被告乙" in refused["text"]
    assert os.listdir(page.folder) == []


async def test_what_is_wrong_comes_first(page: Page, bundle: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
        pdf = files["documents.d/transcript-1.pdf"]
    lines = files["log.jsonl"].splitlines(keepends=True)
    files["log.jsonl"] = b"".join([*lines[:10], *lines[11:]])
    forged = io.BytesIO()
    with zipfile.ZipFile(forged, "w") as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data)
    _, verdict = await page.post(forged.getvalue())
    assert verdict["ok"] is False
    assert verdict["findings"][0]["level"] == "error"
    assert {"log_out_of_order", "file_changed"} <= codes(verdict, "error")
    _, verdict = await page.post(pdf)
    assert (verdict["kind"], verdict["ok"]) == ("pdf", True)
    assert "refusal_sealed" in codes(verdict, "ok")


def _bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("log.jsonl", bytes(200 << 20))
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"just words", "unknown_type"),
        (b"PK\x03\x04 and nothing else", "bad_zip"),
        (_bomb(), "zip_refused"),
    ],
)
async def test_a_hostile_file_is_refused_by_name(page: Page, data: bytes, why: str) -> None:
    _, answer = await page.post(data)
    assert (answer["code"], answer["detail"]) == ("bad_file", why)
    assert os.listdir(page.folder) == []


async def test_too_much_is_refused_before_and_while_it_comes(page: Page) -> None:
    """By what it says of its length, and where it says nothing."""
    _, answer = await page.post(bytes(MOST + 1))
    assert answer["code"] == "too_large"

    async def unsaid() -> AsyncIterator[bytes]:
        for _ in range(MOST // (1 << 20) + 1):
            yield bytes(1 << 20)

    with pytest.raises(Refused) as refused:
        await page.checker.check(unsaid())
    assert refused.value.code is Code.TOO_LARGE
    assert os.listdir(page.folder) == []


async def test_only_so_many_at_once(page: Page) -> None:
    """The next is told to come again; when one has gone there is room."""
    gate = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await gate.wait()

    going = [asyncio.create_task(page.checker.check(slow())) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.05)
    with pytest.raises(Refused) as refused:
        await page.checker.check(slow())
    assert refused.value.code is Code.BUSY
    gate.set()
    ended = await asyncio.gather(*going, return_exceptions=True)
    assert [one.code for one in ended if isinstance(one, Refused)] == [Code.BAD_FILE] * AT_ONCE
