"""Accounts of the court's staff: made, changed, disabled, given a new way in."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import Account, StaffRole, check_account, check_change
from hearing_server.services.attempts import Attempts
from hearing_server.services.audit import Action, Audit, Who
from hearing_server.services.hearings import Clock
from hearing_server.services.staff_sessions import StaffSessions

HangUp = Callable[[Collection[str]], Awaitable[None]]
SETUP_MS = 72 * 3600 * 1000  # how long a set-up link is good


class AccountStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def accounts(self) -> list[Account]: ...

    async def disabled(self) -> set[str]:
        """The ids of accounts that are not active."""

    async def account(self, identity: str) -> Account | None: ...

    async def by_login(self, login: str) -> Account | None: ...

    async def add_account(self, new: Account, external: str, at: int) -> None:
        """`external` is the identity provider's name for the person; Refused(login_taken)."""

    async def change_account(self, changed: Account) -> None:
        """Refused(last_administrator) when meanwhile nobody else is one."""


class SeatStore(Protocol):
    async def end_seats(self, account: str) -> set[str]:
        """End the sessions of hearings' seats that were entered from this account; the parties."""

    async def end_seats_of(self, digests: Collection[bytes], but: str = "") -> set[str]:
        """End those of these sessions that were entered from an account other than `but`; the parties."""


class SetupStore(Protocol):
    async def set_setup(self, account: str, digest: bytes, until: int) -> None:
        """A new way in; passwords, second factors and recovery codes of before are gone."""


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """`external` only with `provider`: the identity provider's name for the person, if it is known."""

    login: str
    name: str
    roles: tuple[StaffRole, ...]
    email: str = ""
    phone: str = ""
    provider: bool = False
    external: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    name: str
    roles: tuple[StaffRole, ...]
    email: str = ""
    phone: str = ""


class Staff:
    def __init__(
        self,
        store: AccountStore,
        setups: SetupStore,
        sessions: StaffSessions,
        seats: SeatStore,
        attempts: Attempts,
        audit: Audit,
        now: Clock,
    ) -> None:
        self._store = store
        self._setups = setups
        self._seats = seats
        self._sessions = sessions
        self._attempts = attempts
        self._audit = audit
        self._now = now
        self._hang_up: HangUp | None = None

    def on_seats_ended(self, hang_up: HangUp) -> None:
        """Call `hang_up` with the parties whose seats an account has lost."""
        self._hang_up = hang_up

    async def accounts(self) -> Sequence[Account]:
        return await self._store.accounts()

    async def account(self, identity: str) -> Account:
        """Refused(not_found)."""
        account = await self._store.account(identity)
        if account is None:
            raise Refused(Code.NOT_FOUND)
        return account

    async def by_login(self, login: str) -> Account:
        """Refused(not_found)."""
        account = await self._store.by_login(login.strip().lower())
        if account is None:
            raise Refused(Code.NOT_FOUND)
        return account

    async def has_administrator(self) -> bool:
        return any(
            one.active and StaffRole.ADMINISTRATOR in one.roles
            for one in await self._store.accounts()
        )

    async def create(self, new: NewAccount, who: Who) -> tuple[Account, str]:
        """The account, and the secret part of its set-up link; none for one of the provider."""
        account = check_account(
            Account(
                id=secrets.token_hex(8),
                login=new.login.strip().lower(),
                name=new.name,
                roles=frozenset(new.roles),
                email=new.email.strip().lower(),
                phone=new.phone.strip(),
                provider=new.provider,
            )
        )
        external = new.external.strip()
        if len(external) > 255 or (external and not new.provider):
            raise Refused(Code.BAD_MESSAGE, "external")
        if new.provider and not (external or account.email):
            raise Refused(Code.BAD_MESSAGE, "email")  # nothing to know the person by
        if await self._store.by_login(account.login):
            raise Refused(Code.LOGIN_TAKEN)
        await self._note(Action.ACCOUNT_CREATED, account, who, _roles(account))
        await self._store.add_account(account, external, self._now())
        return account, "" if new.provider else await self._give_setup(account)

    async def change(self, identity: str, change: Change, who: Who) -> Account:
        """Whoever has other rights than before signs in anew."""
        before = await self.account(identity)
        after = check_account(
            replace(
                before,
                name=change.name,
                roles=frozenset(change.roles),
                email=change.email.strip().lower(),
                phone=change.phone.strip(),
            )
        )
        if after == before:
            raise Refused(Code.NO_CHANGE)
        check_change(await self._store.accounts(), after)
        fields = [name for name in ("name", "email", "phone") if _differ(before, after, name)]
        if after.roles != before.roles:
            fields.append(f"roles: {_roles(before)} -> {_roles(after)}")
        await self._note(Action.ACCOUNT_CHANGED, after, who, "; ".join(fields))
        await self._store.change_account(after)
        if after.roles != before.roles:
            await self._end(identity)
        return after

    async def disable(self, identity: str, who: Who) -> Account:
        """Out at once, everywhere."""
        before = await self.account(identity)
        if not before.active:
            raise Refused(Code.NO_CHANGE)
        after = replace(before, active=False)
        check_change(await self._store.accounts(), after)
        await self._note(Action.ACCOUNT_DISABLED, after, who)
        await self._store.change_account(after)
        await self._end(identity)
        return after

    async def enable(self, identity: str, who: Who) -> Account:
        before = await self.account(identity)
        if before.active:
            raise Refused(Code.NO_CHANGE)
        after = replace(before, active=True)
        await self._note(Action.ACCOUNT_ENABLED, after, who)
        await self._store.change_account(after)
        return after

    async def reset(self, identity: str, who: Who) -> tuple[Account, str]:
        """Everything that let the person in is gone; the secret part of a new set-up link."""
        account = await self.account(identity)
        if account.provider:
            raise Refused(Code.NOT_FOUND, "signs in at the identity provider")
        await self._note(Action.ACCOUNT_RESET, account, who)
        await self._end(identity)  # first: nobody stays in when the server ends in between
        token = await self._give_setup(account)
        await self._end(identity)  # and whoever came in by the old way meanwhile
        await self._attempts.forget(account.login)
        return account, token

    async def leave_seats(self, account: str) -> None:
        """Everywhere: each seat that was entered from the account."""
        await self._tell(await self._seats.end_seats(account))

    async def leave_browser(self, seats: Collection[bytes], but: str = "") -> None:
        """Whoever sits down at a browser next must not find the seats of others than `but` open."""
        if seats:
            await self._tell(await self._seats.end_seats_of(seats, but))

    async def _end(self, identity: str) -> None:
        await self._sessions.end_all(identity)
        await self.leave_seats(identity)

    async def _tell(self, parties: Collection[str]) -> None:
        if parties and self._hang_up is not None:
            await self._hang_up(parties)

    async def _give_setup(self, account: Account) -> str:
        token = secrets.token_urlsafe(32)
        digest = hashlib.sha256(token.encode()).digest()
        await self._setups.set_setup(account.id, digest, self._now() + SETUP_MS)
        return token

    async def _note(self, action: Action, account: Account, who: Who, detail: str = "") -> None:
        await self._audit.note(
            action, actor=who.actor, subject=account.login, detail=detail, address=who.address
        )


def _roles(account: Account) -> str:
    return ",".join(role for role in StaffRole if role in account.roles)


def _differ(before: Account, after: Account, field: str) -> bool:
    return bool(getattr(before, field) != getattr(after, field))
