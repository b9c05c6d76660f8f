"""What the staff proves itself with, in SQL: digests, hashes and encrypted keys, nothing in clear."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing_server.adapters import staff_tables as tables
from hearing_server.adapters.database import Database
from hearing_server.domain.errors import Code, Refused
from hearing_server.services.factors import Passkey
from hearing_server.services.sign_in import Factors

account = tables.account
passkey = tables.passkey
recovery = tables.recovery
challenge = tables.challenge
failure = tables.failure


class SqlCredentials:
    """Implements CredentialStore, FactorStore, SetupStore and AttemptStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def factors(self, identity: str) -> Factors:
        own = select(account.c.password, account.c.totp).where(account.c.id == identity)
        async with self._database.reading() as connection:
            row = (await connection.execute(own)).one_or_none()
            passkeys = await _count(connection, passkey, identity)
            codes = await _count(connection, recovery, identity)
        return Factors(
            password=bool(row and row.password),
            totp=bool(row and row.totp),
            passkeys=passkeys,
            recovery=codes,
        )

    async def password(self, identity: str) -> str | None:
        found: str | None = await self._value(account.c.password, identity)
        return found

    async def set_password(self, identity: str, hashed: str) -> None:
        await self._set(identity, password=hashed, setup=None, setup_until=None)

    async def set_setup(self, identity: str, digest: bytes, until: int) -> None:
        values = {"password": None, "totp": None, "totp_pending": None, "totp_step": 0}
        change = update(account).where(account.c.id == identity)
        async with self._database.writing() as connection:
            await connection.execute(change.values(setup=digest, setup_until=until, **values))
            for table in (passkey, recovery):
                await connection.execute(delete(table).where(table.c.account == identity))

    async def setup_of(self, digest: bytes, now: int) -> str | None:
        query = select(account.c.id).where(account.c.setup == digest, account.c.setup_until > now)
        async with self._database.reading() as connection:
            found: str | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    async def use_setup(self, digest: bytes, hashed: str, now: int) -> bool:
        use = (
            update(account)
            .where(account.c.setup == digest, account.c.setup_until > now)
            .values(password=hashed, setup=None, setup_until=None)
        )
        return await self._changes(use)

    async def totp(self, identity: str) -> bytes | None:
        found: bytes | None = await self._value(account.c.totp, identity)
        return found

    async def use_totp(self, identity: str, step: int) -> bool:
        use = update(account).where(account.c.id == identity, account.c.totp_step < step)
        return await self._changes(use.values(totp_step=step))

    async def set_pending_totp(self, identity: str, sealed: bytes) -> None:
        await self._set(identity, totp_pending=sealed)

    async def pending_totp(self, identity: str) -> bytes | None:
        found: bytes | None = await self._value(account.c.totp_pending, identity)
        return found

    async def confirm_totp(self, identity: str, sealed: bytes, step: int) -> bool:
        confirm = (
            update(account)
            .where(account.c.id == identity, account.c.totp_pending == sealed)
            .values(totp=sealed, totp_pending=None, totp_step=step)
        )
        return await self._changes(confirm)

    async def drop_totp(self, identity: str) -> bool:
        drop = update(account).where(account.c.id == identity, account.c.totp.is_not(None))
        return await self._changes(drop.values(totp=None))

    async def set_recovery(self, identity: str, digests: Sequence[bytes]) -> None:
        rows = [{"digest": digest, "account": identity} for digest in digests]
        async with self._database.writing() as connection:
            await connection.execute(delete(recovery).where(recovery.c.account == identity))
            await connection.execute(insert(recovery), rows)

    async def use_recovery(self, identity: str, digest: bytes) -> bool:
        use = delete(recovery).where(recovery.c.digest == digest, recovery.c.account == identity)
        return await self._changes(use)

    async def add_passkey(self, new: Passkey) -> None:
        async with self._database.writing() as connection:
            try:
                await connection.execute(insert(passkey).values(new.__dict__))
            except IntegrityError:
                raise Refused(Code.NO_CHANGE) from None

    async def passkeys(self, identity: str) -> list[Passkey]:
        query = select(passkey).where(passkey.c.account == identity).order_by(passkey.c.created_at)
        async with self._database.reading() as connection:
            return [Passkey(**row._mapping) for row in await connection.execute(query)]

    async def passkey(self, credential: bytes) -> Passkey | None:
        query = select(passkey).where(passkey.c.credential == credential)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return Passkey(**row._mapping) if row else None

    async def use_passkey(self, used: Passkey, sign_count: int, at: int) -> bool:
        use = update(passkey).where(
            passkey.c.credential == used.credential, passkey.c.sign_count == used.sign_count
        )
        return await self._changes(use.values(sign_count=sign_count, used_at=at))

    async def drop_passkey(self, identity: str, dropped: str) -> bool:
        drop = delete(passkey).where(passkey.c.account == identity, passkey.c.id == dropped)
        return await self._changes(drop)

    async def save_challenge(
        self, digest: bytes, kind: str, identity: str, data: str, until: int
    ) -> None:
        row = {"digest": digest, "kind": kind, "account": identity, "data": data}
        async with self._database.writing() as connection:
            await connection.execute(insert(challenge).values(**row, expires_at=until))

    async def take_challenge(self, digest: bytes, kind: str, now: int) -> tuple[str, str] | None:
        take = (
            delete(challenge)
            .where(
                challenge.c.digest == digest,
                challenge.c.kind == kind,
                challenge.c.expires_at > now,
            )
            .returning(challenge.c.account, challenge.c.data)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(take)).one_or_none()
        return (row.account, row.data) if row else None

    async def count(self, key: bytes, now: int, limit: int, lock: int) -> int:
        over = failure.c.until <= now
        changes = {
            "count": case((over, 1), else_=failure.c.count + 1),
            "until": case(
                (over | (failure.c.count + 1 == limit), now + lock), else_=failure.c.until
            ),
        }
        async with self._database.writing() as connection:
            sqlite = connection.dialect.name == "sqlite"
            upsert: Any = (insert_sqlite if sqlite else insert_postgresql)(failure)
            upsert = upsert.values(key=key, count=1, until=now + lock).on_conflict_do_update(
                index_elements=["key"], set_=changes
            )
            counted = await connection.execute(upsert.returning(failure.c.count))
            return int(counted.scalar_one())

    async def uncount(self, key: bytes) -> None:
        less = update(failure).where(failure.c.key == key, failure.c.count > 0)
        await self._changes(less.values(count=failure.c.count - 1))

    async def forget(self, key: bytes) -> None:
        await self._changes(delete(failure).where(failure.c.key == key))

    async def _value(self, column: Any, identity: str) -> Any:
        query = select(column).where(account.c.id == identity)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def _set(self, identity: str, **values: Any) -> None:
        await self._changes(update(account).where(account.c.id == identity).values(**values))

    async def _changes(self, statement: Any) -> bool:
        """Whether anything was changed."""
        async with self._database.writing() as connection:
            return bool((await connection.execute(statement)).rowcount)


async def _count(connection: AsyncConnection, table: Table, identity: str) -> int:
    query = select(func.count()).select_from(table).where(table.c.account == identity)
    return int((await connection.execute(query)).scalar_one())
