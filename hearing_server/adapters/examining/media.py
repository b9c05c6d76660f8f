"""Sound and film: opened as the one container they are, begun and ended by really decoding."""

from collections.abc import Mapping
from typing import Any, BinaryIO

import av

from hearing_server.adapters.examining.verdict import Bad, Reason, Verdict

# To the demuxer: named, so that no playlist or other reader of further files is ever tried.
CONTAINERS: Mapping[str, str] = {
    "video/mp4": "mov",
    "video/x-m4v": "mov",
    "video/quicktime": "mov",
    "audio/mp4": "mov",
    "audio/x-m4a": "mov",
    "audio/m4a": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "audio/mpeg": "mp3",
    "audio/x-wav": "wav",
    "audio/ogg": "ogg",
    "audio/x-flac": "flac",
    "audio/flac": "flac",
    "audio/aac": "aac",
}
FILM = {"mov": "video/mp4", "matroska": "video/webm", "ogg": "video/ogg"}
SOUND = {
    "mov": "audio/mp4",
    "matroska": "audio/webm",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "aac": "audio/aac",
}
DEMUXERS = {media_type: demuxer for kinds in (FILM, SOUND) for demuxer, media_type in kinds.items()}
# What every browser that may take part in a hearing plays.
CODECS = frozenset(
    {"h264", "vp8", "vp9", "av1", "mjpeg", "png", "aac", "mp3", "opus", "vorbis", "flac"}
    | {"pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le"}
)
WEBM = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
COVERS = frozenset({"mjpeg", "png"})  # the picture of a song

MOST_STREAMS = 8
MOST_PIXELS = 8192 * 4608
MOST_SECONDS = 12 * 3600.0
PROBED = 2.0  # seconds decoded at either end
SLACK = 2.0  # seconds by which a container may overstate its length


def examine_media(file: BinaryIO, kind: str) -> Verdict:
    demuxer = CONTAINERS[kind]
    with av.open(file, format=demuxer, options={"protocol_whitelist": ""}) as container:
        streams = playable(container, demuxer)
        _decode(container, streams, PROBED)
        seconds = _length(container, streams)
        if seconds > MOST_SECONDS:
            raise Bad(Reason.TOO_LONG)
        reached = _decode_end(container, streams, seconds)
        if reached < seconds - max(SLACK, seconds * 0.02):
            raise Bad(Reason.DAMAGED, f"ends at {reached:.0f} s of {seconds:.0f} s")
        film = any(stream.type == "video" for stream in streams)
        return Verdict(media_type=(FILM if film else SOUND)[demuxer], pages=0)


def playable(container: Any, demuxer: str) -> list[Any]:
    """The streams that are seen and heard; Bad where browsers play one of them not."""
    if not 0 < len(container.streams) <= MOST_STREAMS:
        raise Bad(Reason.UNPLAYABLE, "streams")
    found = []
    for stream in container.streams:
        if stream.type not in ("video", "audio"):
            continue  # timecodes and titles
        name = stream.codec_context.name if stream.codec_context else "unknown"
        name = {"libdav1d": "av1", "mp3float": "mp3", "libopus": "opus"}.get(name, name)
        if name in COVERS and demuxer != "matroska" and stream.disposition:
            continue
        if name not in CODECS or (demuxer == "matroska" and name not in WEBM):
            raise Bad(Reason.UNPLAYABLE, name[:20])
        _check_size(stream)
        stream.codec_context.thread_count = 1
        found.append(stream)
    if not found:
        raise Bad(Reason.UNPLAYABLE, "no stream")
    return found


def _check_size(stream: Any) -> None:
    context = stream.codec_context
    if stream.type == "video" and not 0 < context.width * context.height <= MOST_PIXELS:
        raise Bad(Reason.TOO_MANY_PIXELS, f"{context.width}x{context.height}")


def _decode(container: Any, streams: list[Any], seconds: float) -> float:
    """Decode all streams for so long; the time of the last frame. Nothing decoded is damage."""
    last, first, seen = 0.0, None, False
    for frame in container.decode(streams):
        seen = True
        if frame.time is None:
            continue
        first = frame.time if first is None else first
        last = max(last, frame.time + _span(frame))
        if last - first > seconds:
            break
    if not seen:
        raise Bad(Reason.DAMAGED, "nothing decodes")
    return last


def _span(frame: Any) -> float:
    samples, rate = getattr(frame, "samples", 0), getattr(frame, "sample_rate", 0)
    return samples / rate if rate else 0.0


def _length(container: Any, streams: list[Any]) -> float:
    """In seconds; walked through packet by packet where the container does not say (a live recording)."""
    if container.duration and container.duration > 0:
        start = max(container.start_time or 0, 0)
        return float((start + container.duration) / av.time_base)
    container.seek(0)
    last = 0.0
    for packet in container.demux(streams):
        if packet.pts is not None:
            last = max(last, float(packet.pts * packet.time_base))
    return last


def _decode_end(container: Any, streams: list[Any], seconds: float) -> float:
    container.seek(int(max(0.0, seconds - PROBED) * av.time_base))
    return _decode(container, streams, MOST_SECONDS)
