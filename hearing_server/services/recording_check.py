"""The live check of the record: what is heard at the server against what lies in the files. Pure.

Only what the recorder should have (`reach`) is looked at: who is muted, silent by choice, paused, in a
private talk or deliberating is no finding, nor is somebody who does not speak. A finding has a code that
pages have words for; its thresholds leave five seconds from cause to alarm, of which each look takes one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hearing_server.services.media import DirectoryHealth, RecordingHealth, TrackHealth

NOTHING = 3_000  # ms without a packet over a line that is up: a dead one is found in 2,800
STILL = {"audio": 2_000, "video": 2_500}  # ms that a file may stand still while packets come
FOLLOWS = 1_500  # ms that a file that is well may lag behind
UNHEARD = 2_000  # ms of sound at the server of which the file has none
UNSAVED = 6_000  # ms since the last fsync, which is due after four seconds
CLOCK = 2_000  # ms between the server's clock and the hearing's
HOUR = 3_600
MANY, FEW = 5, 20  # one packet of so many malformed: an alarm above, over below
ALWAYS_SENDS = frozenset({"camera", "microphone", "room"})  # a still screen sends rarely
LOW, AMPLE = 3_600, 4_500  # seconds of room for recordings: an alarm below, over above
LEAST = 256 << 20  # bytes, whatever the rate

NOT_RECORDED = "not_recorded"  # the recorder does not have the track
NOT_WRITTEN = "not_written"  # packets come, and the file stands still
SILENT_FILE = "silent_file"  # sound is heard at the server and is not in the file
NOT_SAVED = "not_saved"  # nothing was made to survive a power cut for long
DISK_LOW = "disk_low"
CLOCK_OFF = "clock_off"
MALFORMED = "malformed"  # packets come, and many of them cannot be read
NOTHING_ARRIVES = "nothing_arrives"  # it is on, its line is up, and nothing comes
CODES = (
    NOT_RECORDED, NOTHING_ARRIVES, MALFORMED, NOT_WRITTEN, SILENT_FILE, NOT_SAVED, DISK_LOW, CLOCK_OFF,
)  # fmt: skip

Verdict = Literal["good", "unsure", "bad"]


class Source(NamedTuple):
    """Whose source: the words of the log."""

    party: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What comes at the server of a source that the recorder should have.

    `flowing`: for how many ms packets have come without a break; 0 when none come. `loud`: the same of
    audible sound, None where the browser does not say how loud it is. `absent`: for how many ms nothing
    has come over a line that is up.
    """

    kind: Literal["audio", "video"]
    flowing: int
    loud: int | None = None
    absent: int = 0


@dataclass(frozen=True, kw_only=True)
class SourceCheck:
    """One source now. ms; None where there is nothing to measure.

    `heard`: sound comes at the server; `in_file`: and it is in the file; `behind`: by how much the file
    lags behind the clock; `saved`: how long ago it was made to survive a power cut; `code` of a finding.
    """

    flowing: bool
    heard: bool | None
    in_file: bool
    behind: int | None
    saved: int | None
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class DirectoryCheck:
    """`minutes` of room at the present rate, None where nothing is written."""

    free: int
    minutes: int | None
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordingCheck:
    """`verdicts` by code; `who` are the sources of each code that is bad; `details` for the technician."""

    recorder: bool  # it answers
    clock_off: int | None  # ms that the server's clock is ahead of the hearing's
    sources: Mapping[Source, SourceCheck]
    directories: tuple[DirectoryCheck, ...]
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    who: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


Arrivals = Mapping[Source, Arrival]


def check(
    hearing: str, arrivals: Arrivals, health: RecordingHealth | None, answers: bool
) -> RecordingCheck:
    """How the recording of a hearing is. `answers`: the recorder has just said so; without that nothing
    is found of sources, since a recorder that does not answer is an alarm of its own.
    """
    tracks = _tracks(hearing, health)
    off = _clock_off(health, tracks)
    disks = health.directories if health else ()
    directories = tuple(_directory(each) for each in disks)
    writable = any(not each.trouble for each in disks)
    sources: dict[Source, SourceCheck] = {}
    verdicts: dict[str, Verdict] = dict.fromkeys(CODES, "good" if answers else "unsure")
    who: dict[str, list[Source]] = {}
    for source, arrival in arrivals.items():
        checked, found = _source(source, arrival, tracks.get(source), writable)
        sources[source] = checked
        for code, verdict in found if answers else ():
            verdicts[code] = _worse(verdicts[code], verdict)
            if verdict == "bad":
                who.setdefault(code, []).append(source)
    verdicts[DISK_LOW] = _disks(disks)
    verdicts[CLOCK_OFF] = "unsure" if off is None else "bad" if abs(off) > CLOCK else "good"
    return RecordingCheck(
        recorder=answers,
        clock_off=off,
        sources=sources,
        directories=directories,
        verdicts=verdicts,
        who={code: tuple(found) for code, found in who.items()},
        details=_details(who, directories, off),
    )


def _tracks(hearing: str, health: RecordingHealth | None) -> dict[Source, TrackHealth]:
    tracks = health.tracks if health else ()
    return {
        Source(each.track.party, each.track.source): each
        for each in tracks
        if each.track.hearing == hearing
    }


def _clock_off(health: RecordingHealth | None, tracks: Mapping[Source, TrackHealth]) -> int | None:
    first = next(iter(tracks.values()), None)
    return health.at - first.at if health and first else None


def _source(
    source: Source, arrival: Arrival, track: TrackHealth | None, writable: bool
) -> tuple[SourceCheck, list[tuple[str, Verdict]]]:
    flowing = arrival.flowing > 0
    heard = None if arrival.loud is None else arrival.loud > 0
    if track is None:
        verdict: Verdict = "bad" if arrival.flowing > UNHEARD else "unsure" if flowing else "good"
        absent = _absent(source, arrival, None)
        code = NOT_RECORDED if verdict == "bad" else NOTHING_ARRIVES if absent == "bad" else ""
        none = SourceCheck(
            flowing=flowing, heard=heard, in_file=False, behind=None, saved=None, code=code
        )
        return none, [(NOT_RECORDED, verdict), (NOTHING_ARRIVES, absent)]
    found: list[tuple[str, Verdict]] = [(NOTHING_ARRIVES, _absent(source, arrival, track))]
    found += _findings(arrival, track) if flowing and writable else []
    behind = _age(track.at, track.written_until)
    code = next((code for code, verdict in found if verdict == "bad"), "")
    return (
        SourceCheck(
            flowing=flowing,
            heard=heard,
            in_file=_follows(track, heard),
            behind=behind if flowing else None,
            saved=_age(track.at, track.synced_at),
            code=code,
        ),
        found,
    )


def _findings(arrival: Arrival, track: TrackHealth) -> Iterator[tuple[str, Verdict]]:
    """Each age is of what could have been done since the packets flow and the recorder has the track. What
    cannot be read, or is not there, is not the file's fault.
    """
    malformed = _malformed(track)
    yield MALFORMED, malformed
    most = 0 if malformed == "bad" or _carries_nothing(track) else arrival.flowing
    most = min(most, track.at - track.opened_at)
    still = _age(track.at, track.written_until)
    yield NOT_WRITTEN, _verdict(still, most, STILL[arrival.kind], FOLLOWS)
    unsaved = _age(track.at, track.synced_at)
    yield NOT_SAVED, _verdict(unsaved, most, UNSAVED, UNSAVED)
    if arrival.loud:
        unheard = _age(track.at, track.heard_until)
        yield SILENT_FILE, _verdict(unheard, min(most, arrival.loud), UNHEARD, FOLLOWS)


def _absent(source: Source, arrival: Arrival, track: TrackHealth | None) -> Verdict:
    """Of what sends as long as it is on. Padding alone is nothing."""
    if source.source not in ALWAYS_SENDS:
        return "good"
    absent = arrival.absent
    if track is not None and _carries_nothing(track):
        absent = track.at - max(track.opened_at, track.carried_at or 0)
    return "bad" if absent > NOTHING else "unsure" if absent > FOLLOWS else "good"


def _carries_nothing(track: TrackHealth) -> bool:
    """The recorder has packets, for some time nothing was in them, and what was before is written."""
    received, carried = _age(track.at, track.received_at), _age(track.at, track.carried_at)
    still = _age(track.at, track.written_until)
    if received is None or received > FOLLOWS:
        return False
    return carried is None or (
        still is not None and carried > FOLLOWS and carried >= still - FOLLOWS
    )


def _malformed(track: TrackHealth) -> Verdict:
    """By the share of the last second."""
    if track.malformed * MANY >= max(1, track.carrying):
        return "bad"
    return "unsure" if track.malformed * FEW >= max(1, track.carrying) else "good"


def _verdict(age: int | None, most: int, bad: int, good: int) -> Verdict:
    """Bad above one limit, over below the other; what has not lasted yet is neither."""
    if age is not None and age <= good:
        return "good"
    since = most if age is None else min(age, most)
    return "bad" if since > bad else "unsure"


def _follows(track: TrackHealth, heard: bool | None) -> bool:
    """Whether what comes now lies in the file: the sound, where it is known whether there is any."""
    ages = [_age(track.at, track.written_until)]
    if heard:
        ages.append(_age(track.at, track.heard_until))
    return all(age is not None and age <= FOLLOWS for age in ages)


def _age(at: int, until: int | None) -> int | None:
    return None if until is None else max(0, at - until)


def _worse(one: Verdict, other: Verdict) -> Verdict:
    order: tuple[Verdict, ...] = ("good", "unsure", "bad")
    return max(one, other, key=order.index)


def _directory(health: DirectoryHealth) -> DirectoryCheck:
    rate = health.bytes_per_hour
    return DirectoryCheck(
        free=health.free,
        minutes=health.free * 60 // rate if rate else None,
        code=health.trouble or (DISK_LOW if _seconds(health) < LOW else ""),
    )


def _seconds(health: DirectoryHealth) -> float:
    """Of room for recordings."""
    if health.free < LEAST:
        return 0.0
    return health.free * HOUR / health.bytes_per_hour if health.bytes_per_hour else float("inf")


def _disks(disks: tuple[DirectoryHealth, ...]) -> Verdict:
    """The scarcest of those that work; one in trouble is an alarm of its own."""
    rooms = [_seconds(each) for each in disks if not each.trouble]
    if not rooms:
        return "unsure"
    return "bad" if min(rooms) < LOW else "good" if min(rooms) > AMPLE else "unsure"


def _details(
    who: Mapping[str, list[Source]], directories: tuple[DirectoryCheck, ...], off: int | None
) -> dict[str, str]:
    details = {code: ", ".join(map(" ".join, found)) for code, found in who.items()}
    details[DISK_LOW] = ", ".join(
        f"{number}: {each.free >> 20} MB, {each.minutes} min"
        for number, each in enumerate(directories, 1)
        if each.code == DISK_LOW
    )
    details[CLOCK_OFF] = f"{(off or 0) / 1000:+.0f} s"
    return details
