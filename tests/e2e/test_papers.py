"""A mediation agreement in real browsers: made, sent round, signed by two, refused by one, served, proven."""

import asyncio
from pathlib import Path

import pytest
from cryptography import x509
from playwright.async_api import Browser, expect

from tests.integration.harness import ServerProcess, serving
from transcript.verify import verify_pdf

from .browsers import DESK, PATIENCE, Person
from .looks import PHONE, Looks
from .test_staff import at_the_door, browser, enrol_app, give_password

NUMBER = "（2026）川0104民初2051号"
REASON, OBJECTION = "第二项的日期不对。", "请改为年底前付清。"
ANSWER, PERMITTED = "日期是双方商定的。", "右手受伤。"
TERMS = "被告于2026年12月31日前向原告支付十万元。\n双方其他争议就此了结。"
SIGNERS = ("方原告（虚构）", "戴理人（虚构）", "Yuan Sample (invented)")
# What the court, the case and its people say themselves, and nobody translates; the longest first.
WRITTEN = sorted(
    [
        "示范人民法院", NUMBER, "方某诉袁某民间借贷纠纷（演示）", "方原告（虚构）", "戴理人（虚构）",
        "Yuan Sample (invented)", "季录文（虚构）", "易传译（虚构）", "f***@example.com", "138****01",
        REASON, OBJECTION, ANSWER, PERMITTED, *TERMS.split("\n"), TERMS, "调解协议",
        "SHA-256", "PDF", "MB", "Sample",
    ],
    key=len,
    reverse=True,
)  # fmt: skip


async def made(clerk: Person, looks: Looks) -> None:
    """From the case to the template, its fields filled from the case; what is missing is said at its field."""
    await clerk.click("nav-cases")
    await clerk.get("case-list").get_by_role("link", name=NUMBER).click()
    await clerk.click("case-papers")
    await clerk.get("make-language").select_option("zh-CN")
    await expect(clerk.get("field-parties")).to_have_value(
        "原告 方原告（虚构）\n被告 Yuan Sample (invented)"
    )
    await clerk.click("make-go")
    await expect(clerk.get("make-paper").get_by_role("alert")).to_have_count(1, timeout=PATIENCE)
    await clerk.get("field-terms").fill(TERMS)
    await looks.at(clerk, "papers", [await clerk.get("field-parties").input_value(), *WRITTEN])
    await clerk.click("make-go")
    await expect(clerk.get("paper-phase")).to_have_attribute(
        "data-phase", "draft", timeout=PATIENCE
    )


async def sent(clerk: Person, looks: Looks) -> dict[str, str]:
    """To three people, without a code; each one's link as the clerk is shown it."""
    for name in SIGNERS:
        await clerk.get("send-people").get_by_label(name).check()
    await looks.at(clerk, "paper-draft", WRITTEN)
    await clerk.get("send-code-demanded").uncheck()
    await clerk.click("send-go")
    await expect(clerk.get("paper-phase")).to_have_attribute(
        "data-phase", "signing", timeout=PATIENCE
    )
    links = {}
    for row in await clerk.get("signer-board").locator("tbody tr").all():
        await row.get_by_test_id("show-paper-link").click()
        text = (await clerk.get("link-text").inner_text()).strip()
        links[await row.locator("strong").inner_text()] = text.partition("#")[2]
        await clerk.click("link-text-close")
    return links


async def opened(chromium: Browser, server: ServerProcess, link: str, *, phone: bool) -> Person:
    """Somebody with a link at a browser of their own, every page read to its end."""
    context = await chromium.new_context(viewport=PHONE if phone else DESK, locale="zh-CN")
    person = Person(await context.new_page(), "person", server.url)
    await person.page.goto(f"{server.url}/paper#{link}")
    await expect(person.get("pdf-page").first).to_be_visible(timeout=PATIENCE)
    return person


# A good half screen further; whether that was the end.
ON = """box => { box.scrollBy(0, box.clientHeight * 0.55);
  return box.scrollTop + box.clientHeight >= box.scrollHeight - 2; }"""


async def read(person: Person) -> None:
    """Page by page, as a reader does: before that nothing can be signed."""
    await expect(person.get("sign")).to_be_disabled()
    box = person.get("pages")
    for _ in range(60):  # every part stays in sight for a moment
        await person.page.wait_for_timeout(450)
        if await box.evaluate(ON):
            break
    await expect(person.get("paper-screen")).to_have_attribute("data-left", "0", timeout=PATIENCE)


async def signs(person: Person, name: str) -> None:
    await person.click("type-name")
    await person.get("typed-name").fill(name)
    await person.click("sign")
    await expect(person.get("paper-done")).to_have_attribute(
        "data-state", "signed", timeout=PATIENCE
    )


async def printed(person: Person) -> list[str]:
    """The paper's digest is not translated either."""
    digest = person.get("paper-digest")
    return [await digest.inner_text(), *WRITTEN] if await digest.count() else WRITTEN


async def refuses(person: Person, clerk: Person, looks: Looks) -> None:
    """They object, the clerk does not accept it and says why; then they refuse."""
    await person.click("object")
    await person.get("objection-words").fill(OBJECTION)
    await person.click("objection-confirm")
    await expect(person.get("own-objections")).to_contain_text(OBJECTION, timeout=PATIENCE)
    await person.get("paper-sign").evaluate("panel => panel.scrollIntoView()")
    await expect(person.get("sign")).to_be_disabled()
    await looks.at(person, "paper-sign", await printed(person))
    await clerk.click("decline-objection")
    await clerk.get("decline-reason").fill(ANSWER)
    await clerk.click("decline-objection-confirm")
    await expect(clerk.get("paper-objection")).to_have_attribute(
        "data-answered", "declined", timeout=PATIENCE
    )
    await expect(person.get("own-answer")).to_contain_text(ANSWER, timeout=PATIENCE)
    await clerk.click("permit-key")
    await clerk.get("permit-reason").fill(PERMITTED)
    await clerk.click("permit-key-confirm")
    await expect(person.get("held-key")).to_be_visible(timeout=PATIENCE)
    await person.get("held-key").evaluate("panel => panel.scrollIntoView()")
    await looks.at(person, "paper-held-key", await printed(person))
    await looks.at(clerk, "paper-answered", WRITTEN)
    await person.click("refuse")
    await person.get("refusal-words").fill(REASON)
    await person.click("refusal-confirm")
    await expect(person.get("paper-done")).to_have_attribute(
        "data-state", "refused", timeout=PATIENCE
    )


async def served(clerk: Person, one: Person, looks: Looks) -> None:
    """On whoever agrees on their own page; refused before that."""
    await clerk.get("serve-person").select_option(label="方原告（虚构）")
    await expect(clerk.get("no-consent")).to_be_visible(timeout=PATIENCE)
    await one.click("all-papers")
    await one.click("give-consent")
    await expect(one.get("revoke-consent")).to_be_visible(timeout=PATIENCE)
    await looks.at(one, "own-papers", WRITTEN)
    await clerk.page.reload()
    await clerk.get("serve-person").select_option(label="方原告（虚构）")
    await clerk.click("serve-go")
    row = clerk.get("services").locator("tbody tr")
    await expect(row).to_have_attribute("data-rule", "reached", timeout=PATIENCE)
    await one.page.reload()
    await one.click("own-paper")
    await one.click("confirm-receipt")
    receipt = one.get("paper-receipt")
    await expect(receipt).to_have_attribute("data-confirmed", "true", timeout=PATIENCE)
    await receipt.evaluate("panel => panel.scrollIntoView()")
    await looks.at(one, "paper-received", await printed(one))


async def downloaded(person: Person, test_id: str) -> bytes:
    async with person.page.expect_download() as coming:
        await person.click(test_id)
    return (await (await coming.value).path()).read_bytes()


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_an_agreement_from_the_template_to_the_proof_of_service(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server, browser(tmp_path) as chromium:
        clerk = await at_the_door(chromium, server, "clerk")
        await give_password(clerk, server)
        await enrol_app(clerk)
        looks = Looks()
        await made(clerk, looks)
        links = await sent(clerk, looks)
        one = await opened(chromium, server, links[SIGNERS[0]], phone=False)
        two = await opened(chromium, server, links[SIGNERS[1]], phone=True)
        three = await opened(chromium, server, links[SIGNERS[2]], phone=False)
        for person in (one, two, three):
            await read(person)
        await asyncio.gather(signs(one, "方原告"), signs(two, "戴理人"))
        await refuses(three, clerk, looks)
        rows = clerk.get("signer-board").locator("tbody tr")
        await expect(clerk.get("paper-phase")).to_have_attribute(
            "data-phase", "complete", timeout=PATIENCE
        )
        assert sorted([await row.get_attribute("data-state") or "" for row in await rows.all()]) == [
            "refused", "signed", "signed",
        ]  # fmt: skip
        await clerk.click("filter-refused")
        await expect(rows).to_have_count(1)
        await expect(rows.first).to_contain_text(REASON)
        await clerk.get("signer-board").get_by_role("button").first.click()
        await served(clerk, one, looks)
        await clerk.page.reload()
        await expect(clerk.get("service-proof")).to_be_visible(timeout=PATIENCE)
        await looks.at(clerk, "paper-board", WRITTEN)
        roots = [
            x509.load_pem_x509_certificate((server.data / "keys/court/root.crt.pem").read_bytes())
        ]
        for test_id in ("service-proof", "download-evidence", "download-paper"):
            pdf = await downloaded(clerk, test_id)
            report = await asyncio.to_thread(verify_pdf, pdf, roots)
            assert report.ok, report.findings
        assert (await downloaded(one, "own-bundle")).startswith(b"PK")
        assert [*clerk.errors, *one.errors, *two.errors, *three.errors] == []
        assert not looks.found, "\n".join(looks.found)
