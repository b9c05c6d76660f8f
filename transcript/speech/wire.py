"""What the recogniser and its worker say to each other, beyond the packets (services/worker_link/frames.py)."""

import msgspec

from hearing_server.services.media import TrackFormat


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Body of OPEN: `words` are likely to be said."""

    format: TrackFormat
    words: tuple[str, ...]


class Word(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    at: float


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The model is loaded; from now on it listens."""


class Heard(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Text of utterance `number` of a track, so far or `final`. Times are monotonic seconds."""

    track: int
    number: int
    text: str
    words: list[Word]
    began: float
    until: float
    final: bool


class Health(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Once a second: seconds behind the sound, and the tracks that are not listened to."""

    lag: float
    shed: list[int]


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All that was said on a track whose end was told is reported."""

    track: int


Message = Ready | Heard | Health | Ended


def decode_open(body: bytes) -> Open:
    return msgspec.msgpack.decode(body, type=Open)
