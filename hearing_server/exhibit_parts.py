"""The composition root's part for exhibits: files, examination, the pages that are looked at."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from hearing_server.adapters.examining.bare import BareFiles
from hearing_server.adapters.examining.examine import ChildExaminer
from hearing_server.adapters.examining.media import DEMUXERS
from hearing_server.adapters.examining.renditions import ChildRenditions
from hearing_server.adapters.exhibit_files import StoredExhibits
from hearing_server.adapters.folder import DataFolder
from hearing_server.adapters.spoken_files import SpokenFolder
from hearing_server.adapters.store import SqlStore
from hearing_server.config import Settings
from hearing_server.services.access import Seated
from hearing_server.services.audit import Audit
from hearing_server.services.exhibit_speech import ExhibitSpeech
from hearing_server.services.exhibits import MB, ExhibitLimits, Exhibits
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.renditions import Renditions
from hearing_server.web.exhibit_speech import ExhibitSpeechRoutes
from hearing_server.web.exhibits import ExhibitRoutes
from transcript.speech.file_recogniser import ChildFileRecogniser


class ExhibitParts:
    def __init__(
        self, folder: DataFolder, hearings: Hearings, settings: Settings, now: Clock
    ) -> None:
        self._proxies = settings.trusted_proxies
        self.files = StoredExhibits(folder.exhibits)
        limits = ExhibitLimits(
            file=settings.exhibit_mb * MB,
            party=settings.exhibit_party_mb * MB,
            hearing=settings.exhibit_hearing_mb * MB,
        )
        self.exhibits = Exhibits(hearings, self.files, ChildExaminer(), limits, now)
        self._maker = ChildRenditions()
        self._bare = BareFiles(self.files)
        self.renditions = Renditions(hearings, self.files, self._maker, self._bare)
        model = settings.speech_folder
        threads = settings.speech_threads
        recogniser = ChildFileRecogniser(model, threads, DEMUXERS) if model else None
        spoken = SpokenFolder(folder.spoken)
        self.speech = ExhibitSpeech(hearings, self.files, spoken, recogniser)

    async def recover(self, store: SqlStore) -> None:
        await self.files.recover(store)
        await self.speech.resume()

    async def close(self) -> None:
        await self.speech.close()
        await self.exhibits.close()
        await self._maker.close()
        await self._bare.close()

    def routes(
        self, audit: Audit, seated: Callable[[web.Request], Awaitable[Seated]]
    ) -> list[web.RouteDef]:
        parts = ExhibitRoutes(self.exhibits, self.renditions, audit, seated, proxies=self._proxies)
        speech = ExhibitSpeechRoutes(self.speech, audit, seated, proxies=self._proxies)
        return [*parts.routes(), *speech.routes()]
