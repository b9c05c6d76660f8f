"""What many are told at once is what each would be told alone: hearings walked at random, by every reader."""

import json
import random
from collections import Counter

import msgspec

from hearing_server.domain import commands as cmd
from hearing_server.domain.facts import to_fact
from hearing_server.domain.visible import seen
from signaling import protocol as wire
from signaling import views
from signaling.codec import KEPT, Frames
from tests.hearing_server.domain.walk import PEOPLE, Walker
from tests.hearing_server.domain.world import (
    ADVOCATE,
    DEFENDANT,
    FULL,
    PROSECUTOR,
    PUBLIC,
    WITNESS,
    World,
)  # fmt: skip

STEPS = 1500


def test_each_is_told_what_they_may_see_of_it_and_nothing_else() -> None:
    """By what stands in the bytes of their own frame, against `seen` asked for them alone."""
    counted = Counter[str]()
    for seed in range(3):
        chance, frames = random.Random(seed), Frames()
        walker = Walker(chance, *PEOPLE, PUBLIC)
        for _ in range(STEPS):
            _, entries = walker.step()
            readers = list(walker.state.seats)
            chance.shuffle(readers)
            telling = views.Telling(walker.state, entries)
            messages = {reader: telling.to(reader) for reader in readers}
            for reader, told in messages.items():
                got = [json.loads(frames.of(message).encode()[2:])[1] for message in told]
                assert [(t["seq"], t["at"], t["event"]) for t in got] == [
                    (entry.seq, entry.at, _plain(to_fact(event)))
                    for entry in entries
                    if (event := seen(walker.state, entry, reader)) is not None
                ]
                alone = views.told(walker.state, entries, reader)
                assert [t["by"] for t in got] == [message.by for message in alone]
            for entry in entries:
                made = Counter(
                    id(m) for told in messages.values() for m in told if m.seq == entry.seq
                )
                counted["told"] += made.total()
                counted["made"] += len(made)
                counted["differently"] += len(made) > 1
    assert counted["made"] * 3 < counted["told"]
    assert counted["differently"]


def _plain(fact: dict[str, object]) -> object:
    return msgspec.json.decode(msgspec.json.encode(fact))


def test_only_they_share_a_message_to_whom_it_says_the_same() -> None:
    """Why the hearing pauses is not for who waits outside to be heard."""
    world = World(*FULL).arrive(*FULL).admit(PROSECUTOR, DEFENDANT, ADVOCATE, WITNESS)
    world.do("judge", cmd.OpenHearing())
    world.do("judge", cmd.PauseHearing(reason="被告人身体不适"))
    telling = views.Telling(world.state, world.entries[-1:])
    inside = [telling.to(reader)[0] for reader in ("judge", "clerk", "prosecutor", "defendant")]
    outside = [telling.to(reader)[0] for reader in ("witness", "second")]
    assert {id(message) for message in inside} == {id(inside[0])}
    assert {id(message) for message in outside} == {id(outside[0])}
    frames = Frames()
    assert "被告人身体不适" in frames.of(inside[0]).encode()
    assert "被告人身体不适" not in frames.of(outside[0]).encode()


def test_a_frame_is_made_once_as_long_as_it_is_kept() -> None:
    """Another message never gets it, though it may come to lie where the first has lain."""
    frames = Frames()
    first = wire.ConsumerClosed(consumer="first")
    assert frames.of(first) is frames.of(first)
    for n in range(20 * KEPT):
        text = frames.of(wire.ConsumerClosed(consumer=f"c{n}")).encode()
        assert text == f'42["tell",{{"type":"consumer_closed","consumer":"c{n}"}}]'
    assert frames.of(first).encode() == '42["tell",{"type":"consumer_closed","consumer":"first"}]'
