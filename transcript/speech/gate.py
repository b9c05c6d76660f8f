"""Where somebody speaks and where they do not: only speech goes to the model. Pure but for the detector."""

from collections import deque
from collections.abc import Callable

from transcript.speech.sound import FRAME_S, Frame

LEAD_S = 0.3  # that goes before the first voiced frame
OPENS_S = 0.06  # voiced of the last 0.2 s: a click opens nothing
WINDOW = round(0.2 / FRAME_S)
HANG_S = 0.7  # of silence end an utterance
TIRED_S = 15.0  # after which a breath ends it
BREATH_S = 0.2
LONGEST_S = 30.0
MEMORY_S = 30.0  # how long what was said counts as said of late


class Gate:
    """Frames in, the frames of an utterance out. `voiced` says of a frame whether it is a voice."""

    def __init__(self, voiced: Callable[[bytes], bool]) -> None:
        self._voiced = voiced
        self._lead: deque[Frame] = deque(maxlen=round(LEAD_S / FRAME_S))
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._silence = 0.0
        self._length = 0.0
        self._spoken = self._spoken_at = 0.0
        self.open = False

    def spoken(self, now: float) -> float:
        """Seconds of voice of late: the seats are told by it who are quiet."""
        return float(self._spoken * 0.5 ** ((now - self._spoken_at) / MEMORY_S))

    def feed(self, frame: Frame) -> list[Frame]:
        """What of the sound is to be recognised now; the utterance ends where `open` becomes False."""
        voiced = self._voiced(frame.pcm)
        self._recent.append(voiced)
        if voiced:
            self._spoken = self.spoken(frame.at) + FRAME_S
            self._spoken_at = frame.at
        if self.open:
            self._listen(voiced)
            return [frame]
        self._lead.append(frame)
        if voiced and sum(self._recent) * FRAME_S >= OPENS_S - 1e-9:
            self.open, self._silence, self._length = True, 0.0, 0.0
            begun = list(self._lead)
            self._lead.clear()
            return begun
        return []

    def shut(self) -> None:
        """The track breaks off."""
        self.open = False
        self._lead.clear()
        self._recent.clear()

    def _listen(self, voiced: bool) -> None:
        self._length += FRAME_S
        self._silence = 0.0 if voiced else self._silence + FRAME_S
        patience = BREATH_S if self._length > TIRED_S else HANG_S
        if self._silence >= patience or self._length >= LONGEST_S:
            self.open = False
