"""A recording whose retention is over is deleted by two persons, each at their own browser."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.integration.harness import ROLES, ServerProcess
from tests.integration.rebuilt import WORDS, rebuild

from .browsers import PATIENCE, Person
from .looks import Looks
from .playing import Player, playing
from .rooms import Place, serving

PLACES = [Place(key=role, name=f"{role[:3]}（虚构）") for role in ROLES]
TWO_YEARS = 2 * 366 * 24 * 3600 * 1000  # ms
SECONDS = 30
REASON = "保存期限届满，依档案管理规定删除"
SEGMENTS = 5 * 2 * 3 - 1  # five parties' pictures and sounds, ten seconds each; one is a gap
DELETED = f"segments deleted by order: {SEGMENTS}"


def files(data: Path, suffix: str) -> list[Path]:
    return [path for path in (data / "recordings").rglob(f"*{suffix}") if path.is_file()]


def verify(record: Path) -> "subprocess.CompletedProcess[str]":
    """By the program for whoever receives it."""
    command = [sys.executable, "-m", "hearing_server", "verify", str(record)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


async def verified(data: Path, said: str) -> None:
    """Nothing speaks against it as it lies there, as soon as the court's key has signed the newest entry."""
    (hearing,) = (path for path in (data / "recordings").iterdir() if path.is_dir())
    async with asyncio.timeout(30):
        while True:
            report = await asyncio.to_thread(verify, hearing)
            if said in report.stdout and "not_proven_after" not in report.stdout:
                break
            await asyncio.sleep(0.5)
    assert report.returncode == 0, report.stdout


async def orders(person: Player) -> None:
    await person.click("tab-access")
    await expect(person.get("deletion")).to_be_visible(timeout=PATIENCE)


async def deleted(person: Person) -> None:
    notice = person.get("notice")
    await expect(notice).to_have_attribute("data-code", "deleted", timeout=PATIENCE)
    await expect(notice).to_contain_text(f"{SEGMENTS} 个文件的摘要值保留")
    assert not await person.page.locator("video, audio").count()


async def consented(judge: Player, clerk: Player, looks: Looks, data: list[str]) -> None:
    """The clerk proposes and cannot do it alone; the judge consents over a warning."""
    await orders(clerk)
    await expect(clerk.get("propose-deletion")).to_be_disabled()
    await clerk.get("deletion-reason").fill(REASON)
    await clerk.click("propose-deletion")
    await expect(clerk.get("drop-deletion")).to_be_visible(timeout=PATIENCE)
    await expect(clerk.get("consent-deletion")).to_have_count(0)
    await looks.at(clerk, "deletion proposed", data)
    await judge.page.reload()  # its page looks for orders three times a minute
    await orders(judge)
    await expect(judge.get("deletion")).to_contain_text(REASON)
    await judge.click("consent-deletion")
    await expect(judge.get("consent-deletion-confirm")).to_be_visible()
    await looks.at(judge, "consenting to deletion", data)
    await judge.click("consent-deletion-cancel")
    assert await judge.get("consent-deletion").is_visible()  # nothing is done yet
    await judge.click("consent-deletion")
    await judge.click("consent-deletion-confirm")


async def nothing_is_given(server: ServerProcess, person: Player) -> None:
    """Of what was playable a moment ago."""
    party, source, at = person.asked[0]
    path = f"/api/seats/{person.seat}/playback/{party}/{source}/{at}"
    assert (await person.page.request.get(server.url + path)).status == 404


async def what_is_left(clerk: Player, record: Path) -> None:
    """No export is offered any more; the record can be taken away, and proves itself without the files."""
    await clerk.page.goto(f"{clerk.url}/seat/{clerk.seat}")
    await clerk.enter()
    await expect(clerk.get("exports-deleted")).to_be_visible(timeout=PATIENCE)
    assert not await clerk.get("export-start").count()
    await clerk.click("bundle-start")
    await expect(clerk.get("export-download")).to_be_visible(timeout=PATIENCE)
    async with clerk.page.expect_download() as started:
        await clerk.click("export-download")
    await (await started.value).save_as(record)
    report = await asyncio.to_thread(verify, record)
    assert report.returncode == 0, report.stdout
    assert DELETED in report.stdout


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_a_recording_is_deleted_by_two_persons(tmp_path: Path) -> None:
    looks, began = Looks(), int(time.time() * 1000) - TWO_YEARS
    data = tmp_path / "data"
    kept = "criminal=1", "civil=30", "administrative=30", "mediation=30"
    environment = {"HEARING_RETENTION_YEARS": ",".join(kept)}
    async with serving(
        data, PLACES, environment=environment, title="旧案", at=began - 86_400_000
    ) as server:
        await rebuild(server, seconds=SECONDS, began_at=began)
        assert len(files(data, ".mkv")) == SEGMENTS
        await verified(data, f": {SEGMENTS} / {SEGMENTS},")
        written = [*(place.name for place in PLACES), *WORDS, REASON, "旧案", "示范人民法院"]
        written += ["（2026）测0001刑初1号", "(2026)测0001刑初1号", "第一法庭"]
        async with (
            playing(server, "clerk", tmp_path, bypass_csp=True) as clerk,
            playing(server, "presiding_judge", tmp_path, bypass_csp=True) as judge,
        ):
            await consented(judge, clerk, looks, written)
            for person in (judge, clerk):
                await deleted(person)
            assert not files(data, ".mkv")
            await nothing_is_given(server, judge)
            await looks.at(judge, "recording deleted", written)
            await judge.page.goto(f"{server.url}/seat/{judge.seat}/playback")
            await deleted(judge)
            await verified(data, DELETED)
            await what_is_left(clerk, tmp_path / "record.asice")
            assert not clerk.errors + judge.errors
    assert not looks.found, "\n".join(looks.found)
