"""How well one incoming stream arrives (RFC 3550 appendix A). No I/O."""

from .rtcp import ReportBlock, SenderInfo


class Reception:
    """Turns running counts into the report blocks sent to the producer's browser."""

    def __init__(self, clock_rate: int) -> None:
        self.clock_rate = clock_rate
        self.sender: SenderInfo | None = None  # the last sender report, and when it came
        self.sender_at = 0.0
        self.loss = 0.0  # fraction of the last interval
        self.bitrate = 0  # bit/s of the last interval
        self._first: int | None = None
        self._expected_before = 0
        self._received_before = 0
        self._octets_before = 0
        self._reported_at: float | None = None

    def on_sender_info(self, info: SenderInfo, now: float) -> None:
        self.sender, self.sender_at = info, now

    def skip(self, numbers: int) -> None:
        """So many were left out that nobody sent."""
        if self._first is not None:
            self._first += numbers

    def report(
        self, ssrc: int, *, highest: int, received: int, octets: int, jitter: float, now: float
    ) -> ReportBlock:
        """The block for the interval since the last call. `highest` is the extended number."""
        if self._first is None:
            self._first = highest - received + 1
        expected = highest - self._first + 1
        interval = expected - self._expected_before
        lost = max(0, interval - (received - self._received_before))
        self.loss = lost / interval if interval > 0 else 0.0
        if self._reported_at is not None and now > self._reported_at:
            self.bitrate = round(8 * (octets - self._octets_before) / (now - self._reported_at))
        self._expected_before, self._received_before = expected, received
        self._octets_before, self._reported_at = octets, now
        last_sr, delay = 0, 0
        if self.sender is not None:
            last_sr = self.sender.ntp >> 16 & 0xFFFFFFFF
            delay = round((now - self.sender_at) * 65536)
        return ReportBlock(
            ssrc=ssrc,
            fraction=min(255, int(self.loss * 256)),
            lost=expected - received,
            highest=highest,
            jitter=int(jitter),
            last_sr=last_sr,
            delay=delay,
        )
