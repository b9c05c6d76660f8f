"""The audit trail on real databases: in order, unbroken, and nothing in it can be changed."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from hearing_server.adapters.audit_store import SqlAudit
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.audit import Action, Audit, Search


class Clock:
    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        self.now += 10
        return self.now


@pytest.fixture
def audit(store: SqlStore) -> Audit:
    return Audit(SqlAudit(store.database), Clock())


async def told(audit: Audit, **search: object) -> list[str]:
    found = await audit.search(Search(**search))  # type: ignore[arg-type]
    return [f"{one.row.actor} {one.row.action} {one.row.subject}".strip() for one in found.rows]


async def test_what_is_noted_is_found_newest_first(audit: Audit) -> None:
    await audit.note(Action.LOGIN, actor="zhou", address="192.0.2.1")
    await audit.note(Action.VIEW, actor="zhou", subject="case 7", detail="100%_done")
    await audit.note(Action.LOGIN, actor="李", subject="zhou")
    assert await told(audit) == ["李 login zhou", "zhou view case 7", "zhou login"]
    assert await told(audit, actor="zhou") == ["zhou view case 7", "zhou login"]
    assert await told(audit, actions=(Action.LOGIN,), actor="李") == ["李 login zhou"]
    assert await told(audit, subject="case 7") == ["zhou view case 7"]
    assert await told(audit, since=1_020, until=1_020) == ["zhou view case 7"]
    assert await told(audit, text="ZHOU", before=3) == ["zhou view case 7", "zhou login"]
    for text_, found in (("0%_D", 1), ("0_d", 0), ("192.0.2", 1), ("李", 1)):
        assert len(await told(audit, text=text_)) == found, text_


async def test_pages_follow_each_other_without_a_gap(audit: Audit) -> None:
    for n in range(205):
        await audit.note(Action.VIEW, actor="zhou", subject=str(n))
    seen, cursor = [], None
    while True:
        found = await audit.search(Search(before=cursor))
        seen += [one.row.id for one in found.rows]
        cursor = found.cursor
        if cursor is None:
            break
    assert seen == list(range(205, 0, -1))


async def test_writers_of_two_nodes_make_one_chain(store: SqlStore, rival: SqlStore) -> None:
    """Each row stands on the one before it, whoever wrote that."""
    nodes = [Audit(SqlAudit(one.database), lambda: 7) for one in (store, rival)]
    await asyncio.gather(
        *(nodes[n % 2].note(Action.VIEW, actor=f"node {n % 2}", subject=str(n)) for n in range(40))
    )
    verdict = await nodes[0].verify()
    assert (verdict.head.rows, verdict.broken) == (40, None)
    assert {line.split()[1] for line in await told(nodes[1])} == {"0", "1"}


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE audit SET detail = 'nothing' WHERE id = 4", 4),
        ("UPDATE audit SET at = at + 1 WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id >= 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET hash = previous WHERE id = 6", 6),
        ("UPDATE audit SET id = 99 WHERE id = 2", 2),
        ("UPDATE audit_head SET hash = (SELECT previous FROM audit WHERE id = 6)", 6),
    ],
)
async def test_the_first_broken_row_is_named(
    audit: Audit, store: SqlStore, url: str, tampering: str, broken: int
) -> None:
    """By whoever gets at the database itself, and first has to take its guard away."""
    for n in range(6):
        await audit.note(Action.VIEW, actor="zhou", subject=str(n))
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        if "sqlite" in url:
            for verb in ("UPDATE", "DELETE"):
                await connection.execute(text(f"DROP TRIGGER audit_no_{verb}"))
        else:
            await connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
        await connection.execute(text(tampering))
    await engine.dispose()
    assert (await audit.verify()).broken == broken


@pytest.mark.parametrize("sql", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
async def test_the_database_refuses_a_change(
    audit: Audit, store: SqlStore, url: str, sql: str
) -> None:
    await audit.note(Action.LOGIN, actor="zhou")
    engine = create_async_engine(url)
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(text(sql))
    await engine.dispose()
    assert (await audit.verify()).broken is None


async def test_an_empty_trail_holds(audit: Audit) -> None:
    verdict = await audit.verify()
    assert (verdict.head.rows, verdict.broken) == (0, None)


async def test_a_trail_that_cannot_be_written_says_so(audit: Audit, url: str) -> None:
    """Its act is refused with it."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM audit_head"))
    with pytest.raises(Refused) as caught:
        await audit.note(Action.LOGIN, actor="zhou")
    assert caught.value.code is Code.BUSY
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE audit"))
    with pytest.raises(Refused) as caught:
        await audit.search(Search())
    assert caught.value.code is Code.BUSY
    await engine.dispose()


async def test_a_row_is_bounded_and_in_one_line(audit: Audit) -> None:
    """What people type cannot make a second line, or a row without end."""
    await audit.note(Action.VIEW, actor="a\nb\x00\ud800", subject="法" * 200, detail="x" * 9999)
    (one,) = (await audit.search(Search())).rows
    assert one.row.actor == "a b  "
    assert (len(one.row.subject), len(one.row.detail)) == (128, 500)
    assert (await audit.verify()).broken is None
