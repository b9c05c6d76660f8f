"""A paper from its making to its end, and everything that is refused on the way."""

import json
from dataclasses import replace
from typing import get_args

import pytest

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import RootCause
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.decide import MOST_SIGNERS, RULES, due_reminders
from hearing_server.domain.papers.events import PAPER_EVENTS, Cause, Letter, Way
from hearing_server.domain.papers.log import canonical, entry_from
from hearing_server.domain.papers.paper import Paper, Phase, fold
from hearing_server.domain.papers.proof import due
from hearing_server.domain.papers.shape import change_of, shape_of

from .papers import DAY, HOUR, JIA, NOW, SHA, YI, World, post, root_over, sign


def code_of(world: World, command: cmd.Command) -> Code:
    before = world.paper
    with pytest.raises(Refused) as caught:
        world.do(command)
    assert world.paper is before
    return caught.value.code


def test_two_sign_and_it_is_complete() -> None:
    """Made, sealed, sent, opened, read, signed by one after the other, finished; the log folds to the same."""
    world = World().made()
    assert world.paper.phase is Phase.DRAFT
    world.opened(JIA, YI)
    assert world.paper.phase is Phase.SEALING
    world.sealed()
    assert world.paper.phase is Phase.SIGNING
    assert {sent.post.person for sent in world.paper.letters.values()} == {"jia", "yi"}
    world.do(cmd.NoteLetter(message="m-jia", outcome="delivered", at=world.now), "server")
    world.signed("yi").signed("jia")
    assert world.paper.phase is Phase.CLOSING
    world.complete()
    assert world.paper.phase is Phase.COMPLETE
    assert world.paper.sha256 == "f" * 64
    assert fold(world.entries) == world.paper
    read = [entry_from(json.loads(canonical(entry)), PAPER_EVENTS) for entry in world.entries]
    assert read == world.entries
    shape = shape_of(world.paper)
    assert (shape.signers, shape.signed, shape.people) == (2, 2, ("jia", "yi"))


def test_nobody_signs_unread_twice_for_another_or_late() -> None:
    world = World().made().opened(JIA, YI)
    assert code_of(world, sign("jia")) is Code.WRONG_PHASE  # not sealed yet
    world.sealed(pages=3)
    assert code_of(world, sign("jia")) is Code.NOT_READ
    world.do(cmd.Open(person="jia"))
    world.do(cmd.ShowPages(person="jia", pages=(1, 3)))
    with pytest.raises(Refused) as caught:
        world.do(sign("jia"))
    assert (caught.value.code, caught.value.detail) == (Code.NOT_READ, "2")
    assert code_of(world, cmd.ShowPages(person="jia", pages=(4,))) is Code.BAD_MESSAGE
    assert world.do(cmd.ShowPages(person="jia", pages=(2, 3))) == [
        ev.PagesShown(person="jia", pages=(2,))
    ]
    world.do(sign("jia"))
    assert code_of(world, sign("jia")) is Code.ALREADY_ANSWERED
    assert code_of(world, cmd.Refuse(person="jia", reason="反悔")) is Code.ALREADY_ANSWERED
    assert code_of(world, sign("bing")) is Code.NOT_A_SIGNER
    world.read("yi")
    assert code_of(world, sign("yi", SHA)) is Code.BUSY  # made on the file of before jia signed
    world.now += 3 * DAY + 1
    assert code_of(world, sign("yi")) is Code.DEADLINE_PASSED  # before the server has looked
    assert world.do(cmd.Look()) == [ev.DeadlinePassed()]
    assert code_of(world, cmd.Refuse(person="yi", reason="不签")) is Code.DEADLINE_PASSED
    assert world.paper.phase is Phase.CLOSING
    assert world.do(cmd.Look()) == []


def test_a_refusal_and_an_objection_are_on_record() -> None:
    world = World().made().opened(JIA, YI).sealed()
    world.do(cmd.Object(person="yi", text="第二条\n数额不对"), "yi")
    assert code_of(world, cmd.Object(person="yi", text="  ")) is Code.EMPTY
    assert code_of(world, cmd.Refuse(person="yi", reason="")) is Code.EMPTY
    assert code_of(world, cmd.Refuse(person="yi", reason="a\u202eb")) is Code.BAD_MESSAGE
    world.do(cmd.Refuse(person="yi", reason="数额不对"), "yi")
    yi = world.paper.signers["yi"]
    assert [said.text for said in yi.objections] == ["第二条\n数额不对"]
    assert yi.refused is not None
    assert yi.refused.text == "数额不对"
    world.signed("jia")
    assert world.paper.phase is Phase.CLOSING  # both have answered


def test_who_is_stuck() -> None:
    """Nothing got through; it got through and nothing came of it; the code was wrong too often."""
    world = World().made().opened(JIA, YI, replace(JIA, person="bing")).sealed()
    world.do(cmd.NoteLetter(message="m-jia", outcome="failed", at=world.now, reason="no contact"))
    world.do(cmd.NoteLetter(message="m-yi", outcome="delivered", at=world.now))
    world.do(cmd.LockCode(person="bing", until=world.now + HOUR))
    assert world.do(cmd.Look()) == [ev.PersonStuck(person="jia", cause=Cause.UNDELIVERED)]
    world.now += DAY
    assert world.do(cmd.Look()) == [ev.PersonStuck(person="yi", cause=Cause.UNOPENED)]
    assert world.do(cmd.Look()) == []
    assert {p: s.stuck and s.stuck[0] for p, s in world.paper.signers.items()} == {
        "jia": Cause.UNDELIVERED, "yi": Cause.UNOPENED, "bing": Cause.CODE,
    }  # fmt: skip
    world.do(cmd.Open(person="yi"))
    world.do(cmd.ConfirmCode(person="bing", channel="sms"))
    assert shape_of(world.paper).stuck == 1


def test_reminders_before_the_deadline_once_each_and_by_hand() -> None:
    world = World().made().opened(JIA, YI).sealed()
    assert due_reminders(world.paper, world.now) == ()
    world.now += 2 * DAY
    assert due_reminders(world.paper, world.now) == ("jia", "yi")
    world.do(cmd.Remind(posts=(post("jia", "r1", Letter.REMIND), post("yi", "r2", Letter.REMIND))))
    assert due_reminders(world.paper, world.now) == ()
    world.signed("jia")
    world.now += DAY - HOUR
    assert due_reminders(world.paper, world.now) == ("yi",)
    remind = cmd.Remind(posts=(post("jia", "r3", Letter.REMIND),))
    assert code_of(world, remind) is Code.ALREADY_ANSWERED
    world.now += 2 * HOUR
    assert due_reminders(world.paper, world.now) == ()


def test_closing_withdrawing_and_what_comes_too_late() -> None:
    closed = World().made().opened(JIA, YI).sealed().signed("jia")
    assert code_of(closed, cmd.Withdraw(reason="错了")) is Code.WRONG_PHASE  # somebody has signed
    closed.do(cmd.Close(reason="一方失联"))
    assert closed.paper.phase is Phase.CLOSING
    assert code_of(closed, sign("yi")) is Code.WRONG_PHASE
    gone = World().made().opened(JIA).sealed()
    gone.do(cmd.Withdraw(reason="错了"))
    assert gone.paper.phase is Phase.WITHDRAWN
    assert code_of(gone, sign("jia")) is Code.WRONG_PHASE
    assert code_of(gone, cmd.Open(person="jia")) is Code.NOT_FOUND


def test_rounds_that_cannot_be() -> None:
    world = World().made()
    many = tuple(replace(JIA, person=f"p{n}") for n in range(MOST_SIGNERS + 1))
    for signers, changes, code in (
        (many, {}, Code.TOO_MANY),
        ((JIA, JIA), {}, Code.BAD_MESSAGE),
        ((JIA,), {"deadline": NOW - 1}, Code.BAD_MESSAGE),
        ((JIA,), {"deadline": NOW + 365 * DAY}, Code.BAD_MESSAGE),
    ):
        with pytest.raises(Refused) as caught:
            world.opened(*signers, **changes)
        assert caught.value.code is code
    world.opened().sealed()  # nobody signs: the court's seal is all
    assert world.paper.phase is Phase.CLOSING


def test_every_command_has_a_rule_and_nothing_happens_to_no_paper() -> None:
    assert set(RULES) == set(get_args(cmd.Command))
    assert set(get_args(ev.PaperEvent)) == set(PAPER_EVENTS)
    with pytest.raises(Refused) as caught:
        World().do(cmd.Look())
    assert caught.value.code is Code.NOT_FOUND


def test_letters_wait_until_they_arrive() -> None:
    world = World().made().opened(JIA)
    at = len(world.entries)
    world.sealed()
    queued = change_of(world.paper, world.entries[at:])
    assert [p.message for p in queued.queued] == ["m-jia"]
    world.do(cmd.NoteLetter(message="m-jia", outcome="failed", at=world.now, reason="550"))
    assert change_of(world.paper, world.entries[-1:]).failed == ("m-jia",)
    assert (
        world.do(cmd.NoteLetter(message="m-jia", outcome="failed", at=world.now, reason="550"))
        == []
    )
    world.do(
        cmd.NoteLetter(message="m-jia", outcome="read_out", at=world.now)
    )  # sent again, by the clerk's voice
    assert change_of(world.paper, world.entries[-1:]).delivered == ("m-jia",)
    assert world.do(cmd.NoteLetter(message="m-jia", outcome="delivered", at=world.now)) == []
    assert (
        code_of(world, cmd.NoteLetter(message="x", outcome="delivered", at=world.now))
        is Code.NOT_FOUND
    )


def test_when_the_root_of_its_log_is_signed() -> None:
    """Hourly while it is out, at once when it is over, later for what follows; again once it can be stamped."""
    world = World().made()
    assert due(world.paper) is None
    world.opened(JIA)
    assert due(world.paper) == (world.now + HOUR, RootCause.HOURLY)
    world.sealed().now += HOUR
    world.root(RootCause.HOURLY)
    assert due(world.paper) is None
    world.signed("jia")
    assert due(world.paper) == (world.now + HOUR, RootCause.HOURLY)
    world.complete()
    assert due(world.paper) == (world.now, RootCause.CLOSED)
    world.root(RootCause.CLOSED, timestamp="")
    assert due(world.paper) == (world.now, RootCause.TIMESTAMPED)
    world.root(RootCause.TIMESTAMPED)
    assert due(world.paper) is None
    assert world.root(RootCause.TIMESTAMPED) == []  # another node's, of the same entries
    world.served(Way.PORTAL)
    assert due(world.paper) == (world.now + 60_000, RootCause.LATER)
    assert code_of(world, cmd.EnterRoot(root=root_over(world.paper.seq + 1))) is Code.BAD_MESSAGE
    gone = World().made()
    gone.do(cmd.Withdraw(reason="误发"))
    assert due(gone.paper) == (gone.now, RootCause.CLOSED)


def test_a_paper_is_addressed_to_whom_it_is_sent_and_once_it_is_sealed() -> None:
    world = World().made().opened(JIA)
    assert not world.paper.addressed("jia")
    world.sealed()
    assert world.paper.addressed("jia")
    assert not world.paper.addressed("yi")
    assert Paper().phase is Phase.DRAFT
    assert world.paper.sha256 == SHA
