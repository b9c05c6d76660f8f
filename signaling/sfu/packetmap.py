"""The numbers of one consumer: continuous for the viewer whatever was left out between. No I/O.

While packets flow, a consumer's sequence numbers and timestamps are the producer's plus two
constants, so the hot loop adds and never asks. Only a pause changes the constants.
"""


class PacketMap:
    """Maps the producer's extended sequence numbers and timestamps of the current span."""

    __slots__ = ("_last_at", "_last_seq", "_last_ts", "first", "sequence_offset", "ts_offset")

    def __init__(self, *, sequence: int, timestamp: int) -> None:
        """The first packet will carry `sequence` and `timestamp`."""
        self._last_seq = sequence - 1
        self._last_ts = timestamp
        self._last_at: float | None = None
        self.first: int | None = None  # extended number of the span's first packet, None: no span
        self.sequence_offset = 0
        self.ts_offset = 0

    def begin(self, number: int, timestamp: int, *, now: float, clock_rate: int) -> None:
        """Start a span at the producer's packet `number`: one more than the last that was sent.

        The timestamp moves on by the wall clock, as a decoder expects after silence.
        """
        elapsed = 0
        if self._last_at is not None:
            elapsed = max(1, round((now - self._last_at) * clock_rate))
        self.first = number
        self.sequence_offset = self._last_seq + 1 - number
        self.ts_offset = (self._last_ts + elapsed - timestamp) & 0xFFFFFFFF

    def end(self, highest: int, timestamp: int, *, now: float) -> None:
        """Close the span whose last packet was the producer's `highest`."""
        if self.first is None:
            return
        self._last_seq = max(highest, self.first) + self.sequence_offset
        self._last_ts = (timestamp + self.ts_offset) & 0xFFFFFFFF
        self._last_at = now
        self.first = None

    def covers(self, number: int) -> bool:
        return self.first is not None and self.first <= number

    def original(self, sequence: int, highest: int) -> int | None:
        """The producer's extended number of the viewer's 16-bit `sequence`, if of this span."""
        if self.first is None:
            return None
        number = highest - ((highest + self.sequence_offset - sequence) & 0xFFFF)
        return number if number >= self.first else None
