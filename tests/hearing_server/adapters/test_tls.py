"""TLS of the server's own: made when asked for, made again when it no longer fits."""

import asyncio
import os
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509

from hearing_server.adapters.tls import server_context
from hearing_server.config import BadSetting, Settings
from tests.integration.harness import free_port


async def greet(context: ssl.SSLContext, trusted: Path, name: str) -> str | None:
    """The protocol that a client agrees on who trusts this certificate and asks for this name."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        client = ssl.create_default_context(cafile=str(trusted))
        _, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client, server_hostname=name
        )
        session = writer.get_extra_info("ssl_object")
        writer.close()
        return str(session.version())
    finally:
        server.close()


SETTINGS = Settings(
    self_signed=True, host="0.0.0.0", public_url="https://court.example:8443",
    media_addresses=("192.0.2.9",),
)  # fmt: skip


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "court.example", "192.0.2.9"])
async def test_a_client_that_trusts_it_accepts_it(tmp_path: Path, name: str) -> None:
    """By every name that the settings give the server, and by no other."""
    context = server_context(SETTINGS, tmp_path)
    assert context is not None
    certificate = tmp_path / "self-signed.crt"
    assert await greet(context, certificate, name) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        await greet(context, certificate, "elsewhere.example")


def test_it_is_kept_until_it_no_longer_fits(tmp_path: Path) -> None:
    """The same after a restart, since a browser's exception is for it; another for another name."""
    certificate = tmp_path / "self-signed.crt"
    server_context(SETTINGS, tmp_path)
    first = certificate.read_bytes()
    server_context(SETTINGS, tmp_path)
    assert certificate.read_bytes() == first
    server_context(Settings(self_signed=True, public_url="https://new.example"), tmp_path)
    assert certificate.read_bytes() != first
    names = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
    listed = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "new.example" in listed.get_values_for_type(x509.DNSName)


def test_its_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    server_context(SETTINGS, tmp_path)
    assert stat.S_IMODE((tmp_path / "self-signed.key").stat().st_mode) == 0o600


def test_without_tls_there_is_none(tmp_path: Path) -> None:
    assert server_context(Settings(), tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_certificate_of_the_settings_is_used(tmp_path: Path) -> None:
    """An encrypted key is refused rather than asked about on a terminal."""
    server_context(SETTINGS, tmp_path)
    certificate, key = tmp_path / "self-signed.crt", tmp_path / "self-signed.key"
    given = Settings(tls_certificate=str(certificate), tls_key=str(key))
    assert server_context(given, tmp_path / "unused") is not None
    locked = tmp_path / "locked.key"
    encrypt = ["openssl", "ec", "-aes256", "-passout", "pass:1234", "-in", key, "-out", locked]
    subprocess.run(encrypt, check=True, capture_output=True)
    with pytest.raises(BadSetting, match="tls_certificate and tls_key"):
        server_context(Settings(tls_certificate=str(certificate), tls_key=str(locked)), tmp_path)


async def test_a_server_serves_by_https(tmp_path: Path) -> None:
    """A real process with --self-signed: pages by HTTPS, HSTS, a __Host- cookie that is Secure."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hearing_server", "serve", "--demo", "--self-signed"),
        *("--port", str(port), "--media-port", str(free_port()), "--data", str(tmp_path / "data")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        printed = await asyncio.wait_for(process.stdout.readuntil(b"Serving on"), 30)
        link = printed.decode().split("/enter#")[1].split()[0]
        trusted = ssl.create_default_context(cafile=str(tmp_path / "data/tls/self-signed.crt"))
        url = f"https://127.0.0.1:{port}"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted)) as http:
            body, origin = {"link": link}, {"Origin": url}
            async with http.post(f"{url}/api/enter", json=body, headers=origin) as entered:
                assert entered.status == 200
                assert "max-age=31536000" in entered.headers["Strict-Transport-Security"]
                seat = (await entered.json())["seat"]
                cookie = entered.cookies[f"__Host-seat-{seat}"]
                assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
            plain = origin["Origin"].replace("https", "http")
            with pytest.raises(aiohttp.ClientError):
                await http.get(plain)
    finally:
        process.terminate()
        await process.wait()
    assert process.returncode == 0
