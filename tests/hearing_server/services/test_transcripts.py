"""From freeze to archive with a notary of paper: who waits for whom, and what a crash leaves."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

import pytest

from hearing_server.domain import commands as cmd
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.parties import Party
from hearing_server.domain.record import Freeze
from hearing_server.services import due_work, signing_line
from hearing_server.services.hearings import Hearings
from hearing_server.services.transcripts import (
    HeldSignature,
    Prepared,
    Printed,
    SignatureRequest,
    Transcripts,
)
from tests.hearing_server.domain.world import (
    CLERK,
    COUNSEL,
    DEFENDANT,
    FIVE,
    JUDGE,
    NOW,
    PROSECUTOR,
    in_session,
)

from .fakes import FakeEvents

GOOD = b"s" * 64


class PaperNotary:
    """A document is a line of words; each step adds one. `refuse` makes the next step fail."""

    def __init__(self) -> None:
        self.refusals: dict[str, list[Code]] = {}

    def make_ready(self) -> None: ...

    def _step(self, name: str) -> None:
        if self.refusals.get(name):
            raise Refused(self.refusals[name].pop(0))

    def digest(self, state: HearingState, freeze: Freeze) -> str:
        self._step("digest")
        words = f"{freeze.version} {freeze.signers} {[line.text for line in state.lines]}"
        return hashlib.sha256(words.encode()).hexdigest()

    def print_and_seal(self, state: HearingState) -> Printed:
        self._step("seal")
        assert state.freeze is not None
        return Printed(pdf=f"v{state.freeze.version}".encode(), pages=3)

    def prepare(self, pdf: bytes, state: HearingState, request: SignatureRequest) -> Prepared:
        self._step("prepare")

        def finish(signature: bytes) -> bytes:
            if signature != GOOD:
                raise Refused(Code.BAD_SIGNATURE)
            return pdf + b" " + request.party.encode()

        return Prepared(
            to_be_signed=b"sign " + pdf,
            certificate_sha256="c" * 64,
            name_image_sha256="0" * 64,
            finish=finish,
        )

    def sign_held(
        self, pdf: bytes, state: HearingState, request: SignatureRequest, witness: str
    ) -> HeldSignature:
        self._step("sign_held")
        return HeldSignature(
            pdf=pdf + f" {request.party} beside <{witness}>".encode(),
            certificate_sha256="c" * 64,
            name_image_sha256="0" * 64,
        )

    def refuse(self, pdf: bytes, state: HearingState, party: str, *, sealed: bool) -> bytes:
        self._step("refuse")
        return pdf + f" {party} refused".encode()

    def archive(self, pdf: bytes) -> bytes:
        self._step("archive")
        return pdf + b" archived"


class Files:
    """DocumentFiles of a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def save(self, hearing: str, version: int, pdf: bytes) -> str:
        sha256 = hashlib.sha256(pdf).hexdigest()
        self.kept[sha256] = pdf
        return sha256

    def read(self, hearing: str, version: int, sha256: str) -> bytes:
        return self.kept[sha256]


class Desk:
    """A closed hearing with a line, ready to be frozen."""

    def __init__(self, store: FakeEvents | None = None, files: Files | None = None) -> None:
        if store is None:
            world = in_session()
            world.do("clerk", cmd.EnterLine(speaker="judge", text="现在开庭。"))
            world.do("judge", cmd.CloseHearing())
            store = FakeEvents(world)
        self.store, self.files, self.notary = store, files or Files(), PaperNotary()
        self.hearings = Hearings(store, lambda: NOW + 1_000_000)
        self.transcripts = Transcripts(self.hearings, self.notary, self.files)
        self.hearings.subscribe(self.transcripts.on_entries)
        self.hearings.on_load(self.transcripts.resume)
        self._changed = asyncio.Event()
        self.hearings.subscribe(lambda state, entries: self._changed.set())

    async def until(self, holds: Callable[[Freeze], bool]) -> Freeze:
        """The freeze, once it is so."""
        while True:
            self._changed.clear()
            freeze = (await self.hearings.state("h1")).freeze
            if freeze is not None and holds(freeze):
                return freeze
            await asyncio.wait_for(self._changed.wait(), 5)

    async def frozen(self) -> "Desk":
        arrive = cmd.Arrive(connection="new-clerk")
        await self.hearings.execute("h1", arrive, "clerk")
        await self.transcripts.freeze("h1", "clerk")
        await self.until(lambda freeze: freeze.sealed)
        for party in FIVE:
            await self.hearings.execute("h1", cmd.ReadTranscript(version=1, page=3), party.id)
        return self

    def prepare(self, party: Party) -> Awaitable[tuple[str, bytes]]:
        request = SignatureRequest(party=party.id, version=1, public_key=b"k", name_image=b"")
        return self.transcripts.prepare("h1", request)

    async def sign(self, *parties: Party) -> None:
        for party in parties:
            preparation, _ = await self.prepare(party)
            await self.transcripts.finish(party.id, preparation, GOOD)

    async def document(self) -> str:
        return (await self.transcripts.document("h1", 1)).decode()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_work, "AGAIN_AFTER", 0.01)


async def refusal(awaitable: Awaitable[object]) -> Code:
    with pytest.raises(Refused) as caught:
        await asyncio.wait_for(awaitable, 10)
    return caught.value.code


async def test_everybody_signs_and_the_document_is_archived() -> None:
    """Each signature goes onto the file of the one before; the last answer brings the archive."""
    desk = await Desk().frozen()
    await desk.sign(PROSECUTOR, DEFENDANT)
    refused = cmd.RefuseSignature(version=1, reason="未同意")
    await desk.hearings.execute("h1", refused, "counsel")
    await desk.sign(CLERK, JUDGE)
    await desk.until(lambda freeze: freeze.archived)
    assert await desk.document() == "v1 prosecutor defendant counsel refused clerk judge archived"


async def test_signers_wait_for_each_other() -> None:
    """The second is given the file that the first has signed, when that one is done."""
    desk = await Desk().frozen()
    first, to_be_signed = await desk.prepare(PROSECUTOR)
    assert to_be_signed == b"sign v1"
    second = asyncio.ensure_future(desk.prepare(COUNSEL))
    done, _ = await asyncio.wait([second], timeout=0.05)
    assert not done
    await desk.transcripts.finish("prosecutor", first, GOOD)
    assert (await asyncio.wait_for(second, 5))[1] == b"sign v1 prosecutor"


async def test_a_refusal_is_in_the_file_before_anything_is_archived() -> None:
    """The last answer of all is one, and the store or the process fails at it at first."""
    desk = await Desk().frozen()
    desk.notary.refusals["refuse"] = [Code.BUSY, Code.NOT_SAVED]
    await desk.sign(PROSECUTOR, DEFENDANT, COUNSEL, CLERK)
    refused = cmd.RefuseSignature(version=1, reason="程序有误")
    await desk.hearings.execute("h1", refused, "judge")
    await desk.until(lambda freeze: freeze.archived)
    assert await desk.document() == "v1 prosecutor defendant counsel clerk judge refused archived"


async def test_a_refusal_waits_for_whoever_is_signing() -> None:
    """And is on the file of their signature."""
    desk = await Desk().frozen()
    preparation, _ = await desk.prepare(PROSECUTOR)
    refused = cmd.RefuseSignature(version=1, reason="未同意")
    await desk.hearings.execute("h1", refused, "counsel")
    await desk.transcripts.finish("prosecutor", preparation, GOOD)
    await desk.until(lambda freeze: bool(freeze.refusals_sealed))
    assert await desk.document() == "v1 prosecutor counsel refused"


async def test_a_hold_that_runs_out_lets_the_next_one_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is then good for nothing: the slow party is told to begin again."""
    monkeypatch.setattr(signing_line, "HOLD", 0.05)
    desk = await Desk().frozen()
    slow, _ = await desk.prepare(PROSECUTOR)
    await asyncio.wait_for(desk.prepare(COUNSEL), 5)
    assert await refusal(desk.transcripts.finish("prosecutor", slow, GOOD)) is Code.NOT_FOUND
    assert await desk.document() == "v1"


@pytest.mark.parametrize("comes", ["before", "after"])
async def test_a_dead_line_keeps_the_others_waiting_for_seconds_alone(
    monkeypatch: pytest.MonkeyPatch, comes: str
) -> None:
    """Whoever holds the document alone has time; with others in line, before it or after, little."""
    monkeypatch.setattr(signing_line, "HOLD_BEFORE_OTHERS", 0.05)
    desk = await Desk().frozen()
    dead, _ = await desk.prepare(PROSECUTOR)
    if comes == "before":
        second = asyncio.ensure_future(desk.prepare(DEFENDANT))
        third = asyncio.ensure_future(desk.prepare(COUNSEL))
        await asyncio.wait_for(asyncio.gather(second, third), 10)
    else:
        await asyncio.sleep(0.1)
        assert dead in desk.transcripts._line.holds
        await asyncio.wait_for(desk.prepare(COUNSEL), 10)
    assert await refusal(desk.transcripts.finish("prosecutor", dead, GOOD)) is Code.NOT_FOUND


async def test_a_queue_that_is_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_line, "QUEUE", 0.05)
    desk = await Desk().frozen()
    await desk.prepare(PROSECUTOR)
    assert await refusal(desk.prepare(COUNSEL)) is Code.BUSY


async def test_a_party_that_tries_again_does_not_wait_for_itself() -> None:
    """The newer attempt holds; the older one is void."""
    desk = await Desk().frozen()
    older, _ = await desk.prepare(PROSECUTOR)
    newer, _ = await asyncio.wait_for(desk.prepare(PROSECUTOR), 5)
    assert await refusal(desk.transcripts.finish("prosecutor", older, GOOD)) is Code.NOT_FOUND
    await desk.transcripts.finish("prosecutor", newer, GOOD)
    assert await desk.document() == "v1 prosecutor"


async def test_one_party_queues_once() -> None:
    """Many attempts at a time would keep the document from the others for as long as they last."""
    desk = await Desk().frozen()
    first, _ = await desk.prepare(PROSECUTOR)
    waiting = asyncio.ensure_future(desk.prepare(COUNSEL))
    await asyncio.sleep(0)
    assert await refusal(desk.prepare(COUNSEL)) is Code.BUSY
    await desk.transcripts.finish("prosecutor", first, GOOD)
    preparation, _ = await asyncio.wait_for(waiting, 5)
    await desk.transcripts.finish("counsel", preparation, GOOD)
    assert await desk.document() == "v1 prosecutor counsel"


async def test_a_preparation_is_of_its_party() -> None:
    """Somebody else can neither finish nor spoil it, and it is finished once."""
    desk = await Desk().frozen()
    preparation, _ = await desk.prepare(PROSECUTOR)
    assert await refusal(desk.transcripts.finish("counsel", preparation, GOOD)) is Code.NOT_FOUND
    await desk.transcripts.finish("prosecutor", preparation, GOOD)
    assert await refusal(desk.transcripts.finish("prosecutor", preparation, GOOD)) is (
        Code.NOT_FOUND
    )


async def test_a_failed_signature_lets_the_next_one_on() -> None:
    """A bad signature, a store that is down: nothing is signed, and nobody waits for it."""
    desk = await Desk().frozen()
    preparation, _ = await desk.prepare(PROSECUTOR)
    assert await refusal(desk.transcripts.finish("prosecutor", preparation, b"x" * 64)) is (
        Code.BAD_SIGNATURE
    )
    preparation, _ = await asyncio.wait_for(desk.prepare(PROSECUTOR), 5)
    desk.store.broken = True
    assert await refusal(desk.transcripts.finish("prosecutor", preparation, GOOD)) is Code.NOT_SAVED
    desk.store.broken = False
    desk.notary.refusals["prepare"] = [Code.BAD_MESSAGE]
    assert await refusal(desk.prepare(PROSECUTOR)) is Code.BAD_MESSAGE
    await asyncio.wait_for(desk.sign(COUNSEL), 5)
    assert await desk.document() == "v1 counsel"


async def test_a_signer_that_goes_while_signing_loses_nobodys_signature() -> None:
    """The next one waits until the signature that was begun stands in the log."""
    desk = await Desk().frozen()
    preparation, _ = await desk.prepare(PROSECUTOR)
    desk.store.gate = asyncio.Event()
    desk.store.begun.clear()
    call = asyncio.create_task(desk.transcripts.finish("prosecutor", preparation, GOOD))
    await desk.store.begun.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    following = asyncio.ensure_future(desk.prepare(COUNSEL))
    await asyncio.wait([following], timeout=0.05)
    desk.store.gate.set()
    assert (await asyncio.wait_for(following, 5))[1] == b"sign v1 prosecutor"


async def test_a_crash_before_the_seal_is_made_good_at_the_next_start() -> None:
    desk = Desk()
    desk.notary.refusals["seal"] = [Code.INTERNAL] * 10_000
    await desk.hearings.execute("h1", cmd.Arrive(connection="new-clerk"), "clerk")
    await desk.transcripts.freeze("h1", "clerk")
    await desk.transcripts.close()
    assert await refusal(desk.transcripts.document("h1", 1)) is Code.NOT_FOUND
    again = Desk(desk.store, desk.files)
    await again.hearings.state("h1")
    await again.until(lambda freeze: freeze.sealed)
    assert await again.document() == "v1"


async def test_a_crash_before_the_archive_is_made_good_at_the_next_start() -> None:
    desk = await Desk().frozen()
    desk.notary.refusals["archive"] = [Code.INTERNAL] * 10_000
    await desk.sign(PROSECUTOR, DEFENDANT, COUNSEL, CLERK, JUDGE)
    await desk.transcripts.close()
    assert not (await desk.until(lambda freeze: True)).archived
    again = Desk(desk.store, desk.files)
    await again.hearings.state("h1")
    await again.until(lambda freeze: freeze.archived)
    assert (await again.document()).endswith(" judge archived")


@pytest.mark.parametrize("code", [Code.BUSY, Code.NOT_SAVED])
async def test_an_archive_is_tried_again_while_something_is_down(code: Code) -> None:
    """A timestamp that cannot be had, a store that is locked: no restart is needed."""
    desk = await Desk().frozen()
    desk.notary.refusals["archive"] = [code, code]
    await desk.sign(*sorted(FIVE, key=lambda p: (p is JUDGE, p is CLERK)))
    await desk.until(lambda freeze: freeze.archived)


async def test_closing_does_not_wait_for_what_is_down() -> None:
    desk = await Desk().frozen()
    desk.notary.refusals["archive"] = [Code.BUSY] * 10_000
    await desk.sign(PROSECUTOR, DEFENDANT, COUNSEL, CLERK, JUDGE)
    await asyncio.wait_for(desk.transcripts.close(), 5)
    assert not (await desk.until(lambda freeze: True)).archived


async def test_what_cannot_be_printed_is_not_frozen() -> None:
    """The clerk is told, and the lines can still be corrected."""
    desk = Desk()
    await desk.hearings.execute("h1", cmd.Arrive(connection="new-clerk"), "clerk")
    desk.notary.refusals["digest"] = [Code.UNPRINTABLE_CHARACTER]
    assert await refusal(desk.transcripts.freeze("h1", "clerk")) is Code.UNPRINTABLE_CHARACTER
    assert (await desk.hearings.state("h1")).freeze is None


async def test_only_the_clerk_freezes_and_only_in_turn_is_signed() -> None:
    """The judge signs last; a version that is not there is not signed."""
    desk = await Desk().frozen()
    assert await refusal(desk.transcripts.freeze("h1", "judge")) is Code.NOT_ALLOWED
    assert await refusal(desk.prepare(JUDGE)) is Code.NOT_YOUR_TURN
    request = SignatureRequest(party="counsel", version=2, public_key=b"k", name_image=b"")
    assert await refusal(desk.transcripts.prepare("h1", request)) is Code.TRANSCRIPT_CHANGED


async def test_the_witness_of_a_held_key_is_signed_as_the_log_names_them() -> None:
    """Trimmed and bounded in the file too, not as it came."""
    desk = await Desk().frozen()
    permit = cmd.PermitHeldKey(party=DEFENDANT.id, reason="双手受伤")
    await desk.hearings.execute("h1", permit, "clerk")
    request = SignatureRequest(party=DEFENDANT.id, version=1, public_key=b"", name_image=b"")
    await desk.transcripts.sign_held("h1", request, " " * 5000 + "王警官 ")
    assert await desk.document() == "v1 defendant beside <王警官>"
