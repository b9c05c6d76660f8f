"""RTCP packets as bytes and back (RFC 3550 section 6, RFC 4585, RFC 5104, REMB). No I/O."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SR, RR, SDES, RTPFB, PSFB = 200, 201, 202, 205, 206
NACK, PLI, FIR, APPLICATION = 1, 1, 4, 15
MAX_BLOCKS = 31  # report blocks in one packet: a five-bit count

_HEADER = struct.Struct("!BBH")
_SSRC = struct.Struct("!I")
_PAIR = struct.Struct("!II")
_INFO = struct.Struct("!IIIII")
_BLOCK = struct.Struct("!IIIIII")
_NACK = struct.Struct("!HH")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One packet of a compound: `count` is the five bits whose meaning depends on `kind`."""

    kind: int
    count: int
    body: bytes  # without the four bytes of header


@dataclass(frozen=True, kw_only=True)
class ReportBlock:
    """Reception of one stream. `fraction` of 256, `jitter` in clock ticks, delays in 1/65536 s."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_sr: int
    delay: int


@dataclass(frozen=True, kw_only=True)
class SenderInfo:
    """`ntp` is 32.32 fixed point seconds since 1900, `rtp` the same instant in clock ticks."""

    ssrc: int
    ntp: int
    rtp: int
    packets: int
    octets: int


def parts(compound: bytes) -> Iterator[Part]:
    """The packets of a compound; stops at the first that does not fit."""
    position = 0
    while position + 4 <= len(compound):
        flags, kind, words = _HEADER.unpack_from(compound, position)
        end = position + 4 + 4 * words
        if flags >> 6 != 2 or end > len(compound):
            return
        yield Part(kind=kind, count=flags & 0x1F, body=compound[position + 4 : end])
        position = end


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def report_blocks(part: Part) -> list[ReportBlock]:
    """The blocks of a sender or receiver report."""
    offset = 24 if part.kind == SR else 4
    found = []
    for index in range(part.count):
        start = offset + 24 * index
        if start + 24 > len(part.body):
            break
        ssrc, loss, highest, jitter, last_sr, delay = _BLOCK.unpack_from(part.body, start)
        found.append(
            ReportBlock(
                ssrc=ssrc,
                fraction=loss >> 24,
                lost=(loss & 0x7FFFFF) - (loss & 0x800000),
                highest=highest,
                jitter=jitter,
                last_sr=last_sr,
                delay=delay,
            )
        )
    return found


def sender_info(part: Part) -> SenderInfo | None:
    """What a sender report says of its own stream."""
    if part.kind != SR or len(part.body) < 24:
        return None
    ssrc = _SSRC.unpack_from(part.body)[0]
    high, low, rtp, packets, octets = _INFO.unpack_from(part.body, 4)
    return SenderInfo(ssrc=ssrc, ntp=high << 32 | low, rtp=rtp, packets=packets, octets=octets)


def feedback_target(part: Part) -> int | None:
    """The media SSRC that a feedback message is about; for FIR the first that it names."""
    if part.kind == PSFB and part.count == FIR:
        return int(_SSRC.unpack_from(part.body, 8)[0]) if len(part.body) >= 16 else None
    return int(_SSRC.unpack_from(part.body, 4)[0]) if len(part.body) >= 8 else None


def nack_sequences(part: Part, limit: int = 256) -> list[int]:
    """The 16-bit sequence numbers asked for again, at most `limit`."""
    wanted: list[int] = []
    for position in range(8, len(part.body) - 3, 4):
        first, mask = _NACK.unpack_from(part.body, position)
        wanted.append(first)
        wanted += [first + bit + 1 & 0xFFFF for bit in range(16) if mask >> bit & 1]
        if len(wanted) >= limit:
            return wanted[:limit]
    return wanted


def remb(part: Part) -> int | None:
    """The bit rate of a receiver estimated maximum bit rate message."""
    body = part.body
    if part.kind != PSFB or part.count != APPLICATION or len(body) < 16 or body[8:12] != b"REMB":
        return None
    word = int(_SSRC.unpack_from(body, 12)[0])
    return (word & 0x3FFFF) << (word >> 18 & 0x3F)


def make_report(ssrc: int, blocks: list[ReportBlock], sender: SenderInfo | None = None) -> bytes:
    """A sender report when `sender` is given, else a receiver report."""
    shown = blocks[:MAX_BLOCKS]
    body = _SSRC.pack(ssrc)
    if sender is not None:
        body += _INFO.pack(
            sender.ntp >> 32 & 0xFFFFFFFF,
            sender.ntp & 0xFFFFFFFF,
            sender.rtp & 0xFFFFFFFF,
            sender.packets & 0xFFFFFFFF,
            sender.octets & 0xFFFFFFFF,
        )
    for block in shown:
        lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
        body += _BLOCK.pack(
            block.ssrc,
            (block.fraction & 0xFF) << 24 | lost,
            block.highest & 0xFFFFFFFF,
            block.jitter & 0xFFFFFFFF,
            block.last_sr,
            block.delay & 0xFFFFFFFF,
        )
    return _packet(RR if sender is None else SR, len(shown), body)


def make_sdes(ssrc: int, cname: str) -> bytes:
    """A source description with the canonical name alone."""
    name = cname.encode()[:255]
    chunk = _SSRC.pack(ssrc) + bytes((1, len(name))) + name + b"\0"
    return _packet(SDES, 1, chunk + bytes(-len(chunk) % 4))


def make_nack(ssrc: int, media_ssrc: int, sequences: list[int]) -> bytes:
    """A generic NACK for ascending 16-bit `sequences` (RFC 4585 section 6.2.1)."""
    fci = b""
    pending = list(sequences)
    while pending:
        first, mask = pending.pop(0), 0
        while pending and 0 < (pending[0] - first & 0xFFFF) <= 16:
            mask |= 1 << (pending.pop(0) - first & 0xFFFF) - 1
        fci += _NACK.pack(first & 0xFFFF, mask)
    return _packet(RTPFB, NACK, _PAIR.pack(ssrc, media_ssrc) + fci)


def make_pli(ssrc: int, media_ssrc: int) -> bytes:
    """A picture loss indication (RFC 4585 section 6.3.1)."""
    return _packet(PSFB, PLI, _PAIR.pack(ssrc, media_ssrc))


def make_remb(ssrc: int, bitrate: int, ssrcs: list[int]) -> bytes:
    """REMB (draft-alvestrand-rmcat-remb-03): at most `bitrate` for all of `ssrcs` together."""
    exponent = max(0, bitrate.bit_length() - 18)
    head = len(ssrcs) << 24 | exponent << 18 | bitrate >> exponent
    body = _PAIR.pack(ssrc, 0) + b"REMB" + _SSRC.pack(head)
    return _packet(PSFB, APPLICATION, body + b"".join(map(_SSRC.pack, ssrcs)))
