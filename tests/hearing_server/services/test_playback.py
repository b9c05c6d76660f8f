"""What there is to play, for whom; the index is pure over the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings
from hearing_server.services.playback import (
    SITTING_MS,
    Fragment,
    Playback,
    Sittings,
    covered,
    tag,
    touching,
)
from tests.hearing_server.domain.world import NOW, SHA, World, in_session

from .fakes import FakeEvents, until

AT = NOW + 100_000


def segment(party: str, source: str, number: int) -> ev.SegmentRecorded:
    start = AT + number * 10_000
    return ev.SegmentRecorded(
        party=party, source=source, name=f"h1/{party}/{source}/{start}-1.mkv", codec="vp8", sha256=SHA,
        size=1000, frames=300, started_at=start, ended_at=start + 10_000, recovered=False,
    )  # fmt: skip


class MadeFragments:
    """Fragments that say what they were made of."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[ev.Span, ...]]] = []
        self.gate = asyncio.Event()  # nothing is made while it is closed
        self.gate.set()

    async def fragment(
        self,
        hearing: str,
        segment: ev.SegmentRecorded,
        masked: Sequence[ev.Span],
        earlier: Sequence[ev.SegmentRecorded] = (),
    ) -> Fragment | None:
        self.asked.append((segment.name, tuple(masked)))
        await self.gate.wait()
        return Fragment(mime="video/webm", data=segment.name.encode())


def recorded() -> World:
    """Three segments of judge and defendant, a gap, two lines, a pause."""
    world = in_session()
    for number in range(3):
        for party in ("judge", "defendant"):
            for source in ("camera", "microphone"):
                event = segment(party, source, number)
                world.do(SERVER, cmd.EnterRecording(event=event))
    gap = ev.GapFound(
        party="defendant", source="camera", started_at=AT, ended_at=AT + 700, cause="network"
    )
    world.do(SERVER, cmd.EnterRecording(event=gap))
    world.now = AT + 12_000
    world.do("clerk", cmd.EnterLine(speaker="judge", text="姓名？"))
    world.now = AT + 22_000
    world.do("clerk", cmd.EnterLine(speaker="defendant", text="吴名氏。"))
    world.do("judge", cmd.PauseHearing(reason="休息"))
    return world


class House:
    def __init__(self, world: World) -> None:
        self.store = FakeEvents(world)
        self.hearings = Hearings(self.store, lambda: AT + 60_000)
        self.made = MadeFragments()
        self.playback = Playback(self.hearings, self.made)

    async def index(self, party: str, since: int = 0, scope: str = "") -> dict:
        return await self.playback.index(Seated(hearing="h1", party=party), since, scope)

    async def piece(self, reader: str, party: str, source: str, number: int) -> Fragment:
        seated = Seated(hearing="h1", party=reader)
        found = await self.playback.segment(seated, party, source, AT + number * 10_000)
        return await self.playback.fragment(seated, found)


async def test_the_index_says_what_the_log_says() -> None:
    """Tracks with their spans, the gap with its cause, lines, the course."""
    house = House(recorded())
    found = await house.index("clerk")
    assert (found["began_at"], found["ended_at"]) == (AT, AT + 30_000)
    assert len(found["tracks"]) == 4
    assert found["tracks"][0]["segments"] == [
        (AT, AT + 10_000),
        (AT + 10_000, AT + 20_000),
        (AT + 20_000, AT + 30_000),
    ]
    assert [gap["cause"] for gap in found["gaps"]] == ["network"]
    assert [line["text"] for line in found["lines"]] == ["姓名？", "吴名氏。"]
    assert [(turn["name"], turn["reason"]) for turn in found["turns"]][-1] == ("paused", "休息")
    assert found["running"]


async def test_a_piece_names_what_it_may_go_on_from() -> None:
    """The segments of its track before it, the nearest first, up to one that begins with a key frame, over a
    break in which nothing was lost, and 1,500 pictures back.
    """
    world = recorded()
    for number, clean in ((3, None), (4, None), (5, None), (6, None), (7, None), (8, None),
                          (10, False), (12, False), (13, True), (14, False)):  # fmt: skip
        event = replace(segment("judge", "camera", number), clean=clean)
        world.do(SERVER, cmd.EnterRecording(event=event))
    lost = ev.GapFound(
        party="judge", source="camera", started_at=AT + 110_000, ended_at=AT + 120_000, cause="disk"
    )
    world.do(SERVER, cmd.EnterRecording(event=lost))
    house = House(world)
    found = {}
    for number in (0, 2, 8, 10, 12, 13, 14):
        piece = await house.playback.segment(
            Seated(hearing="h1", party="clerk"), "judge", "camera", AT + number * 10_000
        )
        found[number] = [(one.started_at - AT) // 10_000 for one in piece.earlier]
    assert found == {
        0: [], 2: [1, 0], 8: [7, 6, 5, 4, 3, 2], 10: [8, 7, 6, 5, 4, 3], 12: [], 13: [], 14: [13],
    }  # fmt: skip


async def test_a_sequel_has_only_what_is_new() -> None:
    """A new segment and a corrected line; nothing when nothing came; the log is read on, not again."""
    house = House(recorded())
    first = await house.index("clerk")
    same = await house.index("clerk", first["seq"], first["scope"])
    assert (same["tracks"], same["lines"], same["turns"], same["gaps"]) == ([], [], [], [])
    await house.hearings.execute(
        "h1", cmd.EnterRecording(event=segment("judge", "camera", 3)), SERVER
    )
    await house.hearings.execute("h1", cmd.Arrive(connection="c2", accepted_as="季"), "clerk")
    correct = cmd.CorrectLine(line=1, revision=1, speaker="judge", text="请报姓名。")
    await house.hearings.execute("h1", correct, "clerk")
    sequel = await house.index("clerk", first["seq"], first["scope"])
    assert sequel["since"] == first["seq"]
    assert [track["segments"] for track in sequel["tracks"]] == [[(AT + 30_000, AT + 40_000)]]
    assert [(line["line"], line["text"]) for line in sequel["lines"]] == [(1, "请报姓名。")]


async def test_what_is_sealed_is_not_told_nor_given_and_the_whole_is_told_anew() -> None:
    """The clerk's next answer is a whole one without the sealed segments; the bench has them."""
    house = House(recorded())
    first = await house.index("clerk")
    seal = cmd.SetAccess(
        level=ev.Level.SEALED, started_at=AT + 10_000, ended_at=AT + 25_000, reason="隐私"
    )
    await house.hearings.execute("h1", seal, "judge")
    found = await house.index("clerk", first["seq"], first["scope"])
    assert found["since"] == 0
    assert all(AT + 10_000 not in dict(track["segments"]) for track in found["tracks"])
    assert found["masked"] == [
        {"started_at": AT + 10_000, "ended_at": AT + 25_000, "level": "sealed"}
    ]
    with pytest.raises(Refused, match=Code.NOT_FOUND):
        await house.piece("clerk", "judge", "camera", 1)
    assert house.made.asked == []
    await house.piece("clerk", "judge", "camera", 2)
    assert house.made.asked[0][1] == (ev.Span(AT + 10_000, AT + 25_000),)
    assert len((await house.index("judge"))["tracks"][0]["segments"]) == 3
    assert (await house.piece("judge", "judge", "camera", 1)).data.endswith(b"-1.mkv")


async def test_a_piece_that_is_sealed_while_it_is_made_is_not_given() -> None:
    """To whoever may still play all of it, it is; of another moment it is to everybody."""
    house = House(recorded())
    house.made.gate.clear()
    asked = [("clerk", 1), ("judge", 1), ("clerk", 0)]
    waiting = [
        asyncio.create_task(house.piece(reader, "judge", "camera", number))
        for reader, number in asked
    ]
    await until(lambda: len(house.made.asked) == len(asked))
    sealed = cmd.SetAccess(
        level=ev.Level.SEALED, started_at=AT + 12_000, ended_at=AT + 18_000, reason="隐私"
    )
    await house.hearings.execute("h1", sealed, "judge")
    house.made.gate.set()
    refused, *given = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(refused, Refused)
    assert refused.code is Code.NOT_FOUND
    assert [isinstance(one, Fragment) for one in given] == [True, True]


async def test_nobody_else_plays_while_it_runs() -> None:
    """Parties, and who is not of the hearing: not found."""
    house = House(recorded())
    for reader in ("defendant", "counsel", "prosecutor", "nobody"):
        with pytest.raises(Refused, match=Code.NOT_FOUND):
            await house.index(reader)
        with pytest.raises(Refused, match=Code.NOT_FOUND):
            await house.piece(reader, "judge", "camera", 0)


async def test_whoever_is_screened_is_not_played_to_those_they_are_screened_from() -> None:
    """Neither the tracks nor the gaps, nor a piece by its address."""
    world = recorded()
    screening = ev.Screening(party="defendant", hidden_from=("prosecutor",), sight=True, sound=True)
    world.do("judge", cmd.Screen(screening=screening))
    world.do("judge", cmd.CloseHearing())
    house = House(world)
    found = await house.index("prosecutor")
    assert {track["party"] for track in found["tracks"]} == {"judge"}
    assert found["gaps"] == []
    assert [s["name"] for s in found["seats"] if s["party"] == "defendant"] == [""]
    with pytest.raises(Refused, match=Code.NOT_FOUND):
        await house.piece("prosecutor", "defendant", "microphone", 0)
    assert len((await house.index("counsel"))["tracks"]) == 4


def test_a_tag_is_of_the_bytes_that_are_left() -> None:
    """Another cut is another tag; a span that does not bear on the segment changes nothing."""
    one = segment("judge", "camera", 1)
    before, within, after = (
        ev.Span(AT, AT + 5_000),
        ev.Span(AT + 12_000, AT + 13_000),
        ev.Span(AT + 90_000, None),
    )
    assert touching([after], one) == ()
    assert tag(one, touching([after], one)) == SHA
    assert tag(one, touching([within], one)) != tag(one, touching([within, before], one)) != SHA
    assert covered([ev.Span(AT, None)], one)
    assert not covered([within], one)


def test_a_sitting_is_noted_once() -> None:
    """Until nothing was asked for half an hour; each reader for themselves."""
    sittings = Sittings()
    assert not sittings.goes_on("clerk", 0)
    for now in range(0, SITTING_MS * 3, SITTING_MS // 2):
        sittings.asked("clerk", now)
        assert sittings.goes_on("clerk", now + SITTING_MS - 1)
    assert not sittings.goes_on("clerk", now + SITTING_MS)
    assert not sittings.goes_on("judge", now)
