"""What a page looks like: barriers, words of the wrong language, controls too small, words cut off; pictures.

`Looks.at` asks all of it of one page. With GALLERY set to a folder it also keeps pictures there
(`make gallery`), in both languages, light and dark, at the desk and on a telephone.
"""

import os
import re
from pathlib import Path
from typing import Any

from playwright.async_api import ViewportSize, expect

from .browsers import DESK, Person

AXE = Path(__file__).parents[2] / "web_client/node_modules/axe-core/axe.min.js"
GALLERY = os.environ.get("GALLERY", "")
GRAVE = ("serious", "critical")
PHONE: ViewportSize = {"width": 360, "height": 740}
ROOM: ViewportSize = {"width": 1920, "height": 1080}  # a kiosk's, seen from three metres
FINGER = 44  # px: a control on a telephone or a kiosk is no smaller either way
SETTLED = 250  # ms in which a page finds its new size, for a picture
# Two frames: styles are computed and laid out. Nothing glides, since motion is reduced.
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# The one rule that a theme can break; the others hold in both or in neither.
IN_DARK = "{runOnly: ['color-contrast'], resultTypes: ['violations']}"
IN_LIGHT = "{resultTypes: ['violations']}"

# Everything a page says: visible text, and the names and hints of controls.
SAID = """() => {
  const said = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const p = node.parentElement, text = node.textContent.trim();
    if (p.closest('[data-printed]')) continue;  // a document is in its own language
    if (text && p.checkVisibility()) said.push(text);
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    if (!element.checkVisibility()) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) said.push(element.getAttribute(name) ?? '');
  }
  return [...said.filter(Boolean), document.title];
}"""
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{4,}")
KEY = re.compile(r"\b[a-z]+\.[a-z]+_?[a-z_]*\b")
FOREIGN = {"en": HAN, "zh-CN": LATIN}
SWITCH = {"en": "中文", "zh-CN": "English"}  # says the other language's own name
DEVICES = re.compile(
    r"[Ff]ake\w*( \w+)*( \d+)?|Enter|Shift|Ctrl"
)  # of the browser; keys of the keyboard

# A page wider than the screen, controls that nobody can reach or, where fingers press, hit, words cut off.
LAYOUT = """finger => {
  const found = [], name = e => `${e.tagName.toLowerCase()}.${e.className.toString().split(' ')[0]} ` +
    `[${e.dataset.testid ?? ''}] "${(e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 40)}"`;
  const seen = e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.closest('.unseen');
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`the page is ${wide} px too wide`);
  const scrolls = e => { for (let p = e.parentElement; p; p = p.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(p);
    if (/auto|scroll/.test(overflowX + overflowY)) return true; }
    return document.documentElement.scrollHeight > innerHeight; };
  const over = [...document.querySelectorAll('[role=dialog], dialog')].filter(seen).at(-1);
  for (const e of document.querySelectorAll('button, a[href], select, input, textarea, [role=button]')) {
    if (!seen(e) || (over && !over.contains(e))) continue;
    const box = (e.closest('label.el-checkbox, label.el-radio, label:has(> input)') ?? e).getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const within = e.tagName === 'A' && getComputedStyle(e).display === 'inline';
    const text = e.tagName === 'A' && !parseFloat(getComputedStyle(e).borderTopWidth);  // 24: WCAG 2.2, 2.5.8
    const field = e.matches('.el-input__inner, .el-textarea__inner') ? e.parentElement.getBoundingClientRect() : box;
    const least = (text ? Math.min(finger, 24) : finger) - 0.5;
    if (finger && !within && (field.height < least || field.width < least))
      found.push(`${Math.round(field.width)}x${Math.round(field.height)} px: ${name(e)}`);
    if ((box.right < 1 || box.left > innerWidth - 1 || box.bottom < 1 || box.top > innerHeight - 1) && !scrolls(e))
      found.push(`out of the screen: ${name(e)}`);
  }
  for (const e of document.querySelectorAll('body *')) {
    if (!seen(e) || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const { overflow, textOverflow, webkitLineClamp } = getComputedStyle(e);
    if (overflow.includes('hidden') && e.clientWidth > 2 && webkitLineClamp === 'none' && textOverflow !== 'ellipsis' &&
      (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 3)) found.push(`cut off: ${name(e)}`);
    if (e.matches('button, button *, h1, h2, h3') && e.scrollWidth > e.clientWidth + 2 && e.clientWidth &&
      !overflow.includes('hidden') && getComputedStyle(e).display !== 'inline') found.push(`too narrow: ${name(e)}`);
  }
  return [...new Set(found)];
}"""


async def speak(person: Person, language: str) -> None:
    """The page in this language, by whatever switch it has."""
    html = person.page.locator("html")
    if await html.get_attribute("lang") != language:
        own = person.get(f"language-{language}")
        switch = own if await own.count() else person.get("language").first
        await switch.dispatch_event("click")  # also behind a dialog
    await expect(html).to_have_attribute("lang", language)


async def colours(person: Person, *, dark: bool) -> None:
    await person.page.evaluate(
        f"document.documentElement.classList.toggle('dark', {int(dark)} > 0)"
    )


async def barriers(person: Person, place: str) -> list[str]:
    """What axe-core calls serious or critical here, in light and in dark."""
    if not await person.page.evaluate("'axe' in window"):
        await person.page.evaluate(AXE.read_text())
    found = []
    await person.page.emulate_media(reduced_motion="reduce")  # no colour is caught half-way
    for theme, rules in (("dark", IN_DARK), ("light", IN_LIGHT)):
        await colours(person, dark=theme == "dark")
        await person.page.evaluate(DRAWN)
        report: dict[str, Any] = await person.page.evaluate(f"axe.run({rules})")
        found += [
            f"{place}, {theme}: {rule['id']} {node['html'][:160]} {node['failureSummary']}"
            for rule in report["violations"]
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]
    return found


async def foreign(person: Person, place: str, data: list[str]) -> list[str]:
    """What a page says in the other language, or by a key, in each of both languages.

    `data` is what nobody translates, the longest first.
    """
    found = []
    for language in ("en", "zh-CN"):
        await speak(person, language)
        for said in await person.page.evaluate(SAID):
            own = said
            for word in (*data, SWITCH[language]):
                own = own.replace(word, "")
            own = DEVICES.sub("", own)
            if FOREIGN[language].search(own) or KEY.search(own):
                found.append(f"{place}, {language}: {said}")
    return found


class Looks:
    """Collects in `found` what is wrong with the pages that were looked at."""

    def __init__(self) -> None:
        self.found: list[str] = []

    async def at(self, person: Person, place: str, written: list[str] | None = None) -> None:
        """`written` is what nobody translates here; without it the words are not looked at."""
        found = await barriers(person, place)
        if written is not None:
            found += await foreign(person, place, written)
        own = person.page.viewport_size or DESK
        sizes = {"room": ROOM} if own["width"] == ROOM["width"] else {"desk": DESK, "phone": PHONE}
        for size, viewport in sizes.items():
            await person.page.set_viewport_size(viewport)
            for language in ("en", "zh-CN"):
                await speak(person, language)
                await colours(
                    person, dark=GALLERY != "" and (language == "en") == (size != "phone")
                )
                await person.page.evaluate(DRAWN)
                if GALLERY:
                    await person.page.wait_for_timeout(SETTLED)
                faults = await person.page.evaluate(LAYOUT, 0 if size == "desk" else FINGER)
                found += [f"{place}, {size}, {language}: {fault}" for fault in faults]
                if GALLERY:
                    name = "-".join([*re.findall(r"\w+", place), size, language[:2]])
                    path = Path(GALLERY) / f"{name}.png"
                    await person.page.screenshot(path=str(path))
        await colours(person, dark=False)
        await person.page.set_viewport_size(own)
        self.found += found
        if GALLERY:
            with (Path(GALLERY) / "faults.txt").open("a") as file:
                file.writelines(f"{fault}\n" for fault in found)
