"""What stands in the picture at a moment: pure, from a script and what was found damaged."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hearing_server.services.composite import Extent, Hole, Scene, Script
from hearing_server.services.media import SegmentClosed
from hearing_server.services.timeline import LOST, goes_on_from
from recording.composite import words
from recording.composite.layout import Floor, floor_of

BRIDGED_MS = 400  # from one segment to the next of a track that goes on
TOLD_MS = 1_000  # a shorter gap shows the last picture and no words


@dataclass(frozen=True, kw_only=True)
class View:
    """One arrangement of the picture. `messages` are why a seat has no picture, `marks` what a label adds,
    by party; a party without a message shows their camera. `gaps` are the words for a seat of whose camera
    something is lost just now, if no picture has come for TOLD_MS. `sealed` is a full card.
    """

    floor: Floor
    messages: Mapping[str, str]
    gaps: Mapping[str, str]
    marks: Mapping[str, str]
    sharer: str = ""
    exhibit: str = ""
    sealed: Extent | None = None


def track_of(segment: SegmentClosed) -> tuple[str, str]:
    return segment.track.party, segment.track.source


class Timeline:
    """Of one script. `damaged` maps a segment's name to its cause, and may grow while it is read."""

    def __init__(self, script: Script, damaged: Mapping[str, str]) -> None:
        self._script = script
        self._damaged = damaged
        self._starts = [scene.started_at for scene in script.scenes]
        self._tracks: dict[tuple[str, str], list[SegmentClosed]] = {}
        for segment in script.segments:
            self._tracks.setdefault(track_of(segment), []).append(segment)
        self._leads: dict[tuple[str, str], list[SegmentClosed]] = {}
        for segment in script.leads:
            self._leads.setdefault(track_of(segment), []).append(segment)
        self._holes: dict[tuple[str, str], list[Hole]] = {}
        for hole in script.holes:
            if hole.ended_at - hole.started_at >= TOLD_MS:
                self._holes.setdefault((hole.party, hole.source), []).append(hole)
        self._seats = {seat.party: seat for seat in script.seats}

    def view(self, at: int) -> View:
        scene = self._scene(at)
        present = [seat for seat in self._script.seats if seat.party in scene.seats]
        sealed = next((span for span in self._script.masked if span.meets(at, at + 1)), None)
        sharer = "" if sealed else self._sharer(at)
        messages = {
            seat.party: why for seat in present if (why := self._unseen(seat.party, scene, at))
        }
        marks = {seat.party: mark for seat in present if (mark := self._mark(seat.party, at))}
        return View(
            floor=floor_of(present, bool(sharer)),
            messages=messages,
            gaps={seat.party: why for seat in present if (why := self._lossy(seat.party, at))},
            marks=marks,
            sharer=sharer,
            exhibit=scene.exhibit,
            sealed=sealed,
        )

    def changes(self, started_at: int, ended_at: int) -> list[int]:
        """When the view may differ from the one before, from `started_at` on."""
        found = {started_at}
        found.update(at for at in self._moments() if started_at < at < ended_at)
        return sorted(found)

    def quiet(self, party: str, started_at: int, ended_at: int) -> Iterator[Extent]:
        """When a party's voice was only for some: an interpreter's closed channel."""
        scenes = self._script.scenes
        for index, scene in enumerate(scenes):
            until = scenes[index + 1].started_at if index + 1 < len(scenes) else ended_at
            if party in scene.quiet and until > started_at and scene.started_at < ended_at:
                yield Extent(max(started_at, scene.started_at), min(ended_at, until))

    def of_track(
        self, party: str, source: str, started_at: int, ended_at: int
    ) -> list[SegmentClosed]:
        """The segments that hold something of this span."""
        return [
            segment
            for segment in self._tracks.get((party, source), ())
            if segment.started_at < ended_at and segment.ended_at > started_at
        ]

    def before(self, segment: SegmentClosed) -> list[SegmentClosed]:
        """Those of its track that its pictures may go on from, the nearest first."""
        key = track_of(segment)
        earlier = [*self._leads.get(key, ()), *self._tracks[key]]
        return goes_on_from(segment, reversed(earlier), self.lost(*key))

    def lost(self, party: str, source: str) -> list[Extent]:
        """What of a track was written and did not last: nothing goes on across it."""
        return [
            Extent(hole.started_at, hole.ended_at)
            for hole in self._script.holes
            if (hole.party, hole.source, hole.cause) == (party, source, LOST)
        ]

    def tracks(self, *sources: str) -> list[tuple[str, str]]:
        return [key for key in self._tracks if key[1] in sources]

    def _moments(self) -> Iterator[int]:
        yield from self._starts
        for span in self._script.masked:
            yield from span
        for holes in self._holes.values():
            for hole in holes:
                yield from (hole.started_at, hole.ended_at)
        for segments in self._tracks.values():
            for segment in segments:
                yield from (segment.started_at, segment.ended_at, segment.ended_at + BRIDGED_MS)

    def _scene(self, at: int) -> Scene:
        index = max(0, bisect_right(self._starts, at) - 1)
        return self._script.scenes[index]

    def _sharer(self, at: int) -> str:
        for party, source in self._tracks:
            if source == "screen" and self._covering(party, source, at):
                return party
        return ""

    def _unseen(self, party: str, scene: Scene, at: int) -> str:
        """Why this seat shows words instead of a picture; empty when it shows the camera."""
        if self._seats[party].hidden:
            return words.CAMERA["hidden"]
        covering = self._covering(party, "camera", at)
        if covering:
            return "" if not self._is_damaged(covering) else words.CAMERA["damaged"]
        hole = self._hole(party, "camera", at)
        cause = hole.cause if hole else scene.why.get(party, "")
        return words.CAMERA.get(cause, cause)

    def _lossy(self, party: str, at: int) -> str:
        """Why pictures are missing where a segment goes on: short losses near each other are one gap."""
        hole = self._hole(party, "camera", at)
        return words.CAMERA.get(hole.cause, hole.cause) if hole else ""

    def _mark(self, party: str, at: int) -> str:
        if self._seats[party].silent:
            return words.SILENT
        hole = self._hole(party, "microphone", at)
        if hole:
            known = words.SOUND_LOST.get(hole.cause)
            return known or f"{words.SOUND_GAP}：{words.CAMERA.get(hole.cause, hole.cause)}"
        covering = self._covering(party, "microphone", at)
        return words.SOUND_LOST["damaged"] if covering and self._is_damaged(covering) else ""

    def _covering(self, party: str, source: str, at: int) -> SegmentClosed | None:
        """The segment that holds this moment; the one before it over a short seam."""
        segments = self._tracks.get((party, source), [])
        index = bisect_right(segments, at, key=lambda segment: segment.started_at) - 1
        if index < 0 or segments[index].ended_at + BRIDGED_MS <= at:
            return None
        return segments[index]

    def _is_damaged(self, segment: SegmentClosed) -> bool:
        return self._damaged.get(segment.name, "partly_undecodable") != "partly_undecodable"

    def _hole(self, party: str, source: str, at: int) -> Hole | None:
        holes = self._holes.get((party, source), ())
        return next((hole for hole in holes if hole.started_at <= at < hole.ended_at), None)
