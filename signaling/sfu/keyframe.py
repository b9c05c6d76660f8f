"""Whether a packet begins a key frame. No I/O."""

from .rtp import Buffer, payload

H264_SPS, H264_STAP_A = 7, 24


def starts_keyframe(codec: str, packet: Buffer) -> bool:
    """True for the first packet of a key frame; every Opus packet is one."""
    data = payload(packet)
    if not data:
        return False
    if codec == "vp8":
        return _vp8(data)
    if codec == "h264":
        return _h264(data)
    return True


def _vp8(data: Buffer) -> bool:
    """RFC 7741 section 4.2: start of partition 0, and the frame header's inverse key frame flag."""
    if not data[0] & 0x10 or data[0] & 0x07:
        return False
    position = 1
    if data[0] & 0x80:
        if len(data) < 2:
            return False
        flags, position = data[1], 2
        if flags & 0x80:
            if len(data) <= position:
                return False
            position += 2 if data[position] & 0x80 else 1
        position += bool(flags & 0x40) + bool(flags & 0x30)
    return len(data) > position and not data[position] & 0x01


def _h264(data: Buffer) -> bool:
    """RFC 6184: a sequence parameter set, alone or first in an aggregate, precedes a key frame."""
    unit = data[0] & 0x1F
    if unit == H264_STAP_A:
        return len(data) > 3 and data[3] & 0x1F == H264_SPS
    return unit == H264_SPS
