"""A mail server and an SMS gateway on loopback: small, real, and as moody as they are told to be."""

import asyncio
import email
import email.policy
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiohttp import web


@dataclass
class MailBox:
    """SMTP (RFC 5321) as far as a client needs it. `moods` are answers to the next messages' data."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None  # the answer to data waits for it
    refused: frozenset[str] = frozenset()
    _server: asyncio.Server | None = None
    _heard: asyncio.Condition = field(default_factory=asyncio.Condition)
    _talks: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def settings(self) -> dict[str, str]:
        assert self._server is not None
        return {
            "HEARING_SMTP_HOST": "127.0.0.1",
            "HEARING_SMTP_PORT": str(self._server.sockets[0].getsockname()[1]),
            "HEARING_SMTP_SECURITY": "none",
            "HEARING_MAIL_FROM": "court@court.example",
        }

    async def __aenter__(self) -> "MailBox":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            await self._talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 box\r\n")
        to = ""
        while line := (await reader.readline()).decode().strip():
            verb, answer = line.split(":")[0].upper(), "250 ok"
            if verb == "RCPT TO":
                to = line.partition("<")[2].partition(">")[0]
                answer = "550 nobody here" if to in self.refused else answer
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                answer = await self._take(to, await reader.readuntil(b"\r\n.\r\n"))
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()

    async def _take(self, to: str, data: bytes) -> str:
        mood = self.moods.pop(0) if self.moods else "250 taken"
        if mood.startswith("250"):
            async with self._heard:
                mail = email.message_from_bytes(data[:-5], policy=email.policy.default)
                assert isinstance(mail, EmailMessage)
                self.mails.append(mail)
                self.recipients.append(to)
                self._heard.notify_all()
        if self.gate is not None:
            await self.gate.wait()
        return mood

    async def got(self, count: int, within: float = 20.0) -> list[EmailMessage]:
        async with self._heard, asyncio.timeout(within):
            await self._heard.wait_for(lambda: len(self.mails) >= count)
        return self.mails


def body_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


@dataclass
class SmsGateway:
    """Takes JSON by POST. `moods` are the statuses of the next answers."""

    taken: list[dict[str, str]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    moods: list[int] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None
    _heard: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def settings(self) -> dict[str, str]:
        return {"HEARING_SMS_URL": f"http://127.0.0.1:{self.port}/send"}

    async def __aenter__(self) -> "SmsGateway":
        application = web.Application()
        application.router.add_post("/send", self._take)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        status = self.moods.pop(0) if self.moods else 200
        if status == 200:
            async with self._heard:
                self.taken.append(await request.json())
                self.headers.append(request.headers.get("Content-Type", ""))
                self._heard.notify_all()
        return web.json_response({}, status=status)

    async def got(self, count: int, within: float = 20.0) -> list[dict[str, str]]:
        async with self._heard, asyncio.timeout(within):
            await self._heard.wait_for(lambda: len(self.taken) >= count)
        return self.taken
