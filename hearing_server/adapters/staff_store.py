"""Accounts of the court's staff and their sessions, in SQL."""

from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hearing_server.adapters import staff_tables as tables
from hearing_server.adapters.database import Database
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.staff_sessions import StaffSession, Stage

account = tables.account
session = tables.staff_session
ACCOUNT = [
    account.c[name]
    for name in ("id", "login", "name", "roles", "active", "email", "phone", "provider")
]
SESSION = [column for column in session.c if column.name not in ("digest", "account")]


class SqlStaff:
    """Implements AccountStore and SessionStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accounts(self) -> list[Account]:
        """All of them, by login."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*ACCOUNT).order_by(account.c.login))
            return [_account(row) for row in rows]

    async def disabled(self) -> set[str]:
        async with self._database.reading() as connection:
            query = select(account.c.id).where(~account.c.active)
            return set((await connection.execute(query)).scalars())

    async def account(self, identity: str) -> Account | None:
        return await self._one(account.c.id == identity)

    async def by_login(self, login: str) -> Account | None:
        return await self._one(account.c.login == login)

    async def by_external(self, external: str) -> Account | None:
        return await self._one(account.c.external == external)

    async def by_email(self, email: str) -> list[Account]:
        """Accounts of the identity provider that no name of it is bound to yet."""
        query = select(*ACCOUNT).where(
            account.c.email == email, account.c.provider, account.c.external.is_(None)
        )
        async with self._database.reading() as connection:
            return [_account(row) for row in await connection.execute(query)]

    async def bind_external(self, identity: str, external: str) -> bool:
        """False when another name is bound to it already, or this name to another account."""
        bind = (
            update(account)
            .where(account.c.id == identity, account.c.external.is_(None))
            .values(external=external)
        )
        async with self._database.writing() as connection:
            try:
                return bool((await connection.execute(bind)).rowcount)
            except IntegrityError:
                return False

    async def add_account(self, new: Account, external: str, at: int) -> None:
        """Refused(login_taken), also when the provider's name is another account's."""
        row = {**_values(new), "external": external or None, "totp_step": 0, "created_at": at}
        async with self._database.writing() as connection:
            try:
                await connection.execute(insert(account).values(row))
            except IntegrityError:
                raise Refused(Code.LOGIN_TAKEN) from None

    async def change_account(self, changed: Account) -> None:
        values = _values(changed)
        change = update(account).where(account.c.id == values.pop("id")).values(values)
        others = select(account.c.roles).where(account.c.active, account.c.id != changed.id)
        async with self._database.writing() as connection:
            # Locked, so that two administrators who disable each other do not both succeed.
            everybody = select(account.c.id).order_by(account.c.id).with_for_update()
            await connection.execute(everybody)
            await connection.execute(change)
            rows = [values["roles"]] if changed.active else []
            rows += (await connection.execute(others)).scalars()
            if not any(StaffRole.ADMINISTRATOR in roles.split(",") for roles in rows):
                raise Refused(Code.LAST_ADMINISTRATOR)

    async def save_session(self, digest: bytes, new: StaffSession) -> None:
        row = {"digest": digest, "account": new.account.id, **_session_values(new)}
        async with self._database.writing() as connection:
            await connection.execute(insert(session).values(row))

    async def session(self, digest: bytes) -> StaffSession | None:
        query = _sessions().where(session.c.digest == digest)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _session(row) if row else None

    async def replace_session(self, old: bytes, new: bytes, moved: StaffSession) -> bool:
        values = {"digest": new, **_session_values(moved)}
        change = update(session).where(session.c.digest == old).values(values)
        async with self._database.writing() as connection:
            return bool((await connection.execute(change)).rowcount)

    async def touch_session(self, identity: str, seen_at: int) -> None:
        change = update(session).where(session.c.id == identity).values(seen_at=seen_at)
        async with self._database.writing() as connection:
            await connection.execute(change)

    async def sessions_of(self, identity: str) -> list[StaffSession]:
        query = _sessions().where(session.c.account == identity)
        async with self._database.reading() as connection:
            return [_session(row) for row in await connection.execute(query)]

    async def end_session(self, identity: str, ended: str) -> bool:
        end = delete(session).where(session.c.account == identity, session.c.id == ended)
        async with self._database.writing() as connection:
            return bool((await connection.execute(end)).rowcount)

    async def end_sessions(self, identity: str, but: str = "") -> None:
        end = delete(session).where(session.c.account == identity, session.c.id != but)
        async with self._database.writing() as connection:
            await connection.execute(end)

    async def forget_expired(self, now: int) -> None:
        """Drop sessions, challenges and counts that are over."""
        async with self._database.writing() as connection:
            for column in (
                session.c.expires_at,
                tables.challenge.c.expires_at,
                tables.failure.c.until,
            ):
                await connection.execute(delete(column.table).where(column <= now))

    async def _one(self, condition: Any) -> Account | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*ACCOUNT).where(condition))).one_or_none()
        return _account(row) if row else None


def _values(one: Account) -> dict[str, Any]:
    roles = ",".join(role for role in StaffRole if role in one.roles)
    return {**one.__dict__, "roles": roles}


def _account(row: Row[Any]) -> Account:
    values = dict(row._mapping)
    roles = frozenset(StaffRole(role) for role in values.pop("roles").split(","))
    return Account(**values, roles=roles)


def _sessions() -> Any:
    """Sessions, each with its account's columns after it."""
    own = [column.label(f"account_{column.name}") for column in ACCOUNT]
    return select(*SESSION, *own).join(account, account.c.id == session.c.account)


def _session_values(one: StaffSession) -> dict[str, Any]:
    return {column.name: getattr(one, column.name) for column in SESSION}


def _session(row: Row[Any]) -> StaffSession:
    values = dict(row._mapping)
    own = {column.name: values.pop(f"account_{column.name}") for column in ACCOUNT}
    roles = frozenset(StaffRole(role) for role in own.pop("roles").split(","))
    stage = Stage(values.pop("stage"))
    return StaffSession(**values, stage=stage, account=Account(**own, roles=roles))
