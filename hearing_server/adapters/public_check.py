"""Checks a stranger's bundle or PDF in a child process; keeps nothing of it.

The file has no name: it is gone with the process, whatever happens.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from hearing_server.domain.errors import Code, Refused

AT_ONCE = 2  # files that are received or checked
RECEIVED_WITHIN = 900.0  # seconds
CHECKED_WITHIN = 120.0
MOST_SAID = 16 << 20  # bytes of an answer
PACKAGES = str(Path(__file__).resolve().parents[2])


class PublicCheck:
    def __init__(
        self, folder: Path, roots: Sequence[x509.Certificate], zone: str, most_bytes: int
    ) -> None:
        self._folder = folder
        self._roots = b"".join(
            one.public_bytes(serialization.Encoding.PEM) for one in roots
        ).decode()
        self._zone = zone
        self.most_bytes = most_bytes
        self._going = 0

    async def check(self, pieces: AsyncIterator[bytes]) -> dict[str, Any]:
        """What the child says. Refused: `busy`, `too_large`, `bad_file` (with why as its detail)."""
        if self._going >= AT_ONCE:
            raise Refused(Code.BUSY)
        self._going += 1
        try:
            with tempfile.TemporaryFile(dir=self._folder) as file:
                await self._receive(file, pieces)
                said = await self._ask(file)
        except OSError as error:
            raise Refused(Code.BUSY, error.strerror or "") from error
        finally:
            self._going -= 1
        if not said:
            raise Refused(Code.BAD_FILE, "too_heavy")
        answer: dict[str, Any] = msgspec.json.decode(said)
        if "refused" in answer:
            raise Refused(Code.BAD_FILE, answer["refused"])
        return answer

    async def _receive(self, file: BinaryIO, pieces: AsyncIterator[bytes]) -> None:
        size = 0
        try:
            async with asyncio.timeout(RECEIVED_WITHIN):
                async for piece in pieces:
                    size += len(piece)
                    if size > self.most_bytes:
                        raise Refused(Code.TOO_LARGE, str(self.most_bytes >> 20))
                    await asyncio.to_thread(file.write, piece)
        except TimeoutError:
            raise Refused(Code.BAD_MESSAGE, "too slow") from None
        if not size:
            raise Refused(Code.BAD_FILE, "empty")
        await asyncio.to_thread(file.flush)

    async def _ask(self, file: BinaryIO) -> bytes:
        """Nothing when it met a limit, or fell over the file."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "hearing_server.verify_child", self._roots, self._zone),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "PYTHONPATH": PACKAGES},
            start_new_session=True,
        )
        assert child.stdout is not None
        try:
            async with asyncio.timeout(CHECKED_WITHIN):
                said = bytearray()
                while piece := await child.stdout.read(1 << 16):
                    said += piece
                    if len(said) > MOST_SAID:
                        return b""
                return bytes(said) if await child.wait() == 0 else b""
        except TimeoutError:
            return b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
