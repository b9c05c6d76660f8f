"""Papers in real databases: one of two writers wins, what follows from a log is written with it."""

import pytest

from hearing_server.adapters.paper_store import SqlPapers
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import leaf_hash
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.consent import ConsentGiven, ConsentRevoked, How, Through
from hearing_server.domain.papers.events import PAPER_EVENTS, Way
from hearing_server.domain.papers.log import canonical
from hearing_server.domain.papers.paper import Phase
from hearing_server.domain.papers.shape import change_of
from hearing_server.services.hearings import SeqConflict
from hearing_server.services.papers import Consents, Papers
from tests.hearing_server.domain.papers.papers import JIA, MADE, NOW, SHA, YI, World, post


async def test_a_log_and_what_follows_from_it(store: SqlStore) -> None:
    """Letters that wait, the list of the case, the papers of a person; the leaves are the entries' hashes."""
    papers = SqlPapers(store.database)
    world = World().made().opened(JIA, YI).sealed()
    await papers.append("p1", 0, world.entries, change_of(world.paper, world.entries))
    assert await papers.read("p1", PAPER_EVENTS) == world.entries
    assert await papers.read("p1", PAPER_EVENTS, 2) == world.entries[2:]
    assert await store.leaves("p1") == [leaf_hash(canonical(e)) for e in world.entries]
    (shape,) = await papers.of_case("c1")
    assert (shape.phase, shape.signers, shape.signed) == (Phase.SIGNING, 2, 0)
    assert await papers.going_on() == ["p1"]
    assert await papers.of_person("yi") == ["p1"]
    assert sorted(await papers.letters()) == [("m-jia", "p1"), ("m-yi", "p1")]
    at = len(world.entries)
    world.do(cmd.NoteLetter(message="m-jia", outcome="delivered", at=NOW))
    more = world.entries[at:]
    await papers.append("p1", at, more, change_of(world.paper, more))
    assert await papers.letters() == [("m-yi", "p1")]
    assert await store.hearings() == []  # no hearing has it


async def test_one_of_two_writers_wins(store: SqlStore) -> None:
    papers = SqlPapers(store.database)
    world = World().made()
    await papers.append("p1", 0, world.entries, change_of(world.paper, world.entries))
    with pytest.raises(SeqConflict):
        await papers.append("p1", 0, world.entries, change_of(world.paper, world.entries))
    with pytest.raises(SeqConflict):
        await papers.append("p1", 5, world.entries, change_of(world.paper, world.entries))


async def test_two_nodes_decide_on_the_same_paper(store: SqlStore, rival: SqlStore) -> None:
    """What one has written the other knows; nothing is signed twice."""
    here, there = (Papers(SqlPapers(one.database), lambda: NOW) for one in (store, rival))
    await here.execute("p1", cmd.Make(made=MADE), "clerk")
    await there.execute(
        "p1",
        cmd.OpenSigning(signers=(JIA,), digest=SHA, deadline=NOW + 86_400_000, code=False,
                        stuck_after=1, remind_before=()),
        "clerk",
    )  # fmt: skip
    seal = cmd.EnterSeal(sha256=SHA, pages=1, posts=(post("jia", "m1"),))
    await here.execute("p1", seal, "server")
    with pytest.raises(Refused) as caught:
        await there.execute("p1", seal, "server")
    assert caught.value.code is Code.WRONG_PHASE
    assert (await there.get("p1")).phase is Phase.SIGNING
    with pytest.raises(Refused) as caught:
        await there.get("p2")
    assert caught.value.code is Code.NOT_FOUND


async def test_consent_is_kept_as_a_log(store: SqlStore) -> None:
    consents = Consents(SqlPapers(store.database), lambda: NOW)
    given = ConsentGiven(
        person="jia", case="c1", how=How.EXPRESS, through=Through.PORTAL, ways=(Way.SMS,),
        confirmed=(),
    )  # fmt: skip
    assert (await consents.of("jia")).given_at is None
    await consents.enter("jia", given, "jia")
    assert (await consents.of("jia")).ways == (Way.SMS,)
    await consents.enter("jia", ConsentRevoked(person="jia"), "jia")
    assert (await consents.of("jia")).given_at is None
    with pytest.raises(Refused):
        await consents.enter("jia", ConsentRevoked(person="jia"), "jia")
