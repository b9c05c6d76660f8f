"""Forged, foreign and missing roots, and what no root covers."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.events import RootCause
from hearing_server.domain.log import SERVER, Entry, canonical
from recording.record_folder import root_files
from tests.recording.records import HearingRecord, signed_root
from transcript.signing.authority import Authority

from .attack import edit, forged, found, leaves_of, lines_of, segments_of, verified, write_lines


def test_a_root_forged_with_another_key_is_not_the_court_s(
    home: Path, authority: Authority, stranger: Authority
) -> None:
    """Though it bears the court's name and signs the right tree."""
    forged(home, signed_root(leaves_of(home), "h1", RootCause.LATER, 1_790_000_000_000, stranger))
    report = verified(home, authority)
    assert set(found(report)) == {"root_untrusted"}
    assert "not_proven_after" in found(report, "warning")


def test_a_changed_log_with_roots_signed_anew_by_a_stranger(
    home: Path, authority: Authority, stranger: Authority
) -> None:
    """A consistent forgery from end to end: the pinned root tells; without one, the fingerprint must."""
    lines = lines_of(home)[:-1]
    lines[0] = lines[0].replace("虚构盗窃案".encode(), "虚构诈骗案".encode())
    write_lines(home, lines)
    shutil.rmtree(home / "roots.d")
    (home / "roots.d").mkdir()
    forged(home, signed_root(leaves_of(home), "h1", RootCause.CLOSED, 1_790_000_000_000, stranger))
    pem = stranger.root.certificate.public_bytes(serialization.Encoding.PEM)
    (home / "court.pem").write_bytes(pem)
    assert "root_untrusted" in found(verified(home, authority))
    alone = verified(home)
    assert "root_certificate_found" in found(alone, "warning")


@pytest.mark.parametrize("where", ["log", "files"])
def test_another_hearing_s_root_is_known(home: Path, authority: Authority, where: str) -> None:
    """The court's own, and of the same tree: it names the hearing it is of."""
    other = signed_root(leaves_of(home), "h2", RootCause.LATER, 1_790_000_000_000, authority)
    if where == "log":
        forged(home, other)
        assert "root_unsigned" in found(verified(home, authority))
        return
    fact = {"type": "root_signed", **{k: getattr(other, k) for k in other.__dataclass_fields__}}
    for name, data in root_files("h2", fact):
        (home / "roots.d" / name).write_bytes(data)
    assert found(verified(home, authority)) == ["root_of_another_hearing"]


def test_a_bit_of_a_signed_root_is_noticed(home: Path, authority: Authority) -> None:
    """In the file of its signature, of its statement, of its certificate and of its timestamp."""
    for path in sorted((home / "roots.d").iterdir()):
        kept = path.read_bytes()
        broken = bytearray(kept)
        broken[len(broken) // 2] ^= 1
        path.write_bytes(broken)
        assert found(verified(home, authority)), path.name
        path.write_bytes(kept)
    assert found(verified(home, authority)) == []


def test_a_log_without_any_root_proves_nothing(home: Path, authority: Authority) -> None:
    """Neither in it nor beside it."""
    write_lines(home, lines_of(home)[:-1])
    shutil.rmtree(home / "roots.d")
    assert found(verified(home, authority)) == ["root_missing"]


def test_a_root_cannot_be_over_itself(home: Path, authority: Authority) -> None:
    """Nor over what comes after it."""
    leaves = leaves_of(home)
    forged(home, signed_root([*leaves, leaves[0]], "h1", RootCause.LATER, 1, authority))
    assert "root_ahead" in found(verified(home, authority))


@pytest.mark.parametrize("size", [-5, 0, 2**60, 2**70])
def test_absurd_sizes_are_findings(home: Path, authority: Authority, size: int) -> None:
    """A number that no statement holds is signed by nobody."""
    number = len(lines_of(home)) - 1
    edit(home, number, b'"size":161', f'"size":{size}'.encode())
    assert found(verified(home, authority))


def test_a_deletion_that_is_not_signed_excuses_nothing(home: Path, authority: Authority) -> None:
    """Anybody could have written it; one under a signed root is by order."""
    lines = lines_of(home)
    event = ev.RecordingDeleted(segments=120, size=1)
    entry = Entry(hearing="h1", seq=len(lines) + 1, at=2_000_000_000_000, by=SERVER, event=event)
    write_lines(home, [*lines, canonical(entry) + b"\n"])
    for path in segments_of(home):
        path.unlink()
    assert found(verified(home, authority)) == ["segment_missing"] * 120
    forged(home, signed_root(leaves_of(home), "h1", RootCause.LATER, 1_790_000_000_000, authority))
    report = verified(home, authority)
    assert found(report) == []
    (deleted,) = [one for one in report.findings if one.code == "segments_deleted"]
    assert deleted.data == {"segments": 120}


def test_without_a_timestamp_it_is_said(authority: Authority, tmp_path: Path) -> None:
    """The signature holds; when it was made is only claimed."""
    record = HearingRecord(tmp_path / "recordings", authority)
    record.do("judge", cmd.OpenHearing())
    record.run(1)
    record.sign(stamp=False)
    record.save()
    report = verified(record.home, authority)
    assert found(report) == []
    assert "timestamp_missing" in found(report, "warning")
