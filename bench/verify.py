"""How long it takes to verify the bundle of a long hearing, and how much memory.

A hearing of three hours, five parties with camera (1.2 Mbit/s) and microphone (32 kbit/s), in segments of
ten seconds, with its log, an hourly root, and a transcript that 35 people signed. The bundle has just been
written, so what is measured is reading from memory, hashing and judging, not the disk.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import RootCause, Source
from hearing_server.domain.parties import Party, Role
from tests.hearing_server.domain.world import FIVE, World
from tests.hearing_server.services.test_record_copy import Copies
from tests.recording.records import LASTS, HearingRecord
from tests.recording.signing import signed_by_all
from transcript.signing.authority import Authority

KINDS = {Source.CAMERA: 1_500_000, Source.MICROPHONE: 40_000}  # bytes of a segment
CONTENTS = 8  # of each kind
PER_HOUR = 3_600_000 // LASTS
LINES = 600  # some 60 pages
WORDS = "首先核对当事人身份，宣布合议庭组成人员，告知诉讼权利和义务，询问是否申请回避。" * 2


class LongRecord(HearingRecord):
    """As the tests make one; files are links to one of a few."""

    def __init__(self, directory: Path, authority: Authority) -> None:
        super().__init__(directory, authority)
        chance = Random(1)
        self.masters: dict[Source, list[tuple[Path, str]]] = {}
        for source, size in KINDS.items():
            for number in range(CONTENTS):
                path = directory / f"master-{source}-{number}"
                data = chance.randbytes(size)
                path.write_bytes(data)
                digest = hashlib.sha256(data).hexdigest()
                self.masters.setdefault(source, []).append((path, digest))

    def segment(self, party: str, source: Source, start: int, end: int) -> None:
        path, digest = self.masters[source][start // LASTS % CONTENTS]
        name = f"h1/{party}/{source}/{start}-1.mkv"
        (self.directory / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(path, self.directory / name)
        self._enter(
            ev.SegmentRecorded(
                party=party,
                source=source,
                name=name,
                codec="vp8",
                sha256=digest,
                size=KINDS[source],
                frames=250,
                started_at=start,
                ended_at=end,
                recovered=False,
            )
        )


def made(folder: Path, hours: float, signers: int) -> tuple[LongRecord, Path]:
    authority = Authority.open(folder / "keys", b"x", "示范人民法院")
    record = LongRecord(folder / "recordings", authority)
    others = [
        Party(id=f"plaintiff{n}", role=Role.PLAINTIFF, name=f"原告{n}（虚构）")
        for n in range(signers - len(FIVE))
    ]
    world = World(*FIVE, *others).arrive(*FIVE, *others)
    record.world = world.admit(*FIVE[2:], *others).send(*FIVE)  # the others only listen
    record.do("judge", cmd.OpenHearing())
    left = round(hours * PER_HOUR)
    while left > 0:
        record.run(min(left, PER_HOUR))
        left -= PER_HOUR
        record.sign()
    record.do("judge", cmd.CloseHearing(override="演示"))
    for number in range(LINES):
        record.do("clerk", cmd.EnterLine(speaker=FIVE[number % len(FIVE)].id, text=WORDS))
    signed_by_all(record.world, authority, folder / "documents")
    record.sign(RootCause.CLOSED)
    record.save()
    return record, folder / "keys" / "root.crt.pem"


def verified(home: Path, root: Path) -> tuple[int, float, float, float]:
    """Exit code, seconds, seconds of CPU, MB at most: of a process of its own."""
    began = time.monotonic()
    arguments = [sys.executable, "-m", "hearing_server", "verify", str(home), "--root", str(root)]
    devnull = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawn(
        sys.executable, arguments, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, devnull, 1)]
    )
    _, status, usage = os.wait4(pid, 0)
    os.close(devnull)
    took = time.monotonic() - began
    cpu = usage.ru_utime + usage.ru_stime
    return os.waitstatus_to_exitcode(status), took, cpu, usage.ru_maxrss / 1024


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench verify", description=__doc__)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--signers", type=int, default=35)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        record, root = made(Path(folder), options.hours, options.signers)
        bundle = Copies(record, record.authority).bundle("judge", Path(folder) / "case.asice")
        size = bundle.stat().st_size
        code, took, cpu, peak = verified(bundle, root)
        figures = {
            "hours": options.hours,
            "signers": options.signers,
            "segments": len(record.tracks) * round(options.hours * PER_HOUR),
            "entries": len(record.world.entries),
            "gigabytes": round(size / 1e9, 2),
            "exit": code,
            "verify_s": round(took, 2),
            "cpu_s": round(cpu, 2),
            "megabytes_per_s": round(size / 1e6 / took),
            "peak_mb": round(peak),
        }
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{key:<16} {value}" for key, value in figures.items()))
