"""What a start looks for outside before the parts are made: the court's keys and fonts, the address of media."""

import asyncio
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM

from cryptography import x509

from hearing_server.adapters.folder import DataFolder
from hearing_server.config import Settings
from transcript import pdf as printing
from transcript.errors import TranscriptError
from transcript.signing.authority import Authority
from transcript.signing.timestamp import RemoteTimestamps


class CannotStart(Exception):
    """The server cannot run here; the text says why in one line."""


def open_authority(settings: Settings, folder: DataFolder) -> Authority:
    """The court's keys, and the fonts that every transcript needs. Blocking; CannotStart."""
    passphrase = settings.key_passphrase.encode() or folder.secret("passphrase")
    try:
        printing.check_fonts()
        return Authority.open(
            folder.keys / "court",
            passphrase,
            settings.court,
            remote_timestamps=_remote_timestamps(settings),
        )
    except TranscriptError as error:
        raise CannotStart(f"{error.code}: {error}") from error


def _remote_timestamps(settings: Settings) -> RemoteTimestamps | None:
    if not settings.timestamp_url:
        return None
    try:
        roots = Path(settings.timestamp_roots).read_bytes()
        certificates = tuple(x509.load_pem_x509_certificates(roots))
    except (OSError, ValueError) as error:
        raise CannotStart(f"timestamp_roots: {error}") from error
    return RemoteTimestamps(url=settings.timestamp_url, roots=certificates)


async def media_host(settings: Settings) -> str:
    """The address to bind: a name, such as localhost, is looked up once. CannotStart."""
    host = settings.media_host or settings.host
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=SOCK_DGRAM)
    except OSError as error:
        raise CannotStart(f"media_host: {host}: {error.strerror}") from error
    return str(min(found, key=lambda one: one[0] is not AF_INET)[4][0])
