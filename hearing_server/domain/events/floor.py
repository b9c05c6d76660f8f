"""Who may speak, who asks to, and what is sent."""

from dataclasses import dataclass

from hearing_server.domain.events.values import RequestAnswer, RequestKind, Source


@dataclass(frozen=True, kw_only=True)
class MicrophoneMuted:
    """By the court, or by the end of a private talk. `locked`: the party cannot lift it.

    `within`, here and below: the bench that deliberates, when it is one of them; it alone may know of it.
    """

    party: str
    locked: bool = True
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MicrophoneUnmuted:
    party: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WordGiven:
    party: str


@dataclass(frozen=True, kw_only=True)
class WordWithdrawn:
    party: str


@dataclass(frozen=True, kw_only=True)
class RequestRaised:
    """A raised hand or an objection; numbered from 1 in their order."""

    request: int
    party: str
    kind: RequestKind
    note: str


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn:
    request: int


@dataclass(frozen=True, kw_only=True)
class RequestAnswered:
    request: int
    answer: RequestAnswer
    note: str


@dataclass(frozen=True, kw_only=True)
class SourceStarted:
    """`within`, here and below: the people of a private room where it happened, who alone may know of it."""

    party: str
    source: Source
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceStopped:
    party: str
    source: Source
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourcePaused:
    """By the party itself: microphone off, camera off."""

    party: str
    source: Source
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceResumed:
    party: str
    source: Source
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SharingLocked:
    """The judge stopped this party's share; it may not begin another."""

    party: str


@dataclass(frozen=True, kw_only=True)
class SharingAllowed:
    party: str


@dataclass(frozen=True, kw_only=True)
class ChannelSet:
    """A closed channel carries an interpreter's voice only to those who need or choose it."""

    party: str
    closed: bool


@dataclass(frozen=True, kw_only=True)
class ListeningSet:
    """`interpreter` is empty for the floor."""

    party: str
    interpreter: str
