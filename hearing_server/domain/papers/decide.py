"""What follows from a command as a paper stands: events, or a refusal. Pure.

Who may give a command is asked before (services/papers.py): the clerk's are of the case's staff, a
person's own are of whoever proved to be that person, the rest are the server's.
"""

from collections.abc import Callable
from typing import Any, cast

from hearing_server.domain.cases import text_problem
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import SigningKey
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.events import Cause, Letter, Way
from hearing_server.domain.papers.paper import Paper, Phase, Service, Signer

MOST_SIGNERS = 50
MOST_PAGES = 500
MOST_TEXT = 500  # characters of a reason
MOST_WITNESS = 100
MOST_OBJECTION = 2000
MOST_OBJECTIONS = 20  # of a person
MOST_REMINDERS = 20  # of a person
HOUR = 3_600_000
LONGEST = 90 * 24 * HOUR  # until a deadline

Events = tuple[ev.PaperEvent, ...]


def decide(paper: Paper, command: cmd.Command, now: int) -> Events:
    rule = cast(Callable[[Paper, Any, int], Events], RULES[type(command)])
    if not isinstance(command, cmd.Make) and paper.made is None:
        raise Refused(Code.NOT_FOUND)
    return rule(paper, command, now)


def check_signer(paper: Paper, person: str, now: int) -> Signer:
    """Whoever may sign now; Refused with why not."""
    signer = asked(paper, person)
    if signer.answered:
        raise Refused(Code.ALREADY_ANSWERED)
    signing = paper.signing
    if signing is None or paper.sealed_at is None:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    if signing.late or now > signing.deadline:
        raise Refused(Code.DEADLINE_PASSED)
    if paper.phase is not Phase.SIGNING:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    return signer


def check_read(paper: Paper, signer: Signer) -> None:
    """Every page was on the signer's screen; Refused(not_read) with the first that was not.

    Refused(objection_open) while what they object to is not answered.
    """
    if signer.read_to < paper.pages:
        raise Refused(Code.NOT_READ, str(signer.read_to + 1))
    if signer.waits:
        raise Refused(Code.OBJECTION_OPEN)


def asked(paper: Paper, person: str) -> Signer:
    """Refused(not_a_signer)."""
    if person not in paper.signers:
        raise Refused(Code.NOT_A_SIGNER)
    return paper.signers[person]


def _make(paper: Paper, command: cmd.Make, now: int) -> Events:
    if paper.made is not None:
        raise Refused(Code.NO_CHANGE)
    return (command.made,)


def _withdraw(paper: Paper, command: cmd.Withdraw, now: int) -> Events:
    """Not once somebody has signed it: then it is closed, or withdrawn with an objection that is accepted."""
    _said(command.reason, MOST_TEXT)
    signed = any(signer.signed_at for signer in paper.signers.values())
    if paper.phase not in (Phase.DRAFT, Phase.SEALING, Phase.SIGNING) or signed:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    return (ev.PaperWithdrawn(reason=command.reason),)


def _open_signing(paper: Paper, command: cmd.OpenSigning, now: int) -> Events:
    if paper.phase is not Phase.DRAFT:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    people = [one.person for one in command.signers]
    if len(people) > MOST_SIGNERS:
        raise Refused(Code.TOO_MANY, str(MOST_SIGNERS))
    if len(set(people)) != len(people):
        raise Refused(Code.BAD_MESSAGE, "a person twice")
    if people and not 0 < command.deadline - now <= LONGEST:
        raise Refused(Code.BAD_MESSAGE, "deadline")
    fields = command.__dict__ | {"remind_before": tuple(sorted(set(command.remind_before)))[::-1]}
    return (ev.SigningOpened(**fields),)


def _enter_seal(paper: Paper, command: cmd.EnterSeal, now: int) -> Events:
    if paper.phase is not Phase.SEALING:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    sealed = ev.PaperSealed(sha256=command.sha256, pages=command.pages)
    return (sealed, *(ev.LetterQueued(post=post) for post in command.posts))


def _remind(paper: Paper, command: cmd.Remind, now: int) -> Events:
    for post in command.posts:
        signer = check_signer(paper, post.person, now)
        if signer.reminders >= MOST_REMINDERS:
            raise Refused(Code.TOO_MANY, str(MOST_REMINDERS))
    return tuple(ev.LetterQueued(post=post) for post in command.posts)


def _note_letter(paper: Paper, command: cmd.NoteLetter, now: int) -> Events:
    sent = paper.letters.get(command.message)
    if sent is None:
        raise Refused(Code.NOT_FOUND)
    if sent.delivered_at is not None:
        return ()
    if command.outcome == "failed":
        failed = ev.LetterFailed(message=command.message, reason=command.reason[:200])
        return () if sent.failed_at is not None else (failed,)
    if command.outcome == "read_out":
        return (ev.LetterReadOut(message=command.message),)
    at = min(max(command.at, sent.queued_at), now)
    return (ev.LetterDelivered(message=command.message, sent_at=at),)


def _open(paper: Paper, command: cmd.Open, now: int) -> Events:
    """The first time for whatever is asked of them: every further view is in the audit trail."""
    signer, service = _addressed(paper, command.person)
    known = (one.opened_at for one in (signer, service) if one is not None)
    return (ev.PaperOpened(person=command.person),) if None in known else ()


def _show_pages(paper: Paper, command: cmd.ShowPages, now: int) -> Events:
    signer, _ = _addressed(paper, command.person)
    if any(not 1 <= page <= paper.pages for page in command.pages):
        raise Refused(Code.BAD_MESSAGE, "page")
    if signer is None or signer.answered:
        return ()
    new = tuple(sorted(set(command.pages) - signer.shown))
    return (ev.PagesShown(person=command.person, pages=new),) if new else ()


def _download(paper: Paper, command: cmd.Download, now: int) -> Events:
    signer, service = _addressed(paper, command.person)
    known = (one.downloaded_at for one in (signer, service) if one is not None)
    return (ev.PaperDownloaded(person=command.person),) if None in known else ()


def _confirm_code(paper: Paper, command: cmd.ConfirmCode, now: int) -> Events:
    _addressed(paper, command.person)
    return (ev.PersonCodeConfirmed(person=command.person, channel=command.channel),)


def _lock_code(paper: Paper, command: cmd.LockCode, now: int) -> Events:
    """Whoever cannot get in is stuck from now on; the board says so."""
    signer, _ = _addressed(paper, command.person)
    locked = ev.PersonCodeLocked(person=command.person, until=command.until)
    if signer is None or signer.answered:
        return (locked,)
    return locked, ev.PersonStuck(person=command.person, cause=Cause.CODE)


def _object(paper: Paper, command: cmd.Object, now: int) -> Events:
    signer = check_signer(paper, command.person, now)
    _said(command.text, MOST_OBJECTION, lines=True)
    if len(signer.objections) >= MOST_OBJECTIONS:
        raise Refused(Code.TOO_MANY, str(MOST_OBJECTIONS))
    return (ev.PaperObjected(person=command.person, text=command.text),)


def _answer(paper: Paper, command: cmd.Answer, now: int) -> Events:
    """A refusal goes on record at any time; a paper is withdrawn only while it is out for signing."""
    objections = asked(paper, command.person).objections
    if not 1 <= command.objection <= len(objections):
        raise Refused(Code.NOT_FOUND)
    if objections[command.objection - 1].answer is not None:
        raise Refused(Code.ALREADY_ANSWERED)
    if command.accepted and paper.phase is not Phase.SIGNING:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    _said(command.reason, MOST_TEXT)
    answered = ev.ObjectionAnswered(**command.__dict__)
    if command.accepted:
        return answered, ev.PaperWithdrawn(reason=command.reason)
    return (answered,)


def _enter_assertion(paper: Paper, command: cmd.EnterAssertion, now: int) -> Events:
    signer = check_signer(paper, command.person, now)
    check_read(paper, signer)
    if signer.asserted_at is not None:
        raise Refused(Code.NO_CHANGE)
    return (ev.PaperAsserted(**command.__dict__),)


def _permit_key(paper: Paper, command: cmd.PermitKey, now: int) -> Events:
    signer = check_signer(paper, command.person, now)
    if signer.permitted is not None:
        raise Refused(Code.NO_CHANGE)
    _said(command.reason, MOST_TEXT)
    return (ev.PaperKeyPermitted(**command.__dict__),)


def check_held(signer: Signer, witness: str) -> None:
    """Refused(not_allowed) without the clerk's leave, Refused(empty) without a witness."""
    if signer.permitted is None:
        raise Refused(Code.NOT_ALLOWED, "a key of the court's is not permitted")
    _said(witness, MOST_WITNESS)


def _sign(paper: Paper, command: cmd.Sign, now: int) -> Events:
    signer = check_signer(paper, command.person, now)
    check_read(paper, signer)
    if command.key is SigningKey.HELD:
        check_held(signer, command.witness)
    _check_newest(paper, command.base)
    fields = {name: value for name, value in command.__dict__.items() if name != "base"}
    return (ev.PaperSigned(**fields),)


def _check_newest(paper: Paper, base: str) -> None:
    if base != paper.sha256:
        raise Refused(Code.BUSY, "another signature came first")


def _refuse(paper: Paper, command: cmd.Refuse, now: int) -> Events:
    check_signer(paper, command.person, now)
    _said(command.reason, MOST_TEXT)
    return (ev.PaperRefused(person=command.person, reason=command.reason),)


def _close(paper: Paper, command: cmd.Close, now: int) -> Events:
    _said(command.reason, MOST_TEXT)
    if paper.phase is not Phase.SIGNING:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    return (ev.SigningClosed(reason=command.reason),)


def _look(paper: Paper, command: cmd.Look, now: int) -> Events:
    if paper.phase is not Phase.SIGNING or paper.signing is None:
        return ()
    if now > paper.signing.deadline:
        return (ev.DeadlinePassed(),)
    return tuple(
        ev.PersonStuck(person=person, cause=cause)
        for person, signer in paper.signers.items()
        if signer.stuck is None and (cause := stuck(paper, signer, now)) is not None
    )


def stuck(paper: Paper, signer: Signer, now: int) -> Cause | None:
    """Whether somebody who has not opened it needs the clerk: nothing got through, or nothing came of it."""
    if signer.answered or signer.opened_at is not None or paper.signing is None:
        return None
    letters = paper.letters_to(signer.to.person, Letter.SIGN, Letter.REMIND)
    if letters and all(sent.failed_at is not None for sent in letters):
        return Cause.UNDELIVERED
    reached = [sent.delivered_at for sent in letters if sent.delivered_at is not None]
    if reached and now - min(reached) >= paper.signing.stuck_after:
        return Cause.UNOPENED
    return None


def due_reminders(paper: Paper, now: int) -> tuple[str, ...]:
    """Whom the server reminds now: once for each time before the deadline that has come."""
    signing = paper.signing
    if paper.phase is not Phase.SIGNING or signing is None or now > signing.deadline:
        return ()
    came = [signing.deadline - before for before in signing.remind_before]
    came = [at for at in came if signing.opened_at < at <= now]
    if not came:
        return ()
    return tuple(
        person
        for person, signer in paper.signers.items()
        if not signer.answered
        and (signer.reminded_at or 0) < max(came)
        and signer.reminders < MOST_REMINDERS
    )


def _enter_completion(paper: Paper, command: cmd.EnterCompletion, now: int) -> Events:
    if paper.phase is not Phase.CLOSING:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    _check_newest(paper, command.base)
    return (ev.PaperCompleted(sha256=command.sha256),)


def _serve(paper: Paper, command: cmd.Serve, now: int) -> Events:
    """Once on each person: what is served is the finished file, and it does not change any more."""
    if paper.phase is not Phase.COMPLETE:
        raise Refused(Code.WRONG_PHASE, paper.phase)
    if command.to.person in paper.services:
        raise Refused(Code.NO_CHANGE, "served already")
    if not command.ways or Way.CLERK in command.ways or len(set(command.ways)) < len(command.ways):
        raise Refused(Code.BAD_MESSAGE, "ways")
    begun = ev.ServiceBegun(
        to=command.to, sha256=paper.sha256, ways=command.ways, basis=command.basis
    )
    notice = ev.NoticeSealed(person=command.to.person, sha256=command.notice_sha256)
    return (begun, notice, *(ev.LetterQueued(post=post) for post in command.posts))


def _confirm_receipt(paper: Paper, command: cmd.ConfirmReceipt, now: int) -> Events:
    service = _service(paper, command.person)
    if service.confirmed_at is not None:
        raise Refused(Code.NO_CHANGE)
    return (ev.ReceiptConfirmed(person=command.person),)


def _enter_root(paper: Paper, command: cmd.EnterRoot, now: int) -> Events:
    """Two nodes may sign the same entries: one of them counts."""
    root, known = command.root, paper.root
    if not 0 < root.size <= paper.seq:
        raise Refused(Code.BAD_MESSAGE, "root")
    if known is None or root.size > known.size:
        return (root,)
    return (root,) if root.timestamp and not known.timestamped else ()


def _service(paper: Paper, person: str) -> Service:
    if person not in paper.services:
        raise Refused(Code.NOT_FOUND)
    return paper.services[person]


def _addressed(paper: Paper, person: str) -> tuple[Signer | None, Service | None]:
    """What is asked of the person; for whoever is asked nothing there is no such paper."""
    if not paper.addressed(person):
        raise Refused(Code.NOT_FOUND)
    return paper.signers.get(person), paper.services.get(person)


def _said(text: str, most: int, *, lines: bool = False) -> None:
    if not text.strip():
        raise Refused(Code.EMPTY)
    if problem := text_problem(text, most, lines=lines):
        raise Refused(Code.BAD_MESSAGE, problem)


RULES: dict[type, object] = {
    cmd.Make: _make,
    cmd.Withdraw: _withdraw,
    cmd.OpenSigning: _open_signing,
    cmd.EnterSeal: _enter_seal,
    cmd.Remind: _remind,
    cmd.NoteLetter: _note_letter,
    cmd.Open: _open,
    cmd.ShowPages: _show_pages,
    cmd.Download: _download,
    cmd.ConfirmCode: _confirm_code,
    cmd.LockCode: _lock_code,
    cmd.Object: _object,
    cmd.Answer: _answer,
    cmd.EnterAssertion: _enter_assertion,
    cmd.PermitKey: _permit_key,
    cmd.Sign: _sign,
    cmd.Refuse: _refuse,
    cmd.Close: _close,
    cmd.Look: _look,
    cmd.EnterCompletion: _enter_completion,
    cmd.Serve: _serve,
    cmd.ConfirmReceipt: _confirm_receipt,
    cmd.EnterRoot: _enter_root,
}
