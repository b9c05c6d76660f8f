"""When service takes effect, rule by rule, and the consent that it rests on."""

from dataclasses import replace

import pytest

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.consent import (
    Confirmed,
    ConsentGiven,
    ConsentRevoked,
    How,
    Through,
    basis,
    check_given,
    fold,
)
from hearing_server.domain.papers.events import Way
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.service import Effect, Rule, effect

from .papers import BASIS, NOW, World


def issued() -> World:
    return World().made().opened().sealed().complete()


def now(world: World) -> Effect | None:
    return effect(world.paper.services["jia"])


def test_a_confirmed_address_counts_when_it_is_reached() -> None:
    """Art. 31 para. 1: neither opened nor confirmed, yet served."""
    world = issued().served(Way.EMAIL)
    assert now(world) is None
    world.now += 1000
    world.do(cmd.NoteLetter(message="s-email", outcome="delivered", at=world.now))
    assert now(world) == Effect(at=NOW + 1000, rule=Rule.REACHED, way=Way.EMAIL)
    world.now += 1000
    world.do(cmd.ConfirmReceipt(person="jia"))
    assert now(world) == Effect(at=NOW + 1000, rule=Rule.REACHED, way=Way.EMAIL)


def test_another_address_counts_when_it_is_answered_or_presumed_when_read() -> None:
    """Art. 31 para. 2: reaching it is not enough."""
    world = issued().served(Way.SMS)
    world.do(cmd.NoteLetter(message="s-sms", outcome="delivered", at=world.now))
    assert now(world) is None
    answered = World(now=world.now, paper=world.paper)
    answered.now += 5000
    answered.do(cmd.ConfirmReceipt(person="jia"))
    assert now(answered) == Effect(at=NOW + 5000, rule=Rule.CONFIRMED)
    world.now += 2000
    world.do(cmd.Open(person="jia"))
    world.now += 1000
    world.do(cmd.Download(person="jia"))
    assert now(world) == Effect(at=NOW + 2000, rule=Rule.READ)
    world.do(cmd.ConfirmReceipt(person="jia"))
    assert now(world) == Effect(at=NOW + 2000, rule=Rule.READ)


def test_by_several_ways_the_earliest_counts() -> None:
    """Art. 31, last paragraph; a portal that the person confirmed has it at once."""
    both = replace(BASIS, confirmed=(Way.EMAIL, Way.SMS))
    world = issued().served(Way.EMAIL, Way.SMS, basis=both)
    world.now += 1000
    world.do(cmd.NoteLetter(message="s-sms", outcome="delivered", at=world.now))
    world.now += 1000
    world.do(cmd.NoteLetter(message="s-email", outcome="delivered", at=world.now))
    assert now(world) == Effect(at=NOW + 1000, rule=Rule.REACHED, way=Way.SMS)
    portal = issued().served(Way.PORTAL, basis=replace(BASIS, confirmed=(Way.PORTAL,)))
    assert now(portal) == Effect(at=NOW, rule=Rule.REACHED, way=Way.PORTAL)
    assert now(issued().served(Way.PORTAL)) is None  # agreed to, but not an address they confirmed


def test_only_the_finished_paper_is_served_and_once_on_each() -> None:
    draft = World().made()
    with pytest.raises(Refused) as caught:
        draft.served(Way.EMAIL)
    assert caught.value.code is Code.WRONG_PHASE
    world = issued().served(Way.EMAIL)
    with pytest.raises(Refused) as caught:
        world.served(Way.SMS)
    assert caught.value.code is Code.NO_CHANGE
    with pytest.raises(Refused) as caught:
        world.do(cmd.ConfirmReceipt(person="yi"))
    assert caught.value.code is Code.NOT_FOUND


def given(**changes: object) -> ConsentGiven:
    fields: dict[str, object] = {
        "person": "jia", "case": "c1", "how": How.EXPRESS, "through": Through.FORM,
        "ways": (Way.EMAIL, Way.SMS), "confirmed": (Confirmed(way=Way.EMAIL, address="old"),),
    }  # fmt: skip
    return ConsentGiven(**fields | changes)  # type: ignore[arg-type]


def entry(event: object, seq: int = 1) -> Entry:
    return Entry(log="consent-jia", seq=seq, at=NOW, by="clerk", event=event)


def test_consent_covers_the_ways_it_names_and_the_address_as_it_was() -> None:
    consent = fold([entry(given())])
    assert basis(consent, (Way.EMAIL,), {Way.EMAIL: "old"}).confirmed == (Way.EMAIL,)
    assert basis(consent, (Way.EMAIL,), {Way.EMAIL: "new"}).confirmed == ()  # moved since
    assert basis(consent, (Way.SMS,), {Way.SMS: "x"}).confirmed == ()
    for state, ways in (
        (consent, (Way.PORTAL,)),
        (fold([]), (Way.EMAIL,)),
        (fold([entry(given()), entry(ConsentRevoked(person="jia"), 2)]), (Way.EMAIL,)),
    ):
        with pytest.raises(Refused) as caught:
            basis(state, ways, dict.fromkeys(Way, ""))
        assert caught.value.code is Code.NO_CONSENT


@pytest.mark.parametrize(
    "changes",
    [
        {"ways": ()},
        {"ways": (Way.CLERK,)},
        {"ways": (Way.EMAIL, Way.EMAIL)},
        {"confirmed": (Confirmed(way=Way.PORTAL, address=""),)},
    ],
)
def test_consent_that_says_nothing_is_none(changes: dict[str, object]) -> None:
    check_given(given())
    with pytest.raises(Refused):
        check_given(given(**changes))
