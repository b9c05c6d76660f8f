"""Who may know of what: the twin of reach.py for words. Live messages, catch-up, files and exports ask here.

`visible`: whether a party may know of an event; `seen`: as they may; `renews`: it changes their past.
"""

from collections.abc import Iterable
from dataclasses import replace

from hearing_server.domain import events as ev
from hearing_server.domain.doors import knows_confirmed, oversees
from hearing_server.domain.events import Event
from hearing_server.domain.exhibit_readers import called, knows_exhibit, reads_opinions
from hearing_server.domain.hearing import Consultation, HearingState, Phase, Presence, Seat
from hearing_server.domain.log import Entry
from hearing_server.domain.message_readers import reader_of, reads_message
from hearing_server.domain.parties import Party, Right, Role, may
from hearing_server.domain.places import inside
from hearing_server.domain.playable import reads_note
from hearing_server.domain.read_back import lines_heard
from hearing_server.domain.sealed import exposes_sealed, masked, reads_sealed

UNNAMED = "（身份保密）"  # in a printed document, for whom the court gave no alias

# For bench and clerk alone.
_OVERSEEN = frozenset(
    {
        ev.RecordingBegan,
        ev.RecordingEnded,
        ev.SegmentRecorded,
        ev.GapFound,
        ev.RecordingFault,
        ev.RecordingRecovered,
        ev.AccessSet,
        ev.AccessEnded,
        ev.AccessLifted,
        ev.DeletionProposed,
        ev.DeletionConsented,
        ev.DeletionDropped,
        ev.RootSigned,
        ev.FaultExplained,
    }
)

# For bench and clerk, and for the party itself.
_OWN = frozenset(
    {
        ev.CodeConfirmed,
        ev.CodeLocked,
        ev.ConsentGiven,
        ev.ConsentWithdrawn,
        ev.DevicesReported,
        ev.DocumentPictureKept,
        ev.IdentityCheckBegan,
        ev.IdentityCheckEnded,
        ev.HeldKeyPermitted,
        ev.KioskCalled,
        ev.ListeningSet,
        ev.NoRecordingPromised,
        ev.OfficerStepDone,
        ev.PassagesConfirmed,
        ev.RulesAccepted,
        ev.SelfCheckReported,
        ev.SignerAsserted,
        ev.SignerIdentified,
        ev.TranscriptRead,
    }
)

# For who is in the courtroom: a witness outside may not know of the proceedings.
_INSIDE = frozenset(
    {
        ev.ChatClosed,
        ev.ChatOpened,
        ev.ChecklistMarked,
        ev.ExhibitHidden,
        ev.ExhibitHighlighted,
        ev.ExhibitPlayed,
        ev.ExhibitShown,
        ev.HighlightsCleared,
        ev.PageTurned,
        ev.ReadBackBegan,
        ev.ReadBackEnded,
        ev.RequestAnswered,
        ev.RequestRaised,
        ev.RequestWithdrawn,
        ev.StageEntered,
        ev.WordGiven,
        ev.WordWithdrawn,
    }
)

_RECORD = frozenset(
    {
        ev.LineEntered, ev.LineCorrected, ev.LineStruck, ev.LineRestored, ev.LineDisputed,
        ev.OperationUndone,
    }
)  # fmt: skip
_SIGNING = frozenset(
    {
        ev.TranscriptFrozen,
        ev.TranscriptSealed,
        ev.TranscriptSigned,
        ev.SignatureRefused,
        ev.RefusalSealed,
        ev.TranscriptArchived,
        ev.ObjectionMade,
        ev.ObjectionAccepted,
        ev.ObjectionRefused,
        ev.ObjectionWithdrawn,
    }
)

# Of a talk that has not begun only its people know: the log has who and when of those that took place.
_ASKING = (
    ev.ConsultationAsked
    | ev.ConsultationAccepted
    | ev.ConsultationDeclined
    | ev.ConsultationPermitted
    | ev.ConsultationLocked
)
# In session the presiding judge is asked for leave.
_LEAVE = ev.ConsultationAwaitsLeave | ev.ConsultationLeaveDropped
_SENDS = (
    ev.SourceStarted
    | ev.SourceStopped
    | ev.SourcePaused
    | ev.SourceResumed
    | ev.MicrophoneMuted
    | ev.MicrophoneUnmuted
)
_PRIVATE = _ASKING | _LEAVE | _SENDS | ev.MessageSent | ev.MessagesRead


def visible(state: HearingState, event: Event, party: str) -> bool:
    """Whether `party` may know of `event`, in the state as it is now."""
    seat = state.seats.get(party)
    if seat is None or isinstance(event, ev.SeatGiven):
        return False
    if isinstance(event, _PRIVATE):
        return _visible_in_private(state, event, seat)
    if oversees(state, party):
        return True
    kind = type(event)
    if kind in _OVERSEEN:
        return False
    if isinstance(event, ev.IdentityConfirmed):
        return knows_confirmed(state, event.party, party)
    if kind in _OWN:
        return getattr(event, "party", None) == party
    if _about_observer(state, event):
        return _subject(event) == party
    if kind in _INSIDE:
        return inside(state, seat)
    if kind in _RECORD:
        return reads_lines(state, seat)
    if kind in _SIGNING:
        return follows_signing(state, seat)
    return _visible_to_some(state, event, seat)


def _visible_to_some(state: HearingState, event: Event, seat: Seat) -> bool:
    party = seat.party.id
    if isinstance(event, ev.ScreeningSet):
        return event.screening.party == party
    if isinstance(event, ev.ScreeningLifted):
        return event.party == party
    if isinstance(event, ev.ExhibitSubmitted | ev.ExhibitWithdrawn):
        return knows_exhibit(state, state.exhibits[event.exhibit - 1], party)
    if isinstance(event, ev.OpinionGiven):
        return reads_opinions(state, state.exhibits[event.exhibit - 1], party)
    if isinstance(event, ev.NotePlaced | ev.NoteRemoved):
        return reads_note(state, state.custody.notes[event.note - 1], party)
    return True


def _visible_in_private(state: HearingState, event: _PRIVATE, seat: Seat) -> bool:
    """What even the court does not know unless it is in it: talks asked for, private rooms, messages."""
    party = seat.party.id
    if isinstance(event, _SENDS):
        return not event.within or party in event.within
    if isinstance(event, _LEAVE):
        return party in event.parties or may(seat.party.role, Right.PRESIDE)
    if isinstance(event, ev.ConsultationPermitted) and oversees(state, party):
        return True  # it names nobody
    if isinstance(event, _ASKING):
        return _asked(state, event, party)
    return _reads(state, event, seat)


def _about_observer(state: HearingState, event: Event) -> bool:
    """Observers never appear among the parties."""
    seat = state.seats.get(_subject(event))
    return seat is not None and seat.party.role is Role.OBSERVER


def _subject(event: Event) -> str:
    """Whom an event is about, if it is about one party."""
    party = getattr(event, "party", "")
    return party.id if isinstance(party, Party) else str(party)


def _asked(state: HearingState, event: _ASKING, party: str) -> bool:
    if isinstance(event, ev.ConsultationAsked | ev.ConsultationDeclined):
        return party in event.parties
    talk = state.consultations.get(event.consultation)
    return concerned(talk, party) if talk else getattr(event, "party", "") == party


def knows_talk(state: HearingState, talk: Consultation, reader: str) -> bool:
    """Whether a talk stands in a party's view: its people's, and of the court's once it goes on.

    While it waits for leave also in the presiding judge's.
    """
    role = state.seats[reader].party.role
    begun = talk.began_at is not None and oversees(state, reader)
    return concerned(talk, reader) or begun or (talk.leave_asked and may(role, Right.PRESIDE))


def concerned(talk: Consultation, party: str) -> bool:
    """Whether a party knows of a talk: asked to it, or in it."""
    return party in talk.parties or party in talk.members


def _reads(state: HearingState, event: ev.MessageSent | ev.MessagesRead, seat: Seat) -> bool:
    if isinstance(event, ev.MessagesRead):
        return reader_of(seat.party) in (event.reader, event.correspondent)
    return reads_message(state, event.message, event.sender, event.to, seat)


def reads_lines(state: HearingState, seat: Seat) -> bool:
    """Whether a seat may read the record as it is written."""
    return inside(state, seat) and may(seat.party.role, Right.READ_LINES)


def follows_signing(state: HearingState, seat: Seat) -> bool:
    """Whether a seat knows of the frozen record: who may be asked to sign it, once they may read it."""
    return seat.admitted and may(seat.party.role, Right.SIGN) and _done_hearing(state, seat)


def reads_document(state: HearingState, party: str) -> bool:
    """Whether a party may read the printed record: the court, and its signers.

    What a witness may not read as it is written they read when the hearing is over. Nobody but the
    court reads one that names a person who has been screened since, or has words that were sealed since.
    """
    return _signs_document(state, party) and not exposes_sealed(state, party)


def document_withheld(state: HearingState, party: str) -> bool:
    """Whether it is only what was sealed since that keeps a party from the printed record."""
    return _signs_document(state, party) and not reads_document(state, party)


def _signs_document(state: HearingState, party: str) -> bool:
    seat, freeze = state.seats[party], state.freeze
    if oversees(state, party):
        return True
    if freeze is None or freeze.exposes or party not in freeze.signers:
        return False
    return not seat.removed and _done_hearing(state, seat)


def _done_hearing(state: HearingState, seat: Seat) -> bool:
    """A witness may still be called or called back before the end: until then they read no record."""
    return may(seat.party.role, Right.READ_LINES) or state.phase is Phase.CLOSED


def lines_known(state: HearingState, readers: Iterable[str]) -> dict[str, frozenset[str]]:
    """Of whom each reader may know how good their line is: the court of everybody, the others of whom they meet."""
    everybody = frozenset(state.seats)
    met = {p: s for p, s in state.seats.items() if s.party.role is not Role.OBSERVER}
    admitted = frozenset(p for p, s in met.items() if s.presence is Presence.ADMITTED)
    known = {}
    for reader in readers:
        mine = state.seats[reader]
        if oversees(state, reader):
            known[reader] = everybody
            continue
        if mine.presence is Presence.CONSULTING:
            others = frozenset(p for p, s in met.items() if s.consultation == mine.consultation)
        elif mine.presence is Presence.ADMITTED:
            others = admitted if inside(state, mine) else frozenset()
        else:
            others = frozenset(met.keys() & {state.identity_checks.get(reader, "")})
        known[reader] = others | {reader}
    return known


def named(state: HearingState, party: Party, reader: str) -> Party:
    """A party as `reader` may know them: without the name where they are screened from each other.

    The staff account behind a seat is the court's own business.
    """
    screening = state.screened(party.id, reader)
    if screening is not None:
        return replace(party, name=screening.alias, site="", account="")
    overseer = reader in state.seats and oversees(state, reader)
    return party if overseer or not party.account else replace(party, account="")


def printed_name(state: HearingState, party: Party) -> str:
    """The name in the document that all sign: whoever is screened from one is not named to anybody."""
    screening = state.screenings.get(party.id)
    return party.name if screening is None else screening.alias or UNNAMED


def name_outside(state: HearingState, party: Party) -> str:
    """The name in a copy that leaves the court: whoever was ever screened is not named there."""
    ever = state.screened_ever.get(party.id, ())
    if not ever:
        return party.name
    return next((screening.alias for screening in reversed(ever) if screening.alias), UNNAMED)


def seen(state: HearingState, entry: Entry, reader: str) -> Event | None:
    """The event of an entry as `reader` may see it, or None."""
    if not visible(state, entry.event, reader):
        return None
    event = masked(state, entry.event, entry.at, reader)
    overseer = oversees(state, reader)
    if isinstance(event, ev.HearingPlanned):
        parties = tuple(
            named(state, party, reader)
            for party in event.parties
            if overseer or party.role is not Role.OBSERVER or party.id == reader
        )
        screenings = event.screenings if overseer else ()
        return replace(event, parties=parties, screenings=screenings)
    if isinstance(event, _OF_A_TALK):  # an old log has who asked first
        return replace(event, parties=state.in_order(event.parties))
    if isinstance(event, _REASONED) and not hears_why(state, reader, event):
        return replace(event, reason="")
    if isinstance(event, ev.ExhibitShown | ev.ExhibitSubmitted):
        hidden = not called(state, state.exhibits[event.exhibit - 1], reader)
        return replace(event, name="") if hidden else event
    if isinstance(event, ev.ReadBackBegan):
        return replace(event, lines=lines_heard(state, reader, event.lines))
    if isinstance(event, ev.IdentityConfirmed) and reader != event.party and not overseer:
        return replace(event, document="", number="")
    if isinstance(event, ev.PartyAdded):
        return replace(event, party=named(state, event.party, reader), account="")
    if isinstance(event, ev.ObserverRegistered):
        resembles = event.resembles if overseer else ""
        return replace(event, origin="", resembles=resembles)
    if isinstance(event, ev.MessageSent | ev.HearingPostponed | ev.HearingCancelled):
        return event if overseer else replace(event, account="")
    return event


_OF_A_TALK = ev.ConsultationAwaitsLeave | ev.ConsultationLeaveDropped | ev.ConsultationBegan
_REASONED = ev.HearingPaused | ev.HearingSuspended | ev.HearingClosed | ev.PartyRemoved


def hears_why(state: HearingState, reader: str, event: Event | None = None) -> bool:
    """Whether a party may know why the court paused or adjourned, or removed somebody.

    Not who waits outside to be heard: the reason may tell of what was said. Whoever belongs in the
    courtroom reads it in the waiting room too, and of their own removal everybody.
    """
    seat = state.seats[reader]
    if isinstance(event, ev.PartyRemoved) and event.party == reader:
        return True
    role = seat.party.role
    belongs = seat.inside and not seat.removed and may(role, Right.STAY_INSIDE)
    return oversees(state, reader) or inside(state, seat) or belongs


_MASKS = ev.ScreeningSet | ev.ScreeningLifted | ev.AccessSet | ev.AccessEnded | ev.AccessLifted
_SHUTS = (
    ev.PublicExcluded
    | ev.PublicAdmitted
    | ev.HearingPaused
    | ev.HearingSuspended
    | ev.HearingResumed
)
_MOVES = ev.PartyAdmitted | ev.PartyCalled | ev.PartyDismissed | ev.PartyRemoved


def renews(state: HearingState, event: Event, reader: str) -> bool:
    """Whether `event` changes what `reader` may see of the past: they need the whole view again."""
    if isinstance(event, _MOVES):
        return event.party == reader
    if isinstance(event, ev.ConsultationJoined | ev.ConsultationLeft):
        return event.party == reader
    if isinstance(event, ev.PartyLeft):  # in an adjournment their admission lapses with it
        return event.party == reader and not state.seats[reader].admitted
    if isinstance(event, _MASKS):
        return True
    if isinstance(
        event, ev.HearingClosed
    ):  # now they may read and sign the record, and read its notes
        return not reads_sealed(state, reader)
    if isinstance(event, _SHUTS):  # to observers: they are shown no exhibit meanwhile
        return state.seats[reader].party.role is Role.OBSERVER
    if isinstance(event, ev.ExhibitShown):
        owner = state.exhibits[event.exhibit - 1].party
        return state.screened(owner, reader) is not None
    return False
