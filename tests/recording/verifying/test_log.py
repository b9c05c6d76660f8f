"""An attacked log: whatever is changed, moved, dropped or hidden is a finding."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import RootCause, Source
from hearing_server.domain.log import leaf_hash
from tests.recording.records import HearingRecord
from transcript.signing.authority import Authority

from .attack import edit, found, lines_of, segments_of, verified, write_lines

SEAT = ("judge", Source.CAMERA)


def test_one_byte_of_the_log_is_noticed(home: Path, authority: Authority) -> None:
    """By the signed root."""
    edit(home, 0, "虚构盗窃案".encode(), "虚构诈骗案".encode())
    assert "log_changed" in found(verified(home, authority))


@pytest.mark.parametrize("line", range(0, 160, 31))
def test_every_bit_counts(home: Path, authority: Authority, line: int) -> None:
    """In the middle of any line."""
    lines = lines_of(home)
    broken = bytearray(lines[line])
    broken[len(broken) // 2] ^= 2
    lines[line] = bytes(broken)
    write_lines(home, lines)
    assert "log_changed" in found(verified(home, authority))


def test_entries_dropped_from_the_end_are_noticed_by_the_newest_root(
    home: Path, authority: Authority
) -> None:
    """As the file beside the log says how far it went."""
    write_lines(home, lines_of(home)[:-3])
    assert "log_cut" in found(verified(home, authority))


def test_the_entry_of_the_newest_root_alone_is_missed_too(home: Path, authority: Authority) -> None:
    """The root is there as a file, and not in the log that it should be in."""
    write_lines(home, lines_of(home)[:-1])
    assert found(verified(home, authority)) == ["root_not_in_log"]


def test_what_is_cut_off_with_all_later_roots_shows_by_what_is_left(
    authority: Authority, tmp_path: Path
) -> None:
    """That cannot be noticed from the folder alone; but the newest root that is left says until when it is
    proven, and an unclosed hearing is said to be one.
    """
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(2)
    first = record.sign()
    record.run(2)
    record.do("judge", cmd.CloseHearing(override="演示"))
    record.sign(RootCause.CLOSED)
    record.save()
    write_lines(record.home, lines_of(record.home)[: first.size + 1])
    for path in (record.home / "roots.d").iterdir():
        if not path.name.startswith(f"{first.size:06}"):
            path.unlink()
    for path in segments_of(record.home):
        if path.relative_to(record.directory).as_posix().encode() not in (
            (record.home / "log.jsonl").read_bytes()
        ):
            path.unlink()
    report = verified(record.home, authority)
    assert found(report) == []
    assert found(report, "warning") == ["not_closed"]
    (proven,) = [one for one in report.findings if one.code == "proven"]
    assert proven.data == {"entries": first.size, "of": first.size + 1}


LOG_ATTACKS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "reordered": (
        lambda lines: [*lines[:50], lines[51], lines[50], *lines[52:]],
        "log_out_of_order",
    ),
    "dropped in the middle": (lambda lines: [*lines[:50], *lines[51:]], "log_out_of_order"),
    "repeated": (lambda lines: [*lines[:50], lines[49], *lines[50:]], "log_out_of_order"),
    "torn": (lambda lines: [*lines[:-1], lines[-1][:-9]], "log_torn"),
    "junk": (lambda lines: [*lines[:60], b"\xff\xfe{\n", *lines[61:]], "log_not_json"),
    "nested": (lambda lines: [*lines[:60], b"[" * 100_000 + b"\n", *lines[61:]], "log_not_json"),
    "no entry": (lambda lines: [*lines[:60], b'{"seq":61}\n', *lines[61:]], "log_not_json"),
    "empty": (lambda lines: [], "log_empty"),
}


@pytest.mark.parametrize("attack", LOG_ATTACKS)
def test_an_attacked_log_is_a_finding(home: Path, authority: Authority, attack: str) -> None:
    """With its number, and never a crash."""
    change, code = LOG_ATTACKS[attack]
    write_lines(home, change(lines_of(home)))
    assert code in found(verified(home, authority))


def test_a_line_of_a_gigabyte_is_not_read(home: Path, authority: Authority) -> None:
    """Sparse, without an end; what stands before it is still told."""
    os.truncate(home / "log.jsonl", 1 << 30)
    report = verified(home, authority)
    assert "log_line_too_long" in found(report)
    assert "segments" in found(report, "ok")


def test_an_entry_hidden_behind_its_hash_is_noticed(home: Path, authority: Authority) -> None:
    """The tree still holds; but only the court may mask."""
    lines = lines_of(home)
    number = next(n for n, line in enumerate(lines) if b"hearing_paused" in line)
    leaf = leaf_hash(lines[number][:-1]).hex()
    lines[number] = json.dumps({"seq": number + 1, "leaf": leaf}).encode() + b"\n"
    write_lines(home, lines)
    report = verified(home, authority)
    assert "entry_hidden" in found(report)
    assert "log_changed" not in found(report)


def test_a_hole_hidden_by_editing_the_gap_is_noticed(authority: Authority, tmp_path: Path) -> None:
    """The gap's times, or its cause, are the log's; a changed one is a changed log."""
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(2)
    start = record.now
    record.run(3, without=[SEAT])
    record.gap(*SEAT, start, record.now, "disk")
    record.run(2)
    record.do("judge", cmd.CloseHearing(override="演示"))
    record.sign(RootCause.CLOSED)
    record.save()
    report = verified(record.home, authority)
    assert found(report) == []
    (gap,) = [one for one in report.findings if one.code == "gap"]
    assert (gap.data["cause"], gap.data["ended_at"] - gap.data["started_at"]) == ("disk", 30_000)
    number = next(n for n, line in enumerate(lines_of(record.home)) if b"gap_found" in line)
    edit(record.home, number, b'"disk"', b'"network"')
    assert "log_changed" in found(verified(record.home, authority))
