"""A case, and what is wrong with one: every fault by its field."""

from dataclasses import replace

import pytest

from hearing_server.domain.cases import (
    Case,
    CaseParty,
    Problem,
    faults,
    same_telephone,
    tidy,
    tidy_number,
)
from hearing_server.domain.parties import Role, Side
from hearing_server.domain.procedures import Procedure

CASE = Case(
    id="c1",
    number="（2026）测0001民初1号",
    procedure=Procedure.CIVIL,
    title="甲诉乙民间借贷纠纷",
    parties=(
        CaseParty(id="p1", role=Role.PLAINTIFF, name="甲（虚构）", side=Side.CLAIM),
        CaseParty(id="p2", role=Role.COUNSEL, name="乙（虚构）", counsel_for=("p1",)),
    ),
)


def found(**changes: object) -> list[tuple[str, str]]:
    return [(f.field, f.problem) for f in faults(tidy(replace(CASE, **changes)))]  # type: ignore[arg-type]


def of_party(**changes: object) -> list[tuple[str, str]]:
    """What is wrong with the second party, changed so."""
    return found(parties=(CASE.parties[0], replace(CASE.parties[1], **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "number",
    [
        "（2026）川0104刑初123号", "(2026)川0104刑初123号", " （2026） 川 0104 刑初 123 号 ",
        "〔2026〕川0104民初1号", "（２０２６）川0104行初9号", "（2020）最高法民终1号",
        "（2026）川01民终12号之一", "（2021）浙0192民初5626号",
    ],
)  # fmt: skip
def test_a_case_number_is_taken_however_it_is_typed(number: str) -> None:
    """Brackets and digits of any width, spaces anywhere; kept in one form."""
    assert found(number=number) == []
    assert tidy_number(number).startswith("（20")


@pytest.mark.parametrize(
    "number",
    ["", "123", "（26）川0104刑初123号", "（2026）川0104刑初号", "（2026）川0104刑初0号",
     "2026川0104刑初123号", "（2026）川0104刑初123号=1+1", "（2026）CHUAN刑初1号"],
)  # fmt: skip
def test_what_is_no_case_number_is_refused(number: str) -> None:
    problem = Problem.REQUIRED if not number else Problem.BAD_NUMBER
    assert found(number=number) == [("number", problem)]


def test_every_fault_is_named_at_once() -> None:
    bad = CaseParty(
        id="p9", role=Role.WITNESS, name=" ", email="a@b", telephone="12", language="fr",
        counsel_for=("p1",), notes="x\u202ey",
    )  # fmt: skip
    assert found(title="", parties=(*CASE.parties, bad)) == [
        ("title", Problem.REQUIRED),
        ("parties.2.name", Problem.REQUIRED),
        ("parties.2.notes", Problem.HIDDEN_CHARACTER),
        ("parties.2.email", Problem.BAD_EMAIL),
        ("parties.2.telephone", Problem.BAD_TELEPHONE),
        ("parties.2.language", Problem.UNKNOWN_VALUE),
        ("parties.2.counsel_for", Problem.NOT_FOR_THIS_ROLE),
    ]


def test_a_link_leads_to_somebody_else_of_the_case() -> None:
    assert of_party(counsel_for=("p1",)) == []
    for nobody in ("p2", "p3", ""):
        assert of_party(counsel_for=(nobody,)) == [
            ("parties.1.counsel_for", Problem.UNKNOWN_PERSON)
        ]


@pytest.mark.parametrize("role", [Role.PRESIDING_JUDGE, Role.CLERK, Role.OBSERVER])
def test_the_court_s_own_people_are_not_of_the_case(role: Role) -> None:
    assert ("parties.1.role", Problem.UNKNOWN_VALUE) in of_party(role=role, counsel_for=())


@pytest.mark.parametrize(
    "email",
    ["a@b.example\nBcc: x@y.example", "a b@c.example", "@c.example", "a@b@c.example", "a@-"],
)
def test_an_address_can_carry_nothing_else(email: str) -> None:
    """Not a second header, not a second address."""
    assert of_party(email=email) == [("parties.1.email", Problem.BAD_EMAIL)]


def test_one_telephone_is_known_however_it_is_written() -> None:
    ways = ("138 0000 0000", "138-0000-0000", "+86 13800000000", "008613800000000", "13800000000")
    assert {same_telephone(way) for way in ways} == {"13800000000"}
    assert same_telephone("86123") == "86123"


def test_too_many_people_are_one_fault() -> None:
    crowd = tuple(replace(CASE.parties[0], id=str(n)) for n in range(101))
    assert found(parties=crowd) == [("parties", Problem.TOO_MANY)]


@pytest.mark.parametrize(
    "hidden", ["甲\n审判长：同意", "甲\t乙", "甲\u200b", "\ufeff甲", "甲\u200f"]
)
def test_a_name_is_one_line_of_what_can_be_seen(hidden: str) -> None:
    """It stands in the transcript and in text messages: nothing may look like a line of its own."""
    assert of_party(name=hidden) == [("parties.1.name", Problem.HIDDEN_CHARACTER)]
    assert found(title=hidden) == [("title", Problem.HIDDEN_CHARACTER)]
    assert of_party(notes="一\n\t二") == []
