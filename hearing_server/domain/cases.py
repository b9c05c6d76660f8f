"""A case and the people in it, and what is wrong with one field by field. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hearing_server.domain.hidden import HIDDEN
from hearing_server.domain.parties import STAFF, Role, Side
from hearing_server.domain.procedures import Procedure

MAX_TITLE = 200
MAX_NAME = 100
MAX_NOTES = 2000
MAX_PARTIES = 100  # in one case

LANGUAGES = ("zh-CN", "en")
# Who may stand in a case: the court's own people are chosen when a hearing is planned, observers register.
CASE_ROLES = tuple(role for role in Role if role not in STAFF and role is not Role.OBSERVER)


class Problem(StrEnum):
    """What can be wrong with one field."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    HIDDEN_CHARACTER = "hidden_character"
    BAD_NUMBER = "bad_number"  # not a case number such as （2026）川0104刑初123号
    BAD_EMAIL = "bad_email"
    BAD_TELEPHONE = "bad_telephone"
    UNKNOWN_VALUE = "unknown_value"  # not one of the words that may stand here
    UNKNOWN_PERSON = "unknown_person"  # names nobody of this case
    NOT_FOR_THIS_ROLE = "not_for_this_role"
    DUPLICATE = "duplicate"
    TOO_MANY = "too_many"
    DIFFERS = "differs"  # from an earlier row of the same case
    IN_THE_PAST = "in_the_past"
    OUT_OF_RANGE = "out_of_range"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`field` is a path such as `title` or `parties.2.email`; `value` what stood there, cut short."""

    field: str
    problem: Problem
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseParty:
    """A person of a case. `interpreter_for` and `counsel_for` are ids of others of the same case."""

    id: str
    role: Role
    name: str
    side: Side = Side.NEUTRAL
    email: str = ""
    telephone: str = ""
    language: str = "zh-CN"
    interpreter_for: tuple[str, ...] = ()
    counsel_for: tuple[str, ...] = ()
    sign_language: bool = False
    notes: str = ""
    detained_at: str = ""  # the detention centre, if they are held in one


@dataclass(frozen=True, kw_only=True)
class Case:
    """`version` counts the changes, from 1: who changes a case says which one they saw."""

    id: str
    number: str
    procedure: Procedure
    title: str
    parties: tuple[CaseParty, ...] = ()
    closed: bool = False
    version: int = 1
    created_at: int = 0


@dataclass(frozen=True, kw_only=True)
class Courtroom:
    """Known by its name, which stands in the logs of its hearings and so is never changed."""

    name: str
    site: str = ""
    active: bool = True


# A year, the court's short name and code, the kind of case, the number; 法〔2015〕137号.
_NUMBER = re.compile(
    r"（(?:19|20)\d\d）[\u4e00-\u9fff]{1,4}\d{0,6}[\u4e00-\u9fff]{1,8}[1-9]\d{0,6}号"
    r"(?:之[一二三四五六七八九十\d]{1,4})?"
)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_TELEPHONE = re.compile(r"\+?\d[\d \-]{3,22}\d")
_BRACKETS = str.maketrans("()〔〕[]０１２３４５６７８９", "（）（）（）0123456789")


def tidy_number(text: str) -> str:
    """A case number as it is filed: full-width brackets, plain digits, no spaces."""
    return re.sub(r"\s", "", text).translate(_BRACKETS)


def tidy_telephone(text: str) -> str:
    return re.sub(r"[\s\-]+", " ", text.translate(_BRACKETS)).strip()


def same_telephone(text: str) -> str:
    """What two ways of writing one number have in common: its digits, without China's prefix."""
    digits = re.sub(r"\D", "", text)
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11:
            return digits.removeprefix(prefix)
    return digits


def tidy(case: Case) -> Case:
    """As it is kept: trimmed, numbers and addresses in one form."""
    return replace(
        case,
        number=tidy_number(case.number),
        title=case.title.strip(),
        parties=tuple(_tidy_party(party) for party in case.parties),
    )


def _tidy_party(party: CaseParty) -> CaseParty:
    return replace(
        party,
        name=party.name.strip(),
        email=party.email.strip(),
        telephone=tidy_telephone(party.telephone),
        notes=party.notes.strip(),
        detained_at=party.detained_at.strip(),
    )


def faults(case: Case) -> tuple[Fault, ...]:
    """Everything that is wrong with a tidied case, in the order of its fields."""
    found = [
        *_number_faults(case.number),
        *_text_faults("title", case.title, MAX_TITLE, required=True),
    ]
    if len(case.parties) > MAX_PARTIES:
        return (*found, Fault(field="parties", problem=Problem.TOO_MANY, value=str(MAX_PARTIES)))
    for index, party in enumerate(case.parties):
        for fault in _party_faults(party, case.parties):
            found.append(replace(fault, field=f"parties.{index}.{fault.field}"))
    return tuple(found)


def _number_faults(number: str) -> list[Fault]:
    if not number:
        return [Fault(field="number", problem=Problem.REQUIRED)]
    if not _NUMBER.fullmatch(number):
        return [Fault(field="number", problem=Problem.BAD_NUMBER, value=shown(number))]
    return []


def _party_faults(party: CaseParty, others: Sequence[CaseParty]) -> list[Fault]:
    found = [
        *_text_faults("name", party.name, MAX_NAME, required=True),
        *_text_faults("notes", party.notes, MAX_NOTES, lines=True),
        *_text_faults("detained_at", party.detained_at, MAX_NAME),
    ]
    if party.role not in CASE_ROLES:
        found.append(Fault(field="role", problem=Problem.UNKNOWN_VALUE, value=party.role))
    if party.email and (len(party.email) > 254 or not _EMAIL.fullmatch(party.email)):
        found.append(Fault(field="email", problem=Problem.BAD_EMAIL, value=shown(party.email)))
    if party.telephone and not _TELEPHONE.fullmatch(party.telephone):
        value = shown(party.telephone)
        found.append(Fault(field="telephone", problem=Problem.BAD_TELEPHONE, value=value))
    if party.language not in LANGUAGES:
        value = shown(party.language)
        found.append(Fault(field="language", problem=Problem.UNKNOWN_VALUE, value=value))
    links = (
        ("counsel_for", party.counsel_for, Role.COUNSEL),
        ("interpreter_for", party.interpreter_for, Role.INTERPRETER),
    )
    for field, named, role in links:
        found += _link_faults(field, named, party, role, others)
    return found


def _link_faults(
    field: str, named: Sequence[str], party: CaseParty, role: Role, others: Sequence[CaseParty]
) -> list[Fault]:
    if named and party.role is not role:
        return [Fault(field=field, problem=Problem.NOT_FOR_THIS_ROLE, value=party.role)]
    known = {other.id for other in others} - {party.id}
    return [
        Fault(field=field, problem=Problem.UNKNOWN_PERSON, value=shown(name))
        for name in named
        if name not in known
    ]


def _text_faults(
    field: str, text: str, limit: int, *, required: bool = False, lines: bool = False
) -> list[Fault]:
    problem = text_problem(text, limit, required=required, lines=lines)
    return [Fault(field=field, problem=problem, value=shown(text))] if problem else []


def text_problem(
    text: str, limit: int, *, required: bool = False, lines: bool = False
) -> Problem | None:
    """What is wrong with a text that a person typed, if anything is; `lines`: it may have several."""
    if not text:
        return Problem.REQUIRED if required else None
    if len(text) > limit:
        return Problem.TOO_LONG
    broken = not lines and ("\n" in text or "\t" in text)
    return Problem.HIDDEN_CHARACTER if broken or HIDDEN.search(text) else None


def shown(value: str) -> str:
    """A value for a list of faults: short, and nothing in it that does not show."""
    return HIDDEN.sub("\ufffd", " ".join(value.split()))[:60]


def courtroom_faults(courtroom: Courtroom) -> tuple[Fault, ...]:
    return (
        *_text_faults("name", courtroom.name, MAX_NAME, required=True),
        *_text_faults("site", courtroom.site, MAX_NAME),
    )
