"""Who comes out of an identity check, and with what they were just saying and showing left in it."""

from hearing_server.domain import events as ev
from hearing_server.domain.decide.floor import come_out
from hearing_server.domain.decide.rules import Events
from hearing_server.domain.hearing import HearingState, Presence


def out_of_check(state: HearingState, party: str, by: str = "") -> Events:
    """The identity check that `party` is in is over; `by` is who ends it, both of them staying.

    What was shown in it is closed, and when the clerk did not end it, what they are just saying stays
    in it too.
    """
    found: list[ev.Event] = []
    for checked, clerk in state.identity_checks.items():
        if party not in (checked, clerk):
            continue
        if clerk not in (party, by) and not state.seats[clerk].muted:
            found.append(ev.MicrophoneMuted(party=clerk, locked=False))
        staying = [p for p in (checked, clerk) if by or p != party]
        found += [event for p in staying for event in come_out(state, state.seats[p])]
    return tuple(found)


def end_check(state: HearingState, party: str, by: str) -> Events:
    if party not in state.identity_checks:
        return ()
    return (*out_of_check(state, party, by), ev.IdentityCheckEnded(party=party))


def check_of_who_comes_in(state: HearingState, party: str, by: str) -> Events:
    """Into the courtroom they come muted."""
    muted = ev.MicrophoneMuted(party=party, locked=False)
    ended = end_check(state, party, by)
    return (muted, *ended) if ended and not state.seats[party].muted else ended


def checks_of_who_is_inside(state: HearingState, by: str) -> Events:
    """The court sits: whom the clerk took aside before they sign belongs in the courtroom again."""
    return tuple(
        event
        for party in state.identity_checks
        if state.seats[party].presence is Presence.ADMITTED
        for event in check_of_who_comes_in(state, party, by)
    )
