"""Templates of papers: what each says, in both languages, and the fields that are filled in. Pure.

A paper is printed from blocks: plain text under a heading, in a list or in a table of facts. Values stand in
them as text and nothing else; a value of several lines makes several paragraphs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hearing_server.domain.cases import Fault, shown, text_problem
from hearing_server.domain.papers.events import Value

LINE, TEXT = 200, 8000  # characters of a field of one line, of several


class Kind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # one of a numbered list
    FACT = "fact"  # a row of a table: `name` and the text


@dataclass(frozen=True, kw_only=True)
class Block:
    kind: Kind
    text: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """`lines`: it may have several. `own`: filled from the case unless the clerk says otherwise."""

    name: str
    lines: bool = False
    required: bool = True
    own: str = ""


@dataclass(frozen=True, kw_only=True)
class Template:
    id: str
    title: Mapping[str, str]
    fields: tuple[Field, ...]
    blocks: Mapping[str, tuple[Block, ...]]


def _head(text: str) -> Block:
    return Block(kind=Kind.HEADING, text=text)


def _par(text: str) -> Block:
    return Block(kind=Kind.PARAGRAPH, text=text)


def _item(text: str) -> Block:
    return Block(kind=Kind.ITEM, text=text)


def _fact(name: str, text: str) -> Block:
    return Block(kind=Kind.FACT, name=name, text=text)


MEDIATION = Template(
    id="mediation_agreement",
    title={"zh-CN": "调解协议", "en": "Mediation agreement"},
    fields=(
        Field(name="parties", lines=True, own="parties"),
        Field(name="mediator", own="court"),
        Field(name="dispute", lines=True, own="case_title"),
        Field(name="terms", lines=True),
        Field(name="costs", required=False),
    ),
    blocks={
        "zh-CN": (
            _head("当事人"),
            _par("{parties}"),
            _head("争议事项"),
            _par("{dispute}"),
            _par(
                "本案在{mediator}主持下进行调解。各方当事人在平等、自愿的基础上，经协商一致，达成如下协议："
            ),
            _head("协议内容"),
            _item("{terms}"),
            _head("诉讼费用"),
            _par("{costs}"),
            _head("生效"),
            _par(
                "本协议系各方真实意思表示，不违反法律规定，不损害国家利益、社会公共利益和他人合法权益。"
                "各方已逐页阅读本协议，自全部当事人签名并经人民法院审查确认后生效。"
            ),
        ),
        "en": (
            _head("Parties"),
            _par("{parties}"),
            _head("Dispute"),
            _par("{dispute}"),
            _par(
                "The case was mediated by {mediator}. As equals and of their own will the parties have agreed:"
            ),
            _head("Terms"),
            _item("{terms}"),
            _head("Costs"),
            _par("{costs}"),
            _head("Effect"),
            _par(
                "This agreement is what the parties want. It breaks no law and harms neither the state, the "
                "public nor anybody else. Each party has read every page. It takes effect when all parties have "
                "signed and the court has examined and confirmed it."
            ),
        ),
    },
)

UNDERTAKING = Template(
    id="undertaking",
    title={"zh-CN": "保证书", "en": "Undertaking"},
    fields=(
        Field(name="undertaker", lines=True, own="parties"),
        Field(name="matter", lines=True),
        Field(name="promises", lines=True),
    ),
    blocks={
        "zh-CN": (
            _fact("保证人", "{undertaker}"),
            _fact("事由", "{matter}"),
            _par("保证人就{number}一案，向{court}保证："),
            _item("{promises}"),
            _par("如有违反，保证人愿意承担相应的法律责任，并接受人民法院依法作出的处罚。"),
        ),
        "en": (
            _fact("Given by", "{undertaker}"),
            _fact("Concerning", "{matter}"),
            _par("In case {number} the undersigned promise to {court}:"),
            _item("{promises}"),
            _par(
                "Whoever breaks this undertaking bears what the law attaches to it, and what the court may order."
            ),
        ),
    },
)

RECEIPT = Template(
    id="service_receipt",
    title={"zh-CN": "送达回证", "en": "Receipt of service"},
    fields=(
        Field(name="recipient", lines=True, own="parties"),
        Field(name="papers", lines=True),
        Field(name="place"),
        Field(name="manner"),
        Field(name="server", own="clerk"),
        Field(name="remark", lines=True, required=False),
    ),
    blocks={
        "zh-CN": (
            _fact("案由", "{case_title}"),
            _fact("案号", "{number}"),
            _fact("受送达人", "{recipient}"),
            _fact("送达文书", "{papers}"),
            _fact("送达地点", "{place}"),
            _fact("送达方式", "{manner}"),
            _fact("送达人", "{server}"),
            _fact("备注", "{remark}"),
            _par("受送达人签名，即证明上列文书已经收到；收到日期以签名时间为准。"),
        ),
        "en": (
            _fact("Case", "{case_title}"),
            _fact("Number", "{number}"),
            _fact("Served on", "{recipient}"),
            _fact("Documents served", "{papers}"),
            _fact("Place", "{place}"),
            _fact("Manner", "{manner}"),
            _fact("Served by", "{server}"),
            _fact("Remark", "{remark}"),
            _par(
                "By signing, the person served says that the documents above were received, at the time "
                "of the signature."
            ),
        ),
    },
)

TEMPLATES: Mapping[str, Template] = {one.id: one for one in (MEDIATION, UNDERTAKING, RECEIPT)}
_PLACE = re.compile(r"\{(\w+)\}")


def faults(template: Template, values: Mapping[str, str]) -> tuple[Fault, ...]:
    """What is wrong with the fields, in their order."""
    found = []
    for field in template.fields:
        text = values.get(field.name, "")
        most = TEXT if field.lines else LINE
        problem = text_problem(text, most, required=field.required, lines=field.lines)
        if problem:
            found.append(Fault(field=f"values.{field.name}", problem=problem, value=shown(text)))
    return tuple(found)


def kept(template: Template, values: Mapping[str, str]) -> tuple[Value, ...]:
    """The values as they are kept: the template's own fields alone, trimmed."""
    return tuple(
        Value(name=field.name, text=values.get(field.name, "").strip()) for field in template.fields
    )


def fill(
    template: Template, language: str, values: Mapping[str, str], facts: Mapping[str, str]
) -> tuple[Block, ...]:
    """The blocks with everything in its place; what stays empty is left out, with a heading that it leaves bare."""
    known = {**facts, **values}
    made: list[Block] = []
    for block in template.blocks[language]:
        made += _filled(block, known)
    return tuple(
        block
        for block, after in zip(made, [*made[1:], None], strict=True)
        if block.kind is not Kind.HEADING or (after and after.kind is not Kind.HEADING)
    )


def _filled(block: Block, known: Mapping[str, str]) -> list[Block]:
    alone = _PLACE.fullmatch(block.text)
    text = _PLACE.sub(lambda place: known.get(place[1], ""), block.text)
    if alone and block.kind in (Kind.PARAGRAPH, Kind.ITEM):
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return [Block(kind=block.kind, text=line) for line in lines]
    return [Block(kind=block.kind, name=block.name, text=text)] if text.strip() else []
