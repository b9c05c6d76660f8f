"""Timestamps, judged by openssl; and a remote authority over real HTTP."""

import asyncio
import hashlib
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from asn1crypto import tsp

from transcript import pdf
from transcript.errors import SigningError
from transcript.signing import signer
from transcript.signing.archive import archive
from transcript.signing.authority import Authority
from transcript.signing.timestamp import LocalTimeStamper, RemoteTimestamps
from transcript.verify import verify_pdf

from . import court


def local(authority: Authority) -> LocalTimeStamper:
    stamper = authority.time_stamper()
    assert isinstance(stamper, LocalTimeStamper)
    return stamper


def test_openssl_verifies_the_token(tmp_path: Path, authority: Authority) -> None:
    """`openssl ts -verify` accepts the answer to its own question."""
    (tmp_path / "data").write_bytes(b"what was said")
    query, reply = tmp_path / "query", tmp_path / "reply"
    ask = ["openssl", "ts", "-query", "-data", tmp_path / "data", "-sha256", "-cert", "-out", query]
    subprocess.run(ask, check=True, capture_output=True)
    answer = local(authority).answer(tsp.TimeStampReq.load(query.read_bytes()))
    reply.write_bytes(answer.dump())
    check = ["openssl", "ts", "-verify", "-in", reply, "-CAfile", authority.folder / "root.crt.pem"]
    good = subprocess.run([*check, "-queryfile", query], capture_output=True, text=True)
    assert good.returncode == 0, good.stderr
    (tmp_path / "data").write_bytes(b"what was not said")
    bad = subprocess.run([*check, "-data", tmp_path / "data"], capture_output=True, text=True)
    assert bad.returncode != 0


def test_no_two_timestamps_have_one_number(authority: Authority) -> None:
    """Every token has a serial number of its own (RFC 3161, section 2.4.2)."""
    stamper = local(authority)
    digest = hashlib.sha256(b"x").digest()
    tokens = [asyncio.run(stamper.async_timestamp(digest, "sha256")) for _ in range(20)]
    numbers = {
        t["content"]["encap_content_info"]["content"].parsed["serial_number"].native for t in tokens
    }
    assert len(numbers) == 20


class _Answers(BaseHTTPRequestHandler):
    """A timestamp authority of somebody else."""

    stamper: ClassVar[LocalTimeStamper]
    asked: ClassVar[int] = 0

    def do_POST(self) -> None:
        """RFC 3161 section 3.4."""
        type(self).asked += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.stamper.answer(tsp.TimeStampReq.load(body)).dump()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[str, Authority]]:
    other = Authority.open(tmp_path / "other", b"p", "示范时间戳服务")
    _Answers.stamper = local(other)
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, name="timestamps")
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", other
    server.shutdown()
    thread.join()
    server.server_close()


def test_remote_authority_is_asked(tmp_path: Path, elsewhere: tuple[str, Authority]) -> None:
    """With a URL every timestamp comes from there, and both roots are needed to verify."""
    url, other = elsewhere
    theirs = other.root.certificate
    remote = RemoteTimestamps(url=url, roots=(theirs,))
    authority = Authority.open(tmp_path / "a", b"p", court.COURT, remote_timestamps=remote)
    sealed = signer.seal(pdf.render(court.document()), authority)
    done = archive(court.sign(sealed, "clerk", authority), authority)
    assert _Answers.asked >= 3
    assert verify_pdf(done, [authority.root.certificate, theirs]).ok
    report = verify_pdf(done, [authority.root.certificate])
    assert "timestamp_invalid" in {finding.code for finding in report.findings}


def test_unreachable_authority_is_a_coded_error(tmp_path: Path) -> None:
    """If the timestamp authority does not answer, nothing is signed."""
    remote = RemoteTimestamps(url="http://127.0.0.1:9/", roots=(), timeout=2)
    authority = Authority.open(tmp_path / "a", b"p", court.COURT, remote_timestamps=remote)
    with pytest.raises(SigningError) as refused:
        signer.seal(pdf.render(court.document()), authority)
    assert refused.value.code == "timestamp_unavailable"
