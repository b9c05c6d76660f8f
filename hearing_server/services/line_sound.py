"""The sound of one line: its span of the speaker's microphone, and nothing after it, nor before it but what
leads in where it is played at the desk or read back (read_back.py).

A narrow way beside playback, which parties have only when the hearing is closed and as far as the recording's
level lets them: here it is the line that they are asked to confirm, or that is read back to the courtroom; at
the desk any. What is sealed stays so, and whoever was ever screened from the speaker's voice does not hear it.
"""

from collections.abc import Callable

from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches
from hearing_server.domain.doors import oversees
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level, Source, Span
from hearing_server.domain.hearing import HearingState, Presence
from hearing_server.domain.passages import line_passage, worded
from hearing_server.domain.playable import clearance, masked_spans, plays_track
from hearing_server.domain.read_back import lead_in, lines_heard
from hearing_server.domain.sealed import wording_for
from hearing_server.domain.visible import reads_document
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings
from hearing_server.services.playback import Fragment, Fragments, Playback

LONGEST = 10 * 60 * 1000  # ms of one line that is played


# Whose microphone and which span of it somebody may hear; raises Refused.
Heard = Callable[[HearingState, str], tuple[str, Span]]


class LineSound:
    def __init__(self, hearings: Hearings, playback: Playback, fragments: Fragments) -> None:
        self._hearings = hearings
        self._playback = playback
        self._fragments = fragments

    async def pieces(self, seated: Seated, heard: Heard) -> tuple[Span, list[tuple[int, int]]]:
        """The span of a line, and start and end of each segment in it; Refused as `heard`."""
        span, segments = await self._segments(seated, heard)
        return span, [(one.started_at, one.ended_at) for one in segments]

    async def fragment(self, seated: Seated, heard: Heard, started_at: int) -> Fragment:
        """What of one segment is in the line; Refused(not_found) where nothing is."""
        span, segments = await self._segments(seated, heard)
        segment = next((one for one in segments if one.started_at == started_at), None)
        made = None
        if segment is not None:
            made = await self._fragments.fragment(seated.hearing, segment, around(span))
        # Making it may wait for others: meanwhile it may have been sealed.
        if made is None or heard(await self._state(seated), seated.party)[1] != span:
            raise Refused(Code.NOT_FOUND)
        return made

    async def _segments(
        self, seated: Seated, heard: Heard
    ) -> tuple[Span, list[ev.SegmentRecorded]]:
        state = await self._state(seated)
        speaker, span = heard(state, seated.party)
        end = span.ended_at or span.started_at
        found = await self._playback.recorded(
            state, speaker, Source.MICROPHONE, span.started_at, end
        )
        return span, found

    async def _state(self, seated: Seated) -> HearingState:
        return await self._hearings.state(seated.hearing)


def in_print(state: HearingState, reader: str, version: int, line: int) -> tuple[str, Span]:
    """Whose microphone and which span a line of the newest version is, as `reader` may hear it. Pure.

    Refused(not_found) of what they do not read or hear, Refused(sealed) of what is sealed.
    """
    freeze = state.freeze
    if freeze is None or freeze.version != version or not reads_document(state, reader):
        raise Refused(Code.NOT_FOUND)
    name = line_passage(line)
    if name not in freeze.passages or state.custody.deleted:
        raise Refused(Code.NOT_FOUND)
    printed = state.wordings[worded(name, freeze.passages[name])]
    wording = wording_for(state, printed, reader)
    start = wording.span.started_at
    end = min(wording.span.ended_at or start, start + LONGEST)
    sealed = touches(state.custody.sealed, start, end) and Level.SEALED not in clearance(
        state, reader
    )
    if wording.sealed or sealed:
        raise Refused(Code.SEALED)
    if not plays_track(state, reader, wording.speaker, Source.MICROPHONE):
        raise Refused(Code.NOT_FOUND)
    return wording.speaker, Span(start, end)


def at_the_desk(state: HearingState, reader: str, line: int) -> tuple[str, Span]:
    """The same of a line as it stands now, for bench and clerk at any time, who play the recording. Pure."""
    if not oversees(state, reader) or not 1 <= line <= len(state.lines) or state.custody.going:
        raise Refused(Code.NOT_FOUND)
    found = state.lines[line - 1]
    end = min(found.ended_at, found.started_at + LONGEST)
    if touches(masked_spans(state, reader), found.started_at, end):
        raise Refused(Code.SEALED)
    return found.speaker, Span(lead_in(state, found.speaker, found.started_at), end)


def read_back(state: HearingState, reader: str, number: int, line: int) -> tuple[str, Span]:
    """The same of a line that is read back now, for whoever hears it in the courtroom. Pure."""
    reading = state.reading
    if reading is None or reading.read_back != number or state.custody.going:
        raise Refused(Code.NOT_FOUND)
    if state.seats[reader].presence is not Presence.ADMITTED:
        raise Refused(Code.NOT_FOUND)
    for one in lines_heard(state, reader, reading.lines):
        if one.line == line:
            return one.speaker, Span(one.started_at, one.ended_at)
    raise Refused(Code.NOT_FOUND)


def around(span: Span) -> tuple[Span, ...]:
    """All that is not in it, as masked spans."""
    return Span(0, span.started_at), Span(span.ended_at or span.started_at, None)
