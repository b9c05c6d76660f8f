"""Where the server's calendar clock was stepped while it recorded, told from the log alone. Pure.

For the records of older servers, whose log went by the calendar; now log and recording share a clock
(services/hearing_clock.py). Segments know nothing of a step, entries do. A segment is entered within
moments of its end: when that distance changes for good, the clock was moved.
"""

from typing import NamedTuple

LEAST_MS = 20_000  # smaller steps are lost among slow disks
LASTS_MS = 20_000  # for so long it must be so: a store that was away catches up at once


class Step(NamedTuple):
    """From entry `seq` on the log's times are `offset` ms ahead of the recording's."""

    seq: int
    offset: int


class Closing(NamedTuple):
    """A segment: its entry's number and time, and its own end (Unix ms)."""

    seq: int
    at: int
    ended_at: int


def clock_steps(closings: list[Closing]) -> list[Step]:
    """Every lasting change of distance, in order. `closings` are those of an undisturbed recorder."""
    steps: list[Step] = []
    offset, index = 0, 0
    while index < len(closings):
        if abs(_lag(closings[index]) - offset) < LEAST_MS:
            index += 1
            continue
        run = _run(closings, index)
        first, last = closings[index], closings[run - 1]
        spanned = last.ended_at - first.ended_at
        if spanned >= LASTS_MS and last.at - first.at >= spanned // 2:
            least = min(_lag(one) for one in closings[index:run])
            offset = 0 if abs(least) < LEAST_MS else least
            steps.append(Step(first.seq, offset))
        index = run
    return steps


def stood_still(closings: list[Closing]) -> int | None:
    """The entry from which the log's times stood still, since they never run back: the clock was set back.

    A segment is never entered before it ends. How long what happened meanwhile lasted, the log cannot tell.
    """
    return next((one.seq for one in closings if _lag(one) < -LEAST_MS), None)


def _lag(one: Closing) -> int:
    return one.at - one.ended_at


def _run(closings: list[Closing], start: int) -> int:
    """The end of the segments that are as late as the one at `start`."""
    lag, end = _lag(closings[start]), start + 1
    while end < len(closings) and abs(_lag(closings[end]) - lag) < LEAST_MS:
        end += 1
    return end


def recording_time(steps: list[Step], seq: int, at: int) -> int:
    """The time of an entry by the recording's clock."""
    offset = 0
    for step in steps:
        if step.seq > seq:
            break
        offset = step.offset
    return at - offset
