"""What the auditor reads has a word for every action, in both languages."""

import re
from pathlib import Path

import pytest

from hearing_server.domain.audit import Action

WORDS = Path(__file__).parent.parent.parent / "web_client/src/i18n"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_action_has_a_word(language: str) -> None:
    text = (WORDS / language / "staff.ts").read_text()
    said = set(re.findall(r"^      (\w+): ", text[text.index("\n  audit: {") :], re.MULTILINE))
    assert said == set(Action)
