"""Signatures on a paper: many press at once, one at a time is on the file, and nobody notices.

A signer holds the file from preparing to finishing, a second at most for a browser that is there. One that
is not is given up: at once when others wait. The line is bounded; whoever does not fit is told to try again.
"""

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import SigningKey
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.decide import check_held, check_read, check_signer
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.hearings import Clock
from hearing_server.services.paper_ports import PRINTED, Press, SignRequest
from hearing_server.services.papers import Papers
from hearing_server.services.transcripts import DocumentFiles, Prepared

HOLD = 20.0  # seconds between preparing and finishing
HOLD_BEFORE_OTHERS = 3.0
QUEUE = 60.0  # seconds in the line
MOST_WAITING = 60  # of one paper


@dataclass
class _Hold:
    person: str
    prepared: Prepared
    strokes: bytes
    base: str  # the file that it was prepared on
    since: float  # of the event loop
    expiry: asyncio.TimerHandle


class SigningLine:
    """Whose turn it is, of each paper."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self.waiting: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def held(self, paper: str) -> AsyncIterator[None]:
        await self.take(paper)
        try:
            yield
        finally:
            self.release(paper)

    async def take(self, paper: str) -> None:
        """Wait for one's turn; Refused(busy) when the line is full or stands still."""
        if self.waiting[paper] >= MOST_WAITING:
            raise Refused(Code.BUSY, "line")
        self.waiting[paper] += 1
        try:
            async with asyncio.timeout(QUEUE):
                await self._locks.setdefault(paper, asyncio.Lock()).acquire()
        except TimeoutError:
            raise Refused(Code.BUSY, "line") from None
        finally:
            self.waiting[paper] -= 1

    def release(self, paper: str) -> None:
        lock = self._locks[paper]
        lock.release()
        if not lock.locked() and not self.waiting[paper]:
            del self._locks[paper], self.waiting[paper]


class PaperSigning:
    def __init__(
        self, papers: Papers, press: Press, files: DocumentFiles, line: SigningLine, now: Clock
    ) -> None:
        self._papers = papers
        self._press = press
        self._files = files
        self._line = line
        self._now = now
        self._holds: dict[tuple[str, str], _Hold] = {}  # by paper and preparation
        self._asking: set[tuple[str, str]] = set()  # (paper, person), each once in the line
        self._tasks: set[asyncio.Task[str]] = set()

    async def close(self) -> None:
        """Let what is being signed finish."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def prepare(self, paper: str, digest: str, request: SignRequest) -> tuple[str, bytes]:
        """Hold the file for a signer: (preparation, bytes to sign). `digest` is of the statement they read.

        Refused(other_digest) for another digest, Refused(busy), and by `check_signer`.
        """
        self._check(await self._papers.get(paper), digest, request.person)
        mine = (paper, request.person)
        if mine in self._asking:
            raise Refused(Code.BUSY)
        self._drop(paper, request.person)  # who tries again does not wait for themselves
        self._asking.add(mine)
        try:
            self._hurry(paper)
            await self._line.take(paper)
            try:
                return await self._prepare(paper, digest, request)
            except BaseException:
                self._line.release(paper)
                raise
        finally:
            self._asking.discard(mine)

    async def _prepare(self, paper: str, digest: str, request: SignRequest) -> tuple[str, bytes]:
        state = await self._papers.get(paper)
        self._check(state, digest, request.person)
        pdf = await asyncio.to_thread(self._files.read, paper, PRINTED, state.sha256)
        prepared = await self._press.prepare(pdf, state, request)
        preparation, loop = secrets.token_urlsafe(16), asyncio.get_running_loop()
        lasts = HOLD_BEFORE_OTHERS if self._line.waiting[paper] else HOLD
        expiry = loop.call_later(lasts, self._give_up, paper, preparation)
        self._holds[paper, preparation] = _Hold(
            request.person, prepared, request.strokes, state.sha256, loop.time(), expiry
        )
        return preparation, prepared.to_be_signed

    async def finish(self, paper: str, person: str, preparation: str, signature: bytes) -> str:
        """Embed the signature; the file's SHA-256. Refused(not_found) when the hold has run out."""
        hold = self._holds.get((paper, preparation))
        if hold is None or hold.person != person:
            raise Refused(Code.NOT_FOUND)
        del self._holds[paper, preparation]
        hold.expiry.cancel()
        return await asyncio.shield(self._own(self._embed(paper, hold, signature), paper))

    async def _embed(self, paper: str, hold: _Hold, signature: bytes) -> str:
        """The next in line waits until this is done, also when the one who asked has gone."""
        try:
            pdf = await asyncio.to_thread(hold.prepared.finish, signature)
            sign = cmd.Sign(
                person=hold.person,
                base=hold.base,
                sha256="",
                certificate_sha256=hold.prepared.certificate_sha256,
                name_image_sha256=hold.prepared.name_image_sha256,
            )
            return await self._enter(paper, sign, pdf, hold.strokes)
        finally:
            self._line.release(paper)

    async def _enter(self, paper: str, sign: cmd.Sign, pdf: bytes, written: bytes) -> str:
        """The files first, then the fact that names them."""
        sha256 = await asyncio.to_thread(self._files.save, paper, PRINTED, pdf)
        strokes = ""
        if written:
            strokes = await asyncio.to_thread(self._files.save_strokes, paper, written)
        command = replace(sign, sha256=sha256, strokes_sha256=strokes)
        await self._papers.execute(paper, command, sign.person)
        return sha256

    async def sign_held(self, paper: str, digest: str, request: SignRequest, witness: str) -> str:
        """The whole of it on the server, for whoever the clerk permitted it; the file's SHA-256."""
        state = await self._papers.get(paper)
        self._check(state, digest, request.person)
        check_held(state.signers[request.person], witness)
        mine = (paper, request.person)
        if mine in self._asking:
            raise Refused(Code.BUSY)
        self._drop(paper, request.person)
        self._asking.add(mine)
        try:
            self._hurry(paper)
            await self._line.take(paper)
            task = self._own(self._sign_held(paper, digest, request, witness), paper)
            return await asyncio.shield(task)
        finally:
            self._asking.discard(mine)

    async def _sign_held(self, paper: str, digest: str, request: SignRequest, witness: str) -> str:
        try:
            state = await self._papers.get(paper)
            self._check(state, digest, request.person)
            pdf = await asyncio.to_thread(self._files.read, paper, PRINTED, state.sha256)
            signed = await self._press.sign_held(pdf, state, request, witness)
            sign = cmd.Sign(
                person=request.person,
                base=state.sha256,
                sha256="",
                certificate_sha256=signed.certificate_sha256,
                name_image_sha256=signed.name_image_sha256,
                key=SigningKey.HELD,
                witness=witness,
            )
            return await self._enter(paper, sign, signed.pdf, request.strokes)
        finally:
            self._line.release(paper)

    def _own(self, signing: Coroutine[Any, Any, str], paper: str) -> "asyncio.Task[str]":
        task = asyncio.create_task(signing, name=f"sign {paper}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _check(self, paper: Paper, digest: str, person: str) -> None:
        signer = check_signer(paper, person, self._now())
        check_read(paper, signer)
        if paper.signing is None or paper.signing.digest != digest:
            raise Refused(Code.OTHER_DIGEST)

    def _hurry(self, paper: str) -> None:
        """Somebody waits: whoever holds the file has less time from now on."""
        loop = asyncio.get_running_loop()
        for (of, preparation), hold in self._holds.items():
            if of == paper:
                until = min(hold.expiry.when(), hold.since + HOLD_BEFORE_OTHERS)
                hold.expiry.cancel()
                hold.expiry = loop.call_at(until, self._give_up, paper, preparation)

    def _drop(self, paper: str, person: str) -> None:
        for (of, preparation), hold in list(self._holds.items()):
            if of == paper and hold.person == person:
                hold.expiry.cancel()
                self._give_up(paper, preparation)

    def _give_up(self, paper: str, preparation: str) -> None:
        if self._holds.pop((paper, preparation), None) is not None:
            self._line.release(paper)
