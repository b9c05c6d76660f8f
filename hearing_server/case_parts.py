"""The composition root's part for cases, planning, the calendar and the outbox."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from aiohttp import web

from hearing_server.adapters.calendar_store import SqlCalendar
from hearing_server.adapters.case_store import SqlCases
from hearing_server.adapters.database import Database
from hearing_server.adapters.mail import MailServer, SmtpMail
from hearing_server.adapters.outbox_store import SqlOutbox
from hearing_server.adapters.sealing import Sealing
from hearing_server.adapters.sms import Gateway, HttpSms
from hearing_server.config import Settings
from hearing_server.domain.outbox import Channel
from hearing_server.domain.planning import MINUTE
from hearing_server.services.access import Access
from hearing_server.services.audit import Audit
from hearing_server.services.cases import Cases
from hearing_server.services.courier import Courier
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.letters import Court, Letters, Sender
from hearing_server.services.outbox import Outbox
from hearing_server.services.planning import People, Planning
from hearing_server.web.cases import CaseRoutes
from hearing_server.web.planning import PlanningRoutes
from hearing_server.web.staff_session import StaffGate


class CaseParts:
    """`secret` encrypts the codes that wait in the outbox."""

    def __init__(
        self,
        database: Database,
        hearings: Hearings,
        access: Access,
        people: People,
        now: Clock,
        settings: Settings,
        secret: bytes,
    ) -> None:
        self.settings = settings
        self._access, self._url, self._time_zone = access, settings.url, settings.time_zone
        self.store = SqlCases(database)
        self.cases = Cases(self.store, now)
        self._sms = _sms(settings)
        self.outbox_store = store = SqlOutbox(database, Sealing(secret))
        court = Court(name=settings.court, url=settings.url, zone=ZoneInfo(settings.time_zone))
        self.letters = letters = Letters(
            store, hearings, access, self._senders(settings), court, now
        )
        self.outbox = Outbox(store, hearings, letters, now)
        self.courier = Courier(store, hearings, letters, self.outbox, now)
        self.calendar = SqlCalendar(database)
        self.planning = Planning(
            self.calendar,
            self.store,
            people,
            hearings,
            court=settings.court,
            buffer=settings.planning_buffer * MINUTE,
            now=now,
            told=self.outbox.wake,
        )

    def routes(self, gate: StaffGate, audit: Audit) -> list[web.RouteDef]:
        cases = CaseRoutes(gate, audit, self.cases, self.planning)
        planning = PlanningRoutes(
            gate,
            audit,
            self.planning,
            self.outbox,
            self._access,
            url=self._url,
            time_zone=self._time_zone,
        )
        return [*cases.routes(), *planning.routes()]

    async def close(self) -> None:
        if self._sms is not None:
            await self._sms.close()

    def _senders(self, settings: Settings) -> Mapping[Channel, Sender]:
        senders: dict[Channel, Sender] = {}
        if settings.smtp_host:
            senders[Channel.EMAIL] = SmtpMail(
                MailServer(
                    host=settings.smtp_host,
                    port=settings.smtp_port,
                    security=settings.smtp_security,
                    sender=settings.mail_from,
                    name=settings.court,
                    user=settings.smtp_user,
                    password=settings.smtp_password,
                )
            )
        if self._sms is not None:
            senders[Channel.SMS] = self._sms
        return senders


def _sms(settings: Settings) -> HttpSms | None:
    if not settings.sms_url:
        return None
    headers = (header.partition(":") for header in settings.sms_headers)
    return HttpSms(
        Gateway(
            url=settings.sms_url,
            method=settings.sms_method,
            headers={name: value.strip() for name, _, value in headers},
            body=settings.sms_body,
            accepted=settings.sms_accepted,
        )
    )
