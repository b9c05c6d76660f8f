"""Access, notes and deletion, as they are asked for: who may, what is noted, what becomes of the files."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from hearing_server.adapters import erasing
from hearing_server.adapters.erasing import DeletionMarks, ExportEraser, SegmentEraser
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.audit import Action
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.domain.retention import kept_until
from hearing_server.services import deletions as module
from hearing_server.services.access import Seated
from hearing_server.services.custody import Custodian
from hearing_server.services.deletions import Deletions, Erase
from hearing_server.services.hearings import Hearings
from hearing_server.services.recordings import Recordings
from recording.erasing import erase_segments
from tests.hearing_server.domain.world import FIVE, MEMBER, NOW, PUBLIC, SHA, WITNESS, World

from .fakes import FakeEvents

YEARS = {"criminal": 60, "civil": 30}
HERE = "192.0.2.7"
FILE = "h1/judge/camera/1790000000000-1.mkv"


def seat(party: str) -> Seated:
    return Seated(hearing="h1", party=party)


class FakeAudit:
    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []
        self.broken = False

    async def note(
        self, action: Action, *, actor: str, subject: str, detail: str, address: str = ""
    ) -> None:
        if self.broken:
            raise Refused(Code.BUSY)
        if action is not Action.DENIED:  # that is the door's, which knows the route
            assert subject == "h1"
            assert address == (HERE if actor != SERVER else "")
        self.rows.append((actor, action, detail))


def recorded() -> World:
    people = (*FIVE, MEMBER, WITNESS, PUBLIC)
    world = World(*people).arrive(*people)
    world.do("judge", cmd.AdmitAll())
    world.do("judge", cmd.OpenHearing())
    segment = ev.SegmentRecorded(
        party="judge", source="camera", name=FILE, codec="vp8", sha256=SHA, size=3, frames=1,
        started_at=NOW, ended_at=NOW + 1000, recovered=False,
    )  # fmt: skip
    world.do(SERVER, cmd.EnterRecording(event=segment))
    return world


class Archive:
    """A hearing, two recordings directories and exports, and everything that keeps them."""

    def __init__(self, folder: Path, world: World | None = None) -> None:
        self.folder = folder
        self.store = FakeEvents(world or recorded())
        self.now = self.store.logs["h1"][-1].at + 1000
        self.audit = FakeAudit()
        self.failed = asyncio.Event()  # an eraser could not
        for below in ("first", "second", "exports", "marks"):
            (folder / below).mkdir(exist_ok=True)
        for below in ("first", "second"):  # a recorder was at work in both
            (folder / below / ".lock").touch()
        self.start()

    def start(self) -> None:
        """A server, or the next one."""
        self.hearings = Hearings(self.store, lambda: self.now)
        audit: object = self.audit
        self.custodian = Custodian(self.hearings, audit, YEARS, lambda: self.now)  # type: ignore[arg-type]
        folders = [self.folder / "first", self.folder / "second"]
        self.marks = DeletionMarks(self.folder / "marks")
        self.deletions = Deletions(
            self.hearings,
            self.custodian,
            audit,  # type: ignore[arg-type]
            self.marks,
            (ExportEraser(self.folder / "exports"), self._noticing(SegmentEraser(folders))),
        )
        self.hearings.subscribe(self.deletions.on_entries)

    def _noticing(self, erase: Erase) -> Erase:
        async def erased(hearing: str) -> None:
            try:
                await erase(hearing)
            except OSError:
                self.failed.set()
                raise

        return erased

    def write(self) -> list[Path]:
        made = [self.folder / "first" / FILE, self.folder / "second" / FILE]
        made.append(self.folder / "exports" / "h1" / "judge.mkv")
        for path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"abc")
        return made

    async def close_hearing(self, years: int = 61) -> None:
        back = cmd.Arrive(connection="again")  # whoever was here when the log was read in has left
        await self.hearings.execute("h1", back, "judge")
        await self.hearings.execute("h1", cmd.CloseHearing(), "judge")
        self.now = kept_until(self.now, years)

    async def sign(self) -> None:
        """The root of all that stands in the log."""
        root = ev.RootSigned(
            size=len(self.events), root=SHA, cause=ev.RootCause.LATER, signed_at=self.now,
            signature="c2ln", certificate="Y2Vy", timestamp="dHN0",
        )  # fmt: skip
        await self.hearings.execute("h1", cmd.EnterRoot(root=root), SERVER)
        await self.deletions.settle("h1")

    @property
    def events(self) -> list[ev.Event]:
        return [entry.event for entry in self.store.logs["h1"]]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


async def refusal(awaitable: Awaitable[object]) -> Code:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value.code


async def test_a_judge_seals_a_span_and_lifts_it_with_a_reason(archive: Archive) -> None:
    command = cmd.SetAccess(level=ev.Level.SEALED, started_at=NOW, ended_at=None, reason="隐私")
    number = await archive.custodian.set_access(seat("judge"), command, HERE)
    (shown,) = (await archive.custodian.custody(seat("clerk")))["access"]
    assert shown == {
        "access": number, "level": "sealed", "started_at": NOW, "ended_at": None, "reason": "隐私",
    }  # fmt: skip
    archive.now += 1000
    await archive.custodian.end_access(seat("judge"), number, HERE)
    assert await refusal(archive.custodian.lift_access(seat("judge"), 1, " ", HERE)) is Code.EMPTY
    await archive.custodian.lift_access(seat("judge"), number, "不再需要", HERE)
    assert (await archive.custodian.custody(seat("judge")))["access"] == []
    assert archive.audit.rows == [
        ("judge", "access_set", f"sealed {NOW}-"),
        ("judge", "access_ended", "1"),
        ("judge", "access_lifted", "1"),
    ]


@pytest.mark.parametrize("party", ["prosecutor", "defendant", "counsel", "witness", "public"])
async def test_for_everybody_else_there_is_nothing(archive: Archive, party: str) -> None:
    custodian, deletions, me = archive.custodian, archive.deletions, seat(party)
    span = cmd.SetAccess(level=ev.Level.SEALED, started_at=NOW, ended_at=None, reason="x")
    note = cmd.PlaceNote(at=NOW, text="x", private=False)
    asked: list[Callable[[], Awaitable[object]]] = [
        lambda: custodian.custody(me),
        lambda: custodian.set_access(me, span, HERE),
        lambda: custodian.end_access(me, 1, HERE),
        lambda: custodian.lift_access(me, 1, "x", HERE),
        lambda: custodian.place_note(me, note, HERE),
        lambda: custodian.remove_note(me, 1, HERE),
        lambda: deletions.propose(me, "x", HERE),
        lambda: deletions.consent(me, HERE),
        lambda: deletions.drop(me, HERE),
    ]
    await archive.hearings.state("h1")  # read in
    before = list(archive.events)
    for ask in asked:
        assert await refusal(ask()) is Code.NOT_FOUND
    assert archive.events == before
    assert archive.audit.rows == []  # the door notes refusals


async def test_an_act_that_cannot_be_noted_is_not_done(archive: Archive) -> None:
    archive.audit.broken = True
    command = cmd.SetAccess(level=ev.Level.PUBLIC, started_at=0, ended_at=None, reason="公开")
    assert await refusal(archive.custodian.set_access(seat("judge"), command, HERE)) is Code.BUSY
    assert not any(isinstance(event, ev.AccessSet) for event in archive.events)


async def test_notes_are_private_to_the_court_or_for_whoever_plays(archive: Archive) -> None:
    place = archive.custodian.place_note
    for by, text, private in (
        ("clerk", "宣读", False),
        ("judge", "存疑", True),
        ("clerk", "", True),
    ):
        note = cmd.PlaceNote(at=archive.now, text=text, private=private)
        await place(seat(by), note, HERE)
    assert await refusal(archive.custodian.remove_note(seat("clerk"), 2, HERE)) is Code.NOT_ALLOWED
    await archive.custodian.remove_note(seat("clerk"), 3, HERE)
    await archive.close_hearing()

    async def texts(party: str) -> list[str]:
        return [n["text"] for n in (await archive.custodian.custody(seat(party)))["notes"]]

    assert await texts("judge") == ["宣读", "存疑"]
    assert await texts("prosecutor") == ["宣读"]
    assert all("存疑" not in row[2] for row in archive.audit.rows)


async def test_a_recording_is_deleted_by_two_persons_after_its_retention(archive: Archive) -> None:
    """The files go from both directories and the exports; the hashes stay in the log."""
    files = archive.write()
    propose, consent = archive.deletions.propose, archive.deletions.consent
    assert await refusal(propose(seat("judge"), "到期", HERE)) is Code.WRONG_PHASE
    await archive.close_hearing(years=59)
    assert await refusal(propose(seat("judge"), "到期", HERE)) is Code.RETENTION
    archive.now = kept_until(archive.now, 2)
    await propose(seat("clerk"), "到期", HERE)
    for who in ("clerk", "member"):  # not alone, and not without the presiding judge
        assert await refusal(consent(seat(who), HERE)) is Code.SECOND_PERSON
    assert all(path.exists() for path in files)
    await consent(seat("judge"), HERE)
    await archive.deletions.settle("h1")
    assert not any(path.exists() for path in files)
    assert archive.events[-1] == ev.RecordingDeleted(segments=1, size=3)
    assert any(isinstance(e, ev.SegmentRecorded) and e.sha256 == SHA for e in archive.events)
    assert archive.audit.rows[-1] == ("server", "recording_deleted", "1 segments, 3 bytes")
    found = await archive.custodian.custody(seat("clerk"))
    assert (found["deletion"]["consented_by"], found["may"]["delete"]) == ("judge", False)
    told = await Recordings(archive.hearings, archive.deletions.settle).deleted_at("h1")
    assert told == found["deletion"]["deleted_at"]
    assert await refusal(propose(seat("judge"), "再来", HERE)) is Code.NO_CHANGE


async def test_a_proposal_that_is_dropped_deletes_nothing(archive: Archive) -> None:
    files = archive.write()
    await archive.close_hearing()
    await archive.deletions.propose(seat("judge"), "到期", HERE)
    await archive.deletions.drop(seat("member"), HERE)
    assert await refusal(archive.deletions.consent(seat("clerk"), HERE)) is Code.NOT_FOUND
    await archive.deletions.settle("h1")
    assert all(path.exists() for path in files)
    assert archive.marks.all() == []


@pytest.mark.parametrize("gone", [0, 1, 2, 3])
async def test_a_server_that_ends_in_between_finishes_at_its_next_start(
    archive: Archive, gone: int
) -> None:
    """After the consent, and after each of the files."""
    files = archive.write()
    await archive.close_hearing()
    await archive.deletions.propose(seat("judge"), "到期", HERE)
    archive.marks.make("h1")
    consent = cmd.ConsentToDeletion(kept_until=0)
    await archive.hearings.execute("h1", consent, "clerk")
    for path in files[:gone]:
        path.unlink()
    archive.start()
    await archive.deletions.resume()
    await archive.deletions.settle("h1")
    assert not any(path.exists() for path in files)
    assert archive.events[-1] == ev.RecordingDeleted(segments=1, size=3)


async def test_a_film_that_came_while_the_files_went_goes_too(archive: Archive) -> None:
    """When the deletion is entered, the exports are looked through once more."""
    *_, film = archive.write()

    def late(state: HearingState, entries: Sequence[Entry]) -> None:
        if isinstance(entries[-1].event, ev.RecordingDeleted):
            film.parent.mkdir()
            film.write_bytes(b"abc")

    archive.hearings.subscribe(late)
    await archive.close_hearing()
    await archive.deletions.propose(seat("judge"), "到期", HERE)
    await archive.deletions.consent(seat("clerk"), HERE)
    await archive.deletions.settle("h1")
    assert archive.events[-1] == ev.RecordingDeleted(segments=1, size=3)
    assert not film.exists()


async def test_what_is_made_good_while_the_files_go_goes_too(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recorder copies a segment to the directory that was erased first."""
    first, second, _ = archive.write()

    def erase(folder: Path, hearing: str) -> int:
        gone = erase_segments(folder, hearing)
        if folder == archive.folder / "first" and second.exists():
            first.parent.mkdir(parents=True, exist_ok=True)
            first.write_bytes(second.read_bytes())
        return gone

    monkeypatch.setattr(erasing, "erase_segments", erase)
    await SegmentEraser([archive.folder / "first", archive.folder / "second"])("h1")
    assert not first.exists()
    assert not second.exists()


async def test_the_mark_stays_until_the_deletion_is_signed(archive: Archive) -> None:
    """A server that ends before that looks at the hearing again, and deletes nothing twice."""
    archive.write()
    await archive.close_hearing()
    await archive.deletions.propose(seat("judge"), "到期", HERE)
    await archive.deletions.consent(seat("clerk"), HERE)
    await archive.deletions.settle("h1")
    assert archive.marks.all() == ["h1"]
    archive.start()
    looked: list[str] = []

    async def look(hearing: str) -> None:
        looked.append(hearing)

    archive.hearings.on_load(look)
    await archive.deletions.resume()
    await archive.deletions.settle("h1")
    assert (looked, archive.marks.all()) == (["h1"], ["h1"])
    await archive.sign()
    assert archive.marks.all() == []
    assert [type(event) for event in archive.events].count(ev.RecordingDeleted) == 1


async def test_a_mark_without_a_consent_deletes_nothing(archive: Archive) -> None:
    """Nor does one of a hearing that nobody knows."""
    files = archive.write()
    await archive.close_hearing()
    await archive.deletions.propose(seat("judge"), "到期", HERE)
    archive.marks.make("h1")
    archive.marks.make("h404")
    archive.start()
    await archive.deletions.resume()
    for hearing in ("h1", "h404"):
        await archive.deletions.settle(hearing)
    assert all(path.exists() for path in files)
    assert archive.marks.all() == []


async def test_a_directory_that_is_away_is_waited_for(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing says deleted before all of it is."""
    monkeypatch.setattr(module, "RETRY_AFTER", 0.01)
    files = archive.write()
    await archive.close_hearing()
    second = archive.folder / "second"
    second.rename(archive.folder / "unplugged")
    await archive.deletions.propose(seat("judge"), "到期", HERE)
    await archive.deletions.consent(seat("clerk"), HERE)
    async with asyncio.timeout(10):
        await archive.failed.wait()
    assert not files[0].exists()
    assert isinstance(archive.events[-1], ev.DeletionConsented)
    assert archive.marks.all() == ["h1"]
    (archive.folder / "unplugged").rename(second)
    await archive.deletions.settle("h1")
    assert not any(path.exists() for path in files)
    assert archive.events[-1] == ev.RecordingDeleted(segments=1, size=3)


def test_retention_is_counted_by_the_calendar() -> None:
    leap = 1_709_164_800_000  # 29 February 2024
    assert kept_until(leap, 4) == 1_835_395_200_000  # 29 February 2028
    assert kept_until(leap, 1) == 1_740_787_200_000  # 1 March 2025
