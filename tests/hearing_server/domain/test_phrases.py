"""What saves a clerk keystrokes: templates filled from the hearing, the words of the case, abbreviations."""

import dataclasses

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Stage
from hearing_server.domain.log import SERVER
from hearing_server.domain.phrases import (
    ABBREVIATIONS,
    MAX_ABBREVIATIONS,
    TEMPLATES,
    UNKNOWN,
    check_abbreviations,
    stage_of,
    templates,
    terms,
)
from hearing_server.domain.procedures import TEMPLATES as PROCEDURES

from .world import CLERK, JUDGE, PUBLIC, SHA, World, in_session, planned


@pytest.mark.parametrize("procedure", list(PROCEDURES))
def test_every_template_of_a_procedure_is_filled(procedure: str) -> None:
    """In the order of its stages; no field is left open, and what is not known is a blank to fill in."""
    plan = dataclasses.replace(planned(), procedure=procedure, stages=PROCEDURES[procedure].stages)  # type: ignore[index]
    state = World(plan=plan).state
    found = templates(state)
    places = [state.stages.index(stage_of(name)) for name in found]
    assert places == sorted(places)
    assert set(found) == {
        one.id
        for one in TEMPLATES
        if one.stage in state.stages and (not one.procedures or procedure in one.procedures)
    }
    for lines in found.values():
        for line in lines:
            assert "{" not in line.text
            assert line.speaker in state.seats


def test_fields_come_from_the_hearing_and_a_name_is_never_a_field() -> None:
    judge = dataclasses.replace(JUDGE, name="{clerk}")
    filled = templates(World(judge, CLERK).state)
    opening = "".join(line.text for line in filled["opening"])
    assert "示范人民法院现在开庭，依法审理虚构盗窃案一案" in opening
    assert "由审判长{clerk}主持" in opening
    assert UNKNOWN in "".join(line.text for line in filled["last"])
    assert stage_of("last") is Stage.LAST_STATEMENT


def test_the_words_of_the_case_are_its_people_and_its_exhibits() -> None:
    world = in_session()
    exhibit = cmd.SubmitExhibit(
        party="prosecutor", name="扣押清单.pdf", media_type="application/pdf", size=9, sha256=SHA, pages=2
    )  # fmt: skip
    world.do(SERVER, exhibit)
    found = terms(world.state)
    assert {"被告乙（虚构）", "（2026）川0104刑初123号", "看守所", "扣押清单.pdf"} <= set(found)
    assert len(found) == len(set(found))
    world.do("prosecutor", cmd.WithdrawExhibit(exhibit=1))
    assert "扣押清单.pdf" not in terms(world.state)
    assert PUBLIC.name not in terms(World(JUDGE, CLERK, PUBLIC).state)


def test_abbreviations_are_letters_and_stand_for_something() -> None:
    assert check_abbreviations([(" BGR ", " 被告人甲 ")]) == {"bgr": "被告人甲"}
    assert check_abbreviations(ABBREVIATIONS.items()) == dict(ABBREVIATIONS)
    for bad in (
        [("被", "x")],
        [("a b", "x")],
        [("a", " ")],
        [("a", "x"), ("A", "y")],
        [("a", "\u202e")],
    ):
        with pytest.raises(Refused) as refused:
            check_abbreviations(bad)
        assert refused.value.code is Code.BAD_MESSAGE
    many = [(f"a{n}", "x") for n in range(MAX_ABBREVIATIONS + 1)]
    with pytest.raises(Refused) as refused:
        check_abbreviations(many)
    assert refused.value.code is Code.TOO_MANY
