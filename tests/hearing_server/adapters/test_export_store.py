"""Exports on real databases."""

from dataclasses import replace

from hearing_server.adapters.export_store import SqlExports
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.export_jobs import ExportJob, ExportKind, JobState, Wish


def job(name: str, asked_at: int, node: str = "n1", **wish: object) -> ExportJob:
    return ExportJob(
        id=name,
        hearing="h1",
        node=node,
        by="clerk",
        wish=Wish(kind=ExportKind.COMPOSITE, **wish),  # type: ignore[arg-type]
        state=JobState.QUEUED,
        asked_at=asked_at,
    )


async def test_a_job_comes_back_as_it_was_kept(store: SqlStore) -> None:
    """Every field, through every state."""
    kept = SqlExports(store.database)
    first = job("a", 10, started_at=1, ended_at=2, sealed=True)
    await kept.add(first)
    assert await kept.of_hearing("h1") == [first]
    done = replace(
        first, state=JobState.DONE, begun_at=11, ended_at=12, size=1 << 40, masked="m" * 64,
        damaged=("h1/judge/camera/1-1.mkv", "h1/judge/camera/2-1.mkv"),
    )  # fmt: skip
    await kept.update(done)
    assert await kept.of_hearing("h1") == [done]
    failed = replace(done, state=JobState.FAILED, code="disk_full", detail="x", segment="y")
    await kept.update(failed)
    assert await kept.of_hearing("h1") == [failed]
    await kept.remove("a")
    assert await kept.of_hearing("h1") == []


async def test_the_queue_of_a_node_is_in_the_order_of_asking(store: SqlStore) -> None:
    """Of this node alone, what is over left out; the list of a hearing has the newest first."""
    kept = SqlExports(store.database)
    jobs = [job("b", 20), job("a", 30), job("c", 10), job("other", 5, node="n2")]
    for each in jobs:
        await kept.add(each)
    await kept.update(replace(jobs[2], state=JobState.RUNNING))
    await kept.add(replace(job("over", 1), state=JobState.CANCELLED))
    assert [each.id for each in await kept.active("n1")] == ["c", "b", "a"]
    assert [each.id for each in await kept.of_hearing("h1")] == ["a", "b", "c", "other", "over"]
    assert await kept.of_hearing("h2") == []
