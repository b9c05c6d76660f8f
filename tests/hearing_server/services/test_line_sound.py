"""A printed line is heard by whoever reads it: its span of the speaker's microphone, and nothing more."""

from functools import partial

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level
from hearing_server.domain.log import SERVER
from hearing_server.services.access import Seated
from hearing_server.services.line_sound import LineSound, in_print
from tests.hearing_server.domain.world import DIGEST, SHA, World

from .test_playback import AT, House, recorded


def printed(world: World, version: int = 1) -> World:
    """Two lines as they were said: of the judge up to 13 s, of the defendant from 14 s to 23 s."""
    if version == 1:
        world.do("judge", cmd.CloseHearing(override="演示"))
    world.do("clerk", cmd.FreezeTranscript(digest=DIGEST))
    world.do(SERVER, cmd.EnterSeal(version=version, pages=1, sha256=SHA))
    return world


def spoken() -> World:
    """The defendant's line lies in two segments of ten seconds."""
    world = recorded()
    line = {"started_at": AT + 14_000, "ended_at": AT + 22_000}
    world.do("clerk", cmd.EnterLine(speaker="defendant", text="我在成都。", after=2, **line))
    return printed(world)


def code(world: World, reader: str, version: int = 1, line: int = 3) -> Code:
    with pytest.raises(Refused) as refusal:
        in_print(world.state, reader, version, line)
    return refusal.value.code


async def test_a_party_hears_the_line_and_nothing_around_it() -> None:
    """Also who may not play the recording: what they are to confirm they may hear."""
    house = House(spoken())
    sound = LineSound(house.hearings, house.playback, house.made)
    reader = Seated(hearing="h1", party="defendant")
    third = partial(in_print, version=1, line=3)
    span, pieces = await sound.pieces(reader, third)
    assert span == ev.Span(AT + 14_000, AT + 22_000)
    assert pieces == [(AT + 10_000, AT + 20_000), (AT + 20_000, AT + 30_000)]
    made = await sound.fragment(reader, third, AT + 10_000)
    assert b"/defendant/microphone/" in made.data
    around = (ev.Span(0, AT + 14_000), ev.Span(AT + 22_000, None))
    assert house.made.asked[-1][1] == around
    with pytest.raises(Refused, match="not_found"):
        await sound.fragment(reader, third, AT)
    with pytest.raises(Refused, match="not_found"):
        await house.piece("defendant", "defendant", "microphone", 1)


def test_only_a_line_of_the_newest_version_and_for_who_reads_it() -> None:
    world = spoken()
    assert in_print(world.state, "counsel", 1, 3)[0] == "defendant"
    assert code(world, "counsel", version=2) is Code.NOT_FOUND
    assert code(world, "counsel", line=9) is Code.NOT_FOUND
    world.do("clerk", cmd.StrikeLine(line=3, revision=1))
    printed(world, version=2)
    assert code(world, "counsel", version=2) is Code.NOT_FOUND


def test_what_the_print_has_as_sealed_is_heard_by_nobody_here() -> None:
    """The bench plays it where it plays the recording."""
    world = spoken()
    seal = cmd.SetAccess(
        level=Level.SEALED, started_at=AT + 21_000, ended_at=AT + 25_000, reason="涉及隐私"
    )
    world.do("judge", seal)
    assert code(world, "defendant") is Code.NOT_FOUND, "the print shows what is sealed now"
    printed(world, version=2)
    assert code(world, "defendant", version=2) is Code.SEALED
    assert code(world, "clerk", version=2) is Code.SEALED
    assert code(world, "judge", version=2) is Code.SEALED
    assert in_print(world.state, "defendant", 2, 1)[0] == "judge"


def test_whoever_was_ever_screened_from_a_voice_does_not_hear_it() -> None:
    world = recorded()
    screening = ev.Screening(
        party="defendant", hidden_from=("counsel",), sight=False, sound=True, alias="甲"
    )
    world.do("judge", cmd.Screen(screening=screening))
    world.do("judge", cmd.Unscreen(party="defendant"))
    printed(world)
    assert code(world, "counsel", line=2) is Code.NOT_FOUND
    assert in_print(world.state, "prosecutor", 1, 2)[0] == "defendant"
    assert in_print(world.state, "counsel", 1, 1)[0] == "judge"
