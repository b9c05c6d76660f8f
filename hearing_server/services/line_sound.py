"""The sound of one printed line, for whoever reads it before they sign: its span of the speaker's microphone.

A narrow way beside playback, which parties have only when the hearing is closed and as far as the recording's
level lets them: here it is the line that they are asked to confirm, and nothing before or after it. What is
sealed stays so, and whoever was ever screened from the speaker's voice does not hear it.
"""

from hearing_server.domain import events as ev
from hearing_server.domain.custody import touches
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level, Source, Span
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.passages import line_passage, worded
from hearing_server.domain.playable import clearance, plays_track
from hearing_server.domain.sealed import wording_for
from hearing_server.domain.visible import reads_document
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings
from hearing_server.services.playback import Fragment, Fragments, Playback

LONGEST = 10 * 60 * 1000  # ms of one line that is played


class LineSound:
    def __init__(self, hearings: Hearings, playback: Playback, fragments: Fragments) -> None:
        self._hearings = hearings
        self._playback = playback
        self._fragments = fragments

    async def pieces(
        self, seated: Seated, version: int, line: int
    ) -> tuple[Span, list[tuple[int, int]]]:
        """The span of a line, and start and end of each segment in it; Refused as `heard`."""
        span, segments = await self._segments(seated, version, line)
        return span, [(one.started_at, one.ended_at) for one in segments]

    async def fragment(self, seated: Seated, version: int, line: int, started_at: int) -> Fragment:
        """What of one segment is in the line; Refused(not_found) where nothing is."""
        span, segments = await self._segments(seated, version, line)
        segment = next((one for one in segments if one.started_at == started_at), None)
        made = None
        if segment is not None:
            made = await self._fragments.fragment(seated.hearing, segment, around(span))
        # Making it may wait for others: meanwhile it may have been sealed.
        if made is None or heard(await self._state(seated), seated.party, version, line)[1] != span:
            raise Refused(Code.NOT_FOUND)
        return made

    async def _segments(
        self, seated: Seated, version: int, line: int
    ) -> tuple[Span, list[ev.SegmentRecorded]]:
        state = await self._state(seated)
        speaker, span = heard(state, seated.party, version, line)
        end = span.ended_at or span.started_at
        found = await self._playback.recorded(
            state, speaker, Source.MICROPHONE, span.started_at, end
        )
        return span, found

    async def _state(self, seated: Seated) -> HearingState:
        return await self._hearings.state(seated.hearing)


def heard(state: HearingState, reader: str, version: int, line: int) -> tuple[str, Span]:
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


def around(span: Span) -> tuple[Span, ...]:
    """All that is not in it, as masked spans."""
    return Span(0, span.started_at), Span(span.ended_at or span.started_at, None)
