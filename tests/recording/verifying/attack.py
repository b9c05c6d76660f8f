"""What an attacker does to a record, and what verify then says."""

import json
from datetime import UTC
from pathlib import Path

from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER, Entry, canonical, leaf_hash
from hearing_server.judges import JUDGES
from recording.record_folder import root_files
from recording.verifying.record import verify_record
from recording.verifying.report import Report
from recording.verifying.source import FolderSource
from transcript.signing.authority import Authority


def verified(home: Path, *roots: Authority) -> Report:
    given = [one.root.certificate for one in roots]
    return verify_record(FolderSource(home), given, JUDGES, UTC)


def found(report: Report, level: str = "error") -> list[str]:
    return [one.code for one in report.findings if one.level == level]


def lines_of(home: Path) -> list[bytes]:
    return (home / "log.jsonl").read_bytes().splitlines(keepends=True)


def write_lines(home: Path, lines: list[bytes]) -> None:
    (home / "log.jsonl").write_bytes(b"".join(lines))


def segments_of(home: Path) -> list[Path]:
    return sorted(home.glob("*/*/*.mkv"))


def edit(home: Path, number: int, old: bytes, new: bytes) -> None:
    lines = lines_of(home)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new)
    write_lines(home, lines)


def forged(home: Path, signed: ev.RootSigned, hearing: str = "h1") -> None:
    """In the log and beside it."""
    lines = lines_of(home)
    entry = Entry(hearing="h1", seq=len(lines) + 1, at=2_000_000_000_000, by=SERVER, event=signed)
    write_lines(home, [*lines, canonical(entry) + b"\n"])
    for name, data in root_files(hearing, json.loads(canonical(entry))["event"]):
        (home / "roots.d" / name).write_bytes(data)


def leaves_of(home: Path) -> list[bytes]:
    return [leaf_hash(line[:-1]) for line in lines_of(home)]
