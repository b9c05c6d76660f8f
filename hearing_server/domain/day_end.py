"""What of a hearing whose time is over the end of the day must not leave behind. Pure."""

from enum import StrEnum

from hearing_server.domain.hearing import Phase


class LeftOver(StrEnum):
    """What its clerk has to see to."""

    NOT_OPENED = "not_opened"  # postpone it or cancel it
    NOT_CLOSED = "not_closed"  # have it closed or adjourned
    NO_DATE = "no_date"  # adjourned, and the day it was to go on is past or was never set


LEFT = {
    Phase.SCHEDULED: LeftOver.NOT_OPENED,
    Phase.WAITING: LeftOver.NOT_OPENED,
    Phase.IN_SESSION: LeftOver.NOT_CLOSED,
    Phase.PAUSED: LeftOver.NOT_CLOSED,
    Phase.SUSPENDED: LeftOver.NO_DATE,
}


def left_over(phase: str, ends_at: int, now: int) -> LeftOver | None:
    """By a list's phase, in which a cancelled hearing has its own word."""
    return {str(one): what for one, what in LEFT.items()}.get(phase) if now > ends_at else None
