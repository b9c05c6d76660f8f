"""Signatures on a paper, one at a time on the file (signing_line.py)."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, NamedTuple

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import SigningKey
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.decide import check_held, check_read, check_signer
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.hearings import Clock
from hearing_server.services.paper_ports import PRINTED, Press, SignRequest
from hearing_server.services.papers import Papers
from hearing_server.services.signing_line import SigningLine
from hearing_server.services.transcripts import NOTHING, DocumentFiles, Prepared


class Begun(NamedTuple):
    """A signature that was prepared, and on which file."""

    prepared: Prepared
    strokes: bytes
    base: str


class PaperSigning:
    def __init__(
        self,
        papers: Papers,
        press: Press,
        files: DocumentFiles,
        line: SigningLine[Begun],
        now: Clock,
    ) -> None:
        self._papers = papers
        self._press = press
        self._files = files
        self._line = line
        self._now = now
        self._tasks: set[asyncio.Task[str]] = set()

    async def close(self) -> None:
        """Let what is being signed finish."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def prepare(self, paper: str, digest: str, request: SignRequest) -> tuple[str, bytes]:
        """Hold the file for a signer: (preparation, bytes to sign). `digest` is of the statement they read.

        Refused(other_digest) for another digest, Refused(busy), and by `check_signer`.
        """
        self._check(await self._papers.get(paper), digest, request.person)
        with self._line.once(paper, request.person):
            await self._line.take(paper)
            try:
                return await self._prepare(paper, digest, request)
            except BaseException:
                self._line.release(paper)
                raise

    async def _prepare(self, paper: str, digest: str, request: SignRequest) -> tuple[str, bytes]:
        state = await self._papers.get(paper)
        self._check(state, digest, request.person)
        pdf = await asyncio.to_thread(self._files.read, paper, PRINTED, state.sha256)
        prepared = await self._press.prepare(pdf, state, request)
        begun = Begun(prepared, request.strokes, state.sha256)
        return self._line.hold(paper, request.person, begun), prepared.to_be_signed

    async def finish(self, paper: str, person: str, preparation: str, signature: bytes) -> str:
        """Embed the signature; the file's SHA-256. Refused(not_found) when the hold has run out."""
        hold = self._line.claim(person, preparation, of=paper)
        work = self._embed(paper, person, hold.prepared, signature)
        return await asyncio.shield(self._own(work, paper))

    async def _embed(self, paper: str, person: str, begun: Begun, signature: bytes) -> str:
        """The next in line waits until this is done, also when the one who asked has gone."""
        try:
            pdf = await asyncio.to_thread(begun.prepared.finish, signature)
            sign = cmd.Sign(
                person=person,
                base=begun.base,
                sha256="",
                certificate_sha256=begun.prepared.certificate_sha256,
                name_image_sha256=begun.prepared.name_image_sha256,
            )
            return await self._enter(paper, sign, pdf, begun.strokes)
        finally:
            self._line.release(paper)

    async def _enter(self, paper: str, sign: cmd.Sign, pdf: bytes, written: bytes) -> str:
        """The files first, then the fact that names them."""
        sha256 = await asyncio.to_thread(self._files.save, paper, PRINTED, pdf)
        strokes = ""
        if written and sign.name_image_sha256 != NOTHING:
            strokes = await asyncio.to_thread(self._files.save_strokes, paper, written)
        command = replace(sign, sha256=sha256, strokes_sha256=strokes)
        await self._papers.execute(paper, command, sign.person)
        return sha256

    async def sign_held(self, paper: str, digest: str, request: SignRequest, witness: str) -> str:
        """The whole of it on the server, for whoever the clerk permitted it; the file's SHA-256."""
        state = await self._papers.get(paper)
        self._check(state, digest, request.person)
        check_held(state.signers[request.person], witness)
        with self._line.once(paper, request.person):
            await self._line.take(paper)
            task = self._own(self._sign_held(paper, digest, request, witness), paper)
            return await asyncio.shield(task)

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
