"""The list of what somebody has to see to: opened by alarms, ended by them, ticked off by people."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.watch import Alarm, AlarmKind
from hearing_server.services.hearings import Clock

KEPT = 1000  # tasks in memory; the oldest that are ticked off make room
SHOWN_AFTER = 12 * 3_600_000  # ms that a task which is ticked off is still shown

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Task:
    """`ended_at`: the alarm went by itself; `done_at`: somebody has seen to it, `done_by` their name."""

    id: str
    hearing: str
    party: str
    kind: AlarmKind
    detail: str
    since: int
    ended_at: int | None = None
    done_at: int | None = None
    done_by: str = ""


class TaskStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def save_task(self, task: Task) -> None:
        """New, or as it is now."""

    async def tasks_since(self, since: int, limit: int) -> list[Task]:
        """Those opened since, or not ticked off yet; the newest."""


class Tasks:
    def __init__(self, store: TaskStore, now: Clock) -> None:
        self._store = store
        self._now = now
        self._tasks: dict[str, Task] = {}
        self._unsaved: set[str] = set()

    async def load(self) -> None:
        """What an earlier run left."""
        found = await self._store.tasks_since(self._now() - SHOWN_AFTER, KEPT)
        self._tasks = {task.id: task for task in found} | self._tasks

    def of(self, hearing: str) -> list[Task]:
        return [task for task in self._tasks.values() if task.hearing == hearing]

    @property
    def outstanding(self) -> int:
        return sum(task.done_at is None for task in self._tasks.values())

    def observe(self, hearing: str, alarms: Sequence[Alarm]) -> bool:
        """Open and end tasks until they agree with the alarms; whether anything changed."""
        now, changed = self._now(), False
        last = {(t.kind, t.party): t for t in sorted(self.of(hearing), key=lambda t: t.since)}
        current = {(alarm.kind, alarm.party): alarm for alarm in alarms}
        for key, alarm in current.items():
            changed |= self._raise(hearing, alarm, last.get(key), now)
        for key, task in last.items():
            if key not in current and task.ended_at is None:
                changed |= self._put(replace(task, ended_at=now))
        return changed

    def _raise(self, hearing: str, alarm: Alarm, task: Task | None, now: int) -> bool:
        """A new task, unless the last one of its kind still stands for it."""
        if task is None or (task.ended_at is not None and task.done_at is not None):
            new = Task(
                id=secrets.token_hex(8),
                hearing=hearing,
                party=alarm.party,
                kind=alarm.kind,
                detail=alarm.detail,
                since=now,
            )
            return self._put(new)
        if task.ended_at is None and task.detail == alarm.detail:
            return False
        return self._put(replace(task, ended_at=None, detail=alarm.detail))

    async def tick(self, hearing: str, task: str, who: str) -> None:
        """Somebody has seen to it; Refused(not_found), Refused(no_change)."""
        found = self._tasks.get(task)
        if found is None or found.hearing != hearing:
            raise Refused(Code.NOT_FOUND)
        if found.done_at is not None:
            raise Refused(Code.NO_CHANGE)
        done = replace(found, done_at=self._now(), done_by=who[:64])
        await self._store.save_task(done)
        self._tasks[task] = done

    async def save(self) -> None:
        """Write what has changed; what cannot be written is tried again the next time."""
        for name in list(self._unsaved):
            task = self._tasks.get(name)
            if task is not None:
                await self._store.save_task(task)
            self._unsaved.discard(name)

    def _put(self, task: Task) -> bool:
        self._tasks[task.id] = task
        self._unsaved.add(task.id)
        if len(self._tasks) > KEPT:
            self._forget(sorted(self._tasks.values(), key=_worth))
        return True

    def _forget(self, least_first: Iterable[Task]) -> None:
        for task in list(least_first)[: len(self._tasks) - KEPT]:
            del self._tasks[task.id]


def _worth(task: Task) -> tuple[bool, int]:
    return task.done_at is None, task.since
