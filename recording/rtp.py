"""What of an RTP packet (RFC 3550, 5.1 and 5.3.1) is its payload; pure."""


def bounds(data: bytes, first: int, start: int, end: int) -> tuple[int, int]:
    """What lies between a header extension and padding; the start is beyond the end where they say too much."""
    if first & 0x10:
        start += 4
        if start <= end:
            start += data[start - 2] << 10 | data[start - 1] << 2
    if first & 0x20:
        end -= data[end - 1]
    return start, end
