"""Who did what, and who was kept from it. An act that cannot be noted is not done."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hearing_server.domain.audit import FIRST, Action, Link, Row, bounded, first_broken
from hearing_server.services.hearings import Clock

__all__ = ["Action", "Audit", "AuditStore", "Found", "Head", "Search", "Verdict", "Who"]

PAGE = 100  # rows of one answer
CHUNK = 500  # rows of one read of the whole trail: a few milliseconds of the event loop


@dataclass(frozen=True, kw_only=True)
class Who:
    """Somebody who acts, and from where."""

    actor: str
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to look for; empty fields look for everything. `since` and `until` are Unix ms, inclusive."""

    since: int | None = None
    until: int | None = None
    actor: str = ""
    actions: tuple[Action, ...] = ()
    subject: str = ""
    text: str = ""  # part of actor, subject, detail or address
    before: int | None = None  # rows with a lower number: the next page


@dataclass(frozen=True, kw_only=True)
class Found:
    """The newest first. `cursor` is the next page's `before`, None on the last."""

    rows: Sequence[Link]
    cursor: int | None


@dataclass(frozen=True, kw_only=True)
class Head:
    """Where the chain ends: how many rows were written, and the hash of the last."""

    rows: int
    hash: bytes


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`broken` is the first row that is changed, moved or missing; None when all of it holds."""

    head: Head
    broken: int | None


class AuditStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached or written."""

    async def add(self, row: Row) -> Link:
        """Append the row under the next number, whatever number it has."""

    async def find(self, search: Search, limit: int) -> list[Link]: ...

    async def after(self, number: int, limit: int) -> list[Link]:
        """Rows in the order of the chain."""

    async def head(self) -> Head: ...


class Audit:
    def __init__(self, store: AuditStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def login_failed(self, login: str, detail: str, address: str) -> None:
        """`login` is empty when it is nobody's: who tries a name that is none is not told so here either."""
        await self.note(
            Action.LOGIN_FAILED, actor="", subject=login, detail=detail, address=address
        )

    async def note(
        self,
        action: Action,
        *,
        actor: str,
        subject: str = "",
        detail: str = "",
        address: str = "",
    ) -> None:
        """Write it down before it is done; Refused(busy) when it cannot be, and then it must not be.

        Never pass a secret, a code or a document's number.
        """
        await self._store.add(
            Row(
                id=0,
                at=self._now(),
                actor=bounded(actor, "actor"),
                action=action,
                subject=bounded(subject, "subject"),
                detail=bounded(detail, "detail"),
                address=bounded(address, "address"),
            )
        )

    async def search(self, search: Search) -> Found:
        rows = await self._store.find(search, PAGE + 1)
        more = len(rows) > PAGE
        return Found(rows=rows[:PAGE], cursor=rows[PAGE - 1].row.id if more else None)

    async def pages(self, search: Search) -> AsyncIterator[Sequence[Link]]:
        """Everything found, newest first, in pieces."""
        while rows := await self._store.find(search, CHUNK):
            yield rows
            search = Search(**{**search.__dict__, "before": rows[-1].row.id})

    async def verify(self) -> Verdict:
        """Walk the whole chain, from the first row to where it is said to end."""
        head = await self._store.head()
        number, previous = 0, FIRST
        while number < head.rows:
            links = (await self._store.after(number, CHUNK))[: head.rows - number]
            broken = await asyncio.to_thread(first_broken, links, number, previous)
            if broken is not None or not links:
                return Verdict(head=head, broken=broken or number + 1)
            number, previous = number + len(links), links[-1].hash
        return Verdict(head=head, broken=None if previous == head.hash else max(number, 1))
