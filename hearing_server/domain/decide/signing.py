"""Before a signature: the party is known once more, and whoever has no key of their own may be lent one."""

from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.rules import MAX_REASON, Decision, Events, Rule, seat_of, text
from hearing_server.domain.doors import vouched
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.parties import Right
from hearing_server.domain.record import Freeze

MAX_WITNESS = 100  # characters

_SIGNED_IN = frozenset({Phase.PAUSED, Phase.SUSPENDED, Phase.CLOSED})

RULES: Mapping[type, Rule] = {
    cmd.IdentifySigner: Rule(phases=_SIGNED_IN, right=Right.IDENTIFY),
    cmd.PermitHeldKey: Rule(phases=_SIGNED_IN, right=Right.IDENTIFY),
    cmd.EnterAssertion: Rule(phases=_SIGNED_IN, server=True),
}


def check_known(state: HearingState, seat: Seat, freeze: Freeze) -> None:
    """Refused(identity_not_confirmed) until the party has shown, since the freeze, what the hearing demands.

    `detail` says what is missing: code, camera. An account vouches for its holder; the officer at a kiosk
    takes the place of a code, and so does a clerk who knows the party on camera.
    """
    if vouched(state, seat):
        return
    known = seat.party.id in freeze.identified
    if state.demands.sign_identity and not known:
        raise Refused(Code.IDENTITY_NOT_CONFIRMED, "camera")
    if code_due(state, seat, freeze):
        raise Refused(Code.IDENTITY_NOT_CONFIRMED, "code")


def asks_code(state: HearingState, seat: Seat, freeze: Freeze) -> bool:
    """Whether this signature wants a code sent since the freeze."""
    instead = seat.kiosk or seat.party.id in freeze.identified or vouched(state, seat)
    return state.demands.sign_code and not instead


def code_due(state: HearingState, seat: Seat, freeze: Freeze) -> bool:
    """Whether it has not been entered in any session yet."""
    return asks_code(state, seat, freeze) and seat.code_confirmed_at < freeze.frozen_at


def check_key(state: HearingState, command: cmd.Sign, by: str) -> cmd.Sign:
    """With a key that the server holds: who was permitted, and who stood beside them."""
    if command.key is ev.SigningKey.BROWSER:
        return replace(command, witness="")
    return replace(command, witness=check_held(state, by, command.witness))


def check_held(state: HearingState, by: str, witness: str) -> str:
    """The witness's name as it is kept; Refused(not_allowed) without the clerk's leave."""
    if by not in state.held_keys:
        raise Refused(Code.NOT_ALLOWED, "a key of the court's is not permitted")
    return text(witness, MAX_WITNESS)


def _identify(state: HearingState, command: cmd.IdentifySigner, by: str, now: int) -> Events:
    seat, freeze = seat_of(state, command.party), state.freeze
    if freeze is None or not freeze.sealed or freeze.version != command.version:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if command.party not in freeze.outstanding:
        raise Refused(Code.NOT_A_SIGNER)
    if command.party in freeze.identified:
        raise Refused(Code.NO_CHANGE)
    if not seat.here:
        raise Refused(Code.NOT_PRESENT)
    if not _in_view(state, seat, by):
        raise Refused(Code.NOT_ALLOWED, "not on camera")
    return (ev.SignerIdentified(version=command.version, party=command.party),)


def _in_view(state: HearingState, seat: Seat, clerk: str) -> bool:
    """Whether the clerk can see them: after the closing everybody, else whoever is in an identity check."""
    sees = state.phase is Phase.CLOSED or state.identity_checks.get(seat.party.id) == clerk
    return sees and seat.consultation is None and bool(seat.sources.get(ev.Source.CAMERA))


def may_check(state: HearingState, seat: Seat) -> bool:
    """Whether the clerk may take a party aside to see who it is: at the door, or before they sign."""
    if seat.presence is Presence.WAITING:
        return True
    freeze = state.freeze
    signs = freeze is not None and freeze.sealed and seat.party.id in freeze.outstanding
    return signs and state.phase in _SIGNED_IN and seat.here and seat.consultation is None


def _permit(state: HearingState, command: cmd.PermitHeldKey, by: str, now: int) -> Events:
    seat_of(state, command.party)
    if state.freeze is None or command.party not in state.freeze.outstanding:
        raise Refused(Code.NOT_A_SIGNER)
    if command.party in state.held_keys:
        raise Refused(Code.NO_CHANGE)
    return (ev.HeldKeyPermitted(party=command.party, reason=text(command.reason, MAX_REASON)),)


def _assert(state: HearingState, command: cmd.EnterAssertion, by: str, now: int) -> Events:
    freeze = state.freeze
    if freeze is None or not freeze.sealed or freeze.version != command.version:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if command.party not in freeze.outstanding:
        raise Refused(Code.ALREADY_ANSWERED)
    if command.party in freeze.asserted:
        raise Refused(Code.NO_CHANGE)
    asserted = ev.SignerAsserted(
        version=command.version, party=command.party, sha256=command.sha256
    )
    return (asserted,)


DECISIONS: Mapping[type, Decision] = {
    cmd.IdentifySigner: _identify,
    cmd.PermitHeldKey: _permit,
    cmd.EnterAssertion: _assert,
}
