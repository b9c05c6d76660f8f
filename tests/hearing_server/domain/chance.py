"""Everything that can be asked of a hearing, drawn by chance, for tests that walk where nobody thought of."""

import dataclasses
import typing
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role

from .world import DIGEST, FULL, NOW, SHA, planned

COMMANDS: tuple[type, ...] = typing.get_args(cmd.Command)

Pick = Callable[[Random], Any]


def _sampled_from(values: Iterable[Any]) -> Pick:
    known = tuple(values)
    return lambda chance: chance.choice(known)


def _booleans() -> Pick:
    return lambda chance: chance.random() < 0.5


def _integers(least: int, most: int) -> Pick:
    return lambda chance: chance.randint(least, most)


def _just(value: Any) -> Pick:
    return lambda chance: value


def _maybe(pick: Pick) -> Pick:
    return lambda chance: pick(chance) if chance.random() < 0.5 else None


def _some(pick: Pick) -> Pick:
    return lambda chance: tuple(pick(chance) for _ in range(chance.randint(1, 3)))


def _builds(kind: type, **picks: Pick) -> Pick:
    return lambda chance: kind(**{name: pick(chance) for name, pick in picks.items()})


def secretive(party: Party) -> Party:
    """The same party with a name, a site and an account that can be found wherever they turn up."""
    id = party.id
    return dataclasses.replace(party, name=f"NAME-{id}", site=f"SITE-{id}", account=f"ACCOUNT-{id}")


CAST = tuple(secretive(party) for party in FULL)
IDS = tuple(party.id for party in CAST)


def cast_planned() -> ev.HearingPlanned:
    return dataclasses.replace(
        planned(*CAST),
        stages=(ev.Stage.PREPARATION, ev.Stage.EVIDENCE),
        checklist=(ev.ChecklistItem(id="identity", stage=ev.Stage.PREPARATION),),
        screenings=(ev.Screening(party="second", hidden_from=("defendant",), alias="ALIAS"),),
    )


def command(chance: Random, kind: type, state: HearingState) -> cmd.Command:
    """One of this kind: numbers and names are mostly those that the state has."""
    hints = typing.get_type_hints(kind)
    made: cmd.Command = kind(
        **{
            field.name: _field(kind, field.name, hints[field.name], state)(chance)
            for field in dataclasses.fields(kind)
        }
    )
    return made


def _field(kind: type, name: str, hint: Any, state: HearingState) -> Pick:
    special = _SPECIAL.get((kind, name)) or _NAMED.get(name)
    return special(state) if special else _of_type(hint)


def _of_type(hint: Any) -> Pick:
    if isinstance(hint, type):
        if issubclass(hint, ev.Source | ev.Device | ev.Verdict | ev.Stance | ev.Stage):
            return _sampled_from(hint)
        if issubclass(
            hint, ev.RequestAnswer | ev.OfficerStep | ev.Departure | ev.Level | ev.SigningKey
        ):
            return _sampled_from(hint)
    return {
        bool: _booleans(),
        int: _integers(-1, 12_000),
        str: _sampled_from(("理由", "", "x")),
        int | None: _maybe(_integers(-1, 12_000)),
    }[hint]


def _either(*picks: Pick) -> Pick:
    return lambda chance: chance.choice(picks)(chance)


def _lately(state: HearingState) -> Pick:
    """A moment of the last half minute."""
    return _integers(max(1, state.at - 30_000), max(1, state.at))


def _numbers(numbers: list[int]) -> Pick:
    return _sampled_from(numbers or [1]) if numbers else _integers(0, 2)


def _anybody(state: HearingState) -> Pick:
    return _sampled_from(tuple(state.seats) or IDS)


def _version(state: HearingState) -> Pick:
    return _just(state.freeze.version if state.freeze else 1)


def _screening(state: HearingState) -> Pick:
    return _builds(
        ev.Screening,
        party=_anybody(state),
        hidden_from=_some(_anybody(state)),
        sight=_booleans(),
        sound=_booleans(),
        alias=_sampled_from(("", "ALIAS")),
    )


def _newcomer(role: Role) -> Callable[[HearingState], Pick]:
    def strategy(state: HearingState) -> Pick:
        id = f"new{len(state.seats)}"
        return _just(secretive(Party(id=id, role=role, name="")))

    return strategy


def _recorded(state: HearingState) -> Pick:
    where = {"party": "judge", "source": "camera", "started_at": NOW, "ended_at": NOW + 5}
    return _sampled_from(
        (
            ev.RecordingBegan(party="judge", source="camera", at=NOW),
            ev.RecordingEnded(party="judge", source="camera", at=NOW + 5, cause="muted"),
            ev.GapFound(**where, cause="network"),
            ev.RecordingFault(code="disk_full", detail="FAULT"),
            ev.SegmentRecorded(
                **where, name="n", codec="vp8", sha256=SHA, size=1, frames=1, recovered=False
            ),
        )
    )


def _root(state: HearingState) -> Pick:
    return _builds(
        ev.RootSigned,
        size=_integers(1, max(1, state.seq)),
        root=_just(SHA),
        cause=_sampled_from(tuple(ev.RootCause)),
        signed_at=_just(NOW),
        signature=_just("c2ln"),
        certificate=_just("Y2Vy"),
        timestamp=_sampled_from(("", "dHN0")),
    )


PART = len("RECORD-0000.")


def _said(state: HearingState) -> Pick:
    """Two parts that are found wherever they turn up, together or split."""
    return _just(f"RECORD-{state.seq:04}.RECORD+{state.seq:04}.")


def _line_at(state: HearingState) -> Pick:
    """A line as it is, or as it was."""
    lines = [cmd.LineAt(line=line.line, revision=line.revision) for line in state.lines]
    return _sampled_from(lines or [cmd.LineAt(line=1, revision=1)])


Special = Mapping[Any, Callable[[HearingState], Pick]]

_NAMED: Special = {
    "party": _anybody,
    "speaker": _anybody,
    "correspondent": lambda s: _sampled_from((*IDS, "clerk", "technician", "all")),
    "to": lambda s: _sampled_from((*IDS, "clerk", "technician", "all")),
    "interpreter": lambda s: _sampled_from(("interpreter", "", "judge")),
    "parties": lambda s: _some(_anybody(s)),
    "consultation": lambda s: _numbers(list(s.consultations)),
    "into": lambda s: _sampled_from((0, 0, *s.consultations)),
    "request": lambda s: _numbers([r.request for r in s.requests]),
    "exhibit": lambda s: _numbers([e.exhibit for e in s.exhibits]),
    "line": lambda s: _numbers([line.line for line in s.lines]),
    "access": lambda s: _numbers(list(s.custody.access)),
    "kept_until": lambda s: _sampled_from((0, 0, NOW + 10**12)),
    "segments": lambda s: _integers(0, 10),
    "size": lambda s: _integers(0, 10**9),
    "revision": lambda s: _integers(1, 2),
    "operation": lambda s: _just(f"OPERATION-{s.seq}"),
    "version": _version,
    "up_to": lambda s: _integers(0, len(s.messages) + 1),
    "answers": lambda s: _maybe(_integers(0, len(s.messages) + 1)),
    "screening": _screening,
    "digest": lambda s: _just(DIGEST),
    "sha256": lambda s: _just(SHA),
    "certificate_sha256": lambda s: _just(SHA),
    "name_image_sha256": lambda s: _just(SHA),
    "account": lambda s: _just("ACCOUNT-staff"),
    "address": lambda s: _just("ADDRESS"),
    "origin": lambda s: _just("ORIGIN"),
    "holds": lambda s: _just(()),
    "kiosk": lambda s: _just("KIOSK"),
    "officer": lambda s: _just("OFFICER"),
    "channel": lambda s: _just("sms"),
    "document": lambda s: _just("居民身份证"),
    "number": lambda s: _just("510104200001010000"),
    "item": lambda s: _sampled_from(("identity", "unknown")),
    "objection": lambda s: _numbers([one.objection for one in s.objections]),
    "passages": lambda s: _just(tuple(s.freeze.passages)[:2] if s.freeze else ()),
    "quote": lambda s: _sampled_from(("", f"RECORD-{s.seq:04}.")),
    "wording": lambda s: _sampled_from(("", f"WORDING-{s.seq}.")),
    "page": lambda s: _integers(0, 4),
    "pages": lambda s: _integers(0, 4),
    "seconds": lambda s: _integers(-1, 1000),
    "reason": lambda s: _sampled_from(("", f"REASON-{s.seq}.")),
    "note": lambda s: _sampled_from(("", f"SAID-{s.seq}.")),
    "text": lambda s: _sampled_from(("TEXT", " ")),
    "name": lambda s: _just("证据.pdf"),
    "media_type": lambda s: _just("application/pdf"),
    "connection": lambda s: _just(f"c{s.seq}"),
    "until": lambda s: _maybe(_just(NOW + 10**9)),
}

_SPECIAL: Special = {
    (cmd.Plan, "planned"): lambda s: _just(cast_planned()),
    (cmd.AddParty, "party"): _newcomer(Role.EXPERT),
    (cmd.RegisterObserver, "party"): _newcomer(Role.OBSERVER),
    (cmd.HandOver, "successor"): _newcomer(Role.CLERK),
    (cmd.Arrive, "accepted_as"): lambda s: _maybe(_just("ACCEPTED")),
    (cmd.EnterRecording, "event"): _recorded,
    (cmd.EnterRoot, "root"): _root,
    (cmd.ReportCheck, "line"): lambda s: _sampled_from(ev.Verdict),
    (cmd.LockCode, "until"): lambda s: _just(NOW + 1000),
    (cmd.SubmitExhibit, "size"): lambda s: _integers(1, 1000),
    (cmd.EnterLine, "text"): _said,
    (cmd.EnterLine, "started_at"): lambda s: _maybe(_lately(s)),
    (cmd.EnterLine, "ended_at"): lambda s: _maybe(_lately(s)),
    (cmd.EnterLine, "after"): lambda s: _maybe(_integers(0, len(s.lines))),
    (cmd.CorrectLine, "text"): _said,
    (cmd.SplitLine, "position"): lambda s: _just(PART),
    (cmd.SplitLine, "at"): lambda s: _maybe(_lately(s)),
    (cmd.MergeLines, "following"): _line_at,
    (cmd.ReplaceText, "lines"): lambda s: _some(_line_at(s)),
    (cmd.ReplaceText, "find"): lambda s: _just("RECORD-"),
    (cmd.ReplaceText, "replacement"): lambda s: _just(f"RECORD-{s.seq}~"),
    (cmd.UndoOperation, "undone"): lambda s: _sampled_from(
        [one.operation for one in s.operations] or ["none"]
    ),
    (cmd.ReadBack, "lines"): lambda s: _some(_numbers([line.line for line in s.lines])),
    (cmd.FinishReadBack, "read_back"): lambda s: _just(s.read_backs),
    (cmd.SetAccess, "started_at"): lambda s: _either(_just(0), _lately(s)),
    (cmd.SetAccess, "ended_at"): lambda s: _maybe(_lately(s)),
    (cmd.RemoveNote, "note"): lambda s: _numbers([note.note for note in s.custody.notes]),
    (cmd.PlaceNote, "at"): lambda s: _lately(s),
    (cmd.PlaceNote, "text"): lambda s: _just(f"NOTE-{len(s.custody.notes) + 1}."),
    (cmd.GiveOpinion, "note"): lambda s: _sampled_from(("", f"OPINION-{s.seq}.")),
    (cmd.SendMessage, "text"): lambda s: _just(f"MESSAGE-{len(s.messages) + 1}."),
    (cmd.SendFromDesk, "text"): lambda s: _just(f"MESSAGE-{len(s.messages) + 1}."),
}


def leave(chance: Random, state: HearingState) -> cmd.Leave:
    """Of somebody who is here, if anybody is."""
    here = [seat for seat in state.seats.values() if seat.connection] or list(state.seats.values())
    seat = chance.choice(here)
    cause = chance.choice(list(ev.Departure))
    return cmd.Leave(party=seat.party.id, connection=seat.connection or "c", cause=cause)


__all__ = ["CAST", "COMMANDS", "IDS", "SERVER", "cast_planned", "command", "leave", "secretive"]
