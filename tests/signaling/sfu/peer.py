"""A browser's half of a transport, small and raw: its own socket, STUN checks, DTLS, SRTP.

aiortc's RTCIceTransport gathers no loopback candidates; this needs none. What arrives is kept
decrypted in `rtp` and `rtcp`, and `until` waits for it.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aioice import stun
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from pylibsrtp import Error

CERTIFICATE = RTCCertificate.generateCertificate()


class Peer:
    """`drop(data, outgoing)` returning True loses a datagram on the way."""

    role = "controlling"
    state = "completed"

    def __init__(self, parameters: dict[str, Any], *, host: str = "127.0.0.1") -> None:
        self.ice = parameters["iceParameters"]
        self.server_fingerprints = parameters["dtlsParameters"]["fingerprints"]
        self.server = (host, parameters["iceCandidates"][0]["port"])
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.drop: Callable[[bytes, bool], bool] = lambda data, outgoing: False
        self.on_rtp: Callable[[bytes], None] = self.rtp.append
        self.on_rtcp: Callable[[bytes], None] = self.rtcp.append
        self._answers: dict[bytes, asyncio.Future[stun.Message]] = {}
        self._records: asyncio.Queue[bytes] = asyncio.Queue()
        self._news = asyncio.Event()
        self.dtls: Any = RTCDtlsTransport(self, [CERTIFICATE])  # type: ignore[arg-type]
        self.dtls._set_role("client")
        self._open()

    def _open(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.connect(self.server)
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._drain)

    def move(self) -> None:
        """A new network: another socket, another address, nothing else changes."""
        self._close_socket()
        self._open()

    @property
    def dtls_parameters(self) -> dict[str, Any]:
        prints = CERTIFICATE.getFingerprints()
        return {
            "role": "client",
            "fingerprints": [{"algorithm": p.algorithm, "value": p.value} for p in prints],
        }

    @classmethod
    async def asked(
        cls, ask: Callable[..., Awaitable[Any]], direction: str, **more: Any
    ) -> tuple[Self, str]:
        """A transport that the server makes when a party asks, and its name; not connected yet."""
        made = await ask("create_transport", direction=direction, **more)
        peer = cls(
            {
                "iceParameters": made["ice_parameters"],
                "iceCandidates": made["ice_candidates"],
                "dtlsParameters": made["dtls_parameters"],
            }
        )
        return peer, made["transport"]

    async def connect_as(self, ask: Callable[..., Awaitable[Any]], transport: str) -> None:
        """As `connect`, by what the party says."""
        await self.check()
        parameters = self.dtls_parameters
        await ask("connect_transport", transport=transport, dtls_parameters=parameters)
        await self.shake_hands()

    async def connect(self, transport: Any) -> "Peer":
        """Check, hand over the certificate, shake hands."""
        await self.check()
        transport.connect(self.dtls_parameters)
        await self.shake_hands()
        return self

    def request(self, *, password: str | None = None, nominate: bool = True) -> stun.Message:
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = self.ice["usernameFragment"] + ":peer"
        message.attributes["PRIORITY"] = 1
        message.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity((password or self.ice["password"]).encode())
        return message

    async def check(self, *, nominate: bool = True, timeout: float = 3.0) -> stun.Message:
        """One binding request and its answer. TimeoutError when none comes."""
        message = self.request(nominate=nominate)
        answer = asyncio.get_running_loop().create_future()
        self._answers[message.transaction_id] = answer
        self.send(bytes(message))
        return await asyncio.wait_for(answer, timeout)

    async def shake_hands(self, timeout: float = 5.0) -> None:
        prints = [RTCDtlsFingerprint(**p) for p in self.server_fingerprints]
        await asyncio.wait_for(self.dtls.start(RTCDtlsParameters(fingerprints=prints)), timeout)

    def send(self, data: bytes) -> None:
        if not self.drop(data, True):
            self.socket.send(data)

    def send_rtp(self, packet: bytes) -> bytes:
        """Returns what went over the wire."""
        protected: bytes = self.dtls._tx_srtp.protect(packet)
        self.send(protected)
        return protected

    def send_rtcp(self, compound: bytes) -> None:
        self.send(self.dtls._tx_srtp.protect_rtcp(compound))

    async def until(self, condition: Callable[[], Any], timeout: float = 4.0) -> Any:
        """Wait until something that arrived makes `condition` true; returns what it said."""
        async with asyncio.timeout(timeout):
            while not (said := condition()):
                self._news.clear()
                await self._news.wait()
        return said

    async def settle(self) -> None:
        """Everything sent before has been handled when this check comes back."""
        await self.check(nominate=False)

    async def close(self) -> None:
        await self.dtls.stop()
        self._close_socket()

    def _close_socket(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()

    # What RTCDtlsTransport calls.
    async def _recv(self) -> bytes:
        return await self._records.get()

    async def _send(self, data: bytes) -> None:
        self.send(data)

    def _drain(self) -> None:
        try:
            while True:
                data = self.socket.recv(2048)
                if not self.drop(data, False):
                    self._take(data)
        except (BlockingIOError, ConnectionError):
            self._news.set()

    def _take(self, data: bytes) -> None:
        if data[0] < 4:
            message = stun.parse_message(data)
            assert message.check_message_integrity(self.ice["password"].encode())
            answer = self._answers.pop(message.transaction_id, None)
            if answer is not None and not answer.done():
                answer.set_result(message)
        elif data[0] < 64:
            self._records.put_nowait(data)
        elif 192 <= data[1] <= 223:
            self.on_rtcp(self.dtls._rx_srtp.unprotect_rtcp(data))
        else:
            try:
                self.on_rtp(self.dtls._rx_srtp.unprotect(data))
            except Error:
                self.on_rtp(b"")


def rtp(
    sequence: int,
    timestamp: int,
    *,
    ssrc: int,
    payload_type: int = 96,
    marker: bool = False,
    payload: bytes = b"\x10\x01payload",
    extensions: bytes = b"",
) -> bytes:
    """One RTP packet; `extensions` are one-byte elements, padded here."""
    head = struct.pack(
        "!BBHII",
        0x90 if extensions else 0x80,
        marker << 7 | payload_type,
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    if extensions:
        extensions += bytes(-len(extensions) % 4)
        head += struct.pack("!HH", 0xBEDE, len(extensions) // 4) + extensions
    return head + payload


def numbers(packet: bytes) -> tuple[int, int, int, int]:
    """Payload type, sequence, timestamp, SSRC."""
    kind, sequence, timestamp, ssrc = struct.unpack_from("!BHII", packet, 1)
    return kind & 0x7F, sequence, timestamp, ssrc


KEYFRAME = b"\x10\x00keyframe"  # VP8: start of partition 0, P bit clear
DELTA = b"\x10\x01deltaframe"


def vp8(ssrc: int, rtx: int | None = None, mid: str = "0") -> dict[str, Any]:
    """RtpParameters as Chromium sends them."""
    encoding: dict[str, Any] = {"ssrc": ssrc}
    codecs: list[dict[str, Any]] = [
        {
            "mimeType": "video/VP8",
            "payloadType": 96,
            "clockRate": 90000,
            "parameters": {},
            "rtcpFeedback": [{"type": "nack", "parameter": ""}],
        }
    ]
    if rtx is not None:
        encoding["rtx"] = {"ssrc": rtx}
        codecs.append(
            {
                "mimeType": "video/rtx",
                "payloadType": 97,
                "clockRate": 90000,
                "parameters": {"apt": 96},
            }
        )
    return {
        "mid": mid,
        "codecs": codecs,
        "headerExtensions": [
            {"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4},
            {"uri": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "id": 2},
        ],
        "encodings": [encoding],
        "rtcp": {"cname": "invented"},
    }


def opus(ssrc: int, mid: str = "1") -> dict[str, Any]:
    return {
        "mid": mid,
        "codecs": [
            {
                "mimeType": "audio/opus",
                "payloadType": 111,
                "clockRate": 48000,
                "channels": 2,
                "parameters": {"useinbandfec": 1},
            }
        ],
        "headerExtensions": [
            {"uri": "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "id": 1},
            {"uri": "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "id": 2},
        ],
        "encodings": [{"ssrc": ssrc}],
    }
