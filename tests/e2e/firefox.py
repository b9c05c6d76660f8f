"""Debian's Firefox over WebDriver BiDi, which it speaks itself: no driver, nothing to download.

https://w3c.github.io/webdriver-bidi/; only what the tests need of it.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

FIREFOX = "/usr/bin/firefox-esr"
START_WITHIN = 90.0
ANSWER_WITHIN = 60.0
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "intl.accept_languages": "zh-CN",
    "media.autoplay.default": 0,
    "browser.download.folderList": 2,
    "browser.download.useDownloadDir": True,
    "browser.download.always_ask_before_handling_new_types": False,
}


class Tab:
    """One page. `evaluate` gives what a function returns, as plain values."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, downloads: Path) -> None:
        self.downloads = downloads
        self._socket = socket
        self._numbers = itertools.count(1)
        self._context = ""

    async def begin(self) -> None:
        await self.ask("session.new", capabilities={})
        tree = await self.ask("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]
        viewport = {"width": 1366, "height": 768}
        await self.ask("browsingContext.setViewport", context=self._context, viewport=viewport)

    async def ask(self, method: str, **params: Any) -> Any:
        """One command and its answer; events are passed over."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(ANSWER_WITHIN):
            while True:
                said = json.loads((await self._socket.receive()).data)
                if said.get("id") == number:
                    assert said["type"] == "success", said
                    return said["result"]

    async def go(self, url: str) -> None:
        await self.ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression, awaited; it must be text, a number or JSON of something."""
        result = await self.ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(v => JSON.stringify(v ?? null))",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert result["type"] == "success", result
        return json.loads(result["result"]["value"])

    async def until(self, expression: str, within: float = 60.0) -> Any:
        """The value of an expression as soon as it says yes."""
        for _ in range(int(within * 5)):
            if value := await self.evaluate(expression):
                return value
            await asyncio.sleep(0.2)
        raise AssertionError(f"never: {expression}")

    async def press(self, *keys: str) -> None:
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        await self.ask("input.performActions", context=self._context, actions=[source])

    async def shot(self, path: Path) -> None:
        said = await self.ask("browsingContext.captureScreenshot", context=self._context)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(said["data"]))


@contextlib.asynccontextmanager
async def firefox(folder: Path) -> AsyncIterator[Tab]:
    """A fresh Firefox with one tab; it is ended with everything it started."""
    profile, downloads = folder / "profile", folder / "downloads"
    profile.mkdir(parents=True)
    downloads.mkdir()
    wanted = {**PREFERENCES, "browser.download.dir": str(downloads)}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in wanted.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        *(FIREFOX, "--headless", "--no-remote", "--profile", str(profile)),
        *("--remote-debugging-port", "0", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(folder), "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
    )
    try:
        address = await asyncio.wait_for(_address(process), START_WITHIN)
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{address}/session", max_msg_size=1 << 26) as socket,
        ):
            tab = Tab(socket, downloads)
            await tab.begin()
            yield tab
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if found := re.search(rb"WebDriver BiDi listening on (ws://\S+)", line):
            return found[1].decode()
    raise AssertionError("Firefox ended at its start")
