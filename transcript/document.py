"""The frozen transcript as data: what is printed, hashed and embedded in the PDF."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import rfc8785

from .errors import TranscriptError

FORMAT = "hearing-transcript/1"


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """A party who was seen in the hearing. `first_seen` is Unix milliseconds."""

    party: str
    role_zh: str
    role_en: str
    name: str
    first_seen: int | None


@dataclass(frozen=True, kw_only=True)
class PrintedLine:
    """One attributed passage. `at` is Unix milliseconds; `number` counts from 1.

    `sealed`: by order; the text is empty. `disputed`: somebody does not agree with it.
    """

    number: int
    speaker_label: str
    speaker_name: str
    text: str
    at: int
    sealed: bool = False
    disputed: bool = False


@dataclass(frozen=True, kw_only=True)
class PrintedOpinion:
    """What a party says of an exhibit (质证). Each stance is `yes`, `no` or `none`.

    `sealed`: its words are, by order; the note is empty.
    """

    label: str
    name: str
    authentic: str
    lawful: str
    relevant: str
    note: str
    at: int
    sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class PrintedExhibit:
    """An exhibit that was shown or spoken about. `pages` is 0 for what has none; `sha256` of its file."""

    number: int
    name: str
    media_type: str
    pages: int
    sha256: str
    label: str
    party_name: str
    submitted_at: int
    shown_at: int | None
    opinions: tuple[PrintedOpinion, ...]


@dataclass(frozen=True, kw_only=True)
class PrintedCharge:
    """From when to when the clerk kept order because the presiding judge's connection was lost.

    `ended_at` is None while that lasts at the freeze.
    """

    name: str
    began_at: int
    ended_at: int | None


@dataclass(frozen=True, kw_only=True)
class PrintedObjection:
    """A request to correct a line (补正申请), and what became of it: `open`, `accepted` or `refused`.

    `place` is the number that the line had in `version`. `wording` for `quote`, or for the whole line;
    none: to strike it. `sealed`: its words are, by order.
    """

    number: int
    version: int
    place: int
    label: str
    name: str
    quote: str
    wording: str
    reason: str
    made_at: int
    standing: str
    answer: str
    answered_label: str
    answered_name: str
    answered_at: int | None
    sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class PrintedRefusal:
    """Somebody would not sign an earlier version. `sealed`: why is, by order."""

    version: int
    label: str
    name: str
    reason: str
    at: int
    sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A party who is asked to sign. `label` is the role as printed."""

    party: str
    label: str
    name: str


@dataclass(frozen=True, kw_only=True)
class TranscriptDocument:
    """A transcript at one version, frozen. Times are Unix milliseconds of the calendar clock.

    `signers` stand in signing order. `utc_offset` in minutes says how times are printed.
    """

    court: str
    case_number: str
    procedure: str
    courtroom: str
    title: str
    version: int
    hearing: str
    opened_at: int | None
    closed_at: int | None
    frozen_at: int
    attendance: tuple[Attendee, ...]
    lines: tuple[PrintedLine, ...]
    signers: tuple[Signer, ...]
    exhibits: tuple[PrintedExhibit, ...] = ()
    charges: tuple[PrintedCharge, ...] = ()
    objections: tuple[PrintedObjection, ...] = ()
    refusals: tuple[PrintedRefusal, ...] = ()
    utc_offset: int = 8 * 60


def local_time(document: TranscriptDocument, at: int) -> datetime:
    """`at` (Unix milliseconds) as the calendar clock of the court showed it."""
    zone = timezone(timedelta(minutes=document.utc_offset))
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


def texts(document: TranscriptDocument) -> tuple[str, ...]:
    """Every text of the document that is printed and was written by a person."""
    head = (
        document.court,
        document.case_number,
        document.procedure,
        document.courtroom,
        document.title,
        document.hearing,
    )
    people = (t for a in document.attendance for t in (a.role_zh, a.role_en, a.name))
    lines = (t for one in document.lines for t in (one.speaker_label, one.speaker_name, one.text))
    signers = (t for s in document.signers for t in (s.label, s.name))
    exhibits = (t for e in document.exhibits for t in (e.name, e.label, e.party_name))
    given = (o for e in document.exhibits for o in e.opinions)
    opinions = (t for o in given for t in (o.label, o.name, o.note))
    charges = (charge.name for charge in document.charges)
    asked = (t for o in document.objections for t in _said(o))
    refused = (t for r in document.refusals for t in (r.label, r.name, r.reason))
    return (*head, *people, *lines, *signers, *exhibits, *opinions, *charges, *asked, *refused)


def _said(one: PrintedObjection) -> tuple[str, ...]:
    words = (one.quote, one.wording, one.reason, one.answer)
    return (one.label, one.name, *words, one.answered_label, one.answered_name)


def to_json(document: TranscriptDocument) -> bytes:
    """RFC 8785 canonical JSON: the bytes that are hashed and embedded as `transcript.json`.

    A member that lists nothing (exhibits, charges, objections, refusals) is not there, and `sealed` and
    `disputed` stand only where something is.
    """
    fields = {"format": FORMAT, **_plain(asdict(document))}
    opinions = (given for one in fields["exhibits"] for given in one["opinions"])
    for passage in (*fields["lines"], *opinions, *fields["objections"], *fields["refusals"]):
        for mark in ("sealed", "disputed"):
            if not passage.get(mark):
                passage.pop(mark, None)
    for member in ("exhibits", "charges", "objections", "refusals"):
        if not fields[member]:
            del fields[member]
    return rfc8785.dumps(fields)


def digest(document: TranscriptDocument) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return digest_of(to_json(document))


def digest_of(data: bytes) -> str:
    """SHA-256 of the bytes of a `transcript.json`, in hex."""
    return hashlib.sha256(data).hexdigest()


def from_json(data: bytes) -> TranscriptDocument:
    """Read a `transcript.json` back; `bad_transcript` unless it is canonical and complete."""
    try:
        document = _read(json.loads(data))
        canonical = to_json(document) == data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TranscriptError(f"not a transcript: {error}", code="bad_transcript") from error
    if not canonical:
        raise TranscriptError("not in canonical form", code="bad_transcript")
    return document


def _read(value: dict[str, Any]) -> TranscriptDocument:
    if value.pop("format") != FORMAT:
        raise ValueError("unknown format")
    value["attendance"] = tuple(Attendee(**one) for one in value["attendance"])
    value["lines"] = tuple(PrintedLine(**one) for one in value["lines"])
    value["signers"] = tuple(Signer(**one) for one in value["signers"])
    value["exhibits"] = tuple(_exhibit(one) for one in value.get("exhibits", ()))
    value["charges"] = tuple(PrintedCharge(**one) for one in value.get("charges", ()))
    value["objections"] = tuple(PrintedObjection(**one) for one in value.get("objections", ()))
    value["refusals"] = tuple(PrintedRefusal(**one) for one in value.get("refusals", ()))
    return TranscriptDocument(**value)


def _exhibit(value: dict[str, Any]) -> PrintedExhibit:
    opinions = tuple(PrintedOpinion(**one) for one in value.pop("opinions"))
    return PrintedExhibit(**value, opinions=opinions)


def _plain(value: Any) -> Any:
    """Tuples as lists: the canonical form knows JSON's types only."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
