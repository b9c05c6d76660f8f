"""Steps of the record: the frozen transcript, what was recorded."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.fold.objections import confirm
from hearing_server.domain.fold.people import signer_known
from hearing_server.domain.fold.steps import Step, put
from hearing_server.domain.hearing import KEPT, HearingState
from hearing_server.domain.passages import passages_of
from hearing_server.domain.record import (
    Fault,
    FormerRefusal,
    Freeze,
    Printed,
    Printing,
    Recorded,
    Refusal,
    SignedRoot,
)
from hearing_server.domain.sealed import masked_in_print
from hearing_server.domain.visible import printed_name


def _frozen(state: HearingState, event: ev.TranscriptFrozen, at: int) -> HearingState:
    masked, last = masked_in_print(state), state.freeze
    printed = passages_of(state, event.version, at, masked)
    freeze = Freeze(
        version=event.version,
        digest=event.digest,
        signers=event.signers,
        names={one: printed_name(state, state.seats[one].party) for one in event.signers},
        frozen_at=at,
        printed=tuple(Printed(line=one.line, span=one.span) for one in state.transcript),
        masked=masked,
        passages=printed.digests,
    )
    kept = (last,) if last is not None and (last.answered or last.refusals_due) else ()
    return replace(
        state,
        freeze=freeze,
        earlier=(*state.earlier, *kept),
        printings=(
            *state.printings,
            Printing(version=event.version, at=at, passages=printed.digests),
        ),
        wordings=MappingProxyType({**state.wordings, **printed.wordings}),
    )


def _with_freeze(state: HearingState, version: int, **changes: Any) -> HearingState:
    if state.freeze is None or state.freeze.version != version:
        return state  # about a version that a newer freeze has replaced
    return replace(state, freeze=replace(state.freeze, **changes))


def _with_version(state: HearingState, version: int, **changes: Any) -> HearingState:
    """As `_with_freeze`, also of an earlier one: what came late to its file."""
    earlier = tuple(
        replace(one, **changes) if one.version == version else one for one in state.earlier
    )
    return _with_freeze(replace(state, earlier=earlier), version, **changes)


def _sealed(state: HearingState, event: ev.TranscriptSealed, at: int) -> HearingState:
    return _with_freeze(state, event.version, sealed=True, pages=event.pages, sha256=event.sha256)


def _signed(state: HearingState, event: ev.TranscriptSigned, at: int) -> HearingState:
    signed = put(state.freeze.signed if state.freeze else {}, event.party, at)
    if state.freeze and state.freeze.version == event.version:
        state = confirm(state, event.party, state.freeze.passages.keys())
    return _with_freeze(state, event.version, signed=signed, sha256=event.sha256)


def _identified(state: HearingState, event: ev.SignerIdentified, at: int) -> HearingState:
    current = state.freeze is not None and state.freeze.version == event.version
    return signer_known(state, event.party) if current else state


def _asserted(state: HearingState, event: ev.SignerAsserted, at: int) -> HearingState:
    asserted = state.freeze.asserted if state.freeze else frozenset()
    return _with_freeze(state, event.version, asserted=asserted | {event.party})


def _permitted(state: HearingState, event: ev.HeldKeyPermitted, at: int) -> HearingState:
    return replace(state, held_keys=put(state.held_keys, event.party, event.reason))


def _refused(state: HearingState, event: ev.SignatureRefused, at: int) -> HearingState:
    refusal = Refusal(reason=event.reason, at=at)
    made = FormerRefusal(version=event.version, party=event.party, reason=event.reason, at=at)
    state = replace(state, refusals=(*state.refusals, made))
    refused = put(state.freeze.refused if state.freeze else {}, event.party, refusal)
    return _with_freeze(state, event.version, refused=refused)


def _refusal_sealed(state: HearingState, event: ev.RefusalSealed, at: int) -> HearingState:
    freeze = state.version(event.version)
    if freeze is None:
        return state
    kept = {("refusal", event.version, event.party)} if event.sealed else set()
    return _with_version(
        state,
        event.version,
        sha256=event.sha256,
        refusals_sealed=freeze.refusals_sealed | {event.party},
        masked=freeze.masked | kept,
    )


def _archived(state: HearingState, event: ev.TranscriptArchived, at: int) -> HearingState:
    return _with_version(state, event.version, archived=True, sha256=event.sha256)


def _with_recorded(state: HearingState, party: str, **changes: Any) -> HearingState:
    recorded = replace(state.recorded.get(party, Recorded()), **changes)
    return replace(state, recorded=put(state.recorded, party, recorded))


def _segment(state: HearingState, event: ev.SegmentRecorded, at: int) -> HearingState:
    before = state.recorded.get(event.party, Recorded())
    last_at = max(before.last_at or 0, event.ended_at)
    return _with_recorded(state, event.party, segments=before.segments + 1, last_at=last_at)


def _gap(state: HearingState, event: ev.GapFound, at: int) -> HearingState:
    gaps = state.recorded.get(event.party, Recorded()).gaps
    return _with_recorded(state, event.party, gaps=(*gaps, event)[-KEPT:])


def _fault(state: HearingState, event: ev.RecordingFault, at: int) -> HearingState:
    fault = Fault(at=at, code=event.code, detail=event.detail)
    return replace(state, faults=(*state.faults, fault)[-KEPT:])


def _recovered(state: HearingState, event: ev.RecordingRecovered, at: int) -> HearingState:
    faults = (
        replace(fault, over_at=at) if fault.code == event.code and fault.over_at is None else fault
        for fault in state.faults
    )
    return replace(state, faults=tuple(faults))


def _root(state: HearingState, event: ev.RootSigned, at: int) -> HearingState:
    root = SignedRoot(size=event.size, at=at, cause=event.cause, timestamped=bool(event.timestamp))
    return replace(state, root=root)


def _explained(state: HearingState, event: ev.FaultExplained, at: int) -> HearingState:
    return replace(state, explanations=(*state.explanations, event))


STEPS: Mapping[type, Step] = {
    ev.TranscriptFrozen: _frozen,
    ev.TranscriptSealed: _sealed,
    ev.TranscriptSigned: _signed,
    ev.SignerIdentified: _identified,
    ev.SignerAsserted: _asserted,
    ev.HeldKeyPermitted: _permitted,
    ev.SignatureRefused: _refused,
    ev.RefusalSealed: _refusal_sealed,
    ev.TranscriptArchived: _archived,
    ev.SegmentRecorded: _segment,
    ev.GapFound: _gap,
    ev.RecordingFault: _fault,
    ev.RecordingRecovered: _recovered,
    ev.RootSigned: _root,
    ev.FaultExplained: _explained,
}
