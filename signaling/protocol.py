"""Every message between browser and server, as types. PROTOCOL.md says the same in words.

A browser sends an Ask and gets exactly one Answer to it; the server sends a Tell whenever it has one.
codec.py decodes and encodes them.
"""

import dataclasses
import typing
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code
from hearing_server.domain.events import Device, Source
from signaling.view_types import HearingView, Message

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Ortc = dict[str, Any]  # an object of the ORTC kind, as mediasoup-client makes and takes it


# --- Asks: from the browser, each answered once ---------------------------------------------------


class Ask(Message, frozen=True, kw_only=True, tag=lambda name: ev.snake(name)):
    """A browser wants something."""


class Enter(Ask, frozen=True, kw_only=True):
    """First ask of every connection: take the seat. `after` is the last number this tab has seen."""

    after: Count | None = None
    accepted_as: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    camera: Device = Device.UNKNOWN
    microphone: Device = Device.UNKNOWN
    take_over: bool = False


class Leave(Ask, frozen=True, kw_only=True):
    """The party leaves on purpose."""


class ReportDevices(Ask, frozen=True, kw_only=True):
    camera: Device
    microphone: Device


class Admit(Ask, frozen=True, kw_only=True):
    party: Id


class OpenHearing(Ask, frozen=True, kw_only=True):
    pass


class PauseHearing(Ask, frozen=True, kw_only=True):
    reason: Annotated[str, Meta(max_length=500)] = ""


class ResumeHearing(Ask, frozen=True, kw_only=True):
    pass


class CloseHearing(Ask, frozen=True, kw_only=True):
    pass


class Mute(Ask, frozen=True, kw_only=True):
    """By the court: the party's microphone reaches nobody until Unmute."""

    party: Id


class Unmute(Ask, frozen=True, kw_only=True):
    party: Id


class EnterLine(Ask, frozen=True, kw_only=True):
    """`started_at`: when the speaker began, Unix ms; the server keeps it within the hearing."""

    speaker: Id
    text: Annotated[str, Meta(max_length=20_000)]
    started_at: Count | None = None


class CorrectLine(Ask, frozen=True, kw_only=True):
    """`revision`: the one the correction was made against."""

    line: Annotated[int, Meta(ge=1, le=50_000)]
    revision: Annotated[int, Meta(ge=1, le=1_000_000)]
    speaker: Id
    text: Annotated[str, Meta(max_length=20_000)]


class FreezeTranscript(Ask, frozen=True, kw_only=True):
    """Make the document that everybody signs from the lines as they stand."""


class RefuseSignature(Ask, frozen=True, kw_only=True):
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    reason: Annotated[str, Meta(max_length=500)]


class CreateTransport(Ask, frozen=True, kw_only=True):
    """`rtp_capabilities` with the receiving one: what this browser can decode."""

    direction: Literal["send", "receive"]
    rtp_capabilities: Ortc | None = None


class ConnectTransport(Ask, frozen=True, kw_only=True):
    transport: Id
    dtls_parameters: Ortc


class RestartIce(Ask, frozen=True, kw_only=True):
    transport: Id


class Produce(Ask, frozen=True, kw_only=True):
    transport: Id
    source: Source
    kind: Literal["audio", "video"]
    rtp_parameters: Ortc


class PauseProducer(Ask, frozen=True, kw_only=True):
    """By the party itself: microphone or camera off."""

    source: Source


class ResumeProducer(Ask, frozen=True, kw_only=True):
    source: Source


class CloseProducer(Ask, frozen=True, kw_only=True):
    source: Source


class ResumeConsumer(Ask, frozen=True, kw_only=True):
    """The browser is ready for the packets of a consumer that it was told of."""

    consumer: Id


AnyAsk = (
    Enter
    | Leave
    | ReportDevices
    | Admit
    | OpenHearing
    | PauseHearing
    | ResumeHearing
    | CloseHearing
    | Mute
    | Unmute
    | EnterLine
    | CorrectLine
    | FreezeTranscript
    | RefuseSignature
    | CreateTransport
    | ConnectTransport
    | RestartIce
    | Produce
    | PauseProducer
    | ResumeProducer
    | CloseProducer
    | ResumeConsumer
)


# --- What is said of a hearing: views (view_types.py), and the events of the log ------------------


def _event_struct(event_type: type) -> type[msgspec.Struct]:
    """The wire form of a domain event: the same fields, tagged with the event's name."""
    hints = typing.get_type_hints(event_type)
    fields = [(f.name, _plain(hints[f.name])) for f in dataclasses.fields(event_type)]
    return msgspec.defstruct(
        event_type.__name__, fields, tag=ev.tag(event_type), kw_only=True, module=__name__
    )


def _plain(hint: Any) -> Any:
    """tuple[X, ...] is a list on the wire."""
    return list[hint.__args__[0]] if typing.get_origin(hint) is tuple else hint


AnyEvent = typing.Union[tuple(_event_struct(event_type) for event_type in ev.EVENT_TYPES)]  # type: ignore[valid-type] # noqa: UP007


# --- Answers: one to each ask ---------------------------------------------------------------------


class Answer(Message, frozen=True, kw_only=True, tag=lambda name: ev.snake(name)):
    """What became of an ask."""


class Done(Answer, frozen=True, kw_only=True):
    """It is done and saved; `seq` is the number of the last event that it made, 0 if none."""

    seq: int = 0


class Failed(Answer, frozen=True, kw_only=True):
    """It was refused, and nothing has changed. `code` is stable, `detail` is for people."""

    code: Code
    detail: str = ""


class Welcome(Answer, frozen=True, kw_only=True):
    """Answer to Enter. Either `view` is the whole, or `missed` is what came after the number asked."""

    you: str
    connection: str
    seq: int
    server_time: int
    view: HearingView | None
    missed: list["EventTold"]
    rtp_capabilities: Ortc


class TransportCreated(Answer, frozen=True, kw_only=True):
    transport: str
    ice_parameters: Ortc
    ice_candidates: list[Ortc]
    dtls_parameters: Ortc


class IceRestarted(Answer, frozen=True, kw_only=True):
    ice_parameters: Ortc


class Produced(Answer, frozen=True, kw_only=True):
    producer: str


AnyAnswer = Done | Failed | Welcome | TransportCreated | IceRestarted | Produced


# --- Tells: from the server, whenever it has one --------------------------------------------------


class Tell(Message, frozen=True, kw_only=True, tag=lambda name: ev.snake(name)):
    """The server says something of its own accord."""


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


class Levels(Tell, frozen=True, kw_only=True):
    """Who is speaking: party to -dBov, 0 loudest to 127 silent (RFC 6464). Not kept."""

    levels: dict[str, int]


class Quality(Message, frozen=True, kw_only=True):
    loss: float  # worst direction of the last interval, 0 to 1
    rtt_ms: float | None


class Qualities(Tell, frozen=True, kw_only=True):
    """How each party's line is. Not kept."""

    qualities: dict[str, Quality]


class Superseded(Tell, frozen=True, kw_only=True):
    """Another tab took the seat over; this one is done."""


AnyTell = EventTold | ViewTold | ConsumerOpened | ConsumerClosed | Levels | Qualities | Superseded


def schema() -> dict[str, Any]:
    """JSON Schema of all messages, from which the client's types are generated."""
    tops = {"Ask": AnyAsk, "Answer": AnyAnswer, "Tell": AnyTell}
    schemas, definitions = msgspec.json.schema_components(
        tops.values(), ref_template="#/$defs/{name}"
    )
    return {"$defs": {**definitions, **dict(zip(tops, schemas, strict=True))}}
