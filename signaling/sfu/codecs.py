"""What the router forwards: one table that capabilities and negotiation are read from."""

from dataclasses import dataclass, field
from typing import Final

from hearing_server.services.media import Codec, Kind

from .extensions import ABS_SEND_TIME, AUDIO_LEVEL, MID, URIS

VIDEO_FEEDBACK: Final = (("nack", ""), ("nack", "pli"), ("ccm", "fir"), ("goog-remb", ""))
AUDIO_FEEDBACK: Final = (("nack", ""),)


@dataclass(frozen=True, kw_only=True)
class RouterCodec:
    """A codec with the payload types that every consumer is sent."""

    codec: Codec
    kind: Kind
    mime: str
    payload_type: int
    clock_rate: int
    channels: int = 0
    rtx: int | None = None
    parameters: dict[str, str | int] = field(default_factory=dict)
    feedback: tuple[tuple[str, str], ...] = ()


CODECS: Final = (
    RouterCodec(
        codec="opus",
        kind="audio",
        mime="audio/opus",
        payload_type=100,
        clock_rate=48000,
        channels=2,  # by name (RFC 7587 section 7); what is sent is mono
        parameters={"useinbandfec": 1, "usedtx": 1, "minptime": 10},
        feedback=AUDIO_FEEDBACK,
    ),
    RouterCodec(
        codec="vp8",
        kind="video",
        mime="video/VP8",
        payload_type=101,
        clock_rate=90000,
        rtx=102,
        feedback=VIDEO_FEEDBACK,
    ),
    RouterCodec(
        codec="h264",
        kind="video",
        mime="video/H264",
        payload_type=103,
        clock_rate=90000,
        rtx=104,
        parameters={
            "packetization-mode": 1,
            "profile-level-id": "42e01f",
            "level-asymmetry-allowed": 1,
        },
        feedback=VIDEO_FEEDBACK,
    ),
)

EXTENSION_KINDS: Final[dict[int, tuple[Kind, ...]]] = {
    MID: ("audio", "video"),
    ABS_SEND_TIME: ("audio", "video"),
    AUDIO_LEVEL: ("audio",),
}


def feedback_list(feedback: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"type": kind, "parameter": parameter} for kind, parameter in feedback]


def codec_entry(codec: RouterCodec, payload_key: str) -> dict[str, object]:
    """The codec as an ORTC dictionary; capabilities and parameters name the payload type apart."""
    entry: dict[str, object] = {
        "mimeType": codec.mime,
        payload_key: codec.payload_type,
        "clockRate": codec.clock_rate,
        "parameters": dict(codec.parameters),
        "rtcpFeedback": feedback_list(codec.feedback),
    }
    if codec.channels:
        entry["channels"] = codec.channels
    return entry


def rtx_entry(codec: RouterCodec, payload_key: str) -> dict[str, object]:
    return {
        "mimeType": "video/rtx",
        payload_key: codec.rtx,
        "clockRate": codec.clock_rate,
        "parameters": {"apt": codec.payload_type},
        "rtcpFeedback": [],
    }


def capabilities() -> dict[str, object]:
    """ORTC RtpCapabilities of the router, as mediasoup-client's `Device.load` takes them."""
    codecs: list[dict[str, object]] = []
    for codec in CODECS:
        codecs.append({"kind": codec.kind, **codec_entry(codec, "preferredPayloadType")})
        if codec.rtx is not None:
            codecs.append({"kind": codec.kind, **rtx_entry(codec, "preferredPayloadType")})
    extensions = [
        {
            "kind": kind,
            "uri": uri,
            "preferredId": known,
            "preferredEncrypt": False,
            "direction": "recvonly" if known == MID else "sendrecv",
        }
        for uri, known in URIS.items()
        for kind in EXTENSION_KINDS[known]
    ]
    return {"codecs": codecs, "headerExtensions": extensions}
