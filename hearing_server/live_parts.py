"""The composition root's part for the live check of the recording and the notes of its faults."""

from aiohttp import web

from hearing_server.adapters.folder import DataFolder, Documents
from hearing_server.adapters.notary import TypstNotary
from hearing_server.services.audit import Audit
from hearing_server.services.explanations import Explanations
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.live_check import LiveCheck
from hearing_server.services.media import RecordingHealth
from hearing_server.services.record_keeper import RecordKeeper
from hearing_server.web import health
from hearing_server.web.explanations import ExplanationRoutes, SeatedOf
from signaling.rooms import Rooms


class LiveParts:
    def __init__(
        self,
        hearings: Hearings,
        rooms: Rooms,
        keeper: RecordKeeper,
        notary: TypstNotary,
        folder: DataFolder,
        now: Clock,
    ) -> None:
        self._hearings = hearings
        self.check = LiveCheck(rooms.live, keeper.report, rooms.tell_recording, health.checked)
        self.explanations = Explanations(hearings, notary, Documents(folder.notes), now)

    def on_health(self, state: RecordingHealth) -> None:
        """What the recorder says of itself, once a second."""
        health.recording(state)
        self.check.take(state)

    def routes(
        self, audit: Audit, seated: SeatedOf, proxies: tuple[str, ...]
    ) -> list[web.RouteDef]:
        return ExplanationRoutes(
            self._hearings, self.explanations, audit, seated, proxies=proxies
        ).routes()
