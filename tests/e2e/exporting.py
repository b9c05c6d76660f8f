"""Asking for an export in the browser, watching it being made, taking it away."""

from pathlib import Path

from playwright.async_api import Response, expect

from .browsers import PATIENCE, Person


async def export(person: Person, kind: str, path: Path, party: str = "") -> Path:
    """Each export is its own row, whatever else stands in the list."""
    await person.page.locator("label", has=person.get(f"export-{kind}")).click()
    if party:
        await person.get("export-whose").select_option(party)
    return await _made(person, "export-start", path)


async def bundle(person: Person, whose: str, path: Path) -> Path:
    """The record in one file; for nobody in particular where `whose` is empty."""
    await person.get("bundle-whose").select_option(whose)
    return await _made(person, "bundle-start", path)


async def _made(person: Person, button: str, path: Path) -> Path:
    def asked(answer: Response) -> bool:
        return answer.request.method == "POST" and answer.url.endswith("/exports")

    async with person.page.expect_response(asked) as answered:
        await person.click(button)
    job = (await (await answered.value).json())["id"]
    row = person.page.locator(f"[data-testid=export-job][data-job='{job}']")
    await expect(row).to_have_attribute("data-state", "done", timeout=8 * PATIENCE)
    async with person.page.expect_download() as started:
        await row.get_by_test_id("export-download").click()
    await (await started.value).save_as(path)
    return path
