"""Opus packets as a decoder takes them: the seven requirements of RFC 6716, 3.4. Pure.

A packet that breaks one is refused by every decoder: it holds no sound, whatever its first byte says.
"""

LONGEST_MS = 120
LONGEST_FRAME = 1275  # bytes

_FRAME_MS = (
    *(10, 20, 40, 60) * 3,  # SILK
    *(10, 20) * 2,  # hybrid
    *(2.5, 5, 10, 20) * 4,  # CELT
)
# By the first byte, for a packet of one frame, which is nearly every one; 0 for the other kinds.
_OF_ONE = tuple(0.0 if toc & 3 else float(_FRAME_MS[toc >> 3]) for toc in range(256))


def duration(packet: bytes) -> float:
    """Milliseconds in an Opus packet; 0 for one that no decoder takes."""
    size = len(packet)
    if not size:
        return 0.0
    one = _OF_ONE[packet[0]]
    if one:
        return one if size <= 1 + LONGEST_FRAME else 0.0
    return _of_several(packet, packet[0] & 3)


def _of_several(packet: bytes, code: int) -> float:
    frame_ms = _FRAME_MS[packet[0] >> 3]
    if code == 1:  # two of one size
        size = len(packet) - 1
        return 2.0 * frame_ms if not size % 2 and size // 2 <= LONGEST_FRAME else 0.0
    if code == 2:  # two, the first with its size
        return 2.0 * frame_ms if _sized(packet, 1, len(packet), 1) else 0.0
    if len(packet) < 2:
        return 0.0
    count, start, end = packet[1] & 63, 2, len(packet)
    if not 0 < count * frame_ms <= LONGEST_MS:
        return 0.0
    if packet[1] & 64:
        start, padding = _padding(packet)
        end -= padding
    if start > end:
        return 0.0
    if packet[1] & 128:
        whole = _sized(packet, start, end, count - 1)
    else:
        whole = not (end - start) % count and (end - start) // count <= LONGEST_FRAME
    return float(count * frame_ms) if whole else 0.0


def _padding(packet: bytes) -> tuple[int, int]:
    """Where its size ends, and that size: 254 for each byte 255, and one byte below that (3.2.5)."""
    at, padding = 2, 0
    while at < len(packet) and packet[at] == 255:
        at, padding = at + 1, padding + 254
    return at + 1, padding + (packet[at] if at < len(packet) else 0)


def _sized(packet: bytes, at: int, end: int, count: int) -> bool:
    """Whether `count` frames with their sizes, and a last one without, fit in what ends at `end` (3.2.1)."""
    total = 0
    for _ in range(count):
        if at >= end:
            return False
        size = packet[at]
        at += 1
        if size >= 252:
            if at >= end:
                return False
            size += 4 * packet[at]
            at += 1
        total += size
    return 0 <= end - at - total <= LONGEST_FRAME
