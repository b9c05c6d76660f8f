"""One export from its order to its file: processes are started, fed, watched and ended here.

What is done is kept in chunks (of one party's file: in pieces of its tracks), so a job that is begun again,
after a kill of a process or of the server, goes on with the first chunk that is missing. Cancelling ends the
processes; nothing half-made is left
under the name of the file.
"""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from hearing_server.services.worker_link.process import PACKAGES
from recording import export
from recording.composite.chunk import pieces_of
from recording.exporting.order import Answer, Done, Failed, Order, Task, party_pieces
from recording.opened import ExportRefused

MOST_DEATHS = 3  # of processes, before a job is given up
STALLED_S = 300.0  # without a word from a process
JOINING, JOINING_PARTY = 0.08, 0.4  # of the whole, by time

Progress = Callable[[float], None]  # from 0 to 1
_LINE = 1 << 20


class Killed(Exception):
    """The process ended without an answer."""


class _Process:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def do(self, task: Task, told: Callable[[int], None]) -> Done:
        """Raises ExportRefused, Killed."""
        writer, reader = self._process.stdin, self._process.stdout
        assert writer is not None
        assert reader is not None
        try:
            writer.write(msgspec.json.encode(task) + b"\n")
            await writer.drain()
            while True:
                async with asyncio.timeout(STALLED_S):
                    line = await reader.readline()
                if not line.endswith(b"\n"):
                    raise Killed
                answer: Answer = msgspec.json.decode(line, type=Answer)
                if isinstance(answer, Done):
                    return answer
                if isinstance(answer, Failed):
                    raise ExportRefused(answer.code, answer.detail, answer.segment)
                told(answer.frames)
        except (ConnectionError, TimeoutError) as error:
            raise Killed from error

    async def end(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()


@contextlib.asynccontextmanager
async def _started(order: Order) -> AsyncIterator[_Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "recording.exporting.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LINE,
        start_new_session=True,
        env={"PATH": os.defpath, "PYTHONPATH": PACKAGES, "OMP_NUM_THREADS": "1"},
    )
    child = _Process(process)
    try:
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            await process.stdin.drain()
        yield child
    finally:
        await asyncio.shield(child.end())


class Job:
    """`workers` processes make chunks side by side. `pids` are those at work now."""

    def __init__(self, order: Order, workers: int = 2, told: Progress = lambda share: None) -> None:
        self._order = order
        self._workers = workers
        self._told = told
        self._sizes: list[int] = []  # of the chunks: frames, of one party's file ms
        self._frames: dict[int, int] = {}  # done, by chunk
        self._deaths = 0
        self.pids: set[int] = set()

    async def make(self) -> dict[str, str]:
        """The file is there when this returns; what was found damaged. Raises ExportRefused.

        Cancelled, it leaves what is done for the next time; `discard` takes that away. Refused over a
        segment that is not as the log has it, it leaves nothing.
        """
        try:
            return await self._make()
        except ExportRefused as refused:
            if refused.segment:
                await asyncio.to_thread(shutil.rmtree, self._order.work, True)
            raise

    async def _make(self) -> dict[str, str]:
        order = self._order
        output = Path(order.output)
        damaged: dict[str, str] = {}
        if order.kind != "captions":
            self._sizes = _sizes(order)
            if not self._sizes:
                raise ExportRefused("no_segments", "nothing of this span was recorded")
            await asyncio.to_thread(_prepare, order)
            damaged = await self._chunks()
        else:
            await asyncio.to_thread(output.parent.mkdir, parents=True, exist_ok=True)
        await self._repeat(Task(), self._joined)
        await asyncio.to_thread(shutil.rmtree, order.work, True)
        self._told(1.0)
        return damaged

    async def _chunks(self) -> dict[str, str]:
        found = await asyncio.to_thread(_finished, self._order, len(self._sizes))
        for number in found:
            self._frames[number] = self._sizes[number]
        waiting = [n for n in range(len(self._sizes)) if n not in found]
        damaged = {name: cause for notes in found.values() for name, cause in notes.items()}
        self._tell()
        try:
            async with asyncio.TaskGroup() as group:
                for turn in range(min(self._workers, len(waiting))):
                    group.create_task(self._work(waiting, damaged), name=f"export worker {turn}")
        except ExceptionGroup as group_of:
            raise group_of.exceptions[0] from None
        return damaged

    async def _work(self, waiting: list[int], damaged: dict[str, str]) -> None:
        """One process after the other, until no chunk waits."""
        while waiting:
            number = waiting[0]
            try:
                async with self._process() as process:
                    while waiting:
                        number = waiting.pop(0)
                        done = await process.do(Task(chunk=number), self._counting(number))
                        await asyncio.to_thread(_note, self._order, number, done.damaged)
                        damaged.update(done.damaged)
            except Killed:
                waiting.insert(0, number)
                self._died()

    async def _repeat(self, task: Task, told: Callable[[int], None]) -> None:
        while True:
            try:
                async with self._process() as process:
                    await process.do(task, told)
                    return
            except Killed:
                self._died()

    @contextlib.asynccontextmanager
    async def _process(self) -> AsyncIterator[_Process]:
        async with _started(self._order) as process:
            self.pids.add(process.pid)
            try:
                yield process
            finally:
                self.pids.discard(process.pid)

    def _died(self) -> None:
        self._deaths += 1
        if self._deaths >= MOST_DEATHS:
            raise ExportRefused("export_failed", f"its process ended {self._deaths} times")

    def _counting(self, number: int) -> Callable[[int], None]:
        def told(frames: int) -> None:
            self._frames[number] = min(frames, self._sizes[number])
            self._tell()

        return told

    @property
    def _joining(self) -> float:
        return JOINING_PARTY if self._order.kind == "party" else JOINING

    def _tell(self) -> None:
        done = sum(self._frames.values()) / max(1, sum(self._sizes))
        self._told((1 - self._joining) * done)

    def _joined(self, frames: int) -> None:
        done = frames / max(1, _joins(self._order))
        self._told(1 - self._joining + self._joining * min(1.0, done))


def discard(order_output: Path) -> None:
    """What an export left that will not be finished. Blocks."""
    shutil.rmtree(Path(f"{order_output}.work"), ignore_errors=True)
    for path in (order_output, order_output.with_name(order_output.name + ".part")):
        path.unlink(missing_ok=True)


def _sizes(order: Order) -> list[int]:
    """How much work is in each chunk. Raises ExportRefused."""
    if order.kind == "party":
        return [export.lasts(piece) for piece in party_pieces(order)]
    return [piece.frames for piece in pieces_of(order.script)]


def _joins(order: Order) -> int:
    """How much work is in the joining, as its process counts: frames, of one party's file ms."""
    if order.kind != "party":
        return order.script.frames
    segments = order.script.segments
    return max(one.ended_at for one in segments) - export.begins_at(segments, order.script.spans)


def _prepare(order: Order) -> None:
    """The folder of the chunks, empty unless they are of this very order."""
    try:
        named = order.work / "order"
        if order.work.exists() and (not named.exists() or named.read_text() != order.digest):
            shutil.rmtree(order.work)
        order.work.mkdir(parents=True, exist_ok=True, mode=0o750)
        if not named.exists():
            named.write_text(order.digest)
    except OSError as error:
        raise ExportRefused("disk_full", str(error)) from error


def _finished(order: Order, count: int) -> dict[int, dict[str, str]]:
    """What was found damaged, by the number of each chunk that is there whole, note and all."""
    found = {}
    for number in range(count):
        note = order.chunk(number).with_suffix(".json")
        if order.chunk(number).exists() and note.exists():
            with contextlib.suppress(msgspec.MsgspecError, OSError):
                found[number] = msgspec.json.decode(note.read_bytes(), type=dict[str, str])
    return found


def _note(order: Order, number: int, damaged: dict[str, str]) -> None:
    """Beside the chunk, so that what is resumed names it too."""
    try:
        order.chunk(number).with_suffix(".json").write_bytes(msgspec.json.encode(damaged))
    except OSError as error:
        raise ExportRefused("disk_full", str(error)) from error
