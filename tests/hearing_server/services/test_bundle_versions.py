"""In a bundle: each version of the transcript as it was left, how names were written, what passkeys answered."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from hearing_server.adapters.folder import Documents
from hearing_server.adapters.passkeys import WebAuthn
from hearing_server.domain import commands as cmd
from hearing_server.domain.events import RootCause
from hearing_server.domain.log import SERVER
from hearing_server.services.signer_passkeys import challenge_of
from tests.hearing_server.web.authenticator import Device
from tests.recording.records import HearingRecord
from tests.recording.signing import signed_by_all
from transcript.signing.authority import Authority

from .test_bundle import changed
from .test_record_copy import Copies, found

STROKES = b"[[[1,2,0,0.5],[3,4,16,0.6]]]"
URL, HOST = "http://localhost:8080", "localhost"
OF_COUNSEL = {"strokes.d/1-counsel.json", "assertions.d/1-counsel.json", "strokes.d/2-counsel.json"}
OF_VERSIONS = {"documents.d/transcript-1.pdf", "documents.d/transcript-2.pdf"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> HearingRecord:
    """Version 1: counsel confirmed with a passkey and signed, after them the clerk refused. A line was
    corrected; version 2 was signed by all.
    """
    made = HearingRecord(tmp_path_factory.mktemp("record") / "recordings", authority)
    folder = made.directory.with_name("documents")
    made.do("judge", cmd.OpenHearing())
    made.do("clerk", cmd.EnterLine(speaker="judge", text="现在开廷。"))
    made.run(2)
    made.do("judge", cmd.CloseHearing(override="演示"))
    signed_by_all(
        made.world, authority, folder, only=("counsel",), refusing=("clerk",), strokes=STROKES,
        before=lambda party: _asserted(made, folder, party),
    )  # fmt: skip
    corrected = cmd.CorrectLine(line=1, revision=1, speaker="judge", text="现在开庭。")
    made.do("clerk", corrected)
    signed_by_all(made.world, authority, folder, strokes=STROKES)
    made.sign(RootCause.CLOSED)
    made.save()
    return made


def _asserted(record: HearingRecord, folder: Path, party: str) -> None:
    """As services/signer_passkeys.py keeps it."""
    freeze = record.world.state.freeze
    assert freeze is not None
    device, ceremony = Device(URL, HOST), WebAuthn("示范人民法院", HOST, [URL])
    challenge, options = ceremony.signer_options(party, "戴某")
    identity, key, _ = ceremony.registered(device.create(options), challenge)
    answer = device.get(ceremony.assert_options(identity, challenge_of(freeze.digest)))
    kept = {"digest": freeze.digest, "public_key": key.hex(), "assertion": answer}
    data = json.dumps(kept, sort_keys=True).encode()
    sha256 = Documents(folder).save_assertion("h1", data)
    told = cmd.EnterAssertion(party=party, version=freeze.version, sha256=sha256)
    record.world.do(SERVER, told)


@pytest.fixture(scope="module")
def copies(record: HearingRecord, authority: Authority) -> Copies:
    return Copies(record, authority)


@pytest.fixture(scope="module")
def bundle(copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copies.bundle("judge", tmp_path_factory.mktemp("bundle") / "case.asice")


def names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as packed:
        return {name for name in packed.namelist() if ".d/" in name and "roots.d" not in name}


def test_the_court_has_every_version_and_each_is_judged(copies: Copies, bundle: Path) -> None:
    report = copies.verified(bundle)
    assert found(report, "error") == []
    assert found(report, "warning") == ["not_proven_after"]
    assert names(bundle) >= OF_VERSIONS | OF_COUNSEL
    (replaced,) = [one for one in report.findings if one.code == "superseded"]
    assert replaced.text == "transcript-1"
    (asserted,) = [one for one in report.findings if one.code == "assertion"]
    assert asserted.text.startswith("transcript-1: ")
    signed = [one.text for one in report.findings if one.code == "signature"]
    assert len([text for text in signed if text.startswith("transcript-1: ")]) == 1
    assert len([text for text in signed if text.startswith("transcript-2: ")]) == 5
    (refused,) = [one for one in report.findings if one.code == "refused"]
    assert refused.text.startswith("transcript-1: ")


def test_a_party_has_their_own_and_the_newest(copies: Copies, tmp_path: Path) -> None:
    """Not what an earlier version said, and nobody else's hand."""
    path = copies.bundle("counsel", tmp_path / "own.asice", recordings=False)
    report = copies.verified(path)
    assert found(report, "error") == []
    assert names(path) == {*OF_COUNSEL, "documents.d/transcript-2.pdf"}
    (kept,) = [one for one in report.findings if one.code == "documents_left_out"]
    assert "transcript-1.pdf" in kept.text
    assert "strokes.d/2-defendant.json" in kept.text
    other = copies.bundle("defendant", tmp_path / "other.asice", recordings=False)
    assert found(copies.verified(other), "error") == []
    assert names(other) == {"documents.d/transcript-2.pdf", "strokes.d/2-defendant.json"}


def test_outside_nobody_has_a_hand(copies: Copies, tmp_path: Path) -> None:
    path = copies.bundle(None, tmp_path / "outside.asice")
    assert found(copies.verified(path), "error") == []
    assert names(path) == {"documents.d/transcript-2.pdf"}


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("documents.d/transcript-1.pdf", {"document_changed", "file_changed"}),
        ("strokes.d/1-counsel.json", {"document_changed", "file_changed"}),
        ("assertions.d/1-counsel.json", {"document_changed", "assertion_invalid"}),
    ],
)
def test_what_is_changed_or_gone_is_named(
    copies: Copies, bundle: Path, tmp_path: Path, name: str, codes: set[str]
) -> None:
    def change(files: dict[str, bytes]) -> None:
        data = bytearray(files[name])
        data[len(data) // 2] ^= 1
        files[name] = bytes(data)

    report = copies.verified(changed(bundle, tmp_path / "changed.asice", change))
    assert codes <= set(found(report, "error"))
    gone = changed(bundle, tmp_path / "gone.asice", lambda files: files.pop(name) and None)
    assert {"document_missing", "file_missing"} <= set(found(copies.verified(gone), "error"))


def test_another_version_s_assertion_is_not_this_one_s(
    copies: Copies, bundle: Path, tmp_path: Path
) -> None:
    """Sound in itself, and over the digest of something else."""

    def change(files: dict[str, bytes]) -> None:
        kept = json.loads(files["assertions.d/1-counsel.json"])
        kept["digest"] = "0" * 64
        files["assertions.d/1-counsel.json"] = json.dumps(kept).encode()

    report = copies.verified(changed(bundle, tmp_path / "changed.asice", change))
    (finding,) = [one for one in report.findings if one.code == "assertion_invalid"]
    assert "another digest" in finding.text


def _logged(
    kind: str, change: Callable[[dict[str, Any]], None]
) -> Callable[[dict[str, bytes]], None]:
    """The first entry of this kind says something else."""

    def edit(files: dict[str, bytes]) -> None:
        lines = files["log.jsonl"].splitlines()
        number = next(
            n for n, line in enumerate(lines) if json.loads(line)["event"]["type"] == kind
        )
        entry = json.loads(lines[number])
        change(entry["event"])
        lines[number] = rfc8785.dumps(entry)
        files["log.jsonl"] = b"\n".join(lines) + b"\n"

    return edit


def test_another_certificate_than_the_log_s_is_named(
    copies: Copies, bundle: Path, tmp_path: Path
) -> None:
    edit = _logged("transcript_signed", lambda said: said.update(certificate_sha256="0" * 64))
    report = copies.verified(changed(bundle, tmp_path / "changed.asice", edit))
    (finding,) = [one for one in report.findings if one.code == "wrong_certificate"]
    assert finding.text.startswith("transcript-1: signature of ")
    assert "counsel" in finding.text


def test_another_reason_in_a_refusal_than_the_log_s_is_named(
    copies: Copies, bundle: Path, tmp_path: Path
) -> None:
    edit = _logged("signature_refused", lambda said: said.update(reason="别的理由"))
    report = copies.verified(changed(bundle, tmp_path / "changed.asice", edit))
    (finding,) = [one for one in report.findings if one.code == "wrong_reason"]
    assert finding.text.startswith("transcript-1: refusal")
    assert "别的理由" in finding.text


def test_another_name_in_a_refusal_than_the_log_s_is_named(
    copies: Copies, bundle: Path, tmp_path: Path
) -> None:
    def rename(said: dict[str, Any]) -> None:
        (clerk,) = [party for party in said["parties"] if party["id"] == "clerk"]
        clerk["name"] = "佟小满"

    edit = _logged("hearing_planned", rename)
    report = copies.verified(changed(bundle, tmp_path / "changed.asice", edit))
    (finding,) = [one for one in report.findings if one.code == "wrong_signer"]
    assert finding.text.startswith("transcript-1: refusal")
    assert "佟小满" in finding.text
