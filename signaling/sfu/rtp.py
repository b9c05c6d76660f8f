"""RTP packet arithmetic (RFC 3550, RFC 4588, RFC 8285) on buffers in place. No I/O, no objects."""

import struct
from typing import Final

HEADER: Final = struct.Struct("!BBHII")  # flags, marker and payload type, sequence, timestamp, SSRC
NUMBERS: Final = struct.Struct("!BHII")  # the same from its second byte: what a consumer changes
SSRC: Final = struct.Struct("!I")
WORD: Final = struct.Struct("!H")

HEADER_LENGTH = 12
EXTENDED = 0x10
ONE_BYTE = 0xBEDE  # RFC 8285 section 4.2

Buffer = bytes | bytearray | memoryview


def newest(highest: int, sequence: int) -> int:
    """The extended number nearest to `highest` whose low 16 bits are `sequence`."""
    delta = (sequence - highest) & 0xFFFF
    return highest + delta - (0x10000 if delta >= 0x8000 else 0)


def payload_offset(packet: Buffer) -> int:
    """Where the payload begins, or -1 when the header does not fit the packet."""
    size = len(packet)
    if size < HEADER_LENGTH:
        return -1
    offset = HEADER_LENGTH + 4 * (packet[0] & 0x0F)
    if packet[0] & EXTENDED:
        if offset + 4 > size:
            return -1
        offset += 4 + 4 * int(WORD.unpack_from(packet, offset + 2)[0])
    return offset if offset <= size else -1


def payload(packet: Buffer) -> Buffer:
    """The payload without its padding; empty when there is none or the lengths lie."""
    start = payload_offset(packet)
    if start < 0:
        return b""
    end = len(packet)
    if packet[0] & 0x20 and end > start:
        end -= packet[end - 1]
    return packet[start:end] if end > start else b""


def find_extension(packet: Buffer, wanted: int) -> tuple[int, int] | None:
    """Offset and length of the one-byte header extension with the id `wanted`."""
    start = HEADER_LENGTH + 4 * (packet[0] & 0x0F)
    end = payload_offset(packet)
    if end < 0 or not packet[0] & EXTENDED or WORD.unpack_from(packet, start)[0] != ONE_BYTE:
        return None
    position = start + 4
    while position < end:
        head = packet[position]
        if head == 0:
            position += 1
            continue
        length = (head & 0x0F) + 1
        if position + 1 + length > end:
            return None
        if head >> 4 == wanted:
            return position + 1, length
        position += 1 + length
    return None


def read_mid(packet: Buffer, extension_id: int) -> str | None:
    """The media identification (RFC 9143) that a packet carries, if any."""
    found = find_extension(packet, extension_id)
    if found is None:
        return None
    start, length = found
    return bytes(packet[start : start + length]).decode("ascii", "replace")


def unwrap_rtx(packet: bytes, ssrc: int, payload_type: int) -> bytes | None:
    """The original packet inside a retransmission (RFC 4588 section 4); None for mere padding."""
    start = payload_offset(packet)
    end = len(packet)
    if start >= 0 and packet[0] & 0x20 and end > start:
        end -= packet[end - 1]
    if start < 0 or end < start + 2:
        return None
    flags, marker_type, _, timestamp, _ = HEADER.unpack_from(packet)
    original = WORD.unpack_from(packet, start)[0]
    head = HEADER.pack(flags & ~0x20, marker_type & 0x80 | payload_type, original, timestamp, ssrc)
    return head + packet[HEADER_LENGTH:start] + packet[start + 2 : end]


def wrap_rtx(
    packet: Buffer, *, ssrc: int, payload_type: int, sequence: int, original: int, ts_offset: int
) -> bytes:
    """A retransmission of `packet`, known to its receiver by the number `original`."""
    start = payload_offset(packet)
    flags, marker_type, _, timestamp, _ = HEADER.unpack_from(packet)
    head = HEADER.pack(
        flags,
        marker_type & 0x80 | payload_type,
        sequence & 0xFFFF,
        timestamp + ts_offset & 0xFFFFFFFF,
        ssrc,
    )
    middle = bytes(packet[HEADER_LENGTH:start])
    return head + middle + WORD.pack(original & 0xFFFF) + bytes(packet[start:])


def send_time(now: float) -> int:
    """abs-send-time: seconds in 6.18 fixed point, 24 bits."""
    return int(now * 262144) & 0xFFFFFF
