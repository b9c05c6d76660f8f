"""What is said in an exhibit that is sound or film, recognised as a job for the clerk, one at a time.

The text is an aid beside the exhibit, as captions are: what the clerk takes into the record from it is a line.
It is kept by the file's hash. A job that was asked for has a mark on the disk until it is done, so that a start
takes up again what a crash has ended; it begins anew.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import structlog

from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.exhibit_readers import has_original, reads_file
from hearing_server.domain.hearing import Exhibit, HearingState
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import Right, may
from hearing_server.services.access import Seated
from hearing_server.services.exhibits import ExhibitFiles
from hearing_server.services.hearings import Hearings
from hearing_server.services.speech import likely_words

MOST_WAITING = 20
MOST_SAID = 20_000  # utterances

Standing = Literal["none", "waiting", "running", "done", "failed"]
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """Times in ms from the file's beginning; `words`: each with when it begins."""

    text: str
    began: int
    until: int
    words: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Seconds of the file; `of` is 0 where it does not say how long it is."""

    at: float
    of: float


@dataclass
class Job:
    hearing: str
    sha256: str
    media_type: str
    standing: Standing = "waiting"
    progress: Progress = field(default_factory=lambda: Progress(at=0, of=0))
    fault: str = ""
    task: "asyncio.Task[None] | None" = None

    @property
    def key(self) -> tuple[str, str]:
        return self.hearing, self.sha256

    @property
    def at_work(self) -> bool:
        return self.standing in ("waiting", "running")


class RecognitionFailed(Exception):
    """The text is a code: no_model, no_library, wrong_model, no_sound, broken."""


class FileRecogniser(Protocol):
    def said(
        self, path: Path, media_type: str, words: tuple[str, ...]
    ) -> AsyncIterator[Utterance | Progress]:
        """`words` are likely ones. In the order of the file; RecognitionFailed. Given up when the iteration is."""


class SpokenFiles(Protocol):
    """Blocking; each raises OSError."""

    def read(self, hearing: str, sha256: str) -> list[Utterance] | None: ...

    def save(self, hearing: str, sha256: str, said: Sequence[Utterance]) -> None:
        """And take the mark away."""

    def mark(self, hearing: str, sha256: str, media_type: str) -> None: ...

    def unmark(self, hearing: str, sha256: str) -> None: ...

    def marked(self) -> list[tuple[str, str, str]]: ...


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """How it stands with an exhibit."""

    standing: Standing
    progress: Progress
    fault: str
    said: tuple[Utterance, ...] = ()


class ExhibitSpeech:
    """`recogniser` is None where no model is configured."""

    def __init__(
        self,
        hearings: Hearings,
        files: ExhibitFiles,
        spoken: SpokenFiles,
        recogniser: FileRecogniser | None,
    ) -> None:
        self._hearings = hearings
        self._files = files
        self._spoken = spoken
        self._recogniser = recogniser
        self._jobs: dict[tuple[str, str], Job] = {}
        self._turn = asyncio.Semaphore(1)  # a model takes the machine's cores
        self._ending: set[asyncio.Task[None]] = set()
        hearings.subscribe(self._on_entries)

    async def resume(self) -> None:
        """What a run before this one left undone."""
        if self._recogniser is None:
            return
        for hearing, sha256, media_type in await asyncio.to_thread(self._spoken.marked):
            self._begin(Job(hearing, sha256, media_type))

    async def close(self) -> None:
        """Jobs keep their marks: the next start goes on."""
        await asyncio.gather(*self._ending, return_exceptions=True)
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def about(self, seated: Seated, number: int) -> Spoken:
        """For whoever reads the exhibit's file; Refused(not_found) for everybody else."""
        state = await self._hearings.state(seated.hearing)
        exhibit = _exhibit(state, number)
        if not reads_file(state, exhibit, seated.party):
            raise Refused(Code.NOT_FOUND)
        said = await asyncio.to_thread(self._spoken.read, seated.hearing, exhibit.sha256)
        if said is not None:
            return Spoken(
                standing="done", progress=Progress(at=0, of=0), fault="", said=tuple(said)
            )
        job = self._jobs.get((seated.hearing, exhibit.sha256))
        if job is None:
            return Spoken(standing="none", progress=Progress(at=0, of=0), fault="")
        return Spoken(standing=job.standing, progress=job.progress, fault=job.fault)

    async def ask(self, seated: Seated, number: int) -> None:
        """Have it recognised; Refused(no_model) without a model, Refused(no_change) while it is at work
        or done.
        """
        exhibit = await self._of_clerk(seated, number)
        if self._recogniser is None:
            raise Refused(Code.NO_MODEL)
        if not exhibit.media_type.startswith(("audio/", "video/")):
            raise Refused(Code.BAD_FILE, "no sound")
        job = Job(seated.hearing, exhibit.sha256, exhibit.media_type)
        known = self._jobs.get(job.key)
        if known is not None and known.at_work:
            raise Refused(Code.NO_CHANGE)
        if sum(one.at_work for one in self._jobs.values()) >= MOST_WAITING:
            raise Refused(Code.TOO_MANY, str(MOST_WAITING))
        self._jobs[job.key] = job  # from now on whoever asks too is told that it is at work
        try:
            await self._mark(job)
        except BaseException:
            self._drop(job)
            raise
        if self._jobs.get(job.key) is not job:  # given up meanwhile
            await asyncio.to_thread(self._spoken.unmark, *job.key)
            raise Refused(Code.NO_CHANGE)
        self._begin(job)

    async def _mark(self, job: Job) -> None:
        if await asyncio.to_thread(self._spoken.read, *job.key) is not None:
            raise Refused(Code.NO_CHANGE)
        try:
            await asyncio.to_thread(self._spoken.mark, *job.key, job.media_type)
        except OSError as error:
            raise Refused(Code.NOT_SAVED, error.strerror or "") from error

    def _drop(self, job: Job) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]

    async def cancel(self, seated: Seated, number: int) -> None:
        """Refused(no_change) where nothing is at work."""
        exhibit = await self._of_clerk(seated, number)
        job = self._jobs.get((seated.hearing, exhibit.sha256))
        if job is None or not job.at_work:
            raise Refused(Code.NO_CHANGE)
        await self._give_up(job)

    def _on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """What is withdrawn nobody reads any more, and nobody could give it up."""
        for event in (entry.event for entry in entries):
            if isinstance(event, ev.ExhibitWithdrawn):
                exhibit = state.exhibits[event.exhibit - 1]
                job = self._jobs.get((state.hearing, exhibit.sha256))
                if job is not None and job.at_work:
                    task = asyncio.create_task(self._give_up(job), name="give up recognising")
                    self._ending.add(task)
                    task.add_done_callback(self._ending.discard)

    async def _give_up(self, job: Job) -> None:
        if job.task is not None:
            job.task.cancel()
            await asyncio.gather(job.task, return_exceptions=True)
        try:
            await asyncio.to_thread(self._spoken.unmark, *job.key)
        finally:
            self._drop(job)

    async def _of_clerk(self, seated: Seated, number: int) -> Exhibit:
        state = await self._hearings.state(seated.hearing)
        exhibit = _exhibit(state, number)
        if not has_original(state, exhibit, seated.party):
            raise Refused(Code.NOT_FOUND)
        if not may(state.seats[seated.party].party.role, Right.WRITE):
            raise Refused(Code.NOT_ALLOWED)
        return exhibit

    def _begin(self, job: Job) -> None:
        self._jobs[job.key] = job
        job.task = asyncio.create_task(self._run(job), name=f"recognise {job.sha256[:8]}")

    async def _run(self, job: Job) -> None:
        async with self._turn:
            job.standing = "running"
            try:
                path = await asyncio.to_thread(self._files.path, job.hearing, job.sha256)
                said = await self._recognise(job, path)
                await asyncio.to_thread(self._spoken.save, *job.key, said)
                job.standing = "done"
                self._drop(job)
            except RecognitionFailed as error:
                await self._fail(job, str(error))
            except (Refused, OSError) as error:
                await self._fail(job, getattr(error, "code", "") or "not_saved")
            except Exception:
                log.exception("an exhibit was not recognised")
                await self._fail(job, "broken")

    async def _recognise(self, job: Job, path: Path) -> list[Utterance]:
        assert self._recogniser is not None
        said: list[Utterance] = []
        words = likely_words(await self._hearings.state(job.hearing))
        async for told in self._recogniser.said(path, job.media_type, words):
            if isinstance(told, Progress):
                job.progress = told
            else:
                said.append(told)
            if len(said) > MOST_SAID:
                raise RecognitionFailed("broken")
        return said

    async def _fail(self, job: Job, why: str) -> None:
        """It is not tried again by itself: the same file would fail again."""
        job.standing, job.fault = "failed", why
        log.warning("an exhibit was not recognised", hearing=job.hearing, why=why)
        try:
            await asyncio.to_thread(self._spoken.unmark, *job.key)
        except OSError:
            log.exception("a mark stays")


def _exhibit(state: HearingState, number: int) -> Exhibit:
    found: Any = state.exhibits[number - 1 : number] if number else ()
    if not found or found[0].withdrawn:
        raise Refused(Code.NOT_FOUND)
    return found[0]  # type: ignore[no-any-return]
