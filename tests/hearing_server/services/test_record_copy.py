"""Copies of a record: whole for the bench, masked for others, and each still proves itself; as a zip too."""

import asyncio
import os
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from pathlib import Path

import pytest

from hearing_server.adapters.folder import Documents
from hearing_server.adapters.record_material import CourtMaterial
from hearing_server.domain import commands as cmd
from hearing_server.domain import events as ev
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import Level, RootCause
from hearing_server.judges import JUDGES
from hearing_server.services import paper_bundle
from hearing_server.services.evidence import Reading
from hearing_server.services.hearings import Hearings
from hearing_server.services.record_copy import KIND, Ask, RecordCopier, Target
from recording.asic import AsicTarget
from recording.record_folder import RecordFolders
from recording.verifying import copy as reading
from recording.verifying.record import verify_record
from recording.verifying.report import Report
from recording.verifying.source import Unreadable, sources
from tests.recording.records import HearingRecord
from transcript.signing.authority import Authority
from transcript.signing.container import sign_manifest

from .fakes import FakeLog

SECRET = "只有封存时段才说的话"


class FolderTarget:
    """The files of a copy as a folder that is not there yet."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.writelines(chunks)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> HearingRecord:
    """A span of it is sealed: in it a line, and segments of everybody."""
    made = HearingRecord(tmp_path_factory.mktemp("record") / "recordings", authority)
    made.do("judge", cmd.OpenHearing())
    made.run(2)
    sealed_from = made.now
    made.do("clerk", cmd.EnterLine(speaker="judge", text=SECRET))
    made.run(2)
    sealed_until = made.now
    made.run(2)
    made.do("judge", cmd.CloseHearing(override="演示"))
    made.do("clerk", cmd.EnterLine(speaker="judge", text="人人可读的话"))
    made.do("counsel", cmd.SendMessage(to="technician", text="私下的留言"))
    made.do(
        "judge",
        cmd.SetAccess(
            level=Level.SEALED, started_at=sealed_from, ended_at=sealed_until, reason="隐私"
        ),
    )
    made.sign(RootCause.CLOSED)
    made.save()
    return made


class Copies:
    def __init__(
        self, record: HearingRecord, authority: Authority, before: Sequence[Path] = ()
    ) -> None:
        """`before`: recordings directories that are looked into first."""
        store = FakeLog(record.world)
        hearings = Hearings(store, lambda: record.world.now)
        directories = [*before, record.directory]
        folders = RecordFolders(directories, authority.root.certificate)
        documents = Documents(record.directory.with_name("documents"))
        material = CourtMaterial(folders, authority, {"transcript": documents})
        self.readings: list[Reading] = []
        self.copier = RecordCopier(hearings, store, material, self, self.settled)
        self.hearings = hearings
        self.authority = authority

    async def settled(self, hearing: str) -> None:
        return None

    async def of_hearing(self, hearing: str) -> list[Reading]:
        return self.readings

    def write(self, reader: str | None, target: Target, *, recordings: bool = True) -> None:
        ask = Ask(reader=reader, recordings=recordings)
        asyncio.run(self.copier.write("h1", ask, target))

    def folder(self, reader: str | None, path: Path) -> Path:
        self.write(reader, FolderTarget(path))
        return path

    def bundle(self, reader: str | None, path: Path, *, recordings: bool = True) -> Path:
        target = AsicTarget(path)
        self.write(reader, target, recordings=recordings)
        target.close(lambda manifest: sign_manifest(manifest, self.authority))
        return path

    def verified(self, path: Path) -> Report:
        (source,) = sources(path)
        return verify_record(source, [self.authority.root.certificate], JUDGES, UTC)


@pytest.fixture
def copies(record: HearingRecord, authority: Authority) -> Copies:
    return Copies(record, authority)


def found(report: Report, level: str) -> list[str]:
    return [one.code for one in report.findings if one.level == level]


def everything(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file())


def test_the_bench_s_copy_is_the_record(
    copies: Copies, record: HearingRecord, tmp_path: Path
) -> None:
    """All of the recording; of the entries only a message to somebody else is masked."""
    path = copies.folder("judge", tmp_path / "copy")
    report = copies.verified(path)
    assert found(report, "error") == []
    assert SECRET.encode() in (path / "log.jsonl").read_bytes()
    assert len(list(path.glob("*/*/*.mkv"))) == len(list(record.home.glob("*/*/*.mkv")))
    assert found(report, "masked") == ["entries_masked"]


def test_a_copy_takes_each_file_from_the_directory_that_has_it_whole(
    record: HearingRecord, authority: Authority, tmp_path: Path
) -> None:
    """One of the first directory has rotted and one is cut short; what is whole nowhere is given as it is."""
    first, home = tmp_path / "first", record.directory / "h1"
    shutil.copytree(record.directory, first)
    camera, other = sorted((first / "h1" / "judge" / "camera").iterdir())[:2]
    camera.write_bytes(b"rot" + camera.read_bytes()[3:])
    other.write_bytes(other.read_bytes()[:100])
    copies = Copies(record, authority, [first])
    assert found(copies.verified(copies.folder("judge", tmp_path / "copy")), "error") == []
    whole = home / camera.relative_to(first / "h1")
    kept = whole.read_bytes()
    try:
        whole.write_bytes(b"ROT" + kept[3:])
        report = copies.verified(copies.folder("judge", tmp_path / "second copy"))
    finally:
        whole.write_bytes(kept)
    assert found(report, "error") == ["segment_changed"]


def test_a_copy_that_leaves_the_court_is_masked_and_proves_the_rest(
    copies: Copies, tmp_path: Path
) -> None:
    """The tree, the roots and every file that is there hold; what is not there is said, and nothing of it is read."""
    path = copies.folder(None, tmp_path / "copy")
    report = copies.verified(path)
    assert found(report, "error") == []
    assert sorted(found(report, "masked")) == ["entries_masked", "segments_left_out"]
    said = everything(path)
    assert SECRET.encode() not in said
    assert "私下的留言".encode() not in said
    assert "人人可读的话".encode() in said
    (left_out,) = [one for one in report.findings if one.code == "segments_left_out"]
    assert left_out.data == {"segments": 30}  # also those that begin where the sealed ones end
    (segments,) = [one for one in report.findings if one.code == "segments"]
    assert (segments.data["segments"], segments.data["of"]) == (30, 60)
    assert "proven" in found(report, "ok")


def test_the_clerk_s_copy_is_without_what_the_bench_alone_plays(
    copies: Copies, tmp_path: Path
) -> None:
    """They read the words of a sealed span, and do not play it."""
    path = copies.folder("clerk", tmp_path / "copy")
    report = copies.verified(path)
    assert found(report, "error") == []
    assert SECRET.encode() in (path / "log.jsonl").read_bytes()
    assert "segments_left_out" in found(report, "masked")


def test_whoever_is_screened_is_neither_seen_nor_named_outside(
    authority: Authority, tmp_path: Path
) -> None:
    """Their sources are left out; what names them stands as its hash; holes cannot all be judged, which is said."""
    made = HearingRecord(tmp_path / "recordings", authority)
    screening = ev.Screening(party="defendant", hidden_from=("counsel",), alias="某甲")
    made.do("judge", cmd.Screen(screening=screening))
    made.do("judge", cmd.OpenHearing())
    made.run(2)
    made.do("judge", cmd.CloseHearing(override="演示"))
    made.sign(RootCause.CLOSED)
    made.save()
    copies = Copies(made, authority)
    path = copies.folder(None, tmp_path / "copy")
    assert found(copies.verified(path), "error") == []
    assert not (path / "defendant").exists()
    assert (path / "judge").exists()
    assert "被告乙".encode() not in everything(path)
    inside = copies.folder("clerk", tmp_path / "inside")
    assert (inside / "defendant").exists()


def test_no_list_of_somebody_else_excuses_a_missing_file(copies: Copies, tmp_path: Path) -> None:
    """A name added to the list of what is masked is no longer what the court signed; neither is a list of another."""
    path = copies.folder(None, tmp_path / "copy")
    victim = next(path.glob("*/*/*.mkv"))
    victim.unlink()
    assert "segment_missing" in found(copies.verified(path), "error")
    name = victim.relative_to(path).as_posix()
    listed = (path / "copy.json").read_text()
    (path / "copy.json").write_text(listed.replace('"left_out":[', f'"left_out":["{name}",'))
    errors = found(copies.verified(path), "error")
    assert "copy_unsigned" in errors
    assert "entry_hidden" in errors
    assert "segment_missing" in errors


def test_a_list_of_another_log_masks_nothing_here(
    copies: Copies, authority: Authority, tmp_path: Path
) -> None:
    """Signed by the court, but of a log that was shorter by an entry."""
    path = copies.folder(None, tmp_path / "copy")
    listed = (path / "copy.json").read_bytes()
    other = listed.replace(b'"hearing":"h1"', b'"hearing":"h2"')
    assert other != listed
    for name, data in CourtMaterial(
        RecordFolders([tmp_path], authority.root.certificate), authority, {}
    ).signed_list(other):
        (path / name).write_bytes(data)
    errors = found(copies.verified(path), "error")
    assert "copy_of_another" in errors
    assert "entry_hidden" in errors


def test_before_the_closing_there_is_no_copy(authority: Authority, tmp_path: Path) -> None:
    """The record is not complete."""
    made = HearingRecord(tmp_path / "recordings", authority)
    made.do("judge", cmd.OpenHearing())
    with pytest.raises(Refused) as refused:
        Copies(made, authority).folder("judge", tmp_path / "copy")
    assert refused.value.code is Code.WRONG_PHASE


# --- hostile zips


def packed(path: Path, *files: tuple[str, bytes], compress: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compress) as made:
        for name, data in files:
            made.writestr(zipfile.ZipInfo(name), data, compress)
    return path


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/../../b", "judge\\camera", "%2e%2e%2fx", "a" * 400],
)
def test_no_name_in_a_zip_leads_anywhere(copies: Copies, tmp_path: Path, name: str) -> None:
    """It is a finding; nothing is unpacked."""
    path = packed(tmp_path / "evil.zip", ("log.jsonl", b"{}\n"), (name, b"x"))
    assert "name_refused" in found(copies.verified(path), "error")
    assert sorted(os.listdir(tmp_path)) == ["evil.zip"]


def test_a_link_in_a_zip_is_not_followed(copies: Copies, tmp_path: Path) -> None:
    """As the log itself it is no log."""
    link = zipfile.ZipInfo("log.jsonl")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert found(copies.verified(tmp_path / "evil.zip"), "error")[0] == "log_missing"


def _bomb(path: Path) -> None:
    packed(path, ("log.jsonl", bytes(50 << 20)), compress=zipfile.ZIP_DEFLATED)


def _twice(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        packed(path, ("log.jsonl", b"{}\n"), ("log.jsonl", b"{}\n"))


def _overlapping(path: Path) -> None:
    """Many names of one long file: a bomb without compression."""
    packed(path, *((f"judge/camera/{n}-1.mkv", bytes(1 << 16)) for n in range(4)))
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    while place > 0:
        struct.pack_into("<I", data, place + 42, 0)  # every entry begins at the first
        struct.pack_into("<I", data, place + 24, 1 << 30)  # and says to be a gigabyte
        place = data.rfind(b"PK\x01\x02", 0, place)
    path.write_bytes(data)


def _encrypted(path: Path) -> None:
    packed(path, ("log.jsonl", b"{}\n"))
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


@pytest.mark.parametrize("make", [_bomb, _twice, _overlapping, _encrypted])
def test_a_hostile_zip_is_refused_with_a_code(
    copies: Copies, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """Before anything of it is read."""
    make(tmp_path / "evil.zip")
    with pytest.raises(Unreadable) as refused:
        copies.verified(tmp_path / "evil.zip")
    assert refused.value.code == "zip_refused"


def test_writer_and_reader_mean_the_same_list() -> None:
    """The word that the court signs is the word that verify looks for."""
    assert (KIND, paper_bundle.KIND) == (reading.HEARING, reading.PAPER)
