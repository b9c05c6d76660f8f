"""The record: the frozen transcript and its signatures, what was recorded."""

from dataclasses import dataclass

from hearing_server.domain.events.values import RootCause, SigningKey


@dataclass(frozen=True, kw_only=True)
class TranscriptFrozen:
    """`digest` is of the document's canonical form, `lines` how many it prints; `signers` in the order of signing."""

    version: int
    digest: str
    lines: int
    signers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TranscriptSealed:
    """The document was printed and certified by the court; `sha256` is of the file."""

    version: int
    pages: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class TranscriptSigned:
    """`sha256` is of the file with this signature in it.

    `strokes_sha256` is of how the name was written, empty where it was typed or not written. A key that
    the server held needs a `witness`: who stood beside the party.
    """

    version: int
    party: str
    sha256: str
    certificate_sha256: str
    name_image_sha256: str
    strokes_sha256: str = ""
    key: SigningKey = SigningKey.BROWSER
    witness: str = ""


@dataclass(frozen=True, kw_only=True)
class SignerIdentified:
    """The clerk knows, on camera, that it is this party who is about to sign this version."""

    version: int
    party: str


@dataclass(frozen=True, kw_only=True)
class SignerAsserted:
    """The party's own device, its user verified, answered over the digest of this version (WebAuthn).

    `sha256` is of the file that keeps the assertion and the public key.
    """

    version: int
    party: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class HeldKeyPermitted:
    """Who cannot sign with a key of their own may sign with one that the server holds; `reason` says why."""

    party: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SignatureRefused:
    version: int
    party: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefusalSealed:
    """The court's seal stands in the box of who refused, with the reason; `sha256` is of the file with it.

    `sealed`: the reason is sealed by order, and the box says so instead.
    """

    version: int
    party: str
    sha256: str
    sealed: bool = False


@dataclass(frozen=True, kw_only=True)
class TranscriptArchived:
    """Everybody has answered; the file carries its long-term validation data (PAdES B-LTA)."""

    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class SegmentRecorded:
    """`clean`: its first frame needs none before it; None where that is not known, as after a crash."""

    party: str
    source: str
    name: str
    codec: str
    sha256: str
    size: int
    frames: int
    started_at: int
    ended_at: int
    recovered: bool
    clean: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RecordingBegan:
    """From `at` on the recorder takes what this source sends."""

    party: str
    source: str
    at: int


@dataclass(frozen=True, kw_only=True)
class RecordingEnded:
    """From `at` on it does not; `cause` is that of the gap that begins, `closed` when none does.

    Where a server was killed there is none: the gap with cause `server` says so.
    """

    party: str
    source: str
    at: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class GapFound:
    party: str
    source: str
    started_at: int
    ended_at: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class RecordingFault:
    """Something of the recording needs a person."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class FaultExplained:
    """The presiding judge's signed note of what went wrong with the recording (法释〔2017〕5号 art. 4).

    `sha256` is of the signed file; `english` may be empty.
    """

    explanation: int
    started_at: int
    ended_at: int
    text: str
    english: str
    pages: int
    sha256: str
    certificate_sha256: str
    name_image_sha256: str


@dataclass(frozen=True, kw_only=True)
class RecordingRecovered:
    """What the fault of this code told of is over."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class RootSigned:
    """The court signed the root of the tree over the first `size` entries (domain/proof.py says what).

    `signature` (ECDSA over SHA-256, DER), `certificate` (DER) and `timestamp` (RFC 3161 token over the
    signature) are Base64; `timestamp` is empty when no authority answered. `signed_at` is by the clock of
    the server; the timestamp's is the one to rely on.
    """

    size: int
    root: str
    cause: RootCause
    signed_at: int
    signature: str
    certificate: str
    timestamp: str
