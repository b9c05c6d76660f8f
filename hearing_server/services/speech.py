"""The contract of live speech recognition: what takes a microphone's packets, and what it says it heard.

The forwarding path (signaling) and the recogniser (transcript/speech) do not know each other; both know
this page. The recogniser is a sink like the recorder: `reach` says whose microphone has an edge to it.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from hearing_server.domain.hearing import HearingState
from hearing_server.services.media import PacketSink, TrackFormat, TrackName

# `off`: no model is configured. `down`: it died and is started again. `failed`: given up until the
# server is started again; the detail says why.
SpeechState = Literal["off", "starting", "on", "down", "failed"]

MOST_HOTWORDS = 200
LONGEST_HOTWORD = 20  # characters


@dataclass(frozen=True, kw_only=True)
class Word:
    """`at`: when it was said, Unix ms by the hearing's clock, as below."""

    text: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What one party said, so far or (`final`) to its end; the utterance is named anew in each report.

    `began` and `until` are the same span in monotonic seconds of when the packets came.
    """

    track: TrackName
    utterance: str
    text: str
    words: tuple[Word, ...]
    started_at: int
    ended_at: int
    began: float
    until: float
    final: bool


@dataclass(frozen=True, kw_only=True)
class SpeechHealth:
    """`lag` seconds behind the sound. `shed`: the seats that are not listened to because it is too much."""

    state: SpeechState
    detail: str = ""
    lag: float = 0.0
    shed: frozenset[TrackName] = frozenset()


class Recogniser(Protocol):
    """Turns microphones into words, or says why it does not. It never raises and never waits."""

    @property
    def health(self) -> SpeechHealth: ...

    def listen(
        self, track: TrackName, track_format: TrackFormat, words: tuple[str, ...]
    ) -> PacketSink | None:
        """Take this track's packets; None where nothing will come of them. `words` are likely ones."""


class NoRecogniser:
    """No model is configured."""

    health = SpeechHealth(state="off")

    def listen(
        self, track: TrackName, track_format: TrackFormat, words: tuple[str, ...]
    ) -> PacketSink | None:
        return None


def likely_words(state: HearingState) -> tuple[str, ...]:
    """Names that will be said in this hearing: of its people, and what its exhibits are called.

    Nobody who was ever screened: their name shall not be guessed from a sound like it.
    """
    people = [
        seat.party.name
        for party, seat in state.seats.items()
        if not seat.removed and party not in state.screened_ever
    ]
    exhibits = [
        exhibit.name for exhibit in state.exhibits if exhibit.party not in state.screened_ever
    ]
    said = dict.fromkeys(word.strip() for word in (*people, *exhibits))
    return tuple(word for word in said if 1 < len(word) <= LONGEST_HOTWORD)[:MOST_HOTWORDS]
