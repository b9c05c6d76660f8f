"""Steps of who may speak and what is sent."""

from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain import events as ev
from hearing_server.domain.fold.steps import Step, drop, put, seat_step, state_step, with_seat
from hearing_server.domain.hearing import HearingState, Request


def _muted(state: HearingState, event: ev.MicrophoneMuted, at: int) -> HearingState:
    by = state.in_charge if event.locked else ""
    told = {} if event.within else {"told_muted": True, "told_locked": event.locked}
    return with_seat(state, event.party, muted=True, locked=event.locked, locked_by=by, **told)


def _unmuted(state: HearingState, event: ev.MicrophoneUnmuted, at: int) -> HearingState:
    told = {} if event.within else {"told_muted": False, "told_locked": False}
    return with_seat(state, event.party, muted=False, locked=False, locked_by="", **told)


def _sharing_locked(state: HearingState, event: ev.SharingLocked, at: int) -> HearingState:
    return with_seat(state, event.party, share_locked=True, share_locked_by=state.in_charge)


def _word(state: HearingState, event: ev.WordGiven, at: int) -> HearingState:
    return replace(state, word=event.party)


def _raised(state: HearingState, event: ev.RequestRaised, at: int) -> HearingState:
    request = Request(
        request=event.request, party=event.party, kind=event.kind, note=event.note, raised_at=at
    )
    return replace(state, requests=(*state.requests, request), requests_made=event.request)


def _request_over(
    state: HearingState, event: ev.RequestWithdrawn | ev.RequestAnswered, at: int
) -> HearingState:
    left = tuple(r for r in state.requests if r.request != event.request)
    return replace(state, requests=left)


def _source(running: bool | None) -> Step:
    def step(state: HearingState, event: ev.SourceStarted, at: int) -> HearingState:
        seat = state.seats[event.party]
        sources = _changed(seat.sources, event.source, running)
        told = seat.told if event.within else _changed(seat.told, event.source, running)
        return with_seat(state, event.party, sources=sources, told=told)

    return step


def _changed(
    sources: Mapping[ev.Source, bool], source: ev.Source, running: bool | None
) -> Mapping[ev.Source, bool]:
    return drop(sources, source) if running is None else put(sources, source, running)


def _channel(state: HearingState, event: ev.ChannelSet, at: int) -> HearingState:
    return with_seat(state, event.party, channel_closed=event.closed)


def _listening(state: HearingState, event: ev.ListeningSet, at: int) -> HearingState:
    return with_seat(state, event.party, listens_to=event.interpreter)


STEPS: Mapping[type, Step] = {
    ev.MicrophoneMuted: _muted,
    ev.MicrophoneUnmuted: _unmuted,
    ev.WordGiven: _word,
    ev.WordWithdrawn: state_step(word=""),
    ev.RequestRaised: _raised,
    ev.RequestWithdrawn: _request_over,
    ev.RequestAnswered: _request_over,
    ev.SourceStarted: _source(True),
    ev.SourceResumed: _source(True),
    ev.SourcePaused: _source(False),
    ev.SourceStopped: _source(None),
    ev.SharingLocked: _sharing_locked,
    ev.SharingAllowed: seat_step(share_locked=False, share_locked_by=""),
    ev.ChannelSet: _channel,
    ev.ListeningSet: _listening,
}
