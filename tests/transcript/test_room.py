"""The room that a file leaves for a signature, measured at the first."""

from pathlib import Path

import pytest

from transcript.pdf import render
from transcript.signing import signer
from transcript.signing.authority import Authority
from transcript.signing.room import Room

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


def test_the_longest_names_fit_behind_the_shortest(tmp_path: Path) -> None:
    """With half as much again to spare, or nearly, for what a timestamp may be longer."""
    authority = Authority.open(tmp_path / "keys", b"a passphrase", court.COURT)
    rendered = render(court.document())
    pdf = signer.seal(rendered, authority)
    (short, *_), (long, *_) = court.SIGNING_ORDER[:2]
    left = {}
    for party, name in ((short, "d"), (long, "D" * 64)):
        key = court.BrowserKey()
        certificate = authority.issue_signing_certificate(
            key.spki, name=name, party=party, label=name, hearing=name, minutes=60
        )
        begun = signer.begin(pdf, party, certificate, None, authority)
        left[party] = begun.hole[1] - begun.hole[0]
        pdf = signer.finish(begun, key.sign(begun.to_be_signed), pdf, authority)
        signed = pdf[slice(*begun.hole)].strip(b"<>0")
        assert len(signed) < left[party] * 0.7
    assert left[long] > left[short]
