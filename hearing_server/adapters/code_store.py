"""One-time codes in SQL. Implements CodeStore."""

from sqlalchemy import delete, select, update

from hearing_server.adapters.database import Database, insert_into
from hearing_server.adapters.entering_tables import proved_session, seat_code
from hearing_server.services.codes import SeatCode


class SqlCodes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def code(self, party: str) -> SeatCode | None:
        query = select(seat_code).where(seat_code.c.party == party)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return SeatCode(**row._mapping) if row else None

    async def put_code(self, new: SeatCode, before: SeatCode | None) -> bool:
        async with self._database.writing() as connection:
            if before is None:
                # Not caught as an error: that would end the whole transaction on PostgreSQL.
                add = insert_into(connection, seat_code).values(new.__dict__)
                added = await connection.execute(add.on_conflict_do_nothing())
                return bool(added.rowcount)
            same = (
                seat_code.c.party == before.party,
                seat_code.c.sent_at == before.sent_at,
                seat_code.c.sends == before.sends,
                seat_code.c.session == before.session,
            )
            change = update(seat_code).where(*same).values(new.__dict__)
            return bool((await connection.execute(change)).rowcount)

    async def use_code(self, party: str, session: bytes, code: bytes, now: int) -> str | None:
        use = (
            update(seat_code)
            .where(
                seat_code.c.party == party,
                seat_code.c.session == session,
                seat_code.c.code == code,
                seat_code.c.expires_at > now,
            )
            .values(code=None)
            .returning(seat_code.c.channel)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(use)).one_or_none()
        return str(row.channel) if row else None

    async def prove(self, session: bytes, expires_at: int) -> None:
        async with self._database.writing() as connection:
            row = {"digest": session, "expires_at": expires_at}
            put = insert_into(connection, proved_session).values(row)
            again = put.on_conflict_do_update(
                index_elements=["digest"], set_={"expires_at": expires_at}
            )
            await connection.execute(again)

    async def proved(self, session: bytes, now: int) -> bool:
        query = select(proved_session.c.digest).where(
            proved_session.c.digest == session, proved_session.c.expires_at > now
        )
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    async def proved_until(self, session: bytes) -> int:
        query = select(proved_session.c.expires_at).where(proved_session.c.digest == session)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or 0

    async def forget_expired(self, now: int) -> None:
        """Drop what can prove nothing any more. How often codes were sent is kept for an hour."""
        async with self._database.reading() as connection:
            await connection.execute(
                delete(proved_session).where(proved_session.c.expires_at <= now)
            )
            old = (seat_code.c.since <= now - 3_600_000, seat_code.c.expires_at <= now)
            await connection.execute(delete(seat_code).where(*old))
