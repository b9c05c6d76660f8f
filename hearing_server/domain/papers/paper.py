"""The state of a paper: what its log adds up to. `apply` is pure and never refuses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from hearing_server.domain.events import SigningKey
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.events import Addressee, Basis, Cause, Post, Way
from hearing_server.domain.papers.log import Entry

_EMPTY: Mapping[Any, Any] = MappingProxyType({})


def _empty() -> Mapping[Any, Any]:
    return _EMPTY


class Phase(StrEnum):
    DRAFT = "draft"  # made: may still be looked at and withdrawn
    SEALING = "sealing"  # sent round: the court's seal is being made
    SIGNING = "signing"
    CLOSING = "closing"  # nobody can sign any more: the proof for the long term is being made
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Said:
    """Words, and when."""

    text: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    accepted: bool
    reason: str
    at: int


@dataclass(frozen=True, kw_only=True)
class Objection:
    """What somebody says is wrong, and what the clerk answered."""

    text: str
    at: int
    answer: Answer | None = None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A letter, and what became of it."""

    post: Post
    queued_at: int
    delivered_at: int | None = None
    failed_at: int | None = None
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Where somebody stands who was asked to sign."""

    to: Addressee
    opened_at: int | None = None
    shown: frozenset[int] = frozenset()
    downloaded_at: int | None = None
    code_at: int | None = None
    objections: tuple[Objection, ...] = ()
    asserted_at: int | None = None  # with a passkey
    permitted: Said | None = None  # a key of the court's, and why
    signed_at: int | None = None
    certificate_sha256: str = ""
    held: bool = False  # signed with a key of the court's, beside `witness`
    witness: str = ""
    refused: Said | None = None
    stuck: tuple[Cause, int] | None = None
    reminders: int = 0  # the automatic ones among them, too
    reminded_at: int | None = None

    @property
    def answered(self) -> bool:
        return self.signed_at is not None or self.refused is not None

    @property
    def waits(self) -> bool:
        """For the answer to an objection."""
        return any(one.answer is None for one in self.objections)

    @property
    def read_to(self) -> int:
        """The page up to which every page was shown."""
        page = 0
        while page + 1 in self.shown:
            page += 1
        return page


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service on one person. `delivered`: by which way it reached their system, and when."""

    to: Addressee
    sha256: str
    begun_at: int
    ways: tuple[Way, ...]
    basis: Basis
    delivered: Mapping[Way, int] = field(default_factory=_empty)
    notice_sha256: str = ""
    opened_at: int | None = None
    downloaded_at: int | None = None
    confirmed_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Signing:
    """The round of signatures as it was opened, and how it ended."""

    digest: str
    opened_at: int
    deadline: int
    code: bool
    stuck_after: int
    remind_before: tuple[int, ...]
    late: bool = False  # the deadline has passed
    closed: Said | None = None  # by the clerk


@dataclass(frozen=True, kw_only=True)
class Root:
    """The newest signed root: over so many entries of the log."""

    size: int
    at: int
    timestamped: bool


@dataclass(frozen=True, kw_only=True)
class Paper:
    """`sha256` is of the newest file, `pages` its number of pages; both only once it is sealed."""

    id: str = ""
    seq: int = 0
    at: int = 0
    fact_seq: int = 0  # the newest entry that is no root, and its time
    fact_at: int = 0
    ended_seq: int = 0  # the entry with which it was finished or withdrawn
    root: Root | None = None
    made: ev.PaperMade | None = None
    made_at: int = 0
    made_by: str = ""
    signing: Signing | None = None
    sealed_at: int | None = None
    sha256: str = ""
    pages: int = 0
    completed_at: int | None = None
    withdrawn: Said | None = None
    signers: Mapping[str, Signer] = field(default_factory=_empty)  # in the order of the file
    services: Mapping[str, Service] = field(default_factory=_empty)
    letters: Mapping[str, Sent] = field(default_factory=_empty)  # by message

    @property
    def phase(self) -> Phase:
        if self.withdrawn is not None:
            return Phase.WITHDRAWN
        if self.completed_at is not None:
            return Phase.COMPLETE
        if self.signing is None:
            return Phase.DRAFT
        if self.sealed_at is None:
            return Phase.SEALING
        over = self.signing.late or self.signing.closed is not None
        return Phase.CLOSING if over or self.answered else Phase.SIGNING

    @property
    def answered(self) -> bool:
        return all(signer.answered for signer in self.signers.values())

    def letters_to(self, person: str, *kinds: ev.Letter) -> list[Sent]:
        return [
            sent
            for sent in self.letters.values()
            if sent.post.person == person and sent.post.letter in kinds
        ]

    def addressed(self, person: str) -> bool:
        """Whether there is anything here for this person now: of a withdrawn paper, its fate for those who
        signed it or objected."""
        if person in self.services:
            return True
        signer = self.signers.get(person)
        if signer is None or self.sealed_at is None:
            return False
        return self.withdrawn is None or bool(signer.signed_at or signer.objections)


def fold(entries: Iterable[Entry], paper: Paper | None = None) -> Paper:
    paper = paper or Paper()
    for entry in entries:
        paper = replace(apply(paper, entry), seq=entry.seq, at=entry.at)
        if not isinstance(entry.event, ev.PaperRootSigned):
            paper = replace(paper, fact_seq=entry.seq, fact_at=entry.at)
    return paper


def apply(paper: Paper, entry: Entry) -> Paper:
    event, at = entry.event, entry.at
    match event:
        case ev.PaperMade():
            return replace(paper, id=event.paper, made=event, made_at=at, made_by=entry.by)
        case ev.PaperWithdrawn():
            withdrawn = Said(text=event.reason, at=at)
            return replace(paper, withdrawn=withdrawn, ended_seq=entry.seq)
        case ev.SigningOpened():
            return _opened(paper, event, at)
        case ev.PaperSealed():
            return replace(paper, sealed_at=at, sha256=event.sha256, pages=event.pages)
        case ev.PaperCompleted():
            return replace(paper, completed_at=at, sha256=event.sha256, ended_seq=entry.seq)
        case ev.PaperRootSigned():
            root = Root(size=event.size, at=at, timestamped=bool(event.timestamp))
            return replace(paper, root=root)
        case ev.DeadlinePassed():
            return replace(paper, signing=replace(_signing(paper), late=True))
        case ev.SigningClosed():
            closed = Said(text=event.reason, at=at)
            return replace(paper, signing=replace(_signing(paper), closed=closed))
        case ev.LetterQueued() | ev.LetterDelivered() | ev.LetterFailed() | ev.LetterReadOut():
            return _posted(paper, event, at)
        case ev.ServiceBegun():
            return _served(paper, event, at)
    return _by_person(paper, event, at)


def _opened(paper: Paper, event: ev.SigningOpened, at: int) -> Paper:
    signing = Signing(
        digest=event.digest,
        opened_at=at,
        deadline=event.deadline,
        code=event.code,
        stuck_after=event.stuck_after,
        remind_before=event.remind_before,
    )
    signers = {one.person: Signer(to=one) for one in event.signers}
    return replace(paper, signing=signing, signers=MappingProxyType(signers))


def _served(paper: Paper, event: ev.ServiceBegun, at: int) -> Paper:
    at_once = {Way.PORTAL: at} if Way.PORTAL in event.ways else {}
    service = Service(
        to=event.to,
        sha256=event.sha256,
        begun_at=at,
        ways=event.ways,
        basis=event.basis,
        delivered=MappingProxyType(at_once),
    )
    return replace(paper, services=_with(paper.services, event.to.person, service))


def _posted(
    paper: Paper,
    event: ev.LetterQueued | ev.LetterDelivered | ev.LetterFailed | ev.LetterReadOut,
    at: int,
) -> Paper:
    if isinstance(event, ev.LetterQueued):
        post = event.post
        sent = Sent(post=post, queued_at=at)
        paper = replace(paper, letters=_with(paper.letters, post.message, sent))
        signer = paper.signers.get(post.person)
        if post.letter is ev.Letter.REMIND and signer and signer.reminded_at != at:
            more = replace(signer, reminders=signer.reminders + 1, reminded_at=at)
            paper = replace(paper, signers=_with(paper.signers, post.person, more))
        return paper
    sent = paper.letters[event.message]
    if isinstance(event, ev.LetterFailed):
        sent = replace(sent, failed_at=at, fault=event.reason)
        return replace(paper, letters=_with(paper.letters, event.message, sent))
    if isinstance(event, ev.LetterDelivered):
        at = event.sent_at
    sent = replace(sent, delivered_at=at, failed_at=None, fault="")
    paper = replace(paper, letters=_with(paper.letters, event.message, sent))
    service = paper.services.get(sent.post.person)
    if sent.post.letter is not ev.Letter.SERVE or service is None:
        return paper
    delivered = MappingProxyType({sent.post.way: at, **service.delivered})  # the first time counts
    service = replace(service, delivered=delivered)
    return replace(paper, services=_with(paper.services, sent.post.person, service))


def _by_person(paper: Paper, event: Any, at: int) -> Paper:
    """What one person did, or what became of them: to whatever is asked of them."""
    signer, service = paper.signers.get(event.person), paper.services.get(event.person)
    if signer is not None:
        signer = _signer(signer, event, at)
        paper = replace(paper, signers=_with(paper.signers, event.person, signer))
    if service is not None:
        service = _service(service, event, at)
        paper = replace(paper, services=_with(paper.services, event.person, service))
    return replace(paper, sha256=event.sha256) if isinstance(event, ev.PaperSigned) else paper


def _signer(signer: Signer, event: Any, at: int) -> Signer:
    match event:
        case ev.PaperOpened():
            return replace(signer, opened_at=_first(signer.opened_at, at), stuck=None)
        case ev.PagesShown():
            return replace(signer, shown=signer.shown | set(event.pages))
        case ev.PaperDownloaded():
            return replace(signer, downloaded_at=_first(signer.downloaded_at, at))
        case ev.PersonCodeConfirmed():
            return replace(signer, code_at=at, stuck=None)
        case ev.PaperObjected():
            new = Objection(text=event.text, at=at)
            return replace(signer, objections=(*signer.objections, new))
        case ev.ObjectionAnswered():
            answer = Answer(accepted=event.accepted, reason=event.reason, at=at)
            all_of = list(signer.objections)
            all_of[event.objection - 1] = replace(all_of[event.objection - 1], answer=answer)
            return replace(signer, objections=tuple(all_of))
        case ev.PaperSigned():
            return replace(
                signer,
                signed_at=at,
                certificate_sha256=event.certificate_sha256,
                held=event.key is SigningKey.HELD,
                witness=event.witness,
                stuck=None,
            )
        case ev.PaperAsserted():
            return replace(signer, asserted_at=at)
        case ev.PaperKeyPermitted():
            return replace(signer, permitted=Said(text=event.reason, at=at))
        case ev.PaperRefused():
            return replace(signer, refused=Said(text=event.reason, at=at), stuck=None)
        case ev.PersonStuck():
            return replace(signer, stuck=(event.cause, at))
    return signer


def _service(service: Service, event: Any, at: int) -> Service:
    match event:
        case ev.PaperOpened():
            return replace(service, opened_at=_first(service.opened_at, at))
        case ev.PaperDownloaded():
            return replace(service, downloaded_at=_first(service.downloaded_at, at))
        case ev.ReceiptConfirmed():
            return replace(service, confirmed_at=_first(service.confirmed_at, at))
        case ev.NoticeSealed():
            return replace(service, notice_sha256=event.sha256)
    return service


def _first(before: int | None, at: int) -> int:
    return at if before is None else before


def _signing(paper: Paper) -> Signing:
    assert paper.signing is not None
    return paper.signing


def _with(known: Mapping[str, Any], key: str, value: Any) -> Mapping[str, Any]:
    return MappingProxyType({**known, key: value})
