"""Papers as documents over which a signer's passkey answers: implements Signings."""

from hearing_server.domain.log import SERVER
from hearing_server.domain.papers import commands as cmd
from hearing_server.domain.papers.decide import check_read, check_signer
from hearing_server.services.hearings import Clock
from hearing_server.services.papers import Papers
from hearing_server.services.signer_passkeys import Asked


class PaperSignings:
    """A paper has one version."""

    def __init__(self, papers: Papers, now: Clock) -> None:
        self._papers = papers
        self._now = now

    async def asked(self, document: str, who: str, version: int) -> Asked:
        paper = await self._papers.get(document)
        signer = check_signer(paper, who, self._now())
        check_read(paper, signer)
        assert paper.signing is not None
        return Asked(paper.signing.digest, signer.to.name, signer.asserted_at is not None)

    async def enter(self, document: str, who: str, version: int, sha256: str) -> None:
        told = cmd.EnterAssertion(person=who, sha256=sha256)
        await self._papers.execute(document, told, SERVER)
