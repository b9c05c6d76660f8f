"""Who may look at exhibits, keep them, and know what is said of them. visible.py asks here."""

import math
from dataclasses import replace

from hearing_server.domain.doors import oversees
from hearing_server.domain.exhibit_names import SHOWN_AS
from hearing_server.domain.hearing import Exhibit, HearingState, Phase, Presence, Seat
from hearing_server.domain.parties import Right, Role, may
from hearing_server.domain.places import inside


def is_shown(state: HearingState, seat: Seat) -> bool:
    """Whether what is shown in the courtroom is shown to them: to observers in session alone."""
    observes = seat.party.role is Role.OBSERVER
    return inside(state, seat) and (state.phase is Phase.IN_SESSION or not observes)


def sees_shown(state: HearingState, reader: str) -> bool:
    """Whether `reader` looks at the exhibit that is shown: who sits in the courtroom now."""
    seat = state.seats[reader]
    present = seat.presence is Presence.ADMITTED and is_shown(state, seat)
    return state.shown is not None and present


def reads_exhibit(state: HearingState, exhibit: Exhibit, party: str) -> bool:
    """Whether a party may read an exhibit: the court, its own, the sides, and whoever is shown it.

    What a screened person submitted might show who they are: those they are screened from see it only
    once it has been shown to the courtroom. Whoever was sent out keeps what they had, and is given nothing
    of what comes up meanwhile.
    """
    seat = state.seats.get(party)
    if seat is None or seat.removed:
        return False
    if exhibit.party == party or oversees(state, party):
        return True
    shown = state.shown is not None and state.shown.exhibit == exhibit.exhibit
    if shown and is_shown(state, seat):
        return True
    if exhibit.withdrawn or not may(seat.party.role, Right.JUDGE_EXHIBITS):
        return False
    until = _sent_out_at(state, seat)
    if exhibit.shown_at is not None and exhibit.shown_at <= until:
        return True
    return exhibit.submitted_at <= until and state.screened(exhibit.party, party) is None


def _sent_out_at(state: HearingState, seat: Seat) -> float:
    """Since when somebody sits outside the courtroom to which they were admitted; never: infinity."""
    if inside(state, seat) or not seat.admitted or state.phase is Phase.CLOSED:
        return math.inf
    last = seat.stays[-1] if seat.stays else None
    return 0 if last is None or last.ended_at is None else last.ended_at


def keeps_exhibit(state: HearingState, exhibit: Exhibit, party: str) -> bool:
    """Whether an exhibit is a party's to look through on their own: not whoever is only shown it."""
    seat = state.seats.get(party)
    if seat is None or not reads_exhibit(state, exhibit, party):
        return False
    role = seat.party.role
    return exhibit.party == party or oversees(state, party) or may(role, Right.JUDGE_EXHIBITS)


def has_original(state: HearingState, exhibit: Exhibit, party: str) -> bool:
    """Whether a party may read the file as it was submitted, and take it away.

    Not who is screened from whoever submitted it: a file tells by whom, where and with what it was made.
    """
    if exhibit.withdrawn or not keeps_exhibit(state, exhibit, party):
        return False
    return oversees(state, party) or state.screened(exhibit.party, party) is None


def reads_page(state: HearingState, exhibit: Exhibit, party: str, page: int) -> bool:
    """Whether a party may look at a page: of what they may keep any, of what they are shown the one shown."""
    if keeps_exhibit(state, exhibit, party):
        return True
    shown = state.shown
    on_it = shown is not None and (shown.exhibit, shown.page) == (exhibit.exhibit, page)
    return on_it and reads_exhibit(state, exhibit, party)


def reads_file(state: HearingState, exhibit: Exhibit, party: str) -> bool:
    """Whether a party may read the whole file: who has not the original gets it by its pages.

    Of a film or a sound they get one that tells nothing else (services/renditions.py).
    """
    if exhibit.media_type in SHOWN_AS:
        return has_original(state, exhibit, party)
    return reads_exhibit(state, exhibit, party)


def knows_exhibit(state: HearingState, exhibit: Exhibit, party: str) -> bool:
    """Whether an exhibit stands in a party's list, also once it is withdrawn."""
    return keeps_exhibit(state, replace(exhibit, withdrawn=False), party)


def called(state: HearingState, exhibit: Exhibit, reader: str | None) -> str:
    """What an exhibit is called for `reader`; None: whoever is not of the court and the hearing.

    A file's name may say who submitted it: empty where its owner is screened from them, outside where
    they ever were.
    """
    if reader is None:
        return "" if exhibit.party in state.screened_ever else exhibit.name
    court = reader in state.seats and oversees(state, reader)
    return exhibit.name if court or not state.screened(exhibit.party, reader) else ""


def reads_opinions(state: HearingState, exhibit: Exhibit, party: str) -> bool:
    """Whether a party may read what the sides say of an exhibit: it goes into the record, so whoever reads
    that, in the courtroom, also once it is withdrawn.

    A witness who is shown the exhibit is not to be influenced, nor is who was sent out to be heard apart.
    """
    seat = state.seats.get(party)
    return (
        seat is not None
        and (inside(state, seat) or oversees(state, party))
        and may(seat.party.role, Right.READ_LINES)
        and reads_exhibit(state, replace(exhibit, withdrawn=False), party)
    )
