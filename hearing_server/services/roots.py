"""Signs the root of each hearing's log when it is due (domain/proof.py), with a timestamp if one can be had.

It never holds a hearing up: signing and asking for a timestamp happen in threads, and while the
timestamp authority is away roots are signed without, and stamped when it answers again. What is due is
read from the log alone, so that a restart does it once.
"""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain import log as tree
from hearing_server.domain import proof
from hearing_server.domain.errors import PASSING, Refused
from hearing_server.domain.fold import replay
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.domain.log import SERVER, Entry
from hearing_server.services.hearings import Clock, Hearings

LOOK_EVERY = 5.0  # seconds
PAGE = 2000  # leaves at once
STAMP_AGAIN = 60_000  # ms after the first failure; doubled by each, up to an hour
STAMP_RARELY = 3_600_000
ALARM_AFTER = 600_000  # ms without a timestamp
RECENT = 7 * 24 * 3_600_000  # ms after a closing that a start still looks at the hearing
FAULT = "timestamp_authority"

log = structlog.get_logger()


class StampUnavailable(Exception):
    """No timestamp authority answered as it should; the text says how."""


class RootSigner(Protocol):
    """The court's key for records. Blocking: called in threads."""

    def sign(self, statement: bytes) -> tuple[bytes, bytes]:
        """Signature and certificate, DER."""

    def stamp(self, signature: bytes) -> bytes:
        """A timestamp token over the signature, DER; StampUnavailable, within seconds."""


class Leaves(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def leaves(self, hearing: str, after: int = 0, most: int = PAGE) -> list[bytes]:
        """Leaf hashes of the entries with a number above `after`, in order."""

    async def read(self, hearing: str, after: int = 0) -> list[Entry]: ...

    async def opened(self, closed_since: int) -> list[str]:
        """Hearings that were opened and are not closed, or were closed since (Unix ms)."""


class Roots:
    """`settled` returns when what was recorded of a hearing so far stands in its log."""

    def __init__(
        self,
        hearings: Hearings,
        leaves: Leaves,
        signer: RootSigner,
        settled: Callable[[str], Awaitable[None]],
        now: Clock,
    ) -> None:
        self._hearings = hearings
        self._leaves = leaves
        self._signer = signer
        self._settled = settled
        self._now = now
        self._trees: dict[str, tree.Tree] = {}  # of the hearings that are watched
        self._woken = asyncio.Event()
        self._down_since: int | None = None  # the timestamp authority
        self._stamp_at = 0
        self._wait = STAMP_AGAIN

    @property
    def watched(self) -> tuple[str, ...]:
        """Hearings for which something is or may become due."""
        return tuple(self._trees)

    def on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """A hearing that has begun is watched until its record is closed, signed and stamped."""
        if state.opened_at is None:
            return
        self._trees.setdefault(state.hearing, tree.Tree())
        deleted = any(isinstance(entry.event, ev.RecordingDeleted) for entry in entries)
        if deleted or state.phase_seq >= entries[0].seq:
            self._woken.set()

    async def on_load(self, hearing: str) -> None:
        state = await self._hearings.state(hearing)
        if state.opened_at is not None and not self._finished(state):
            self._trees.setdefault(hearing, tree.Tree())
            self._woken.set()

    async def run(self) -> None:
        """Look at what an earlier run left, then whenever something happens, until cancelled."""
        recalled = False
        while True:
            try:
                recalled = recalled or await self._recall()
            except Refused as refusal:
                log.warning("earlier hearings not looked at", why=str(refusal))
            except Exception:
                recalled = True
                log.exception("earlier hearings not looked at")
            for hearing in self.watched:
                await self._look(hearing)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._woken.wait()
            self._woken.clear()

    async def _recall(self) -> bool:
        """Watch what an earlier run left; those that are finished are not kept in memory for it."""
        for hearing in await self._leaves.opened(self._now() - RECENT):
            entries = await self._leaves.read(hearing)
            state = await asyncio.to_thread(replay, entries)
            if not self._finished(state):
                self._trees.setdefault(hearing, tree.Tree())
        return True

    def _finished(self, state: HearingState) -> bool:
        """Nothing is due, nor will be unless something is entered."""
        root = state.root
        still = state.phase in (Phase.CLOSED, Phase.SUSPENDED)
        return (
            still
            and root is not None
            and root.timestamped
            and state.newest_fact <= root.size
            and state.phase_seq <= root.size
        )

    async def _look(self, hearing: str) -> None:
        try:
            state = await self._hearings.state(hearing)
            cause = proof.due(state, self._hearings.now(hearing))
            if cause is not None:
                await self._sign(state, cause)
            elif state.root is not None and not state.root.timestamped and self._may_stamp():
                await self._sign(state, ev.RootCause.TIMESTAMPED)
            await self._tell_of_stamps(hearing)
            if self._finished(await self._hearings.state(hearing)):
                self._trees.pop(hearing, None)
        except Refused as refusal:
            if refusal.code not in PASSING:
                log.error("root not entered", hearing=hearing, code=refusal.code)
        except Exception:
            log.exception("root not signed", hearing=hearing)

    async def _sign(self, state: HearingState, cause: ev.RootCause) -> None:
        hearing = state.hearing
        if state.phase is not Phase.IN_SESSION:
            await self._settled(hearing)
        size, root = await self._root(hearing)
        signed_at = self._now()
        statement = proof.statement(hearing, size, root, cause, signed_at)
        signature, certificate = await asyncio.to_thread(self._signer.sign, statement)
        token = await self._stamp(signature)
        if cause is ev.RootCause.TIMESTAMPED and not token:
            return
        signed = ev.RootSigned(
            size=size,
            root=root,
            cause=cause,
            signed_at=signed_at,
            signature=_text(signature),
            certificate=_text(certificate),
            timestamp=_text(token),
        )
        await self._hearings.execute(hearing, cmd.EnterRoot(root=signed), SERVER)

    async def _root(self, hearing: str) -> tuple[int, str]:
        """Size and root of the whole log as it is saved."""
        growing = self._trees.setdefault(hearing, tree.Tree())
        while page := await self._leaves.leaves(hearing, growing.size):
            await asyncio.to_thread(_grow, growing, page)
        return growing.size, growing.root().hex()

    def _may_stamp(self) -> bool:
        return self._down_since is None or self._now() >= self._stamp_at

    async def _stamp(self, signature: bytes) -> bytes:
        """The token; empty while the authority is away, which is asked again ever more rarely."""
        if not self._may_stamp():
            return b""
        try:
            token = await asyncio.to_thread(self._signer.stamp, signature)
        except StampUnavailable as error:
            log.warning("no timestamp", why=str(error), asked_again_in_s=self._wait // 1000)
            self._down_since = self._down_since or self._now()
            self._stamp_at = self._now() + self._wait
            self._wait = min(2 * self._wait, STAMP_RARELY)
            return b""
        self._down_since, self._wait = None, STAMP_AGAIN
        return token

    async def _tell_of_stamps(self, hearing: str) -> None:
        """An alarm once it lasts, and its end; a closed hearing's people have gone."""
        state = await self._hearings.state(hearing)
        lasting = any(one.code == FAULT and one.over_at is None for one in state.faults)
        down = self._down_since is not None and self._now() - self._down_since >= ALARM_AFTER
        event: ev.RecordingFault | ev.RecordingRecovered
        if down and not lasting and state.phase is not Phase.CLOSED:
            event = ev.RecordingFault(code=FAULT, detail="signed without")
        elif lasting and self._down_since is None:
            event = ev.RecordingRecovered(code=FAULT, detail="it answers again")
        else:
            return
        await self._hearings.execute(hearing, cmd.EnterRecording(event=event), SERVER)


def _grow(growing: tree.Tree, leaves: Sequence[bytes]) -> None:
    for leaf in leaves:
        growing.append(leaf)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
