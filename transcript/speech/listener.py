"""One track in the worker: its sound, the gate, and the utterance that is being recognised."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transcript.speech import wire
from transcript.speech.gate import Gate
from transcript.speech.sound import FRAME_S, RATE, Frame, Sound
from transcript.speech.words import text, words

if TYPE_CHECKING:  # the library is loaded by the worker alone
    from transcript.speech.model import Model, Stream


@dataclass(eq=False)
class Utterance:
    """What is being said, or has been and is still to be told. Times are monotonic seconds."""

    number: int
    stream: "Stream"
    began: float
    until: float
    ended: bool = False
    told: str = ""

    def heard(self, track: int) -> wire.Heard | None:
        """None where there is nothing new."""
        tokens = words(self.stream.tokens())
        line = text(tokens)
        if not line or (line == self.told and not self.ended):
            return None
        self.told = line
        return wire.Heard(
            track=track,
            number=self.number,
            text=line,
            words=[wire.Word(text=word.text, at=self.began + word.at) for word in tokens],
            began=self.began,
            until=self.until,
            final=self.ended,
        )


class Listener:
    """`voiced` tells a voice from other sound: a frame of 16-bit samples and their rate."""

    def __init__(
        self,
        track: int,
        model: "Model",
        likely: Iterable[str],
        voiced: Callable[[bytes, int], bool],
    ) -> None:
        self._track = track
        self._model = model
        self._likely = tuple(likely)
        self._sound = Sound()
        self.gate = Gate(lambda pcm: voiced(pcm, RATE))
        self._utterances: list[Utterance] = []  # the last may go on
        self._number = 0

    @property
    def streams(self) -> list["Stream"]:
        return [utterance.stream for utterance in self._utterances]

    def packet(self, packet: bytes, received_at: float) -> None:
        try:
            for frame in self._sound.feed(packet, received_at):
                self.hear(frame)
        except ValueError:
            return  # what a browser sends wrong costs its own words

    def break_off(self) -> None:
        """Nothing follows for now: what was said up to here is an utterance."""
        self.gate.shut()
        self._end()

    def said(self, decoded: Container["Stream"]) -> list[wire.Heard]:
        """What is to be told since the last time, of what was `decoded` or has ended."""
        told = [
            utterance.heard(self._track)
            for utterance in self._utterances
            if utterance.ended or utterance.stream in decoded
        ]
        self._utterances = [each for each in self._utterances if not each.ended]
        return [heard for heard in told if heard is not None]

    def hear(self, frame: Frame) -> None:
        """The next of its sound."""
        for part in self.gate.feed(frame):
            utterance = self._current() or self._begin(part.at)
            utterance.stream.accept(part.pcm)
            utterance.until = part.at + FRAME_S
        if not self.gate.open:
            self._end()

    def _current(self) -> Utterance | None:
        last = self._utterances[-1] if self._utterances else None
        return None if last is None or last.ended else last

    def _begin(self, at: float) -> Utterance:
        self._number += 1
        begun = Utterance(self._number, self._model.stream(self._likely), at, at)
        self._utterances.append(begun)
        return begun

    def _end(self) -> None:
        utterance = self._current()
        if utterance is not None:
            utterance.stream.finish()
            utterance.ended = True
