"""The list of tasks, and what is kept of lines: hand-written stores, a clock in the hand."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.watch import Alarm, AlarmKind, LineSample
from hearing_server.services.centre import BEHIND, Feed, today
from hearing_server.services.heartbeats import EVERY, STREAK, Heartbeat, Heartbeats, Streaks
from hearing_server.services.tasks import KEPT, Task, Tasks

GONE = Alarm(kind=AlarmKind.DISCONNECTED, party="counsel", detail="network")


class Store:
    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.rows: list[Heartbeat] = []
        self.away = False

    async def save_task(self, task: Task) -> None:
        self._check()
        self.tasks[task.id] = task

    async def tasks_since(self, since: int, limit: int) -> list[Task]:
        return [task for task in self.tasks.values() if task.since >= since or not task.done_at]

    async def keep(self, beats: Sequence[Heartbeat]) -> None:
        self._check()
        self.rows += beats

    async def beats(self, hearing: str, party: str, limit: int) -> list[Heartbeat]:
        return self.rows

    def _check(self) -> None:
        if self.away:
            raise Refused(Code.BUSY)


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000_000

    def __call__(self) -> int:
        return self.now


def tasks() -> tuple[Tasks, Store, Clock]:
    store, clock = Store(), Clock()
    return Tasks(store, clock), store, clock


def test_an_alarm_is_one_task_for_as_long_as_it_lasts() -> None:
    made, _, clock = tasks()
    assert made.observe("h1", [GONE])
    clock.now += 1000
    assert not made.observe("h1", [GONE])
    (task,) = made.of("h1")
    assert (task.since, task.ended_at) == (clock.now - 1000, None)
    assert made.observe("h1", [])
    assert made.of("h1")[0].ended_at == clock.now
    assert made.observe("h1", [GONE])  # again before anybody looked: the same task
    assert [t.id for t in made.of("h1")] == [task.id]
    assert made.of("h2") == []


async def test_ticked_off_it_stays_off_until_it_happens_anew() -> None:
    made, store, _ = tasks()
    made.observe("h1", [GONE])
    (task,) = made.of("h1")
    with pytest.raises(Refused):
        await made.tick("h2", task.id, "维")
    await made.tick("h1", task.id, "维线通（虚构）")
    with pytest.raises(Refused) as again:
        await made.tick("h1", task.id, "维")
    assert again.value.code is Code.NO_CHANGE
    assert store.tasks[task.id].done_by == "维线通（虚构）"
    assert not made.observe("h1", [GONE])
    made.observe("h1", [])
    made.observe("h1", [GONE])
    assert len(made.of("h1")) == 2


async def test_tasks_outlive_the_server_and_a_database_that_is_away() -> None:
    made, store, clock = tasks()
    made.observe("h1", [GONE])
    store.away = True
    with pytest.raises(Refused):
        await made.save()
    store.away = False
    await made.save()
    later = Tasks(store, clock)
    await later.load()
    assert not later.observe("h1", [GONE])
    assert [t.id for t in later.of("h1")] == list(store.tasks)


async def test_tasks_are_bounded_and_what_is_open_stays() -> None:
    made, _, clock = tasks()
    for n in range(KEPT + 50):
        clock.now += 1
        made.observe(f"h{n}", [GONE])
        if n < 100:
            await made.tick(f"h{n}", made.of(f"h{n}")[0].id, "维")
    assert sum(len(made.of(f"h{n}")) for n in range(KEPT + 50)) == KEPT
    assert made.outstanding == KEPT - 50


async def test_a_minute_is_one_row_with_its_worst() -> None:
    store, clock = Store(), Clock()
    beats, start = Heartbeats(store, clock), clock.now
    for loss, trip in ((0.0, 40.0), (0.25, None), (0.01, 90.0)):
        line = LineSample(loss_up=loss, rtt_ms=trip, codecs="opus vp8", browser="Chrome 156")
        await beats.take({"h1": {"counsel": line}})
    assert store.rows == []
    clock.now += EVERY
    await beats.take({"h1": {"counsel": LineSample()}})
    (row,) = store.rows
    assert (row.at, row.loss_up, row.rtt_ms, row.silent) == (start, 250, 90, False)
    store.away = True
    clock.now += EVERY
    await beats.take({"h1": {"counsel": LineSample()}})  # lost, and nothing stops
    assert len(store.rows) == 1


def test_one_bad_second_is_no_alarm() -> None:
    streaks, bad = Streaks(), LineSample(loss_down=0.5)
    for n in range(1, STREAK + 1):
        streaks.take({"h1": {"counsel": bad}})
        assert bool(streaks.poor("h1", {"counsel": bad})) is (n >= STREAK)
    for _ in range(STREAK):
        streaks.take({"h1": {"counsel": LineSample()}})
    assert streaks.poor("h1", {"counsel": LineSample()}) == {}


def test_a_viewer_that_does_not_read_is_let_go() -> None:
    feed = Feed()
    for n in range(BEHIND + 10):
        feed.push("rows", n)
    found = [feed.queue.get_nowait() for _ in range(feed.queue.qsize())]
    assert len(found) <= BEHIND
    assert None in found


def test_today_is_where_the_court_is() -> None:
    """23 September 2026, 00:30 in Chengdu, is still the 22nd in Greenwich."""
    at = 1_790_094_600_000
    since, until = today(at, ZoneInfo("Asia/Shanghai"))
    assert (until - since, since <= at < until) == (86_400_000, True)
    assert at - since == 30 * 60_000


async def test_an_ended_feed_wakes_its_viewer() -> None:
    feed = Feed()
    waiting = asyncio.create_task(feed.queue.get())
    await asyncio.sleep(0)
    feed.end()
    assert await waiting is None
