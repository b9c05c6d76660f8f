"""The court's keys in a token (PKCS#11): they are made there, never leave it, and are asked to sign.

A `TokenKey` stands where a key from a file would: it has a public key and signs.
"""

import contextlib
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pkcs11
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from transcript.errors import SigningError

_CURVE = encode_named_curve_parameters("secp256r1")
_KEPT = {
    pkcs11.Attribute.TOKEN: True,
    pkcs11.Attribute.PRIVATE: True,
    pkcs11.Attribute.SENSITIVE: True,
    pkcs11.Attribute.EXTRACTABLE: False,
    pkcs11.Attribute.SIGN: True,
}
T = TypeVar("T")


class Token:
    """One session with a token, for one thread at a time; opened anew when the token gave up."""

    def __init__(self, module: Path, label: str, pin: str) -> None:
        self._module = module
        self._label = label
        self._pin = pin
        self._session: Any = None
        self._handles: dict[str, Any] = {}  # of private keys, for the session
        self._lock = threading.Lock()

    def key(self, name: str) -> "TokenKey | None":
        """The key of this label, if there is one; SigningError `token_unavailable`."""

        def find(session: Any) -> ec.EllipticCurvePublicKey | None:
            _check_alive(session)
            found = session.get_objects(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY,
                    pkcs11.Attribute.LABEL: name,
                }
            )
            publics = list(found)  # to its end: a search that is left open outlives its session
            return _public(publics[0]) if publics else None

        public = self.do(find)
        return None if public is None else TokenKey(self, name, public)

    def make_key(self, name: str) -> "TokenKey":
        """A P-256 key that the token makes and keeps; SigningError `token_unavailable`."""

        def make(session: Any) -> ec.EllipticCurvePublicKey:
            domain = session.create_domain_parameters(
                pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: _CURVE}, local=True
            )
            public, _ = domain.generate_keypair(
                store=True, label=name, private_template=_KEPT,
                capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
            )  # fmt: skip
            return _public(public)

        return TokenKey(self, name, self.do(make))

    def sign(self, name: str, digest: bytes) -> bytes:
        """r and s, of 32 bytes each, over a SHA-256."""

        def sign(session: Any) -> bytes:
            if name not in self._handles:
                _check_alive(session)
                self._handles[name] = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=name)
            key = self._handles[name]
            signature: bytes = key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
            return signature

        return self.do(sign)

    def do(self, step: Callable[[Any], T]) -> T:
        """Once more in a new session: a token that was pulled out and put in again has forgotten the old one."""
        with self._lock:
            for attempt in (1, 2):
                try:
                    if self._session is None:
                        self._session = self._open()
                    return step(self._session)
                except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
                    self._session = None
                    self._handles.clear()
                    if attempt == 1 and not isinstance(error, pkcs11.PinIncorrect):
                        self._forget()
                    if attempt == 2 or isinstance(error, pkcs11.PinIncorrect):
                        why = str(error) or type(error).__name__
                        text = f"the token {self._label} in {self._module}: {why}"
                        raise SigningError(text, code="token_unavailable") from error
        raise AssertionError("unreachable")

    def _forget(self) -> None:
        """Have the library look for its tokens again."""
        with contextlib.suppress(pkcs11.PKCS11Error, RuntimeError, OSError):
            pkcs11.lib(str(self._module)).reinitialize()

    def _open(self) -> Any:
        token = pkcs11.lib(str(self._module)).get_token(token_label=self._label)
        return token.open(rw=True, user_pin=self._pin)


def _check_alive(session: Any) -> None:
    """Fails cleanly in a session that is over; a search in it would not."""
    session.generate_random(64)


def _public(found: Any) -> ec.EllipticCurvePublicKey:
    key = serialization.load_der_public_key(encode_ec_public_key(found))
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SigningError("a key in the token is not a P-256 key", code="authority_damaged")
    return key


class TokenKey(ec.EllipticCurvePrivateKey):
    """Signs in the token; cannot be had."""

    def __init__(self, token: Token, name: str, public: ec.EllipticCurvePublicKey) -> None:
        self._token = token
        self._name = name
        self._public = public

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """DER; ECDSA with SHA-256 alone."""
        if not isinstance(signature_algorithm.algorithm, hashes.SHA256):
            raise SigningError("a token's keys sign SHA-256 alone")
        raw = self._token.sign(self._name, hashlib.sha256(data).digest())
        return encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        raise SigningError("a token's keys sign and do nothing else")

    def private_numbers(self) -> NoReturn:
        raise SigningError("a token's keys do not leave it")

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> NoReturn:
        raise SigningError("a token's keys do not leave it")

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "TokenKey":
        return self
