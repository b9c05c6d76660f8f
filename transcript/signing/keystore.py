"""Keys and records on disk: encrypted, private to the server, written whole or not at all."""

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from transcript.errors import SigningError

from .certificates import Issuer


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes) -> None:
    """Encrypted PKCS#8 in PEM, mode 0600."""
    encryption = serialization.BestAvailableEncryption(passphrase)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    write_file(path, key.private_bytes(encoding, form, encryption))


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """PEM."""
    write_file(path, certificate.public_bytes(serialization.Encoding.PEM))


def read_issuer(folder: Path, name: str, passphrase: bytes) -> Issuer:
    """The pair `name.key.pem`, `name.crt.pem`; `wrong_passphrase` or `authority_damaged`."""
    try:
        data = (folder / f"{name}.key.pem").read_bytes()
    except OSError as error:
        raise _damaged(folder, f"{name}: {error}") from error
    return issuer_of(folder, name, _read_key(folder, name, data, passphrase))


def issuer_of(folder: Path, name: str, key: ec.EllipticCurvePrivateKey) -> Issuer:
    """`name.crt.pem` with its key; `authority_damaged` where they do not belong together."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt.pem").read_bytes())
    except (OSError, ValueError) as error:
        raise _damaged(folder, f"{name}: {error}") from error
    if key.public_key() != certificate.public_key():
        raise _damaged(folder, f"the key of {name} does not belong to its certificate")
    return Issuer(certificate=certificate, key=key)


def _read_key(
    folder: Path, name: str, data: bytes, passphrase: bytes
) -> ec.EllipticCurvePrivateKey:
    if b"BEGIN ENCRYPTED PRIVATE KEY" not in data:
        raise _damaged(folder, f"the key of {name} is not encrypted PKCS#8")
    try:
        key = serialization.load_pem_private_key(data, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        text = f"the passphrase does not open the key of {name} in {folder}"
        raise SigningError(text, code="wrong_passphrase") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _damaged(folder, f"the key of {name} is of another kind")
    return key


def write_file(path: Path, data: bytes) -> None:
    """Atomically, mode 0600: a reader sees the old bytes or the new ones, also after a power cut."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:  # mkstemp made it 0600
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time, among threads and processes."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def append_record(path: Path, record: Mapping[str, Any]) -> None:
    """One JSON line at the end, durable when this returns."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        line = json.dumps(record, ensure_ascii=False, sort_keys=True).encode() + b"\n"
        if file.seek(0, os.SEEK_END) and _torn(file):
            line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _torn(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) != b"\n")


def read_records(path: Path) -> list[dict[str, Any]]:
    """Every complete line; one torn by a crash was never acknowledged and is passed over."""
    if not path.exists():
        return []
    records = []
    for line in path.read_bytes().splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return records


def _damaged(folder: Path, text: str) -> SigningError:
    return SigningError(f"the authority in {folder} is damaged: {text}", code="authority_damaged")
