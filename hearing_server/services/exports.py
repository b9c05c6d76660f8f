"""Exports as jobs: asked for, queued, made one at a time on this node, given to bench and clerk.

The queue stands in the store, so it outlives the server; what a job has done so far lies in its folder,
and the job goes on from there. Progress is in memory alone.
"""

import asyncio
import contextlib
import functools
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from hearing_server.domain import events as ev
from hearing_server.domain.copies import gives_copy
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import PASSING, Code, Refused
from hearing_server.domain.export_jobs import (
    ACTIVE,
    BUNDLES,
    MOVES,
    ExportJob,
    ExportKind,
    JobState,
    Wish,
)
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import BENCH, Right, may
from hearing_server.domain.playable import plays_track
from hearing_server.services.composite import Script, masked_extents, of_party, script_of
from hearing_server.services.export_ports import (
    Bundler,
    ExportFailed,
    ExportMaker,
    ExportStore,
    Made,
    Told,
)
from hearing_server.services.hearings import Clock, Hearings

MOST_WAITING = 64  # jobs in the queue of a node
MOST_KEPT = 24  # jobs of one hearing that bench and clerk asked for, whatever became of them
RETRY_AFTER = 5.0  # seconds, while the store is away

Note = Callable[[ExportJob], Awaitable[None]]

log = structlog.get_logger()


class Exports:
    """`settled` returns when what was recorded so far stands in the log; `at_once` jobs run side by side."""

    def __init__(
        self,
        hearings: Hearings,
        store: ExportStore,
        maker: ExportMaker,
        bundles: Bundler,
        settled: Callable[[str], Awaitable[None]],
        now: Clock,
        *,
        node: str,
        at_once: int = 1,
    ) -> None:
        self._hearings = hearings
        self._store = store
        self._maker = maker
        self._bundles = bundles
        self._settled = settled
        self._now = now
        self._node = node
        self._at_once = at_once
        self._shares: dict[str, float] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._bundling: set[str] = set()  # those of them that make bundles
        self._cancelling: set[str] = set()
        self._deleted: set[str] = set()  # hearings whose exports are to go
        self._asked = asyncio.Event()
        self._asking = asyncio.Lock()

    async def ask(self, hearing: str, by: str, wish: Wish, note: Note) -> ExportJob:
        """Queue an export; one that is on its way already is given instead of a second.

        `note` writes down who asked for it, and none is made that it could not write down.
        """
        state = await self._hearings.state(hearing)
        self._check(state, by, wish)
        async with self._asking:
            jobs = await self._store.of_hearing(hearing)
            going = (job for job in jobs if job.state in ACTIVE and job.id not in self._cancelling)
            if (one := next((job for job in going if job.wish == wish), None)) is not None:
                await note(one)
                return one
            if not oversees(state, by):  # a party has one copy of their own
                for job in jobs:
                    if job.by == by:
                        await self._remove(job)
            waiting = len(await self._store.active(self._node))
            kept = sum(may(state.seats[job.by].party.role, Right.OVERSEE) for job in jobs)
            if waiting >= MOST_WAITING or (oversees(state, by) and kept >= MOST_KEPT):
                raise Refused(Code.TOO_MANY, "exports")
            job = ExportJob(
                id=secrets.token_urlsafe(9),
                hearing=hearing,
                node=self._node,
                by=by,
                wish=wish,
                state=JobState.QUEUED,
                asked_at=self._now(),
            )
            await note(job)
            await self._store.add(job)
        self._asked.set()
        return job

    def _check(self, state: HearingState, by: str, wish: Wish) -> None:
        role = state.seats[by].party.role
        if wish.kind in BUNDLES:
            return self._bundles.check(state, by, wish)
        if not oversees(state, by) or state.custody.going:
            raise Refused(Code.NOT_FOUND)
        if wish.sealed and role not in BENCH:
            raise Refused(Code.NOT_ALLOWED)
        if wish.party and wish.party not in state.seats:
            raise Refused(Code.UNKNOWN_PARTY)
        if (wish.kind is ExportKind.PARTY) != bool(wish.party) and wish.kind is not ExportKind.SPAN:
            raise Refused(Code.BAD_MESSAGE, "party")
        limits = (wish.started_at, wish.ended_at)
        if wish.kind is ExportKind.SPAN and None in limits:
            raise Refused(Code.BAD_MESSAGE, "started_at, ended_at")
        if None not in limits and (wish.started_at or 0) >= (wish.ended_at or 0):
            raise Refused(Code.BAD_MESSAGE, "ended_at")

    async def of_hearing(self, hearing: str, reader: str) -> list[tuple[ExportJob, float]]:
        """Jobs and how much of each is done, from 0 to 1, as far as the reader may know of them."""
        state = await self._hearings.state(hearing)
        if not oversees(state, reader) and not gives_copy(state, reader):
            raise Refused(Code.NOT_FOUND)
        jobs = await self._store.of_hearing(hearing)
        return [(job, self.share(job)) for job in jobs if self._sees(state, reader, job)]

    def _sees(self, state: HearingState, reader: str, job: ExportJob) -> bool:
        """The court's own copies are for the bench alone."""
        if job.wish.kind in BUNDLES:
            return self._bundles.sees(state, reader, job.wish)
        bench = state.seats[reader].party.role in BENCH
        return oversees(state, reader) and (bench or not job.wish.sealed)

    def share(self, job: ExportJob) -> float:
        return 1.0 if job.state is JobState.DONE else self._shares.get(job.id, 0.0)

    async def file(self, hearing: str, reader: str, job_id: str) -> tuple[ExportJob, Path]:
        """A finished export's file; Refused(not_found, sealed)."""
        job = await self.find(hearing, reader, job_id)
        path = self._files(job).path(job)
        if job.state is not JobState.DONE or not await asyncio.to_thread(path.is_file):
            raise Refused(Code.NOT_FOUND)
        if not await self._holds(job):
            raise Refused(Code.SEALED)
        return job, path

    async def _holds(self, job: ExportJob) -> bool:
        """Whether a finished file may still be given."""
        if job.wish.kind in BUNDLES:
            return await self._bundles.holds(job)
        state = await self._hearings.state(job.hearing)
        return not state.custody.going and job.masked == left_out(state, _reader(job))

    def _files(self, job: ExportJob) -> ExportMaker | Bundler:
        return self._bundles if job.wish.kind in BUNDLES else self._maker

    async def end(self, hearing: str, reader: str, job_id: str) -> None:
        """Cancel what is queued or running; take a finished one and its file away."""
        job = await self.find(hearing, reader, job_id)
        if job.state not in ACTIVE:
            await self._remove(job)
            return
        self._cancelling.add(job.id)
        task = self._running.get(job.id)
        try:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await self._move(job, JobState.CANCELLED)
            await self._discard(job)
        finally:
            self._cancelling.discard(job.id)

    async def _remove(self, job: ExportJob) -> None:
        await self._discard(job)
        await self._store.remove(job.id)

    async def _discard(self, job: ExportJob) -> None:
        await asyncio.to_thread(self._files(job).discard, job)

    async def forget(self, hearing: str) -> None:
        """Every export of a hearing is ended, and no file of it stays."""
        jobs = await self._store.of_hearing(hearing)
        ids = {job.id for job in jobs}
        self._cancelling |= ids  # one that is ended here is not begun again
        try:
            for job in jobs:
                await self._store.remove(job.id)
            tasks = [self._running[one] for one in ids & self._running.keys()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for job in jobs:
                await self._discard(job)
        finally:
            self._cancelling -= ids

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """A recording that is deleted by order takes its exports along."""
        if any(isinstance(entry.event, ev.RecordingDeleted) for entry in entries):
            self._deleted.add(state.hearing)
            self._asked.set()

    async def run(self) -> None:
        """Make what is queued, in the order in which it was asked for, until cancelled."""
        try:
            while True:
                self._asked.clear()
                with contextlib.suppress(TimeoutError):
                    if await self._fill():
                        await self._asked.wait()
                    else:
                        async with asyncio.timeout(RETRY_AFTER):
                            await self._asked.wait()
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _fill(self) -> bool:
        """Start as many jobs as may run; False when the store could not say which."""
        try:
            for hearing in list(self._deleted):
                await self.forget(hearing)
                self._deleted.discard(hearing)
            jobs = await self._store.active(self._node)
        except Refused:
            return False
        for job in jobs:
            if self._crowded(job):
                continue
            if job.id in self._running or job.id in self._cancelling:
                continue
            task = asyncio.create_task(self._carry_out(job), name=f"export {job.id}")
            self._running[job.id] = task
            if job.wish.kind in BUNDLES:
                self._bundling.add(job.id)
            task.add_done_callback(functools.partial(self._over, job))
        return True

    def _crowded(self, job: ExportJob) -> bool:
        """A bundle waits for no film: it is read from disk and soon done."""
        if job.wish.kind in BUNDLES:
            return len(self._bundling) >= self._at_once
        return len(self._running) - len(self._bundling) >= self._at_once

    def _over(self, job: ExportJob, task: asyncio.Task[None]) -> None:
        self._running.pop(job.id, None)
        self._bundling.discard(job.id)
        self._shares.pop(job.id, None)
        self._asked.set()

    async def _carry_out(self, job: ExportJob) -> None:
        """One job from the queue to its end, told to the store; a cancelled one is left as it stands."""
        try:
            if job.state is JobState.QUEUED:
                job = await self._move(job, JobState.RUNNING, begun_at=self._now())
            made = await self._make(job, lambda share: self._shares.__setitem__(job.id, share))
            await self._move(
                job, JobState.DONE, size=made.size, damaged=made.damaged, masked=made.masked
            )
        except ExportFailed as failed:
            await self._fail(job, failed.code, str(failed), failed.segment)
        except Refused as refused:
            if refused.code in PASSING:
                await asyncio.sleep(RETRY_AFTER)  # then it is its turn again
            else:
                await self._fail(job, refused.code, refused.detail, "")
        except Exception as error:
            log.exception("export failed", job=job.id)
            await self._fail(job, "export_failed", type(error).__name__, "")

    async def _make(self, job: ExportJob, told: Told) -> Made:
        if job.wish.kind in BUNDLES:
            return await self._bundles.make(job, told)
        await self._settled(job.hearing)
        state = await self._hearings.state(job.hearing)
        if state.custody.going:  # asked for just before
            raise Refused(Code.NOT_FOUND)
        masked = left_out(state, _reader(job))
        made = await self._maker.make(job, await self._script(job), told)
        return replace(made, masked=masked)

    async def _fail(self, job: ExportJob, code: str, detail: str, segment: str) -> None:
        await self._discard(job)
        more = {"code": code, "detail": detail[:500], "segment": segment}
        with contextlib.suppress(Refused):  # it stays in the queue, and is tried again
            await self._move(job, JobState.FAILED, **more)

    async def _move(self, job: ExportJob, state: JobState, **more: object) -> ExportJob:
        assert state in MOVES[job.state]
        if state not in ACTIVE:
            more["ended_at"] = self._now()
        job = replace(job, state=state, **more)  # type: ignore[arg-type]
        await self._store.update(job)
        return job

    async def _script(self, job: ExportJob) -> Script:
        wish = job.wish
        entries = await self._hearings.entries(job.hearing)
        script = await asyncio.to_thread(
            script_of, entries, _reader(job), wish.started_at, wish.ended_at
        )
        return of_party(script, wish.party) if wish.party else script

    async def find(self, hearing: str, reader: str, job_id: str) -> ExportJob:
        """Refused(not_found) where there is none that they may see."""
        found = (job for job, _ in await self.of_hearing(hearing, reader) if job.id == job_id)
        job = next(found, None)
        if job is None:
            raise Refused(Code.NOT_FOUND)
        return job


def _reader(job: ExportJob) -> str | None:
    """For whom the copy is made: the court's own for whoever asked, any other may leave the court."""
    return job.by if job.wish.sealed else None


def left_out(state: HearingState, reader: str | None) -> str:
    """A digest of what a copy for `reader` leaves out of the hearing."""
    tracks = [
        (party, source)
        for party in state.seats
        for source in (ev.Source.CAMERA, ev.Source.MICROPHONE)
        if not plays_track(state, reader, party, source)
    ]
    return hashlib.sha256(repr((masked_extents(state, reader), tracks)).encode()).hexdigest()
