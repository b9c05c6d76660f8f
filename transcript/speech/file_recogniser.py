"""Implements FileRecogniser: one child for one file (file_worker.py), which dies with whoever asked."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from hearing_server.services.exhibit_speech import Progress, RecognitionFailed, Utterance
from hearing_server.services.worker_link.process import PACKAGES
from transcript.speech.words_given import WORDS

SILENT_S = 300.0  # a model may take long to load; then it speaks of every two seconds of sound
MOST_LINE = 1 << 20  # bytes
ENDED = {6: "no_model", 7: "no_library", 8: "no_sound", 255: "wrong_model"}


class ChildFileRecogniser:
    """`demuxers` name, by media type, how a file is opened."""

    def __init__(self, model: Path, threads: int, demuxers: Mapping[str, str]) -> None:
        self._model, self._threads = model.absolute(), threads
        self._demuxers = demuxers

    async def said(
        self, path: Path, media_type: str, words: tuple[str, ...]
    ) -> AsyncIterator[Utterance | Progress]:
        demuxer = self._demuxers.get(media_type)
        if demuxer is None:
            raise RecognitionFailed("no_sound")
        child = await self._child(path, demuxer, words)
        try:
            assert child.stdout is not None
            while line := await self._line(child.stdout):
                yield _told(line)
            status = await child.wait()
            if status:
                raise RecognitionFailed(ENDED.get(status, "broken"))
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()

    async def _child(
        self, path: Path, demuxer: str, words: tuple[str, ...]
    ) -> asyncio.subprocess.Process:
        """The words are names: they stand where no other user of the machine reads them."""
        file = await asyncio.to_thread(path.open, "rb")
        try:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "transcript.speech.file_worker"),
                *(str(self._threads), str(self._model), demuxer),
                stdin=file,
                stdout=asyncio.subprocess.PIPE,
                limit=MOST_LINE,
                start_new_session=True,
                env={"PATH": os.defpath, "PYTHONPATH": PACKAGES, WORDS: json.dumps(words)},
            )
        finally:
            file.close()

    async def _line(self, out: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(SILENT_S):
                return await out.readline()
        except (TimeoutError, ValueError):
            raise RecognitionFailed("broken") from None


def _told(line: bytes) -> Utterance | Progress:
    try:
        value: dict[str, Any] = json.loads(line)
        if "said" not in value:
            return Progress(at=float(value["at"]), of=float(value["of"]))
        said = value["said"]
        words = tuple((str(text), int(at)) for text, at in said["words"])
        return Utterance(
            text=str(said["text"]), began=int(said["began"]), until=int(said["until"]), words=words
        )
    except (ValueError, KeyError, TypeError):
        raise RecognitionFailed("broken") from None
