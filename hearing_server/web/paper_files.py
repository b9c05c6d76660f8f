"""Gives a file that was made for one answer, and is gone with it."""

import asyncio
import os
from pathlib import Path

from aiohttp import web

from hearing_server.web.http import disposition

BUNDLE_TYPE = "application/vnd.etsi.asic-e+zip"


async def give_bundle(request: web.Request, path: Path, paper: str) -> web.StreamResponse:
    try:
        file = await asyncio.to_thread(path.open, "rb")
    finally:
        await asyncio.to_thread(path.unlink)  # it is there as long as it is read
    with file:
        headers = disposition(f"paper-{paper}.asice", download=True)
        response = web.StreamResponse(headers=headers)
        response.content_type = BUNDLE_TYPE
        response.content_length = os.fstat(file.fileno()).st_size
        await response.prepare(request)
        while piece := await asyncio.to_thread(file.read, 1 << 18):
            await response.write(piece)
    return response
