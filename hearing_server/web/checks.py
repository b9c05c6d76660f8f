"""The self-check of a seat: how much passes, the mirror of the media path, and what was found.

All of it works from the day the link is sent, and before a one-time code: nothing is seen or heard here.
"""

import asyncio
import os
from typing import Any, Literal

import msgspec
from aiohttp import web

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Verdict
from hearing_server.services.hearings import Hearings
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address, read_body
from hearing_server.web.seat_session import SEAT, SeatGate
from signaling.mirror import Mirrors

PROBE = 256 << 10  # bytes of one probe, each way
AT_ONCE = 16  # probes in the house; a measurement that queues would measure the queue


class CheckBody(msgspec.Struct, forbid_unknown_fields=True):
    camera: Verdict
    microphone: Verdict
    loudspeaker: Verdict
    line: Verdict
    up_kbit: int | None = None
    down_kbit: int | None = None
    rtt_ms: int | None = None
    loss_permille: int | None = None


class ConnectBody(msgspec.Struct, forbid_unknown_fields=True):
    direction: Literal["send", "receive"]
    dtls_parameters: dict[str, Any]


class TrackBody(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["audio", "video"]
    rtp_parameters: dict[str, Any]
    rtp_capabilities: dict[str, Any]


class Checks:
    def __init__(
        self, gate: SeatGate, hearings: Hearings, mirrors: Mirrors, proxies: tuple[str, ...]
    ) -> None:
        self._gate = gate
        self._hearings = hearings
        self._mirrors = mirrors
        self._proxies = proxies
        self._noise = os.urandom(PROBE)  # nothing on the way can make it smaller
        self._probing = 0
        self._probes = RateLimit(per_minute=120)  # by seat: 30 MB a minute each way
        self._house = RateLimit(per_minute=600)  # by address
        self._made = RateLimit(per_minute=12)  # mirrors, by seat
        self._reports = RateLimit(per_minute=12)  # by seat: each is an entry of the log

    def routes(self) -> list[web.RouteDef]:
        mirror = f"{SEAT}/mirror/{{mirror:[0-9a-f]{{16}}}}"
        return [
            web.post(f"{SEAT}/check", self.report, name="report-check"),
            web.get(f"{SEAT}/probe", self.down, name="probe-down"),
            web.post(f"{SEAT}/probe", self.up, name="probe-up"),
            web.post(f"{SEAT}/mirror", self.make, name="mirror"),
            web.post(f"{mirror}/connect", self.connect, name="mirror-connect"),
            web.post(f"{mirror}/track", self.track, name="mirror-track"),
            web.post(f"{mirror}/resume", self.resume, name="mirror-resume"),
            web.get(mirror, self.result, name="mirror-result"),
            web.delete(mirror, self.close, name="mirror-close"),
        ]

    async def report(self, request: web.Request) -> web.Response:
        seated = await self._gate.known(request)
        self._reports.check(seated.party)
        body = await read_body(request, CheckBody)
        command = cmd.ReportCheck(**{name: getattr(body, name) for name in body.__struct_fields__})
        await self._hearings.execute(seated.hearing, command, seated.party)
        return web.json_response({})

    async def down(self, request: web.Request) -> web.Response:
        """256 KiB of noise, to time how fast it comes."""
        await self._admit_probe(request)
        headers = {"Content-Type": "application/octet-stream", "Content-Encoding": "identity"}
        return web.Response(body=self._noise, headers=headers)

    async def up(self, request: web.Request) -> web.Response:
        """As much the other way; it is counted and dropped as it comes. More is refused."""
        await self._admit_probe(request)
        if self._probing >= AT_ONCE:
            raise Refused(Code.BUSY, "probes")
        self._probing += 1
        try:
            async with asyncio.timeout(20):
                size = 0
                async for chunk in request.content.iter_chunked(1 << 16):
                    size += len(chunk)
                    if size > PROBE:
                        raise Refused(Code.TOO_MANY, f"{PROBE} bytes")
        except TimeoutError:
            raise Refused(Code.BUSY, "too slow") from None
        finally:
            self._probing -= 1
        return web.json_response({"size": size})

    async def make(self, request: web.Request) -> web.Response:
        seated = await self._gate.known(request)
        self._made.check(seated.party)
        address = client_address(request, self._proxies)
        return web.json_response(self._mirrors.make(seated.party, address), status=201)

    async def connect(self, request: web.Request) -> web.Response:
        seat, mirror = await self._mirror(request)
        body = await read_body(request, ConnectBody)
        self._mirrors.connect(seat, mirror, body.direction, body.dtls_parameters)
        return web.json_response({})

    async def track(self, request: web.Request) -> web.Response:
        seat, mirror = await self._mirror(request)
        body = await read_body(request, TrackBody)
        track = self._mirrors.produce(
            seat, mirror, body.kind, body.rtp_parameters, body.rtp_capabilities
        )
        return web.json_response(track)

    async def resume(self, request: web.Request) -> web.Response:
        self._mirrors.resume(*await self._mirror(request))
        return web.json_response({})

    async def result(self, request: web.Request) -> web.Response:
        return web.json_response(self._mirrors.result(*await self._mirror(request)))

    async def close(self, request: web.Request) -> web.Response:
        self._mirrors.close(*await self._mirror(request))
        return web.json_response({})

    async def _mirror(self, request: web.Request) -> tuple[str, str]:
        seated = await self._gate.known(request)
        return seated.party, request.match_info["mirror"]

    async def _admit_probe(self, request: web.Request) -> None:
        seated = await self._gate.known(request)
        self._probes.check(seated.party)
        self._house.check(client_address(request, self._proxies))
