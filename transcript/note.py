"""Prints the note of what went wrong with a recording (法释〔2017〕5号 art. 4), with places for judge and court."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import rfc8785

from . import fonts
from .document import Signer, digest_of
from .errors import TranscriptError, UnprintableCharacter
from .pdf import RenderedTranscript, breakable, folders_of, typeset

FORMAT = "hearing-recording-note/1"
SOURCE = "note.json"
STATEMENT = "以上说明属实。"
_TEMPLATE = Path(__file__).with_name("note.typ")


@dataclass(frozen=True, kw_only=True)
class NoteRow:
    """One fact of the log: `span` may be empty, `seconds` is the length as text."""

    span: str
    seconds: str
    chinese: str
    english: str


@dataclass(frozen=True, kw_only=True)
class RecordingNote:
    """Times are Unix milliseconds; `text` and `english` have a paragraph a line. `signer` presides."""

    court: str
    case_number: str
    title: str
    hearing: str
    number: int
    started_at: int
    ended_at: int
    written_at: int
    text: str
    english: str
    rows: tuple[NoteRow, ...]
    signer: Signer
    utc_offset: int = 8 * 60

    @property
    def signers(self) -> tuple[Signer, ...]:
        return (self.signer,)


def to_json(note: RecordingNote) -> bytes:
    """RFC 8785 canonical JSON: the bytes that are hashed and embedded as `note.json`."""
    fields = {"format": FORMAT, **asdict(note), "rows": [asdict(row) for row in note.rows]}
    return rfc8785.dumps(fields)


def from_json(data: bytes) -> RecordingNote:
    """Read a `note.json` back; `bad_transcript` unless it is canonical and complete."""
    try:
        value = json.loads(data)
        if value.pop("format") != FORMAT:
            raise ValueError("unknown format")
        value["rows"] = tuple(NoteRow(**row) for row in value["rows"])
        note = RecordingNote(**{**value, "signer": Signer(**value["signer"])})
        canonical = to_json(note) == data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TranscriptError(f"not a note: {error}", code="bad_transcript") from error
    if not canonical:
        raise TranscriptError("not in canonical form", code="bad_transcript")
    return note


def render(note: RecordingNote, extra_fonts: Sequence[Path] = ()) -> RenderedTranscript:
    """Print it. Raises UnprintableCharacter, FontsMissing or PrintingFailed."""
    folders = folders_of(extra_fonts)
    unprintable = fonts.missing("".join(_texts(note)), folders)
    if unprintable:
        raise UnprintableCharacter(unprintable)
    source = to_json(note)
    digest = digest_of(source)
    inputs = {"data": json.dumps(_view(note, digest)), "source": source.decode()}
    pdf, boxes = typeset(inputs, folders, note.written_at // 1000, _TEMPLATE)
    signer = note.signer
    return RenderedTranscript(
        pdf=pdf,
        pages=max(box.page for box in boxes),
        digest=digest,
        boxes=boxes,
        signers={signer.party: f"{signer.label} {signer.name}"},
        source=SOURCE,
    )


def _texts(note: RecordingNote) -> Iterator[str]:
    yield from (note.court, note.case_number, note.title, note.text, note.english)
    yield from (note.signer.label, note.signer.name)
    for row in note.rows:
        yield from (row.span, row.seconds, row.chinese, row.english)


def _view(note: RecordingNote, digest: str) -> dict[str, Any]:
    zone = timezone(timedelta(minutes=note.utc_offset))
    written = datetime.fromtimestamp(note.written_at / 1000, UTC).astimezone(zone)
    return {
        "family": [fonts.FAMILY],
        "digest": digest,
        "number": note.number,
        "court": breakable(note.court),
        "case_number": breakable(note.case_number),
        "title": breakable(note.title),
        "written": f"{written.year}年{written.month}月{written.day}日 {written:%H:%M:%S}",
        "paragraphs": _paragraphs(note.text),
        "english": _paragraphs(note.english),
        "rows": [{k: breakable(v) for k, v in asdict(row).items()} for row in note.rows],
        "signer": {k: breakable(v) if k != "party" else v for k, v in asdict(note.signer).items()},
    }


def _paragraphs(text: str) -> list[str]:
    return [breakable(line) for line in text.split("\n") if line.strip()]
