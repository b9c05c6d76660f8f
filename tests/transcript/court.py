"""An invented hearing, and a browser's key as WebCrypto makes it."""

import dataclasses
import re
import struct
import subprocess
import zlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from transcript.document import (
    Attendee,
    PrintedExhibit,
    PrintedLine,
    PrintedOpinion,
    Signer,
    TranscriptDocument,
)
from transcript.signing import signer
from transcript.signing.authority import Authority

COURT = "示范市青羊区人民法院"
OPENED = 1_795_413_787_000  # 2026-11-23 14:03:07 in Chengdu
PEOPLE = (
    ("judge", "审判长", "Presiding judge", "秦望舒"),
    ("prosecutor", "公诉人", "Prosecutor", "纪明远"),
    ("defendant", "被告人", "Defendant", "阮小满"),
    ("counsel", "辩护人", "Counsel", "Evelyn Hartmoor"),
    ("clerk", "书记员", "Clerk", "温故新"),
)
SIGNING_ORDER = PEOPLE[1:] + PEOPLE[:1]
TEXTS = (
    "现在开庭。首先核对当事人身份。",
    "起诉书指控的事实清楚，证据确实、充分。",
    "我对指控的事实没有异议。",
    "The defence has no further questions.",
    "请各方当庭阅读笔录。",
)


def document(*texts: str, version: int = 1) -> TranscriptDocument:
    """A transcript of these lines, spoken in turn by the five people."""
    return TranscriptDocument(
        court=COURT,
        case_number="（2026）川0104刑初123号",
        procedure="刑事一审普通程序",
        courtroom="第三互联网法庭",
        title="某某盗窃案（虚构）",
        version=version,
        hearing="hearing-1",
        opened_at=OPENED,
        closed_at=OPENED + 2_400_000,
        frozen_at=OPENED + 2_500_000,
        attendance=tuple(
            Attendee(party=p, role_zh=zh, role_en=en, name=name, first_seen=OPENED - 60_000)
            for p, zh, en, name in PEOPLE
        ),
        lines=tuple(_line(i, text) for i, text in enumerate(texts or TEXTS)),
        signers=tuple(Signer(party=p, label=zh, name=name) for p, zh, _, name in SIGNING_ORDER),
    )


def _line(index: int, text: str) -> PrintedLine:
    _, label, _, name = PEOPLE[index % len(PEOPLE)]
    at = OPENED + 7000 * index
    return PrintedLine(number=index + 1, speaker_label=label, speaker_name=name, text=text, at=at)


class BrowserKey:
    """What `crypto.subtle.generateKey` and `sign` do with ECDSA P-256."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def spki(self) -> bytes:
        """The exported public key."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, data: bytes) -> bytes:
        """r||s, 64 bytes."""
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def certify(
    authority: Authority, key: BrowserKey, party: str, *, minutes: int = 60
) -> x509.Certificate:
    """The certificate that the court gives to one of the five."""
    _, label, _, name = next(one for one in PEOPLE if one[0] == party)
    return authority.issue_signing_certificate(
        key.spki, name=name, party=party, label=label, hearing="hearing-1", minutes=minutes
    )


def sign(pdf: bytes, party: str, authority: Authority) -> bytes:
    """One party signs, from the key to the embedded signature."""
    key = BrowserKey()
    prepared = signer.begin(pdf, party, certify(authority, key, party), handwriting(), authority)
    return signer.finish(prepared, key.sign(prepared.to_be_signed), pdf, authority)


def handwriting(width: int = 120, height: int = 40) -> bytes:
    """A PNG with a stroke on a transparent ground."""
    ink, blank = b"\x00\x00\x50\xff", b"\x00\x00\x00\x00"
    rows = (
        b"\0" + b"".join(ink if abs(y - x * height // width) < 2 else blank for x in range(width))
        for y in range(height)
    )
    return png(width, height, b"".join(rows))


def png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG of RGBA rows, each after its filter byte."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in parts)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum


def printed_text(pdf: bytes, tmp_path: Path, *options: str) -> str:
    """What pdftotext reads, without any white space."""
    path = tmp_path / "printed.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, check=True)
    return squeeze(done.stdout.decode())


def squeeze(text: str) -> str:
    """Without white space, breaks and zero-width spaces."""
    return re.sub(r"[\s\u200b]+", "", text)


def with_sealed(record: TranscriptDocument) -> TranscriptDocument:
    """The same record with its second line, and the first words on its first exhibit, sealed by order."""
    first, second, *rest = record.lines
    lines = (first, dataclasses.replace(second, text="", sealed=True), *rest)
    paper, *others = record.exhibits
    words, *more = paper.opinions
    hidden = dataclasses.replace(words, note="", sealed=True)
    paper = dataclasses.replace(paper, opinions=(hidden, *more))
    return dataclasses.replace(record, lines=lines, exhibits=(paper, *others))


def with_exhibits(record: TranscriptDocument) -> TranscriptDocument:
    """The same hearing with one exhibit that two sides spoke about, and one that nobody did."""
    opinions = (
        PrintedOpinion(
            label="辩护人",
            name="Evelyn Hartmoor",
            authentic="no",
            lawful="yes",
            relevant="none",
            note="系复印件，请求提交原件。\n另：日期有涂改。",
            at=OPENED + 900_000,
        ),
        PrintedOpinion(
            label="被告人",
            name="阮小满",
            authentic="yes",
            lawful="yes",
            relevant="yes",
            note="",
            at=OPENED + 960_000,
        ),
    )
    paper = PrintedExhibit(
        number=1,
        name="借条扫描件.pdf",
        media_type="application/pdf",
        pages=3,
        sha256="ab" * 32,
        label="公诉人",
        party_name="纪明远",
        submitted_at=OPENED - 86_400_000,
        shown_at=OPENED + 600_000,
        opinions=opinions,
    )
    photo = dataclasses.replace(
        paper, number=4, name="照片.jpg", media_type="image/jpeg", shown_at=None, opinions=()
    )
    return dataclasses.replace(record, exhibits=(paper, photo))
