"""What a signing process is asked for about papers: whole steps, as in work.py."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from transcript import paper as papers
from transcript import paper_report as reports
from transcript import pdf as printing
from transcript.errors import SigningError
from transcript.paper import CourtPaper
from transcript.paper_report import PaperReport
from transcript.pdf import RenderedTranscript

from . import archive as archives
from . import signer, work
from .authority import Authority, load_public_key
from .signer import PreparedSignature
from .work import Signatory

POSSESSION = b"hearing paper key\n"  # what a key signs about itself begins with this


def check(paper: CourtPaper, authority: Authority) -> tuple[str, tuple[str, ...]]:
    """The paper's digest, and which of its characters the fonts cannot print."""
    return papers.digest(paper), printing.missing_glyphs("".join(papers.texts(paper)))


def draft(paper: CourtPaper, authority: Authority) -> bytes:
    """As it will be, marked as a draft, without a seal."""
    return papers.render(paper, draft=True).pdf


def render(paper: CourtPaper, expected: str, authority: Authority) -> RenderedTranscript:
    """Raises as `papers.render`; SigningError `another_digest`."""
    if papers.digest(paper) != expected:
        raise SigningError("the paper is not the one that was sent round", code="another_digest")
    return papers.render(paper)


def seal(rendered: RenderedTranscript, authority: Authority) -> bytes:
    """As `signer.seal`."""
    return signer.seal(rendered, authority)


def prepare(
    pdf: bytes, who: Signatory, possession: bytes, authority: Authority
) -> PreparedSignature:
    """As `work.prepare`, once the key has proved itself: no certificate for a key that nobody holds.

    Raises SigningError `bad_signature` besides.
    """
    check_possession(who, possession)
    return work.prepare(pdf, who, authority)


def check_possession(who: Signatory, possession: bytes) -> None:
    """`possession` is r||s of the key over what `claim` says."""
    key = load_public_key(who.public_key)
    if len(possession) != 64:
        raise SigningError("a P-256 signature is 64 bytes", code="bad_signature")
    r, s = int.from_bytes(possession[:32], "big"), int.from_bytes(possession[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), claim(who), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SigningError("the key did not prove itself", code="bad_signature") from error


def claim(who: Signatory) -> bytes:
    """This key, for this person and paper and no other."""
    key = hashlib.sha256(who.public_key).hexdigest()
    return POSSESSION + f"{who.hearing}\n{who.party}\n{key}".encode()


def report(said: PaperReport, authority: Authority) -> bytes:
    """Printed and certified by the court, with its proof for the long term: nobody signs after that."""
    return archives.archive(signer.seal(reports.render(said), authority), authority)
