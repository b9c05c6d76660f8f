"""What a copy of the record is without, for whom: entries that stand as their hash alone, segments left out. Pure.

What proves the recording (segments, gaps, roots, the course) is in every copy; what may not be known is not.
"""

from collections.abc import Iterable

from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches
from hearing_server.domain.doors import oversees
from hearing_server.domain.events import Event, Source, Span
from hearing_server.domain.exhibit_readers import called
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import Party, Right, Role, may
from hearing_server.domain.playable import masked_spans, plays_track
from hearing_server.domain.sealed import exposes_sealed, masked
from hearing_server.domain.visible import reads_document, seen, visible

# The skeleton of the proof: names of files, hashes, times.
PROVES = (
    ev.RecordingBegan,
    ev.RecordingEnded,
    ev.SegmentRecorded,
    ev.GapFound,
    ev.RootSigned,
    ev.RecordingDeleted,
)

# Open in a copy that leaves the court, as far as it names nobody screened and says nothing sealed. What is
# not listed stays inside: messages, identity checks, accounts, who asked for a talk, screening, custody.
OPEN = frozenset(
    {
        ev.ChannelSet,
        ev.ChargeReturned,
        ev.ChargeTaken,
        ev.ChatClosed,
        ev.ChatOpened,
        ev.ChecklistMarked,
        ev.ConsentGiven,
        ev.ConsentWithdrawn,
        ev.ConsultationBegan,
        ev.ConsultationEnded,
        ev.ConsultationJoined,
        ev.ConsultationLeft,
        ev.DeliberationBegan,
        ev.DeliberationEnded,
        ev.ExhibitHidden,
        ev.ExhibitHighlighted,
        ev.ExhibitPlayed,
        ev.ExhibitShown,
        ev.ExhibitSubmitted,
        ev.ExhibitWithdrawn,
        ev.FaultExplained,
        ev.HearingClosed,
        ev.HearingOpened,
        ev.HearingPaused,
        ev.HearingPlanned,
        ev.HearingResumed,
        ev.HearingSuspended,
        ev.HighlightsCleared,
        ev.LineCorrected,
        ev.LineDisputed,
        ev.LineEntered,
        ev.LineRestored,
        ev.LineStruck,
        ev.MicrophoneMuted,
        ev.MicrophoneUnmuted,
        ev.NoRecordingPromised,
        ev.NotePlaced,
        ev.ObjectionAccepted,
        ev.ObjectionMade,
        ev.ObjectionRefused,
        ev.ObjectionWithdrawn,
        ev.ObserversAllowed,
        ev.OpeningAnnounced,
        ev.OperationUndone,
        ev.OpinionGiven,
        ev.PageTurned,
        ev.PartyAdded,
        ev.PartyAdmitted,
        ev.PartyArrived,
        ev.PartyCalled,
        ev.PartyDismissed,
        ev.PartyLeft,
        ev.PartyReady,
        ev.PartyRemoved,
        ev.PassagesConfirmed,
        ev.PublicAdmitted,
        ev.PublicExcluded,
        ev.ReadBackBegan,
        ev.ReadBackEnded,
        ev.RefusalSealed,
        ev.RequestAnswered,
        ev.RequestRaised,
        ev.RequestWithdrawn,
        ev.RulesAccepted,
        ev.SharingAllowed,
        ev.SharingLocked,
        ev.SignatureRefused,
        ev.SourcePaused,
        ev.SourceResumed,
        ev.SourceStarted,
        ev.SourceStopped,
        ev.StageEntered,
        ev.TranscriptArchived,
        ev.TranscriptFrozen,
        ev.TranscriptRead,
        ev.TranscriptSealed,
        ev.TranscriptSigned,
        ev.WaitingRoomOpened,
        ev.WordGiven,
        ev.WordWithdrawn,
    }
)
INSIDE = frozenset(
    {
        ev.AccessEnded,
        ev.AccessLifted,
        ev.AccessSet,
        ev.CodeConfirmed,
        ev.CodeLocked,
        ev.ConsultationAccepted,
        ev.ConsultationAsked,
        ev.ConsultationAwaitsLeave,
        ev.ConsultationDeclined,
        ev.ConsultationLeaveDropped,
        ev.ConsultationLocked,
        ev.ConsultationPermitted,
        ev.DeletionConsented,
        ev.DeletionDropped,
        ev.DeletionProposed,
        ev.DevicesReported,
        ev.DocumentPictureKept,
        ev.HearingCancelled,
        ev.HearingPostponed,
        ev.HeldKeyPermitted,
        ev.IdentityCheckBegan,
        ev.IdentityCheckEnded,
        ev.IdentityConfirmed,
        ev.KioskCalled,
        ev.ListeningSet,
        ev.MessageSent,
        ev.MessagesRead,
        ev.NoteRemoved,
        ev.ObserverRegistered,
        ev.OfficerStepDone,
        ev.RecordingFault,
        ev.RecordingRecovered,
        ev.ScreeningLifted,
        ev.ScreeningSet,
        ev.SeatGiven,
        ev.SelfCheckReported,
        ev.SignerAsserted,
        ev.SignerIdentified,
    }
)

CARRIED_MS = 500  # sound may carry again what was just before it

# They hold a name.
_NAMING = (ev.ConsentGiven, ev.NoRecordingPromised, ev.RulesAccepted)

_EXHIBITS = (ev.ExhibitSubmitted, ev.ExhibitWithdrawn, ev.OpinionGiven)


def withheld(state: HearingState, entry: Entry, reader: str | None) -> bool:
    """Whether an entry stands as its hash alone in the copy of `reader`; None: it leaves the court.

    `state` is the hearing as it is now.
    """
    event = entry.event
    if isinstance(event, PROVES):
        return False
    if reader is None:
        return _outside(state, entry)
    if oversees(state, reader):
        return not visible(state, event, reader)
    return seen(state, entry, reader) != event


def gives_copy(state: HearingState, party: str) -> bool:
    """Whether a party may have a copy of the record of their own: once it is closed, whoever was in the
    courtroom and reads the record, or was asked to sign it.
    """
    seat = state.seats[party]
    if state.phase is not Phase.CLOSED or seat.removed or not seat.attended:
        return False
    asked = state.freeze is not None and party in state.freeze.signers
    return asked or may(seat.party.role, Right.READ_LINES)


def transcript_left_out(state: HearingState, reader: str | None) -> bool:
    """Whether the signed transcript is not in the copy. Outside, it names nobody who was ever screened."""
    if reader is not None:
        return not reads_document(state, reader)
    freeze = state.freeze
    exposes = freeze is not None and (freeze.exposes or exposes_sealed(state, None))
    return exposes or bool(state.screened_ever)


def earlier_left_out(state: HearingState, reader: str | None) -> bool:
    """Whether versions of the transcript that were replaced are not in the copy: they have words that others are
    not told, and nobody looks in them for what was sealed since.
    """
    return reader is None or not oversees(state, reader) or bool(masked_spans(state, reader))


def of_signer(state: HearingState, party: str, reader: str | None) -> bool:
    """Whether the copy has how the party wrote their name, and what their device answered."""
    return reader is not None and (reader == party or oversees(state, reader))


def left_out(state: HearingState, event: ev.SegmentRecorded, reader: str | None) -> bool:
    """Whether the segment's file is not in the copy: any moment of it, or its whole source, may not be played.

    Nor is one in it that begins where a masked span ends: its sound may carry what was masked.
    """
    if not plays_track(state, reader, event.party, Source(event.source)):
        return True
    spans: tuple[Span, ...] = masked_spans(state, reader)
    return touches(spans, event.started_at - CARRIED_MS, event.ended_at)


def not_in_copy(
    state: HearingState, segments: Iterable[ev.SegmentRecorded], reader: str | None
) -> frozenset[str]:
    """The names of those whose files are not in the copy: also pictures that go on, without a key frame, from
    a segment that is left out, however long after it; and where the log does not say so, that may.
    """
    out: set[str] = set()
    before: dict[tuple[str, str], ev.SegmentRecorded] = {}
    for segment in sorted(segments, key=lambda one: one.started_at):
        track = segment.party, segment.source
        last = before.get(track)
        may_go_on = segment.codec != "opus" and not segment.clean
        follows = may_go_on and last is not None and last.name in out
        if follows or left_out(state, segment, reader):
            out.add(segment.name)
        before[track] = segment
    return frozenset(out)


def _outside(state: HearingState, entry: Entry) -> bool:
    event = entry.event
    if type(event) not in OPEN or _of_observer(state, event) or _has_account(event):
        return True
    if getattr(event, "within", ()):  # sent in a private room
        return True
    if isinstance(event, ev.NotePlaced) and (event.private or _is_removed(state, event)):
        return True
    if isinstance(event, _EXHIBITS) and not state.exhibits[event.exhibit - 1].on_record:
        return True
    return _names_screened(state, event) or masked(state, event, entry.at, None) != event


def _is_removed(state: HearingState, event: ev.NotePlaced) -> bool:
    """Its removal stays inside; so does what was removed."""
    return state.custody.notes[event.note - 1].removed


def _has_account(event: Event) -> bool:
    """In a log from before the accounts had a fact of their own."""
    if isinstance(event, ev.HearingPlanned):
        return any(party.account for party in event.parties)
    return isinstance(event, ev.PartyAdded) and bool(event.account or event.party.account)


def _of_observer(state: HearingState, event: Event) -> bool:
    if isinstance(event, ev.HearingPlanned):
        return any(party.role is Role.OBSERVER for party in event.parties)
    party = getattr(event, "party", "")
    seat = state.seats.get(party.id if isinstance(party, Party) else party)
    return seat is not None and seat.party.role is Role.OBSERVER


def _names_screened(state: HearingState, event: Event) -> bool:
    """Whoever was ever screened is named to nobody outside."""
    if not state.screened_ever:
        return False
    if isinstance(event, ev.HearingPlanned):
        return any(party.id in state.screened_ever for party in event.parties)
    if isinstance(event, ev.ExhibitShown | ev.ExhibitSubmitted):
        return not called(state, state.exhibits[event.exhibit - 1], None)
    if isinstance(event, ev.FaultExplained):
        # Its document has a table of the parties besides, and may be from before the screening.
        return True
    party = getattr(event, "party", "")
    if isinstance(party, Party):
        return party.id in state.screened_ever
    return isinstance(event, _NAMING) and party in state.screened_ever
