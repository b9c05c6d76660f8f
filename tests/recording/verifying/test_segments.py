"""A whole record, and one whose files were attacked: each forgery is a finding with its name."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from transcript.signing.authority import Authority

from .attack import found, segments_of, verified


def test_a_whole_record_holds(home: Path, authority: Authority) -> None:
    """On another machine, under another name: nothing is wrong, each source is told, the pause has its cause."""
    report = verified(home, authority)
    assert found(report) == found(report, "warning") == []
    told = [one.code for one in report.findings]
    assert told[:4] == ["log", "root", "proven", "segments"]
    assert told.count("track") == 10
    gaps = [one for one in report.findings if one.code == "gap"]
    assert {(one.data["cause"], one.data["ended_at"] - one.data["started_at"]) for one in gaps} == {
        ("paused", 61_000)
    }
    assert len(gaps) == 10


def test_without_a_pinned_root_the_folder_s_own_is_named(home: Path, authority: Authority) -> None:
    """With its fingerprint, to be compared; it is no error by itself."""
    report = verified(home)
    assert found(report) == []
    (own,) = [one for one in report.findings if one.code == "root_certificate_found"]
    der = authority.root.certificate.public_bytes(serialization.Encoding.DER)
    assert hashlib.sha256(der).hexdigest().upper() in own.text.replace(":", "")


def test_another_court_s_root_proves_nothing(home: Path, stranger: Authority) -> None:
    """Pinned, it is the only one that counts."""
    report = verified(home, stranger)
    assert found(report) == ["root_untrusted"]
    assert found(report, "warning") == ["root_certificate_other"]


# --- segments


def _change(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[700] ^= 1
    path.write_bytes(data)


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


SEGMENT_ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "one byte changed": (_change, "segment_changed"),
    "bytes added": (_grow, "segment_changed"),
    "truncated": (lambda path: os.truncate(path, 500), "segment_truncated"),
    "emptied": (lambda path: os.truncate(path, 0), "segment_truncated"),
    "removed": (Path.unlink, "segment_missing"),
}


@pytest.mark.parametrize("attack", SEGMENT_ATTACKS)
def test_an_attacked_segment_is_named(home: Path, authority: Authority, attack: str) -> None:
    """That one and no other."""
    change, code = SEGMENT_ATTACKS[attack]
    victim = segments_of(home)[7]
    change(victim)
    report = verified(home, authority)
    assert found(report) == [code]
    (finding,) = [one for one in report.findings if one.code == code]
    assert finding.data["name"] == victim.relative_to(home).as_posix()


def test_two_exchanged_segments_are_both_named(home: Path, authority: Authority) -> None:
    """Each says whose content it has."""
    one, other = segments_of(home)[2], segments_of(home)[9]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    report = verified(home, authority)
    assert found(report) == ["segment_exchanged"] * 2
    texts = [f.text for f in report.findings if f.code == "segment_exchanged"]
    assert other.relative_to(home).as_posix() in texts[0]


def test_what_does_not_belong_is_named(home: Path, authority: Authority) -> None:
    """A segment too many is an error; leftovers and strangers are said."""
    source = segments_of(home)[0].parent
    (source / "1790000999000-1.mkv").write_bytes(b"x")
    (source / "1790000999000-2.mkv.part").write_bytes(b"x")
    (source / "notes.txt").write_bytes(b"x")
    report = verified(home, authority)
    assert found(report) == ["segment_extra"]
    assert sorted(found(report, "warning")) == ["leftover", "stranger"]


def test_links_are_not_followed(home: Path, authority: Authority, tmp_path: Path) -> None:
    """Not for a segment, though what it points at is right, nor for a folder."""
    victim = segments_of(home)[0]
    shutil.move(victim, tmp_path / "kept")
    victim.symlink_to(tmp_path / "kept")
    party = segments_of(home)[-1].parent.parent
    shutil.move(party, tmp_path / "party")
    party.symlink_to(tmp_path / "party")
    report = verified(home, authority)
    assert found(report).count("link") == 2
    assert found(report).count("segment_missing") == 1 + 24


def test_a_link_in_the_place_of_the_log_is_no_log(home: Path, authority: Authority) -> None:
    """Whatever it points at."""
    os.rename(home / "log.jsonl", home.parent / "log")
    (home / "log.jsonl").symlink_to(home.parent / "log")
    assert found(verified(home, authority))[0] == "log_missing"


def test_a_fifo_and_strange_names_hold_nothing_up(home: Path, authority: Authority) -> None:
    """A pipe would never end; a name may hold anything but a slash."""
    os.mkfifo(home / "judge" / "camera" / "1-1.mkv")
    (home / "judge" / "\x1b[2J..\n").write_text("x")
    deep = home / "a" / "b" / "c" / "d" / "e"
    deep.mkdir(parents=True)
    report = verified(home, authority)
    assert found(report) == ["name_refused"] * 3
    assert all(line.isprintable() for line in (one.line() for one in report.findings))
