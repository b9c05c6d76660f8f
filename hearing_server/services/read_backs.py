"""Reading back to the courtroom: begun where there is sound to play, and over when its time is."""

import asyncio
from collections.abc import Sequence

import structlog

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import check
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Source
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.services.hearings import Hearings, Make
from hearing_server.services.playback import Playback

SOON_MS = 30_000  # what was said since may still be in a segment that is being written
RETRY = 2.0  # seconds, while the store does not take the end

log = structlog.get_logger()


class ReadBacks:
    def __init__(self, hearings: Hearings, playback: Playback) -> None:
        self._hearings = hearings
        self._playback = playback
        self._clocks: dict[str, asyncio.Task[None]] = {}  # by hearing
        hearings.subscribe(self._on_entries)
        hearings.on_load(self._on_load)

    async def close(self) -> None:
        tasks = list(self._clocks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def begin(self, hearing: str, lines: tuple[int, ...], make: Make, by: str) -> int:
        """Carry out what `make` makes, a `ReadBack` of `lines`, once all of it can be heard; the event's number.

        Refused(no_sound) where none of it was recorded, Refused(sound_not_ready) where some is not written
        yet; else as `decide` refuses.
        """
        state = await self._hearings.state(hearing)
        check(state, cmd.ReadBack, by)
        await self._check_sound(state, lines)
        return await self._hearings.execute_with(hearing, make, by)

    async def _check_sound(self, state: HearingState, lines: tuple[int, ...]) -> None:
        """Of lines that do not stand `decide` speaks."""
        now, recorded, asked = self._hearings.now(state.hearing), 0, 0
        for line in (one for one in state.transcript if one.line in lines):
            found = await self._playback.recorded(
                state, line.speaker, Source.MICROPHONE, line.started_at, line.ended_at
            )
            until = max((one.ended_at for one in found), default=line.started_at)
            if until < line.ended_at and now - line.ended_at < SOON_MS:
                raise Refused(Code.SOUND_NOT_READY, str(line.line))
            recorded, asked = recorded + bool(found), asked + 1
        if asked and not recorded:
            raise Refused(Code.NO_SOUND)

    def _on_entries(self, state: HearingState, entries: Sequence[Entry]) -> None:
        clock = self._clocks.get(state.hearing)
        reading = state.reading
        if clock is not None and (reading is None or clock.get_name() != _name(state)):
            clock.cancel()
            clock = None
        if reading is not None and clock is None:
            task = asyncio.create_task(self._end(state.hearing), name=_name(state))
            self._clocks[state.hearing] = task
            task.add_done_callback(lambda done: self._forget(state.hearing, done))

    async def _on_load(self, hearing: str) -> None:
        """One that went on when the last server ended."""
        state = self._hearings.loaded(hearing)
        if state is not None:
            self._on_entries(state, ())

    def _forget(self, hearing: str, task: asyncio.Task[None]) -> None:
        if self._clocks.get(hearing) is task:
            del self._clocks[hearing]

    async def _end(self, hearing: str) -> None:
        """Of the one that goes on now, at its time by the hearing's clock."""
        reading = (await self._hearings.state(hearing)).reading
        while reading is not None:
            left = reading.ends_at - self._hearings.now(hearing)
            if left > 0:
                await asyncio.sleep(left / 1000)
                continue
            try:
                finish = cmd.FinishReadBack(read_back=reading.read_back)
                await self._hearings.execute(hearing, finish, SERVER)
                return
            except Refused as refused:
                if refused.code is not Code.NOT_SAVED:
                    return  # it was stopped at that very moment
                await asyncio.sleep(RETRY)


def _name(state: HearingState) -> str:
    number = state.reading.read_back if state.reading else 0
    return f"read back {number} of {state.hearing}"
