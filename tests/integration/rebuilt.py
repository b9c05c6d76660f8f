"""A hearing that was held long ago, rebuilt at once: its log, and segments whose pictures count.

The recorder's own writer makes thirty seconds of picture and sound a party; a longer hearing has the same
files again under other names (links), entered in its log as often as it takes. Picture `n` is shown
`n / 30` s after the start and begins anew every thirty seconds; the tone of each 100 ms says when it is.
"""

import asyncio
import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER, Entry
from hearing_server.services.media import Codec, SegmentClosed, TrackName
from recording.disk import Disk
from recording.encryption import HearingKey, new_hearing_key
from tests.recording import streams
from tests.recording.segments import picture_segment, sound_segment, written

from .harness import ROLES, ServerProcess

SEGMENT_MS = 10_000
ROUND = 3  # segments until the pictures begin anew
KEY_EVERY = 150  # pictures: as often as the recorder asks for a key frame
WORDS = (
    "现在开庭。", "公诉人宣读起诉书。", "对起诉书指控的事实，我没有异议。", "辩护人有无问题发问？",
    "请法庭注意量刑情节。", "被告人是否听清？", "听清了。", "本院将在评议后择期宣判。",
)  # fmt: skip
SPEAKERS = ("presiding_judge", "prosecutor", "defendant", "counsel")


@dataclasses.dataclass(kw_only=True)
class Rebuilt:
    """`began_at` is Unix ms of the first picture; `seats` by role."""

    began_at: int
    seconds: int
    seats: dict[str, str]
    gap: tuple[int, int]  # of the defendant's camera


@dataclasses.dataclass(kw_only=True)
class _Masters:
    folder: Path
    codec: Codec
    size: tuple[int, int]
    key: HearingKey | None = None
    key_every: int = KEY_EVERY

    def make(self, hearing: str, parties: Sequence[str], began_at: int) -> list[SegmentClosed]:
        with written(self.folder) as disk:
            return self._make(disk, hearing, parties, began_at)

    def _make(
        self, disk: Disk, hearing: str, parties: Sequence[str], began_at: int
    ) -> list[SegmentClosed]:
        """Thirty seconds of everybody, in three segments a track."""
        count = SEGMENT_MS * 30 // 1000
        frames = streams.encode_video(
            self.codec, count * ROUND, key_every=self.key_every, size=self.size
        )
        sound = streams.encode_sound(SEGMENT_MS * ROUND / 1000)
        found = []
        for number in range(ROUND):
            at = began_at + number * SEGMENT_MS
            for party in parties:
                camera = TrackName(hearing=hearing, party=party, source="camera")
                pictures = frames[number * count : (number + 1) * count]
                before = frames[: number * count]
                found.append(
                    picture_segment(disk, camera, at, self.codec, pictures, self.key, before)
                )
                microphone = TrackName(hearing=hearing, party=party, source="microphone")
                part = sound[number * 500 : (number + 1) * 500]
                packets = [(n * 20, packet) for n, packet in enumerate(part)]
                found.append(sound_segment(disk, microphone, at, packets, self.key))
        return found


async def rebuild(
    server: ServerProcess,
    *,
    seconds: int,
    began_at: int,
    codec: Codec = "vp8",
    size: tuple[int, int] = (320, 240),
    closed: bool = True,
    lines: int = 24,
    orders: Sequence[ev.AccessSet] = (),
    court_key: X25519PublicKey | None = None,
    key_every: int = KEY_EVERY,
) -> Rebuilt:
    """Give the one hearing of a server's demonstration this past. The server is stopped and started.

    `orders` say who may play what; with a `court_key` the segments are encrypted for it. Of
    `key_every` pictures one is a key frame, as a rule also the first of each segment.
    """
    await server.stop()
    store = SqlStore(Database(f"sqlite+aiosqlite:///{server.data / 'hearings.sqlite3'}"))
    await store.database.start()
    try:
        (hearing,) = await store.hearings()
        entries = await store.read(hearing)
        planned = next(e.event for e in entries if isinstance(e.event, ev.HearingPlanned))
        seats = {str(party.role): party.id for party in planned.parties}
        key = new_hearing_key(court_key, hearing) if court_key else None
        masters = _Masters(
            folder=server.data / "recordings", codec=codec, size=size, key=key, key_every=key_every
        )
        parties = [seats[role] for role in ROLES]
        made = await asyncio.to_thread(masters.make, hearing, parties, began_at)
        segments = await asyncio.to_thread(_repeat, masters.folder, made, seconds)
        gap = (began_at + 20_000, began_at + 30_000)
        events = [
            *_course(planned, seats, began_at, seconds, closed),
            *_lines(seats, began_at, seconds, lines),
            *_recorded(segments, seats["defendant"], gap),
            *((began_at + 1, seats["presiding_judge"], order) for order in orders),
        ]
        await _enter(store, hearing, entries[-1].seq, events)
        await asyncio.to_thread(_leave, masters.folder, made + segments, events)
    finally:
        await store.database.close()
    await server.start()
    return Rebuilt(began_at=began_at, seconds=seconds, seats=seats, gap=gap)


def _repeat(folder: Path, made: list[SegmentClosed], seconds: int) -> list[SegmentClosed]:
    """The same segments as often as it takes, as links."""
    found = []
    for turn in range(-(-seconds * 1000 // (SEGMENT_MS * ROUND))):
        later = turn * SEGMENT_MS * ROUND
        for one in made:
            started_at = one.started_at + later
            name = f"{Path(one.name).parent}/{started_at}-{turn}{''.join(Path(one.name).suffixes)}"
            if turn:
                os.link(folder / one.name, folder / name)
            found.append(
                dataclasses.replace(
                    one,
                    name=name if turn else one.name,
                    started_at=started_at,
                    ended_at=one.ended_at + later,
                )
            )
    last = made[0].started_at + seconds * 1000
    return sorted((s for s in found if s.started_at < last), key=lambda s: s.started_at)


_Dated = tuple[int, str, ev.Event]


def _leave(folder: Path, written: list[SegmentClosed], events: list[_Dated]) -> None:
    """No file but those that the log has."""
    kept = {event.name for _, _, event in events if isinstance(event, ev.SegmentRecorded)}
    for segment in written:
        if segment.name not in kept:
            (folder / segment.name).unlink(missing_ok=True)


def _course(
    planned: ev.HearingPlanned, seats: dict[str, str], at: int, seconds: int, closed: bool
) -> list[_Dated]:
    judge = seats["presiding_judge"]
    found: list[_Dated] = [(at - 60_000, judge, ev.WaitingRoomOpened())]
    for party in planned.parties:
        arrived = ev.PartyArrived(party=party.id, connection=f"c-{party.id}")
        found += [
            (at - 50_000, party.id, arrived),
            (at - 40_000, judge, ev.PartyAdmitted(party=party.id)),
        ]
    found.append((at, judge, ev.HearingOpened()))
    for number, stage in enumerate(planned.stages):
        when = at + number * seconds * 1000 // max(1, len(planned.stages))
        found.append((when, judge, ev.StageEntered(stage=stage)))
    if closed:
        found.append((at + seconds * 1000, judge, ev.HearingClosed()))
    for party in planned.parties:
        left = ev.PartyLeft(
            party=party.id, connection=f"c-{party.id}", cause=ev.Departure.CLOSED_TAB
        )
        found.append((at + seconds * 1000, party.id, left))
    return found


def _lines(seats: dict[str, str], at: int, seconds: int, count: int) -> list[_Dated]:
    step = seconds * 1000 // count
    found: list[_Dated] = []
    for number in range(count):
        start = at + number * step + 500
        line = ev.LineEntered(
            line=number + 1,
            speaker=seats[SPEAKERS[number % len(SPEAKERS)]],
            text=WORDS[number % len(WORDS)],
            started_at=start,
            ended_at=start + min(4_000, step * 2 // 3),
        )
        found.append((start + 4_000, seats["clerk"], line))
    return found


def _recorded(segments: list[SegmentClosed], party: str, gap: tuple[int, int]) -> list[_Dated]:
    """All but one: the camera of `party` between the two times, which is a gap of the network."""
    found: list[_Dated] = []
    for segment in segments:
        track = segment.track
        if (track.party, track.source, segment.started_at) == (party, "camera", gap[0]):
            missing = ev.GapFound(
                party=party, source="camera", started_at=gap[0], ended_at=gap[1], cause="network"
            )
            found.append((gap[1], SERVER, missing))
            continue
        event = ev.SegmentRecorded(
            party=track.party,
            source=track.source,
            name=segment.name,
            codec=segment.codec,
            sha256=segment.sha256,
            size=segment.size,
            frames=segment.frames,
            started_at=segment.started_at,
            ended_at=segment.ended_at,
            recovered=False,
        )
        found.append((segment.ended_at, SERVER, event))
    return found


async def _enter(store: SqlStore, hearing: str, seq: int, events: list[_Dated]) -> None:
    """In the order of time, in one transaction; a line is numbered as it comes."""
    order = sorted(events, key=lambda one: one[0])
    entries = [
        Entry(hearing=hearing, seq=seq + number, at=at, by=by, event=event)
        for number, (at, by, event) in enumerate(order, start=1)
    ]
    await store.append(hearing, seq, entries)
