"""What a start looks for outside before the parts are made: the court's keys and fonts, the address of media."""

import asyncio
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hearing_server.adapters.folder import DataFolder
from hearing_server.config import Settings
from hearing_server.unusable import CannotStart
from transcript import pdf as printing
from transcript.errors import TranscriptError
from transcript.signing.authority import Authority
from transcript.signing.calls import Keys


def open_authority(settings: Settings, folder: DataFolder) -> tuple[Authority, Keys]:
    """The court's keys, what opens them elsewhere, and the fonts of every transcript. Blocking; CannotStart."""
    keys = Keys(
        folder=(folder.keys / "court").absolute(),
        passphrase=settings.key_passphrase.encode() or folder.secret("passphrase"),
        court_name=settings.court,
        timestamp_url=settings.timestamp_url,
        timestamp_roots=_timestamp_roots(settings),
        token_module=Path(settings.pkcs11_module) if settings.pkcs11_module else None,
        token_label=settings.pkcs11_token,
        token_pin=settings.pkcs11_pin,
    )
    try:
        printing.check_fonts()
        return keys.open(), keys
    except TranscriptError as error:
        raise CannotStart(f"{error.code}: {error}") from error


def _timestamp_roots(settings: Settings) -> tuple[bytes, ...]:
    if not settings.timestamp_url:
        return ()
    try:
        found = x509.load_pem_x509_certificates(Path(settings.timestamp_roots).read_bytes())
    except (OSError, ValueError) as error:
        raise CannotStart(f"timestamp_roots: {error}") from error
    return tuple(one.public_bytes(Encoding.DER) for one in found)


async def media_host(settings: Settings) -> str:
    """The address to bind: a name, such as localhost, is looked up once. CannotStart."""
    host = settings.media_host or settings.host
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=SOCK_DGRAM)
    except OSError as error:
        raise CannotStart(f"media_host: {host}: {error.strerror}") from error
    return str(min(found, key=lambda one: one[0] is not AF_INET)[4][0])
