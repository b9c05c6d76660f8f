"""RTP payloads to frames: Opus (RFC 7587), VP8 (RFC 7741), H.264 (RFC 6184). Pure.

Payloads come in order; `lost` says how many packets before this one never came. Nothing a sender
puts into a payload raises: what cannot be read is counted in `malformed` and leaves out its frame; what
a loss left of a frame is not.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from hearing_server.services.media import Codec
from recording import h264, opus

MAX_FRAME = 2 << 20  # bytes of one frame: beyond, it is dropped
MAX_FRAGMENTS = 4096
MAX_PARAMETER_SET = 1024


class Frame(NamedTuple):
    """One coded frame. Width, height and `private` (avcC) are set on key frames of video, `length` (ms)
    of sound.
    """

    data: bytes
    timestamp: int
    key: bool
    width: int = 0
    height: int = 0
    private: bytes = b""
    length: float = 0.0


QUIET: Final[tuple[Frame, ...]] = ()


class Depacketiser(Protocol):
    malformed: int
    waiting: bool  # for a key frame: what comes before it is dropped

    def push(self, payload: bytes, timestamp: int, marker: bool, lost: int) -> Sequence[Frame]:
        """Take one payload; returns the frames it completed. `QUIET` itself is a payload in the middle of a
        picture: nothing else has changed, and nothing is waited for."""

    def broken(self) -> None:
        """Frames that were handed out did not reach the file: begin again with a key frame."""


def depacketiser(codec: Codec) -> Depacketiser:
    """The depacketiser of a codec."""
    if codec == "opus":
        return OpusDepacketiser()
    return VideoDepacketiser(Vp8Picture() if codec == "vp8" else H264Picture())


class OpusDepacketiser:
    """One packet is one frame (RFC 7587, 4.2)."""

    def __init__(self) -> None:
        self.malformed = 0
        self.waiting = False

    def push(self, payload: bytes, timestamp: int, marker: bool, lost: int) -> Sequence[Frame]:
        length = opus.duration(payload)
        if not length:
            self.malformed += 1
            return []
        return (Frame(payload, timestamp, True, 0, 0, b"", length),)

    def broken(self) -> None:
        """Every Opus packet can be a first one."""


class Picture(Protocol):
    """Collects the fragments of one frame of one codec."""

    def add(self, payload: bytes) -> bool:
        """Take a payload; False when it is malformed or does not continue what was there."""

    def finish(self, timestamp: int) -> Frame | None:
        """The frame that was collected, None if it cannot be used; then begin anew."""

    def reset(self) -> None:
        """Forget what was collected."""


class VideoDepacketiser:
    """Frames end at the marker bit or at a new timestamp; after a loss they wait for a key frame."""

    def __init__(self, picture: Picture) -> None:
        self.malformed = 0
        self.waiting = True
        self._picture = picture
        self._timestamp = -1
        self._open = False  # payloads of `_timestamp` are collected
        self._damaged = False  # the rest of `_timestamp` is of no use
        self._partial = False  # packets of `_timestamp` may never have come

    def push(self, payload: bytes, timestamp: int, marker: bool, lost: int) -> Sequence[Frame]:
        if not (lost or marker or self.waiting or timestamp != self._timestamp or self._damaged):
            if payload and self._picture.add(payload):
                self._open = True
                return QUIET
            if payload:
                self._refuse()
            return []
        done: list[Frame] = []
        if lost:
            self._picture.reset()
            self._open, self.waiting = False, True
            self._damaged = timestamp == self._timestamp
            self._partial = True
        if timestamp != self._timestamp:
            if self._open:
                self._end(done)
            self._partial = bool(lost) or self._timestamp < 0
            self._timestamp, self._damaged = timestamp, False
        if self._damaged or not payload:
            return done
        if not self._picture.add(payload):
            self._refuse()
            return done
        self._open = True
        if marker:
            self._end(done)
        return done

    def broken(self) -> None:
        self.waiting = True

    def _refuse(self) -> None:
        self._picture.reset()
        self.malformed += self._open or not self._partial
        self._open, self._damaged, self.waiting = False, True, True

    def _end(self, done: list[Frame]) -> None:
        self._open = False
        frame = self._picture.finish(self._timestamp)
        if frame is None:
            self.malformed += not self._partial
            self.waiting = True
        elif frame.key or not self.waiting:
            self.waiting = False
            done.append(frame)


class Vp8Picture:
    """RFC 7741, 4.2 (payload descriptor) and 4.3 (payload header); RFC 6386, 9.1 (key frames)."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, payload: bytes) -> bool:
        first, size, parts, start = payload[0], len(payload), self._parts, 1
        if first & 0x80:  # an extended descriptor
            if size < 4:
                return False
            flags = payload[1]
            start = 2 if not flags & 0x80 else 4 if payload[2] & 0x80 else 3
            if flags & 0x70:
                start += bool(flags & 0x40) + bool(flags & 0x30)
        if start >= size:
            return False
        if bool(parts) == (first & 0x17 == 0x10):  # S set and partition 0: a frame begins
            return False
        parts.append(payload[start:])
        self._size += size
        return self._size <= MAX_FRAME and len(parts) <= MAX_FRAGMENTS

    def finish(self, timestamp: int) -> Frame | None:
        data = b"".join(self._parts)
        self.reset()
        if data[0] & 1:
            return Frame(data, timestamp, False)
        if len(data) < 10 or data[3:6] != b"\x9d\x01\x2a":
            return None
        width = int.from_bytes(data[6:8], "little") & 0x3FFF
        height = int.from_bytes(data[8:10], "little") & 0x3FFF
        return Frame(data, timestamp, True, width, height) if width and height else None

    def reset(self) -> None:
        self._parts = []
        self._size = 0


_SLICE, _IDR, _SPS, _PPS, _DELIMITER, _STAP_A, _FU_A = 1, 5, 7, 8, 9, 24, 28


class H264Picture:
    """RFC 6184, 5.6 (single NAL unit), 5.7.1 (STAP-A), 5.8 (FU-A); NAL units behind 4-byte lengths.

    A key frame is an IDR picture whose parameter sets are known; they are put before it, so that
    each key frame decodes by itself.
    """

    def __init__(self) -> None:
        self._sps = self._pps = b""
        self._size_of_sps: tuple[int, int] | None = None
        self.reset()

    def reset(self) -> None:
        self._units: list[bytes] = []
        self._fragment: list[bytes] = []
        self._size = 0
        self._key = self._pictured = False

    def add(self, payload: bytes) -> bool:
        kind = payload[0] & 0x1F
        if kind == _FU_A:
            return self._fragmented(payload)
        if self._fragment:
            return False
        if kind == _STAP_A:
            return self._aggregated(payload)
        return 1 <= kind <= 23 and self._unit(payload)

    def _aggregated(self, payload: bytes) -> bool:
        at = 1
        while at + 2 < len(payload):
            size = int.from_bytes(payload[at : at + 2], "big")
            unit = payload[at + 2 : at + 2 + size]
            if not size or len(unit) != size or not 1 <= unit[0] & 0x1F <= 23:
                return False
            if not self._unit(unit):
                return False
            at += 2 + size
        return at == len(payload) and at > 1

    def _fragmented(self, payload: bytes) -> bool:
        if len(payload) < 3:
            return False
        first, last = payload[1] & 0x80, payload[1] & 0x40
        if bool(first) == bool(self._fragment) or (first and last):
            return False
        if first:
            self._fragment = [bytes([payload[0] & 0xE0 | payload[1] & 0x1F])]
        self._fragment.append(payload[2:])
        self._size += len(payload)
        if self._size > MAX_FRAME or len(self._fragment) > MAX_FRAGMENTS:
            return False
        if last:
            unit = b"".join(self._fragment)
            self._fragment = []
            self._size -= len(unit)
            return 1 <= unit[0] & 0x1F <= 23 and self._unit(unit)
        return True

    def _unit(self, unit: bytes) -> bool:
        kind = unit[0] & 0x1F
        if kind in (_SPS, _PPS):
            return self._parameters(kind, unit)
        if kind == _DELIMITER:
            return True
        if _SLICE <= kind <= _IDR and not self._pictured:
            if len(unit) < 2 or not unit[1] & 0x80:  # first_mb_in_slice is not 0: the start is lost
                return False
            self._pictured, self._key = True, kind == _IDR
        self._size += len(unit) + 4
        if self._size > MAX_FRAME or len(self._units) >= MAX_FRAGMENTS:
            return False
        self._units.append(len(unit).to_bytes(4, "big") + unit)
        return True

    def _parameters(self, kind: int, unit: bytes) -> bool:
        if len(unit) > MAX_PARAMETER_SET:
            return False
        if kind == _PPS:
            self._pps = unit
        elif unit != self._sps:
            size = h264.dimensions(unit)
            if size is None:
                return False
            self._sps, self._size_of_sps = unit, size
        return True

    def finish(self, timestamp: int) -> Frame | None:
        units, key, whole = self._units, self._key, self._pictured and not self._fragment
        self.reset()
        if not whole:
            return None
        if not key:
            return Frame(b"".join(units), timestamp, False)
        if self._size_of_sps is None or not self._pps:
            return None
        before = [len(unit).to_bytes(4, "big") + unit for unit in (self._sps, self._pps)]
        private = h264.avcc(self._sps, self._pps)
        return Frame(b"".join(before + units), timestamp, True, *self._size_of_sps, private)
