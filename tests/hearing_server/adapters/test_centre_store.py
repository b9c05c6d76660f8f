"""Heartbeats and tasks on real databases."""

from dataclasses import replace

from hearing_server.adapters.centre_store import SqlCentre
from hearing_server.adapters.store import SqlStore
from hearing_server.domain.watch import AlarmKind
from hearing_server.services.heartbeats import Heartbeat
from hearing_server.services.tasks import Task


def beat(at: int, party: str = "counsel", trip: int | None = 40) -> Heartbeat:
    return Heartbeat(
        hearing="h1", party=party, at=at, loss_up=1, loss_down=2, jitter_ms=3, rtt_ms=trip,
        kbit_up=900, codecs="opus vp8", browser="Chrome 156 · Linux", silent=False,
    )  # fmt: skip


def task(name: str, since: int) -> Task:
    return Task(
        id=name, hearing="h1", party="counsel", kind=AlarmKind.LINE_POOR, detail="", since=since
    )


async def test_heartbeats_come_back_in_order_and_bounded(store: SqlStore) -> None:
    kept = SqlCentre(store.database)
    await kept.keep([beat(at) for at in (3, 1, 2)] + [beat(1, "defendant", None)])
    assert [b.at for b in await kept.beats("h1", "counsel", 2)] == [2, 3]
    assert await kept.beats("h1", "defendant", 9) == [beat(1, "defendant", None)]
    assert await kept.beats("h2", "counsel", 9) == []


async def test_tasks_are_kept_as_they_are_now(store: SqlStore) -> None:
    kept = SqlCentre(store.database)
    old, new = task("a", 10), task("b", 20)
    for each in (old, new):
        await kept.save_task(each)
    assert await kept.tasks_since(15, 9) == [new, old]  # nobody has ticked the old one off
    done = replace(old, ended_at=30, done_at=40, done_by="维线通（虚构）")
    await kept.save_task(done)
    assert await kept.tasks_since(15, 9) == [new]
    assert await kept.tasks_since(5, 9) == [new, done]
    assert await kept.tasks_since(5, 1) == [new]
