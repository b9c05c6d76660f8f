"""The composition root's part for live speech recognition."""

from collections.abc import Callable

from hearing_server.config import Settings
from hearing_server.services.speech import (
    Heard,
    NoRecogniser,
    Recogniser,
    SpeechHealth,
)
from hearing_server.web import health
from transcript.speech.recogniser import ProcessRecogniser


class SpeechParts:
    """Without a model there is nothing to start, and `recogniser` says so."""

    def __init__(
        self,
        settings: Settings,
        anchor: Callable[[str], float],
        on_heard: Callable[[Heard], None],
        on_health: Callable[[SpeechHealth], None],
    ) -> None:
        self._on_health = on_health
        self._process: ProcessRecogniser | None = None
        if settings.speech_folder is not None:
            self._process = ProcessRecogniser(
                settings.speech_folder,
                settings.speech_threads,
                on_heard,
                self._note,
                anchor=anchor,
            )

    @property
    def recogniser(self) -> Recogniser:
        return self._process or NoRecogniser()

    def start(self) -> None:
        health.speech(self.recogniser.health)
        if self._process is not None:
            self._process.start()

    async def close(self) -> None:
        if self._process is not None:
            await self._process.close()

    def _note(self, state: SpeechHealth) -> None:
        health.speech(state)
        self._on_health(state)
