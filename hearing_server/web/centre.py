"""The routes of the command centre. Technicians and administrators; for everybody else it is refused."""

import asyncio
import json
import time
from typing import Annotated, Any

import msgspec
from aiohttp import web

from hearing_server.domain.errors import PASSING, Refused
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.audit import Action, Audit
from hearing_server.services.centre import Centre, Feed
from hearing_server.services.heartbeats import Heartbeat, Heartbeats
from hearing_server.web.cases import ID
from hearing_server.web.http import read_body
from hearing_server.web.staff_session import StaffGate

WATCHERS = (StaffRole.TECHNICIAN, StaffRole.ADMINISTRATOR)
CHECK_EVERY = 5.0  # seconds between looks at whether the session still stands

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Name = Annotated[str, msgspec.Meta(max_length=64)]


class WriteBody(msgspec.Struct, forbid_unknown_fields=True):
    to: Name
    text: Text


class ReadBody(msgspec.Struct, forbid_unknown_fields=True):
    party: Name
    up_to: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class CloseBody(msgspec.Struct, forbid_unknown_fields=True):
    text: Text


class CentreRoutes:
    def __init__(
        self, gate: StaffGate, audit: Audit, centre: Centre, heartbeats: Heartbeats
    ) -> None:
        self._gate = gate
        self._audit = audit
        self._centre = centre
        self._heartbeats = heartbeats

    def routes(self) -> list[web.RouteDef]:
        centre = "/api/staff/centre"
        one = f"{centre}/hearings/{{hearing:{ID}}}"
        return [
            web.get(f"{centre}/stream", self.stream, name="centre-stream"),
            web.get(f"{one}/stream", self.detail, name="centre-hearing"),
            web.get(f"{one}/heartbeats/{{party:{ID}}}", self.heartbeats, name="heartbeats"),
            web.post(f"{one}/messages", self.write, name="centre-write"),
            web.post(f"{one}/read", self.read, name="centre-read"),
            web.post(f"{one}/tasks/{{task:{ID}}}", self.tick, name="centre-task"),
            web.post(f"{one}/close-request", self.ask_to_close, name="close-request"),
        ]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """All hearings of today, then each row as it changes, as server-sent events."""
        await self._gate.require(request, *WATCHERS)
        return await self._push(request, self._centre.watch())

    async def detail(self, request: web.Request) -> web.StreamResponse:
        """One hearing: people, lines, messages of the technicians' desk. Opening it is noted."""
        account = await self._gate.require(request, *WATCHERS)
        hearing = request.match_info["hearing"]
        await self._centre.state(hearing)
        who = self._gate.who(request, account)
        await self._audit.note(
            Action.VIEW, actor=who.actor, address=who.address, subject=hearing, detail="centre"
        )
        return await self._push(request, self._centre.watch(hearing))

    async def _push(self, request: web.Request, feed: Feed) -> web.StreamResponse:
        """Until the viewer goes, the server ends, or the session does. Watching counts as using it."""
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        try:
            await response.prepare(request)
            checked = time.monotonic()
            while True:
                message = await _next(feed)
                if message is None:
                    break
                await response.write(message)
                if time.monotonic() - checked >= CHECK_EVERY:
                    if not await self._still(request):
                        await response.write(event("over", {}))
                        break
                    checked = time.monotonic()
        except ConnectionError:
            pass
        finally:
            self._centre.unwatch(feed)
        return response

    async def _still(self, request: web.Request) -> bool:
        """Whether they may still look. A database that is away for a moment sends nobody out."""
        try:
            await self._gate.require(request, *WATCHERS)
        except Refused as refusal:
            return refusal.code in PASSING
        return True

    async def heartbeats(self, request: web.Request) -> web.Response:
        """How a party's line was, a minute a row: time, losses in thousandths, ms, kbit/s."""
        await self._gate.require(request, *WATCHERS)
        hearing, party = request.match_info["hearing"], request.match_info["party"]
        await self._centre.state(hearing)
        beats = await self._heartbeats.of(hearing, party)
        return web.json_response({"beats": [_beat(beat) for beat in beats]})

    async def write(self, request: web.Request) -> web.Response:
        account, hearing = await self._watcher(request)
        body = await read_body(request, WriteBody)
        await self._centre.write(hearing, body.to, body.text, account)
        return web.json_response({}, status=201)

    async def read(self, request: web.Request) -> web.Response:
        _, hearing = await self._watcher(request)
        body = await read_body(request, ReadBody)
        await self._centre.read(hearing, body.party, body.up_to)
        return web.json_response({})

    async def tick(self, request: web.Request) -> web.Response:
        account, hearing = await self._watcher(request)
        await self._centre.tick(hearing, request.match_info["task"], account)
        return web.json_response({})

    async def ask_to_close(self, request: web.Request) -> web.Response:
        account, hearing = await self._watcher(request)
        text = (await read_body(request, CloseBody)).text
        return web.json_response({"told": await self._centre.ask_to_close(hearing, text, account)})

    async def _watcher(self, request: web.Request) -> tuple[Account, str]:
        return await self._gate.require(request, *WATCHERS), request.match_info["hearing"]


async def _next(feed: Feed) -> bytes | None:
    """The next event, or a comment that keeps the line open; None when the feed has ended."""
    try:
        async with asyncio.timeout(CHECK_EVERY):
            told = await feed.queue.get()
    except TimeoutError:
        return b":\n\n"
    return None if told is None else event(*told)


def event(kind: str, value: Any) -> bytes:
    """A server-sent event; JSON has no bare line ends, so one line of data holds it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {text}\n\n".encode()


def _beat(beat: Heartbeat) -> dict[str, Any]:
    return {
        "at": beat.at,
        "loss_up": beat.loss_up,
        "loss_down": beat.loss_down,
        "rtt_ms": beat.rtt_ms,
        "jitter_ms": beat.jitter_ms,
        "kbit_up": beat.kbit_up,
        "codecs": beat.codecs,
        "browser": beat.browser,
        "silent": beat.silent,
    }
