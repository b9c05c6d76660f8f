"""Answers: one to each ask."""

from hearing_server.domain.errors import Code
from hearing_server.domain.planning import Taken
from signaling.protocol.base import Answer, Ortc
from signaling.protocol.tells import EventTold
from signaling.view_types import HearingView, Message


class Done(Answer, frozen=True, kw_only=True):
    """It is done and saved; `seq` is the number of the last event that it made, 0 if none."""

    seq: int = 0


class Clash(Message, frozen=True, kw_only=True):
    """Who or what is elsewhere then, and in which hearing; times in Unix ms."""

    kind: Taken
    name: str
    number: str
    courtroom: str
    planned_at: int
    ends_at: int


class Failed(Answer, frozen=True, kw_only=True):
    """It was refused, and nothing has changed. `code` is stable, `detail` is for people.

    `clashes`: all that is in the way, with the code `clash`.
    """

    code: Code
    detail: str = ""
    clashes: list[Clash] = []  # noqa: RUF012 - msgspec copies it


class Welcome(Answer, frozen=True, kw_only=True):
    """Answer to Enter. Either `view` is the whole, or `missed` is what came after the number asked."""

    you: str
    connection: str
    seq: int
    server_time: int
    view: HearingView | None
    missed: list[EventTold]
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
