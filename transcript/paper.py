"""Prints a paper of a case (文书) as PDF/A-3a and PDF/UA-1, with places for signatures and the court's seal.

A paper that was uploaded as a PDF is not printed: its own pages stay, and a sheet with the places for
signatures follows them (adapters/examining/join.py puts the two together). Such a file is no PDF/A.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import rfc8785

from . import fonts
from .document import Signer, digest_of
from .errors import TranscriptError, UnprintableCharacter
from .pdf import RenderedTranscript, breakable, folders_of, typeset

FORMAT = "court-paper/1"
SOURCE = "paper.json"
STATEMENT = {
    "zh-CN": "本人已逐页阅读以上文书，确认签名。",
    "en": "I have read every page of this document and sign it.",
}
_TEMPLATE = Path(__file__).with_name("paper.typ")


@dataclass(frozen=True, kw_only=True)
class PrintedBlock:
    """`kind` is heading, paragraph, item or fact; `name` is what stands before a fact."""

    kind: str
    text: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """The file whose pages come first."""

    sha256: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class CourtPaper:
    """`hearing` is the paper's id, by the name that certificates give it. `made_at` in Unix milliseconds."""

    court: str
    case_number: str
    case_title: str
    title: str
    language: str
    hearing: str
    made_at: int
    blocks: tuple[PrintedBlock, ...]
    signers: tuple[Signer, ...]
    upload: Upload | None = None
    utc_offset: int = 8 * 60


def to_json(paper: CourtPaper) -> bytes:
    """RFC 8785 canonical JSON: the bytes that are hashed and embedded as `paper.json`."""
    fields = {"format": FORMAT, **asdict(paper)}
    fields["blocks"], fields["signers"] = list(fields["blocks"]), list(fields["signers"])
    return rfc8785.dumps(fields)


def from_json(data: bytes) -> CourtPaper:
    """Read a `paper.json` back; `bad_transcript` unless it is canonical and complete."""
    try:
        value = json.loads(data)
        if value.pop("format") != FORMAT:
            raise ValueError("unknown format")
        value["blocks"] = tuple(PrintedBlock(**one) for one in value["blocks"])
        value["signers"] = tuple(Signer(**one) for one in value["signers"])
        value["upload"] = Upload(**value["upload"]) if value["upload"] else None
        paper = CourtPaper(**value)
        canonical = to_json(paper) == data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TranscriptError(f"not a paper: {error}", code="bad_transcript") from error
    if not canonical:
        raise TranscriptError("not in canonical form", code="bad_transcript")
    return paper


def digest(paper: CourtPaper) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return digest_of(to_json(paper))


def texts(paper: CourtPaper) -> Iterator[str]:
    """Every text that is printed and was written by a person."""
    yield from (paper.court, paper.case_number, paper.case_title, paper.title)
    for block in paper.blocks:
        yield from (block.name, block.text)
    for one in paper.signers:
        yield from (one.label, one.name)


def render(
    paper: CourtPaper, extra_fonts: Sequence[Path] = (), *, draft: bool = False
) -> RenderedTranscript:
    """Print it; a draft says so on every page. Raises UnprintableCharacter, FontsMissing or PrintingFailed.

    Of an upload this is the sheet alone: `placed` moves its boxes behind the pages that come first.
    """
    folders = folders_of(extra_fonts)
    unprintable = fonts.missing("".join(texts(paper)), folders)
    if unprintable:
        raise UnprintableCharacter(unprintable)
    source = to_json(paper)
    found = digest_of(source)
    inputs = {"data": json.dumps(_view(paper, found, draft=draft)), "source": source.decode()}
    pdf, boxes = typeset(inputs, folders, paper.made_at // 1000, _TEMPLATE)
    return RenderedTranscript(
        pdf=pdf,
        pages=max(box.page for box in boxes),
        digest=found,
        boxes=boxes,
        signers={s.party: f"{s.label} {s.name}" for s in paper.signers},
        source=SOURCE,
    )


def placed(sheet: RenderedTranscript, pdf: bytes, pages: int) -> RenderedTranscript:
    """The sheet behind `pages` others, as they now stand in `pdf`."""
    boxes = tuple(replace(box, page=box.page + pages) for box in sheet.boxes)
    return replace(sheet, pdf=pdf, pages=sheet.pages + pages, boxes=boxes)


def _view(paper: CourtPaper, found: str, *, draft: bool) -> dict[str, Any]:
    zone = timezone(timedelta(minutes=paper.utc_offset))
    made = datetime.fromtimestamp(paper.made_at / 1000, UTC).astimezone(zone)
    return {
        "family": [fonts.FAMILY],
        "english": paper.language == "en",
        "draft": draft,
        "digest": found,
        "court": breakable(paper.court),
        "case_number": breakable(paper.case_number),
        "case_title": breakable(paper.case_title),
        "title": breakable(paper.title),
        "date": f"{made.year}-{made.month:02}-{made.day:02}"
        if paper.language == "en"
        else f"{made.year}年{made.month}月{made.day}日",
        "blocks": [
            {"kind": b.kind, "name": breakable(b.name), "text": breakable(b.text)}
            for b in paper.blocks
        ],
        "upload": asdict(paper.upload) if paper.upload else None,
        "statement": STATEMENT[paper.language],
        "signers": [
            {"party": s.party, "label": breakable(s.label), "name": breakable(s.name)}
            for s in paper.signers
        ],
    }
