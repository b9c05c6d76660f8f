"""The composition root's part for playback."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web

from hearing_server.adapters.fragments import SegmentFragments
from hearing_server.services.access import Seated
from hearing_server.services.audit import Audit
from hearing_server.services.hearings import Clock, Hearings
from hearing_server.services.line_sound import LineSound
from hearing_server.services.playback import Playback
from hearing_server.services.read_backs import ReadBacks
from hearing_server.web.line_sound import LineSoundRoutes
from hearing_server.web.playback import PlaybackRoutes
from recording.encryption import Keyring


class PlaybackParts:
    def __init__(
        self, hearings: Hearings, folders: Sequence[Path], keys: Keyring | None, now: Clock
    ) -> None:
        self._now = now
        fragments = SegmentFragments(folders, keys)
        self.playback = Playback(hearings, fragments)
        self.read_backs = ReadBacks(hearings, self.playback)
        self._sound = LineSound(hearings, self.playback, fragments)

    def routes(
        self,
        audit: Audit,
        seated: Callable[[web.Request], Awaitable[Seated]],
        proxies: tuple[str, ...],
    ) -> list[web.RouteDef]:
        sound = LineSoundRoutes(self._sound, audit, seated, proxies=proxies)
        playback = PlaybackRoutes(self.playback, audit, seated, self._now, proxies=proxies)
        return [*playback.routes(), *sound.routes()]
