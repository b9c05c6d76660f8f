"""How a person of a case comes to their papers: a link of their own, a session, a one-time code where a paper
demands one.

A link is for a person and can be made again from the server's secret, so none is kept; nobody can guess its
128 bits. What the stores of seats know of sessions, codes and wrong tries they know here under `person.ID`,
which no seat is called. Wrong codes are counted by person, whatever browser they come from.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from hearing_server.domain.cases import Case, CaseParty
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.access import SESSION_MS, AccessStore, Seated, digest_of
from hearing_server.services.attempts import LOCK_MS, AttemptStore
from hearing_server.services.codes import (
    AGAIN_MS,
    BY_CLERK,
    DIGITS,
    GOOD_MS,
    SENDS,
    WINDOW_MS,
    WRONG,
    CodeStore,
    Courier,
    SeatCode,
    Sent,
)
from hearing_server.services.hearings import Clock
from hearing_server.services.letters import OF_PERSON
from hearing_server.services.papers import Papers


@dataclass(frozen=True, kw_only=True)
class Known:
    """Somebody who has proved to be a person of a case; `session` is what is kept of their cookie."""

    case: Case
    person: CaseParty
    session: bytes


class Persons(Protocol):
    async def of_party(self, person: str) -> Case | None:
        """The case that a person belongs to."""


class PaperAccess:
    """`secret` makes links and keys the digests of codes."""

    def __init__(
        self,
        store: AccessStore,
        codes: CodeStore,
        attempts: AttemptStore,
        courier: Courier,
        persons: Persons,
        papers: Papers,
        secret: bytes,
        now: Clock,
    ) -> None:
        self._store = store
        self._codes = codes
        self._attempts = attempts
        self._courier = courier
        self._persons = persons
        self._papers = papers
        self._secret = secret
        self._now = now

    def link(self, person: str) -> str:
        """The secret part of a person's link."""
        name = person.encode("utf-8", "surrogatepass")
        mac = hmac.digest(self._secret, b"person:" + name, "sha256")[:16]
        return f"{person}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    async def enter(self, link: str) -> tuple[str, str]:
        """(person, cookie's value) of a new session; Refused(bad_token)."""
        person = link.partition(".")[0]
        expected, given = (
            text.encode("utf-8", "surrogatepass") for text in (self.link(person), link)
        )
        if not hmac.compare_digest(expected, given):
            raise Refused(Code.BAD_TOKEN)
        if await self._persons.of_party(person) is None:
            raise Refused(Code.BAD_TOKEN)
        token = secrets.token_urlsafe(32)
        seated = Seated(hearing="", party=OF_PERSON + person)
        await self._store.save_session(digest_of(token), seated, self._now() + SESSION_MS)
        return person, token

    async def known(self, token: str, person: str) -> Known:
        """Who the cookie proves, before any code; Refused(no_session), also once they are out of the case."""
        session = digest_of(token)
        seated = await self._store.session(session, self._now()) if token else None
        if seated is None or seated.party != OF_PERSON + person:
            raise Refused(Code.NO_SESSION)
        case = await self._persons.of_party(person)
        found = next((p for p in case.parties if p.id == person), None) if case else None
        if case is None or found is None:
            raise Refused(Code.NO_SESSION)
        return Known(case=case, person=found, session=session)

    async def papers(self, person: str) -> list[Paper]:
        """What is addressed to the person now, the newest first."""
        found = [
            await self._papers.get(paper) for paper in await self._papers.store.of_person(person)
        ]
        return [paper for paper in found if paper.addressed(person)]

    async def paper(self, known: Known, paper: str) -> Paper:
        """Refused(code_needed) before the code that a paper demands, Refused(not_found) for others' papers."""
        mine = await self.papers(known.person.id)
        await self.check_code(known, mine)
        found = next((each for each in mine if each.id == paper), None)
        if found is None:
            raise Refused(Code.NOT_FOUND)
        return found

    async def check_code(self, known: Known, mine: Sequence[Paper]) -> None:
        """Refused(code_needed)."""
        if demanding(mine) and not await self._codes.proved(known.session, self._now()):
            raise Refused(Code.CODE_NEEDED)

    async def send_code(self, known: Known) -> Sent:
        """Refused(no_change) where none is demanded, Refused(no_contact), Refused(too_many)."""
        person = known.person.id
        paper = await self._demanding(person)
        before = await self._codes.code(OF_PERSON + person)
        now = self._now()
        goes_on = before is not None and now < before.since + WINDOW_MS
        if before is not None and now < before.sent_at + AGAIN_MS:
            raise Refused(Code.TOO_MANY, "a code has just been sent")
        if before is not None and goes_on and before.sends >= SENDS:
            raise Refused(Code.TOO_MANY, "codes of this hour")
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        new = SeatCode(
            party=OF_PERSON + person,
            session=known.session,
            code=self._digest(person, known.session, code),
            channel="",
            expires_at=now + GOOD_MS,
            sent_at=now,
            sends=before.sends + 1 if before and goes_on else 1,
            since=before.since if before and goes_on else now,
        )
        if not await self._codes.put_code(new, before):
            raise Refused(Code.TOO_MANY, "a code has just been sent")
        told = await self._courier.send_code(paper.id, new.party, code, new.expires_at)
        if told is None:
            raise Refused(Code.NO_CONTACT)
        channel, to = told
        await self._codes.put_code(replace(new, channel=channel), new)
        return Sent(channel=channel, to=to, expires_at=new.expires_at, again_at=now + AGAIN_MS)

    async def confirm_code(self, known: Known, code: str) -> None:
        """The session may act from now on; Refused(code_wrong), Refused(locked)."""
        person = known.person.id
        await self._demanding(person)
        key = hmac.digest(self._secret, b"wrong:" + person.encode(), "sha256")
        now = self._now()
        # Counted first, so that many at once are no way around it.
        count = await self._attempts.count(key, now, WRONG, LOCK_MS)
        if count > WRONG:
            raise Refused(Code.LOCKED)
        digest = self._digest(person, known.session, code)
        channel = await self._codes.use_code(OF_PERSON + person, known.session, digest, now)
        if channel is None:
            if count == WRONG:
                await self._tell(person, cmd.LockCode(person=person, until=now + LOCK_MS), SERVER)
                raise Refused(Code.LOCKED)
            raise Refused(Code.CODE_WRONG)
        await self._attempts.forget(key)
        confirmed = cmd.ConfirmCode(person=person, channel=channel or BY_CLERK)
        await self._tell(person, confirmed, person)
        await self._codes.prove(known.session, now + SESSION_MS)

    async def _tell(self, person: str, command: cmd.Command, by: str) -> None:
        """Into the log of each paper that demands the code."""
        for paper in demanding(await self.papers(person)):
            await self._papers.execute(paper.id, command, by)

    async def _demanding(self, person: str) -> Paper:
        found = demanding(await self.papers(person))
        if not found:
            raise Refused(Code.NO_CHANGE, "no code is demanded")
        return found[0]

    def _digest(self, person: str, session: bytes, code: str) -> bytes:
        message = b"code:" + person.encode() + b":" + session + code.encode("utf-8", "replace")
        return hmac.digest(self._secret, message, "sha256")


def demanding(papers: Sequence[Paper]) -> list[Paper]:
    return [paper for paper in papers if paper.signing is not None and paper.signing.code]
