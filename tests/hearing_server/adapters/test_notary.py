"""A hearing as it is printed: who was there, what was said, who is asked to sign."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from hearing_server.adapters.notary import TypstNotary, document_of
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.record import Freeze
from hearing_server.domain.sealed import masked_in_print
from hearing_server.domain.visible import reads_document
from hearing_server.services.labels import LABELS, labels
from hearing_server.services.transcripts import SignatureRequest
from tests.hearing_server.domain.world import (
    CLERK,
    DIGEST,
    JUDGE,
    NOW,
    SHA,
    WITNESS,
    World,
    frozen,
    in_session,
)
from tests.transcript.court import BrowserKey, handwriting
from tests.transcript.workshop import Here
from transcript import pdf as printing
from transcript.document import PrintedExhibit, digest
from transcript.signing.authority import Authority

EXPERT = Party(id="expert", role=Role.EXPERT, name="鉴定人戊（虚构）")


def a_freeze(world: World) -> Freeze:
    assert world.state.freeze is not None
    return world.state.freeze


def test_the_document_says_what_the_log_says() -> None:
    world = frozen()
    state, freeze = world.state, a_freeze(world)
    document = document_of(state, freeze)
    assert (document.court, document.case_number) == ("示范人民法院", "（2026）川0104刑初123号")
    assert (document.procedure, document.version) == ("刑事", 1)
    assert (document.opened_at, document.closed_at) == (state.opened_at, state.closed_at)
    assert document.frozen_at == freeze.frozen_at
    (line,) = document.lines
    assert (line.number, line.speaker_label, line.text) == (1, "审判长", "现在开庭。")
    assert line.speaker_name == "宋审判（虚构）"
    assert [signer.party for signer in document.signers] == list(freeze.signers)
    assert document.signers[-1].label == "审判长"


def test_who_never_came_did_not_attend() -> None:
    world = World(*(seat.party for seat in frozen().state.seats.values()), WITNESS)
    here = in_session()
    freeze = Freeze(version=1, digest=DIGEST, signers=(), frozen_at=here.now)
    assert document_of(world.state, freeze).attendance == ()
    attendance = document_of(here.state, freeze).attendance
    assert [a.party for a in attendance] == ["judge", "clerk", "prosecutor", "defendant", "counsel"]


def test_who_was_followed_before_the_opening_did_not_attend() -> None:
    """A second presiding judge would stand there; of two clerks who both sat, both do."""
    court = [replace(one, account=f"ACCOUNT-{one.id}") for one in (JUDGE, CLERK)]
    world = World(*court).arrive(*court)

    def follow(party: str, n: int) -> None:
        first = world.state.seats[party].party
        other = replace(first, id=f"{party}{n}", name="接替（虚构）", account=f"ACCOUNT-{party}{n}")
        hand_over = cmd.HandOver(party=party, successor=other, reason="生病", account="ACCOUNT-d")
        world.do(SERVER, hand_over)
        world.arrive(other)

    follow("judge", 2)
    world.do("judge2", cmd.OpenHearing())
    follow("clerk", 2)
    freeze = Freeze(version=1, digest=DIGEST, signers=(), frozen_at=world.now)
    attendance = document_of(world.state, freeze).attendance
    assert [a.party for a in attendance] == ["clerk", "judge2", "clerk2"]


def test_what_comes_between_a_freeze_and_its_seal_is_not_in_its_print() -> None:
    """An authority of timestamps may be away meanwhile: then it is sealed late, as it was frozen."""
    world = in_session()
    world.do(SERVER, cmd.AddParty(party=WITNESS, account="a1"))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.PauseHearing(reason="休庭"))
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    freeze = a_freeze(world)
    before = document_of(world.state, freeze)
    world.now += 1000
    world.do(WITNESS.id, cmd.Arrive(connection="late", accepted_as=WITNESS.name))
    world.do("judge", cmd.CloseHearing())
    assert document_of(world.state, freeze) == before
    assert before.closed_at is None
    assert WITNESS.id not in {one.party for one in before.attendance}


def test_a_correction_is_printed_in_the_place_of_the_line() -> None:
    world = frozen()
    before = digest(document_of(world.state, a_freeze(world)))
    correction = cmd.CorrectLine(line=1, revision=1, speaker="counsel", text="请求发言。")
    world.do("clerk", correction)
    document = document_of(world.state, a_freeze(world))
    (line,) = document.lines
    assert (line.speaker_label, line.text) == ("辩护人", "请求发言。")
    assert digest(document) != before


def test_when_the_clerk_kept_order_is_of_the_document() -> None:
    """From the taking to the judge's return; what comes after the freeze is not in it."""
    world = in_session()
    gone = cmd.Leave(party="judge", connection="c-judge", cause=ev.Departure.NETWORK)
    world.do(SERVER, gone)
    world.do("clerk", cmd.TakeCharge())
    began = world.now
    freeze = Freeze(version=1, digest=DIGEST, signers=(), frozen_at=world.now)
    (open_charge,) = document_of(world.state, freeze).charges
    assert (open_charge.name, open_charge.began_at) == ("季书记（虚构）", began)
    world.do("judge", cmd.Arrive(connection="c-again"))
    (charge,) = world.state.charges
    assert (charge.party, charge.ended_at) == ("clerk", world.now)
    assert document_of(world.state, freeze).charges == (open_charge,)
    later = replace(freeze, frozen_at=world.now)
    assert document_of(world.state, later).charges[0].ended_at == world.now


def test_the_same_state_gives_the_same_digest() -> None:
    """Whether the freeze is sealed and signed or not: the digest is of what was frozen."""
    world = frozen()
    freeze = a_freeze(world)
    draft = Freeze(version=1, digest="", signers=freeze.signers, frozen_at=freeze.frozen_at)
    assert digest(document_of(world.state, draft)) == digest(document_of(world.state, freeze))


def test_exhibits_that_were_shown_or_spoken_about_are_in_the_document() -> None:
    """A name or a note that cannot be printed keeps nobody from freezing: the clerk cannot correct them."""
    world = in_session()
    for name in ("借条😀.pdf", "未出示.pdf"):
        exhibit = cmd.SubmitExhibit(
            party="prosecutor", name=name, media_type="application/pdf", size=9, sha256=SHA, pages=2
        )
        world.do(SERVER, exhibit)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    shown_at = world.now
    yes, no, none = ev.Stance.YES, ev.Stance.NO, ev.Stance.NONE
    opinion = cmd.GiveOpinion(exhibit=1, authentic=no, lawful=yes, relevant=none, note="复印件🙂")
    world.do("counsel", opinion)
    freeze = Freeze(version=1, digest=DIGEST, signers=(), frozen_at=NOW)
    (printed,) = document_of(world.state, freeze).exhibits
    assert (printed.number, printed.name, printed.label) == (1, "借条\u25a1.pdf", "公诉人")
    assert (printed.shown_at, printed.sha256, printed.pages) == (shown_at, SHA, 2)
    (given,) = printed.opinions
    assert (given.label, given.authentic, given.lawful) == ("辩护人", "no", "yes")
    assert (given.relevant, given.note) == ("none", "复印件\u25a1")


def test_roles_are_called_as_the_procedure_calls_them() -> None:
    """A criminal defendant is 被告人 and has a 辩护人; a civil one is 被告. Every role has a name."""
    assert labels(Role.DEFENDANT, "criminal")[0] == "被告人"
    assert labels(Role.DEFENDANT, "civil")[0] == "被告"
    assert labels(Role.COUNSEL, "criminal")[0] == "辩护人"
    assert set(LABELS) == set(Role)
    civil = replace(frozen().state, procedure="civil")
    assert civil.freeze is not None
    assert document_of(civil, civil.freeze).procedure == "民事"


def test_the_notary_digests_that_document() -> None:
    world = frozen()
    notary = TypstNotary(Here(None))  # type: ignore[arg-type] - a digest needs no keys
    assert notary.digest(world.state, a_freeze(world)) == digest(
        document_of(world.state, a_freeze(world))
    )


def test_what_cannot_be_printed_is_named_with_its_line() -> None:
    """So that the clerk finds it among thousands; what would disturb the message is named by number."""
    world = frozen()
    for line, text in enumerate(("好😀", "再来😀一\ue000次"), start=2):
        world.do("clerk", cmd.EnterLine(speaker="judge", text=text))
        assert world.state.lines[-1].line == line
    with pytest.raises(Refused) as caught:
        TypstNotary(Here(None)).digest(world.state, a_freeze(world))  # type: ignore[arg-type]
    assert caught.value.code is Code.UNPRINTABLE_CHARACTER
    assert caught.value.detail == "😀 U+1F600 #2 U+E000 #3"


def test_whoever_is_screened_is_not_named_to_anybody() -> None:
    """All sign one document: attendance, lines, signers carry the alias; observers are not in it."""
    world = in_session(WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    world.do("clerk", cmd.EnterLine(speaker="witness", text="我看见了。"))
    screening = ev.Screening(party="witness", hidden_from=("defendant",), alias="证人甲")
    world.do("judge", cmd.Screen(screening=screening))
    freeze = Freeze(version=1, digest=DIGEST, signers=("witness",), frozen_at=NOW)
    document = document_of(world.state, freeze)
    assert WITNESS.name not in str(document)
    assert {document.lines[-1].speaker_name, document.signers[0].name} == {"证人甲"}
    world.do("judge", cmd.Screen(screening=replace(screening, alias="")))
    assert WITNESS.name not in str(
        document_of(world.state, replace(freeze, masked=masked_in_print(world.state)))
    )
    world.do("judge", cmd.Unscreen(party="witness"))
    assert WITNESS.name in str(
        document_of(world.state, replace(freeze, masked=masked_in_print(world.state)))
    )


@pytest.mark.parametrize("screened", [False, True])
def test_whoever_is_screened_signs_without_a_name_in_their_own_hand(
    tmp_path: Path, screened: bool
) -> None:
    """The picture of their name would be in everybody's document."""
    world = frozen()
    notary = TypstNotary(Here(Authority.open(tmp_path / "keys", b"a passphrase", "示范人民法院")))
    if screened:
        screening = ev.Screening(party="counsel", hidden_from=("defendant",), alias="甲")
        state = replace(world.state, screenings={"counsel": screening})
    else:
        state = world.state
    draft = a_freeze(world)
    state = replace(state, freeze=replace(draft, digest=notary.digest(state, draft)))
    drawn = handwriting()
    request = SignatureRequest(
        party="counsel", version=1, public_key=BrowserKey().spki, name_image=drawn
    )
    prepared = notary.prepare(notary.print_and_seal(state).pdf, state, request)
    kept = b"" if screened else drawn
    assert prepared.name_image_sha256 == hashlib.sha256(kept).hexdigest()


def test_what_was_said_in_a_sealed_span_is_printed_for_nobody() -> None:
    """Lines, and the words of opinions; number, time and speaker stay, and so does a yes or no."""
    world = in_session()
    exhibit = cmd.SubmitExhibit(
        party="prosecutor",
        name="借条.pdf",
        media_type="application/pdf",
        size=9,
        sha256=SHA,
        pages=2,
    )
    world.do(SERVER, exhibit)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="公开的话"))
    sealed_from = world.now + 1
    world.do("clerk", cmd.EnterLine(speaker="counsel", text="秘密的话"))
    yes, no = ev.Stance.YES, ev.Stance.NO
    opinion = cmd.GiveOpinion(exhibit=1, authentic=no, lawful=yes, relevant=yes, note="秘密理由")
    world.do("counsel", opinion)
    seal = cmd.SetAccess(
        level=ev.Level.SEALED, started_at=sealed_from, ended_at=world.now, reason="涉及隐私"
    )
    world.now += 1
    world.do("judge", replace(seal, ended_at=world.now))
    masked = masked_in_print(world.state)
    freeze = Freeze(version=1, digest=DIGEST, signers=(), frozen_at=NOW, masked=masked)
    document = document_of(world.state, freeze)
    assert "秘密" not in str(document)
    open_line, hidden = document.lines
    assert (open_line.text, open_line.sealed) == ("公开的话", False)
    assert (hidden.number, hidden.speaker_label, hidden.sealed) == (2, "辩护人", True)
    (given,) = document.exhibits[0].opinions
    assert (given.authentic, given.note, given.sealed) == ("no", "", True)
    world.do("judge", cmd.LiftAccess(access=1, reason="不再需要"))
    assert "秘密的话" in str(
        document_of(world.state, replace(freeze, masked=masked_in_print(world.state)))
    )


def test_a_screened_person_s_exhibit_is_printed_by_its_number_and_kind() -> None:
    """Also when the screening is lifted; what is said of it is masked while a signer may not know of it."""
    world = in_session(EXPERT)
    screening = ev.Screening(party="expert", hidden_from=("defendant",), alias="鉴定人甲")
    world.do("judge", cmd.Screen(screening=screening))
    world.do("judge", cmd.Call(party="expert"))
    exhibit = cmd.SubmitExhibit(
        party="expert", name="鉴定人戊的身份证.pdf", media_type="application/pdf", size=9, sha256=SHA, pages=2
    )  # fmt: skip
    world.do(SERVER, exhibit)
    yes = ev.Stance.YES
    note = "是鉴定人戊本人的"
    world.do(
        "prosecutor",
        cmd.GiveOpinion(exhibit=1, authentic=yes, lawful=yes, relevant=yes, note=note),
    )

    def printed() -> PrintedExhibit:
        masked = masked_in_print(world.state)
        freeze = Freeze(version=1, digest=DIGEST, signers=(), frozen_at=NOW, masked=masked)
        (one,) = document_of(world.state, freeze).exhibits
        return one

    one = printed()
    assert (one.number, one.name, one.media_type) == (1, "", "application/pdf")
    assert [(given.note, given.sealed) for given in one.opinions] == [("", True)]
    assert one.opinions[0].authentic == "yes"
    world.do("judge", cmd.ShowExhibit(exhibit=1))
    one = printed()
    assert (one.name, one.opinions[0].note) == ("", note), "the defendant has seen it"
    world.do("judge", cmd.Unscreen(party="expert"))
    assert printed().name == ""


def test_an_exhibit_first_shown_in_a_sealed_span_is_printed_by_its_number() -> None:
    """A witness may sign who was out; printed before it was sealed, it is withheld from them alone."""
    world = in_session(WITNESS)
    world.do("judge", cmd.Call(party="witness"))
    world.do("judge", cmd.Dismiss(party="witness"))
    for name in ("公开.pdf", "秘密.pdf"):
        exhibit = cmd.SubmitExhibit(
            party="prosecutor", name=name, media_type="application/pdf", size=9, sha256=SHA, pages=2
        )
        world.do(SERVER, exhibit)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.now += 1000
    began = world.now
    world.do("prosecutor", cmd.ShowExhibit(exhibit=2))
    world.now += 1000
    ended = world.now
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在闭庭。"))
    world.do("judge", cmd.CloseHearing(override="演示"))
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=1, sha256=SHA))
    assert reads_document(world.state, "witness")
    seal = cmd.SetAccess(level=ev.Level.SEALED, started_at=began, ended_at=ended, reason="涉及隐私")
    world.do("judge", seal)
    assert a_freeze(world).changed_since
    assert not reads_document(world.state, "witness")
    assert reads_document(world.state, "defendant"), "who looks at the exhibit itself"
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST[::-1]))
    document = document_of(world.state, a_freeze(world))
    assert [one.name for one in document.exhibits] == ["公开.pdf", ""]
    assert "witness" in a_freeze(world).signers
    printing.render(document)
