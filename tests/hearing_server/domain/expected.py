"""What the rules of access say, written down a second time and differently: tests hold the product to it.

Nothing here calls playable.py or custody.py for an answer; it looks at one millisecond at a time.
"""

from hearing_server.domain.events import Level
from hearing_server.domain.hearing import HearingState

SECRET = {Level.PUBLIC: 0, Level.CONFIDENTIAL: 1, Level.SEALED: 2}


def level_at(state: HearingState, moment: int) -> Level:
    """Spans speak for themselves, the strictest first; elsewhere the last level of the whole holds."""
    whole, covering = Level.CONFIDENTIAL, []
    for access in state.custody.access.values():
        if (access.started_at, access.ended_at) == (0, None):
            whole = access.level
        elif access.started_at <= moment and (access.ended_at is None or moment < access.ended_at):
            covering.append(access.level)
    return max(covering, key=SECRET.__getitem__, default=whole)


def edges(state: HearingState) -> set[int]:
    """The moments at which a level may change."""
    spans = state.custody.access.values()
    return {at for span in spans for at in (span.started_at, span.ended_at) if at}


def levels_between(state: HearingState, started_at: int, ended_at: int) -> set[Level]:
    """Every level that holds somewhere from the one moment to the other."""
    within = {at for at in edges(state) if started_at < at < ended_at}
    return {level_at(state, at) for at in {started_at, *within}}


def sealed_texts(state: HearingState) -> list[str]:
    """The words that nobody but bench and clerk may find anywhere."""
    found = [
        line.text
        for line in state.lines
        if Level.SEALED in levels_between(state, line.started_at, line.ended_at)
    ]
    found += [
        opinion.note
        for exhibit in state.exhibits
        for opinion in exhibit.given
        if opinion.note and level_at(state, opinion.at) is Level.SEALED
    ]
    return found
