"""Papers served on people: on the ground of their consent, by ways they agreed to, with a sealed notice.

The notice is made first, and one append enters it with the service and its letters: a crash leaves all of it or
nothing. The proof of service is printed from the log whenever it is asked for.
"""

import asyncio
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hearing_server.domain.cases import Case, CaseParty
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.outbox import Channel
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.consent import (
    Confirmed,
    Consent,
    ConsentGiven,
    ConsentRevoked,
    How,
    Through,
    basis,
)
from hearing_server.domain.papers.decide import decide
from hearing_server.domain.papers.events import Letter, Post, Way
from hearing_server.domain.papers.paper import Paper
from hearing_server.services.hearings import Clock
from hearing_server.services.letters import contact_of
from hearing_server.services.paper_ports import NOTICE, Press
from hearing_server.services.paper_rounds import addressee
from hearing_server.services.papers import Consents, Papers
from hearing_server.services.transcripts import DocumentFiles

BY_LETTER = {Way.EMAIL: Channel.EMAIL, Way.SMS: Channel.SMS}


class PaperService:
    """`channels` are those that are configured; `secret` keys the digests of addresses."""

    def __init__(
        self,
        papers: Papers,
        consents: Consents,
        press: Press,
        files: DocumentFiles,
        channels: Sequence[Channel],
        secret: bytes,
        now: Clock,
    ) -> None:
        self._papers = papers
        self._consents = consents
        self._press = press
        self._files = files
        self._channels = channels
        self._secret = secret
        self._now = now

    @property
    def ways(self) -> list[Way]:
        """Those that the court can serve by."""
        letters = [way for way, channel in BY_LETTER.items() if channel in self._channels]
        return [*letters, Way.PORTAL]

    async def consent_of(self, person: str) -> Consent:
        return await self._consents.of(person)

    async def record_consent(
        self, case: Case, person: CaseParty, how: How, through: Through, ways: Sequence[Way],
        confirmed: Sequence[Way], by: str,
    ) -> Consent:  # fmt: skip
        """Refused(no_contact) for a way that reaches nobody."""
        addresses = self._addresses(person)
        for way in ways:
            if not addresses.get(way):
                raise Refused(Code.NO_CONTACT, way)
        given = ConsentGiven(
            person=person.id,
            case=case.id,
            how=how,
            through=through,
            ways=tuple(ways),
            confirmed=tuple(
                Confirmed(way=way, address=addresses.get(way, "")) for way in confirmed
            ),
        )
        return await self._consents.enter(person.id, given, by)

    async def revoke_consent(self, person: str, by: str) -> Consent:
        return await self._consents.enter(person, ConsentRevoked(person=person), by)

    async def serve(
        self, paper: Paper, case: Case, person: str, ways: Sequence[Way], by: str
    ) -> Paper:
        """Refused(no_consent), Refused(no_contact) for a way that is not configured or reaches nobody."""
        to = addressee(case, person, paper)
        party = next(one for one in case.parties if one.id == person)
        addresses = self._addresses(party)
        ground = basis(await self._consents.of(person), tuple(ways), addresses)
        for way in ways:
            if way not in self.ways or not addresses.get(way):
                raise Refused(Code.NO_CONTACT, way)
        posts = tuple(
            Post(message=secrets.token_hex(8), person=person, letter=Letter.SERVE, way=way)
            for way in ways
            if way in BY_LETTER
        )
        command = cmd.Serve(to=to, ways=tuple(ways), basis=ground, posts=posts, notice_sha256="")
        decide(paper, command, self._now())  # nothing is sealed for what would be refused
        pdf = await self._press.notice(paper, to, ways, self._now())
        sha256 = await asyncio.to_thread(self._files.save, paper.id, NOTICE, pdf)
        return await self._papers.execute(paper.id, replace(command, notice_sha256=sha256), by)

    async def notice(self, paper: Paper, person: str) -> bytes:
        """Refused(not_found) where nothing was served."""
        if person not in paper.services:
            raise Refused(Code.NOT_FOUND)
        sha256 = paper.services[person].notice_sha256
        return await asyncio.to_thread(self._files.read, paper.id, NOTICE, sha256)

    async def proof(self, paper: Paper, person: str) -> bytes:
        """Refused(not_found) where nothing was served."""
        if person not in paper.services:
            raise Refused(Code.NOT_FOUND)
        entries = await self._papers.entries(paper.id)
        return await self._press.proof(paper, person, entries, self._now())

    def _addresses(self, person: CaseParty) -> Mapping[Way, str]:
        """A keyed digest of each address that a person can be served at; the portal is their own."""
        contacts = {way: contact_of(person, channel) for way, channel in BY_LETTER.items()}
        found = {Way.PORTAL: person.id, **contacts}
        return {
            way: hmac.digest(self._secret, f"{way}:{address}".encode(), "sha256").hex()
            for way, address in found.items()
            if address
        }
