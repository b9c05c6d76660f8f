"""DTLS by aiortc over datagrams that the transport hands in; it always answers, never calls."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)

from .srtp import SrtpKeys

QUEUE = 32  # datagrams; a flight of a handshake is fewer than ten


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """Digest of the browser's certificate: `algorithm` as in RFC 8122, `value` colon-separated."""

    algorithm: str
    value: str


class _Datagrams:
    """The part of aiortc's RTCIceTransport that RTCDtlsTransport calls."""

    role = "controlled"
    state = "completed"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.inbound: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)
        self.send = send

    async def _recv(self) -> bytes:
        datagram = await self.inbound.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, data: bytes) -> None:
        self.send(data)


class DtlsLink:
    """The DTLS association of one transport. `on_closed` is called when the peer said goodbye."""

    def __init__(
        self,
        certificate: RTCCertificate,
        send: Callable[[bytes], None],
        on_closed: Callable[[], None],
    ) -> None:
        self._datagrams = _Datagrams(send)
        carrier: Any = self._datagrams
        self._dtls: Any = RTCDtlsTransport(carrier, [certificate])
        self._dtls._set_role("server")
        self._on_closed = on_closed
        self._dtls.on("statechange", self._on_state)
        self._stopping = False

    def feed(self, datagram: bytes) -> None:
        """Take a datagram from a proven address; what the bounded queue cannot hold is dropped."""
        if not self._datagrams.inbound.full():
            self._datagrams.inbound.put_nowait(datagram)

    async def handshake(self, fingerprints: list[Fingerprint]) -> SrtpKeys | None:
        """Wait for the browser's hello and finish; None when it failed or the identity is wrong."""
        parameters = RTCDtlsParameters(
            fingerprints=[
                RTCDtlsFingerprint(algorithm=each.algorithm, value=each.value)
                for each in fingerprints
            ]
        )
        await self._dtls.start(parameters)
        if self._dtls.state != "connected":
            return None
        return SrtpKeys(inbound=self._dtls._rx_srtp, outbound=self._dtls._tx_srtp)

    async def stop(self) -> None:
        """Say goodbye and end aiortc's own task."""
        self._stopping = True
        pump = self._dtls._task
        await self._dtls.stop()
        if pump is not None:
            await asyncio.gather(pump, return_exceptions=True)
        self._dtls.remove_all_listeners()

    def _on_state(self) -> None:
        if self._dtls.state == "closed" and not self._stopping:
            self._on_closed()


def local_fingerprints(certificate: RTCCertificate) -> list[dict[str, str]]:
    """What the browser must find in the server's certificate."""
    return [
        {"algorithm": each.algorithm, "value": each.value}
        for each in certificate.getFingerprints()
        if each.algorithm == "sha-256"
    ]
