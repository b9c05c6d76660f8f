"""Looks at the recording of every live hearing once a second, and tells what changes.

A change is an event of the log: a fault when something was found wrong at two looks in a row (at one, where
it has lasted by then), again where it lasts and a further source has it, its end when it was found right.
How everything stands is told to bench and clerk, and kept nowhere.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Set

import structlog

from hearing_server.domain.explanation import sources_in
from hearing_server.domain.hearing import HearingState, Phase
from hearing_server.services.media import RecordingFailed, RecordingHealth, RecordingRecovered
from hearing_server.services.recording_check import (
    CODES,
    NOTHING_ARRIVES,
    Arrivals,
    RecordingCheck,
    check,
)

FRESH_S = 1.8  # what the recorder said longer ago says nothing of now
SILENT_S = 3.0
LOOKS = 2  # that find the same before it is told
AT_ONCE = frozenset({NOTHING_ARRIVES})  # it has lasted long enough when it is found
WATCHED = frozenset({Phase.IN_SESSION, Phase.PAUSED})
RECORDER = frozenset(
    {"recorder_stalled", "recorder_died", "recorder_behind"}
)  # over when it answers

log = structlog.get_logger()

Key = tuple[str, str]  # hearing, code
Live = Iterable[tuple[HearingState, Arrivals]]
Report = Callable[[RecordingFailed | RecordingRecovered], None]
Tell = Callable[[str, RecordingCheck], None]
Note = Callable[[Mapping[str, RecordingCheck], float], None]  # by hearing; seconds of silence


class LiveCheck:
    """`live` gives the hearings that somebody is connected to here and what comes of their sources;
    `report` enters changes into the log, `tell` gives the whole to whoever watches, `note` keeps figures.
    """

    def __init__(self, live: Callable[[], Live], report: Report, tell: Tell, note: Note) -> None:
        self._live = live
        self._note = note
        self._report = report
        self._tell = tell
        self._health: RecordingHealth | None = None
        self._taken_at = float("-inf")
        self._news = asyncio.Event()
        self._known: set[str] = set()  # hearings that were looked at before
        self._seen: dict[Key, int] = {}  # looks in a row that found it
        self._raised: set[Key] = set()  # told of, and not yet in the state
        self._named: dict[Key, set[tuple[str, str]]] = {}  # whose sources were told since it began
        self._ended: set[Key] = set()  # told over, and not yet in the state

    def take(self, health: RecordingHealth) -> None:
        """What the recorder says of itself, once a second."""
        self._health, self._taken_at = health, time.monotonic()
        self._news.set()

    @property
    def silence(self) -> float:
        """Seconds since the recorder said something."""
        return time.monotonic() - self._taken_at

    async def run(self) -> None:
        """A look at everything the recorder says, and one a second when it says nothing."""
        while True:
            try:
                async with asyncio.timeout(1.0):
                    await self._news.wait()
            except TimeoutError:
                pass
            self._news.clear()
            try:
                self.look()
            except Exception:
                log.exception("the live check stumbled")

    def look(self) -> None:
        answers, checks = self.silence < FRESH_S, {}
        silent = self.silence > SILENT_S
        for state, arrivals in self._live():
            checked = check(state.hearing, arrivals, self._health, answers)
            checks[state.hearing] = checked
            self._change(state, checked)
            if silent or answers:
                self._tell(state.hearing, checked)
        self._forget(checks.keys())
        self._note(checks, self.silence)

    def _change(self, state: HearingState, checked: RecordingCheck) -> None:
        """Tell of what began and of what is over; what an earlier run told of goes on from the log."""
        hearing, lasting = state.hearing, _lasting(state)
        watched = state.phase in WATCHED
        if hearing not in self._known:
            self._known.add(hearing)
            self._settle_recorder(hearing, lasting, checked)
        for code in CODES:
            verdict, key = checked.verdicts[code], (hearing, code)
            found = watched and verdict == "bad"
            self._seen[key] = self._seen.get(key, 0) + 1 if found else 0
            if code in lasting:
                self._raised.discard(key)
            else:
                self._ended.discard(key)
            if found and self._seen[key] >= (1 if code in AT_ONCE else LOOKS):
                self._tell_who(key, checked, lasting.get(code))
            elif code in lasting and verdict == "good" and key not in self._ended:
                self._ended.add(key)
                self._over(hearing, code)

    def _tell_who(self, key: Key, checked: RecordingCheck, detail: str | None) -> None:
        """That it began, and each further source that has it, once: whoever explains it must name them.
        `detail` is what the log says of it, if it has it."""
        hearing, code = key
        began = detail is None and key not in self._raised
        if began:
            self._named[key] = set()
            self._raised.add(key)
        named = self._named.setdefault(key, set(sources_in(detail or "")))
        who = checked.who.get(code, ())
        if began or not named.issuperset(who):
            detail = checked.details.get(code, "")
            self._report(RecordingFailed(hearing=hearing, code=code, detail=detail))
            named.update(who)

    def _settle_recorder(
        self, hearing: str, lasting: dict[str, str], checked: RecordingCheck
    ) -> None:
        """A fault of the whole recorder that ended while nobody was in this hearing."""
        for code in lasting.keys() & RECORDER if checked.recorder else ():
            self._over(hearing, code)

    def _forget(self, live: Set[str]) -> None:
        """Hearings that nobody is connected to here any more."""
        self._known &= live
        self._seen = {key: looks for key, looks in self._seen.items() if key[0] in live}
        self._named = {key: named for key, named in self._named.items() if key[0] in live}
        self._raised = {key for key in self._raised if key[0] in live}
        self._ended = {key for key in self._ended if key[0] in live}

    def _over(self, hearing: str, code: str) -> None:
        self._report(RecordingRecovered(hearing=hearing, code=code, detail=""))


def _lasting(state: HearingState) -> dict[str, str]:
    """Codes, and the newest detail of each."""
    return {fault.code: fault.detail for fault in state.faults if fault.over_at is None}
