"""Prints a frozen transcript as PDF/A-3a and PDF/UA-1, the same bytes every time."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typst

from . import fonts
from .document import PrintedExhibit, TranscriptDocument, digest_of, local_time, texts, to_json
from .errors import PrintingFailed, UnprintableCharacter

_TEMPLATE = Path(__file__).with_name("template.typ")
A4_HEIGHT = 841.8898  # points
# A line holds about 55 letters; a longer run needs places where it may be broken.
_UNBROKEN = re.compile(r"[!-~\u00a1-\u024f]{30,}")
_PIECE = re.compile(r".{6}(?=.)")


@dataclass(frozen=True, kw_only=True)
class SignatureBox:
    """Where a signature goes: `page` from 1; points from the lower left corner of the page.

    `party` is None for the seal of the court.
    """

    party: str | None
    page: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class RenderedTranscript:
    """The printed transcript before any signature. `digest` is that of `transcript.json` inside.

    `signers` gives the printed role and name of each party who has a box; `source` is what is inside.
    """

    pdf: bytes
    pages: int
    digest: str
    boxes: tuple[SignatureBox, ...]
    signers: dict[str, str]
    source: str = "transcript.json"


def missing_glyphs(text: str, extra_fonts: Sequence[Path] = ()) -> tuple[str, ...]:
    """The characters of `text` that cannot be printed, each once; ask before the freeze.

    Controls, direction marks, emoji and scripts without a font are among them; newline and tab are not.
    """
    return fonts.missing(text, folders_of(extra_fonts))


def check_fonts(extra_fonts: Sequence[Path] = ()) -> None:
    """Raise FontsMissing if nothing could be printed: for the start of the server."""
    fonts.load(folders_of(extra_fonts))
    fonts.missing("法", folders_of(extra_fonts))


def render(document: TranscriptDocument, extra_fonts: Sequence[Path] = ()) -> RenderedTranscript:
    """Print the document. Raises UnprintableCharacter, FontsMissing or PrintingFailed."""
    folders = folders_of(extra_fonts)
    unprintable = fonts.missing("".join(texts(document)), folders)
    if unprintable:
        raise UnprintableCharacter(unprintable)
    digest = digest_of(to_json(document))
    inputs = typesetter_inputs(document, digest)
    pdf, boxes = typeset(inputs, folders, document.frozen_at // 1000)
    return RenderedTranscript(
        pdf=pdf,
        pages=max(box.page for box in boxes),
        digest=digest,
        boxes=boxes,
        signers={s.party: f"{s.label} {s.name}" for s in document.signers},
    )


def typesetter_inputs(document: TranscriptDocument, digest: str) -> dict[str, str]:
    """What the template is given, as JSON: the view to print, and the record to attach."""
    view = json.dumps(_view(document, digest))
    return {"data": view, "source": to_json(document).decode()}


def typeset(
    inputs: dict[str, str], folders: tuple[Path, ...], timestamp: int, template: Path = _TEMPLATE
) -> tuple[bytes, tuple[SignatureBox, ...]]:
    """Run typst with the fonts of the folders and no others; `timestamp` in Unix seconds."""
    try:
        compiler = typst.Compiler(template, font_paths=fonts.load(folders), sys_inputs=inputs)
        pdf = compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=timestamp)
        boxes = json.loads(compiler.query("<box>", field="value"))
    except RuntimeError as error:
        raise PrintingFailed(str(error)) from error
    assert isinstance(pdf, bytes)
    return pdf, tuple(_box(one) for one in boxes)


def _box(found: dict[str, Any]) -> SignatureBox:
    bottom = A4_HEIGHT - found["y"] - found["height"]
    return SignatureBox(**{**found, "y": bottom})


def _view(document: TranscriptDocument, digest: str) -> dict[str, Any]:
    """The document as the template wants it: times as text, long runs made breakable."""
    signed = f"本笔录共 {len(document.lines)} 条，第 {document.version} 版。"
    return {
        "family": [fonts.FAMILY],
        "digest": digest,
        "version": document.version,
        "court": breakable(document.court),
        "case_number": breakable(document.case_number),
        "title": breakable(document.title),
        "statement": f"{signed}{document.court} {document.case_number}",
        "facts": list(_facts(document)),
        "attendance": [
            {**_strings(asdict(a)), "first_seen": _clock(document, a.first_seen)}
            for a in document.attendance
        ],
        "lines": [
            {**_strings(asdict(one)), "at": _clock(document, one.at)} for one in document.lines
        ],
        "exhibits": [_exhibit(document, one) for one in document.exhibits],
        "objections": [
            {
                **_strings(asdict(one)),
                "standing": STANDINGS[one.standing],
                "made": _calendar(document, one.made_at),
                "answered": _calendar(document, one.answered_at),
            }
            for one in document.objections
        ],
        "refusals": [
            {**_strings(asdict(one)), "at": _calendar(document, one.at)}
            for one in document.refusals
        ],
        "signers": [{**_strings(asdict(s)), "party": s.party} for s in document.signers],
    }


STANDINGS = {
    "open": ("尚未答复", "not answered yet"),
    "accepted": ("已补正", "corrected"),
    "refused": ("不予补正", "refused"),
}
STANCES = {"yes": ("认可", "accepted"), "no": ("不认可", "disputed"), "none": ("未表态", "none")}
KINDS = {"image": ("图片", "picture"), "video": ("视频", "film"), "audio": ("音频", "sound")}


def _exhibit(document: TranscriptDocument, one: PrintedExhibit) -> dict[str, Any]:
    kind = KINDS.get(one.media_type.partition("/")[0], (f"{one.pages} 页", f"{one.pages} p."))
    shown = None if one.shown_at is None else _clock(document, one.shown_at)
    opinions = [
        {
            **_strings(asdict(given)),
            "stances": [STANCES[s] for s in (given.authentic, given.lawful, given.relevant)],
            "at": _clock(document, given.at),
        }
        for given in one.opinions
    ]
    return {
        **_strings(asdict(one)),
        "kind": kind,
        "shown": shown,
        "submitted": _calendar(document, one.submitted_at),
        "sha256": one.sha256,
        "opinions": opinions,
    }


def _facts(document: TranscriptDocument) -> Iterator[dict[str, str]]:
    hours, minutes = divmod(abs(document.utc_offset), 60)
    zone = f"UTC{'+' if document.utc_offset >= 0 else '-'}{hours:02d}:{minutes:02d}"
    named = (
        ("案号", "Case", document.case_number),
        ("程序", "Procedure", document.procedure),
        ("法庭", "Courtroom", document.courtroom),
        ("庭审编号", "Hearing", document.hearing),
        ("开庭时间", "Opened", _calendar(document, document.opened_at)),
        ("闭庭时间", "Closed", _calendar(document, document.closed_at)),
        ("定稿时间", "Frozen", _calendar(document, document.frozen_at)),
        ("时区", "Time zone", zone),
    )
    for zh, en, value in named:
        yield {"zh": zh, "en": en, "value": breakable(value)}
    for charge in document.charges:
        times = f"{_clock(document, charge.began_at)}–{_clock(document, charge.ended_at)}"
        value = breakable(f"{charge.name} {times}")
        yield {"zh": "代行秩序", "en": "Clerk in charge", "value": value}


def _strings(fields: dict[str, Any]) -> dict[str, Any]:
    return {k: breakable(v) if isinstance(v, str) else v for k, v in fields.items()}


def breakable(text: str) -> str:
    """The text with zero-width spaces in every run that has no place to break a line."""
    return _UNBROKEN.sub(lambda run: _PIECE.sub("\\g<0>\u200b", run.group()), text)


def _clock(document: TranscriptDocument, at: int | None) -> str:
    return "—" if at is None else f"{local_time(document, at):%H:%M:%S}"


def _calendar(document: TranscriptDocument, at: int | None) -> str:
    if at is None:
        return "—"
    time = local_time(document, at)
    return f"{time.year}年{time.month}月{time.day}日 {time:%H:%M:%S}"


def folders_of(extra_fonts: Sequence[Path]) -> tuple[Path, ...]:
    """Where fonts are looked for."""
    return (fonts.default_folder(), *extra_fonts)
