"""Pictures of documents: offered by the party or the clerk's camera frame, kept and shown by the clerk."""

from aiohttp import web

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.pictures import Pictures
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import client_address
from hearing_server.web.seat_session import PARTY, SEAT, SeatGate

MAX_PICTURE = 900 << 10  # bytes; pages make a photograph smaller before they send it


class PictureRoutes:
    def __init__(self, gate: SeatGate, pictures: Pictures, proxies: tuple[str, ...]) -> None:
        self._gate = gate
        self._pictures = pictures
        self._proxies = proxies
        self._offers = RateLimit(per_minute=10)  # by seat

    def routes(self) -> list[web.RouteDef]:
        of_party = f"{SEAT}/parties/{PARTY}/picture"
        return [
            web.post(f"{SEAT}/picture", self.offer, name="offer-picture"),
            web.post(of_party, self.take, name="take-picture"),
            web.post(f"{of_party}/keep", self.keep, name="keep-picture"),
            web.get(of_party, self.show, name="show-picture"),
        ]

    async def offer(self, request: web.Request) -> web.Response:
        """The party's own document."""
        return await self._offered(request, request.match_info["seat"])

    async def take(self, request: web.Request) -> web.Response:
        """A frame of the party's camera, by the clerk."""
        return await self._offered(request, request.match_info["party"])

    async def keep(self, request: web.Request) -> web.Response:
        seated = await self._gate.seated(request)
        sha256 = await self._pictures.keep(seated, request.match_info["party"])
        return web.json_response({"sha256": sha256})

    async def show(self, request: web.Request) -> web.Response:
        seated = await self._gate.seated(request)
        address = client_address(request, self._proxies)
        picture = await self._pictures.show(seated, request.match_info["party"], address)
        return web.Response(body=picture, content_type="image/jpeg")

    async def _offered(self, request: web.Request, party: str) -> web.Response:
        seated = await self._gate.seated(request)
        self._offers.check(seated.party)
        if (request.content_length or 0) > MAX_PICTURE:
            raise Refused(Code.BAD_PICTURE, "too large")
        data = await request.read()
        if not data or len(data) > MAX_PICTURE:
            raise Refused(Code.BAD_PICTURE, "too large" if data else "empty")
        await self._pictures.offer(seated, party, data)
        return web.json_response({}, status=201)
