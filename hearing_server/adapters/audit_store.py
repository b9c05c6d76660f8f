"""The audit trail in SQL. It is appended to and read; nothing here changes or drops a row."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, insert, or_, select, update

from hearing_server.adapters import staff_tables as tables
from hearing_server.adapters.database import Database
from hearing_server.domain.audit import Link, Row, link
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.audit import Head, Search


class SqlAudit:
    """Implements AuditStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: Row) -> Link:
        """Taking the head first makes writers of all nodes wait for each other."""
        head, audit = tables.audit_head, tables.audit
        take = update(head).values(rows=head.c.rows + 1).returning(head.c.rows, head.c.hash)
        async with self._database.writing() as connection:
            taken = (await connection.execute(take)).one_or_none()
            if taken is None:  # without its head the trail could be cut short unseen
                raise Refused(Code.BUSY, "audit")
            new = link(replace(row, id=taken.rows), taken.hash)
            values = {**asdict(new.row), "previous": new.previous, "hash": new.hash}
            await connection.execute(insert(audit).values(values))
            await connection.execute(update(head).values(hash=new.hash))
        return new

    async def find(self, search: Search, limit: int) -> list[Link]:
        audit = tables.audit
        return await self._read(_matching(search).order_by(audit.c.id.desc()).limit(limit))

    async def after(self, number: int, limit: int) -> list[Link]:
        audit = tables.audit
        query = select(audit).where(audit.c.id > number).order_by(audit.c.id).limit(limit)
        return await self._read(query)

    async def head(self) -> Head:
        head = tables.audit_head
        async with self._database.reading() as connection:
            row = (await connection.execute(select(head.c.rows, head.c.hash))).one_or_none()
        if row is None:
            raise Refused(Code.BUSY, "audit")
        return Head(rows=row.rows, hash=row.hash)

    async def _read(self, query: Select[Any]) -> list[Link]:
        async with self._database.reading() as connection:
            return [_link(row) for row in await connection.execute(query)]


def _matching(search: Search) -> Select[Any]:
    audit = tables.audit.c
    query = select(tables.audit)
    if search.since is not None:
        query = query.where(audit.at >= search.since)
    if search.until is not None:
        query = query.where(audit.at <= search.until)
    if search.actor:
        query = query.where(audit.actor == search.actor)
    if search.actions:
        query = query.where(audit.action.in_([str(action) for action in search.actions]))
    if search.subject:
        query = query.where(audit.subject == search.subject)
    if search.text:
        columns = (audit.actor, audit.subject, audit.detail, audit.address)
        query = query.where(or_(*(c.icontains(search.text, autoescape=True) for c in columns)))
    if search.before is not None:
        query = query.where(audit.id < search.before)
    return query


def _link(row: SqlRow[Any]) -> Link:
    """By place, in the order of the table: this is done for every row of the trail."""
    values: Any = row
    number, at, actor, action, subject, detail, address, previous, digest = values
    return Link(
        row=Row(
            id=number,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            detail=detail,
            address=address,
        ),
        previous=previous,
        hash=digest,
    )
