"""The tables of PROTOCOL.md that say what the types say: `python -m signaling.handbook` writes them anew.

Between `<!-- NAME -->` and `<!-- end -->` stands what is made here; the rest of the page is written by hand.
"""

import dataclasses
import re
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from hearing_server.domain import events as ev
from hearing_server.domain import facts
from hearing_server.domain.decide import RULES, Rule
from hearing_server.domain.hearing import Phase
from hearing_server.domain.parties import RIGHTS
from signaling import protocol as wire
from signaling.asks import COMMANDS

PAGE = Path(__file__).parent / "PROTOCOL.md"


def render(page: str) -> str:
    """The page with its made tables current."""
    for name, rows in (("asks", asks()), ("tells", tells()), ("events", events())):
        made = f"<!-- {name} -->\n" + "\n".join(rows) + "\n<!-- end -->"
        page = re.sub(rf"<!-- {name} -->.*?<!-- end -->", lambda _: made, page, flags=re.DOTALL)  # noqa: B023
    return page


def asks() -> list[str]:
    """Every ask that is a command of the hearing."""
    rows = ["| ask | fields | who, and when | meaning |", "| --- | --- | --- | --- |"]
    for ask in typing.get_args(wire.AnyAsk):
        if ask in COMMANDS:
            rule = RULES[COMMANDS[ask]]
            tag = ask.__struct_config__.tag
            rows.append(
                f"| `{tag}` | {_fields(ask)} | {_who(rule)}; {_when(rule)} | {_about(ask)} |"
            )
    return rows


def tells() -> list[str]:
    rows = ["| tell | fields | meaning |", "| --- | --- | --- |"]
    for tell in typing.get_args(wire.AnyTell):
        rows.append(f"| `{tell.__struct_config__.tag}` | {_fields(tell)} | {_about(tell)} |")
    return rows


def events() -> list[str]:
    rows = ["| event | fields | meaning |", "| --- | --- | --- |"]
    for event in ev.EVENT_TYPES:
        names = ", ".join(f"`{f.name}`" for f in dataclasses.fields(event))
        rows.append(f"| `{facts.tag(event)}` | {names} | {_about(event)} |")
    return rows


def _fields(message: type[msgspec.Struct]) -> str:
    given = zip(
        reversed(message.__struct_fields__), reversed(message.__struct_defaults__), strict=False
    )
    optional = {name for name, default in given if default is not msgspec.NODEFAULT}
    return ", ".join(
        f"`{name}{'?' if name in optional else ''}`" for name in message.__struct_fields__
    )


def _who(rule: Rule) -> str:
    if rule.right is None:
        return "any party"
    roles = _words(role for role, rights in RIGHTS.items() if rule.right in rights)
    return f"{roles}; the clerk in charge" if rule.deputy else roles


def _when(rule: Rule) -> str:
    phases = (
        "always"
        if rule.phases == frozenset(Phase)
        else _words(phase for phase in Phase if phase in rule.phases)
    )
    return f"{phases}, in the courtroom" if rule.admitted else phases


def _words(values: Iterable[str]) -> str:
    return ", ".join(value.replace("_", " ") for value in values)


def _about(kind: Any) -> str:
    text = " ".join((kind.__doc__ or "").split())
    return "" if text.startswith(f"{kind.__name__}(") else text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text("utf-8")), "utf-8")
