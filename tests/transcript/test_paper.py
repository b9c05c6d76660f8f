"""A paper on paper: printed the same twice, read back, verified; a key that does not prove itself gets nothing."""

from dataclasses import replace

import pytest

from transcript import paper, paper_report
from transcript.document import Signer
from transcript.errors import SigningError, TranscriptError, UnprintableCharacter
from transcript.paper_report import Fact, PaperReport, Table
from transcript.signing import paper_work, signer
from transcript.signing.authority import Authority
from transcript.signing.work import Signatory
from transcript.verify import verify_pdf

from . import court

PAPER = paper.CourtPaper(
    court=court.COURT,
    case_number="（2026）测0001民初1号",
    case_title="甲诉乙（虚构）",
    title="保证书",
    language="zh-CN",
    hearing="p1",
    made_at=1_790_000_000_000,
    blocks=(
        paper.PrintedBlock(kind="fact", name="保证人", text="甲"),
        paper.PrintedBlock(kind="item", text="按时到庭。"),
    ),
    signers=(Signer(party="jia", label="原告", name="甲"),),
)
REPORT = PaperReport(
    court=court.COURT,
    case_number="（2026）测0001民初1号",
    hearing="p1",
    title=("电子送达凭证", "Proof of electronic service"),
    made_at=1_790_000_000_000,
    notes=(("说明", "Note"),),
    facts=(Fact(name=("名称", "Name"), value=("甲", "甲")),),
    tables=(Table(title=("表", "Table"), heads=(("一", "One"),), rows=((("二", "Two"),),)),),
    entries=({"log": "p1", "seq": 1},),
)


def test_a_paper_and_a_report_are_read_back_and_printed_the_same_twice() -> None:
    assert paper.from_json(paper.to_json(PAPER)) == PAPER
    assert paper.render(PAPER).pdf == paper.render(PAPER).pdf
    assert paper.render(PAPER).pdf != paper.render(PAPER, draft=True).pdf
    assert paper_report.from_json(paper_report.to_json(REPORT)) == REPORT
    assert paper_report.render(REPORT).pdf == paper_report.render(REPORT).pdf
    for read, data in ((paper.from_json, b"{}"), (paper_report.from_json, b"[]")):
        with pytest.raises(TranscriptError):
            read(data)


def test_an_unprintable_name_is_said_before_anything_is_printed() -> None:
    strange = replace(PAPER, title="保证书\u0600")
    with pytest.raises(UnprintableCharacter):
        paper.render(strange)


def test_a_seal_over_other_words_is_found(authority: Authority) -> None:
    sealed = signer.seal(paper.render(PAPER), authority)
    roots = (authority.root.certificate,)
    assert {f.code for f in verify_pdf(sealed, roots).findings} >= {"seal", "digest", "pages"}
    changed = bytearray(sealed)
    changed[3000] ^= 1
    assert not verify_pdf(bytes(changed), roots).ok
    report = signer.seal(paper_report.render(REPORT), authority)
    assert {f.code for f in verify_pdf(report, roots).findings} >= {"seal", "digest", "pages"}


def test_no_certificate_without_possession(authority: Authority) -> None:
    """For another person, another paper, another key, or nothing at all."""
    key, other = court.BrowserKey(), court.BrowserKey()
    who = Signatory(
        party="jia", name="甲", label="原告", hearing="p1", public_key=key.spki, minutes=60,
        name_image=None, statement=paper.STATEMENT["zh-CN"],
    )  # fmt: skip
    paper_work.check_possession(who, key.sign(paper_work.claim(who)))
    issued = len(authority.issued())
    sealed = signer.seal(paper.render(PAPER), authority)
    for claimed in (
        key.sign(paper_work.claim(replace(who, party="yi"))),
        key.sign(paper_work.claim(replace(who, hearing="p2"))),
        other.sign(paper_work.claim(who)),
        bytes(64),
        b"",
    ):
        with pytest.raises(SigningError) as caught:
            paper_work.prepare(sealed, who, claimed, authority)
        assert caught.value.code == "bad_signature"
    assert len(authority.issued()) == issued
