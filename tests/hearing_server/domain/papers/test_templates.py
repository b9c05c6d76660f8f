"""Templates: whole in both languages, values as text and nothing else."""

import re

import pytest

from hearing_server.domain.papers.templates import TEMPLATES, Kind, Template, faults, fill, kept

FACTS = {"number": "（2026）测0001民初1号", "court": "虚构法院", "case_title": "甲诉乙"}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
def test_both_languages_have_every_field(template: Template) -> None:
    names = {field.name for field in template.fields}
    for language in ("zh-CN", "en"):
        text = " ".join(block.text for block in template.blocks[language])
        places = set(re.findall(r"\{(\w+)\}", text))
        assert names <= places <= names | set(FACTS)
        assert [b.kind for b in template.blocks[language]] == [
            b.kind for b in template.blocks["zh-CN"]
        ]


def test_values_stand_as_text_and_empty_ones_leave_no_heading() -> None:
    template = TEMPLATES["mediation_agreement"]
    values = {
        "parties": "甲\n乙",
        "mediator": "{terms}",
        "dispute": "借款",
        "terms": "一\n\n二",
        "costs": "",
    }
    blocks = fill(template, "zh-CN", values, FACTS)
    assert [b.text for b in blocks if b.kind is Kind.ITEM] == ["一", "二"]
    assert any("{terms}" in b.text for b in blocks)  # a value is not a template
    assert "诉讼费用" not in [b.text for b in blocks]
    assert "生效" in [b.text for b in blocks]


def test_what_is_wrong_is_said_field_by_field() -> None:
    template = TEMPLATES["undertaking"]
    found = faults(template, {"undertaker": "甲\u202e", "promises": "x" * 9000})
    assert [(f.field, str(f.problem)) for f in found] == [
        ("values.undertaker", "hidden_character"),
        ("values.matter", "required"),
        ("values.promises", "too_long"),
    ]
    assert [v.name for v in kept(template, {"matter": " 出庭 ", "x": "1"})] == [
        "undertaker", "matter", "promises",
    ]  # fmt: skip
