"""The composition root: the only file that knows every part. It wires by calling constructors.

`Server.start` brings the parts up in the order in which they need each other, `close` takes them down
the other way round.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from ssl import SSLContext

import structlog
from aiohttp import web

from hearing_server.adapters.database import Database
from hearing_server.adapters.folder import DataFolder, Documents
from hearing_server.adapters.notary import TypstNotary
from hearing_server.adapters.phrase_store import SqlAbbreviations
from hearing_server.adapters.store import SqlStore
from hearing_server.adapters.tls import server_context
from hearing_server.case_parts import CaseParts
from hearing_server.centre_parts import CentreParts
from hearing_server.clock import now
from hearing_server.config import Settings
from hearing_server.custody_parts import CustodyParts
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import Entry
from hearing_server.entering_parts import EnteringParts
from hearing_server.exhibit_parts import ExhibitParts
from hearing_server.export_parts import ExportParts, RecordedFiles
from hearing_server.live_parts import LiveParts
from hearing_server.paper_parts import PaperParts
from hearing_server.playback_parts import PlaybackParts
from hearing_server.proof_parts import ProofParts
from hearing_server.recording_keys import recording_keys
from hearing_server.services.access import Access, Seated
from hearing_server.services.hearings import Hearings
from hearing_server.services.overrides import Overrides
from hearing_server.services.phrases import Phrases
from hearing_server.services.record_keeper import RecordKeeper
from hearing_server.services.recordings import Recordings
from hearing_server.services.transcripts import Transcripts
from hearing_server.speech_parts import SpeechParts
from hearing_server.staff_parts import StaffParts
from hearing_server.starting import media_host, open_authority
from hearing_server.unusable import CannotStart
from hearing_server.web import health, pages
from hearing_server.web.audit import note_refusals
from hearing_server.web.door import IDLE, SPOKEN_IN, Door
from hearing_server.web.http import coded_errors, same_origin, secure_headers, storable
from hearing_server.web.phrases import PhraseRoutes
from hearing_server.web.seat_messages import SeatMessages
from hearing_server.web.seat_session import SeatGate
from hearing_server.web.seats import Seats
from recording.recorder import ProcessRecorder, RecorderUnavailable
from signaling.asks import Asks
from signaling.gateway import Gateway
from signaling.mirror import Mirrors
from signaling.rooms import Rooms
from signaling.sfu import Sfu, SfuSettings
from transcript.signing.authority import Authority
from transcript.signing.processes import SigningProcesses

MAX_BODY = 1 << 20  # bytes of an HTTP request
SETTLE_WITHIN = 5.0  # seconds
FORGET_EVERY = 600.0  # seconds
WATCH_EVERY = 2.0  # seconds

log = structlog.get_logger()


class Server:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Everything up, or CannotStart (or the part's own one-line error) and nothing left behind."""
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        client = pages.client_folder()
        self.folder = DataFolder(self.settings.data_folder)
        self._stack.callback(self.folder.close)
        await self._open_store()
        secret = self.folder.secret("staff")
        self.staff = StaffParts(self.store, now, self.settings, secret)
        self.audit, self.gate = self.staff.audit, self.staff.gate
        authority, keys = await asyncio.to_thread(open_authority, self.settings, self.folder)
        self.hearings = Hearings(self.store, now)
        self.access = Access(self.store, self.folder.secret("links"), now, self._bar)
        self.signing = SigningProcesses(keys)
        self._stack.push_async_callback(asyncio.to_thread, self.signing.close)
        self.notary = TypstNotary(self.signing)
        self.transcripts = Transcripts(self.hearings, self.notary, Documents(self.folder.documents))
        self._stack.push_async_callback(self.transcripts.close)
        self.proof = self._open_proof(authority)
        await self._start_recorder()
        self.cases = self._open_cases()
        await self._start_media()
        self.exhibits = await self._open_exhibits()
        self.entering = self._open_entering()
        self.papers = PaperParts(self.store, self.cases, self.staff, self.signing, self.proof, now)
        self._stack.push_async_callback(self.papers.close)
        await self.papers.recover()
        self.centre = self._open_centre()
        self.custody = self._open_custody()
        self.hearings.subscribe(self._on_entries)
        overrides = Overrides(self.store, self.audit, now)
        self.hearings.subscribe(overrides.on_entries)
        self.hearings.on_load(self.transcripts.resume)
        await self.custody.deletions.resume()
        await self._listen(client)
        self._own(self.proof.roots.run(), "roots")
        self._own(self.proof.copies.run(), "log copies")
        self._own(self.cases.courier.run(), "courier")
        self._own(overrides.run(), "overrides")
        self._own(self.exports.exports.run(), "exports")
        self._own(health.watch_loop(), "loop watch")
        self._own(self.live.check.run(), "live check")
        self._own(self.centre.probe.run(self.centre.on_health), "node probe")
        self._own(self.centre.centre.run(), "command centre")
        self.papers.start()
        self._own(self._forget_expired(), "forget expired")
        self._own(self._watch_accounts(), "watch accounts")

    async def _open_store(self) -> None:
        self.store = SqlStore(Database(self.settings.database_url))
        self._stack.push_async_callback(self.store.database.close)
        try:
            await self.store.database.start()
        except Exception as error:
            raise CannotStart(
                f"database {self.settings.database_url.split('@')[-1]}: {error}"
            ) from error

    def _open_proof(self, authority: Authority) -> ProofParts:
        """Before the recorder: its last segments are to be in the copies too."""
        directories = (self.folder.recordings, self.settings.second_recordings)
        folders = [path.absolute() for path in directories if path is not None]
        parts = ProofParts(
            self.hearings,
            self.store,
            self.audit,
            authority,
            self.folder,
            folders,
            self._settle,
            now,
        )
        self._stack.push_async_callback(parts.copies.close)
        return parts

    def _open_cases(self) -> CaseParts:
        secret, s = self.folder.secret("outbox"), self.settings
        parts = CaseParts(
            self.store.database, self.hearings, self.access, self.staff.store, now, s, secret
        )
        self._stack.push_async_callback(parts.close)
        return parts

    async def _open_exhibits(self) -> ExhibitParts:
        parts = ExhibitParts(self.folder, self.hearings, self.settings, now)
        await parts.recover(self.store)
        self._stack.push_async_callback(parts.close)
        return parts

    def _open_entering(self) -> EnteringParts:
        mirrors = Mirrors(self.sfu)
        self._stack.callback(mirrors.close_all)
        return EnteringParts(
            self.store.database,
            self.hearings,
            self.access,
            self.cases.outbox,
            self.staff.credentials,
            self.audit,
            mirrors,
            self.folder,
            self.settings,
            now,
            self.rooms.cut,
        )

    def _open_custody(self) -> CustodyParts:
        folders, forget = self.recorder.folders, self.exports.exports.forget
        parts = CustodyParts(
            self.hearings, self.audit, self.folder, folders, forget, self.settings, now
        )
        self._stack.push_async_callback(parts.close)
        return parts

    def _open_centre(self) -> CentreParts:
        return CentreParts(
            self.store.database,
            self.hearings,
            self.cases,
            self.rooms,
            self.recorder,
            self.speech.recogniser,
            self.sfu,
            self.settings,
            self.folder.path,
            now,
        )

    async def _start_recorder(self) -> None:
        """The keeper before the recorder: what an earlier run left is reported at its start."""
        self.rooms: Rooms
        self.keeper = RecordKeeper(self.hearings, lambda: self.rooms.hearings)
        public, keyring = recording_keys(self.settings)
        self.recorder = ProcessRecorder(
            self.folder.recordings,
            self.keeper.report,
            second=self.settings.second_recordings,
            key=public,
            anchor=self.hearings.hold_clock,
            on_health=lambda state: self.live.on_health(state),
        )
        self.speech = SpeechParts(
            self.settings,
            self.hearings.hold_clock,
            lambda heard: self.rooms.hear(heard),
            lambda state: self.rooms.tell_speech(state),
        )
        self.rooms = Rooms(self.recorder, self.keeper, self.speech.recogniser)
        self.live = LiveParts(self.hearings, self.rooms, self.keeper, self.notary, self.folder, now)
        self.keeper.start()
        self._stack.push_async_callback(self.keeper.close)
        try:
            await self.recorder.start(known=await self.store.segment_names())
        except RecorderUnavailable as error:
            raise CannotStart(f"recordings: {error}") from error
        self._stack.push_async_callback(self.recorder.close)
        source = RecordedFiles(self.recorder.folders, keyring, self._settle)
        self.exports = ExportParts(
            self.store, self.hearings, self.folder, source, self.proof.bundles, self.settings, now
        )
        self.playback = PlaybackParts(self.hearings, self.recorder.folders, keyring, now)
        self._stack.push_async_callback(self.playback.read_backs.close)

    async def _settle(self, hearing: str) -> None:
        """What is recorded of ended tracks is in the log; not waited for if the recorder is in trouble."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_WITHIN):
                await self.recorder.flush(hearing)
                await self.keeper.settle()

    async def _start_media(self) -> None:
        s = self.settings
        self.sfu = Sfu(
            SfuSettings(
                host=await media_host(s),
                port=s.media_port,
                announced=s.media_addresses,
                tcp=s.media_tcp,
                max_bitrate=s.media_bitrate,
            )
        )
        try:
            await self.sfu.start()
        except OSError as error:
            raise CannotStart(f"media port {s.media_port}: {error.strerror}") from error
        self._stack.push_async_callback(self.sfu.close)
        ports = self.transcripts, self.cases.planning, self.playback.read_backs
        asks = Asks(self.hearings, self.rooms, self.sfu, *ports)
        self.gateway = Gateway(
            self.access, self.hearings, self.rooms, asks, self.audit, s.allowed_origins
        )
        self.staff.staff.on_seats_ended(self.gateway.hang_up)
        self.speech.start()
        self._stack.push_async_callback(self.speech.close)
        self.rooms.start()
        self._stack.push_async_callback(self.rooms.close)

    async def _listen(self, client: Path) -> None:
        s = self.settings
        application = web.Application(
            client_max_size=MAX_BODY,
            middlewares=[
                coded_errors,
                note_refusals(self.staff.audit, s.trusted_proxies),
                storable,
                same_origin(s.allowed_origins),
            ],
        )
        application.on_response_prepare.append(secure_headers)
        seats = Seats(
            self.access,
            self.hearings,
            self.transcripts,
            Recordings(self.hearings, self._settle),
            self.audit,
            secure=s.secure_pages,
            proxies=s.trusted_proxies,
        )
        application.add_routes(self.exhibits.routes(self.audit, seats.seated))
        documents = Documents(self.folder.documents)
        application.add_routes(self.staff.sign_by(self.hearings, documents, seats.signer))
        application.add_routes(self.live.routes(self.audit, seats.seated, s.trusted_proxies))
        application.add_routes(self.custody.routes(seats.seated))
        phrases = Phrases(self.hearings, SqlAbbreviations(self.store.database))
        application.add_routes(PhraseRoutes(phrases, seats.seated).routes())
        application.add_routes(self.playback.routes(self.audit, seats.seated, s.trusted_proxies))
        application.add_routes(self.proof.routes(s))
        application.add_routes(self.cases.routes(self.gate, self.audit))
        application.add_routes(self.entering.routes(self.gate))
        application.add_routes(self.papers.routes(self.gate, self.audit))
        application.add_routes(self.centre.routes(self.gate, self.audit))
        application.add_routes(self.staff.routes(self.access, self.hearings))
        application.add_routes(self.exports.routes(self.access, self.audit))
        application.add_routes(
            SeatMessages(SeatGate(self.access, secure=s.secure_pages), self.hearings).routes()
        )
        application.add_routes([*seats.routes(), *health.routes(), *pages.routes(client)])
        self.gateway.server.attach(application)
        runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=2, keepalive_timeout=IDLE
        )
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        self._stack.push_async_callback(self.gateway.close)
        await self._open_door(runner, server_context(s, self.folder.tls))

    async def _open_door(self, runner: web.AppRunner, context: SSLContext | None) -> None:
        s, loop = self.settings, asyncio.get_running_loop()
        assert runner.server is not None
        door = Door(runner.server, s.trusted_proxies)
        patience = SPOKEN_IN if context else None
        try:
            listener = await loop.create_server(
                door, s.host, s.port, ssl=context, ssl_handshake_timeout=patience
            )
        except OSError as error:
            raise CannotStart(f"port {s.port} on {s.host}: {error.strerror}") from error
        self._stack.callback(listener.close)

    async def _bar(self, seated: Seated) -> None:
        await self.hearings.check_seat(seated.hearing, seated.party)

    def _on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        """After an event is saved: who must hear of it, in this order."""
        self.rooms.on_entries(state, entries)
        self.transcripts.on_entries(state, entries)
        self.centre.centre.on_entries(state, entries)
        self.proof.on_entries(state, entries)
        health.count(entries)
        health.connections.set(len(self.rooms.peers))

    async def _forget_expired(self) -> None:
        while True:
            try:
                await self.store.forget_expired(now())
                await self.staff.store.forget_expired(now())
                await self.entering.code_store.forget_expired(now())
                await self.entering.pictures.sweep()
            except Exception:
                log.exception("what has expired was not dropped")
            await asyncio.sleep(FORGET_EVERY)

    async def _watch_accounts(self) -> None:
        """Hang up whoever sits here from an account that was disabled elsewhere: console, other node."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            try:
                disabled = await self.staff.store.disabled() if self.rooms.hearings else set()
                for hearing in self.rooms.hearings if disabled else ():
                    state = await self.hearings.state(hearing)
                    parties = [seat.party for seat in state.seats.values()]
                    out = {party.id for party in parties if party.account in disabled}
                    await self.gateway.hang_up(out)
            except Exception:
                log.exception("accounts not watched")

    def _own(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(coroutine, name=name)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._stack.push_async_callback(end)
