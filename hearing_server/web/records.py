"""The route of a copy of the record, for bench and clerk: a zip that is made while it is sent."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import Phase
from hearing_server.services.access import Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Hearings
from hearing_server.services.rate import RateLimit
from hearing_server.services.record_copy import RecordCopier
from hearing_server.web.http import client_address, disposition
from hearing_server.web.seat_session import SEAT, overseen
from recording.record_copy import ZipTarget

SENT_WITHIN = 120.0  # seconds for one chunk to a reader that takes nothing more

log = structlog.get_logger()


class RecordRoutes:
    """`seated` proves the seat of a request."""

    def __init__(
        self,
        hearings: Hearings,
        copier: RecordCopier,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        *,
        proxies: tuple[str, ...],
    ) -> None:
        self._hearings = hearings
        self._copier = copier
        self._audit = audit
        self._seated = seated
        self._proxies = proxies
        self._rate = RateLimit(per_minute=6)  # by seat: each reads gigabytes

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{SEAT}/record.zip", self.record, name="record")]

    async def record(self, request: web.Request) -> web.StreamResponse:
        """`?outside` masks what may not leave the court; otherwise what this seat may not see."""
        seated = await self._seated(request)
        state = await overseen(self._hearings, seated)
        if state.phase is not Phase.CLOSED:
            raise Refused(Code.WRONG_PHASE, state.phase)
        self._rate.check(seated.party)
        outside = "outside" in request.query
        await self._audit.note(
            Action.DOWNLOAD,
            actor=seated.party,
            subject=seated.hearing,
            detail="record, for outside" if outside else "record",
            address=client_address(request, self._proxies),
        )
        name = f"record-{seated.hearing}{'-outside' if outside else ''}.zip"
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/zip",
                **disposition(name, download=True),
            }
        )
        await response.prepare(request)
        await self._send(response, seated, None if outside else seated.party)
        return response

    async def _send(self, response: web.StreamResponse, seated: Seated, reader: str | None) -> None:
        """What cannot be finished ends without the zip's directory, so that nobody takes it for whole."""
        loop = asyncio.get_running_loop()

        def write(data: bytes) -> None:
            sent = asyncio.run_coroutine_threadsafe(response.write(data), loop)
            try:
                sent.result(SENT_WITHIN)
            finally:
                sent.cancel()

        target = ZipTarget(write)
        try:
            await self._copier.write(seated.hearing, reader, target)
            await asyncio.to_thread(target.close)
        except BaseException as error:
            target.abandon()
            if not isinstance(error, Exception):
                raise
            log.warning("copy of a record not finished", hearing=seated.hearing)
            raise ConnectionResetError("copy not finished") from None
        await response.write_eof()
