"""The transcript as data."""

import dataclasses
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from transcript.document import PrintedCharge, digest, digest_of, from_json, to_json
from transcript.errors import TranscriptError

from . import court


def test_json_form_is_canonical_and_read_back() -> None:
    """The embedded form is RFC 8785, and reading it gives the same document."""
    document = court.document()
    data = to_json(document)
    assert from_json(data) == document
    assert rfc8785.dumps(json.loads(data)) == data
    assert digest(document) == digest_of(data)


def test_exhibits_are_of_the_record() -> None:
    """They are read back and change the digest; a record without any is as it was before there were any."""
    plain, full = court.document(), court.with_exhibits(court.document())
    assert from_json(to_json(full)) == full
    assert digest(full) != digest(plain)
    assert b'"exhibits"' not in to_json(plain)


def test_who_kept_order_is_of_the_record() -> None:
    """It is read back; a record in which the judge was always there has no word of it."""
    plain = court.document()
    kept = dataclasses.replace(
        plain, charges=(PrintedCharge(name="季录文", began_at=1, ended_at=None),)
    )
    assert from_json(to_json(kept)) == kept
    assert digest(kept) != digest(plain)
    assert b'"charges"' not in to_json(plain)


def test_what_is_sealed_is_of_the_record() -> None:
    """It is read back as sealed; a record without it is as it was before anything could be."""
    plain = court.with_exhibits(court.document())
    masked = court.with_sealed(plain)
    assert from_json(to_json(masked)) == masked
    assert to_json(masked).count(b'"sealed":true') == 2
    assert b"sealed" not in to_json(plain)


@given(st.text(max_size=20), st.integers(1, 10**12))
def test_digest_changes_with_every_word(text: str, at: int) -> None:
    """Two transcripts have the same digest only if they are the same."""
    base = court.document("甲")
    line = dataclasses.replace(base.lines[0], text=text, at=at)
    other = dataclasses.replace(base, lines=(line,))
    assert (digest(other) == digest(base)) == (other == base)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"\xff", b'{"format":"hearing-transcript/1"}', b"[" * 100_000],
)
def test_other_data_is_refused(data: bytes) -> None:
    """What is not a transcript is refused by its code."""
    with pytest.raises(TranscriptError) as refused:
        from_json(data)
    assert refused.value.code == "bad_transcript"


def test_reordered_json_is_refused() -> None:
    """The same words in another byte order are not the canonical form."""
    with pytest.raises(TranscriptError) as refused:
        from_json(b" " + to_json(court.document()))
    assert refused.value.code == "bad_transcript"
