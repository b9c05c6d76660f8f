"""What a masked copy says of itself: which entries and files it is without, signed by the court.

Without the court's signature anybody could hide an entry behind its hash, or a segment behind a list.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from recording import names
from recording.verifying.judges import Judge
from recording.verifying.logbook import Logbook
from recording.verifying.report import Finding
from recording.verifying.roots import Trust
from recording.verifying.source import Source

MAX_COPY = 64 << 20  # bytes
NAMED = 20  # entries or kinds that one line lists


class Copy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`root` is of the whole log of `size` entries, so the list belongs to this very log."""

    kind: str
    hearing: str
    size: int
    root: str
    signed_at: int
    reader: str  # whose copy it is; empty when it leaves the court
    entries: list[int]
    left_out: list[str]  # files, by their name below the hearing's folder
    recordings: bool = True  # whether it has the files of segments; the log has their hashes


HEARING = "masked copy of a hearing record"
PAPER = "masked copy of a paper's record"


def read_copy(
    source: Source, present: Mapping[str, int], trust: Trust, judge: Judge, kind: str = HEARING
) -> tuple[Copy | None, list[Finding]]:
    """The list, if the court signed it; what is wrong with it otherwise."""
    if names.COPY_LIST not in present:
        return None, []
    bad = [Finding(level="error", code="copy_unsigned", text=names.COPY_LIST)]
    try:
        with source.open(names.COPY_LIST) as file:
            said = file.read(MAX_COPY)
        with source.open(names.COPY_SIGNATURE) as file:
            signature = file.read(4096)
        with source.open(names.COPY_CERTIFICATE) as file:
            certificate = x509.load_pem_x509_certificate(file.read(64 * 1024))
        copy = msgspec.json.decode(said, type=Copy)
        der = certificate.public_bytes(serialization.Encoding.DER)
        facts = judge(said, signature, der, b"", copy.signed_at, trust.roots, ())
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
        return None, bad
    if not (facts.signed and facts.chained and copy.kind == kind):
        return None, bad
    return copy, []


def belongs(copy: Copy, log: Logbook) -> bool:
    return copy.hearing == log.hearing and log.roots([copy.size]).get(copy.size) == copy.root


def hidden(copy: Copy | None, log: Logbook) -> Iterator[Finding]:
    """Entries that stand as hashes: those that the court masked, and any others."""
    allowed = set(copy.entries) if copy else set()
    others = [number for number in log.masked if number not in allowed]
    masked = len(log.masked) - len(others)
    if masked:
        shown = _numbers([number for number in log.masked if number in allowed])
        data = {"entries": masked}
        yield Finding(level="masked", code="entries_masked", text=f"{masked}: {shown}", data=data)
    if others:
        text = f"{len(others)}: {_numbers(others)}"
        data = {"entries": len(others)}
        yield Finding(level="error", code="entry_hidden", text=text, data=data)


def _numbers(numbers: Sequence[int]) -> str:
    """As spans, so that a masked hour is one word: `#3-#90, #95`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = (f"#{first}" if first == last else f"#{first}-#{last}" for first, last in spans[:NAMED])
    return ", ".join(shown) + (" …" if len(spans) > NAMED else "")
