"""The site's model, as sherpa-onnx runs it. A model file that is wrong ends the whole process (status 255)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sherpa_onnx

from transcript.speech.sound import RATE, samples
from transcript.speech.words import Token

TAIL_S = 0.7  # of silence that make the model say its last words
TERMS = "words.txt"  # the court's own terms, one a line
MOST_TERMS = 1000


class NoModel(Exception):
    """The folder holds no streaming model of a kind that is known."""


class Model:
    """A folder as sherpa-onnx publishes them: tokens.txt, and a transducer (encoder, decoder, joiner), a
    paraformer (encoder, decoder) or a zipformer2 CTC (one file). Only a transducer knows hotwords.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        tokens = folder / "tokens.txt"
        if not tokens.is_file():
            raise NoModel(f"{folder}: there is no tokens.txt")
        self._tokens = _tokens(tokens)
        self._terms = _terms(folder / TERMS)
        self.kind, self._recognizer = _open(folder, tokens, threads)

    def stream(self, words: Iterable[str] = ()) -> "Stream":
        hot = self._hotwords(words) if self.kind == "transducer" else ""
        made = self._recognizer.create_stream(hot) if hot else self._recognizer.create_stream()
        return Stream(self._recognizer, made)

    def decode(self, streams: Iterable["Stream"]) -> set["Stream"]:
        """Whatever of these can be decoded, together; those that may say something new."""
        waiting, decoded = list(streams), set()
        while waiting := [s for s in waiting if self._recognizer.is_ready(s.stream)]:
            self._recognizer.decode_streams([s.stream for s in waiting])
            decoded.update(waiting)
        return decoded

    def _hotwords(self, words: Iterable[str]) -> str:
        """Those that the model has tokens for: another would be an error of its own."""
        known = [
            word
            for word in dict.fromkeys((*words, *self._terms))
            if "/" not in word and all(character in self._tokens for character in word)
        ]
        return "/".join(known)


class Stream:
    """One utterance."""

    def __init__(self, recognizer: Any, stream: Any) -> None:
        self._recognizer = recognizer
        self.stream = stream

    def accept(self, pcm: bytes) -> None:
        self.stream.accept_waveform(RATE, samples(pcm))

    def finish(self) -> None:
        """No sound follows; decode once more for its last words."""
        self.accept(bytes(2 * round(TAIL_S * RATE)))
        self.stream.input_finished()

    def tokens(self) -> list[Token]:
        """A model that gives no times says all of it at its beginning."""
        texts, times = (
            self._recognizer.tokens(self.stream),
            self._recognizer.timestamps(self.stream),
        )
        times = [*times, *[times[-1] if times else 0.0] * (len(texts) - len(times))]
        return [Token(text, at) for text, at in zip(texts, times, strict=False)]


def _tokens(file: Path) -> frozenset[str]:
    lines = file.read_text("utf-8", errors="replace").splitlines()
    return frozenset(line.rsplit(maxsplit=1)[0] for line in lines if line.strip())


def _terms(file: Path) -> tuple[str, ...]:
    if not file.is_file():
        return ()
    lines = file.read_text("utf-8", errors="replace").splitlines()
    return tuple(line.strip() for line in lines if line.strip())[:MOST_TERMS]


def _open(folder: Path, tokens: Path, threads: int) -> tuple[str, Any]:
    encoder, decoder, joiner = (_file(folder, part) for part in ("encoder", "decoder", "joiner"))
    make: Any = sherpa_onnx.OnlineRecognizer  # type: ignore[attr-defined]
    usual: dict[str, Any] = {"tokens": str(tokens), "num_threads": threads, "sample_rate": RATE}
    if encoder and decoder and joiner:
        return "transducer", make.from_transducer(
            encoder=encoder,
            decoder=decoder,
            joiner=joiner,
            decoding_method="modified_beam_search",
            **usual,
        )
    if encoder and decoder:
        return "paraformer", make.from_paraformer(encoder=encoder, decoder=decoder, **usual)
    if single := _file(folder, "model", "ctc"):
        return "ctc", make.from_zipformer2_ctc(model=single, **usual)
    raise NoModel(f"{folder}: there is no streaming model of a known kind")


def _file(folder: Path, *parts: str) -> str:
    """The .onnx file with one of these in its name, the smaller (int8) where there are two."""
    found = [p for p in folder.glob("*.onnx") if any(part in p.name for part in parts)]
    return str(min(found, key=lambda path: path.stat().st_size)) if found else ""
