"""Passwords as argon2id, in threads: one takes tens of milliseconds and 64 MiB."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hearing_server.domain.errors import Code, Refused

AT_ONCE = 2  # each of them 64 MiB
WAITING = 32

T = TypeVar("T")


class Argon2Passwords:
    """Implements Passwords, with the parameters of RFC 9106's second choice (64 MiB, three passes)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        return await self._in_turn(self._hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        if self._nobodys is None:
            self._nobodys = await self._in_turn(self._hash, secrets.token_urlsafe(16))
        right = await self._in_turn(self._verify, hashed or self._nobodys, password)
        return right and hashed is not None

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password.encode("utf-8", "surrogatepass"))

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= WAITING:
            raise Refused(Code.BUSY, "passwords")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1
