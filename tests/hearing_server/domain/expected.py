"""What the rules of access say, written down a second time and differently: tests hold the product to it.

Nothing here calls playable.py, sealed.py or custody.py for an answer; it looks at one millisecond at a time.
"""

from dataclasses import replace
from itertools import accumulate, pairwise

from hearing_server.domain import events as ev
from hearing_server.domain.events import Level
from hearing_server.domain.facts import to_fact
from hearing_server.domain.fold import apply
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import Right, Role, may

SECRET = {Level.PUBLIC: 0, Level.CONFIDENTIAL: 1, Level.SEALED: 2}


def level_at(state: HearingState, moment: int) -> Level:
    """Spans speak for themselves, the strictest first; elsewhere the last level of the whole holds.

    What was set before that last level and is laxer has no more to say.
    """
    whole, before, after = Level.CONFIDENTIAL, list[Level](), list[Level]()
    for access in state.custody.access.values():
        if (access.started_at, access.ended_at) == (0, None):
            whole, before, after = access.level, before + after, []
        elif access.started_at <= moment and (access.ended_at is None or moment < access.ended_at):
            after.append(access.level)
    covering = [*before, *after, *([whole] if before else [])]
    return max(covering, key=SECRET.__getitem__, default=whole)


def edges(state: HearingState) -> set[int]:
    """The moments at which a level may change."""
    spans = state.custody.access.values()
    return {at for span in spans for at in (span.started_at, span.ended_at) if at}


# What somebody wrote or said, by where it is found in a fact. Tests hold every other text to its reason.
SAID = {
    "line_entered": ("text",), "line_corrected": ("text",), "opinion_given": ("note",),
    "request_raised": ("note",), "request_answered": ("note",), "checklist_marked": ("note",),
    "hearing_paused": ("reason",), "hearing_suspended": ("reason",), "hearing_closed": ("reason",),
    "party_removed": ("reason",), "consent_withdrawn": ("reason",), "signature_refused": ("reason",),
    "objection_made": ("quote", "wording", "reason"), "objection_refused": ("reason",),
    "note_placed": ("text",), "message_sent": ("text",), "fault_explained": ("text", "english"),
}  # fmt: skip


def sealed_texts(
    state: HearingState,
    entries: list[Entry],
    reader: str | None,
    course: list[HearingState] | None = None,
) -> list[str]:
    """The words that `reader`, who is not of the court, may find nowhere; None: who reads a copy outside.

    `course` is `course_of(entries)`, for who asks for many readers.
    """
    if not any(access.level is Level.SEALED for access in state.custody.access.values()):
        return []
    by_order = ordered(state, entries)
    sat = sat_inside(entries, course or course_of(entries), reader)
    sides = reader is not None and may(state.seats[reader].party.role, Right.READ_LINES)
    over = state.phase is Phase.CLOSED and len(sat) > 1 and not state.seats[reader or ""].removed
    reads_exclusion = sides and (over or sat[-1][1])
    changes = edges(state) | {at for at, _ in sat}
    found, read = list[str](), list[str]()
    for entry in entries:
        fact = to_fact(entry.event)
        words = [fact[name] for name in SAID.get(str(fact["type"]), ()) if fact[name]]
        if not words or fact.get("to", "all") != "all":
            continue
        texts = list(map(str, words))
        hidden = False
        for moment in moments_of(state, entry, changes):
            was_there = [inside for at, inside in sat if at <= moment][-1]
            excluded = level_at(state, moment) is Level.SEALED and not (
                was_there or reads_exclusion
            )
            hidden = hidden or excluded or level_at(by_order, moment) is Level.SEALED
        (found if hidden else read).extend(texts)
    # A line may be split and merged: what stood openly before is no secret where it stands now.
    return [text for text in found if not any(text in other for other in read)]


def moments_of(state: HearingState, entry: Entry, changes: set[int]) -> set[int]:
    """The moments that bear on what an entry says: of an objection also those of the line it is about."""
    spans = [spoken(entry)]
    if isinstance(entry.event, ev.ObjectionMade | ev.ObjectionRefused):
        about = state.objections[entry.event.objection - 1]
        spans += [(about.made_at, about.made_at), (about.span.started_at, about.span.ended_at or 0)]
    inner = {at for since, until in spans for at in changes if since < at < until}
    return inner | {since for since, _ in spans}


def spoken(entry: Entry) -> tuple[int, int]:
    """From when to when what an entry says was said."""
    event = entry.event
    if isinstance(event, ev.LineEntered | ev.LineCorrected):
        assert event.started_at is not None
        assert event.ended_at is not None
        return event.started_at, event.ended_at
    at = event.at if isinstance(event, ev.NotePlaced) else entry.at
    return at, at


def ordered(state: HearingState, entries: list[Entry]) -> HearingState:
    """The same without the levels that came with an exclusion of the public."""
    excluded = {
        after.event.access
        for before, after in pairwise(entries)
        if isinstance(before.event, ev.PublicExcluded) and isinstance(after.event, ev.AccessSet)
        if before.at == after.at
    }
    kept = {n: a for n, a in state.custody.access.items() if n not in excluded}
    return replace(state, custody=replace(state.custody, access=kept))


def course_of(entries: list[Entry]) -> list[HearingState]:
    """The state after each entry."""
    return list(accumulate(entries, apply, initial=HearingState()))[1:]


def sat_inside(
    entries: list[Entry], course: list[HearingState], party: str | None
) -> list[tuple[int, bool]]:
    """When somebody came into the courtroom and went out of it; the public is never inside."""
    found = [(0, False)]
    for entry, state in zip(entries, course, strict=True):
        seat = state.seats.get(party or "")
        if seat is None or seat.party.role is Role.OBSERVER:
            continue
        inside = seat.admitted and seat.inside and not seat.removed
        if inside != found[-1][1]:
            found.append((entry.at, inside))
    return found
