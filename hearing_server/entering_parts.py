"""The composition root's part for coming in: self-check, codes, identity, observers, kiosks."""

from collections.abc import Callable

from aiohttp import web

from hearing_server.adapters.code_store import SqlCodes
from hearing_server.adapters.database import Database
from hearing_server.adapters.folder import DataFolder
from hearing_server.adapters.kiosk_store import SqlKiosks, SqlObserverLinks
from hearing_server.adapters.picture_files import SealedPictures
from hearing_server.config import Settings
from hearing_server.domain.outbox import Kind
from hearing_server.services.access import Access
from hearing_server.services.attempts import AttemptStore
from hearing_server.services.audit import Audit
from hearing_server.services.codes import Codes
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.kiosks import Kiosks
from hearing_server.services.observers import Observers
from hearing_server.services.outbox import Outbox
from hearing_server.services.pictures import Pictures
from hearing_server.web.checks import Checks
from hearing_server.web.codes import CodeRoutes
from hearing_server.web.kiosks import KioskRoutes
from hearing_server.web.observers import ObserverRoutes
from hearing_server.web.pictures import PictureRoutes
from hearing_server.web.seat_session import SeatGate
from hearing_server.web.staff_session import StaffGate
from signaling.mirror import Mirrors


class OutboxCourier:
    """Implements Courier over the outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def send_code(
        self, hearing: str, party: str, code: str, expires_at: int
    ) -> tuple[str, str] | None:
        told = await self._outbox.send(
            party, Kind.CODE, {"code": code}, hearing=hearing, expires_at=expires_at
        )
        return (told[0].channel, told[0].to) if told else None


class EnteringParts:
    """`cut` ends the connection that sits in a party's seat."""

    def __init__(
        self,
        database: Database,
        hearings: Hearings,
        access: Access,
        outbox: Outbox,
        attempts: AttemptStore,
        audit: Audit,
        mirrors: Mirrors,
        folder: DataFolder,
        settings: Settings,
        now: Clock,
        cut: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._access, self._hearings, self._audit = access, hearings, audit
        self.mirrors = mirrors
        self.code_store = SqlCodes(database)
        self.codes = Codes(
            self.code_store,
            attempts,
            hearings,
            OutboxCourier(outbox),
            folder.secret("codes"),
            now,
            access.is_of,
        )
        access.guard = self.codes.guard
        access.signer_guard = self.codes.guard_signature
        links = SqlObserverLinks(database)
        self.observers = Observers(links, hearings, access, audit, folder.secret("observers"), now)
        files = SealedPictures(folder.pictures, folder.secret("pictures"))
        self.pictures = Pictures(files, hearings, audit, days=settings.picture_days, now=now)
        self.kiosks = Kiosks(SqlKiosks(database), hearings, access, self.codes, now, cut)

    def routes(self, staff: StaffGate) -> list[web.RouteDef]:
        s = self._settings
        gate, proxies = SeatGate(self._access, secure=s.secure_pages), s.trusted_proxies
        parts = (
            Checks(gate, self._hearings, self.mirrors, proxies),
            CodeRoutes(gate, self.codes, self._audit, proxies),
            PictureRoutes(gate, self.pictures, proxies),
            ObserverRoutes(gate, self.observers, s.url, proxies),
            KioskRoutes(staff, gate, self.kiosks, self._audit, s.court),
        )
        return [route for part in parts for route in part.routes()]
