"""From the lines to the signed document: freeze, print and seal, sign one at a time, archive.

A file is written before the event that names it, so what the log says exists. A crash in between leaves
a freeze without its seal or an answered document without its archive; `resume` finishes both.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import structlog

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
from hearing_server.domain.errors import PASSING, Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.objections import unanswered
from hearing_server.domain.record import Freeze
from hearing_server.domain.sealed import masked_in_print
from hearing_server.services.hearings import Hearings

HOLD = 20.0  # seconds that a party has between preparing and finishing a signature
HOLD_BEFORE_OTHERS = 3.0  # while somebody waits: a browser signs by itself, in no time
QUEUE = 60.0  # seconds that a party waits for the others before being told to try again
NOTHING = hashlib.sha256(b"").hexdigest()  # no picture of a name is in the document
RETRY_AFTER = 5.0  # seconds between attempts at a seal or an archive while the store is down

log = structlog.get_logger()

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


@dataclass
class _Hold:
    """A document held for one party while their browser signs."""

    hearing: str
    request: SignatureRequest
    prepared: Prepared
    since: float  # of the event loop
    expiry: asyncio.TimerHandle


class Transcripts:
    def __init__(self, hearings: Hearings, notary: Notary, files: DocumentFiles) -> None:
        self._hearings = hearings
        self._notary = notary
        self._files = files
        self._locks: dict[str, asyncio.Lock] = {}
        self._holds: dict[str, _Hold] = {}
        self._waiting: Counter[str] = Counter()  # in line for a hearing's document
        self._preparing: set[str] = set()  # parties that stand in the queue, each once
        self._tasks: set[asyncio.Task[object]] = set()
        self._closing = asyncio.Event()

    async def close(self) -> None:
        """Let what is being printed, signed or archived finish; what waits is left to `resume`."""
        self._closing.set()
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

        seq = await self._hearings.execute_with(hearing, make, by)
        self._spawn(hearing, "seal", self._seal)
        return seq

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """When the last answer is in, the document is archived."""
        if any(isinstance(entry.event, ev.HearingOpened) for entry in entries):
            self._own(asyncio.to_thread(self._notary.make_ready), "make ready")
        answers = (
            ev.TranscriptSigned,
            ev.SignatureRefused,
            ev.PartyRemoved,
            ev.ObjectionRefused,
            ev.ObjectionWithdrawn,
        )
        if any(isinstance(entry.event, answers) for entry in entries) and _complete(state):
            self._spawn(state.hearing, "archive", self._archive)

    async def resume(self, hearing: str) -> None:
        """Finish what a crash left undone."""
        state = await self._hearings.state(hearing)
        freeze = state.freeze
        if freeze is not None and not freeze.sealed and not freeze.changed_since:
            self._spawn(hearing, "seal", self._seal)
        elif _complete(state):
            self._spawn(hearing, "archive", self._archive)

    async def document(self, hearing: str, version: int) -> bytes:
        """The newest state of a version, also of an earlier one that was signed; Refused(not_found)."""
        freeze = (await self._hearings.state(hearing)).with_version(version).freeze
        if freeze is None or not freeze.sealed or freeze.version != version:
            raise Refused(Code.NOT_FOUND)
        return await asyncio.to_thread(self._files.read, hearing, version, freeze.sha256)

    async def prepare(self, hearing: str, request: SignatureRequest) -> tuple[str, bytes]:
        """Hold the document for a party: (preparation id, bytes to sign). Queued behind other signers."""
        check_signer(await self._checked(hearing, request.party), request.party, request.version)
        with self._in_line(request.party):
            return await self._prepare_in_turn(hearing, request)

    @contextlib.contextmanager
    def _in_line(self, party: str) -> Iterator[None]:
        """Each party stands there once; one that tries again does not wait for itself."""
        if party in self._preparing:
            raise Refused(Code.BUSY)
        self._drop_holds_of(party)
        self._preparing.add(party)
        try:
            yield
        finally:
            self._preparing.discard(party)

    async def _prepare_in_turn(self, hearing: str, request: SignatureRequest) -> tuple[str, bytes]:
        await self._wait_in_line(hearing)
        try:
            state = await self._hearings.state(hearing)
            freeze = check_signer(state, request.party, request.version)
            pdf = await asyncio.to_thread(self._files.read, hearing, freeze.version, freeze.sha256)
            prepared = await asyncio.to_thread(self._notary.prepare, pdf, state, request)
        except BaseException:
            self._lock(hearing).release()
            raise
        preparation, loop = secrets.token_urlsafe(16), asyncio.get_running_loop()
        lasts = HOLD_BEFORE_OTHERS if self._waiting[hearing] else HOLD
        expiry = loop.call_later(lasts, self._release, preparation)
        self._holds[preparation] = _Hold(hearing, request, prepared, loop.time(), expiry)
        return preparation, prepared.to_be_signed

    async def sign_held(self, hearing: str, request: SignatureRequest, witness: str) -> str:
        """The whole of it on the server, for a party who was permitted; the file's SHA-256."""
        state = await self._checked(hearing, request.party)
        check_signer(state, request.party, request.version)
        witness = check_held(state, request.party, witness)
        with self._in_line(request.party):
            await self._wait_in_line(hearing)
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
            self._lock(hearing).release()

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

    async def _wait_in_line(self, hearing: str) -> None:
        """Until the document is ours; whoever holds it has less time from now on."""
        self._waiting[hearing] += 1
        self._hurry(hearing)
        try:
            async with asyncio.timeout(QUEUE):
                await self._lock(hearing).acquire()
        except TimeoutError:
            raise Refused(Code.BUSY) from None
        finally:
            self._waiting[hearing] -= 1

    def _hurry(self, hearing: str) -> None:
        for preparation, hold in self._holds.items():
            if hold.hearing == hearing:
                until = min(hold.expiry.when(), hold.since + HOLD_BEFORE_OTHERS)
                hold.expiry.cancel()
                hold.expiry = asyncio.get_running_loop().call_at(until, self._release, preparation)

    async def finish(self, party: str, preparation: str, signature: bytes) -> str:
        """Embed the signature; the file's SHA-256. Refused(not_found) when the hold has run out."""
        hold = self._holds.get(preparation)
        if hold is None or hold.request.party != party:
            raise Refused(Code.NOT_FOUND)
        del self._holds[preparation]
        hold.expiry.cancel()
        task = self._own(self._embed(hold, signature), f"sign {hold.hearing}")
        return await asyncio.shield(task)

    async def _embed(self, hold: _Hold, signature: bytes) -> str:
        """The next signer waits until this is done, also when the one who asked has gone."""
        try:
            prepared = hold.prepared
            pdf = await asyncio.to_thread(prepared.finish, signature)
            sign = cmd.Sign(
                version=hold.request.version,
                sha256="",
                certificate_sha256=prepared.certificate_sha256,
                name_image_sha256=prepared.name_image_sha256,
            )
            return await self._enter(hold.hearing, hold.request, pdf, sign)
        finally:
            self._lock(hold.hearing).release()

    def _release(self, preparation: str) -> None:
        hold = self._holds.pop(preparation, None)
        if hold is not None:
            self._lock(hold.hearing).release()

    def _drop_holds_of(self, party: str) -> None:
        for preparation, hold in list(self._holds.items()):
            if hold.request.party == party:
                hold.expiry.cancel()
                self._release(preparation)

    async def _checked(self, hearing: str, party: str) -> HearingState:
        state = await self._hearings.state(hearing)
        check(state, cmd.Sign, party)
        return state

    def _lock(self, hearing: str) -> asyncio.Lock:
        return self._locks.setdefault(hearing, asyncio.Lock())

    def _spawn(self, hearing: str, what: str, job: Callable[[str], Awaitable[None]]) -> None:
        async def run() -> None:
            while not self._closing.is_set():
                try:
                    return await job(hearing)
                except Refused as refusal:
                    log.warning("document job refused", job=what, hearing=hearing, why=str(refusal))
                    if refusal.code not in PASSING:
                        return
                except Exception:
                    log.exception("document job failed", job=what, hearing=hearing)
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RETRY_AFTER):
                        await self._closing.wait()

        self._own(run(), f"{what} {hearing}")

    def _own(self, coroutine: Coroutine[None, None, T], name: str) -> asyncio.Task[T]:
        task = asyncio.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _seal(self, hearing: str) -> None:
        async with self._lock(hearing):
            state = await self._hearings.state(hearing)
            if state.freeze is None or state.freeze.sealed:
                return
            version = state.freeze.version
            printed = await asyncio.to_thread(self._notary.print_and_seal, state)
            sha256 = await asyncio.to_thread(self._files.save, hearing, version, printed.pdf)
            seal = cmd.EnterSeal(version=version, pages=printed.pages, sha256=sha256)
            await self._hearings.execute(hearing, seal, SERVER)

    async def _archive(self, hearing: str) -> None:
        async with self._lock(hearing):
            state = await self._hearings.state(hearing)
            freeze = state.freeze
            if freeze is None or not _complete(state):
                return
            pdf = await asyncio.to_thread(self._files.read, hearing, freeze.version, freeze.sha256)
            archived = await asyncio.to_thread(self._notary.archive, pdf)
            sha256 = await asyncio.to_thread(self._files.save, hearing, freeze.version, archived)
            archive = cmd.EnterArchive(version=freeze.version, sha256=sha256)
            await self._hearings.execute(hearing, archive, SERVER)


def _complete(state: HearingState) -> bool:
    """Everybody has answered, no objection waits for an answer, and the archive is still to be made."""
    freeze = state.freeze
    if freeze is None or freeze.archived or not freeze.answered:
        return False
    return not unanswered(state.objections)
