"""The browser client's files: one page for every route of its own, assets by their hashed names."""

import asyncio
from pathlib import Path

from aiohttp import web

from hearing_server.unusable import Unusable

HERE = Path(__file__).parent
PLACES = (HERE / "client", HERE.parent.parent / "web_client" / "dist")  # in the wheel, in the tree


class ClientMissing(Unusable):
    """The client has not been built."""


def client_folder() -> Path:
    for place in PLACES:
        if (place / "index.html").is_file():
            return place
    raise ClientMissing("the browser client is not built: run make client")


def routes(folder: Path) -> list[web.AbstractRouteDef]:
    page = (folder / "index.html").read_bytes()

    async def index(request: web.Request) -> web.Response:
        return web.Response(body=page, content_type="text/html", charset="utf-8")

    async def root_file(request: web.Request) -> web.StreamResponse:
        path = folder / request.match_info["name"]
        if not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound
        return web.FileResponse(path)

    return [
        web.get("/", index, name="index"),
        web.get("/enter", index, name="enter-page"),
        web.get(r"/seat/{rest:.*}", index, name="seat-page"),
        web.get("/observe/{rest:.*}", index, name="observe-page"),
        web.get("/kiosk", index, name="kiosk-page"),
        web.get("/paper", index, name="paper-page"),
        web.get("/papers/{rest:.*}", index, name="papers-page"),
        web.get("/verify", index, name="verify-page"),
        web.get(r"/staff{rest:(?:/.*)?}", index, name="staff-page"),
        web.get(r"/{name:[A-Za-z0-9_-]+\.(?:svg|png|ico|webmanifest|txt)}", root_file, name="file"),
        web.static("/assets", folder / "assets", name="assets"),
    ]
