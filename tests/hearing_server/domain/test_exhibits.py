"""Exhibits: who may see them, what is played for everybody, and what makes a frozen record stale."""

from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.copies import withheld
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.exhibit_readers import (
    keeps_exhibit,
    reads_exhibit,
    reads_file,
    reads_opinions,
    reads_page,
)
from hearing_server.domain.log import SERVER
from hearing_server.domain.parties import Party, Role
from hearing_server.domain.visible import visible
from signaling.views import told, view

from .world import CLERK, COUNSEL, DEFENDANT, DIGEST, JUDGE, PROSECUTOR, SHA, World, in_session

WITNESS = Party(id="witness", role=Role.WITNESS, name="证人丁（虚构）")
EXPERT = Party(id="expert", role=Role.EXPERT, name="鉴定人戊（虚构）")
YES, NO = ev.Stance.YES, ev.Stance.NO


def submit(world: World, party: str = "prosecutor", media_type: str = "application/pdf") -> None:
    world.do(
        SERVER,
        cmd.SubmitExhibit(
            party=party, name="借条.pdf", media_type=media_type, size=9, sha256=SHA, pages=3
        ),
    )


def opinion(note: str = "") -> cmd.GiveOpinion:
    return cmd.GiveOpinion(exhibit=1, authentic=YES, lawful=YES, relevant=NO, note=note)


def frozen() -> World:
    """One exhibit, not shown; a frozen record; in a pause."""
    world = in_session(WITNESS)
    submit(world)
    world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    world.do("judge", cmd.PauseHearing())
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=1, pages=1, sha256=SHA))
    return world


def changed(world: World) -> bool:
    assert world.state.freeze is not None
    return world.state.freeze.changed_since


def test_an_opinion_after_the_freeze_makes_the_document_stale() -> None:
    world = frozen()
    assert not changed(world)
    world.do("counsel", opinion())
    assert changed(world)


def test_what_the_record_does_not_show_leaves_the_document_alone() -> None:
    """Nobody undoes signatures by uploading: an exhibit is on record when it is shown or spoken about."""
    world = frozen()
    submit(world, "defendant")
    assert not changed(world)
    world.do("judge", cmd.ResumeHearing())
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    assert changed(world)
    assert world.state.exhibits[0].shown_at == world.now


def test_showing_it_again_changes_nothing_on_record() -> None:
    world = frozen()
    world.do("judge", cmd.ResumeHearing())
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    first = world.state.exhibits[0].shown_at
    world.do("judge", cmd.PauseHearing())
    world.do("clerk", cmd.FreezeTranscript(digest="e" * 64))
    world.do("judge", cmd.ResumeHearing())
    world.do("prosecutor", cmd.HideExhibit())
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1, page=2))
    assert not changed(world)
    assert world.state.exhibits[0].shown_at == first


def test_what_the_bench_looks_at_in_deliberation_is_shown_to_nobody() -> None:
    """What it showed is closed; what a party or the clerk shows stays theirs to show."""
    world = in_session()
    submit(world)
    world.do("judge", cmd.ShowExhibit(exhibit=1))
    events = world.do("judge", cmd.BeginDeliberation())
    assert events == (ev.ExhibitHidden(exhibit=1), ev.DeliberationBegan())
    with pytest.raises(Refused) as caught:
        world.do("judge", cmd.ShowExhibit(exhibit=1, page=2))
    assert caught.value.code is Code.DELIBERATING
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("judge", cmd.EndDeliberation())
    assert world.do("judge", cmd.BeginDeliberation()) == (ev.DeliberationBegan(),)
    assert world.state.shown is not None
    world.do("judge", cmd.EndDeliberation())
    world.do("judge", cmd.ShowExhibit(exhibit=1))


def test_in_an_old_log_the_bench_turns_no_page_in_deliberation() -> None:
    """There what it showed may still be open."""
    world = in_session()
    submit(world)
    world.do("judge", cmd.ShowExhibit(exhibit=1))
    world.state = replace(world.state, deliberating=True)
    box = cmd.HighlightExhibit(x=1, y=1, width=5, height=5)
    for act in (cmd.TurnPage(page=2), box):
        with pytest.raises(Refused) as caught:
            world.do("judge", act)
        assert caught.value.code is Code.DELIBERATING


def test_who_was_sent_out_is_given_nothing_of_what_comes_up_meanwhile() -> None:
    """Neither opinions nor exhibits that are submitted then; what they had they keep; back in, they read all."""
    world = in_session()
    submit(world)
    world.do("counsel", opinion("BEFORE"))
    world.do("judge", cmd.Dismiss(party="defendant"))
    since = len(world.entries)
    submit(world)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("counsel", opinion("SECRET"))
    first, second = world.state.exhibits
    assert told(world.state, world.entries[since:], "defendant") == []
    mine = view(world.state, "defendant")
    assert [one.exhibit for one in mine.exhibits] == [1]
    assert [one.opinions for one in mine.exhibits] == [[]]
    assert reads_file(world.state, first, "defendant")
    assert not reads_exhibit(world.state, second, "defendant")
    for reader in ("counsel", "prosecutor", "judge"):
        assert reads_opinions(world.state, first, reader)
        assert reads_exhibit(world.state, second, reader)
    world.do("judge", cmd.Call(party="defendant"))
    mine = view(world.state, "defendant")
    assert [one.exhibit for one in mine.exhibits] == [1, 2]
    assert [[o.note for o in one.opinions] for one in mine.exhibits] == [["SECRET"], []]


def test_who_is_screened_from_an_owner_is_not_given_the_exhibit_that_is_shown_while_they_are_out() -> (
    None
):
    """It is only by being shown to the courtroom that they may see it, and they do not sit there."""
    world = in_session()
    submit(world)
    screening = ev.Screening(
        party="prosecutor", hidden_from=("defendant",), sight=True, sound=True, alias="甲"
    )
    world.do("judge", cmd.Screen(screening=screening))
    world.do("judge", cmd.Dismiss(party="defendant"))
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    assert not reads_exhibit(world.state, world.state.exhibits[0], "defendant")
    world.do("judge", cmd.Call(party="defendant"))
    assert reads_exhibit(world.state, world.state.exhibits[0], "defendant")


def test_what_everybody_has_signed_takes_an_opinion_until_the_hearing_is_closed() -> None:
    """A sitting may follow: then a newer version has it, and the signed one stays."""
    world = frozen()
    assert world.state.freeze is not None
    for party in world.state.freeze.signers:
        world.do(party, cmd.RefuseSignature(version=1, reason="不签"))
        world.do(SERVER, cmd.EnterRefusal(version=1, party=party, sha256=SHA))
    world.do(SERVER, cmd.EnterArchive(version=1, sha256=SHA))
    assert not changed(world)
    world.do("counsel", opinion())
    assert changed(world)
    world.do("judge", cmd.ResumeHearing())
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("judge", cmd.PauseHearing())
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    assert [freeze.version for freeze in world.state.earlier] == [1]


def test_a_witness_is_shown_an_exhibit_and_takes_nothing_away() -> None:
    """Neither a copy nor what the sides say of it, and nothing once it is put away."""
    world = in_session(WITNESS)
    submit(world)
    exhibit = world.state.exhibits[0]
    assert not reads_exhibit(world.state, exhibit, "witness")
    world.do("judge", cmd.Call(party="witness"))
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    (said,) = world.do("counsel", opinion("复印件与原件不符"))
    exhibit = world.state.exhibits[0]
    assert reads_exhibit(world.state, exhibit, "witness")
    assert not keeps_exhibit(world.state, exhibit, "witness")
    assert not reads_opinions(world.state, exhibit, "witness")
    assert not visible(world.state, said, "witness")
    assert view(world.state, "witness").exhibits == [], "what is shown is enough"
    for party in (JUDGE, CLERK, PROSECUTOR, DEFENDANT, COUNSEL):
        assert keeps_exhibit(world.state, exhibit, party.id)
        assert visible(world.state, said, party.id)
    world.do("prosecutor", cmd.HideExhibit())
    assert not reads_exhibit(world.state, exhibit, "witness")


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp"])
def test_whoever_is_only_shown_a_picture_does_not_get_its_file(media_type: str) -> None:
    """Where and by what it was taken stands in the file."""
    world = in_session(WITNESS)
    submit(world, media_type=media_type)
    world.do("judge", cmd.Call(party="witness"))
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    exhibit = world.state.exhibits[0]
    assert reads_page(world.state, exhibit, "witness", 1)
    assert not reads_file(world.state, exhibit, "witness")
    assert reads_file(world.state, exhibit, "counsel")


def test_what_a_screened_person_calls_their_exhibit_is_kept_as_their_name_is() -> None:
    """Live, in the view and in the copy that leaves the court; the court and everybody else read it."""
    public = Party(id="public", role=Role.OBSERVER, name="旁听甲（虚构）")
    everybody = (JUDGE, CLERK, PROSECUTOR, DEFENDANT, EXPERT, public)
    world = World(*everybody).arrive(*everybody)
    world.do("judge", cmd.AdmitAll())
    world.do("judge", cmd.OpenHearing())
    screening = ev.Screening(party="expert", hidden_from=("defendant",), alias="甲")
    world.do("judge", cmd.Screen(screening=screening))
    world.do("judge", cmd.Call(party="expert"))
    submit(world, "expert")
    world.do("expert", cmd.ShowExhibit(exhibit=1))

    def names(reader: str) -> set[str]:
        state = world.state
        facts = [one.event for one in told(state, world.entries, reader)]
        live = {f["name"] for f in facts if f["type"] in ("exhibit_shown", "exhibit_submitted")}
        seen = view(state, reader)
        assert seen.shown is not None
        return live | {seen.shown.name} | {one.name for one in seen.exhibits}

    for reader in ("defendant", "public"):
        assert names(reader) == {""}
    originals = {
        r: [one.original for one in view(world.state, r).exhibits] for r in world.state.seats
    }
    assert originals["defendant"] == [False]
    assert originals["judge"] == originals["prosecutor"] == originals["expert"] == [True]
    for reader in ("judge", "clerk", "prosecutor", "expert"):
        assert names(reader) == {"借条.pdf"}
    world.do("judge", cmd.Unscreen(party="expert"))
    assert names("defendant") == {"借条.pdf"}
    assert [one.original for one in view(world.state, "defendant").exhibits] == [True]
    naming = (ev.ExhibitShown, ev.ExhibitSubmitted)
    entries = [one for one in world.entries if isinstance(one.event, naming)]
    assert entries
    assert all(withheld(world.state, one, None) for one in entries), "for ever"


def test_the_presenter_plays_for_everybody() -> None:
    world = in_session()
    submit(world, media_type="video/mp4")
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    world.do("prosecutor", cmd.PlayExhibit(playing=True, position=1500))
    shown = world.state.shown
    assert shown is not None
    assert (shown.playing, shown.position, shown.moved_at) == (True, 1500, world.now)
    world.do("prosecutor", cmd.PlayExhibit(playing=False, position=4000))
    with pytest.raises(Refused) as caught:
        world.do("prosecutor", cmd.PlayExhibit(playing=False, position=4000))
    assert caught.value.code is Code.NO_CHANGE
    with pytest.raises(Refused) as caught:
        world.do("counsel", cmd.PlayExhibit(playing=True, position=0))
    assert caught.value.code is Code.NOT_ALLOWED


def test_a_document_is_not_played() -> None:
    world = in_session()
    submit(world)
    world.do("prosecutor", cmd.ShowExhibit(exhibit=1))
    with pytest.raises(Refused) as caught:
        world.do("prosecutor", cmd.PlayExhibit(playing=True, position=0))
    assert caught.value.code is Code.BAD_MESSAGE
