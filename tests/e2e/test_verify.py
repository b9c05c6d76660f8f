"""The page that verifies, in a browser that has no account and no link."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import RootCause
from tests.hearing_server.services.test_record_copy import Copies
from tests.integration.harness import serving
from tests.recording.records import HearingRecord
from tests.recording.signing import REASON, signed_by_all
from transcript.signing.authority import Authority

from .browsers import PATIENCE, Person, launch
from .looks import Looks


def bundle(authority: Authority, folder: Path) -> Path:
    """Of a hearing of this very court, which one party refused to sign."""
    made = HearingRecord(folder / "recordings", authority)
    made.do("judge", cmd.OpenHearing())
    made.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    made.run(1)
    made.do("judge", cmd.CloseHearing(override="演示"))
    signed_by_all(made.world, authority, folder / "documents", refusing=("defendant",))
    made.sign(RootCause.CLOSED)
    made.save()
    return Copies(made, authority).bundle("judge", folder / "case.asice")


@pytest.mark.timeout(180)
async def test_anybody_verifies_a_bundle(tmp_path: Path) -> None:
    """It holds, with the refusal as a refusal; a changed one does not; a thing that is none is told so."""
    looks = Looks()
    async with (
        serving(tmp_path / "data", HEARING_KEY_PASSPHRASE="x") as server,
        async_playwright() as playwright,
    ):
        keys = tmp_path / "data" / "keys" / "court"
        authority = await asyncio.to_thread(Authority.open, keys, b"x", "示范人民法院")
        good = await asyncio.to_thread(bundle, authority, tmp_path)
        data = bytearray(good.read_bytes())
        data[data.find(b"documents.d/transcript-1.pdf") + 5000] ^= 1
        (tmp_path / "bad.asice").write_bytes(data)
        (tmp_path / "words.txt").write_text("nothing")
        browser = await launch(playwright, None, tmp_path)
        page = await (await browser.new_context(bypass_csp=True)).new_page()
        reader = Person(page, "reader", server.url)
        await page.goto(f"{server.url}/verify")
        await expect(reader.get("verify-drop")).to_be_visible(timeout=PATIENCE)
        await looks.at(
            reader, "verify", ["示范人民法院", "（.asice）", "hearing-server verify", "PDF"]
        )
        await reader.get("verify-file").set_input_files(good)
        await expect(reader.get("verdict")).to_have_attribute("data-ok", "true", timeout=60_000)
        refused = page.locator('[data-code="refused"]')
        await expect(refused).to_contain_text(REASON)
        await looks.at(reader, "verify holds")
        await reader.get("verify-file").set_input_files(tmp_path / "bad.asice")
        await expect(reader.get("verdict")).to_have_attribute("data-ok", "false", timeout=60_000)
        await looks.at(reader, "verify does not hold")
        await reader.get("verify-file").set_input_files(tmp_path / "words.txt")
        await expect(reader.get("verify-fault")).to_be_visible(timeout=PATIENCE)
        assert not reader.errors
        await browser.close()
    assert not looks.found, "\n".join(looks.found)
