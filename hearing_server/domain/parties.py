"""Roles and what each may do: the one table of rights."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    PRESIDING_JUDGE = "presiding_judge"
    JUDGE = "judge"
    ASSESSOR = "assessor"
    CLERK = "clerk"
    PROSECUTOR = "prosecutor"
    PLAINTIFF = "plaintiff"
    DEFENDANT = "defendant"
    COUNSEL = "counsel"
    WITNESS = "witness"
    EXPERT = "expert"
    INTERPRETER = "interpreter"
    BAILIFF = "bailiff"
    DETENTION_OFFICER = "detention_officer"
    OBSERVER = "observer"


class Right(StrEnum):
    PRESIDE = "preside"  # open, pause, resume, close; mute and unmute
    ADMIT = "admit"
    WRITE = "write"  # the transcript: lines, freeze
    SPEAK = "speak"  # send sound and picture
    SIGN = "sign"  # is asked to confirm the transcript
    ENTER_FREELY = "enter_freely"  # is not kept in the waiting room
    OVERSEE = "oversee"  # sees recording health and devices, downloads
    READ_LINES = "read_lines"  # reads the record as it is written


_BENCH = frozenset({Right.SPEAK, Right.SIGN, Right.ENTER_FREELY, Right.OVERSEE, Right.READ_LINES})
_PARTY = frozenset({Right.SPEAK, Right.SIGN, Right.READ_LINES})

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.PRESIDING_JUDGE: _BENCH | {Right.PRESIDE, Right.ADMIT},
    Role.JUDGE: _BENCH,
    Role.ASSESSOR: _BENCH,
    Role.CLERK: _BENCH | {Right.ADMIT, Right.WRITE},
    Role.PROSECUTOR: _PARTY,
    Role.PLAINTIFF: _PARTY,
    Role.DEFENDANT: _PARTY,
    Role.COUNSEL: _PARTY,
    # A witness may not watch and may not be influenced (法释〔2021〕12号 art. 26): no record to read.
    Role.WITNESS: frozenset({Right.SPEAK, Right.SIGN}),
    Role.EXPERT: frozenset({Right.SPEAK, Right.SIGN}),
    Role.INTERPRETER: _PARTY,
    Role.BAILIFF: frozenset({Right.SPEAK}),
    Role.DETENTION_OFFICER: frozenset({Right.SPEAK}),
    Role.OBSERVER: frozenset(),
}

BENCH = frozenset({Role.PRESIDING_JUDGE, Role.JUDGE, Role.ASSESSOR})
STAFF = BENCH | {Role.CLERK}


@dataclass(frozen=True, kw_only=True)
class Party:
    """A person in a hearing, in a seat; stays the same over every reconnect."""

    id: str
    role: Role
    name: str
    site: str = ""  # where they sit, for the seat's label


def may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]
