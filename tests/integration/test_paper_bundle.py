"""A paper as one file that proves itself: with the command, at the public page, and changed in every way."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509

from hearing_server.judges import JUDGES
from recording.asic import AsicTarget
from recording.verifying.record import verify_record
from recording.verifying.source import ZipSource
from tests.hearing_server.adapters.examining import files
from transcript.signing.authority import Authority
from transcript.signing.container import sign_manifest

from .harness import ServerProcess
from .papers import code_of, entering, pdf, person_of, refusal, roots, sent, until
from .planner import case_body
from .staff import StaffClient
from .test_record import of, verify

Files = dict[str, bytes]


def contents(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(path: Path, content: Files) -> Path:
    """As it was, stored, in its order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
        for name, data in content.items():
            new.writestr(name, data)
    return path


def flip(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


async def publicly(server: ServerProcess, data: bytes) -> dict[str, object]:
    """At the page for whoever has a bundle, without login."""
    headers = {"Origin": server.url}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(server.url + "/api/verify", data=data) as answer,
    ):
        return dict(await answer.json())


@pytest.mark.timeout(240)
async def test_signed_refused_served_and_proven(server: ServerProcess, tmp_path: Path) -> None:
    async with StaffClient(server) as clerk:
        await clerk.sign_in("clerk")
        case = await clerk.post("/cases", case_body(1))
        jia, yi, bing = (party["id"] for party in case["parties"])
        url = f"{server.url}/api/staff/cases/{case['id']}/papers-file?title=协议&language=zh-CN"
        async with clerk.http.post(url, data=files.pdf(2)) as answer:
            paper = (await answer.json())["id"]
        await sent(clerk, paper, [jia, yi, bing])
        one, two, three = [await person_of(clerk, paper, who) for who in (jia, yi, bing)]
        async with entering(one, two, three):
            assert await code_of(clerk.get(f"/papers/{paper}/bundle")) == "wrong_phase"
            assert await refusal(one.get(paper, "/bundle")) == ("wrong_phase", 409)
            await one.sign(paper)
            await two.sign(paper)
            await three.post(paper, "/refusal", {"reason": "数额不对"})
            await until(clerk, paper, "phase", "complete")
            consent = {"how": "express", "through": "form", "ways": ["portal"], "confirmed": []}
            await clerk.post(f"/cases/{case['id']}/consents/{jia}", consent)
            await clerk.post(f"/papers/{paper}/services", {"person": jia, "ways": ["portal"]})
            own = await one.get(paper, "/bundle")
            assert await refusal(three.get(paper, "/bundle")) == ("not_found", 404)
        data = await pdf(clerk, f"/papers/{paper}/bundle")
        async with StaffClient(server) as judge:
            await judge.sign_in("judge")  # who does not sit in the case
            assert await refusal(judge.get(f"/papers/{paper}/bundle")) == ("not_found", 404)
    assert not list((server.data / "papers").glob(".*"))
    content = contents(data)
    assert {"documents.d/paper.pdf", "documents.d/original.pdf"} <= content.keys()
    assert {f"documents.d/notice-{jia}.pdf", f"documents.d/proof-{jia}.pdf"} <= content.keys()
    assert {f"strokes.d/{jia}.json", f"strokes.d/{yi}.json"} <= content.keys()
    await asyncio.to_thread(_holds, server, tmp_path, data)
    said = await publicly(server, data)
    assert (said["kind"], said["ok"]) == ("bundle", True)
    await asyncio.to_thread(_own_copy, server, tmp_path, own, jia, yi)
    await asyncio.to_thread(_every_change_shows, server, tmp_path, content)
    await asyncio.to_thread(_another_court, server, tmp_path, content)


def root_of(server: ServerProcess) -> Path:
    return server.data / "keys" / "court" / "root.crt.pem"


def _holds(server: ServerProcess, folder: Path, data: bytes) -> None:
    path = folder / "paper.asice"
    path.write_bytes(data)
    code, findings = verify(path, "--root", root_of(server))
    codes = of(findings, "ok")
    assert code == 0, findings
    assert {"container", "files", "crl", "root", "proven", "report", "document"} <= set(codes)
    assert codes.count("signature") == 2
    assert codes.count("refused") == 1
    assert of(findings, "warning") == ["pages_not_compared"]  # those that were handed in
    proven = next(one for one in findings if one["code"] == "proven")
    assert proven["entries"] + 1 == proven["of"]  # but for the root's own entry
    roots = [one for one in findings if one["code"] == "root"]
    assert [one["cause"] for one in roots] == ["closed", "later"]


def _own_copy(server: ServerProcess, folder: Path, data: bytes, person: str, other: str) -> None:
    """Of somebody who signed: it proves itself, and says nothing of what others did but their signatures."""
    path = folder / "own.asice"
    path.write_bytes(data)
    code, findings = verify(path, "--root", root_of(server))
    assert code == 0, findings
    assert {"container", "root", "proven", "document"} <= set(of(findings, "ok"))
    assert of(findings, "ok").count("signature") == 2
    assert of(findings, "masked") == ["entries_masked", "documents_left_out"]
    content = contents(data)
    assert {f"strokes.d/{person}.json", f"documents.d/notice-{person}.pdf"} <= content.keys()
    unseen = {f"strokes.d/{other}.json", "report.pdf", "documents.d/original.pdf"}
    assert not unseen & content.keys()
    log = [json.loads(line) for line in content["log.jsonl"].splitlines()]
    told = [one["event"] for one in log if "event" in one]
    assert len(told) < len(log)
    theirs = [one["type"] for one in told if one.get("person") == other]
    assert theirs == ["paper_signed"]
    assert "数额不对".encode() not in content["log.jsonl"]
    trusted, listed = roots(server), "copy.json"
    assert listed in content
    without = {name: one for name, one in content.items() if name != listed}
    assert "entry_hidden" in errors(packed(folder / "bare.asice", without), trusted)
    longer = content[listed].replace(b'"entries":[', b'"entries":[1,')
    changed = packed(folder / "longer.asice", {**content, listed: longer})
    assert "copy_unsigned" in errors(changed, trusted)


def errors(path: Path, trusted: list[x509.Certificate]) -> list[str]:
    found = verify_record(ZipSource(path), trusted, JUDGES, UTC).findings
    return [one.code for one in found if one.level == "error"]


def _every_change_shows(server: ServerProcess, folder: Path, content: Files) -> None:
    log = content["log.jsonl"].splitlines(keepends=True)
    served = next(name for name in content if "/notice-" in name)
    proof = next(name for name in content if "/proof-" in name)
    strokes = next(name for name in content if name.startswith("strokes.d/"))
    refused = next(n for n, line in enumerate(log) if b"paper_refused" in line)
    signed, said = "documents.d/paper.pdf", "数额不对".encode()
    paper_signed = next(line for line in log if b"paper_signed" in line)
    certificate = json.loads(paper_signed)["event"]["certificate_sha256"].encode()
    whole = b"".join(log)
    other = json.dumps({"seq": 3, "leaf": "00" * 32}).encode() + b"\n"
    cases: dict[str, tuple[Callable[[], Files], str]] = {
        "a byte of the paper": (lambda: {signed: flip(content[signed])}, "document_changed"),
        "a byte of a notice": (lambda: {served: flip(content[served])}, "document_changed"),
        "a byte of the strokes": (lambda: {strokes: flip(content[strokes])}, "document_changed"),
        "a byte of a proof": (lambda: {proof: flip(content[proof])}, "file_changed"),
        "an entry less": (lambda: {"log.jsonl": b"".join(log[:refused] + log[refused + 1 :])}, "log_out_of_order"),
        "an entry moved": (lambda: {"log.jsonl": b"".join([*log[:2], log[3], log[2], *log[4:]])}, "log_out_of_order"),
        "another reason": (lambda: {"log.jsonl": b"".join(log).replace(said, b"-" * len(said))}, "log_changed"),
        "another certificate": (lambda: {"log.jsonl": whole.replace(certificate, b"0" * 64)}, "wrong_certificate"),
        "an entry hidden": (lambda: {"log.jsonl": b"".join([*log[:2], other, *log[3:]])}, "entry_hidden"),
        "the end cut off": (lambda: {"log.jsonl": b"".join(log[:-3])}, "log_cut"),
        "a file more": (lambda: {"documents.d/other.pdf": b"%PDF-"}, "document_unknown"),
    }  # fmt: skip
    for name, (change, code) in cases.items():
        path = packed(folder / "changed.asice", {**content, **change()})
        assert code in errors(path, roots(server)), name
    without = {name: data for name, data in content.items() if name != strokes}
    found = errors(packed(folder / "less.asice", without), roots(server))
    assert {"document_missing", "file_missing"} <= set(found)


def _another_court(server: ServerProcess, folder: Path, content: Files) -> None:
    """Somebody with keys of their own packs the same files: nothing of it is the court's."""
    authority = Authority.open(folder / "other", b"another", "另一法院（虚构）")
    path = folder / "forged.asice"
    path.unlink(missing_ok=True)
    target = AsicTarget(path)
    for name, data in content.items():
        if name != "mimetype" and not name.startswith("META-INF"):
            target.add(name, (data,))
    target.close(lambda manifest: sign_manifest(manifest, authority))
    assert "container_untrusted" in errors(path, roots(server))
    assert "root_untrusted" in errors(path, [authority.root.certificate])
