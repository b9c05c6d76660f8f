"""Takes a hearing's transcript through freeze, seal, signatures, refusals and archive, as the server does."""

from collections.abc import Callable
from pathlib import Path

from hearing_server.adapters.folder import Documents
from hearing_server.adapters.notary import TypstNotary
from hearing_server.domain import commands as cmd
from hearing_server.domain.decide import next_version, signing_order
from hearing_server.domain.log import SERVER
from hearing_server.domain.record import Freeze
from hearing_server.domain.sealed import masked_in_print
from hearing_server.services.transcripts import SignatureRequest
from tests.hearing_server.domain.world import World
from tests.transcript.court import BrowserKey, handwriting
from tests.transcript.workshop import Here
from transcript.signing.authority import Authority

REASON = "笔录与我所述不符"


def signed_by_all(
    world: World, authority: Authority, folder: Path, *, refusing: tuple[str, ...] = (),
    only: tuple[str, ...] = (), strokes: bytes = b"",
    before: Callable[[str], None] = lambda party: None,
) -> bytes:  # fmt: skip
    """The archived file; every state of it lies below `folder`. With `only` these sign, and nothing ends.

    `before` is called with each who has read it and is about to sign.
    """
    notary, files = TypstNotary(Here(authority)), Documents(folder)
    draft = Freeze(
        version=next_version(world.state),
        digest="",
        signers=signing_order(world.state),
        frozen_at=world.now + 1000,
        masked=masked_in_print(world.state),
    )
    version = draft.version
    world.do("clerk", cmd.FreezeTranscript(digest=notary.digest(world.state, draft)))
    printed = notary.print_and_seal(world.state)
    pdf = printed.pdf
    seal = cmd.EnterSeal(
        version=version, pages=printed.pages, sha256=files.save("h1", version, pdf)
    )
    world.do(SERVER, seal)
    for party in draft.signers:
        if only and party not in (*only, *refusing):
            continue
        if party in refusing:
            world.do(party, cmd.RefuseSignature(version=version, reason=REASON))
            pdf = notary.refuse(pdf, world.state, party, sealed=False)
            sha256 = files.save("h1", version, pdf)
            world.do(SERVER, cmd.EnterRefusal(version=version, party=party, sha256=sha256))
            continue
        world.do(party, cmd.ReadTranscript(version=version, page=printed.pages))
        before(party)
        key = BrowserKey()
        asked = SignatureRequest(
            party=party, version=version, public_key=key.spki, name_image=handwriting()
        )
        prepared = notary.prepare(pdf, world.state, asked)
        pdf = prepared.finish(key.sign(prepared.to_be_signed))
        sign = cmd.Sign(
            version=version,
            sha256=files.save("h1", version, pdf),
            certificate_sha256=prepared.certificate_sha256,
            name_image_sha256=prepared.name_image_sha256,
            strokes_sha256=files.save_strokes("h1", strokes) if strokes else "",
        )
        world.do(party, sign)
    if only:
        return pdf
    pdf = notary.archive(pdf)
    world.do(SERVER, cmd.EnterArchive(version=version, sha256=files.save("h1", version, pdf)))
    return pdf
