"""One-time codes by time (RFC 6238), their keys encrypted at rest, each for its account alone."""

import hmac
import secrets

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hearing_server.domain.staff import Account
from hearing_server.services.factors import NewTotp

STEP = 30  # seconds
NONCE = 12  # bytes


class Totp:
    """Implements TotpKeys and TotpMaker. `secret` encrypts (AES-256-GCM); `issuer` is what apps show."""

    def __init__(self, secret: bytes, issuer: str) -> None:
        self._cipher = AESGCM(secret)
        self._issuer = issuer

    def new(self, account: Account) -> tuple[bytes, NewTotp]:
        key = pyotp.random_base32()
        uri = pyotp.TOTP(key).provisioning_uri(name=account.login, issuer_name=self._issuer)
        picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=4, light="#fff")
        grouped = " ".join(key[n : n + 4] for n in range(0, len(key), 4))
        return self._seal(key, account.id), NewTotp(key=grouped, picture=picture)

    def step(self, sealed: bytes, account: str, code: str, now: int) -> int | None:
        """The code is compared in constant time with the three that may be shown now."""
        key = self._open(sealed, account)
        given = "".join(code.split())[:16].encode("utf-8", "surrogatepass")
        if key is None:
            return None
        otp, current = pyotp.TOTP(key, interval=STEP), now // 1000 // STEP
        right = [
            step
            for step in (current - 1, current, current + 1)
            if hmac.compare_digest(otp.generate_otp(step).encode(), given)
        ]
        return max(right, default=None)

    def _seal(self, key: str, account: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, key.encode(), account.encode())

    def _open(self, sealed: bytes, account: str) -> str | None:
        """None for what this server did not seal, for this account."""
        try:
            nonce, text = sealed[:NONCE], sealed[NONCE:]
            return self._cipher.decrypt(nonce, text, account.encode()).decode()
        except InvalidTag:
            return None
