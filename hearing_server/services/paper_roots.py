"""Signs the root of each paper's log when it is due (domain/papers/proof.py), as services/roots.py does of hearings.

What is due stands in the store, so a start goes on where the last run ended. While the timestamp authority is
away roots are signed without, and once more when it answers again.
"""

import asyncio
import base64
import contextlib
from collections.abc import Sequence

import structlog

from hearing_server.domain.errors import Refused
from hearing_server.domain.events import RootCause
from hearing_server.domain.log import SERVER, Tree
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers import proof
from hearing_server.domain.papers.events import PaperRootSigned
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper
from hearing_server.domain.proof import statement
from hearing_server.services.hearings import Clock
from hearing_server.services.papers import Papers
from hearing_server.services.roots import Leaves, RootSigner, StampUnavailable

LOOK_EVERY = 5.0  # seconds
STAMP_AGAIN = 600_000  # ms after a failure

log = structlog.get_logger()


class PaperRoots:
    def __init__(self, papers: Papers, leaves: Leaves, signer: RootSigner, now: Clock) -> None:
        self._papers = papers
        self._leaves = leaves
        self._signer = signer
        self._now = now
        self._stamp_at = 0
        self._woken = asyncio.Event()

    def on_entries(self, paper: Paper, entries: Sequence[Entry]) -> None:
        if paper.ended_seq >= entries[0].seq:
            self._woken.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            try:
                for paper in await self._papers.store.roots_due(self._now()):
                    await self._look(paper)
            except Refused as refusal:
                log.warning("roots of papers wait", code=refusal.code)
            except Exception:
                log.exception("roots of papers stumbled")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._woken.wait()

    async def _look(self, paper: str) -> None:
        """One paper's trouble keeps no other waiting."""
        try:
            due = proof.due(await self._papers.get(paper))
            if due is not None and due.at <= self._now():
                await self._sign(paper, due.cause)
        except Refused as refusal:
            log.warning("root of a paper waits", paper=paper, code=refusal.code)
        except Exception:
            log.exception("root of a paper not signed", paper=paper)

    async def bring_up(self, paper: Paper) -> Paper:
        """With everything that it has by now under a root."""
        due = proof.due(paper)
        if due is not None and due.cause is not RootCause.TIMESTAMPED:
            await self._sign(paper.id, due.cause)
        return await self._papers.get(paper.id)

    async def _sign(self, paper: str, cause: RootCause) -> None:
        if cause is RootCause.TIMESTAMPED and self._now() < self._stamp_at:
            return
        tree = Tree()
        while page := await self._leaves.leaves(paper, tree.size):
            for leaf in page:
                tree.append(leaf)
        root, signed_at = tree.root().hex(), self._now()
        said = statement(paper, tree.size, root, cause, signed_at, proof.KIND)
        signature, certificate = await asyncio.to_thread(self._signer.sign, said)
        token = await self._stamp(signature)
        if cause is RootCause.TIMESTAMPED and not token:
            return
        signed = PaperRootSigned(
            size=tree.size,
            root=root,
            cause=cause,
            signed_at=signed_at,
            signature=_text(signature),
            certificate=_text(certificate),
            timestamp=_text(token),
        )
        await self._papers.execute(paper, cmd.EnterRoot(root=signed), SERVER)

    async def _stamp(self, signature: bytes) -> bytes:
        """Empty while no authority answers."""
        if self._now() < self._stamp_at:
            return b""
        try:
            return await asyncio.to_thread(self._signer.stamp, signature)
        except StampUnavailable as error:
            log.warning("no timestamp", why=str(error))
            self._stamp_at = self._now() + STAMP_AGAIN
            return b""


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
