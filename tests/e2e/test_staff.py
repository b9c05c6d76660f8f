"""The court's staff in real browsers: two factors, a passkey, an account made, the trail read."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, async_playwright, expect

from tests.integration.harness import ServerProcess, serving
from tests.integration.staff import Authenticator

from .browsers import DESK, PATIENCE, Person, fit_authenticator, launch
from .looks import Looks

NAMES = [
    "JSON",
    "示范人民法院",
    "demo.administrator",
    "demo.auditor",
    "demo.judge",
    "demo.clerk",
    "demo.technician",
]
PASSWORD = "木 horse 42 staple"


@contextlib.asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await launch(playwright, None, folder)
        yield chromium
        await chromium.close()


async def at_the_door(chromium: Browser, server: ServerProcess, role: str) -> Person:
    context = await chromium.new_context(viewport=DESK, locale="zh-CN")
    person = Person(await context.new_page(), role, server.url)
    await person.page.goto(f"{server.url}/staff")
    await expect(person.get("login")).to_be_visible(timeout=PATIENCE)
    return person


async def give_password(person: Person, server: ServerProcess) -> None:
    login, password = server.staff[person.role]
    await person.get("login").fill(login)
    await person.get("password").fill(password)
    await person.click("sign-in-go")


async def keep_codes(person: Person) -> None:
    await expect(person.get("recovery-codes").locator("li")).to_have_count(10)
    await person.get("recovery-kept").click()
    await person.click("recovery-done")
    await expect(person.get("staff-shell")).to_be_visible(timeout=PATIENCE)


async def enrol_app(person: Person) -> Authenticator:
    await person.click("enrol-totp")
    app = Authenticator(await person.get("totp-key").inner_text())
    await person.get("totp-code").fill(app.code())
    await person.click("totp-go")
    await keep_codes(person)
    return app


async def ask_once_more(person: Person) -> None:
    """The next act of administration is answered as it is ten minutes after the last proof."""

    async def answer(route: Route) -> None:
        body = {"code": "prove_again", "detail": ""}
        await route.fulfill(status=403, json=body)

    await person.page.route("**/api/staff/accounts", answer, times=1)


@pytest.mark.timeout(180)
async def test_two_factors_then_the_desk(tmp_path: Path) -> None:
    """The app is set up at the first sign-in and asked for at the next; a used code does nothing."""
    async with serving(tmp_path / "data") as server, browser(tmp_path) as chromium:
        judge = await at_the_door(chromium, server, "judge")
        await judge.get("login").fill(server.staff["judge"][0])
        await judge.get("password").fill("wrong")
        await judge.click("sign-in-go")
        await expect(judge.get("fault")).to_have_attribute("data-code", "bad_credentials")
        await give_password(judge, server)
        app = await enrol_app(judge)
        await expect(judge.get("staff-name")).to_contain_text("宋明理")
        await judge.click("sign-out")
        await give_password(judge, server)
        await judge.get("second-code").fill(app.used())
        await judge.click("second-go")
        await expect(judge.get("fault")).to_have_attribute("data-code", "bad_credentials")
        await judge.get("second-code").fill(app.code())
        await judge.click("second-go")
        await expect(judge.get("staff-shell")).to_be_visible(timeout=PATIENCE)
        assert judge.errors == []


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_passkey_opens_without_a_password(tmp_path: Path) -> None:
    """Made at the first sign-in; then alone; then an account is made and its link used."""
    async with serving(tmp_path / "data") as server, browser(tmp_path) as chromium:
        admin = await at_the_door(chromium, server, "administrator")
        await fit_authenticator(admin)
        await give_password(admin, server)
        await admin.click("enrol-passkey")
        await admin.click("passkey-go")
        await keep_codes(admin)
        await admin.click("sign-out")
        await admin.click("sign-in-passkey")
        await expect(admin.get("staff-shell")).to_be_visible(timeout=PATIENCE)
        await admin.click("nav-accounts")
        await admin.click("account-new")
        await admin.get("account-name").fill("吴新人（虚构）")
        await admin.get("account-login").fill("wu.xinren")
        await admin.get("account-role-technician").click()
        await ask_once_more(admin)
        await admin.click("account-save")
        await expect(admin.get("proof")).to_be_visible(timeout=PATIENCE)
        await admin.page.wait_for_timeout(400)  # it fades in
        await admin.page.screenshot(path=str(tmp_path / "proof.png"))
        await admin.click("second-passkey")
        link = await admin.get("setup-link").inner_text()
        await admin.click("setup-link-done")
        row = admin.get("account-wu.xinren")
        await expect(row).to_have_attribute("data-active", "true")
        newcomer = await at_the_door(chromium, server, "technician")
        await newcomer.page.goto(link)
        await expect(newcomer.get("new-password")).to_be_visible(timeout=PATIENCE)
        await newcomer.page.reload()
        await expect(newcomer.get("login")).to_be_visible(timeout=PATIENCE)  # the link is not kept
        await newcomer.page.goto("about:blank")
        await newcomer.page.goto(link)
        await newcomer.get("new-password").fill(PASSWORD)
        await newcomer.get("new-password-again").fill(PASSWORD)
        await newcomer.click("setup-go")
        await enrol_app(newcomer)
        await expect(newcomer.get("staff-shell")).to_be_visible(timeout=PATIENCE)
        await row.get_by_test_id("account-disable").click()
        await admin.click("account-confirm")
        await expect(row).to_have_attribute("data-active", "false")
        await newcomer.page.reload()
        await expect(newcomer.get("login")).to_be_visible(timeout=PATIENCE)
        assert admin.errors + newcomer.errors == []


@pytest.mark.long
@pytest.mark.timeout(280)
async def test_nothing_stands_in_the_way_of_the_staff(tmp_path: Path) -> None:
    """Every page of accounts and trail: axe in light and dark, and each word in its language."""
    looks = Looks()
    look = looks.at

    async with serving(tmp_path / "data") as server, browser(tmp_path) as chromium:
        admin = await at_the_door(chromium, server, "administrator")
        await look(admin, "sign-in", NAMES)
        await give_password(admin, server)
        await expect(admin.get("enrol")).to_be_visible(timeout=PATIENCE)
        people = [*NAMES, *(await people_of(admin))]
        await look(admin, "choice", people)
        await admin.click("enrol-totp")
        key = await admin.get("totp-key").inner_text()
        await look(admin, "app", [*people, key])
        await admin.get("totp-code").fill(Authenticator(key).code())
        await admin.click("totp-go")
        await expect(admin.get("recovery-codes")).to_be_visible(timeout=PATIENCE)
        codes = await admin.get("recovery-codes").locator("li").all_inner_texts()
        await look(admin, "recovery codes", [*people, *codes])
        await keep_codes(admin)
        await look(admin, "home", people)
        await admin.click("nav-accounts")
        await expect(admin.get("account-demo.judge")).to_be_visible(timeout=PATIENCE)
        people += await admin.get("accounts").locator("tbody strong").all_inner_texts()
        await look(admin, "accounts", people)
        await admin.click("account-new")
        await look(admin, "new account", people)
        await admin.page.keyboard.press("Escape")
        await admin.click("nav-account")
        await expect(admin.get("my-account")).to_be_visible(timeout=PATIENCE)
        await look(admin, "my account", [*people, "Chrome · Linux"])

        auditor = await at_the_door(chromium, server, "auditor")
        await give_password(auditor, server)
        await enrol_app(auditor)
        await auditor.click("nav-audit")
        await auditor.get("audit-text").fill("demo.administrator")
        await auditor.get("audit-action").select_option("login")
        await auditor.click("audit-search")
        rows = auditor.get("audit-row")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("demo.administrator")
        await auditor.click("audit-verify")
        await expect(auditor.get("audit-verdict")).to_have_attribute("data-broken", "")
        digest = await auditor.get("audit-verdict").locator("code").inner_text()
        details = await auditor.get("audit-rows").locator("td").all_inner_texts()
        await look(
            auditor, "audit", [*people, digest, *filter(None, details), *(await people_of(auditor))]
        )
        assert admin.errors + auditor.errors == []
    assert not looks.found, "\n".join(looks.found)


async def people_of(person: Person) -> list[str]:
    """The name of whoever is signed in: nobody translates it."""
    answer = await person.page.request.get(f"{person.url}/api/staff/session")
    return [str((await answer.json())["account"]["name"])]
