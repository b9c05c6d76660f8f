"""From the lines to the signed document: freeze, print and seal, sign one at a time, archive.

A file is written before the event that names it, so what the log says exists. What the log says and the files
do not yet (a freeze without its seal, a refusal, an archive) is done as domain/due_work.py has it, also after a
crash, and of an earlier version when a newer one was frozen meanwhile.
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeVar

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.decide import (
    check,
    check_freeze,
    check_held,
    check_signer,
    next_version,
    signing_order,
)
from hearing_server.domain.due_work import Due, Work, due
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.record import Freeze
from hearing_server.domain.sealed import masked_in_print
from hearing_server.services.due_work import DueWork
from hearing_server.services.hearings import Hearings
from hearing_server.services.signing_line import SigningLine

NOTHING = hashlib.sha256(b"").hexdigest()  # no picture of a name is in the document

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Printed:
    pdf: bytes
    pages: int


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A signature that waits for the party's key. `finish` takes r and s (64 bytes), gives the PDF."""

    to_be_signed: bytes
    certificate_sha256: str
    name_image_sha256: str
    finish: Callable[[bytes], bytes]


@dataclass(frozen=True, kw_only=True)
class SignatureRequest:
    party: str
    version: int
    public_key: bytes  # SPKI, DER
    name_image: bytes  # PNG, may be empty
    strokes: bytes = b""  # how it was written, JSON; empty where it was typed


@dataclass(frozen=True, kw_only=True)
class HeldSignature:
    """Signed with a key that was made on the server for this signature, and is gone. The rest as in Sign."""

    pdf: bytes
    certificate_sha256: str
    name_image_sha256: str


class Notary(Protocol):
    """Prints, seals and signs. All blocking: called in threads. Raises Refused for bad input."""

    def make_ready(self) -> None:
        """A hearing is held, so there will be something to print: start what takes a while to start."""

    def digest(self, state: HearingState, freeze: Freeze) -> str:
        """The digest of the document of this state and freeze; Refused(unprintable_character)."""

    def print_and_seal(self, state: HearingState) -> Printed:
        """The document of the state's freeze, certified by the court."""

    def prepare(self, pdf: bytes, state: HearingState, request: SignatureRequest) -> Prepared: ...

    def sign_held(
        self, pdf: bytes, state: HearingState, request: SignatureRequest, witness: str
    ) -> HeldSignature:
        """With a key made on the server, said so in the certificate and in what is seen of the signature."""

    def refuse(self, pdf: bytes, state: HearingState, party: str, *, sealed: bool) -> bytes:
        """The court's seal in the box of who refused to sign, with their reason unless it is sealed."""

    def archive(self, pdf: bytes) -> bytes: ...


class DocumentFiles(Protocol):
    """Files by their hash. Blocking; written durably (fsync) before `save` returns."""

    def save(self, hearing: str, version: int, pdf: bytes) -> str:
        """Keep the file; its SHA-256. Refused(not_saved)."""

    def read(self, hearing: str, version: int, sha256: str) -> bytes: ...

    def read_beside(self, hearing: str, kind: str, sha256: str) -> bytes:
        """`strokes` or `assertions`; Refused(not_found) when it is not there, or another than the log says."""

    def save_strokes(self, hearing: str, strokes: bytes) -> str:
        """Keep how a name was written; its SHA-256. Refused(not_saved)."""


_BRINGS_WORK = (
    ev.TranscriptFrozen,
    ev.TranscriptSigned,
    ev.SignatureRefused,
    ev.PartyRemoved,
    ev.ObjectionRefused,
    ev.ObjectionWithdrawn,
)


class _Begun(NamedTuple):
    """A signature that was asked for, and prepared."""

    request: SignatureRequest
    prepared: Prepared


class Transcripts:
    def __init__(self, hearings: Hearings, notary: Notary, files: DocumentFiles) -> None:
        self._hearings = hearings
        self._notary = notary
        self._files = files
        self._line: SigningLine[_Begun] = SigningLine()
        self._tasks: set[asyncio.Task[object]] = set()
        self._work = DueWork(hearings, self._due, self._do)

    async def close(self) -> None:
        """Let what is being printed, signed or archived finish; what waits is left to `resume`."""
        await self._work.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def freeze(self, hearing: str, by: str) -> int:
        """Freeze the lines as they stand; printing goes on in the background and ends in an event."""
        check(await self._hearings.state(hearing), cmd.FreezeTranscript, by)

        async def make(state: HearingState, now: int) -> cmd.Command:
            check_freeze(state)
            draft = Freeze(
                version=next_version(state),
                digest="",
                signers=signing_order(state),
                frozen_at=now,
                masked=masked_in_print(state),
            )
            digest = await asyncio.to_thread(self._notary.digest, state, draft)
            return cmd.FreezeTranscript(digest=digest)

        return await self._hearings.execute_with(hearing, make, by)

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """A freeze is sealed, a refusal is said in the file at once; the last answer has it archived."""
        if any(isinstance(entry.event, ev.HearingOpened) for entry in entries):
            self._own(asyncio.to_thread(self._notary.make_ready), "make ready")
        if any(isinstance(entry.event, _BRINGS_WORK) for entry in entries):
            self._work.begin(state.hearing)

    async def resume(self, hearing: str) -> None:
        """Finish what a crash left undone."""
        if due(await self._hearings.state(hearing)):
            self._work.begin(hearing)

    async def document(self, hearing: str, version: int) -> bytes:
        """The newest state of a version, also of an earlier one that was signed; Refused(not_found)."""
        freeze = (await self._hearings.state(hearing)).with_version(version).freeze
        if freeze is None or not freeze.sealed or freeze.version != version:
            raise Refused(Code.NOT_FOUND)
        return await asyncio.to_thread(self._files.read, hearing, version, freeze.sha256)

    async def prepare(self, hearing: str, request: SignatureRequest) -> tuple[str, bytes]:
        """Hold the document for a party: (preparation id, bytes to sign). Queued behind other signers."""
        check_signer(await self._checked(hearing, request.party), request.party, request.version)
        with self._line.once(hearing, request.party):
            return await self._prepare_in_turn(hearing, request)

    async def _prepare_in_turn(self, hearing: str, request: SignatureRequest) -> tuple[str, bytes]:
        await self._line.take(hearing)
        try:
            state = await self._hearings.state(hearing)
            freeze = check_signer(state, request.party, request.version)
            pdf = await asyncio.to_thread(self._files.read, hearing, freeze.version, freeze.sha256)
            prepared = await asyncio.to_thread(self._notary.prepare, pdf, state, request)
        except BaseException:
            self._line.release(hearing)
            raise
        preparation = self._line.hold(hearing, request.party, _Begun(request, prepared))
        return preparation, prepared.to_be_signed

    async def sign_held(self, hearing: str, request: SignatureRequest, witness: str) -> str:
        """The whole of it on the server, for a party who was permitted; the file's SHA-256."""
        state = await self._checked(hearing, request.party)
        check_signer(state, request.party, request.version)
        witness = check_held(state, request.party, witness)
        with self._line.once(hearing, request.party):
            await self._line.take(hearing)
            task = self._own(self._sign_held(hearing, request, witness), f"sign {hearing}")
            return await asyncio.shield(task)

    async def _sign_held(self, hearing: str, request: SignatureRequest, witness: str) -> str:
        try:
            state = await self._hearings.state(hearing)
            freeze = check_signer(state, request.party, request.version)
            pdf = await asyncio.to_thread(self._files.read, hearing, freeze.version, freeze.sha256)
            signed = await asyncio.to_thread(self._notary.sign_held, pdf, state, request, witness)
            sign = cmd.Sign(
                version=request.version,
                sha256="",
                certificate_sha256=signed.certificate_sha256,
                name_image_sha256=signed.name_image_sha256,
                key=ev.SigningKey.HELD,
                witness=witness,
            )
            return await self._enter(hearing, request, signed.pdf, sign)
        finally:
            self._line.release(hearing)

    async def _enter(
        self, hearing: str, request: SignatureRequest, pdf: bytes, sign: cmd.Sign
    ) -> str:
        """The files first, then the fact that names them."""
        sha256 = await asyncio.to_thread(self._files.save, hearing, request.version, pdf)
        strokes = ""
        if request.strokes and sign.name_image_sha256 != NOTHING:
            strokes = await asyncio.to_thread(self._files.save_strokes, hearing, request.strokes)
        command = replace(sign, sha256=sha256, strokes_sha256=strokes)
        await self._hearings.execute(hearing, command, request.party)
        return sha256

    async def finish(self, party: str, preparation: str, signature: bytes) -> str:
        """Embed the signature; the file's SHA-256. Refused(not_found) when the hold has run out."""
        hold = self._line.claim(party, preparation)
        task = self._own(self._embed(hold.document, hold.prepared, signature), "sign")
        return await asyncio.shield(task)

    async def _embed(self, hearing: str, begun: _Begun, signature: bytes) -> str:
        """The next signer waits until this is done, also when the one who asked has gone."""
        request, prepared = begun
        try:
            pdf = await asyncio.to_thread(prepared.finish, signature)
            sign = cmd.Sign(
                version=request.version,
                sha256="",
                certificate_sha256=prepared.certificate_sha256,
                name_image_sha256=prepared.name_image_sha256,
            )
            return await self._enter(hearing, request, pdf, sign)
        finally:
            self._line.release(hearing)

    async def _checked(self, hearing: str, party: str) -> HearingState:
        state = await self._hearings.state(hearing)
        check(state, cmd.Sign, party)
        return state

    def _own(self, coroutine: Coroutine[None, None, T], name: str) -> asyncio.Task[T]:
        task = asyncio.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _due(self, hearing: str) -> tuple[Due, ...]:
        return due(await self._hearings.state(hearing))

    async def _do(self, hearing: str, todo: Due) -> None:
        """In its turn among the signers, on the file as it is then."""
        async with self._line.held(hearing):
            state = await self._hearings.state(hearing)
            if todo in due(state):
                about = replace(state, freeze=state.version(todo.version))
                await self._hearings.execute(hearing, await self._done(about, todo), SERVER)

    async def _done(self, state: HearingState, todo: Due) -> cmd.Command:
        """The file is written; what is to be entered of it."""
        if todo.work is Work.SEAL:
            printed = await asyncio.to_thread(self._notary.print_and_seal, state)
            sha256 = await self._save(state, todo, printed.pdf)
            return cmd.EnterSeal(version=todo.version, pages=printed.pages, sha256=sha256)
        assert state.freeze is not None
        file = state.hearing, todo.version, state.freeze.sha256
        pdf = await asyncio.to_thread(self._files.read, *file)
        if todo.work is Work.ARCHIVE:
            pdf = await asyncio.to_thread(self._notary.archive, pdf)
            return cmd.EnterArchive(version=todo.version, sha256=await self._save(state, todo, pdf))
        sealed = ("refusal", todo.version, todo.party) in masked_in_print(state)
        pdf = await asyncio.to_thread(self._notary.refuse, pdf, state, todo.party, sealed=sealed)
        return cmd.EnterRefusal(
            version=todo.version,
            party=todo.party,
            sha256=await self._save(state, todo, pdf),
            sealed=sealed,
        )

    async def _save(self, state: HearingState, todo: Due, pdf: bytes) -> str:
        return await asyncio.to_thread(self._files.save, state.hearing, todo.version, pdf)
