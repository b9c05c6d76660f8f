"""A copy of a hearing's record for somebody: masked where they may not look, and proving itself all the same."""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

import rfc8785

from hearing_server.domain import events as ev
from hearing_server.domain.copies import not_in_copy, withheld
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.log import Tree, entry_from, leaf_hash
from hearing_server.services.hearings import Hearings

KIND = "masked copy of a hearing record"
AT_ONCE = 2  # copies being made on this node; the others wait

T = TypeVar("T")


class Target(Protocol):
    """Takes the files of a copy, one after the other. Blocking."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None: ...


class Records(Protocol):
    async def records(self, hearing: str, after: int = 0) -> list[bytes]:
        """A page of entries above number `after`, in canonical form; Refused(busy)."""


class Material(Protocol):
    """What lies in a hearing's folder beside the log. Blocking."""

    def beside(self, roots: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        """README, certificates, and the files of these entries' roots, by name."""

    def segment(self, name: str) -> Iterator[bytes] | None:
        """The file of a segment by its name in the log, if it is there."""

    def valid_from(self) -> int:
        """Since when the court's key for records is certified, Unix ms."""

    def signed_list(self, said: bytes) -> Iterator[tuple[str, bytes]]:
        """The list of what is masked with the court's signature of it, by name."""


@dataclass
class _Copy:
    lines: list[bytes]
    roots: list[bytes]
    masked: list[int]
    segments: list[ev.SegmentRecorded]
    without: list[ev.SegmentRecorded]

    def holds(self, other: "_Copy") -> bool:
        """Whether nothing is in the other that is not in this one."""
        return set(self.masked) <= set(other.masked) and set(self.without) <= set(other.without)


class RecordCopier:
    """`settled` returns when what was recorded of a hearing so far stands in its log."""

    def __init__(
        self,
        hearings: Hearings,
        records: Records,
        material: Material,
        settled: Callable[[str], Awaitable[None]],
    ) -> None:
        self._hearings = hearings
        self._records = records
        self._material = material
        self._settled = settled
        self._turn = asyncio.Semaphore(AT_ONCE)
        # Of their own: a slow reader must not hold a thread that a signature waits for.
        self._threads = ThreadPoolExecutor(AT_ONCE, "record copy")

    async def write(self, hearing: str, reader: str | None, target: Target) -> None:
        """The copy of `reader`, a party; None: one that leaves the court.

        Refused(wrong_phase) before the closing, Refused(sealed) when something that it holds is sealed
        while it is made. What `target` raises ends it.
        """
        await self._settled(hearing)
        async with self._turn:  # the wait may have been long: everything is read after it
            state = await self._hearings.state(hearing)
            if state.phase is not Phase.CLOSED:
                raise Refused(Code.WRONG_PHASE, state.phase)
            records: list[bytes] = []
            while page := await self._records.records(hearing, len(records)):
                records += page
            del records[state.seq :]
            copy = await self._in_thread(_masked, state, records, reader)
            for add in self._files(state, records, copy, reader, target):
                newest = await self._hearings.state(hearing)
                if newest is not state:
                    now = await self._in_thread(_masked, newest, records, reader)
                    if not now.holds(copy):
                        raise Refused(Code.SEALED)
                    state = newest
                await self._in_thread(add)

    async def _in_thread(self, call: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *given)

    def _files(
        self,
        state: HearingState,
        records: list[bytes],
        copy: _Copy,
        reader: str | None,
        target: Target,
    ) -> Iterator[Callable[[], None]]:
        """What adds the copy's files to the target, in order: first all that is not recorded, then a segment each."""

        def add_log() -> None:
            target.add("log.jsonl", (line + b"\n" for line in copy.lines))
            for name, data in self._material.beside(copy.roots):
                target.add(name, (data,))
            if copy.masked or copy.without:
                for name, data in self._signed_list(state, records, copy, reader):
                    target.add(name, (data,))

        yield add_log
        for segment in sorted(copy.segments, key=lambda one: one.name):
            yield functools.partial(self._add_segment, segment, target)

    def _add_segment(self, segment: ev.SegmentRecorded, target: Target) -> None:
        chunks = self._material.segment(segment.name)
        if chunks is not None:
            target.add(segment.name.partition("/")[2], chunks)

    def _signed_list(
        self, state: HearingState, records: list[bytes], copy: _Copy, reader: str | None
    ) -> Iterator[tuple[str, bytes]]:
        """What is masked, bound to this very log; its time is the newest entry's, so that it can be made again."""
        tree = Tree()
        for record in records:
            tree.append(leaf_hash(record))
        said = rfc8785.dumps(
            {
                "kind": KIND,
                "hearing": state.hearing,
                "size": tree.size,
                "root": tree.root().hex(),
                "signed_at": max(state.at, self._material.valid_from()),
                "reader": "" if reader is None else state.seats[reader].party.role.value,
                "entries": list(copy.masked),
                "left_out": [one.name.partition("/")[2] for one in copy.without],
            }
        )
        return self._material.signed_list(said)


def _masked(state: HearingState, records: list[bytes], reader: str | None) -> _Copy:
    copy = _Copy([], [], [], [], [])
    recorded: list[ev.SegmentRecorded] = []
    for number, record in enumerate(records, start=1):
        entry = entry_from(json.loads(record))
        event = entry.event
        line = record
        if withheld(state, entry, reader):
            line = rfc8785.dumps({"leaf": leaf_hash(record).hex(), "seq": number})
            copy.masked.append(number)
        elif isinstance(event, ev.SegmentRecorded):
            recorded.append(event)
        elif isinstance(event, ev.RootSigned):
            copy.roots.append(record)
        copy.lines.append(line)
    out = not_in_copy(state, recorded, reader)
    for segment in recorded:
        (copy.without if segment.name in out else copy.segments).append(segment)
    return copy
