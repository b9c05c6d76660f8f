"""What a composite shows, and when: worked out from the log, pure. recording/composite draws it.

Times are Unix ms; every stretch is a whole number of frames of 40 ms. What is masked has no picture,
sound or words, in any kind of export. What a reader may have, playable.py says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from hearing_server.domain import events as ev
from hearing_server.domain.exhibit_readers import called
from hearing_server.domain.fold import apply
from hearing_server.domain.hearing import HearingState, Phase, Presence, Seat
from hearing_server.domain.log import Entry
from hearing_server.domain.parties import Party, Role, Side
from hearing_server.domain.places import inside
from hearing_server.domain.playable import masked_spans, plays_track
from hearing_server.domain.visible import name_outside
from hearing_server.services.labels import labels
from hearing_server.services.media import SegmentClosed
from hearing_server.services.timeline import LOST, leads_of

FRAME_MS = 40
CARD_MS = 5_000  # an adjournment of a day is told in as much
SETTLED_MS = 500  # a line without an end is read at least so long

Place = Literal["bench", "left", "stand", "clerk", "right"]
FOREVER = 1 << 52  # ms: later than anything


class Extent(NamedTuple):
    """A span of the calendar clock whose end is known, Unix ms."""

    started_at: int
    ended_at: int

    def meets(self, started_at: int, ended_at: int) -> bool:
        return self.started_at < ended_at and started_at < self.ended_at


@dataclass(frozen=True, kw_only=True)
class ShownSeat:
    """A seat's place and its two lines of label. `hidden`: without a picture, by order of the court."""

    party: str
    place: Place
    role: str
    name: str
    hidden: bool = False
    silent: bool = False


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who sits in the courtroom until the next scene. `why` is why somebody is not seen, as far as the log
    knows; `quiet` are interpreters whom only some hear; `exhibit` is what is open before the courtroom,
    since `opened_at`, and `shown` its number.
    """

    started_at: int
    seats: tuple[str, ...]
    why: dict[str, str]
    quiet: tuple[str, ...] = ()
    exhibit: str = ""
    opened_at: int = 0
    shown: int = 0


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A piece of the composite: recorded time as it ran, or, with a `cause`, a card that tells of a longer
    span in `frames` frames.
    """

    started_at: int
    ended_at: int
    frames: int
    cause: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Hole:
    """A named gap of a track."""

    party: str
    source: str
    started_at: int
    ended_at: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A line of the transcript as a caption."""

    started_at: int
    ended_at: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """All that a composite is drawn from, but for the files. `leads` lie before the span: what the pictures
    of `segments` go on from, to be decoded and not shown.
    """

    court: str
    case_number: str
    opened_at: int
    stretches: tuple[Stretch, ...]
    seats: tuple[ShownSeat, ...]
    scenes: tuple[Scene, ...]
    holes: tuple[Hole, ...]
    masked: tuple[Extent, ...]
    cues: tuple[Cue, ...]
    segments: tuple[SegmentClosed, ...]
    leads: tuple[SegmentClosed, ...] = ()

    @property
    def spans(self) -> tuple[Extent, ...]:
        """The recorded time that it covers."""
        return tuple(
            Extent(one.started_at, one.ended_at) for one in self.stretches if not one.cause
        )

    @property
    def frames(self) -> int:
        return sum(stretch.frames for stretch in self.stretches)


def script_of(
    entries: Sequence[Entry],
    reader: str | None = None,
    started_at: int | None = None,
    ended_at: int | None = None,
) -> Script:
    """From a log, as `reader` may have it (playable.py); None is a copy that leaves the court. From
    `started_at` to `ended_at`, else all of it.
    """
    story = _Story()
    for entry in entries:
        story.take(entry)
    story.end()
    state = story.state
    within = Extent(started_at or 0, FOREVER if ended_at is None else ended_at)
    masked = masked_extents(state, reader)
    stretches = tuple(_clipped((_silent(one, masked) for one in story.stretches), within))
    seats = tuple(_seats(state, reader))
    segments = tuple(
        segment
        for segment in _played(story.segments, stretches)
        if plays_track(state, reader, segment.track.party, ev.Source(segment.track.source))
    )
    return Script(
        court=state.court,
        case_number=state.case_number,
        opened_at=state.opened_at or 0,
        stretches=stretches,
        seats=seats,
        scenes=tuple(_nameless(_unnamed(scene, state, reader), masked) for scene in story.scenes),
        holes=tuple(story.holes),
        masked=masked,
        cues=tuple(_cues(state, seats, masked)),
        segments=segments,
        leads=tuple(leads_of(segments, story.segments, story.lost())),
    )


def of_party(script: Script, party: str) -> Script:
    """What of it is one party's own, and what that goes on from."""
    own, leads = (
        [s for s in some if s.track.party == party] for some in (script.segments, script.leads)
    )
    return replace(script, segments=tuple(own), leads=tuple(leads))


def masked_extents(state: HearingState, reader: str | None) -> tuple[Extent, ...]:
    """What of the timeline `reader` may not have."""
    return tuple(
        Extent(span.started_at, FOREVER if span.ended_at is None else span.ended_at)
        for span in masked_spans(state, reader)
    )


class _Story:
    """The fold over the log, noting what changes on the picture."""

    def __init__(self) -> None:
        self.state = HearingState()
        self.scenes: list[Scene] = []
        self.holes: list[Hole] = []
        self.segments: list[SegmentClosed] = []
        self.stretches: list[Stretch] = []
        self._since: int | None = None
        self._cause = self._reason = ""
        self._opened_at = 0

    def take(self, entry: Entry) -> None:
        event = entry.event
        self.state = apply(self.state, entry)
        if isinstance(event, ev.SegmentRecorded):
            self.segments.append(SegmentClosed.logged(self.state.hearing, event))
        elif isinstance(event, ev.GapFound):
            self.holes.append(
                Hole(
                    party=event.party,
                    source=event.source,
                    started_at=event.started_at,
                    ended_at=event.ended_at,
                    cause=event.cause,
                )
            )
        else:
            if isinstance(event, ev.ExhibitShown):
                self._opened_at = entry.at
            self._look(entry.at)

    def lost(self) -> list[tuple[str, str, int, int]]:
        """What was written and did not last."""
        lost = (hole for hole in self.holes if hole.cause == LOST)
        return [(hole.party, hole.source, hole.started_at, hole.ended_at) for hole in lost]

    def end(self) -> None:
        """A hearing that is still running has what was recorded of it."""
        if self._since is not None:
            ends = (s.ended_at for s in self.segments if s.ended_at > (self._since or 0))
            self._stretch(max(ends, default=self._since))

    def _look(self, at: int) -> None:
        cause = _not_recorded(self.state)
        if cause != self._cause or (self._since is None) != (cause == "none"):
            if self._since is not None:
                self._stretch(at)
            self._since, self._cause = (None if cause == "none" else at), cause
            self._reason = self.state.pause_reason if cause in ("paused", "suspended") else ""
        scene = _scene(self.state, at, self._opened_at)
        if self.scenes and replace(self.scenes[-1], started_at=at) == scene:
            return
        self.scenes.append(scene)

    def _stretch(self, until: int) -> None:
        since = self._since or 0
        lasts = until - since if not self._cause else min(until - since, CARD_MS)
        if lasts <= 0:
            return
        self.stretches.append(
            Stretch(
                started_at=since,
                ended_at=until,
                frames=-(-lasts // FRAME_MS),
                cause=self._cause,
                reason=self._reason,
            )
        )


def _not_recorded(state: HearingState) -> str:
    """Why nothing is recorded now: empty while it is, `none` before the opening and after the closing."""
    if state.phase in (Phase.PAUSED, Phase.SUSPENDED):
        return state.phase
    if state.phase is not Phase.IN_SESSION:
        return "none"
    return "deliberation" if state.deliberating else ""


def _scene(state: HearingState, at: int, opened_at: int) -> Scene:
    present = [seat for seat in state.seats.values() if _sits(state, seat)]
    shown = state.shown
    page = f" · {shown.page}/{shown.pages}" if shown and shown.pages > 1 else ""
    return Scene(
        started_at=at,
        seats=tuple(seat.party.id for seat in present),
        why={seat.party.id: why for seat in present if (why := _why(seat))},
        quiet=tuple(seat.party.id for seat in present if seat.channel_closed),
        exhibit=f"{shown.exhibit}. {shown.name}{page}" if shown else "",
        opened_at=opened_at if shown else 0,
        shown=shown.exhibit if shown else 0,
    )


def _sits(state: HearingState, seat: Seat) -> bool:
    return inside(state, seat) and seat.arrived and seat.party.role is not Role.OBSERVER


def _why(seat: Seat) -> str:
    if seat.presence is Presence.CONSULTING:
        return "consultation"
    if not seat.here:
        return seat.left_by or "left"
    if ev.Source.CAMERA not in seat.sources:
        return "device" if seat.camera in (ev.Device.DENIED, ev.Device.MISSING) else ""
    return "" if seat.sources[ev.Source.CAMERA] else "muted"


def _silent(stretch: Stretch, masked: Sequence[Extent]) -> Stretch:
    """Without its reason where that was said in a masked span."""
    return replace(stretch, reason="") if _masked(masked, stretch.started_at) else stretch


def _unnamed(scene: Scene, state: HearingState, reader: str | None) -> Scene:
    """With the number alone of an exhibit whose name might tell who is screened."""
    if not scene.shown:
        return scene
    exhibit = state.exhibits[scene.shown - 1]
    if called(state, exhibit, reader):
        return scene
    page = scene.exhibit.removeprefix(f"{exhibit.exhibit}. {exhibit.name}")
    return replace(scene, exhibit=f"{exhibit.exhibit}.{page}")


def _nameless(scene: Scene, masked: Sequence[Extent]) -> Scene:
    """Without what the open exhibit is called where that was said in a masked span."""
    return replace(scene, exhibit="") if _masked(masked, scene.opened_at) else scene


def _masked(masked: Sequence[Extent], at: int) -> bool:
    return any(span.meets(at, at + 1) for span in masked)


def _clipped(stretches: Iterable[Stretch], within: Extent) -> Iterable[Stretch]:
    for stretch in stretches:
        start = max(stretch.started_at, within.started_at)
        end = min(stretch.ended_at, within.ended_at)
        if start >= end:
            continue
        lasts = min(end - start, CARD_MS) if stretch.cause else end - start
        yield replace(stretch, started_at=start, ended_at=end, frames=-(-lasts // FRAME_MS))


_ORDER = (
    Role.PRESIDING_JUDGE, Role.JUDGE, Role.ASSESSOR, Role.PROSECUTOR, Role.PLAINTIFF, Role.DEFENDANT,
    Role.COUNSEL, Role.WITNESS, Role.EXPERT, Role.INTERPRETER, Role.CLERK, Role.BAILIFF,
    Role.DETENTION_OFFICER,
)  # fmt: skip
_PLACES: dict[Role, Place] = {
    Role.PRESIDING_JUDGE: "bench",
    Role.JUDGE: "bench",
    Role.ASSESSOR: "bench",
    Role.CLERK: "clerk",
    Role.PROSECUTOR: "left",
    Role.PLAINTIFF: "left",
    Role.DEFENDANT: "right",
    Role.COUNSEL: "right",
    Role.DETENTION_OFFICER: "right",
}
_BY_SIDE: dict[Side, Place] = {Side.CLAIM: "left", Side.DEFENCE: "right"}


def place_of(party: Party) -> Place:
    """As in the courtroom's page: parties and counsel on their side, who is heard at the stand."""
    place = _PLACES.get(party.role, "stand")
    return _BY_SIDE.get(party.side, place) if place in ("left", "right") else place


def _seats(state: HearingState, reader: str | None) -> list[ShownSeat]:
    """In the order in which seats are named; the presiding judge in the middle of the bench."""

    def name(party: Party) -> str:
        return party.name if reader is not None else name_outside(state, party)

    parties = [s.party for s in state.seats.values() if s.party.role is not Role.OBSERVER]
    parties.sort(key=lambda party: _ORDER.index(party.role))
    bench = [party for party in parties if place_of(party) == "bench"]
    half = len(bench) // 2
    others = [party for party in parties if place_of(party) != "bench"]
    return [
        ShownSeat(
            party=party.id,
            place=place_of(party),
            role=labels(party.role, state.procedure)[0],
            name=name(party),
            hidden=not plays_track(state, reader, party.id, ev.Source.CAMERA),
            silent=not plays_track(state, reader, party.id, ev.Source.MICROPHONE),
        )
        for party in [*bench[1 : half + 1], *bench[:1], *bench[half + 1 :], *others]
    ]


def _cues(
    state: HearingState, seats: Sequence[ShownSeat], masked: Sequence[Extent]
) -> Iterable[Cue]:
    """The lines as they stand in the end, but none of a masked span."""
    named = {seat.party: f"{seat.role}（{seat.name}）" for seat in seats}
    for line in sorted(state.transcript, key=lambda line: line.started_at):
        end = max(line.ended_at, line.started_at + SETTLED_MS)
        if any(span.meets(line.started_at, end) for span in masked):
            continue
        speaker = named.get(line.speaker, "")
        yield Cue(started_at=line.started_at, ended_at=end, text=f"{speaker}：{line.text}")


def _played(
    segments: Iterable[SegmentClosed], stretches: Sequence[Stretch]
) -> Iterable[SegmentClosed]:
    spans = [Extent(one.started_at, one.ended_at) for one in stretches if not one.cause]
    for segment in sorted(segments, key=lambda segment: segment.started_at):
        if any(span.meets(segment.started_at, segment.ended_at) for span in spans):
            yield segment
