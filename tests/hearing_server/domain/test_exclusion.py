"""What is said while the public is excluded: who reads, signs and is given it."""

import dataclasses
from collections.abc import Callable

import pytest

from hearing_server.adapters.notary import document_of
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import Level
from hearing_server.domain.exhibit_readers import reads_page
from hearing_server.domain.fold import replay
from hearing_server.domain.log import SERVER
from hearing_server.domain.sealed import (
    masked_in_print,
    reads_print,
)
from hearing_server.domain.visible import reads_document, seen
from hearing_server.services.composite import script_of
from signaling import views

from .sealed_room import COURT, SIDES, everything, outside, room, told
from .world import (
    DIGEST,
    FULL,
    PUBLIC,
    SECOND,
    SHA,
    WITNESS,
    World,
)


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("reader", [party.id for party in FULL])
def test_the_exclusion_of_the_public_keeps_its_words_from_who_was_not_inside(
    reader: str, recorded: bool
) -> None:
    """The sides and their interpreters read them live and ever after; the witness who was out, and the
    public, nothing; the copy that leaves the court, nothing. Whether or not it was recorded."""
    world = room()
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私", recorded=recorded))
    everything(world, "SECRET")
    world.do("judge", cmd.ResumeHearing())
    world.do("judge", cmd.AdmitPublic())
    for witness in (WITNESS, SECOND):
        world.do("judge", cmd.Call(party=witness.id))
    found = told(world, reader)
    reads = reader in (*COURT, *SIDES, "officer")
    for words in ("objection", "answer", "pause"):
        assert (f"SECRET-{words}" in found.live) is reads, words
    lines = reader in (*COURT, *SIDES)
    for words in ("line", "correction", *(["opinion again"] if reader != "interpreter" else [])):
        assert (f"SECRET-{words}" in found.live) is lines, words
        assert (f"SECRET-{words}" in found.copy) is lines, words
    assert ("SECRET-correction" in found.view) is lines
    assert ("SECRET-file" in found.live) is reads
    assert "SECRET" not in outside(world)
    assert not any("SECRET" in cue.text for cue in script_of(world.entries, None).cues)


def test_the_public_reads_nothing_of_what_goes_on_without_it() -> None:
    """Neither why the hearing pauses or adjourns meanwhile, nor a pending objection once it is back."""
    world = room()
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私"))
    world.do("advocate", cmd.RaiseObjection(reason="SECRET-objection"))
    world.do("judge", cmd.Remove(party="prosecutor", reason="SECRET-removal"))
    world.do("judge", cmd.PauseHearing(reason="SECRET-pause"))
    assert "SECRET" not in str(told(world, PUBLIC.id))
    world.do("judge", cmd.ResumeHearing())
    world.do("judge", cmd.AdmitPublic())
    assert len(views.view(world.state, PUBLIC.id).requests) == 1
    assert "SECRET" not in str(told(world, PUBLIC.id))


def test_what_is_shown_without_the_public_is_closed_before_it_comes_back() -> None:
    """Also what was there before and was turned or marked meanwhile; what nobody touched stays."""
    for touch, stays in (
        (cmd.TurnPage(page=2), False),
        (cmd.HighlightExhibit(x=1, y=1, width=5, height=5), False),
        (None, True),
        (cmd.ShowExhibit(exhibit=2), False),
    ):
        world = room()
        for name in ("一.pdf", "二.pdf"):
            world.do(SERVER, cmd.SubmitExhibit(
                party="prosecutor", name=name, media_type="application/pdf", size=9, sha256=SHA, pages=3,
            ))  # fmt: skip
        world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
        world.do("judge", cmd.ExcludePublic(reason="涉及隐私"))
        if touch is not None:
            world.do("prosecutor", touch)
        world.do("judge", cmd.AdmitPublic())
        public = views.view(world.state, PUBLIC.id)
        assert (public.shown is not None) is stays, touch
        if not stays:
            assert not any(
                reads_page(world.state, one, PUBLIC.id, 2) for one in world.state.exhibits
            )


def test_a_witness_who_was_never_called_is_not_told_why_the_hearing_closed_over_the_checklist() -> (
    None
):
    world = room()
    closed = ev.HearingClosed(overridden=("rights",), reason="SECRET")
    entry = dataclasses.replace(world.entries[-1], event=closed)
    assert "SECRET" not in str(seen(world.state, entry, "second"))
    assert "SECRET" in str(seen(world.state, entry, "defendant"))


def test_in_an_old_log_nothing_is_sealed_where_nothing_was_recorded() -> None:
    """What follows such an exclusion there is the judge's own order, and its end seals and ends nothing."""
    world = room()
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私"))
    old = World(*FULL)
    old.entries, old.state = world.entries[:-1], replay(world.entries[:-1])
    old.now = world.now + 1000
    order = cmd.SetAccess(level=Level.SEALED, started_at=world.now, ended_at=old.now, reason="另行")
    old.do("judge", order)
    assert old.state.custody.excluded == ()
    assert old.do("judge", cmd.AdmitPublic()) == (ev.PublicAdmitted(),)


Change = Callable[[World], object]


def order(world: World) -> None:
    """The judge seals by order what the exclusion sealed as well."""
    (span,) = world.state.custody.sealed
    world.do("judge", cmd.SetAccess(
        level=Level.SEALED, started_at=span.started_at, ended_at=span.ended_at, reason="另行封存",
    ))  # fmt: skip


def whole(world: World) -> None:
    world.do("judge", cmd.SetAccess(level=Level.SEALED, started_at=0, ended_at=None, reason="全案"))


def opened(world: World) -> None:
    number = world.state.custody.access_set
    world.do("judge", cmd.LiftAccess(access=number, reason="不再需要"))


def nothing(world: World) -> None: ...


@pytest.mark.parametrize(
    ("change", "sides", "outs", "printed"),
    [
        (nothing, True, False, True),
        (order, False, False, False),
        (whole, False, False, False),
        (opened, True, True, True),
    ],
)
def test_who_reads_signs_and_is_given_what_was_said_without_the_public(
    change: Change, sides: bool, outs: bool, printed: bool
) -> None:
    """The witness who was out is not asked to sign what they may not read."""
    world = room()
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    world.do("clerk", cmd.EnterLine(speaker="prosecutor", text="SECRET"))
    world.do("judge", cmd.AdmitPublic())
    world.do("judge", cmd.Call(party="witness"))
    world.do("clerk", cmd.EnterLine(speaker="witness", text="OPEN"))
    world.do("judge", cmd.CloseHearing(override="演示"))
    change(world)
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=1, sha256=SHA))
    state = world.state
    assert state.freeze is not None
    text = str(document_of(state, state.freeze))
    assert ("SECRET" in text) is printed
    assert ("OPEN" in text) is (change is not whole)
    for party in FULL:
        reader = party.id
        reads = "SECRET" in str([seen(state, entry, reader) for entry in world.entries])
        assert reads is (reader in COURT or (reader in SIDES and sides)), reader
        signs = reader in (*COURT, *SIDES) or (reader == "witness" and (outs or not printed))
        assert (reader in state.freeze.signers) is signs, reader
        assert reads_document(state, reader) is signs, reader
    order(world) if change is nothing else None
    for reader in SIDES:
        assert reads_document(world.state, reader) is (change is not nothing), (
            "sealed since it was printed"
        )
    assert reads_document(world.state, "clerk")


@pytest.mark.parametrize("out", ["advocate", "defendant", "prosecutor", "interpreter"])
def test_a_side_that_was_out_for_a_while_reads_and_signs_all_of_a_closed_hearing(out: str) -> None:
    """Not while they are outside; once they are called back, or when it is printed, and nobody loses by it."""
    world = room()
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="SECRET-before"))
    world.do("judge", cmd.Dismiss(party=out))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="SECRET-out"))
    world.do("judge", cmd.PauseHearing(reason="SECRET-pause"))
    found = told(world, out)
    assert "SECRET-out" not in found.live + found.view
    assert "SECRET-pause" not in found.live + found.view
    world.do("judge", cmd.ResumeHearing())
    assert masked_in_print(world.state) == frozenset()
    assert reads_print(world.state, out)
    world.do("judge", cmd.Call(party=out))
    found = told(world, out)
    assert "SECRET-out" in found.live
    assert "SECRET-out" in found.view
    world.do("judge", cmd.Dismiss(party=out))
    world.do("judge", cmd.CloseHearing(override="演示"))
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=1, sha256=SHA))
    state = world.state
    assert state.freeze is not None
    assert set(state.freeze.signers) == {*COURT, *SIDES}
    assert all(reads_document(state, party) for party in state.freeze.signers)
    text = str(document_of(state, state.freeze))
    assert "SECRET-before" in text
    assert "SECRET-out" in text


def test_who_waits_to_be_let_in_reads_nothing_of_a_closed_hearing() -> None:
    """Nor why it pauses: nobody has let them in yet."""
    world = World(*FULL).arrive(*FULL)
    for party in FULL:
        seat = world.state.seats[party.id]
        if party.id not in ("defendant", "public") and not seat.admitted:
            world.do("judge", cmd.Admit(party=party.id))
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    world.do("clerk", cmd.EnterLine(speaker="judge", text="SECRET"))
    world.do("judge", cmd.PauseHearing(reason="SECRET"))
    assert "SECRET" not in str(told(world, "defendant"))
    world.do("judge", cmd.Admit(party="defendant"))
    assert "SECRET" in told(world, "defendant").view


def test_a_witness_signs_a_closed_hearing_of_which_they_missed_no_word() -> None:
    """Called in before anything was said, dismissed when all was; with a word more the one file would show
    them what they did not hear."""
    world = room()
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    world.do("judge", cmd.Call(party="witness"))
    began = world.now
    world.do("clerk", cmd.EnterLine(speaker="witness", text="SECRET", started_at=began))
    world.do("judge", cmd.Dismiss(party="witness"))
    assert reads_print(world.state, "witness")
    world.do("clerk", cmd.EnterLine(speaker="defendant", text="SECRET"))
    assert not reads_print(world.state, "witness")


def test_a_line_across_the_end_of_a_stay_is_sealed_from_a_witness() -> None:
    """A moment of it that they missed is enough; and the sides read it, before and in print."""
    world = room()
    world.do("judge", cmd.ExcludePublic(reason="涉及隐私", recorded=True))
    began = world.now
    world.do("judge", cmd.Call(party="witness"))
    world.do("clerk", cmd.EnterLine(speaker="prosecutor", text="ACROSS", started_at=began))
    assert not reads_print(world.state, "witness")
    assert [line.text for line in views.view(world.state, "advocate").lines] == ["ACROSS"]
