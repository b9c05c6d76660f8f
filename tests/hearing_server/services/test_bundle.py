"""The bundle: one file that proves itself, for the court, for a party and for whoever is outside."""

import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import RootCause
from hearing_server.services.evidence import Reading
from tests.recording.records import HearingRecord
from tests.recording.signing import REASON, signed_by_all
from transcript.signing.authority import Authority

from .test_record_copy import SECRET, Copies, everything, found


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> HearingRecord:
    """Closed and signed by all but the defendant, who refused."""
    made = HearingRecord(tmp_path_factory.mktemp("record") / "recordings", authority)
    made.do("judge", cmd.OpenHearing())
    made.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
    made.run(2)
    made.do("judge", cmd.CloseHearing(override="演示"))
    made.do("counsel", cmd.SendMessage(to="technician", text=SECRET))
    signed_by_all(
        made.world,
        authority,
        made.directory.with_name("documents"),
        refusing=("defendant",),
    )
    made.sign(RootCause.CLOSED)
    made.save()
    return made


@pytest.fixture(scope="module")
def copies(record: HearingRecord, authority: Authority) -> Copies:
    copies = Copies(record, authority)
    copies.readings = [
        Reading(party=party, at=record.now, what="view", document="transcript 1", address=address)
        for party, address in (("counsel", "198.51.100.7"), ("defendant", "203.0.113.9"))
    ]
    return copies


@pytest.fixture(scope="module")
def bundle(copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies.bundle("judge", tmp_path_factory.mktemp("bundle") / "case.asice")


def test_the_court_s_bundle_proves_all_of_it(copies: Copies, bundle: Path) -> None:
    """Container, log, recordings, transcript, refusal and report each have their line."""
    report = copies.verified(bundle)
    assert found(report, "error") == []
    assert found(report, "warning") == ["not_proven_after"]  # the root itself
    ok = found(report, "ok")
    for code in ("container", "files", "crl", "segments", "document", "archived", "report"):
        assert code in ok, code
    assert ok.count("signature") == 4
    (refused,) = [one for one in report.findings if one.code == "refused"]
    assert REASON in refused.text
    assert "被告乙" in refused.text
    assert "unsigned" not in found(report, "warning")


def test_it_says_first_what_it_is(bundle: Path) -> None:
    """EN 319 162-1, A.1: `mimetype` first, stored, without an extra field, so that it is found at byte 38."""
    head = bundle.read_bytes()[:80]
    assert head[30:69] == b"mimetypeapplication/vnd.etsi.asic-e+zip"
    assert head[28:30] == b"\0\0"


def test_a_party_s_copy_verifies_and_has_only_what_is_theirs(
    copies: Copies, tmp_path: Path
) -> None:
    """The transcript that they signed; no message of another, no address but their own."""
    path = copies.bundle("defendant", tmp_path / "mine.asice", recordings=False)
    report = copies.verified(path)
    assert found(report, "error") == []
    assert "segments_by_hash" in found(report, "masked")
    assert "entries_masked" in found(report, "masked")
    assert {"document", "refused", "report", "container"} <= set(found(report, "ok"))
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "mine")
        assert not [name for name in packed.namelist() if name.endswith(".mkv")]
    said = everything(tmp_path / "mine")
    assert SECRET.encode() not in said
    told = json.loads((tmp_path / "mine" / "report.json").read_text())
    assert [one["address"] for one in told["readings"]] == ["203.0.113.9"]


def test_outside_nobody_is_told_from_where_somebody_read(copies: Copies, tmp_path: Path) -> None:
    path = copies.bundle(None, tmp_path / "outside.asice")
    assert found(copies.verified(path), "error") == []
    with zipfile.ZipFile(path) as packed:
        told = json.loads(packed.read("report.json"))
    assert told["readings"] == []
    kinds = {one["kind"] for one in told["steps"]}
    assert "signature_refused" in kinds
    assert "identity_confirmed" not in kinds


# --- what somebody does to it


Change = Callable[[dict[str, bytes]], None]


def changed(bundle: Path, to: Path, change: Change) -> Path:
    """Packed anew with other files."""
    with zipfile.ZipFile(bundle) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    change(files)
    with zipfile.ZipFile(to, "w") as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data)
    return to


def _byte(name: str) -> Change:
    def change(files: dict[str, bytes]) -> None:
        (found,) = [one for one in files if one.endswith(name)][:1]
        data = bytearray(files[found])
        data[len(data) // 2] ^= 1
        files[found] = bytes(data)

    return change


def _leaf(files: dict[str, bytes]) -> None:
    lines = files["log.jsonl"].splitlines(keepends=True)
    files["log.jsonl"] = b"".join(lines[:20] + lines[21:])


def _reordered(files: dict[str, bytes]) -> None:
    one, other = sorted(name for name in files if name.startswith("judge/camera/"))
    files[one], files[other] = files[other], files[one]


def _report(files: dict[str, bytes]) -> None:
    told = json.loads(files["report.json"])
    told["steps"] = [one for one in told["steps"] if one["kind"] != "signature_refused"]
    files["report.json"] = json.dumps(told).encode()


def _renamed(files: dict[str, bytes]) -> None:
    files["documents.d/transcript-2.pdf"] = files.pop("documents.d/transcript-1.pdf")


def _added(files: dict[str, bytes]) -> None:
    files["documents.d/agreement.pdf"] = b"%PDF-1.7"


def _first(files: dict[str, bytes]) -> None:
    said = files.pop("mimetype")
    files["mimetype"] = said


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_byte(".mkv"), {"segment_changed", "file_changed"}),
        (_byte("transcript-1.pdf"), {"document_changed", "file_changed"}),
        (_byte("report.pdf"), {"file_changed"}),
        (_byte("court.crl"), {"crl_invalid", "file_changed"}),
        (_byte("signature001.p7s"), {"container_unsigned"}),
        (_leaf, {"log_out_of_order", "file_changed"}),
        (_reordered, {"segment_exchanged", "file_changed"}),
        (_report, {"report_differs", "file_changed"}),
        (_renamed, {"document_missing", "document_unknown", "file_missing", "file_extra"}),
        (_added, {"file_extra", "document_unknown"}),
        (lambda files: files.pop("report.json"), {"report_missing", "file_missing"}),
        (lambda files: files.pop("META-INF/ASiCManifest001.xml"), {"manifest_missing"}),
        (_first, {"container_type"}),
    ],
)
def test_what_was_done_to_it_is_named(
    copies: Copies, bundle: Path, tmp_path: Path, change: Change, named: set[str]
) -> None:
    """By its code; and nothing is called sealed as a whole that is not."""
    report = copies.verified(changed(bundle, tmp_path / "other.asice", change))
    assert named <= set(found(report, "error"))
    assert "files" not in found(report, "ok") or named == {"container_type"}


def test_a_foreign_court_s_bundle_is_not_ours(
    record: HearingRecord, copies: Copies, tmp_path: Path
) -> None:
    """Somebody makes the same of our log with keys of their own, under the same name."""
    stranger = Authority.open(tmp_path / "keys", b"y", "示范人民法院")
    path = Copies(record, stranger).bundle("judge", tmp_path / "foreign.asice")
    report = copies.verified(path)
    assert "container_untrusted" in found(report, "error")
    assert "root_certificate_other" in found(report, "warning")


@pytest.mark.parametrize(
    "manifest",
    [
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<asic:ASiCManifest",
        b"<a xmlns='x'/>",
        b"\xff\xfe nothing",
    ],
)
def test_a_hostile_manifest_is_a_finding(
    copies: Copies, bundle: Path, tmp_path: Path, manifest: bytes
) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["META-INF/ASiCManifest001.xml"] = manifest

    report = copies.verified(changed(bundle, tmp_path / "other.asice", change))
    assert {"container_unsigned", "manifest_unreadable"} <= set(found(report, "error"))


def test_the_report_is_printed_for_archives(bundle: Path, tmp_path: Path) -> None:
    """With the refusal in words, and its data attached."""
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(tmp_path)
    path = tmp_path / "report.pdf"
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    said = text.stdout.decode()
    assert "拒绝签名" in said
    assert REASON in said
    listed = subprocess.run(["pdfdetach", "-list", path], capture_output=True, check=True)
    assert b"report.json" in listed.stdout


def test_the_handbook_s_commands_confirm_it(bundle: Path, tmp_path: Path) -> None:
    """Those of docs/verifying.md for the bundle, exactly as they stand there."""
    text = (Path(__file__).parents[3] / "docs" / "verifying.md").read_text()
    blocks = [
        part.partition("\n")[2]
        for part in text.partition("## The bundle by hand")[2].split("```")[1::2]
    ]
    subprocess.run(["unzip", "-q", bundle, "-d", tmp_path / "case"], check=True)
    done = []
    for block in blocks:
        ran = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", block],
            cwd=tmp_path / "case",
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, (block, ran.stderr)
        done.append(ran.stdout + ran.stderr)
    seal, files, transcript = done
    assert "CMS Verification successful" in seal
    assert "verify OK" in seal
    with zipfile.ZipFile(bundle) as packed:
        assert files.strip() == str(len(packed.namelist()) - 3)
    assert transcript.count("Signature is Valid") >= 5
    with zipfile.ZipFile(bundle) as packed:
        (frozen,) = [
            one
            for one in json.loads(packed.read("report.json"))["steps"]
            if one["kind"] == "transcript_frozen"
        ]
    assert f"{frozen['digest']}  transcript.json" in transcript


@pytest.mark.parametrize("name", ["META-INF/ASiCManifest001.xml", "court.crl"])
def test_openssl_alone_notices_a_changed_byte(bundle: Path, tmp_path: Path, name: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / "verifying.md").read_text()
    block = text.partition("## The bundle by hand")[2].split("```")[1]
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[-20] ^= 1
    (tmp_path / name).write_bytes(data)
    ran = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", block], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode != 0 or "verify OK" not in ran.stdout + ran.stderr
