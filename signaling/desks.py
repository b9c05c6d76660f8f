"""What desks do besides the log: which lines they edit, and what is being typed, told to bench and clerks.

One for each room; `tell` reaches a party of it.
"""

import time
from collections.abc import Callable, Iterable

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import check, lines_of
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from signaling import protocol as wire
from signaling.leases import Leases

Tell = Callable[[str, wire.AnyTell], None]


class Desks:
    def __init__(
        self, state: Callable[[], HearingState], parties: Callable[[], Iterable[str]], tell: Tell
    ) -> None:
        self._state = state
        self._parties = parties
        self._tell = tell
        self._leases = Leases()

    def join(self, party: str) -> None:
        """Whoever comes in later sees what is being edited."""
        if self._leases.held and oversees(self._state(), party):
            self._tell(party, self._held())

    def leave(self, party: str) -> None:
        if self._leases.leave(party):
            self._say(self._held())

    def expire(self) -> None:
        if self._leases.expire(time.monotonic()):
            self._say(self._held())

    def hold(self, party: str, line: int) -> None:
        """Take a line to edit it, or keep it; Refused(line_held), Refused(unknown_line)."""
        self._check(party, line)
        if self._leases.take(line, party, time.monotonic()):
            self._say(self._held())

    def release(self, party: str, line: int) -> None:
        if self._leases.release(line, party):
            self._say(self._held())

    def check(self, party: str, command: cmd.Command) -> None:
        """Refused(line_held) for a command on a line that somebody else is editing."""
        self._leases.check(lines_of(self._state(), command), party, time.monotonic())

    def type(self, party: str, ask: wire.TypeLine) -> None:
        """What one desk types the others and the bench see; it is never kept."""
        if ask.line is not None:
            self.hold(party, ask.line)
        else:
            self._check(party, None)
        typed = wire.Typed(party=party, line=ask.line, speaker=ask.speaker, text=ask.text)
        self._say(typed, but=party)

    def _check(self, party: str, line: int | None) -> None:
        state = self._state()
        check(state, cmd.CorrectLine, party)
        if line is not None and line > len(state.lines):
            raise Refused(Code.UNKNOWN_LINE, str(line))

    def _held(self) -> wire.LinesHeld:
        held = [wire.Held(line=line, party=party) for line, party in self._leases.held.items()]
        return wire.LinesHeld(held=held)

    def _say(self, message: wire.AnyTell, but: str = "") -> None:
        """To bench and clerks: they may read every line."""
        for party in self._parties():
            if party != but and oversees(self._state(), party):
                self._tell(party, message)
