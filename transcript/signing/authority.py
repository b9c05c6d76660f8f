"""The court's embedded authority: root, seal, record and timestamp keys, and the certificates it issued."""

import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from transcript.errors import SigningError

from . import certificates, keystore
from .certificates import Issuer, Subject
from .key_signer import KeySigner
from .room import Room
from .timestamp import LocalTimeStamper, RemoteTimestamps, to_asn1
from .token import Token

_ISSUED = "issued.jsonl"
_LONGEST = timedelta(days=7)
_LABEL = "hearing-"  # of keys in a token

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate that was given to a party. `revoked_at` is None while it stands."""

    serial: int
    party: str
    hearing: str
    name: str
    not_after: datetime
    revoked_at: datetime | None


class Authority:
    """Open with `Authority.open`. Safe to use from several threads and processes."""

    def __init__(
        self,
        folder: Path,
        *,
        root: Issuer,
        seal: Issuer,
        record: Issuer,
        timestamper: Issuer,
        clock: Clock,
        remote: RemoteTimestamps | None,
    ) -> None:
        self.folder = folder
        self.root = root
        self.seal = seal
        self.record = record  # signs the roots of logs
        self.remote = remote
        self._timestamper = timestamper
        self._clock = clock
        self._lock = threading.Lock()
        self._stamper = self._time_stamper()
        self.room = Room()  # for a party's signature

    @classmethod
    def open(
        cls,
        folder: Path,
        passphrase: bytes,
        court_name: str,
        *,
        clock: Clock = system_clock,
        remote_timestamps: RemoteTimestamps | None = None,
        token: Token | None = None,
    ) -> "Authority":
        """Open the authority in `folder`, making its keys on first use: in files, or in `token`.

        Raises SigningError: `empty_passphrase`, `wrong_passphrase`, `authority_damaged`, `token_unavailable`.
        """
        if not passphrase:
            raise SigningError("the authority needs a passphrase", code="empty_passphrase")
        if not folder.exists() or not any(folder.iterdir()):
            _create(folder, passphrase, court_name, clock(), token)
        root, seal, timestamper = (
            _issuer(folder, name, passphrase, token) for name in ("root", "seal", "tsa")
        )
        return cls(
            folder,
            root=root,
            seal=seal,
            record=_record_key(folder, passphrase, court_name, root, clock(), token),
            timestamper=timestamper,
            clock=clock,
            remote=remote_timestamps,
        )

    @property
    def court_name(self) -> str:
        """The court as its seal names it."""
        organisation = x509.oid.NameOID.ORGANIZATION_NAME
        return str(self.seal.certificate.subject.get_attributes_for_oid(organisation)[0].value)

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """The court's own: the root, and those of the keys that it signs with."""
        own = (self.root, self.seal, self.record, self._timestamper)
        return tuple(one.certificate for one in own)

    def seal_signer(self) -> Signer:
        """Who puts the court's seal on a document or a bundle."""
        return KeySigner(self.seal, self.companions())

    def companions(self) -> SimpleCertificateStore:
        """The certificates that every signature brings along: the root."""
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(to_asn1(self.root.certificate))
        return store

    def now(self) -> datetime:
        """The authority's clock, in UTC."""
        return self._clock()

    def issue_signing_certificate(
        self,
        spki: bytes,
        *,
        name: str,
        party: str,
        label: str,
        hearing: str,
        minutes: int,
        held: bool = False,
    ) -> x509.Certificate:
        """Certify a party's public key (DER SubjectPublicKeyInfo, P-256) for `minutes`.

        `held`: the server made the key, and the certificate says so.

        Raises SigningError: `bad_public_key`, `bad_validity`, `name_too_long`.
        """
        valid = timedelta(minutes=minutes)
        if not timedelta() < valid <= _LONGEST:
            raise SigningError("a signing window is at most seven days", code="bad_validity")
        subject = Subject(
            organisation=self.court_name, name=name, role=label, identifier=party, unit=hearing
        )
        public = load_public_key(spki)
        certificate = certificates.make_party(
            subject, public, self.root, self._clock(), valid, held=held
        )
        self._record(
            {
                "issued": f"{certificate.serial_number:x}",
                "party": party,
                "hearing": hearing,
                "name": name,
                "not_after": certificate.not_valid_after_utc.isoformat(),
            }
        )
        return certificate

    def issued(self) -> tuple[Issued, ...]:
        """Every certificate given to a party, oldest first."""
        records = keystore.read_records(self.folder / _ISSUED)
        revoked = _revoked(records)
        return tuple(
            Issued(
                serial=int(one["issued"], 16),
                party=one["party"],
                hearing=one["hearing"],
                name=one["name"],
                not_after=datetime.fromisoformat(one["not_after"]),
                revoked_at=revoked.get(int(one["issued"], 16)),
            )
            for one in records
            if "issued" in one
        )

    def revoke(self, serial: int) -> None:
        """Revoke a certificate from now on; `unknown_serial` if it was not issued here."""
        found = next((one for one in self.issued() if one.serial == serial), None)
        if found is None:
            raise SigningError("no such certificate was issued", code="unknown_serial")
        if found.revoked_at is None:
            self._record({"revoked": f"{serial:x}", "at": self._clock().isoformat()})

    def is_revoked(self, serial: int) -> bool:
        """Whether a certificate was revoked."""
        return serial in _revoked(keystore.read_records(self.folder / _ISSUED))

    def crl(self) -> x509.CertificateRevocationList:
        """A fresh revocation list."""
        revoked = _revoked(keystore.read_records(self.folder / _ISSUED))
        return certificates.make_crl(self.root, revoked, self._clock().replace(microsecond=0))

    def time_stamper(self) -> TimeStamper:
        """The configured timestamp authority: the built-in one unless another was named.

        Always the same one: pyHanko asks it once for an answer to see how large they are, and remembers.
        """
        return self._stamper

    def _time_stamper(self) -> TimeStamper:
        if self.remote is not None:
            return self.remote.time_stamper()
        return LocalTimeStamper(self._timestamper, self.root.certificate, self._clock)

    def _record(self, record: dict[str, str]) -> None:
        with self._lock, keystore.locked(self.folder):
            keystore.append_record(self.folder / _ISSUED, record)


def load_public_key(spki: bytes) -> ec.EllipticCurvePublicKey:
    """A P-256 public key from its DER; `bad_public_key` for anything else."""
    try:
        key = serialization.load_der_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningError("not a public key", code="bad_public_key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SigningError("only P-256 keys can be certified", code="bad_public_key")
    return key


def _create(
    folder: Path, passphrase: bytes, court: str, now: datetime, token: Token | None
) -> None:
    """Make all keys beside the folder and move them there in one step."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
            draft = Path(beside) / "keys"
            draft.mkdir(mode=0o700)
            _make_keys(draft, passphrase, court, now, token)
            os.replace(draft, folder)
        keystore.sync_folder(folder.parent)
    except OSError as error:
        if not (folder / "root.crt.pem").exists():  # else another start made it first
            text = f"the authority cannot be made in {folder}: {error.strerror}"
            raise SigningError(text, code="authority_unwritable") from error


def _record_key(
    folder: Path,
    passphrase: bytes,
    court: str,
    root: Issuer,
    now: datetime,
    token: Token | None,
) -> Issuer:
    """The key for the roots of logs, made when it is first needed: by one of two starts at once."""
    try:
        with keystore.locked(folder):
            if not (folder / "record.crt.pem").exists():  # written last
                key = _new_key(folder, "record", passphrase, token)
                certificate = certificates.make_recorder(court, key.public_key(), root, now)
                keystore.write_certificate(folder / "record.crt.pem", certificate)
    except OSError as error:
        text = f"the record key cannot be made in {folder}: {error.strerror}"
        raise SigningError(text, code="authority_unwritable") from error
    return _issuer(folder, "record", passphrase, token)


def _new_key(
    folder: Path, name: str, passphrase: bytes, token: Token | None
) -> ec.EllipticCurvePrivateKey:
    """Kept in the token, or encrypted in a file of the folder."""
    if token is not None:
        # One that a start left there before its certificate was written is taken up.
        return token.key(_LABEL + name) or token.make_key(_LABEL + name)
    key = ec.generate_private_key(ec.SECP256R1())
    keystore.write_key(folder / f"{name}.key.pem", key, passphrase)
    return key


def _issuer(folder: Path, name: str, passphrase: bytes, token: Token | None) -> Issuer:
    """A certificate of the folder and its key, from the same or from the token."""
    if token is None:
        return keystore.read_issuer(folder, name, passphrase)
    key = token.key(_LABEL + name)
    if key is None:
        text = f"the token has no key {_LABEL}{name}, for which {folder} has a certificate"
        raise SigningError(text, code="authority_damaged")
    return keystore.issuer_of(folder, name, key)


def _make_keys(
    draft: Path, passphrase: bytes, court: str, now: datetime, token: Token | None
) -> None:
    names = ("root", "seal", "tsa")
    keys = {name: _new_key(draft, name, passphrase, token) for name in names}
    root = certificates.make_root(court, keys["root"], now)
    issuer = Issuer(certificate=root, key=keys["root"])
    made = {
        "root": root,
        "seal": certificates.make_seal(court, keys["seal"].public_key(), issuer, now),
        "tsa": certificates.make_timestamper(court, keys["tsa"].public_key(), issuer, now),
    }
    for name in names:
        keystore.write_certificate(draft / f"{name}.crt.pem", made[name])


def _revoked(records: list[dict[str, str]]) -> dict[int, datetime]:
    return {
        int(one["revoked"], 16): datetime.fromisoformat(one["at"])
        for one in records
        if "revoked" in one
    }
