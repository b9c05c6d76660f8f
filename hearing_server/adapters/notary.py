"""Implements Notary over the transcript package: the state of a hearing becomes a document.

Everything here blocks and runs in threads. The package's own codes become ours in one place.
"""

from hearing_server.adapters.signing_steps import SIGNING_MINUTES, SigningSteps, Workshop
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Exhibit, HearingState, Opinion, Seat
from hearing_server.domain.objections import Objection, as_of
from hearing_server.domain.parties import Role
from hearing_server.domain.passages import former
from hearing_server.domain.record import Freeze
from hearing_server.domain.visible import printed_name
from hearing_server.services.explanations import Note
from hearing_server.services.labels import PROCEDURES, labels
from hearing_server.services.transcripts import (
    HeldSignature,
    Prepared,
    Printed,
    SignatureRequest,
)
from transcript import note as printing_note
from transcript import pdf as printing
from transcript.document import (
    Attendee,
    PrintedCharge,
    PrintedExhibit,
    PrintedLine,
    PrintedObjection,
    PrintedOpinion,
    PrintedRefusal,
    Signer,
    TranscriptDocument,
)
from transcript.note import NoteRow, RecordingNote
from transcript.signing import signer, work


class TypstNotary:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._steps = SigningSteps(workshop)

    def make_ready(self) -> None:
        self._workshop.start()

    def digest(self, state: HearingState, freeze: Freeze) -> str:
        document = document_of(state, freeze)
        digest, missing = self._steps.do(work.digest, document)
        if missing:
            named = " ".join(_where(character, document) for character in missing[:8])
            raise Refused(Code.UNPRINTABLE_CHARACTER, named)
        return digest

    def print_and_seal(self, state: HearingState) -> Printed:
        assert state.freeze is not None
        return self._print(document_of(state, state.freeze), state.freeze.digest)

    def print_note(self, state: HearingState, note: Note) -> Printed:
        """A note of the recording, certified by the court, with a place for who presides."""
        return self._print(note_of(state, note))

    def _print(self, document: TranscriptDocument | RecordingNote, digest: str = "") -> Printed:
        pdf, pages = self._steps.do(work.print_and_seal, document, digest)
        return Printed(pdf=pdf, pages=pages)

    def prepare_note(self, pdf: bytes, state: HearingState, request: SignatureRequest) -> Prepared:
        return self._prepare(pdf, state, request, printing_note.STATEMENT)

    def prepare(self, pdf: bytes, state: HearingState, request: SignatureRequest) -> Prepared:
        return self._prepare(pdf, state, request, signer.STATEMENT)

    def _prepare(
        self, pdf: bytes, state: HearingState, request: SignatureRequest, statement: str
    ) -> Prepared:
        who = _signatory(state, request, statement)
        return self._steps.prepared(work.prepare, pdf, who)

    def sign_held(
        self, pdf: bytes, state: HearingState, request: SignatureRequest, witness: str
    ) -> HeldSignature:
        who = _signatory(state, request, signer.STATEMENT)
        return self._steps.held(pdf, who, _printable(witness))

    def refuse(self, pdf: bytes, state: HearingState, party: str, *, sealed: bool) -> bytes:
        assert state.freeze is not None
        refusal = state.freeze.refused[party]
        reason = signer.SEALED_REASON if sealed else refusal.reason
        label, _ = _named(state, party)
        said = work.Refusal(
            party=party,
            name=state.freeze.names[party],  # in the box as on the page
            label=label,
            reason=reason,
            printed=_printable(reason),
            at=refusal.at,
        )
        return self._steps.do(work.refuse, pdf, said)

    def archive(self, pdf: bytes) -> bytes:
        return self._steps.do(work.archive, pdf)


def _signatory(state: HearingState, request: SignatureRequest, statement: str) -> work.Signatory:
    party = state.seats[request.party].party
    # A name in their own hand would name whoever is screened.
    drawn = b"" if request.party in state.screenings else request.name_image
    return work.Signatory(
        party=request.party,
        name=printed_name(state, party),
        label=labels(party.role, state.procedure)[0],
        hearing=state.hearing,
        public_key=request.public_key,
        minutes=SIGNING_MINUTES,
        name_image=drawn or None,
        statement=statement,
    )


def _where(character: str, document: TranscriptDocument) -> str:
    """The character, and the number of the first line that has it, if a line has."""
    line = next((f" #{one.number}" for one in document.lines if character in one.text), "")
    shown = f"{character} " if character.isprintable() else ""
    return f"{shown}U+{ord(character):04X}{line}"


def document_of(state: HearingState, freeze: Freeze) -> TranscriptDocument:
    """The document of the lines as they stand, the same for all who sign it; what the freeze masks is sealed.

    The same digest for every state from the freeze to its seal, however long that takes: who comes and that
    the hearing is closed does not change it.
    """
    people = {party: seat.party for party, seat in state.seats.items()}

    def label(party: str) -> str:
        return labels(people[party].role, state.procedure)[0]

    return TranscriptDocument(
        court=state.court,
        case_number=state.case_number,
        procedure=PROCEDURES.get(state.procedure, state.procedure),
        courtroom=state.courtroom,
        title=state.title,
        version=freeze.version,
        hearing=state.hearing,
        opened_at=state.opened_at,
        closed_at=_until(state.closed_at, freeze),
        frozen_at=freeze.frozen_at,
        attendance=tuple(
            _attendee(s, state)
            for s in state.seats.values()
            if _until(s.first_seen, freeze)
            and s.party.role is not Role.OBSERVER
            and not _before_it(s, state)
        ),
        lines=tuple(
            PrintedLine(
                number=place,
                speaker_label=label(line.speaker),
                speaker_name=printed_name(state, people[line.speaker]),
                text="" if ("line", line.line, "") in freeze.masked else line.text,
                at=line.started_at,
                sealed=("line", line.line, "") in freeze.masked,
                disputed=line.disputed,
            )
            for place, line in enumerate(state.transcript, start=1)
        ),
        exhibits=tuple(_exhibit(one, state, freeze) for one in state.exhibits if one.on_record),
        charges=tuple(
            PrintedCharge(
                name=printed_name(state, people[charge.party]),
                began_at=charge.began_at,
                ended_at=_until(charge.ended_at, freeze),
            )
            for charge in state.charges
            if charge.began_at <= freeze.frozen_at
        ),
        objections=tuple(
            _objection(one, state, freeze) for one in as_of(state.objections, freeze.frozen_at)
        ),
        refusals=tuple(
            PrintedRefusal(
                version=one.version,
                label=label(one.party),
                name=printed_name(state, people[one.party]),
                reason=""
                if _seals(freeze, "refusal", one.version, one.party)
                else _printable(one.reason),
                at=one.at,
                sealed=_seals(freeze, "refusal", one.version, one.party),
            )
            for one in former(state, freeze.version)
        ),
        signers=tuple(
            Signer(party=party, label=label(party), name=printed_name(state, people[party]))
            for party in freeze.signers
        ),
    )


def _objection(one: Objection, state: HearingState, freeze: Freeze) -> PrintedObjection:
    sealed = _seals(freeze, "objection", one.objection)
    said = ("", "", "", "") if sealed else (one.quote, one.wording, one.reason, one.answer)
    quote, wording, reason, answer = map(_printable, said)
    label, name = _named(state, one.party)
    answered = _named(state, one.answered_by) if one.answered_by else ("", "")
    return PrintedObjection(
        number=one.objection,
        version=one.version,
        place=one.place,
        label=label,
        name=name,
        quote=quote,
        wording=wording,
        reason=reason,
        made_at=one.made_at,
        standing=one.standing.value,
        answer=answer,
        answered_label=answered[0],
        answered_name=answered[1],
        answered_at=one.answered_at,
        sealed=sealed,
    )


def _named(state: HearingState, party: str) -> tuple[str, str]:
    """Role and name in print."""
    found = state.seats[party].party
    return labels(found.role, state.procedure)[0], printed_name(state, found)


def _seals(freeze: Freeze, kind: str, number: int, party: str = "") -> bool:
    return (kind, number, party) in freeze.masked


def _until(at: int | None, freeze: Freeze) -> int | None:
    """What is later than the freeze is not in its document."""
    return None if at is None or at > freeze.frozen_at else at


def note_of(state: HearingState, note: Note) -> RecordingNote:
    """The note as it is printed: the judge's words, and what the log says."""
    party = state.seats[note.signer].party
    label = labels(party.role, state.procedure)[0]
    return RecordingNote(
        court=state.court,
        case_number=state.case_number,
        title=state.title,
        hearing=state.hearing,
        number=note.number,
        started_at=note.started_at,
        ended_at=note.ended_at,
        written_at=note.ended_at,
        text=note.text,
        english=note.english,
        rows=tuple(
            NoteRow(
                span=row.span,
                seconds=row.seconds,
                chinese=_printable(row.chinese),
                english=_printable(row.english),
            )
            for row in note.rows
        ),
        signer=Signer(party=party.id, label=label, name=printed_name(state, party)),
    )


def _exhibit(exhibit: Exhibit, state: HearingState, freeze: Freeze) -> PrintedExhibit:
    owner = state.seats[exhibit.party].party
    named = ("exhibit", exhibit.exhibit, "") not in freeze.masked
    return PrintedExhibit(
        number=exhibit.exhibit,
        name=_printable(exhibit.name) if named else "",
        media_type=exhibit.media_type,
        pages=exhibit.pages,
        sha256=exhibit.sha256,
        label=labels(owner.role, state.procedure)[0],
        party_name=printed_name(state, owner),
        submitted_at=exhibit.submitted_at,
        shown_at=exhibit.shown_at,
        opinions=tuple(
            _opinion(given, state, masked=("opinion", exhibit.exhibit, party) in freeze.masked)
            for party, given in exhibit.opinions.items()
        ),
    )


def _opinion(opinion: Opinion, state: HearingState, *, masked: bool) -> PrintedOpinion:
    party = state.seats[opinion.party].party
    return PrintedOpinion(
        label=labels(party.role, state.procedure)[0],
        name=printed_name(state, party),
        authentic=opinion.authentic.value,
        lawful=opinion.lawful.value,
        relevant=opinion.relevant.value,
        note="" if masked else _printable(opinion.note),
        at=opinion.at,
        sealed=masked,
    )


def _printable(text: str) -> str:
    """What a party wrote and the clerk cannot correct never keeps the record from being frozen."""
    missing = frozenset(printing.missing_glyphs(text))
    return "".join("\u25a1" if character in missing else character for character in text)


def _before_it(seat: Seat, state: HearingState) -> bool:
    """Whether somebody of the court was followed by another before it was opened, and so sat in no court."""
    last = seat.stays[-1].ended_at if seat.stays else None
    before = not seat.stays or (last is not None and last <= (state.opened_at or last))
    return seat.removed and bool(seat.party.account) and before


def _attendee(seat: Seat, state: HearingState) -> Attendee:
    zh, en = labels(seat.party.role, state.procedure)
    return Attendee(
        party=seat.party.id,
        role_zh=zh,
        role_en=en,
        name=printed_name(state, seat.party),
        first_seen=seat.first_seen,
    )
