"""The table of who may, walked whole: every command, role, phase and presence."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from hearing_server.domain.decide import DECISIONS, RULES, check
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Consultation, HearingState, Phase, Presence, Seat
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import RIGHTS, Party, Role

from .chance import COMMANDS
from .world import World

SEATED: dict[Presence, dict[str, object]] = {
    Presence.EXPECTED: {},
    Presence.WAITING: {"connection": "c", "first_seen": 1},
    Presence.ADMITTED: {"connection": "c", "first_seen": 1, "admitted": True},
    Presence.OUTSIDE: {"connection": "c", "first_seen": 1, "admitted": True, "inside": False},
    Presence.CONSULTING: {"connection": "c", "first_seen": 1, "admitted": True, "consultation": 1},
    Presence.REMOVED: {"first_seen": 1, "removed": True},
    Presence.AWAY: {"first_seen": 1, "admitted": True},
}


def somebody(role: Role, phase: Phase, presence: Presence) -> HearingState:
    """A hearing in which `x` has this role and is where the presence says."""
    seat = Seat(party=Party(id="x", role=role, name="某（虚构）"), **SEATED[presence])  # type: ignore[arg-type]
    assert seat.presence is presence
    talk = Consultation(
        consultation=1, asked_by="x", parties=("x", "counsel"), accepted=frozenset(), began_at=1,
        members=("x", "counsel"),
    )  # fmt: skip
    base = World().state
    return replace(
        base,
        phase=phase,
        seats=MappingProxyType({**base.seats, "x": seat}),
        consultations=MappingProxyType({1: talk}),
    )


def expected(command: type, role: Role, phase: Phase, presence: Presence) -> Code | None:
    """Role first, then a removal, where they must be, and the phase at last."""
    rule = RULES[command]
    if rule.server or (rule.right is not None and rule.right not in RIGHTS[role]):
        return Code.NOT_ALLOWED
    if presence is Presence.REMOVED:
        return Code.REMOVED
    if rule.admitted and presence is not Presence.ADMITTED:
        return Code.NOT_PRESENT
    return None if phase in rule.phases else Code.WRONG_PHASE


STATES = {
    (role, phase, presence): somebody(role, phase, presence)
    for role in Role
    for phase in Phase
    for presence in Presence
}


def refusal(state: HearingState, command: type, by: str) -> Code | None:
    try:
        check(state, command, by)
    except Refused as refused:
        return refused.code
    return None


def test_the_table_has_every_command() -> None:
    assert set(COMMANDS) == set(RULES) == set(DECISIONS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_command_by_every_role_in_every_phase_and_presence(command: type) -> None:
    """Allowed by the table, or refused with the code that comes first in its order."""
    for case, state in STATES.items():
        assert refusal(state, command, "x") is expected(command, *case), case


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_the_server_gives_its_own_commands_alone(command: type) -> None:
    for phase in Phase:
        state = STATES[Role.CLERK, phase, Presence.ADMITTED]
        found = refusal(state, command, SERVER)
        if not RULES[command].server:
            assert found is Code.NOT_ALLOWED
        else:
            assert found is (None if phase in RULES[command].phases else Code.WRONG_PHASE)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_the_clerk_in_charge_may_what_the_table_says_and_no_more(command: type) -> None:
    """A deputy's acts keep a hearing in order; what decides something about it waits for the judge."""
    rule = RULES[command]
    for phase in rule.phases:
        state = replace(STATES[Role.CLERK, phase, Presence.ADMITTED], in_charge="x")
        own = not rule.server and (rule.right is None or rule.right in RIGHTS[Role.CLERK])
        assert (refusal(state, command, "x") is None) is (own or rule.deputy)


def test_a_stranger_is_unknown() -> None:
    assert refusal(World().state, COMMANDS[3], "stranger") is Code.UNKNOWN_PARTY
