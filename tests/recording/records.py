"""A hearing's folder as a server leaves it: real log, real signed roots, segments of plain bytes."""

import base64
import hashlib
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain import log as tree
from hearing_server.domain import proof
from hearing_server.domain.events import RootCause, Source
from hearing_server.domain.log import SERVER, canonical, leaf_hash
from recording.record_folder import RecordFolders
from tests.hearing_server.domain.world import FIVE, World, courtroom
from transcript.signing.authority import Authority
from transcript.signing.roots import sign_root, stamp_root

SOURCES = (Source.CAMERA, Source.MICROPHONE)
LASTS = 10_000  # ms of a segment


class HearingRecord:
    """Drives a hearing in its own time, writing what a recorder and a server would write.

    Its own clock is the recording's; the server's may be stepped.
    """

    def __init__(self, directory: Path, authority: Authority, size: int = 2000) -> None:
        self.directory = directory
        self.authority = authority
        self.size = size
        self.stepped = 0  # ms that the server's clock was moved by
        self._chance = Random(7)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / ".lock").touch()
        self.world: World = courtroom()
        self.tracks = [(party.id, source) for party in FIVE for source in SOURCES]

    @property
    def home(self) -> Path:
        return self.directory / "h1"

    @property
    def log(self) -> Path:
        return self.home / "log.jsonl"

    @property
    def now(self) -> int:
        """By the recording's clock; the world's is the server's."""
        return self.world.now - self.stepped

    def do(self, by: str, command: cmd.Command) -> None:
        self.world.do(by, command)

    def step_clock(self, ms: int) -> None:
        self.stepped += ms
        self.world.now += ms

    def run(self, segments: int, without: Iterable[tuple[str, Source]] = ()) -> None:
        """So many segments of every track, but of those `without`."""
        for _ in range(segments):
            start = self.now
            self.world.now += LASTS
            for party, source in self.tracks:
                if (party, source) not in without:
                    self.segment(party, source, start, start + LASTS)

    def segment(self, party: str, source: Source, start: int, end: int) -> None:
        name = f"h1/{party}/{source}/{start}-1.mkv"
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = self._chance.randbytes(self.size)
        path.write_bytes(data)
        self._enter(
            ev.SegmentRecorded(
                party=party,
                source=source,
                name=name,
                codec="vp8",
                sha256=hashlib.sha256(data).hexdigest(),
                size=len(data),
                frames=250,
                started_at=start,
                ended_at=end,
                recovered=False,
                clean=True,
            )
        )

    def gap(self, party: str, source: Source, start: int, end: int, cause: str) -> None:
        self._enter(
            ev.GapFound(party=party, source=source, started_at=start, ended_at=end, cause=cause)
        )

    def _enter(self, event: ev.SegmentRecorded | ev.GapFound) -> None:
        before = self.world.now
        self.world.now -= 1000  # World moves on a second with each command
        self.world.do(SERVER, cmd.EnterRecording(event=event))
        self.world.now = before

    def sign(
        self, cause: RootCause = RootCause.HOURLY, by: Authority | None = None, stamp: bool = True
    ) -> ev.RootSigned:
        """As the server does, over all entries so far; certificates and timestamps are of today."""
        by = by or self.authority
        signed = signed_root(self.leaves(), "h1", cause, int(time.time() * 1000), by, stamp=stamp)
        self.world.do(SERVER, cmd.EnterRoot(root=signed))
        return signed

    def leaves(self) -> list[bytes]:
        return [leaf_hash(canonical(entry)) for entry in self.world.entries]

    def save(self) -> None:
        """The log and the signed roots beside the segments, as the server writes them."""
        folders = RecordFolders([self.directory], self.authority.root.certificate)
        folders.check("h1", self.leaves())
        have = folders.known("h1") or 0
        folders.append("h1", have, [canonical(entry) for entry in self.world.entries[have:]])


def signed_root(
    leaves: list[bytes],
    hearing: str,
    cause: RootCause,
    at: int,
    by: Authority,
    *,
    stamp: bool = True,
) -> ev.RootSigned:
    root = tree.root(leaves).hex()
    signature, certificate = sign_root(proof.statement(hearing, len(leaves), root, cause, at), by)
    token = stamp_root(signature, by) if stamp else b""
    return ev.RootSigned(
        size=len(leaves),
        root=root,
        cause=cause,
        signed_at=at,
        signature=base64.b64encode(signature).decode(),
        certificate=base64.b64encode(certificate).decode(),
        timestamp=base64.b64encode(token).decode(),
    )


def whole(directory: Path, authority: Authority, segments: int = 6) -> HearingRecord:
    """Opened, recorded, a pause, closed, signed, saved."""
    record = HearingRecord(directory, authority)
    record.do("judge", cmd.OpenHearing())
    record.run(segments)
    record.do("judge", cmd.PauseHearing(reason="休息"))
    record.world.now += 60_000
    record.do("judge", cmd.ResumeHearing())
    record.run(segments)
    record.do("judge", cmd.CloseHearing(override="演示"))
    record.sign(RootCause.CLOSED)
    record.save()
    return record


def copied(record: HearingRecord, to: Path) -> Path:
    """On another machine, as it were."""
    shutil.copytree(record.home, to)
    return to
