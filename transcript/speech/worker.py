"""The recogniser's own process: `python -m transcript.speech.worker SOCKET_FD THREADS MODEL_FOLDER`.

It takes packets from the server over one socket and says what it hears. A model that is wrong, or a fault
of the library, ends this process and nothing else. It ends when the server is gone.
"""

import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import webrtcvad

from hearing_server.services.worker_link import frames
from hearing_server.services.worker_link.confine import confine
from transcript.speech import wire
from transcript.speech.listener import Listener
from transcript.speech.load import Load

if TYPE_CHECKING:
    from transcript.speech.model import Model

TICK_S = 0.1
HEALTH_S = 1.0
INBOX = 1 << 18
FILES = 256
NO_MODEL, NO_LIBRARY = 6, 7  # exit statuses


class Worker:
    """`run` returns when the server closes or dies."""

    def __init__(self, model: "Model", link: socket.socket) -> None:
        self._model = model
        self._link = link
        self._running = True
        self._rest = b""
        self._tracks: dict[int, Listener] = {}
        self._load = Load()
        self._lag = self._lag_told = 0.0  # the worst since the last look, since it was last told
        self._health_at = self._ticked = 0.0
        self._handlers: dict[int, Callable[[int, bytes], None]] = {
            frames.OPEN: self._open,
            frames.END: self._end,
            frames.CLOSE: self._close,
        }

    def run(self) -> None:
        self._say(wire.Ready())
        while self._running:
            ready, _, _ = select.select([self._link], [], [], TICK_S)
            if ready and not self._receive():
                return
            self._recognise()
            now = time.monotonic()
            if now - self._ticked >= TICK_S:
                self._ticked = now
                self._tick(now)

    def _receive(self) -> bool:
        try:
            data = self._link.recv(INBOX)
        except ConnectionError:
            return False
        self._take(self._rest + data)
        return bool(data)

    def _take(self, data: bytes) -> None:
        at, size = 0, frames.HEAD.size
        while len(data) - at >= size:
            kind, number, length, when = frames.HEAD.unpack_from(data, at)
            stop = at + size + length
            if stop > len(data):
                break
            body = data[at + size : stop]
            at = stop
            if kind == frames.PACKET:
                self._packet(number, body, when)
            elif kind in self._handlers:
                self._handlers[kind](number, body)
        self._rest = data[at:]

    def _packet(self, number: int, body: bytes, when: float) -> None:
        listener = self._tracks.get(number)
        self._lag = max(self._lag, time.monotonic() - when)
        if listener is not None and number not in self._load.shed:
            listener.packet(body, when)

    def _recognise(self) -> None:
        """Whatever the model can say by now; what has ended is said to its end."""
        streams = [stream for one in self._tracks.values() for stream in one.streams]
        if not streams:
            return
        decoded = self._model.decode(streams)
        for listener in self._tracks.values():
            for heard in listener.said(decoded):
                self._say(heard)

    def _open(self, number: int, body: bytes) -> None:
        opened, voice = wire.decode_open(body), webrtcvad.Vad(2)
        self._tracks[number] = Listener(number, self._model, opened.words, voice.is_speech)

    def _end(self, number: int, _body: bytes) -> None:
        listener = self._tracks.get(number)
        if listener is not None:
            listener.break_off()
            self._recognise()
            del self._tracks[number]
        self._say(wire.Ended(track=number))

    def _close(self, _number: int, _body: bytes) -> None:
        self._running = False

    def _tick(self, now: float) -> None:
        spoken = {number: one.gate.spoken(now) for number, one in self._tracks.items()}
        before = list(self._load.shed)
        self._load.look(self._lag, spoken, now)
        for number in self._load.shed:
            if number not in before:
                self._tracks[number].break_off()
        self._lag_told, self._lag = max(self._lag_told, self._lag), 0.0
        if self._load.shed != before or now - self._health_at >= HEALTH_S:
            self._say(wire.Health(lag=round(self._lag_told, 3), shed=list(self._load.shed)))
            self._health_at, self._lag_told = now, 0.0

    def _say(self, message: wire.Message) -> None:
        try:
            self._link.sendall(frames.report(message))
        except OSError:
            self._running = False


def main() -> int:
    """Exit status: 0 ended as asked, 6 no model in the folder, 7 no library; 255 a model that is wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends us
    link = socket.socket(fileno=int(sys.argv[1]))
    # A model may be large, and works as long as the hearing.
    memory, cpu = (
        resource.getrlimit(what)[1] for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU)
    )
    confine(memory=memory, cpu=cpu, files=FILES)
    try:
        from transcript.speech.model import Model, NoModel  # after the limits: it starts threads
    except ImportError as error:
        print(f"speech: {error}", file=sys.stderr)
        return NO_LIBRARY
    try:
        model = Model(Path(sys.argv[3]), int(sys.argv[2]))
    except (NoModel, OSError) as error:
        print(f"speech: {error}", file=sys.stderr)
        return NO_MODEL
    worker = Worker(model, link)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
