"""What may be asked of a paper. Ids, times and digests are arguments: nothing here makes them."""

from dataclasses import dataclass

from hearing_server.domain.events import SigningKey
from hearing_server.domain.papers.events import (
    Addressee,
    Basis,
    PaperMade,
    PaperRootSigned,
    Post,
    Way,
)


@dataclass(frozen=True, kw_only=True)
class Make:
    made: PaperMade


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    reason: str


@dataclass(frozen=True, kw_only=True)
class OpenSigning:
    signers: tuple[Addressee, ...]
    digest: str
    deadline: int
    code: bool
    stuck_after: int
    remind_before: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class EnterSeal:
    """`posts` are the letters that now go out: nobody is asked before there is something to sign."""

    sha256: str
    pages: int
    posts: tuple[Post, ...]


@dataclass(frozen=True, kw_only=True)
class Remind:
    """`posts` to those who are named in them and have still to answer."""

    posts: tuple[Post, ...]


@dataclass(frozen=True, kw_only=True)
class NoteLetter:
    """What became of a letter, and when: `delivered`, `read_out`, or failed with the reason."""

    message: str
    outcome: str
    at: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Open:
    person: str


@dataclass(frozen=True, kw_only=True)
class ShowPages:
    person: str
    pages: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Download:
    person: str


@dataclass(frozen=True, kw_only=True)
class ConfirmCode:
    person: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class LockCode:
    person: str
    until: int


@dataclass(frozen=True, kw_only=True)
class Object:
    person: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """To the objection of this number (from 1) of the person."""

    person: str
    objection: int
    accepted: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class EnterAssertion:
    person: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PermitKey:
    person: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Sign:
    """`base` is the file that it was made on: of two at once on two nodes, one has to begin again."""

    person: str
    base: str
    sha256: str
    certificate_sha256: str
    name_image_sha256: str
    strokes_sha256: str = ""
    key: SigningKey = SigningKey.BROWSER
    witness: str = ""


@dataclass(frozen=True, kw_only=True)
class Refuse:
    person: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Close:
    reason: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """The server looks at the clock: who is stuck, whether the deadline has passed."""


@dataclass(frozen=True, kw_only=True)
class EnterCompletion:
    base: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Serve:
    """`notice_sha256` is of the sealed notice: there is no moment at which a service stands without it."""

    to: Addressee
    ways: tuple[Way, ...]
    basis: Basis
    posts: tuple[Post, ...]
    notice_sha256: str


@dataclass(frozen=True, kw_only=True)
class ConfirmReceipt:
    person: str


@dataclass(frozen=True, kw_only=True)
class EnterRoot:
    root: PaperRootSigned


Command = (
    Make | Withdraw | OpenSigning | EnterSeal | Remind | NoteLetter | Open | ShowPages | Download
    | ConfirmCode | LockCode | Object | Answer | EnterAssertion | PermitKey | Sign | Refuse | Close | Look
    | EnterCompletion | Serve | ConfirmReceipt | EnterRoot
)  # fmt: skip
