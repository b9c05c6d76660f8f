"""A case with people, its clerk, and each person's browser without a picture. Shared by the tests of papers."""

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from cryptography import x509

from tests.transcript.court import handwriting
from transcript.verify import verify_pdf

from .harness import Refusal, ServerProcess
from .planner import soon
from .signer import BrowserKey
from .staff import StaffClient

VALUES = {
    "parties": "原告 甲某（虚构）\n被告 乙某（虚构）",
    "mediator": "示范人民法院",
    "dispute": "民间借贷纠纷",
    "terms": "乙某于2026年12月31日前向甲某支付人民币十万元。\n双方其他争议就此了结。",
    "costs": "由乙某负担。",
}


class Person:
    """Somebody of a case who has opened their own link."""

    def __init__(self, server: ServerProcess, link: str = "") -> None:
        self.server, self.link = server, link
        self.http = aiohttp.ClientSession(
            headers={"Origin": server.url}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        self.person = ""
        self.key = BrowserKey()

    async def enter(self) -> "Person":
        self.person = (await self.ask("POST", "/api/papers/enter", {"link": self.link}))["person"]
        return self

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        given = {} if body is None else {"json": body}
        async with self.http.request(method, self.server.url + path, **given) as response:
            if response.status >= 400:
                said = await response.json()
                raise Refusal(said["code"], said["detail"], response.status)
            if response.content_type == "application/json":
                return await response.json()
            return await response.read()

    async def mine(self) -> Any:
        return await self.ask("GET", f"/api/persons/{self.person}")

    def path(self, paper: str, rest: str = "") -> str:
        return f"/api/persons/{self.person}/papers/{paper}{rest}"

    async def get(self, paper: str, rest: str = "") -> Any:
        return await self.ask("GET", self.path(paper, rest))

    async def post(self, paper: str, rest: str, body: object) -> Any:
        return await self.ask("POST", self.path(paper, rest), body)

    async def read(self, paper: str) -> dict[str, Any]:
        """Open it, and have every page on the screen."""
        await self.get(paper, "/file")
        about: dict[str, Any] = await self.get(paper)
        pages = list(range(1, about["pages"] + 1))
        return dict(await self.post(paper, "/pages", {"pages": pages}))

    def possession(self, paper: str, person: str = "") -> str:
        key = hashlib.sha256(base64.b64decode(self.key.public)).hexdigest()
        claim = f"hearing paper key\n{paper}\n{person or self.person}\n{key}"
        return self.key.sign(base64.b64encode(claim.encode()).decode())

    async def prepare(self, paper: str, **changes: Any) -> dict[str, Any]:
        about = await self.get(paper)
        body = {
            "digest": about["digest"],
            "public_key": self.key.public,
            "possession": self.possession(paper),
            "name_image": base64.b64encode(handwriting()).decode(),
            "strokes": "[[[1,2,3,0.5]]]",
            **changes,
        }
        return dict(await self.post(paper, "/signature", body))

    async def finish(self, paper: str, prepared: dict[str, Any], signature: str = "") -> str:
        signed = signature or self.key.sign(prepared["to_be_signed"])
        path = f"/signature/{prepared['preparation']}"
        return str((await self.post(paper, path, {"signature": signed}))["sha256"])

    async def sign(self, paper: str, **changes: Any) -> str:
        """The whole ceremony; the SHA-256 of the signed file."""
        await self.read(paper)
        return await self.finish(paper, await self.prepare(paper, **changes))


@contextlib.asynccontextmanager
async def entering(*people: Person) -> AsyncIterator[None]:
    try:
        for one in people:
            await one.enter()
        yield
    finally:
        for one in people:
            await one.http.close()


def people(count: int) -> list[dict[str, Any]]:
    """Plaintiffs by e-mail and telephone in turn."""
    return [
        {"id": f"p{n}", "role": "plaintiff", "name": f"工人{n}（虚构）", "side": "claim",
         **({"email": f"p{n}@example.com"} if n % 2 else {"telephone": f"1380000{n:04}"})}
        for n in range(1, count + 1)
    ]  # fmt: skip


async def made(clerk: StaffClient, case: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"template": "mediation_agreement", "language": "zh-CN", "values": VALUES, **changes}
    return dict(await clerk.post(f"/cases/{case['id']}/papers", body))


async def sent(
    clerk: StaffClient, paper: str, who: list[str], *, within: float = 60.0, **changes: Any
) -> dict[str, Any]:
    """Out for signing, and sealed."""
    body = {"people": who, "deadline": soon(48), "remind_hours": [24], **changes}
    await clerk.post(f"/papers/{paper}/signing", body)
    return await until(clerk, paper, "phase", "signing" if who else "complete", within=within)


async def until(
    clerk: StaffClient, paper: str, field: str, value: object, *, within: float = 60.0
) -> dict[str, Any]:
    """The board, once this field of it is so."""
    look = lambda: clerk.get(f"/papers/{paper}")  # noqa: E731
    return dict(await settled(look, lambda board: board[field] == value, within=within))


async def settled(
    look: Callable[[], Awaitable[Any]], enough: Callable[[Any], bool], *, within: float = 60.0
) -> Any:
    """What is seen, once it is so: asked again and again, as a page does."""
    async with asyncio.timeout(within):
        while not enough(seen := await look()):  # noqa: ASYNC110 - no socket tells of it
            await asyncio.sleep(0.1)
    return seen


async def link_of(clerk: StaffClient, paper: str, person: str) -> str:
    """The secret part of a person's link, as the clerk is shown it."""
    link: str = (await clerk.post(f"/papers/{paper}/people/{person}/link"))["link"]
    return link.partition("#")[2].partition("/")[0]


async def person_of(clerk: StaffClient, paper: str, person: str) -> Person:
    return Person(clerk.server, await link_of(clerk, paper, person))


async def pdf(clerk: StaffClient, path: str) -> bytes:
    async with clerk.http.get(f"{clerk.server.url}/api/staff{path}") as response:
        assert response.status == 200, await response.text()
        return await response.read()


async def refusal(awaitable: Any) -> tuple[str, int]:
    with pytest.raises(Refusal) as caught:
        await awaitable
    return caught.value.code, caught.value.status


async def code_of(awaitable: Any) -> str:
    return (await refusal(awaitable))[0]


def roots(server: ServerProcess) -> list[Any]:
    folder = server.data / "keys" / "court"
    return [x509.load_pem_x509_certificate((folder / "root.crt.pem").read_bytes())]


async def checked(server: ServerProcess, data: bytes) -> list[str]:
    """The codes of what a verifier finds; none of them an error."""
    report = await asyncio.to_thread(verify_pdf, data, roots(server))
    assert report.ok, report.findings
    return [finding.code for finding in report.findings]
