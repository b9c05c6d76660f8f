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


class Side(StrEnum):
    """Whose side a party is on: where they sit, and whose opinion on an exhibit they give."""

    CLAIM = "claim"  # prosecution, plaintiff and their counsel: at the left
    DEFENCE = "defence"  # defendant and their counsel: at the right
    NEUTRAL = "neutral"


class Right(StrEnum):
    PRESIDE = "preside"  # the course of the hearing, the word, who is in the courtroom
    ADMIT = "admit"
    IDENTIFY = "identify"  # confirm on camera who somebody is
    CHECKLIST = "checklist"  # mark the rights that were granted
    WRITE = "write"  # the transcript: lines, freeze
    SPEAK = "speak"  # send sound and picture
    RAISE = "raise"  # a hand
    OBJECT = "object"  # in the courtroom
    CONSULT = "consult"  # talk in private with those they are linked to
    PRESENT = "present"  # submit exhibits and show them
    JUDGE_EXHIBITS = "judge_exhibits"  # give an opinion on them
    CORRECT = "correct"  # answer whoever objects to a line of the frozen transcript
    SIGN = "sign"  # is asked to confirm the transcript
    ENTER_FREELY = "enter_freely"  # is not kept in the waiting room
    OVERSEE = "oversee"  # sees recording health and devices, downloads
    READ_LINES = "read_lines"  # reads the record as it is written
    READ_BACK = "read_back"  # have the sound of lines played to the courtroom
    DELETE = "delete"  # one of the two who have a recording deleted
    STAY_INSIDE = "stay_inside"  # is in the courtroom once admitted; others wait to be called


_COURTROOM = frozenset({Right.STAY_INSIDE, Right.READ_LINES})
_BENCH = _COURTROOM | {Right.SPEAK, Right.SIGN, Right.ENTER_FREELY, Right.OVERSEE}
_PERSON = frozenset({Right.SPEAK, Right.SIGN, Right.RAISE, Right.CONSULT})
_PARTY = _PERSON | _COURTROOM | {Right.OBJECT, Right.PRESENT, Right.JUDGE_EXHIBITS}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.PRESIDING_JUDGE: _BENCH
    | {Right.PRESIDE, Right.ADMIT, Right.CHECKLIST, Right.PRESENT, Right.DELETE, Right.CORRECT}
    | {Right.READ_BACK},
    Role.JUDGE: _BENCH | {Right.RAISE, Right.DELETE},
    Role.ASSESSOR: _BENCH | {Right.RAISE},
    Role.CLERK: _BENCH
    | {Right.ADMIT, Right.IDENTIFY, Right.CHECKLIST, Right.WRITE, Right.RAISE}
    | {Right.PRESENT, Right.DELETE, Right.CORRECT, Right.READ_BACK},
    Role.PROSECUTOR: _PARTY,
    Role.PLAINTIFF: _PARTY,
    Role.DEFENDANT: _PARTY,
    Role.COUNSEL: _PARTY,
    # A witness may not watch and may not be influenced (法释〔2021〕12号 art. 26): no record to read,
    # and outside until called.
    Role.WITNESS: _PERSON,
    Role.EXPERT: _PERSON | {Right.PRESENT},
    Role.INTERPRETER: _PERSON | _COURTROOM,
    Role.BAILIFF: frozenset({Right.SPEAK, Right.RAISE, Right.STAY_INSIDE}),
    Role.DETENTION_OFFICER: frozenset({Right.SPEAK, Right.RAISE, Right.STAY_INSIDE}),
    Role.OBSERVER: frozenset({Right.STAY_INSIDE}),
}

BENCH = frozenset({Role.PRESIDING_JUDGE, Role.JUDGE, Role.ASSESSOR})
STAFF = BENCH | {Role.CLERK}


@dataclass(frozen=True, kw_only=True)
class Party:
    """A person in a hearing, in a seat; stays the same over every reconnect.

    `counsel_for` and `interpreter_for` name other parties of the hearing. `account` is the staff account
    that sits here, empty for everybody who comes by a link.
    """

    id: str
    role: Role
    name: str
    site: str = ""  # where they sit, for the seat's label
    side: Side = Side.NEUTRAL
    account: str = ""
    counsel_for: tuple[str, ...] = ()
    interpreter_for: tuple[str, ...] = ()
    sign_language: bool = False  # interprets in sign language: stays large for whoever needs it


def may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]


def linked(one: Party, other: Party) -> bool:
    """Whether two may talk in private: counsel and client, interpreter and whom they interpret for."""
    return serves(one, other.id) or serves(other, one.id) or bool(_clients(one) & _clients(other))


def _clients(party: Party) -> frozenset[str]:
    """Whom a counsel stands for; two counsel of the same person are linked too."""
    return frozenset(party.counsel_for)


def serves(party: Party, other: str) -> bool:
    """Whether a party is here for another: their counsel, or their interpreter."""
    return other in party.counsel_for or other in party.interpreter_for
