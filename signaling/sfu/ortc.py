"""ORTC dictionaries from browsers, parsed once and strictly; nothing behind this file sees raw ones.

Bounds are generous to browsers and closed to everyone else: a list or a string longer than any
browser sends is an error.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from .codecs import CODECS, RouterCodec
from .dtls import Fingerprint
from .errors import SfuError
from .extensions import URIS

Text = Annotated[str, Meta(max_length=256)]
PayloadType = Annotated[int, Meta(ge=0, le=127)]
Ssrc = Annotated[int, Meta(ge=1, le=0xFFFFFFFF)]
Parameters = Annotated[dict[Text, str | int | float | bool | None], Meta(max_length=32)]

DIGESTS = {"sha-256": 32, "sha-384": 48, "sha-512": 64}


class _Fingerprint(Struct, frozen=True):
    algorithm: Annotated[str, Meta(max_length=16)]
    value: Annotated[str, Meta(max_length=191)]


class _DtlsParameters(Struct, frozen=True):
    fingerprints: Annotated[list[_Fingerprint], Meta(min_length=1, max_length=8)]
    role: str = "auto"


class _Feedback(Struct, frozen=True):
    type: Text
    parameter: Text | None = None


class _Codec(Struct, frozen=True):
    mimeType: Text
    clockRate: Annotated[int, Meta(ge=1, le=1_000_000)]
    payloadType: PayloadType | None = None
    preferredPayloadType: PayloadType | None = None
    channels: Annotated[int, Meta(ge=0, le=8)] | None = None
    parameters: Parameters = {}
    rtcpFeedback: Annotated[list[_Feedback], Meta(max_length=16)] = []


class _Extension(Struct, frozen=True):
    uri: Text
    id: Annotated[int, Meta(ge=1, le=255)]


class _Rtx(Struct, frozen=True):
    ssrc: Ssrc


class _Encoding(Struct, frozen=True):
    ssrc: Ssrc | None = None
    rid: Text | None = None
    rtx: _Rtx | None = None


class _Rtcp(Struct, frozen=True):
    cname: Text | None = None


class _RtpParameters(Struct, frozen=True):
    codecs: Annotated[list[_Codec], Meta(min_length=1, max_length=32)]
    encodings: Annotated[list[_Encoding], Meta(max_length=8)] = []
    headerExtensions: Annotated[list[_Extension], Meta(max_length=32)] = []
    mid: Annotated[str, Meta(max_length=16)] | None = None
    rtcp: _Rtcp = _Rtcp()


class _RtpCapabilities(Struct, frozen=True):
    codecs: Annotated[list[_Codec], Meta(max_length=128)] = []


@dataclass(frozen=True, kw_only=True)
class Production:
    """What a producer said it will send. Payload types and extension ids are the browser's own."""

    codec: RouterCodec
    payload_type: int
    rtx_payload_type: int | None
    ssrc: int | None
    rtx_ssrc: int | None
    mid: str | None
    extensions: dict[str, int]
    nack: bool  # whether the browser keeps packets to send them again


def parse_dtls(parameters: object) -> list[Fingerprint]:
    """The fingerprints of known algorithms. SfuError `bad_dtls_parameters`."""
    parsed = _convert(parameters, _DtlsParameters, "bad_dtls_parameters")
    if parsed.role not in ("auto", "client"):
        raise SfuError("bad_dtls_parameters", "the browser must be the DTLS client")
    known = []
    for each in parsed.fingerprints:
        size = DIGESTS.get(each.algorithm.lower())
        if size is None:
            continue
        if not _is_digest(each.value, size):
            raise SfuError("bad_dtls_parameters", "not a fingerprint")
        known.append(Fingerprint(algorithm=each.algorithm.lower(), value=each.value.upper()))
    if not known:
        raise SfuError("bad_dtls_parameters", "no known digest")
    return known


def parse_production(kind: str, parameters: object) -> Production:
    """SfuError `bad_rtp_parameters` or `unsupported_codec`."""
    parsed = _convert(parameters, _RtpParameters, "bad_rtp_parameters")
    first = parsed.codecs[0]
    codec = _known(first)
    if codec is None or codec.kind != kind:
        raise SfuError("unsupported_codec")
    if first.payloadType is None or 64 <= first.payloadType <= 95:  # RFC 5761 section 4
        raise SfuError("bad_rtp_parameters", "payload type")
    if len(parsed.encodings) > 1 or any(each.rid for each in parsed.encodings):
        raise SfuError("bad_rtp_parameters", "one encoding a track")
    encoding = parsed.encodings[0] if parsed.encodings else _Encoding()
    if encoding.ssrc is None and not parsed.mid:
        raise SfuError("bad_rtp_parameters", "neither SSRC nor mid")
    rtx_ssrc = encoding.rtx.ssrc if encoding.rtx is not None else None
    if rtx_ssrc is not None and rtx_ssrc == encoding.ssrc:
        raise SfuError("bad_rtp_parameters", "RTX on the SSRC of its stream")
    return Production(
        codec=codec,
        payload_type=first.payloadType,
        rtx_payload_type=_rtx_of(parsed.codecs, first.payloadType),
        ssrc=encoding.ssrc,
        rtx_ssrc=rtx_ssrc,
        mid=parsed.mid,
        extensions=_extensions(parsed.headerExtensions),
        nack=any(each.type == "nack" and not each.parameter for each in first.rtcpFeedback),
    )


def receives_rtx(codec: RouterCodec, capabilities: object) -> bool | None:
    """Whether a viewer takes retransmissions of `codec`; None if it cannot take the codec at all.

    SfuError `bad_rtp_capabilities`.
    """
    parsed = _convert(capabilities, _RtpCapabilities, "bad_rtp_capabilities")
    if not any(_known(each) is codec for each in parsed.codecs):
        return None
    return codec.rtx is not None and any(
        each.mimeType.lower() == "video/rtx"
        and each.preferredPayloadType == codec.rtx
        and each.parameters.get("apt") == codec.payload_type
        for each in parsed.codecs
    )


def _convert(value: object, shape: type[Any], code: str) -> Any:
    try:
        return msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError, TypeError, ValueError) as error:
        raise SfuError(code, str(error)) from None


def _is_digest(value: str, size: int) -> bool:
    pairs = value.split(":")
    digits = set("0123456789abcdefABCDEF")
    return len(pairs) == size and all(len(pair) == 2 and set(pair) <= digits for pair in pairs)


def _known(codec: _Codec) -> RouterCodec | None:
    for known in CODECS:
        if codec.mimeType.lower() != known.mime.lower() or codec.clockRate != known.clock_rate:
            continue
        if known.channels and codec.channels != known.channels:
            continue
        if known.codec == "h264" and not _constrained_baseline(codec.parameters):
            continue
        return known
    return None


def _constrained_baseline(parameters: Parameters) -> bool:
    """Packetization mode 1 and profile 42 with constraint_set1 (RFC 6184 section 8.1)."""
    profile = str(parameters.get("profile-level-id", "")).lower()
    if parameters.get("packetization-mode") != 1 or len(profile) != 6:
        return False
    try:
        return profile.startswith("42") and bool(int(profile[2:4], 16) & 0x40)
    except ValueError:
        return False


def _rtx_of(codecs: list[_Codec], payload_type: int) -> int | None:
    for each in codecs[1:]:
        if each.mimeType.lower().endswith("/rtx") and each.parameters.get("apt") == payload_type:
            if each.payloadType is None or each.payloadType == payload_type:
                raise SfuError("bad_rtp_parameters", "RTX payload type")
            return each.payloadType
    return None


def _extensions(declared: list[_Extension]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for each in declared:
        if each.uri in URIS:
            if each.id > 14 or each.id in ids.values() or each.uri in ids:
                raise SfuError("bad_rtp_parameters", "header extension ids")
            ids[each.uri] = each.id
    return ids
