"""A file recognised as a whole: the likely words of the case reach the model, as they do live."""

import io
import wave
from typing import Any

import av
import numpy as np

from transcript.speech.file_recogniser import WORDS
from transcript.speech.file_worker import recognise
from transcript.speech.model import Model
from transcript.speech.words_given import words_given

from .tiny_model import TRANSDUCER
from .voices import HIGH, LOW, RATE, silence, voice


def sound() -> io.BytesIO:
    said = [silence(0.5), voice(LOW, 0.8), silence(1.5), voice(HIGH, 0.8), silence(1.0)]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.concatenate(said) * 32767).astype("<i2").tobytes())
    out.seek(0)
    return out


class Telling(Model):
    """Says which words each utterance was begun with."""

    def __init__(self) -> None:
        super().__init__(TRANSDUCER, 1)
        self.given: list[tuple[str, ...]] = []

    def stream(self, words: Any = ()) -> Any:
        self.given.append(tuple(words))
        return super().stream(words)


def test_the_likely_words_are_given_with_every_utterance() -> None:
    model, likely = Telling(), ("原告", "王某")
    with av.open(sound(), format="wav") as container:
        list(recognise(model, container, likely))
    assert len(model.given) >= 2
    assert set(model.given) == {likely}


def test_the_child_reads_them_from_its_environment() -> None:
    assert words_given({WORDS: '["\u539f\u544a", "A/B"]'}) == ("原告", "A/B")
    assert words_given({}) == ()
