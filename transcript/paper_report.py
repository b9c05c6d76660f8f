"""Prints what a court says about a paper, as facts and tables in both languages: the notice of a service,
the proof of it (电子送达凭证), the evidence of a round of signatures. PDF/A-3a and PDF/UA-1, to be sealed.

The record inside has everything that is printed, and the log's entries that it is made from: their leaf
hashes (RFC 9162) give the root that is printed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import rfc8785

from . import fonts
from .document import Signer, digest_of
from .errors import TranscriptError
from .pdf import RenderedTranscript, breakable, folders_of, missing_glyphs, typeset

FORMAT = "court-paper-report/1"
SOURCE = "paper-report.json"
Both = tuple[str, str]  # Chinese, English; the same text twice where it has no language
_TEMPLATE = Path(__file__).with_name("paper_report.typ")


@dataclass(frozen=True, kw_only=True)
class Fact:
    name: Both
    value: Both


@dataclass(frozen=True, kw_only=True)
class Table:
    title: Both
    heads: tuple[Both, ...]
    rows: tuple[tuple[Both, ...], ...]


@dataclass(frozen=True, kw_only=True)
class PaperReport:
    """`hearing` is the paper's id; `made_at` in Unix milliseconds; `entries` are the log's records."""

    court: str
    case_number: str
    hearing: str
    title: Both
    made_at: int
    notes: tuple[Both, ...]
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    entries: tuple[Mapping[str, Any], ...] = ()

    @property
    def signers(self) -> tuple[Signer, ...]:
        return ()


def to_json(report: PaperReport) -> bytes:
    """RFC 8785 canonical JSON: the bytes that are hashed and embedded."""
    return rfc8785.dumps({"format": FORMAT, **_plain(asdict(report))})


def from_json(data: bytes) -> PaperReport:
    """Read it back; `bad_transcript` unless it is canonical and complete."""
    try:
        value = json.loads(data)
        if value.pop("format") != FORMAT:
            raise ValueError("unknown format")
        value["title"] = tuple(value["title"])
        value["notes"] = tuple(tuple(one) for one in value["notes"])
        value["facts"] = tuple(
            Fact(name=tuple(f["name"]), value=tuple(f["value"])) for f in value["facts"]
        )
        value["tables"] = tuple(_table(one) for one in value["tables"])
        value["entries"] = tuple(value["entries"])
        report = PaperReport(**value)
        canonical = to_json(report) == data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TranscriptError(f"not a report: {error}", code="bad_transcript") from error
    if not canonical:
        raise TranscriptError("not in canonical form", code="bad_transcript")
    return report


def _table(value: dict[str, Any]) -> Table:
    return Table(
        title=tuple(value["title"]),
        heads=tuple(tuple(head) for head in value["heads"]),
        rows=tuple(tuple(tuple(cell) for cell in row) for row in value["rows"]),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def render(report: PaperReport, extra_fonts: Sequence[Path] = ()) -> RenderedTranscript:
    """Print it. Characters without a font are printed as a box. Raises FontsMissing or PrintingFailed."""
    source = to_json(report)
    found = digest_of(source)
    view = json.dumps(_view(report, found), ensure_ascii=False)
    missing = frozenset(missing_glyphs(view, extra_fonts))
    data = "".join("\u25a1" if one in missing else one for one in view)
    inputs = {"data": data, "source": source.decode()}
    pdf, boxes = typeset(inputs, folders_of(extra_fonts), report.made_at // 1000, _TEMPLATE)
    return RenderedTranscript(
        pdf=pdf,
        pages=max(box.page for box in boxes),
        digest=found,
        boxes=boxes,
        signers={},
        source=SOURCE,
    )


def _view(report: PaperReport, found: str) -> dict[str, Any]:
    def both(said: Both) -> list[str]:
        zh, en = (breakable(one) for one in said)
        return [zh, "" if en == zh else en]

    return {
        "family": [fonts.FAMILY],
        "digest": found,
        "court": breakable(report.court),
        "case_number": breakable(report.case_number),
        "title": both(report.title),
        "notes": [both(note) for note in report.notes],
        "facts": [{"name": both(f.name), "value": both(f.value)} for f in report.facts],
        "tables": [
            {
                "title": both(t.title),
                "heads": [both(head) for head in t.heads],
                "cells": [both(cell) for row in t.rows for cell in row],
            }
            for t in report.tables
        ],
    }
