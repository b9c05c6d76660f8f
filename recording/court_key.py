"""The court's recording key: an X25519 pair in two PEM files, the private one encrypted (RFC 8018, 8410)."""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

PUBLIC = ".pub"
SHORTEST = 12  # characters of a passphrase


class BadKey(Exception):
    """A key file that is none, or does not open; the text says why in one line."""


def new_pair(file: Path, passphrase: str) -> Path:
    """Write a new private key to `file` and its public one beside it; returns that one's path.

    Neither may exist: who loses a private key loses every recording made for it. Raises BadKey.
    """
    if len(passphrase) < SHORTEST:
        raise BadKey(f"the passphrase needs {SHORTEST} characters or more")
    private, public = X25519PrivateKey.generate(), file.with_name(file.name + PUBLIC)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    try:
        if public.exists():
            raise BadKey(f"{public} is there already")
        _write(file, pem, 0o600)
        _write(public, _public_pem(private.public_key()), 0o644)
    except FileExistsError:
        raise BadKey(f"{file} is there already") from None
    except OSError as error:
        raise BadKey(f"{file}: {error.strerror}") from None
    return public


def load_public(file: Path) -> X25519PublicKey:
    """Raises BadKey."""
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{file}: {error}") from None
    if not isinstance(key, X25519PublicKey):
        raise BadKey(f"{file}: not a public X25519 key")
    return key


def load_private(file: Path, passphrase: str) -> X25519PrivateKey:
    """Raises BadKey."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), passphrase.encode() or None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{file}: {error}") from None
    if not isinstance(key, X25519PrivateKey):
        raise BadKey(f"{file}: not a private X25519 key")
    return key


def _public_pem(key: X25519PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _write(file: Path, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(file, flags, mode), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
