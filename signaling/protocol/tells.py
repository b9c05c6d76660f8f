"""Tells: what the server says of its own accord, above all the events of the log."""

import dataclasses
import typing
from typing import Any, Literal

import msgspec

from hearing_server.domain import events as ev
from hearing_server.domain import facts
from hearing_server.domain.events import Source
from signaling.protocol.base import Ortc, Tell
from signaling.view_types import HearingView, Message


def _event_struct(event_type: type) -> type[msgspec.Struct]:
    """The wire form of a domain event: the same fields, tagged with the event's name."""
    hints = typing.get_type_hints(event_type)
    fields = [(f.name, _plain(hints[f.name])) for f in dataclasses.fields(event_type)]
    return msgspec.defstruct(
        event_type.__name__, fields, tag=facts.tag(event_type), kw_only=True, module=__name__
    )


def _plain(hint: Any) -> Any:
    """tuple[X, ...] is a list on the wire."""
    return list[hint.__args__[0]] if typing.get_origin(hint) is tuple else hint


AnyEvent = typing.Union[tuple(_event_struct(event_type) for event_type in ev.EVENT_TYPES)]  # type: ignore[valid-type] # noqa: UP007


class EventTold(Tell, frozen=True, kw_only=True):
    """One entry of the log that the reader may see. Numbers rise, with holes where they may not."""

    seq: int
    at: int
    by: str
    event: AnyEvent  # type: ignore[valid-type]


class ViewTold(Tell, frozen=True, kw_only=True):
    """What the reader may see has changed: forget the old view and take this one."""

    seq: int
    view: HearingView


class ConsumerOpened(Tell, frozen=True, kw_only=True):
    """A track of another party may be received: consume it, then ask ResumeConsumer."""

    consumer: str
    producer: str
    party: str
    source: Source
    kind: Literal["audio", "video"]
    rtp_parameters: Ortc


class ConsumerClosed(Tell, frozen=True, kw_only=True):
    consumer: str


class ProducerClosed(Tell, frozen=True, kw_only=True):
    """The server has closed one of the reader's own tracks: close `producer` too.

    `stopped`: the court ended the share; `went_out`: it was for the room that the party has left.
    """

    producer: str
    source: Source
    reason: Literal["stopped", "went_out"]


class Levels(Tell, frozen=True, kw_only=True):
    """Who is speaking: party to -dBov, 0 loudest to 127 silent (RFC 6464). Not kept."""

    levels: dict[str, int]


class Quality(Message, frozen=True, kw_only=True):
    loss: float  # worst direction of the last interval, 0 to 1
    rtt_ms: float | None


class Qualities(Tell, frozen=True, kw_only=True):
    """How the lines are of those whom the reader meets; the court is told of all. Not kept."""

    qualities: dict[str, Quality]


class SourceChecked(Message, frozen=True, kw_only=True):
    """How one source is recorded now. ms, None where there is nothing to measure.

    `heard`: sound comes at the server; `in_file`: what comes is in the file; `behind`: the file behind
    the clock; `saved`: since it was made to survive a power cut; `code` of what is wrong, as of a fault.
    """

    flowing: bool
    heard: bool | None
    in_file: bool
    behind: int | None
    saved: int | None
    code: str


class DirectoryChecked(Message, frozen=True, kw_only=True):
    """A place where recordings lie: bytes free, `minutes` at the present rate."""

    free: int
    minutes: int | None
    code: str


class RecordingChecked(Tell, frozen=True, kw_only=True):
    """How the recording stands, for bench and clerk, once a second: `sources` by party. Not kept; what
    began to be wrong or is over is an event. `recorder`: it answers; `clock_off`: ms that the server's
    clock is ahead of the hearing's.
    """

    recorder: bool
    clock_off: int | None
    sources: dict[str, dict[Source, SourceChecked]]
    directories: list[DirectoryChecked]


class Pointed(Tell, frozen=True, kw_only=True):
    """Where the presenter points, in ten-thousandths of the page. Not kept."""

    x: int
    y: int


class Held(Message, frozen=True, kw_only=True):
    line: int
    party: str


class LinesHeld(Tell, frozen=True, kw_only=True):
    """All lines that are being edited now, and by whom; for bench and clerks. Not kept."""

    held: list[Held]


class Typed(Tell, frozen=True, kw_only=True):
    """What a desk is typing, as far as it has come; for bench and clerks. `line` None: a new one. Not kept."""

    party: str
    line: int | None
    speaker: str
    text: str


class Removed(Tell, frozen=True, kw_only=True):
    """The presiding judge has removed this party for good; the connection ends."""

    reason: str


class Superseded(Tell, frozen=True, kw_only=True):
    """Another tab took the seat over; this one is done."""
