"""Kiosks and observers' links in SQL. Implements KioskStore and ObserverLinkStore."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from hearing_server.adapters.database import Database, insert_into
from hearing_server.adapters.entering_tables import kiosk, observer_link
from hearing_server.services.kiosks import Kiosk


class SqlKiosks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def kiosks(self) -> list[Kiosk]:
        query = select(kiosk).order_by(kiosk.c.site, kiosk.c.name, kiosk.c.id)
        async with self._database.reading() as connection:
            return [Kiosk(**row._mapping) for row in await connection.execute(query)]

    async def kiosk(self, identity: str) -> Kiosk | None:
        return await self._one(kiosk.c.id == identity)

    async def by_secret(self, secret: bytes) -> Kiosk | None:
        return await self._one((kiosk.c.secret == secret) & kiosk.c.revoked_at.is_(None))

    async def called_for(self, party: str) -> Kiosk | None:
        return await self._one(kiosk.c.party == party)

    async def add_kiosk(self, new: Kiosk) -> None:
        async with self._database.writing() as connection:
            await connection.execute(insert(kiosk).values(new.__dict__))

    async def change_kiosk(self, changed: Kiosk, before: Kiosk) -> bool:
        same = [
            column.is_(None) if value is None else column == value
            for name, value in before.__dict__.items()
            for column in (kiosk.c[name],)
        ]
        change = update(kiosk).where(*same).values(changed.__dict__)
        async with self._database.writing() as connection:
            return bool((await connection.execute(change)).rowcount)

    async def pair(self, code: bytes, secret: bytes, now: int) -> Kiosk | None:
        use = (
            update(kiosk)
            .where(kiosk.c.code == code, kiosk.c.code_until > now, kiosk.c.revoked_at.is_(None))
            .values(code=None, code_until=None, secret=secret, paired_at=now)
            .returning(kiosk)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(use)).one_or_none()
        return Kiosk(**row._mapping) if row else None

    async def _one(self, condition: Any) -> Kiosk | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(kiosk).where(condition))).first()
        return Kiosk(**row._mapping) if row else None


class SqlObserverLinks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def link(self, hearing: str) -> bytes | None:
        query = select(observer_link.c.digest).where(observer_link.c.hearing == hearing)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def set_link(self, hearing: str, digest: bytes | None, now: int) -> None:
        async with self._database.writing() as connection:
            if digest is None:
                await connection.execute(
                    delete(observer_link).where(observer_link.c.hearing == hearing)
                )
                return
            values = {"digest": digest, "made_at": now}
            put = insert_into(connection, observer_link).values(hearing=hearing, **values)
            await connection.execute(
                put.on_conflict_do_update(index_elements=["hearing"], set_=values)
            )
