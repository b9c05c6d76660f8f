"""The worker with the tiny model and without a process: what it says of real sound, and of too much."""

import socket
import time
from collections.abc import Iterator

import numpy as np
import pytest

from hearing_server.services.worker_link import frames
from transcript.speech import wire
from transcript.speech.model import Model, NoModel
from transcript.speech.sound import Sound
from transcript.speech.words import text
from transcript.speech.worker import Worker

from .tiny_model import FOLDER, TRANSDUCER
from .voices import FORMAT, HIGH, LOW, packets, silence, voice


class Link:
    """A worker and the server's end of its socket."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        self._ours.setblocking(False)
        self.worker = Worker(Model(FOLDER, 1), theirs)
        self._reader: frames.ReportReader[wire.Message] = frames.ReportReader(wire.Message)

    def open(self, *tracks: int) -> None:
        for track in tracks:
            opened = wire.Open(format=FORMAT, words=("王某",))
            self.worker._take(frames.frame(frames.OPEN, track, frames.encode(opened)))

    def hear(self, track: int, sound: np.ndarray, begin: float, first: int = 0) -> None:
        for packet in packets(sound, first):
            self.worker._take(frames.frame(frames.PACKET, track, packet.data, begin + packet.at))
            self.worker._recognise()

    def said(self) -> list[wire.Message]:
        try:
            return self._reader.feed(self._ours.recv(1 << 20))
        except BlockingIOError:
            return []


@pytest.fixture
def link() -> Iterator[Link]:
    one = Link()
    yield one
    one._ours.close()
    one.worker._link.close()


def test_two_voices_at_once_are_two_utterances(link: Link) -> None:
    """Each track is heard by itself, with times on the clock of its packets."""
    link.open(1, 2)
    begin = time.monotonic()
    for track, formants in ((1, LOW), (2, HIGH)):
        link.hear(track, np.concatenate([silence(1.0), voice(formants, 1.5), silence(1.5)]), begin)
    final = [m for m in link.said() if isinstance(m, wire.Heard) and m.final]
    assert {(m.track, m.text) for m in final} == {(1, "原"), (2, "告")}
    for heard in final:
        assert heard.began == pytest.approx(begin + 0.75, abs=0.15)
        assert heard.until == pytest.approx(begin + 2.5 + 0.7, abs=0.15)
        assert heard.began < heard.words[0].at < begin + 1.4


def test_a_track_that_breaks_off_is_said_to_its_end(link: Link) -> None:
    """What was heard before the edge was cut is told, then that nothing follows."""
    link.open(1)
    link.hear(1, np.concatenate([silence(0.5), voice(LOW, 1.0)]), time.monotonic())
    link.said()
    link.worker._take(frames.frame(frames.END, 1, b"closed"))
    heard, ended = link.said()
    assert isinstance(heard, wire.Heard)
    assert (heard.text, heard.final) == ("原", True)
    assert ended == wire.Ended(track=1)


def test_too_much_sheds_the_quietest(link: Link) -> None:
    """A second and more behind the sound: who says least is not listened to, and that is told."""
    link.open(1, 2)
    now = time.monotonic()
    link.hear(1, voice(LOW, 2.0), now)
    link.hear(2, voice(LOW, 0.3), now)
    link.worker._tick(now)
    link.said()
    for late in range(25):  # for longer than a moment
        link.hear(1, voice(LOW, 0.02), now - 5.0, first=100 + late)
        link.worker._tick(now + late / 10)
    told = link.said()
    health = [m for m in told if isinstance(m, wire.Health)][-1]
    assert health.shed == [2]
    assert health.lag > 4.0
    link.hear(2, np.concatenate([voice(HIGH, 2.0), silence(1.0)]), now, first=200)
    told += link.said()
    texts = [m.text for m in told if isinstance(m, wire.Heard) and m.track == 2]
    assert texts == ["原"], "what it had said until then, and no more"


def test_what_is_no_model_is_refused_by_name(tmp_path) -> None:
    with pytest.raises(NoModel, match="tokens"):
        Model(tmp_path, 1)
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    with pytest.raises(NoModel, match="kind"):
        Model(tmp_path, 1)


def test_only_words_that_the_model_can_spell_are_hot(tmp_path) -> None:
    """Names of the case and the court's own terms; one with a strange character is left out."""
    for name in ("tokens.txt", "model.onnx"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "words.txt").write_text("告原\n", "utf-8")
    model = Model(tmp_path, 1)
    assert model._hotwords(("原告", "王某", "原/告")) == "原告/告原"


def test_a_likely_word_is_heard_sooner_than_another() -> None:
    """Hotwords reach the model: of a voice that begins unclearly the name of the case is made."""
    model = Model(TRANSDUCER, 1)

    def first_word(words: tuple[str, ...]) -> str:
        sound = Sound()
        stream = model.stream(words)
        for packet in packets(np.concatenate([silence(0.3), voice(HIGH, 1.0, 260)])):
            for frame in sound.feed(packet.data, packet.at):
                stream.accept(frame.pcm)
        stream.finish()
        model.decode([stream])
        return text(stream.tokens())[:2]

    assert model.kind == "transducer"
    assert first_word(("原告",)) == "原告"
    assert first_word(()) == "告告"
