"""Custody of recordings: levels of access and timed notes. Who may not is told that there is nothing.

Each act is decided once without doing it, noted in the audit trail, and then done.
"""

from collections.abc import Mapping
from typing import Any

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.custody import EVERYTHING, Deletion
from hearing_server.domain.decide import check, decide
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.parties import Right, may
from hearing_server.domain.playable import masked_spans, reads_note
from hearing_server.domain.retention import kept_until
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Clock, Hearings

Retention = Mapping[str, int]  # years, by procedure

_HIDDEN = frozenset({Code.NOT_ALLOWED, Code.REMOVED})


class Custodian:
    """`address` in each call is where the request came from; whoever is refused is noted at the door (web/audit.py)."""

    def __init__(self, hearings: Hearings, audit: Audit, retention: Retention, now: Clock) -> None:
        self._hearings = hearings
        self._audit = audit
        self._retention = retention
        self._now = now

    async def custody(self, seated: Seated) -> dict[str, Any]:
        """What `seated` may know of it; Refused(not_found) for whom it is not."""
        state = await self._hearings.state(seated.hearing)
        if not knows_custody(state, seated.party):
            raise Refused(Code.NOT_FOUND)
        return custody_of(state, seated.party, self.kept_until(state), self._now())

    def kept_until(self, state: HearingState) -> int | None:
        """When the retention of a closed hearing is over; an unknown procedure's is the longest."""
        if state.closed_at is None:
            return None
        years = self._retention.get(state.procedure) or max(self._retention.values())
        return kept_until(state.closed_at, years)

    async def set_access(self, seated: Seated, command: cmd.SetAccess, address: str) -> int:
        """The number of the access."""
        detail = f"{command.level} {command.started_at}-{command.ended_at or ''}"
        seq = await self.act(seated, command, Action.ACCESS_SET, detail, address)
        event = await self._event(seated.hearing, seq)
        assert isinstance(event, ev.AccessSet)
        return event.access

    async def end_access(self, seated: Seated, access: int, address: str) -> None:
        command = cmd.EndAccess(access=access)
        await self.act(seated, command, Action.ACCESS_ENDED, str(access), address)

    async def lift_access(self, seated: Seated, access: int, reason: str, address: str) -> None:
        command = cmd.LiftAccess(access=access, reason=reason)
        await self.act(seated, command, Action.ACCESS_LIFTED, str(access), address)

    async def place_note(self, seated: Seated, command: cmd.PlaceNote, address: str) -> int:
        """The note's number. What it says stands in the hearing's log alone."""
        kind = "private" if command.private else "on record"
        seq = await self.act(seated, command, Action.NOTE_PLACED, kind, address)
        event = await self._event(seated.hearing, seq)
        assert isinstance(event, ev.NotePlaced)
        return event.note

    async def remove_note(self, seated: Seated, note: int, address: str) -> None:
        command = cmd.RemoveNote(note=note)
        await self.act(seated, command, Action.NOTE_REMOVED, str(note), address)

    async def act(
        self, seated: Seated, command: cmd.Command, action: Action, detail: str, address: str
    ) -> int:
        """Decide, note, do. Refused(not_found) for a role that never may."""
        await self.rehearse(seated, command)
        await self._audit.note(
            action, actor=seated.party, subject=seated.hearing, detail=detail, address=address
        )
        return await self._hearings.execute(seated.hearing, command, seated.party)

    async def rehearse(self, seated: Seated, command: cmd.Command) -> None:
        """Refused as the act itself would be now; nothing is done."""
        state = await self._hearings.state(seated.hearing)
        try:
            check(state, type(command), seated.party)
        except Refused as refusal:
            raise Refused(Code.NOT_FOUND) if refusal.code in _HIDDEN else refusal from None
        decide(state, command, seated.party, self._hearings.now(seated.hearing))

    async def _event(self, hearing: str, seq: int) -> ev.Event:
        return (await self._hearings.entries(hearing, seq - 1))[0].event


def knows_custody(state: HearingState, party: str) -> bool:
    """Bench and clerk, and whoever may play any of the recording, or might if it were still there."""
    seat = state.seats[party]
    if seat.removed:
        return False
    return oversees(state, party) or masked_spans(state, party) != EVERYTHING


def custody_of(state: HearingState, party: str, until: int | None, now: int) -> dict[str, Any]:
    """Pure: reasons, and a deletion before it is done, are for bench and clerk."""
    custody, role = state.custody, state.seats[party].party.role
    court = oversees(state, party)
    closed = state.phase is Phase.CLOSED
    over = until is not None and until <= now
    return {
        "level": custody.level,
        "access": [
            {
                "access": access.access,
                "level": access.level,
                "started_at": access.started_at,
                "ended_at": access.ended_at,
                "reason": access.reason if court else "",
            }
            for access in custody.access.values()
        ],
        "notes": [
            {"note": n.note, "at": n.at, "text": n.text, "private": n.private, "by": n.by}
            for n in custody.notes
            if not n.removed and reads_note(state, n, party)
        ],
        "deletion": _deletion(custody.deletion, court=court),
        "kept_until": until if court else None,
        "may": {
            "set_access": may(role, Right.PRESIDE),
            "note": court and state.opened_at is not None,
            "delete": may(role, Right.DELETE) and closed and over and not custody.deleted,
        },
    }


def _deletion(deletion: Deletion | None, *, court: bool) -> dict[str, Any] | None:
    if deletion is None or not (court or deletion.deleted_at is not None):
        return None
    done = {
        "deleted_at": deletion.deleted_at,
        "segments": deletion.segments,
        "size": deletion.size,
    }
    asked = {
        "proposed_by": deletion.proposed_by,
        "proposed_at": deletion.proposed_at,
        "reason": deletion.reason,
        "consented_by": deletion.consented_by,
    }
    return {**asked, **done} if court else done
