"""Packets back into the order of their sequence numbers (RFC 3550, 5.1); pure, no clock of its own."""

from typing import NamedTuple

HALF = 1 << 15
MASK = 0xFFFF


class Released(NamedTuple):
    """The next packet in order. `lost` packets before it are given up."""

    lost: int
    packet: bytes
    at: float  # when it arrived, seconds


class ReorderBuffer:
    """Holds packets until those before them came, at most `hold` seconds after a hole was seen.

    Duplicates and packets that come after they were given up are dropped and counted in `late`.
    At most `capacity` packets and `max_bytes` are held; beyond, the hole is given up at once.
    A sequence number more than `dropout` ahead or `misorder` behind is believed when the next one
    follows it, whatever comes between (RFC 3550, A.1): the stream then starts again there, with `lost` 1
    since the true number is unknown. So a sender that numbers anew, and two that share a stream, are
    heard; what the server itself passes on late is nearer than that (signaling/sfu).

    `next` is the number that is waited for, None before the first packet. While nothing is `held` whoever
    has the very packet may set it one further, and need not push: the hot loop does (track.py).
    """

    def __init__(
        self,
        hold: float = 0.4,
        capacity: int = 1024,
        max_bytes: int = 2 << 20,
        dropout: int = 3000,
        misorder: int = 256,
    ) -> None:
        self.late = 0
        self._hold = hold
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._dropout = dropout
        self._misorder = misorder
        self.next: int | None = None
        self.held: dict[int, tuple[bytes, float]] = {}
        self._bytes = 0
        self._since = 0.0  # when the first hole was seen; meaningful while something is held
        self._jump: tuple[int, Released] | None = None  # what must come next, and the first packet

    def push(self, sequence: int, at: float, packet: bytes) -> list[Released]:
        """Take a packet; returns what is now in order (often just this one)."""
        if self.next is None:
            self.next = sequence
        if sequence == self.next and not self.held:
            self.next = (sequence + 1) & MASK
            return [Released(0, packet, at)]
        ahead = (sequence - self.next) & MASK
        if self._dropout < ahead < HALF * 2 - self._misorder:
            return self._jumped(sequence, at, packet)
        if ahead >= HALF or sequence in self.held:
            self.late += 1
            return []
        if not self.held:
            self._since = at
        self.held[sequence] = (packet, at)
        self._bytes += len(packet)
        released = self._in_order(0, at)
        while len(self.held) > self._capacity or self._bytes > self._max_bytes:
            released += self._skip(at)
        return released

    def expire(self, now: float) -> list[Released]:
        """Give up holes that were seen more than `hold` seconds before `now`."""
        released: list[Released] = []
        while self.held and now - self._since >= self._hold:
            released += self._skip(now)
        return released

    def flush(self) -> list[Released]:
        """Give up every hole: nothing more comes."""
        released: list[Released] = []
        while self.held:
            released += self._skip(self._since)
        return released

    def _in_order(self, lost: int, now: float) -> list[Released]:
        released: list[Released] = []
        while self.held and (found := self.held.pop(self.next, None)) is not None:  # type: ignore[arg-type]
            self._bytes -= len(found[0])
            released.append(Released(lost, *found))
            lost = 0
            self.next = (self.next + 1) & MASK  # type: ignore[operator]
        if released:
            self._since = now
        return released

    def _skip(self, now: float) -> list[Released]:
        assert self.next is not None
        first = self.next
        nearest = min(self.held, key=lambda sequence: (sequence - first) & MASK)
        self.next = nearest
        return self._in_order((nearest - first) & MASK, now)

    def _jumped(self, sequence: int, at: float, packet: bytes) -> list[Released]:
        following, jump = (sequence + 1) & MASK, self._jump
        if jump is None or jump[0] != sequence:
            self.late += 1
            self._jump = following, Released(1, packet, at)
            return []
        self.late -= 1
        self._jump, released = None, self.flush()
        self.next = following
        return [*released, jump[1], Released(0, packet, at)]
