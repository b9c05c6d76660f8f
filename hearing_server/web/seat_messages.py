"""Messages of a seat that is not taken yet: whoever cannot get in needs the clerk or a technician most."""

from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from aiohttp import web

from hearing_server.domain import commands as cmd
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.message_readers import reader_of, reads_message
from hearing_server.domain.sealed import message_for
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings
from hearing_server.services.rate import RateLimit
from hearing_server.web.http import read_body
from hearing_server.web.seat_session import SEAT, SeatGate

Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Name = Annotated[str, msgspec.Meta(max_length=64)]


class SendBody(msgspec.Struct, forbid_unknown_fields=True):
    to: Name
    text: Annotated[str, msgspec.Meta(max_length=2000)]
    answers: Number | None = None


class ReadBody(msgspec.Struct, forbid_unknown_fields=True):
    correspondent: Name
    up_to: Number


class SeatMessages:
    """The rules are the hearing's own; only the way in differs from the socket's."""

    def __init__(self, gate: SeatGate, hearings: Hearings) -> None:
        self._gate = gate
        self._hearings = hearings
        self._writes = RateLimit(per_minute=20)  # by seat

    def routes(self) -> list[web.RouteDef]:
        path = f"{SEAT}/messages"
        return [
            web.get(path, self.list, name="seat-messages"),
            web.post(path, self.send, name="send-message"),
            web.post(f"{path}/read", self.read, name="read-messages"),
        ]

    async def list(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        state = await self._hearings.state(seated.hearing)
        return web.json_response(_mailbox(state, seated.party))

    async def send(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._writes.check(seated.party)
        body = await read_body(request, SendBody)
        command = cmd.SendMessage(to=body.to, text=body.text, answers=body.answers)
        await self._hearings.execute(seated.hearing, command, seated.party)
        return web.json_response({}, status=201)

    async def read(self, request: web.Request) -> web.Response:
        seated = await self._seated(request)
        self._writes.check(seated.party)
        body = await read_body(request, ReadBody)
        command = cmd.ReadMessages(correspondent=body.correspondent, up_to=body.up_to)
        await self._hearings.execute(seated.hearing, command, seated.party)
        return web.json_response({})

    async def _seated(self, request: web.Request) -> Seated:
        seated = await self._gate.seated(request)
        await self._hearings.check_seat(seated.hearing, seated.party)
        return seated


def _mailbox(state: HearingState, party: str) -> dict[str, Any]:
    """The same as the view that comes with a welcome has it."""
    seat = state.seats[party]
    me = reader_of(seat.party)
    return {
        "messages": [
            asdict(message_for(state, m, party))
            for m in state.messages
            if reads_message(state, m.message, m.sender, m.to, seat)
        ],
        "read_up_to": dict(state.read_up_to.get(me, {})),
        "read_by": {reader: read[me] for reader, read in state.read_up_to.items() if me in read},
        "chat": False,  # it is for those in the courtroom
    }
