"""What happens to a paper. Times and who did it stand in the entry, not in the event.

Nothing here holds a contact, a link or a code: letters are named by the outbox's message.
"""

from dataclasses import dataclass
from enum import StrEnum

from hearing_server.domain.events import RootCause, SigningKey
from hearing_server.domain.parties import Role


class Way(StrEnum):
    """How a person is reached. `portal`: the person's own page; `clerk`: read out, where nothing reaches."""

    EMAIL = "email"
    SMS = "sms"
    PORTAL = "portal"
    CLERK = "clerk"


class Letter(StrEnum):
    """What a message to a person is about."""

    SIGN = "paper_sign"
    REMIND = "paper_remind"
    SERVE = "paper_serve"


class Cause(StrEnum):
    """Why somebody is stuck."""

    UNDELIVERED = "undelivered"  # no letter got through
    UNOPENED = "unopened"  # a letter got through, and for days nothing happened
    CODE = "code"  # too many wrong codes


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """A person of the case as the paper names them; `label` is the role as it is printed."""

    person: str
    role: Role
    label: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Value:
    """A field of a template, as it was filled in."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """A letter on its way: the outbox's message, to whom, about what, how."""

    message: str
    person: str
    letter: Letter
    way: Way


@dataclass(frozen=True, kw_only=True)
class Basis:
    """The consent that a service rests on, as it stood then (consent.py).

    `confirmed`: ways whose address the person gave or confirmed, and which has not changed since.
    """

    given_at: int
    how: str
    through: str
    confirmed: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class PaperMade:
    """`template` is empty for an uploaded file, whose hash is then `sha256` and whose pages are counted.

    `replaces`: the withdrawn paper that this one stands for.
    """

    paper: str
    case: str
    case_number: str
    case_title: str
    court: str
    title: str
    language: str  # zh-CN or en
    template: str = ""
    values: tuple[Value, ...] = ()
    sha256: str = ""
    pages: int = 0
    replaces: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperWithdrawn:
    reason: str


@dataclass(frozen=True, kw_only=True)
class SigningOpened:
    """The paper stays as it is now. `digest` is of its record; without signers the court's seal is all.

    `stuck_after` and `remind_before` (the deadline) in ms.
    """

    signers: tuple[Addressee, ...]
    digest: str
    deadline: int
    code: bool
    stuck_after: int
    remind_before: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PaperSealed:
    sha256: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class LetterQueued:
    post: Post


@dataclass(frozen=True, kw_only=True)
class LetterDelivered:
    """The person's mail server or the SMS gateway took it: what 法释〔2022〕11号 art. 135 calls sent with success.

    `sent_at` is when it did; it may be told later, after a crash.
    """

    message: str
    sent_at: int


@dataclass(frozen=True, kw_only=True)
class LetterFailed:
    message: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class LetterReadOut:
    """By the clerk, to somebody whom nothing else reaches."""

    message: str


@dataclass(frozen=True, kw_only=True)
class PaperOpened:
    """The person looked at it."""

    person: str


@dataclass(frozen=True, kw_only=True)
class PagesShown:
    """Pages of the file that were on the person's screen, for the first time."""

    person: str
    pages: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PaperDownloaded:
    person: str


@dataclass(frozen=True, kw_only=True)
class PersonCodeConfirmed:
    person: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class PersonCodeLocked:
    person: str
    until: int


@dataclass(frozen=True, kw_only=True)
class PaperObjected:
    person: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ObjectionAnswered:
    """The clerk's answer to the person's objection of this number, from 1. Accepted, the paper is withdrawn
    with it, to be replaced by one that is right.
    """

    person: str
    objection: int
    accepted: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaperAsserted:
    """The person's own device, its user verified, answered over the digest of the record (WebAuthn).

    `sha256` is of the file that keeps the assertion and the public key.
    """

    person: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PaperKeyPermitted:
    """The person may sign with a key that the server holds; `reason` says why they cannot with their own."""

    person: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaperSigned:
    """`sha256` is of the file with this signature in it; `strokes_sha256` of how the name was written.

    A key that the server held needs a `witness`: who stood beside them.
    """

    person: str
    sha256: str
    certificate_sha256: str
    name_image_sha256: str
    strokes_sha256: str = ""
    key: SigningKey = SigningKey.BROWSER
    witness: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperRefused:
    person: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PersonStuck:
    person: str
    cause: Cause


@dataclass(frozen=True, kw_only=True)
class DeadlinePassed:
    """Whoever has not answered by now can no more."""


@dataclass(frozen=True, kw_only=True)
class SigningClosed:
    """By the clerk, before everybody had answered."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class PaperCompleted:
    """The court's proof for the long term is in the file: no signature can follow."""

    sha256: str


@dataclass(frozen=True, kw_only=True)
class ServiceBegun:
    """The file `sha256` is served on the person by each of `ways`; a portal has it with this very event."""

    to: Addressee
    sha256: str
    ways: tuple[Way, ...]
    basis: Basis


@dataclass(frozen=True, kw_only=True)
class NoticeSealed:
    """The notice of a service, certified by the court."""

    person: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ReceiptConfirmed:
    """The person says that they have received it (收悉)."""

    person: str


@dataclass(frozen=True, kw_only=True)
class PaperRootSigned:
    """The court signed the root over the log's first `size` entries (proof.py). The rest is DER in Base64;
    `timestamp` is empty while no authority answers.
    """

    size: int
    root: str
    cause: RootCause
    signed_at: int
    signature: str
    certificate: str
    timestamp: str = ""


PAPER_EVENTS = (
    PaperMade, PaperWithdrawn, SigningOpened, PaperSealed, LetterQueued, LetterDelivered, LetterFailed,
    LetterReadOut, PaperOpened, PagesShown, PaperDownloaded, PersonCodeConfirmed, PersonCodeLocked,
    PaperObjected, ObjectionAnswered, PaperAsserted, PaperKeyPermitted, PaperSigned, PaperRefused,
    PersonStuck, DeadlinePassed, SigningClosed, PaperCompleted, ServiceBegun,
    NoticeSealed, ReceiptConfirmed, PaperRootSigned,
)  # fmt: skip
PaperEvent = (
    PaperMade | PaperWithdrawn | SigningOpened | PaperSealed | LetterQueued | LetterDelivered
    | LetterFailed | LetterReadOut | PaperOpened | PagesShown | PaperDownloaded | PersonCodeConfirmed
    | PersonCodeLocked | PaperObjected | ObjectionAnswered | PaperAsserted | PaperKeyPermitted
    | PaperSigned | PaperRefused | PersonStuck | DeadlinePassed | SigningClosed | PaperCompleted
    | ServiceBegun | NoticeSealed | ReceiptConfirmed | PaperRootSigned
)  # fmt: skip
