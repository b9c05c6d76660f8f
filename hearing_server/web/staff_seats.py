"""From an account to its seat in a hearing, without a link."""

from aiohttp import web

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.staff import may_sit
from hearing_server.services.access import Access, Seated
from hearing_server.services.audit import Action, Audit
from hearing_server.services.hearings import Hearings
from hearing_server.web.seats import remember_seat
from hearing_server.web.staff_session import StaffGate


class StaffSeats:
    def __init__(
        self, gate: StaffGate, audit: Audit, access: Access, hearings: Hearings, *, secure: bool
    ) -> None:
        self._gate = gate
        self._audit = audit
        self._access = access
        self._hearings = hearings
        self._secure = secure

    def routes(self) -> list[web.RouteDef]:
        hearing = "/api/staff/hearings/{hearing:[A-Za-z0-9_-]{1,64}}"
        return [web.post(f"{hearing}/seat", self.enter, name="staff-seat")]

    async def enter(self, request: web.Request) -> web.Response:
        """The seat of whoever is signed in; Refused(not_found) in a hearing that is not theirs,
        Refused(not_allowed) for who is no judge or clerk any more."""
        account = await self._gate.require(request)
        hearing = request.match_info["hearing"]
        try:
            state = await self._hearings.state(hearing)
        except Refused as refusal:
            if refusal.code is not Code.UNKNOWN_HEARING:
                raise
            raise Refused(Code.NOT_FOUND) from None
        parties = (seat.party for seat in state.seats.values() if not seat.removed)
        mine = next((one for one in parties if one.account == account.id), None)
        if mine is None:
            raise Refused(Code.NOT_FOUND)
        if not may_sit(account, mine.role):
            raise Refused(Code.NOT_ALLOWED, mine.role)
        who = self._gate.who(request, account)
        await self._audit.note(
            Action.SEAT_ENTERED,
            actor=who.actor,
            subject=mine.id,
            detail=f"hearing {hearing}",
            address=who.address,
        )
        token = await self._access.admit(Seated(hearing=hearing, party=mine.id), account.id)
        response = web.json_response({"seat": mine.id})
        remember_seat(response, mine.id, token, secure=self._secure)
        return response
