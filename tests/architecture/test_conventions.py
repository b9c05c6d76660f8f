"""The conventions that a machine can keep: what is documented, who needs a session, how long a file is."""

import re
import subprocess
from pathlib import Path

import msgspec
import pytest

from hearing_server import config
from hearing_server.domain import events as ev
from hearing_server.domain import facts
from hearing_server.domain.errors import Code
from hearing_server.web.http import STATUS
from signaling import asks, handbook
from signaling import protocol as wire

ROOT = Path(__file__).parent.parent.parent
PROTOCOL = (ROOT / "signaling" / "PROTOCOL.md").read_text()
LONGEST = 400
SOURCES = [
    path
    for pattern in ("*.py", "*.ts", "*.vue")
    for path in subprocess.run(
        ["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    if ".gen." not in path
]


def messages(union: object) -> list[type[msgspec.Struct]]:
    return list(union.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("union", [wire.AnyAsk, wire.AnyAnswer, wire.AnyTell])
def test_every_message_is_documented_with_its_fields(union: object) -> None:
    for message in messages(union):
        tag = message.__struct_config__.tag
        rows = [row for row in PROTOCOL.splitlines() if row.startswith("|") and f"`{tag}`" in row]
        assert rows, f"{tag} is not in PROTOCOL.md"
        for field in message.__struct_fields__:
            assert any(f"`{field}" in row for row in rows), f"{tag}.{field}"


def test_the_made_tables_are_current() -> None:
    """`python -m signaling.handbook` writes them."""
    assert handbook.render(PROTOCOL) == PROTOCOL


@pytest.mark.parametrize("event_type", ev.EVENT_TYPES)
def test_every_event_is_documented_with_its_fields(event_type: type) -> None:
    rows = [row for row in PROTOCOL.splitlines() if f"`{facts.tag(event_type)}`" in row]
    assert rows, facts.tag(event_type)
    for field in event_type.__dataclass_fields__:  # type: ignore[attr-defined]
        assert any(f"`{field}`" in row for row in rows), f"{facts.tag(event_type)}.{field}"


@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_documented_with_its_status(code: Code) -> None:
    table = PROTOCOL[PROTOCOL.index("## Codes") :]
    row = next((r for r in table.splitlines() if f"`{code}`" in r.split("|")[1:2].__str__()), None)
    assert row is not None, code
    assert str(STATUS.get(code, 409)) in row, f"{code}: {row}"


def test_every_ask_is_answered_by_something() -> None:
    """A message of the protocol that nothing carries out would be answered as a fault of ours."""
    carried = {*asks.COMMANDS, wire.Enter, wire.Leave, wire.FreezeTranscript, wire.Point}
    passing = {"hold_line", "release_line", "type_line"}
    carried |= {wire.SwitchCaptions, wire.AcceptDraft, wire.DropDraft}
    media = {
        "create_transport",
        "connect_transport",
        "restart_ice",
        "produce",
        "close_producer",
        "resume_consumer",
    }
    for ask in messages(wire.AnyAsk):
        assert ask in carried or ask.__struct_config__.tag in media | passing, ask


def test_asks_have_the_fields_of_their_commands() -> None:
    for ask, command in asks.COMMANDS.items():
        assert set(ask.__struct_fields__) <= set(command.__dataclass_fields__), ask


@pytest.mark.parametrize("name", list(config.FIELDS))
def test_every_setting_is_documented(name: str) -> None:
    """With its own words and its default."""
    page = (ROOT / "docs" / "configuration.md").read_text()
    row = next((r for r in page.splitlines() if r.startswith(f"| `{name}` ")), None)
    assert row is not None, f"{name} is not in docs/configuration.md"
    assert config.FIELDS[name].metadata["about"] in row


@pytest.mark.parametrize("path", SOURCES)
def test_no_file_is_too_long(path: str) -> None:
    """Beyond 400 lines a file says at its top why it is one noun."""
    text = (ROOT / path).read_text()
    if len(text.splitlines()) > LONGEST:
        assert "400 lines" in text[:1500], f"{path} has {len(text.splitlines())} lines"


def test_no_address_of_a_registry_and_no_path_of_a_machine() -> None:
    """Lock files carry hashes only."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    bad = re.compile(r"--(?:extra-)?index-url|\"resolved\": *\"https?:|/(?:home/\w+|root)/")
    for path in listed.stdout.split():
        if path.startswith("tests/architecture/") or not (ROOT / path).is_file():
            continue
        try:
            text = (ROOT / path).read_text()
        except UnicodeDecodeError:
            continue
        assert not bad.search(text), path


def test_the_wheel_names_what_it_ships() -> None:
    """Four packages, the protocol page and the built client."""
    text = (ROOT / "pyproject.toml").read_text()
    assert 'packages = ["hearing_server", "signaling", "recording", "transcript"]' in text
    assert '"web_client/dist" = "hearing_server/web/client"' in text
