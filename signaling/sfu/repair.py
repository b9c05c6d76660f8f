"""Lost packets: which to ask the producer for, and which can still be given to viewers. No I/O."""

FIRST_ASK = 0.008  # seconds: packets that only changed places arrive by then
TRIES = 8
MAX_MISSING = 256
MAX_GAP = 128  # a longer gap is an interruption, mended by a key frame


class PacketCache:
    """The last packets of a stream by extended sequence number; `size` is a power of two."""

    __slots__ = ("mask", "numbers", "packets")

    def __init__(self, size: int) -> None:
        self.mask = size - 1
        self.numbers: list[int] = [-1] * size
        self.packets: list[bytes] = [b""] * size

    def put(self, number: int, packet: bytes) -> None:
        slot = number & self.mask
        self.numbers[slot] = number
        self.packets[slot] = packet

    def get(self, number: int) -> bytes | None:
        slot = number & self.mask
        return self.packets[slot] if self.numbers[slot] == number else None


class MissingPackets:
    """The gaps of a stream, each asked for a bounded number of times.

    `round_trip` is learned from the time between the first ask and its answer, in seconds.
    """

    def __init__(self) -> None:
        self.round_trip = 0.05
        self.learned = False
        self.given_up = False  # something is lost for good since this was last read
        self._due: dict[int, tuple[float, int, float]] = {}  # number: when, tries, first asked

    def __bool__(self) -> bool:
        return bool(self._due)

    def on_gap(self, first: int, end: int, now: float) -> None:
        """The numbers from `first` up to and without `end` were skipped."""
        if end - first > MAX_GAP:
            self._due.clear()
            self.given_up = True
            return
        for number in range(first, end):
            self._due[number] = (now + FIRST_ASK, 0, 0.0)
        while len(self._due) > MAX_MISSING:
            self._due.pop(next(iter(self._due)))
            self.given_up = True

    def forget(self) -> None:
        """They will not come any more: the numbers are others now."""
        self._due.clear()

    def on_arrival(self, number: int, now: float) -> None:
        """A missing packet came after all."""
        entry = self._due.pop(number, None)
        if entry is not None and entry[1] == 1:
            sample = min(1.0, now - entry[2])
            self.round_trip += (sample - self.round_trip) / 4
            self.learned = True

    def due(self, now: float) -> list[int]:
        """The numbers to ask for now, ascending."""
        wanted = []
        for number, (at, tries, asked) in list(self._due.items()):
            if at > now:
                continue
            if tries >= TRIES:
                del self._due[number]
                self.given_up = True
                continue
            wait = max(0.02, self.round_trip * 1.5) * (1 + tries / 2)
            self._due[number] = (now + wait, tries + 1, asked or now)
            wanted.append(number)
        return sorted(wanted)

    def next_at(self) -> float:
        """When `due` has something to say; only while there are gaps."""
        return min(entry[0] for entry in self._due.values())
