"""What a masked copy says of itself: which entries and files it is without, signed by the court.

Without the court's signature anybody could hide an entry behind its hash, or a segment behind a list.
"""

from collections.abc import Mapping

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from recording import names
from recording.verifying.judges import Judge
from recording.verifying.report import Finding
from recording.verifying.roots import Trust
from recording.verifying.source import Source

MAX_COPY = 64 << 20  # bytes


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


KIND = "masked copy of a hearing record"


def read_copy(
    source: Source, present: Mapping[str, int], trust: Trust, judge: Judge
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
    if not (facts.signed and facts.chained and copy.kind == KIND):
        return None, bad
    return copy, []
