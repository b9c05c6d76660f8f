"""Asks about transports and tracks."""

from typing import Literal

from hearing_server.domain.events import Source
from signaling.protocol.base import Ask, Id, Ortc


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
