"""Letters of papers: from the paper's log to the outbox, and what became of them back into the log.

The log is first: a letter that it names and the outbox lacks, after a crash, is put there now.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog

from hearing_server.domain.cases import CaseParty
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.domain.outbox import DAY, MINUTE, Channel, Facts, Kind, Message, MessageState
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers import events as ev
from hearing_server.domain.papers.events import Letter, Post
from hearing_server.domain.papers.log import Entry
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.hearings import Clock
from hearing_server.services.letters import OF_PERSON, Court, OutboxStore
from hearing_server.services.papers import Papers

POLL = 2.0  # seconds
SERVED_WITHIN = 30 * DAY  # a letter of a service is of no use after that
TO_SIGN = (Kind.PAPER_SIGN, Kind.PAPER_REMIND)
OUTCOMES = {MessageState.SENT: "delivered", MessageState.READ_OUT: "read_out"}

log = structlog.get_logger()


class PaperPost:
    """`link` gives the secret part of a person's link; `wake` tells the courier that something is due."""

    def __init__(
        self,
        papers: Papers,
        outbox: OutboxStore,
        link: Callable[[str], str],
        court: Court,
        wake: Callable[[], None],
        now: Clock,
    ) -> None:
        self._papers = papers
        self._outbox = outbox
        self._link = link
        self._court = court
        self._wake = wake
        self._now = now
        self._awake = asyncio.Event()

    def on_entries(self, paper: Paper, entries: Sequence[Entry]) -> None:
        if any(isinstance(entry.event, ev.LetterQueued) for entry in entries):
            self._awake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._awake.clear()
            try:
                for message, paper in await self._papers.store.letters():
                    await self._carry(message, paper)
            except Refused as refusal:
                log.warning("letters of papers wait", code=refusal.code)
            except Exception:
                log.exception("letters of papers stumbled")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._awake.wait()

    async def _carry(self, message: str, paper: str) -> None:
        state = await self._papers.get(paper)
        post = state.letters[message].post
        found = await self._outbox.get(message)
        if found is None:
            await self._outbox.enqueue([self._message(state, post)])
            self._wake()
            return
        outcome = OUTCOMES.get(found.state, "failed")
        note = cmd.NoteLetter(
            message=message,
            outcome=outcome,
            at=found.done_at or self._now(),
            reason=found.error or found.state,
        )
        await self._papers.execute(paper, note, SERVER)

    def _message(self, paper: Paper, post: Post) -> Message:
        now = self._now()
        to_sign = post.letter is not Letter.SERVE and paper.signing is not None
        channel = Channel(post.way)
        return Message(
            id=post.message,
            hearing=paper.id,
            party=OF_PERSON + post.person,
            kind=Kind(post.letter),
            channel=channel,
            state=MessageState.HELD if channel is Channel.CLERK else MessageState.QUEUED,
            created_at=now,
            due_at=now,
            expires_at=paper.signing.deadline if to_sign and paper.signing else now + SERVED_WITHIN,
        )

    async def facts(self, message: Message, person: CaseParty | None) -> Facts:
        """Implements PaperFacts. Refused(already_answered), Refused(not_found): then nothing is sent."""
        paper = await self._papers.get(message.hearing)
        who = message.party.removeprefix(OF_PERSON)
        if person is None or paper.made is None or not paper.addressed(who):
            raise Refused(Code.NOT_FOUND)
        signer = paper.signers.get(who)
        if message.kind in TO_SIGN and (signer is None or signer.answered):
            raise Refused(Code.ALREADY_ANSWERED)
        return Facts(
            court=paper.made.court,
            number=paper.made.case_number,
            title=paper.made.title,
            courtroom="",
            name=person.name,
            planned_at=paper.signing.deadline if paper.signing else paper.made_at,
            minutes=0,
            link=f"{self._court.url}/paper#{self._link(who)}/{paper.id}",
            code=message.secret.get("code", ""),
            valid_minutes=max(1, (message.expires_at - message.created_at) // MINUTE),
        )
