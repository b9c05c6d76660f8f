"""The composition root's part for the command centre."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from hearing_server.adapters.centre_store import SqlCentre
from hearing_server.adapters.database import Database
from hearing_server.adapters.node import NodeHealth, NodeProbe, plain
from hearing_server.case_parts import CaseParts
from hearing_server.config import Settings
from hearing_server.domain.watch import LineSample
from hearing_server.services.audit import Audit
from hearing_server.services.centre import Centre
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.heartbeats import Heartbeats
from hearing_server.services.speech import Recogniser
from hearing_server.services.tasks import Tasks
from hearing_server.web import health
from hearing_server.web.centre import CentreRoutes
from hearing_server.web.staff_session import StaffGate
from recording.recorder import ProcessRecorder
from signaling import lines
from signaling.rooms import Rooms
from signaling.sfu import Sfu


class CentreParts:
    def __init__(
        self,
        database: Database,
        hearings: Hearings,
        cases: CaseParts,
        rooms: Rooms,
        recorder: ProcessRecorder,
        recogniser: Recogniser,
        sfu: Sfu,
        settings: Settings,
        folder: Path,
        now: Clock,
    ) -> None:
        store = SqlCentre(database)

        def sampled() -> Mapping[str, Mapping[str, LineSample]]:
            return lines.lines(rooms)

        self.heartbeats = Heartbeats(store, now)
        self.centre = Centre(
            hearings,
            cases.calendar,
            sampled,
            self.heartbeats,
            Tasks(store, now),
            ZoneInfo(settings.time_zone),
            now,
        )
        self.centre.on_look(health.note_hearings)
        self.probe = NodeProbe(
            database,
            folder,
            loop=health.delay.worst,
            recorder=lambda: recorder.worker_pid is not None,
            speech=lambda: recogniser.health,
            media_port=lambda: sfu.port,
            connections=lambda: len(rooms.peers),
            started_at=now(),
        )

    def routes(self, gate: StaffGate, audit: Audit) -> list[web.RouteDef]:
        return CentreRoutes(gate, audit, self.centre, self.heartbeats).routes()

    def on_health(self, node: NodeHealth) -> None:
        health.note_node(
            disk_free=node.disk_free, recorder=node.recorder, database_ms=node.database_ms
        )
        self.centre.tell_state("node", plain(node))
