"""A sealed span: every word said in it, in every kind of fact, against who may read it."""

import dataclasses
from typing import get_type_hints

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain import facts
from hearing_server.domain.copies import withheld
from hearing_server.domain.events import Level
from hearing_server.domain.log import canonical, leaf_hash, root
from hearing_server.domain.sealed import (
    WORDS,
    exposes_sealed,
    sealed_from,
)
from hearing_server.domain.visible import seen

from .expected import SAID, sealed_texts
from .sealed_room import COURT, SIDES, everything, outside, room, told
from .world import (
    FULL,
)

# Every other text of a fact, and why a sealed span does not mask it.
NOT_SAID = {
    "of whom, where, what kind: ids, names, codes, hashes": {
        "party", "parties", "within", "connection", "clerk", "kiosk", "officer", "channel", "interpreter",
        "speaker", "sender", "to", "reader", "correspondent", "hearing", "case", "item", "overridden",
        "signers", "account", "source", "by", "cause", "code", "codec", "root", "signature", "certificate",
        "timestamp", "digest", "sha256", "certificate_sha256", "name_image_sha256", "media_type",
        "document", "number", "origin", "resembles", "address", "detail", "operation", "undone",
        "passages", "witness", "strokes_sha256", "successor", "instead_of",
    },
    "the plan, told to everybody before the hearing": {
        "court", "case_number", "procedure", "courtroom", "title", "hearing_postponed.reason",
        "hearing_cancelled.reason",
    },
    "by name, of oneself": {
        "consent_given.name", "rules_accepted.name", "no_recording_promised.name",
    },
    "told to the public": {"public_excluded.reason"},
    "why one cannot sign alone: told to bench, clerk and themselves": {"held_key_permitted.reason"},
    "read by bench and clerk alone": {
        "access_set.reason", "access_lifted.reason", "deletion_proposed.reason",
    },
    "the name of a file": {"segment_recorded.name"},
    "masked for who may not look at the exhibit, below": {
        "exhibit_shown.name", "exhibit_submitted.name",
    },
}  # fmt: skip


def test_every_text_of_every_fact_is_masked_or_has_its_reason() -> None:
    """A new field is decided on, here and in the product."""
    known = set().union(*NOT_SAID.values())
    for kind in ev.EVENT_TYPES:
        tag = facts.tag(kind)
        texts = {
            name for name, hint in get_type_hints(kind).items() if hint in (str, tuple[str, ...])
        }
        said = set(SAID.get(tag, ()))
        assert said <= texts, tag
        rest = {name for name in texts - said if not {name, f"{tag}.{name}"} & known}
        assert not rest, (tag, rest)
        names = {"name"} if tag in ("exhibit_shown", "exhibit_submitted") else set()
        assert set(WORDS.get(kind, ())) == said | names, tag


def test_an_order_masks_every_word_for_all_but_the_court() -> None:
    """In what is told again, in the view, in copies; and every entry still proves itself."""
    world = room()
    since = world.now + 1
    everything(world, "SECRET")
    until = world.now + 1
    world.do("judge", cmd.ResumeHearing())
    everything(world, "OPEN")
    seal = cmd.SetAccess(level=Level.SEALED, started_at=since, ended_at=until, reason="涉及隐私")
    world.do("judge", seal)
    world.do("judge", cmd.CloseHearing(override="演示"))
    leaves = [leaf_hash(canonical(entry)) for entry in world.entries]
    for party in FULL:
        found = told(world, party.id)
        for form in dataclasses.astuple(found):
            if party.id in COURT:
                assert "SECRET-line" in form or "SECRET-correction" in form
            else:
                assert "SECRET" not in form.replace("SECRET-file", ""), (party.id, form)
        if party.id in SIDES:
            assert "OPEN-correction" in found.live
            assert "OPEN-objection" in found.live
            assert "OPEN-pause" in found.live
        masked = [withheld(world.state, entry, party.id) for entry in world.entries]
        again = [
            leaves[n] if out else leaf_hash(canonical(world.entries[n]))
            for n, out in enumerate(masked)
        ]
        assert root(again) == root(leaves)
    assert "SECRET" not in outside(world)
    assert "OPEN-objection" in outside(world)


def test_without_a_seal_nothing_is_masked() -> None:
    """And nobody is kept from anything by the span of another."""
    world = everything(room(), "OPEN")
    assert all(sealed_from(world.state, party.id) == () for party in FULL)
    for entry in world.entries:
        assert seen(world.state, entry, "judge") is not None or entry.event
    assert sealed_texts(world.state, world.entries, "defendant") == []
    assert not exposes_sealed(world.state, "defendant")
