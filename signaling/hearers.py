"""Who heard a span of somebody's speech, by the edges as they were then. Pure.

The words of an utterance go only to whom its sound went from its beginning to its end: who is let in
half-way, or shut out, reads nothing of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hearing_server.domain.events import Source
from hearing_server.domain.reach import RECOGNISER, Parties, Reach

SLACK_S = 0.1  # a packet is said to be from before it came, by the fastest of its kind


@dataclass(slots=True)
class _Span:
    since: float
    until: float = float("inf")


class Hearers:
    """Monotonic seconds. Of each listener only the latest span is known: words come within seconds."""

    def __init__(self) -> None:
        self._now: dict[str, Parties] = {}
        self._spans: dict[str, dict[str, _Span]] = {}

    def follow(self, edges: Reach, parties: Iterable[str], now: float) -> None:
        """The edges are these from `now` on; `parties` are connected, of whom alone there are tracks."""
        heard = {party: edges.sinks(party, Source.MICROPHONE) for party in parties}
        for speaker in self._now.keys() | heard.keys():
            before, after = self._now.get(speaker, Parties()), heard.get(speaker, Parties())
            if before == after:
                continue
            spans = self._spans.setdefault(speaker, {})
            for gone in before - after:
                spans[gone].until = now
            for new in after - before:
                spans[new] = _Span(now)
        self._now = heard

    def of(self, speaker: str, began: float, until: float) -> set[str]:
        """Whoever heard all of it, and the speaker, if it went to the recogniser at all."""
        spans = self._spans.get(speaker, {})
        found = {
            listener
            for listener, span in spans.items()
            if span.since - SLACK_S <= began and until <= span.until + SLACK_S
        }
        if RECOGNISER not in found:
            return set()
        return (found | {speaker}) - {RECOGNISER}
