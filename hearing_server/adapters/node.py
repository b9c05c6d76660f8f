"""How this node is: the event loop, the disk, the recorder, the recogniser, the database, the media port."""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from sqlalchemy import select

from hearing_server.adapters.database import Database
from hearing_server.domain.errors import Refused
from hearing_server.services.speech import SpeechHealth, SpeechState

EVERY = 3.0  # seconds
PATIENCE = 2.0  # seconds for the database to answer

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class NodeHealth:
    """Delays in ms; `database_ms` None when it did not answer, `media_port` 0 when it is closed."""

    loop_ms: int
    disk_free: int
    disk_total: int
    recorder: bool
    speech: SpeechState
    speech_detail: str  # why it is down or failed: a code
    database_ms: int | None
    media_port: int
    connections: int
    started_at: int


class NodeProbe:
    """`loop`, `recorder`, `speech`, `media_port` and `connections` say how those are now."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        loop: Callable[[], float],
        recorder: Callable[[], bool],
        speech: Callable[[], SpeechHealth],
        media_port: Callable[[], int],
        connections: Callable[[], int],
        started_at: int,
    ) -> None:
        self._database = database
        self._folder = folder
        self._loop = loop
        self._recorder = recorder
        self._speech = speech
        self._media_port = media_port
        self._connections = connections
        self._started_at = started_at

    async def look(self) -> NodeHealth:
        speech = self._speech()
        disk = await asyncio.to_thread(shutil.disk_usage, self._folder)
        return NodeHealth(
            loop_ms=round(self._loop() * 1000),
            disk_free=disk.free,
            disk_total=disk.total,
            recorder=self._recorder(),
            speech=speech.state,
            speech_detail=speech.detail,
            database_ms=await self._ask(),
            media_port=self._media_port(),
            connections=self._connections(),
            started_at=self._started_at,
        )

    async def run(self, told: Callable[[NodeHealth], None]) -> None:
        """Tell every three seconds, until cancelled."""
        while True:
            try:
                told(await self.look())
            except Exception:
                log.exception("node not probed")
            await asyncio.sleep(EVERY)

    async def _ask(self) -> int | None:
        started = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE), self._database.reading() as connection:
                await connection.execute(select(1))
        except (Refused, TimeoutError):
            return None
        return round((time.monotonic() - started) * 1000)


def plain(health: NodeHealth) -> dict[str, object]:
    return asdict(health)
