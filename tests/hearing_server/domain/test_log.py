"""Canonical form and tree against the RFCs' own numbers; replay of any accepted sequence of commands."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Refused
from hearing_server.domain.events import EVENT_TYPES
from hearing_server.domain.facts import from_fact, tag, to_fact
from hearing_server.domain.fold import replay
from hearing_server.domain.log import (
    SERVER,
    Entry,
    Tree,
    canonical,
    entry_from,
    includes,
    inclusion_proof,
    leaf_hash,
    root,
)

from .world import DIGEST, FIVE, SHA, World

# The test vectors of Certificate Transparency's reference implementation (RFC 6962, kept by RFC 9162).
VECTORS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", list(ROOTS))
def test_roots_of_the_reference_vectors(size: int) -> None:
    assert root([leaf_hash(bytes.fromhex(v)) for v in VECTORS[:size]]).hex() == ROOTS[size]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert Tree().root() == hashlib.sha256(b"").digest()


@given(st.integers(1, 70), st.data())
def test_every_leaf_can_be_proved_and_nothing_else(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, top = inclusion_proof(leaves, index), root(leaves)
    assert includes(leaves[index], index, size, proof, top)
    assert not includes(leaf_hash(b"other"), index, size, proof, top)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        assert not includes(leaves[index], other, size, proof, top)
    assert not includes(leaves[index], index, size, [*proof, top], top)


def test_canonical_form_is_rfc_8785() -> None:
    """Keys sorted, no spaces, Chinese as it is, control characters escaped as the RFC says."""
    line = ev.LineEntered(line=1, speaker="p", text="开\u20ac\n", started_at=1, ended_at=2)
    entry = Entry(hearing="h", seq=3, at=4, by="p", event=line)
    expected = (
        '{"at":4,"by":"p","event":{"after":null,"ended_at":2,"line":1,"operation":"",'
        '"speaker":"p","started_at":1,"text":"开€\\n","type":"line_entered"},"hearing":"h","seq":3}'
    )
    assert canonical(entry).decode() == expected


def test_event_names_are_unique() -> None:
    assert len({tag(event_type) for event_type in EVENT_TYPES}) == len(EVENT_TYPES)


def test_a_fact_of_no_known_type_is_refused() -> None:
    for bad in (
        {"type": "no_such"},
        {"type": "party_admitted"},
        {"type": "party_admitted", "x": 1},
    ):
        with pytest.raises((KeyError, TypeError)):
            from_fact(bad)


PARTIES = st.sampled_from([p.id for p in FIVE])
SOURCES = st.sampled_from(list(ev.Source))
COMMANDS = st.one_of(
    st.builds(
        cmd.Arrive,
        connection=st.sampled_from("abc"),
        accepted_as=st.just("名"),
        take_over=st.booleans(),
    ),
    st.builds(
        cmd.Leave,
        party=PARTIES,
        connection=st.sampled_from("abc"),
        cause=st.sampled_from(list(ev.Departure)),
    ),
    st.builds(cmd.Admit, party=PARTIES),
    st.builds(cmd.OpenHearing),
    st.builds(cmd.PauseHearing, reason=st.sampled_from(["", "休息"])),
    st.builds(cmd.ResumeHearing),
    st.builds(cmd.CloseHearing),
    st.builds(cmd.Mute, party=PARTIES),
    st.builds(cmd.Unmute, party=PARTIES),
    st.builds(cmd.StartSource, source=SOURCES),
    st.builds(cmd.StopSource, source=SOURCES),
    st.builds(cmd.PauseSource, source=SOURCES),
    st.builds(cmd.ResumeSource, source=SOURCES),
    st.builds(
        cmd.EnterLine,
        speaker=PARTIES,
        text=st.text(max_size=5),
        started_at=st.none() | st.integers(0, 2**52),
    ),
    st.builds(
        cmd.CorrectLine,
        line=st.integers(1, 3),
        revision=st.integers(1, 3),
        speaker=PARTIES,
        text=st.text(max_size=5),
    ),
    st.just(cmd.FreezeTranscript(digest=DIGEST)),
    st.builds(cmd.EnterSeal, version=st.integers(1, 3), pages=st.just(1), sha256=st.just(SHA)),
    st.builds(
        cmd.Sign,
        version=st.integers(1, 3),
        sha256=st.just(SHA),
        certificate_sha256=st.just(SHA),
        name_image_sha256=st.just(SHA),
    ),
    st.builds(cmd.RefuseSignature, version=st.integers(1, 3), reason=st.just("不同意")),
    st.builds(cmd.EnterArchive, version=st.integers(1, 3), sha256=st.just(SHA)),
)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from([*[p.id for p in FIVE], SERVER]), COMMANDS), max_size=60))
def test_a_replay_of_any_accepted_sequence_gives_the_same_state(
    commands: list[tuple[str, cmd.Command]],
) -> None:
    """Through the canonical bytes and back; what is refused is refused by a code and changes nothing."""
    world = World().arrive(*FIVE)
    for by, command in commands:
        before = world.state
        try:
            world.do(by, command)
        except Refused:
            assert world.state is before
    stored = [entry_from(json.loads(canonical(entry))) for entry in world.entries]
    assert stored == world.entries
    assert replay(stored) == world.state
    assert all(from_fact(to_fact(entry.event)) == entry.event for entry in stored)
    assert world.state.seq == len(stored)
