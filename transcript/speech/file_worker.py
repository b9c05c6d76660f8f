"""Says what is spoken in a file: `python -m transcript.speech.file_worker THREADS MODEL_FOLDER DEMUXER`.

The file is its standard input, which it can seek. It says one JSON object a line: `{"at": …, "of": …}`, seconds,
how far it is; `{"said": {…}}`, an utterance with its words and when they come in the file. It can write no file
and reach no network; words that are likely are in its environment. A model that is wrong ends it (255), as it
ends the live worker.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import webrtcvad

from hearing_server.services.worker_link.confine import confine
from transcript.speech import wire
from transcript.speech.listener import Listener
from transcript.speech.sound import FRAME, FRAME_S, RATE, Frame
from transcript.speech.words_given import words_given

MEMORY = 8 << 30  # bytes of address space: a large model
CPU_S = 24 * 3600
FILES = 256
TELL_S = 2.0  # of sound between two reports
NO_MODEL, NO_LIBRARY, NO_SOUND = 6, 7, 8  # exit statuses


def frames_of(container: Any) -> Iterator[Frame]:
    """Whole frames of its first track of sound, by the file's own time; silence where it has none."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    rest, at = b"", 0.0
    for decoded in container.decode(container.streams.audio[0]):
        began = float(decoded.time or 0.0)
        if began > at + len(rest) / 2 / RATE + 1.0:
            rest, at = b"", began  # nothing is there in between
        decoded.pts = None
        for out in resampler.resample(decoded):
            rest += out.to_ndarray().astype("<i2").tobytes()
        while len(rest) >= 2 * FRAME:
            yield Frame(rest[: 2 * FRAME], at)
            rest, at = rest[2 * FRAME :], at + FRAME_S


def recognise(model: Any, container: Any, likely: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    of = round((container.duration or 0) / 1_000_000, 1)
    listener = Listener(1, model, likely, webrtcvad.Vad(2).is_speech)
    told = 0.0
    for frame in frames_of(container):
        listener.hear(frame)
        if not listener.gate.open:
            yield from _said(model, listener)
        if frame.at - told >= TELL_S:
            told = frame.at
            yield {"at": round(told, 1), "of": of}
    listener.break_off()
    yield from _said(model, listener)


def _said(model: Any, listener: Listener) -> Iterator[dict[str, Any]]:
    if not listener.streams:
        return
    for heard in listener.said(model.decode(listener.streams)):
        if heard.final:
            yield {"said": _plain(heard)}


def _plain(heard: wire.Heard) -> dict[str, Any]:
    words = [[word.text, round(word.at * 1000)] for word in heard.words]
    began, until = round(heard.began * 1000), round(heard.until * 1000)
    return {"text": heard.text, "began": began, "until": until, "words": words}


def main() -> int:
    threads, folder, demuxer = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    confine(memory=MEMORY, cpu=CPU_S, files=FILES, size=0)
    try:
        from transcript.speech.model import Model, NoModel  # after the limits: it starts threads
    except ImportError as error:
        print(f"speech: {error}", file=sys.stderr)
        return NO_LIBRARY
    import av

    try:
        model = Model(folder, threads)
    except (NoModel, OSError) as error:
        print(f"speech: {error}", file=sys.stderr)
        return NO_MODEL
    try:
        with os.fdopen(0, "rb") as file, av.open(file, format=demuxer) as container:
            if not container.streams.audio:
                return NO_SOUND
            for line in recognise(model, container, words_given(os.environ)):
                print(json.dumps(line, ensure_ascii=False), flush=True)
    except av.FFmpegError as error:
        print(f"speech: {error}", file=sys.stderr)
        return NO_SOUND
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # a library's own end may hang or fail
