"""Bundles: the record of a closed hearing as one file that proves itself, made as a job (services/exports.py).

Bench and clerk have one made for themselves, for a party or for whoever is outside; a party for themselves,
with the hashes of the recordings alone: to hand out the recording is the court's to decide.
"""

import asyncio
import errno
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from hearing_server.domain.copies import gives_copy
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.export_jobs import ExportJob, ExportKind, Wish
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.services.export_ports import ExportFailed, Made, Told
from hearing_server.services.hearings import Hearings
from hearing_server.services.record_copy import Ask, RecordCopier

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Container(Protocol):
    """A file that is being made. Blocking, one call at a time; each raises OSError."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None: ...

    def seal(self) -> int:
        """Sign it and put it in its place; its size."""

    def abandon(self) -> None:
        """Nothing of it stays."""


class Containers(Protocol):
    """Blocking."""

    def open(self, job: ExportJob) -> Container: ...

    def path(self, job: ExportJob) -> Path: ...

    def discard(self, job: ExportJob) -> None: ...


class Bundles:
    """Implements Bundler."""

    def __init__(self, hearings: Hearings, copier: RecordCopier, containers: Containers) -> None:
        self._hearings = hearings
        self._copier = copier
        self._containers = containers

    def check(self, state: HearingState, by: str, wish: Wish) -> None:
        court = oversees(state, by)
        if wish.sealed or wish.started_at is not None or wish.ended_at is not None:
            raise Refused(Code.BAD_MESSAGE, "a bundle is of the whole hearing")
        if wish.party and wish.party not in state.seats:
            raise Refused(Code.UNKNOWN_PARTY)
        if not court and not (wish.party == by and gives_copy(state, by)):
            raise Refused(Code.NOT_FOUND)
        if state.phase is not Phase.CLOSED:
            raise Refused(Code.WRONG_PHASE, state.phase)
        if wish.party and wish.party != by and not gives_copy(state, wish.party):
            raise Refused(Code.NOT_ALLOWED)
        if wish.party and wish.party != by and oversees(state, wish.party):
            raise Refused(Code.NOT_ALLOWED)  # they may see what this one may not
        if wish.kind is ExportKind.BUNDLE and (not court or state.custody.deleting):
            raise Refused(Code.NOT_ALLOWED)

    def sees(self, state: HearingState, reader: str, wish: Wish) -> bool:
        """Whose copy it is; and bench and clerk, unless it is of one of them."""
        if wish.party == reader:
            return True
        return oversees(state, reader) and not (wish.party and oversees(state, wish.party))

    async def make(self, job: ExportJob, told: Told) -> Made:
        wish = job.wish
        ask = Ask(reader=wish.party or None, recordings=wish.kind is ExportKind.BUNDLE)
        try:
            container = await asyncio.to_thread(self._containers.open, job)
            try:
                without = await self._copier.write(job.hearing, ask, container, told)
                size = await asyncio.to_thread(container.seal)
            except BaseException:
                await asyncio.to_thread(container.abandon)
                raise
        except OSError as error:
            code = "disk_full" if error.errno in _FULL else "export_failed"
            raise ExportFailed(code, error.strerror or str(error)) from error
        return Made(size=size, masked=without)

    async def holds(self, job: ExportJob) -> bool:
        return await self._copier.holds(job.hearing, job.wish.party or None, job.masked)

    def path(self, job: ExportJob) -> Path:
        return self._containers.path(job)

    def discard(self, job: ExportJob) -> None:
        self._containers.discard(job)
