"""Decisions about a frozen version: who has read how far, and what they want corrected before they sign."""

from collections.abc import Mapping
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide.lines import MAX_TEXT, corrected, struck
from hearing_server.domain.decide.record import READY_TO_FREEZE
from hearing_server.domain.decide.rules import (
    MAX_REASON,
    Decision,
    Events,
    Rule,
    note,
    seat_of,
    text,
    writable,
)
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.objections import Objection, unanswered
from hearing_server.domain.parties import Right
from hearing_server.domain.passages import has_read, line_passage, place_of, unread, worded
from hearing_server.domain.record import Freeze
from hearing_server.domain.visible import reads_document

MAX_WORDING = 5000  # characters of a quote, and of what is proposed
MAX_OPEN = 30  # objections of one party that wait for an answer
MAX_MADE = 300  # of one party in a hearing
STEPS = 20  # entries of the log in which somebody's reading is told: about so many a version

_READER = Rule(phases=READY_TO_FREEZE, right=Right.SIGN, admitted=False)
_ANSWERER = Rule(phases=READY_TO_FREEZE | {Phase.IN_SESSION}, right=Right.CORRECT)

RULES: Mapping[type, Rule] = {
    cmd.ReadTranscript: _READER,
    cmd.ConfirmPassages: _READER,
    cmd.ObjectToLine: _READER,
    cmd.WithdrawObjection: _READER,
    cmd.AcceptObjection: _ANSWERER,
    cmd.RefuseObjection: _ANSWERER,
}


def _reads(state: HearingState, by: str, version: int) -> Freeze:
    """The version that `by` was asked to sign and reads, or why they do not."""
    freeze = state.freeze
    if freeze is None or not freeze.sealed:
        raise Refused(Code.NOT_FROZEN)
    if freeze.version != version:
        raise Refused(Code.TRANSCRIPT_CHANGED)
    if by not in freeze.signers:
        raise Refused(Code.NOT_A_SIGNER)
    if not reads_document(state, by):
        raise Refused(Code.NOT_YOUR_TURN)
    return freeze


def _read(state: HearingState, command: cmd.ReadTranscript, by: str, now: int) -> Events:
    """In steps: not every page of a long record is an entry of the log."""
    freeze = _reads(state, by, command.version)
    if not 1 <= command.page <= freeze.pages:
        raise Refused(Code.BAD_MESSAGE, f"{freeze.pages} pages")
    further = command.page - freeze.read.get(by, 0)
    least = 1 if command.page == freeze.pages else max(1, freeze.pages // STEPS)
    if further < least:
        raise Refused(Code.NO_CHANGE)
    return (ev.TranscriptRead(version=freeze.version, party=by, page=command.page),)


def _confirm(state: HearingState, command: cmd.ConfirmPassages, by: str, now: int) -> Events:
    """Those that are named, or all but the lines that they object to."""
    freeze = _reads(state, by, command.version)
    waiting = unread(state, by)
    if not command.passages and not has_read(state, by):
        raise Refused(Code.NOT_READ, str(freeze.read.get(by, 0) + 1))
    strange = [name for name in command.passages if name not in freeze.passages]
    if strange:
        raise Refused(Code.NOT_FOUND, strange[0])
    disputed = {line_passage(one.line) for one in unanswered(state.objections) if one.party == by}
    named = set(command.passages) if command.passages else set(freeze.passages) - disputed
    if not named & set(waiting):
        raise Refused(Code.NO_CHANGE)
    whole = named == set(freeze.passages)
    passages = () if whole else tuple(name for name in waiting if name in named)
    return (ev.PassagesConfirmed(version=freeze.version, party=by, passages=passages),)


def _object(state: HearingState, command: cmd.ObjectToLine, by: str, now: int) -> Events:
    writable(state)
    freeze = _reads(state, by, command.version)
    if by not in freeze.outstanding:
        raise Refused(Code.ALREADY_ANSWERED)
    name = line_passage(command.line)
    if name not in freeze.passages:
        raise Refused(Code.UNKNOWN_LINE, str(command.line))
    printed = state.wordings[worded(name, freeze.passages[name])]
    if printed.sealed:
        raise Refused(Code.SEALED, str(command.line))
    quote = note(command.quote, MAX_WORDING)
    if quote not in printed.text:
        raise Refused(Code.NOT_FOUND, "the line does not say so")
    wording = note(command.wording, MAX_WORDING)
    reason = note(command.reason, MAX_REASON) if wording else text(command.reason, MAX_REASON)
    if wording and wording == (quote or printed.text):
        raise Refused(Code.NO_CHANGE)
    _check_bounds(state, by, command.line, quote)
    return (
        ev.ObjectionMade(
            objection=len(state.objections) + 1,
            party=by,
            version=freeze.version,
            line=command.line,
            place=place_of(freeze, command.line),
            quote=quote,
            wording=wording,
            reason=reason,
            started_at=printed.span.started_at,
            ended_at=printed.span.ended_at or printed.span.started_at,
        ),
    )


def _check_bounds(state: HearingState, by: str, line: int, quote: str) -> None:
    mine = [one for one in state.objections if one.party == by]
    waiting = unanswered(mine)
    if any((one.line, one.quote) == (line, quote) for one in waiting):
        raise Refused(Code.NO_CHANGE)
    if len(waiting) >= MAX_OPEN or len(mine) >= MAX_MADE:
        raise Refused(Code.TOO_MANY, f"{MAX_OPEN} objections")


def _waiting(state: HearingState, command: Any) -> Objection:
    if not 1 <= command.objection <= len(state.objections):
        raise Refused(Code.NOT_FOUND)
    objection: Objection = state.objections[command.objection - 1]
    if not objection.open:
        raise Refused(Code.ALREADY_ANSWERED, objection.standing)
    return objection


def _accept(state: HearingState, command: cmd.AcceptObjection, by: str, now: int) -> Events:
    """The line is corrected as a desk does it; if a desk has done so already, that is the answer."""
    writable(state)
    objection = _waiting(state, command)
    line = state.lines[objection.line - 1]
    if line.revision != command.revision:
        raise Refused(Code.STALE_REVISION, f"now at {line.revision}")
    seat_of(state, command.speaker)
    wording = note(command.text, MAX_TEXT)
    made: Events = ()
    if line.struck is None and not wording:
        made = (struck(line, ev.StrikeCause.STRUCK, ""),)
    elif line.struck is None and (line.speaker, line.text) != (command.speaker, wording):
        made = (corrected(line, "", speaker=command.speaker, text=wording),)
    elif line.struck is not None and wording:
        raise Refused(Code.LINE_STRUCK, line.struck)
    elif not _differs(state, objection):
        raise Refused(Code.NO_CHANGE)
    revision = line.revision + len(made)
    return (*made, ev.ObjectionAccepted(objection=objection.objection, revision=revision))


def _differs(state: HearingState, objection: Objection) -> bool:
    """Whether the line says something else by now than where it was objected to."""
    line = state.lines[objection.line - 1]
    name = line_passage(line.line)
    digest = state.freeze.passages.get(name) if state.freeze else None
    if line.struck is not None or digest is None:
        return True
    printed = state.wordings[worded(name, digest)]
    return (line.speaker, line.text) != (printed.speaker, printed.text)


def _refuse(state: HearingState, command: cmd.RefuseObjection, by: str, now: int) -> Events:
    objection = _waiting(state, command)
    reason = text(command.reason, MAX_REASON)
    return (ev.ObjectionRefused(objection=objection.objection, reason=reason),)


def _withdraw(state: HearingState, command: cmd.WithdrawObjection, by: str, now: int) -> Events:
    objection = _waiting(state, command)
    if objection.party != by:
        raise Refused(Code.NOT_ALLOWED, "somebody else's objection")
    return (ev.ObjectionWithdrawn(objection=objection.objection),)


DECISIONS: Mapping[type, Decision] = {
    cmd.ReadTranscript: _read,
    cmd.ConfirmPassages: _confirm,
    cmd.ObjectToLine: _object,
    cmd.AcceptObjection: _accept,
    cmd.RefuseObjection: _refuse,
    cmd.WithdrawObjection: _withdraw,
}
