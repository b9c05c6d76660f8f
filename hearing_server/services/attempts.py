"""Wrong tries: five lock an account for a while, whether or not there is such an account.

An address is locked too, later: a whole court may sit behind one. Passkeys cannot be guessed and are
not counted, so that nobody can keep a judge out by guessing badly.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.hearings import Clock

LOCK_MS = 15 * 60 * 1000
OF_ACCOUNT = 5
OF_ADDRESS = 20


class AttemptStore(Protocol):
    """Each raises Refused(busy) while the store cannot be reached."""

    async def count(self, key: bytes, now: int, limit: int, lock: int) -> int:
        """How many tries there are with this one. The count is over `lock` ms after the first of
        them, or after the one that reached `limit`; tries beyond that change nothing."""

    async def uncount(self, key: bytes) -> None:
        """The last try was not a wrong one."""

    async def forget(self, key: bytes) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A try that has been counted as wrong until it proves right."""

    account: bytes
    address: bytes
    last: bool  # whoever is wrong now is locked out


class Attempts:
    def __init__(self, store: AttemptStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def begin(self, login: str, address: str) -> Attempt:
        """Count first, so that many at once are no way around it; Refused(locked)."""
        keys = _key("login", login), _key("address", address)
        counts = [
            await self._store.count(key, self._now(), limit, LOCK_MS)
            for key, limit in zip(keys, (OF_ACCOUNT, OF_ADDRESS), strict=True)
        ]
        if counts[0] > OF_ACCOUNT or counts[1] > OF_ADDRESS:
            raise Refused(Code.LOCKED)
        last = counts[0] == OF_ACCOUNT or counts[1] == OF_ADDRESS
        return Attempt(account=keys[0], address=keys[1], last=last)

    async def right(self, attempt: Attempt) -> None:
        """It was not wrong, but more has still to be proved: earlier wrong ones still count."""
        await self._store.uncount(attempt.account)
        await self._store.uncount(attempt.address)

    async def passed(self, attempt: Attempt) -> None:
        """Everything is proved: the account begins anew. An address does not, or one good account
        would be the key to guessing at all the others."""
        await self._store.forget(attempt.account)
        await self._store.uncount(attempt.address)

    async def forget(self, login: str) -> None:
        """An administrator has given the account a new way in."""
        await self._store.forget(_key("login", login))


def _key(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind}:{value}".encode("utf-8", "surrogatepass")).digest()
