"""A passkey of the signer's device over the digest of what they sign: beside the signature, where they want it.

The device makes a passkey for this document and proves at once that its user verified themselves (finger,
face, PIN) and that it saw this very digest: the challenge is made from it, so that anybody can check the
assertion that is kept. Nothing of it stays valid for anything else.
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import check_signer
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.log import SERVER
from hearing_server.services.factors import Challenges
from hearing_server.services.hearings import Hearings

MADE, ASSERTED = "signer-made", "signer-asserted"
PURPOSE = b"hearing-server transcript signature\0"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A passkey that was made just now: COSE key, and how often it was used."""

    credential: bytes
    public_key: bytes
    count: int


class SignerCeremony(Protocol):
    """Each raises Refused(bad_credentials) for an answer that does not hold."""

    def signer_options(self, party: str, name: str) -> tuple[bytes, Any]:
        """(challenge, options) to make a passkey."""

    def registered(self, credential: Any, challenge: bytes) -> tuple[bytes, bytes, int]: ...

    def assert_options(self, credential: bytes, challenge: bytes) -> Any:
        """Options to use this passkey over this challenge."""

    def asserted(self, answer: Any, challenge: bytes, made: Made) -> None: ...


class Asked(NamedTuple):
    """What somebody is about to sign. `asserted`: their device has answered over it already."""

    digest: str
    name: str
    asserted: bool


class Signings(Protocol):
    """Documents that are signed: a hearing's versions, a case's papers."""

    async def asked(self, document: str, who: str, version: int) -> Asked:
        """Refused as the signature would be."""

    async def enter(self, document: str, who: str, version: int, sha256: str) -> None: ...


class AssertionFiles(Protocol):
    def save_assertion(self, hearing: str, assertion: bytes) -> str:
        """Keep it durably; its SHA-256. Refused(not_saved). Blocking."""


class HearingSignings:
    """Implements Signings of transcripts."""

    def __init__(self, hearings: Hearings) -> None:
        self._hearings = hearings

    async def asked(self, document: str, who: str, version: int) -> Asked:
        state = await self._hearings.state(document)
        freeze = check_signer(state, who, version)
        return Asked(freeze.digest, state.seats[who].party.name, who in freeze.asserted)

    async def enter(self, document: str, who: str, version: int, sha256: str) -> None:
        told = cmd.EnterAssertion(party=who, version=version, sha256=sha256)
        await self._hearings.execute(document, told, SERVER)


class SignerPasskeys:
    def __init__(
        self,
        signings: Signings,
        challenges: Challenges,
        ceremony: SignerCeremony,
        files: AssertionFiles,
    ) -> None:
        self._signings = signings
        self._challenges = challenges
        self._ceremony = ceremony
        self._files = files

    async def begin(self, document: str, party: str, version: int) -> tuple[str, Any]:
        """(ticket, options to make a passkey); refused as the signature would be, and no_change once it is done."""
        asked = await self._signings.asked(document, party, version)
        if asked.asserted:
            raise Refused(Code.NO_CHANGE)
        challenge, options = self._ceremony.signer_options(party, asked.name)
        data = json.dumps([version, challenge.hex()])
        return await self._challenges.make(MADE, party, data), options

    async def made(
        self, document: str, party: str, ticket: str, credential: Any
    ) -> tuple[str, Any]:
        """(ticket, options to use it over the digest); Refused(bad_token, bad_credentials)."""
        version, challenge = await self._taken(ticket, MADE, party)
        identity, key, count = self._ceremony.registered(credential, bytes.fromhex(challenge))
        asked = challenge_of(await self._digest(document, party, version))
        options = self._ceremony.assert_options(identity, asked)
        data = json.dumps([version, identity.hex(), key.hex(), count])
        return await self._challenges.make(ASSERTED, party, data), options

    async def asserted(self, document: str, party: str, ticket: str, answer: Any) -> str:
        """Kept, and in the log by its hash; Refused(bad_token, bad_credentials)."""
        version, identity, key, count = await self._taken(ticket, ASSERTED, party)
        digest = await self._digest(document, party, version)
        made = Made(credential=bytes.fromhex(identity), public_key=bytes.fromhex(key), count=count)
        self._ceremony.asserted(answer, challenge_of(digest), made)
        kept = json.dumps(
            {"digest": digest, "public_key": key, "assertion": answer}, sort_keys=True
        ).encode()
        sha256 = await asyncio.to_thread(self._files.save_assertion, document, kept)
        await self._signings.enter(document, party, version, sha256)
        return sha256

    async def _taken(self, ticket: str, kind: str, party: str) -> Any:
        owner, data = await self._challenges.take(ticket, kind)
        if owner != party:
            raise Refused(Code.BAD_TOKEN)
        return json.loads(data)

    async def _digest(self, document: str, party: str, version: int) -> str:
        return (await self._signings.asked(document, party, version)).digest


def challenge_of(digest: str) -> bytes:
    """What the device signs over: made from the digest of the frozen document (hex)."""
    return hashlib.sha256(PURPOSE + bytes.fromhex(digest)).digest()
