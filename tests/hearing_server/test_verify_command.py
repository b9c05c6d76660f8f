"""`hearing-server verify` as it is typed: by content, with exit codes, offline, for people and for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recording.records import HearingRecord, copied, whole
from transcript.signing.authority import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> HearingRecord:
    return whole(tmp_path_factory.mktemp("original") / "recordings", authority, 2)


def verify(*arguments: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """In an empty folder, without settings and without a network."""
    return subprocess.run(
        [sys.executable, "-m", "hearing_server", "verify", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PATH": os.defpath, "PYTHONIOENCODING": "utf-8"},
        timeout=60,
    )


def test_a_record_on_another_machine(
    tmp_path: Path, original: HearingRecord, authority: Authority
) -> None:
    """Exit 0 whole, 1 with a finding; one line each, in both languages, the pause with its times."""
    home = copied(original, tmp_path / "copy")
    root = authority.folder / "root.crt.pem"
    done = verify(home, "--root", root, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "ok: segments: 录像片段与日志一致 segments as the log says: 40 / 40" in done.stdout
    assert "(0:01:01): 休庭 hearing paused" in done.stdout
    victim = next(home.glob("*/*/*.mkv"))
    victim.unlink()
    done = verify(home, "--root", root, cwd=tmp_path)
    assert done.returncode == 1
    assert (
        f"segment_missing: 录像片段缺失 segment missing: {victim.relative_to(home)}" in done.stdout
    )


def test_the_folder_of_all_recordings(tmp_path: Path, original: HearingRecord) -> None:
    """Each hearing in it, under its name."""
    done = verify(original.directory, "--json", cwd=tmp_path)
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert [one["hearing"] for one in said["records"]] == ["h1"]
    assert said["ok"] is True
    gap = next(one for one in said["records"][0]["findings"] if one["code"] == "gap")
    assert gap["cause"] == "paused"
    assert gap["ended_at"] - gap["started_at"] == 61_000


def test_times_are_in_the_court_s_zone(tmp_path: Path, original: HearingRecord) -> None:
    """Or in the one that is asked for."""
    shanghai = verify(original.home, cwd=tmp_path).stdout
    utc = verify(original.home, "--time-zone", "UTC", cwd=tmp_path).stdout
    assert "2026-09-21 22:" in shanghai
    assert "2026-09-21 14:" in utc


@pytest.mark.parametrize("what", ["nothing", "empty", "zip", "zone", "root"])
def test_what_cannot_be_read_is_exit_2_in_one_line(
    tmp_path: Path, original: HearingRecord, what: str
) -> None:
    """With a code."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("not a certificate")
    (tmp_path / "zip").write_bytes(b"PK\x03\x04 and nothing else")
    arguments: list[object] = {
        "nothing": [tmp_path / "nothing"],
        "empty": [tmp_path / "empty"],
        "zip": [tmp_path / "zip"],
        "zone": [original.home, "--time-zone", "../../etc/passwd"],
        "root": [original.home, "--root", tmp_path / "text"],
    }[what]
    done = verify(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("hearing-server: ")


def test_a_pdf_is_known_by_its_content(tmp_path: Path) -> None:
    """Whatever it is called; what is wrong with it is a finding of the PDF's."""
    (tmp_path / "record").write_bytes(b"%PDF-1.7 nothing else")
    done = verify(tmp_path / "record", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("error: ")
    said = json.loads(verify(tmp_path / "record", "--json", cwd=tmp_path).stdout)
    assert said["ok"] is False
