"""The values that facts are made of: what a party sends, why they left, what a hearing demands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Source(StrEnum):
    """What a party sends. `room` is a second camera on the whole room of a detention centre."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCREEN = "screen"
    SCREEN_SOUND = "screen_sound"
    ROOM = "room"


SEEN = frozenset({Source.CAMERA, Source.SCREEN, Source.ROOM})
HEARD = frozenset({Source.MICROPHONE, Source.SCREEN_SOUND})
SHARE = (Source.SCREEN, Source.SCREEN_SOUND)


class Level(StrEnum):
    """Who may play a recording, or a span of it (playable.py), from open to closed."""

    PUBLIC = "public"
    CONFIDENTIAL = "confidential"
    SEALED = "sealed"


class Span(NamedTuple):
    """A part of the timeline, Unix ms: from `started_at` up to but not with `ended_at`; None: no end."""

    started_at: int
    ended_at: int | None


class Device(StrEnum):
    """What a party's browser said of a camera or microphone."""

    READY = "ready"
    DENIED = "denied"
    MISSING = "missing"
    BUSY = "busy"
    UNKNOWN = "unknown"


class Departure(StrEnum):
    """Why a connection ended, as far as both ends can tell (法释〔2021〕12号 art. 25)."""

    NETWORK = "network"
    CLOSED_TAB = "closed_tab"
    LEFT = "left"
    SUPERSEDED = "superseded"
    REMOVED = "removed"  # by the presiding judge, for good
    REPLACED = "replaced"  # of the court: somebody else has the seat
    SERVER = "server"


class TalkEnd(StrEnum):
    """Why a private talk is over."""

    LEFT = "left"  # by its people
    CALLED_BACK = "called_back"  # by the presiding judge
    SESSION = "session"  # the court sits, and gave no leave for it
    CANCELLED = "cancelled"  # with the hearing


class Stage(StrEnum):
    """The steps of a hearing. A procedure's template says which, and in which order (procedures.py)."""

    PREPARATION = "preparation"
    INVESTIGATION = "investigation"
    EVIDENCE = "evidence"
    DEBATE = "debate"
    LAST_STATEMENT = "last_statement"
    MEDIATION = "mediation"
    AGREEMENT = "agreement"
    DELIBERATION = "deliberation"
    JUDGMENT = "judgment"


@dataclass(frozen=True, kw_only=True)
class ChecklistItem:
    """A right to be granted, in a stage. `text` is empty for the known ids, which pages have words for."""

    id: str
    stage: Stage
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What a party must show before admission: a one-time code, a document confirmed by the clerk.

    And once more before they sign: a code sent anew, or that the clerk knows them on camera.
    """

    code: bool = False
    identity: bool = False
    sign_code: bool = False
    sign_identity: bool = False


class SigningKey(StrEnum):
    """Whose key made a signature: the browser's of the one who signs, or one that the server made for them."""

    BROWSER = "browser"
    HELD = "held"


@dataclass(frozen=True, kw_only=True)
class Screening:
    """`party` is kept from being seen, heard or both by the parties of `hidden_from`.

    Either way their name is kept too: those see `alias`, or the role alone when it is empty.
    """

    party: str
    hidden_from: tuple[str, ...]
    sight: bool = True
    sound: bool = True
    alias: str = ""


class Verdict(StrEnum):
    """What the self-check found of one thing."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    UNTESTED = "untested"


class RequestKind(StrEnum):
    """Why somebody wants to be heard."""

    HAND = "hand"
    OBJECTION = "objection"


class RequestAnswer(StrEnum):
    """What the presiding judge said to a raised hand or an objection."""

    GRANTED = "granted"
    DECLINED = "declined"
    SUSTAINED = "sustained"
    OVERRULED = "overruled"
    NOTED = "noted"


class OfficerStep(StrEnum):
    """The four steps of the officer at a detention centre's kiosk, in their order."""

    PERSON = "person"
    DEVICES = "devices"
    CONNECTION = "connection"
    HANDOVER = "handover"


class Stance(StrEnum):
    """What a side says of one quality of an exhibit."""

    YES = "yes"
    NO = "no"
    NONE = "none"


class RootCause(StrEnum):
    """Why the log's root was signed just then."""

    PAUSED = "paused"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    HOURLY = "hourly"
    LATER = "later"  # something was entered after the closing
    TIMESTAMPED = "timestamped"  # the timestamp authority answers again
