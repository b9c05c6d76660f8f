"""Decisions about the record: the freeze, signatures, what was recorded."""

from collections.abc import Mapping

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.rules import (
    ANY,
    MAX_REASON,
    Decision,
    Events,
    Rule,
    text,
    writable,
)
from hearing_server.domain.decide.signing import check_key, check_known
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.objections import Standing, unanswered
from hearing_server.domain.parties import BENCH, Right, Role, may
from hearing_server.domain.passages import has_read
from hearing_server.domain.proof import STANDS
from hearing_server.domain.record import Freeze
from hearing_server.domain.sealed import reads_print
from hearing_server.domain.visible import reads_document

MAX_TEXT = 20_000  # characters of a note

READY_TO_FREEZE = frozenset({Phase.PAUSED, Phase.SUSPENDED, Phase.CLOSED})
_OPEN = READY_TO_FREEZE | {Phase.IN_SESSION}

RULES: Mapping[type, Rule] = {
    cmd.FreezeTranscript: Rule(phases=READY_TO_FREEZE, right=Right.WRITE),
    cmd.EnterSeal: Rule(phases=ANY, server=True),
    cmd.EnterRefusal: Rule(phases=ANY, server=True),
    cmd.Sign: Rule(phases=READY_TO_FREEZE, right=Right.SIGN, admitted=False),
    cmd.RefuseSignature: Rule(phases=READY_TO_FREEZE, right=Right.SIGN, admitted=False),
    cmd.EnterArchive: Rule(phases=ANY, server=True),
    cmd.EnterRecording: Rule(phases=ANY, server=True),
    cmd.EnterRoot: Rule(phases=ANY, server=True),
    cmd.ExplainFault: Rule(phases=_OPEN, right=Right.PRESIDE, admitted=False),
}


def _freeze(state: HearingState, command: cmd.FreezeTranscript, by: str, now: int) -> Events:
    check_freeze(state)
    return (
        ev.TranscriptFrozen(
            version=next_version(state),
            digest=command.digest,
            lines=len(state.transcript),
            signers=signing_order(state),
        ),
    )


def check_freeze(state: HearingState) -> None:
    """Refuse a freeze that would print nothing, or the same again."""
    writable(state)
    if not state.transcript:
        raise Refused(Code.NOTHING_TO_FREEZE)
    if state.freeze and state.freeze.sealed and not _prints_more(state, state.freeze):
        raise Refused(Code.NO_CHANGE)


def _prints_more(state: HearingState, freeze: Freeze) -> bool:
    """Whether the record has changed since; also by an answer to an objection, which lapses no signature."""
    return freeze.changed_since or any(
        one.standing in (Standing.ACCEPTED, Standing.REFUSED)
        and (one.answered_at or 0) > freeze.frozen_at
        for one in state.objections
    )


def next_version(state: HearingState) -> int:
    return state.freeze.version + 1 if state.freeze else 1


def signing_order(state: HearingState) -> tuple[str, ...]:
    """Who is asked to sign: those who were in the courtroom; parties first, then clerk, bench, president.

    A witness who was never called has nothing to confirm, and one who was out when something was said while
    the public was excluded may not read that and sign. Whoever was removed cannot: the log says why their name
    is missing.
    """
    here = (s for s in state.seats.values() if s.attended and not s.removed)
    asked = [
        s.party for s in here if may(s.party.role, Right.SIGN) and reads_print(state, s.party.id)
    ]
    return tuple(party.id for party in sorted(asked, key=lambda party: _rank(party.role)))


_PRESIDING = 3


def _rank(role: Role) -> int:
    if role is Role.PRESIDING_JUDGE:
        return _PRESIDING
    if role in BENCH:
        return 2
    return 1 if role is Role.CLERK else 0


def check_signer(state: HearingState, by: str, version: int, *, refusing: bool = False) -> Freeze:
    """The freeze that `by` may sign or refuse now, or why not."""
    freeze = state.freeze
    if freeze is None or not freeze.sealed:
        raise Refused(Code.NOT_FROZEN)
    if freeze.version != version or freeze.changed_since:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if by not in freeze.signers:
        raise Refused(Code.NOT_A_SIGNER)
    if by not in freeze.outstanding:
        raise Refused(Code.ALREADY_ANSWERED)
    if not reads_document(state, by):
        raise Refused(Code.NOT_YOUR_TURN)
    rank = _rank(state.seats[by].party.role)
    if not refusing and any(_rank(state.seats[p].party.role) < rank for p in freeze.outstanding):
        raise Refused(Code.NOT_YOUR_TURN)
    if not refusing:
        check_known(state, state.seats[by], freeze)
        _check_heard(state, freeze, by)
    return freeze


def _check_heard(state: HearingState, freeze: Freeze, by: str) -> None:
    """Who signs has read all of it and waits for no answer; the last of all leaves no objection unanswered."""
    waiting = unanswered(state.objections)
    last = freeze.outstanding == (by,) or _rank(state.seats[by].party.role) == _PRESIDING
    if (last and waiting) or any(one.party == by for one in waiting):
        raise Refused(Code.OBJECTION_OPEN, ", ".join(str(one.objection) for one in waiting))
    if not has_read(state, by):
        raise Refused(Code.NOT_READ, str(freeze.read.get(by, 0) + 1))


def _enter_seal(state: HearingState, command: cmd.EnterSeal, by: str, now: int) -> Events:
    freeze = state.freeze
    if freeze is None or freeze.version != command.version:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if freeze.sealed:
        raise Refused(Code.NO_CHANGE)
    sealed = ev.TranscriptSealed(
        version=command.version, pages=command.pages, sha256=command.sha256
    )
    return (sealed,)


def _sign(state: HearingState, command: cmd.Sign, by: str, now: int) -> Events:
    check_signer(state, by, command.version)
    command = check_key(state, command, by)
    return (
        ev.TranscriptSigned(
            version=command.version,
            party=by,
            sha256=command.sha256,
            certificate_sha256=command.certificate_sha256,
            name_image_sha256=command.name_image_sha256,
            strokes_sha256=command.strokes_sha256,
            key=command.key,
            witness=command.witness,
        ),
    )


def _refuse_signature(
    state: HearingState, command: cmd.RefuseSignature, by: str, now: int
) -> Events:
    check_signer(state, by, command.version, refusing=True)
    reason = text(command.reason, MAX_REASON)
    return (ev.SignatureRefused(version=command.version, party=by, reason=reason),)


def _enter_refusal(state: HearingState, command: cmd.EnterRefusal, by: str, now: int) -> Events:
    """Also on the file of an earlier version: who refused it did so before the newer one."""
    freeze = state.version(command.version)
    if freeze is None:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if command.party not in freeze.refusals_due:
        raise Refused(Code.NO_CHANGE)
    return (
        ev.RefusalSealed(
            version=command.version,
            party=command.party,
            sha256=command.sha256,
            sealed=command.sealed,
        ),
    )


def _enter_archive(state: HearingState, command: cmd.EnterArchive, by: str, now: int) -> Events:
    freeze = state.version(command.version)
    if freeze is None:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if freeze.archived:
        raise Refused(Code.NO_CHANGE)
    if not freeze.answered:
        raise Refused(Code.NOT_YOUR_TURN, "signatures are outstanding")
    if freeze.refusals_due:
        raise Refused(Code.NOT_YOUR_TURN, "refusals are not in the document yet")
    if freeze is state.freeze and unanswered(state.objections):
        raise Refused(Code.OBJECTION_OPEN)
    return (ev.TranscriptArchived(version=command.version, sha256=command.sha256),)


def _enter_recording(state: HearingState, command: cmd.EnterRecording, by: str, now: int) -> Events:
    return (command.event,)


def _stands_signed(state: HearingState, cause: ev.RootCause) -> bool:
    """Whether that the hearing stands still has been signed; what came since is signed in its turn."""
    root = state.root
    return cause in STANDS.values() and root is not None and state.phase_seq <= root.size


def _enter_root(state: HearingState, command: cmd.EnterRoot, by: str, now: int) -> Events:
    """Once: whoever else signed the same meanwhile was first, and a timestamp is missing no longer."""
    root, last = command.root, state.root
    if not 0 < root.size <= state.seq:
        raise Refused(Code.STALE_REVISION, f"{root.size} of {state.seq} entries")
    adds_timestamp = last is not None and root.timestamp and not last.timestamped
    covered = 0 if last is None else last.size
    if not adds_timestamp and (state.newest_fact <= covered or _stands_signed(state, root.cause)):
        raise Refused(Code.NO_CHANGE)
    if last is not None and root.size < last.size:
        raise Refused(Code.STALE_REVISION, f"{last.size} are signed")
    return (root,)


def check_explanation(state: HearingState, text_: str, english: str) -> tuple[str, str]:
    """The note's wording as it would be printed, or why not."""
    wording = text(text_, MAX_TEXT)
    return wording, text(english, MAX_TEXT) if english.strip() else ""


def _explain_fault(state: HearingState, command: cmd.ExplainFault, by: str, now: int) -> Events:
    if command.explanation != len(state.explanations) + 1:
        raise Refused(Code.STALE_REVISION, f"{len(state.explanations)} notes are signed")
    wording, english = check_explanation(state, command.text, command.english)
    return (
        ev.FaultExplained(
            explanation=command.explanation,
            started_at=command.started_at,
            ended_at=command.ended_at,
            text=wording,
            english=english,
            pages=command.pages,
            sha256=command.sha256,
            certificate_sha256=command.certificate_sha256,
            name_image_sha256=command.name_image_sha256,
        ),
    )


DECISIONS: Mapping[type, Decision] = {
    cmd.FreezeTranscript: _freeze,
    cmd.EnterSeal: _enter_seal,
    cmd.Sign: _sign,
    cmd.RefuseSignature: _refuse_signature,
    cmd.EnterRefusal: _enter_refusal,
    cmd.EnterArchive: _enter_archive,
    cmd.EnterRecording: _enter_recording,
    cmd.EnterRoot: _enter_root,
    cmd.ExplainFault: _explain_fault,
}
