"""The room that a file leaves for a signature, measured at the first."""

from dataclasses import replace
from pathlib import Path

import pytest

from transcript.document import Signer
from transcript.pdf import render
from transcript.signing import signer
from transcript.signing.archive import archive
from transcript.signing.authority import Authority
from transcript.signing.certificates import subject_of
from transcript.signing.room import Room
from transcript.verify import verify_pdf

from . import court


@pytest.mark.parametrize("longer", range(4))
def test_a_longer_certificate_has_as_much_room_as_if_it_had_been_measured(longer: int) -> None:
    """pyHanko leaves twice the bytes and half of that again, in whole bytes."""
    room = Room()
    assert room.beside(500) is None
    room.was(9002, 500)
    room.was(2, 1)  # measured once
    left = room.beside(500 + longer)
    assert left is not None
    assert left % 2 == 0
    assert 9000 + 3 * longer <= left <= 9001 + 3 * longer
    assert room.beside(400) == 9000


def test_the_longest_name_fits_behind_the_shortest(tmp_path: Path) -> None:
    """With nearly half as much again to spare, for what a timestamp may be longer; and all of it verifies.

    A case takes a hundred characters, a certificate 64: it has the beginning, the document the whole.
    """
    authority = Authority.open(tmp_path / "keys", b"a passphrase", court.COURT)
    short = Signer(party="a", label="原告", name="丁")
    long = Signer(party="b", label="被告", name="虚" * 100)
    document = replace(court.document(), signers=(short, long))
    pdf = signer.seal(render(document), authority)
    left = []
    for one in (short, long):
        key = court.BrowserKey()
        certificate = authority.issue_signing_certificate(
            key.spki,
            name=one.name,
            party=one.party,
            label=one.label,
            hearing=document.hearing,
            minutes=60,
        )
        begun = signer.begin(pdf, one.party, certificate, None, authority)
        pdf = signer.finish(begun, key.sign(begun.to_be_signed), pdf, authority)
        assert subject_of(certificate).name in (one.name, "虚" * 63 + "…")
        left.append(begun.hole[1] - begun.hole[0])
        assert len(pdf[slice(*begun.hole)].strip(b"<>0")) < left[-1] * 0.7
    assert left[1] > left[0]
    report = verify_pdf(archive(pdf, authority), (authority.root.certificate,))
    assert [finding for finding in report.findings if finding.level != "ok"] == []
