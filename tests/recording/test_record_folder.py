"""The log beside the segments: copied, mended after a crash, never written through a trick."""

import base64
import json
import os
from pathlib import Path

import pytest

from hearing_server.domain import events as ev
from hearing_server.domain.log import SERVER, Entry, canonical, leaf_hash
from recording import names
from recording.record_folder import RecordFolders
from tests.hearing_server.domain.world import NOW, in_session
from transcript.signing.authority import Authority
from transcript.signing.roots import sign_root

ENTRIES = in_session().entries
RECORDS = [canonical(entry) for entry in ENTRIES]
LEAVES = [leaf_hash(record) for record in RECORDS]
TEXT = b"".join(record + b"\n" for record in RECORDS)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


class House:
    """Two recordings directories that a recorder holds."""

    def __init__(self, path: Path, authority: Authority) -> None:
        self.directories = [path / "one", path / "two"]
        for directory in self.directories:
            directory.mkdir()
            (directory / ".lock").touch()
        self.root = authority.root.certificate
        self.restart()

    def restart(self) -> None:
        self.folders = RecordFolders(self.directories, self.root)

    def log(self, number: int = 0) -> Path:
        return self.directories[number] / "h1" / names.LOG

    def copy(self) -> bool:
        """Bring both up to date; whether one had been altered."""
        altered = False
        if self.folders.known("h1") is None:
            altered = self.folders.check("h1", LEAVES)
        have = self.folders.known("h1")
        assert have is not None
        self.folders.append("h1", have, RECORDS[have:])
        return altered


@pytest.fixture
def house(tmp_path: Path, authority: Authority) -> House:
    return House(tmp_path, authority)


def test_each_directory_has_the_log_as_it_is_hashed(house: House) -> None:
    """A line an entry, its bytes those of the leaf; beside it the certificate and how to verify."""
    assert not house.copy()
    for number in (0, 1):
        assert house.log(number).read_bytes() == TEXT
        assert sorted(os.listdir(house.log(number).parent)) == [
            "README.txt",
            "court.pem",
            "log.jsonl",
        ]


def test_it_grows(house: House) -> None:
    """Page by page, and what is there already is not written twice."""
    house.folders.check("h1", [])
    for after, end in ((0, 3), (0, 3), (3, 9), (2, 12), (12, len(RECORDS))):
        house.folders.append("h1", after, RECORDS[after:end])
    assert house.log().read_bytes() == TEXT


@pytest.mark.parametrize("cut", [1, 40, len(RECORDS[-1])])
def test_a_line_torn_by_a_crash_is_written_again(house: House, cut: int) -> None:
    """Wherever it was torn; the other directory has it already."""
    house.copy()
    os.truncate(house.log(), len(TEXT) - cut)
    house.restart()
    assert not house.copy()
    assert [house.log(n).read_bytes() == TEXT for n in (0, 1)] == [True, True]


def test_a_copy_that_somebody_altered_is_put_aside(house: House) -> None:
    """The truth is written anew; what was found stays to be looked at."""
    house.copy()
    house.log().write_bytes(TEXT.replace("虚构盗窃案".encode(), "虚构诈骗案".encode()))
    house.restart()
    assert house.copy()
    assert house.log().read_bytes() == TEXT
    assert "虚构诈骗案".encode() in house.log().with_name(names.ALTERED).read_bytes()


def test_more_lines_than_the_log_has_are_an_alteration(house: House) -> None:
    """A line added at the end is no torn one."""
    house.copy()
    house.log().write_bytes(TEXT + RECORDS[0] + b"\n")
    house.restart()
    assert house.copy()
    assert house.log().read_bytes() == TEXT


def test_a_line_without_end_is_not_read_into_memory(house: House) -> None:
    """A gigabyte of nothing, sparse, is an alteration like another."""
    house.copy()
    os.truncate(house.log(), 1 << 30)
    house.restart()
    assert house.copy()
    assert house.log().read_bytes() == TEXT


def test_a_directory_that_was_exchanged_meanwhile_is_looked_at_again(house: House) -> None:
    """Nothing is appended behind what is not known; the other directory goes on."""
    house.folders.check("h1", [])
    house.folders.append("h1", 0, RECORDS[:5])
    house.log().write_bytes(b"")
    with pytest.raises(OSError, match="somebody else wrote it"):
        house.folders.append("h1", 5, RECORDS[5:])
    assert house.log(1).read_bytes() == TEXT
    assert house.folders.known("h1") is None
    assert not house.copy()
    assert house.log().read_bytes() == TEXT


def test_a_mount_that_is_gone_is_not_written_beneath(house: House) -> None:
    """The other has it; with none left it is an error."""
    (house.directories[0] / ".lock").unlink()
    house.copy()
    assert not (house.directories[0] / "h1").exists()
    assert house.log(1).read_bytes() == TEXT
    (house.directories[1] / ".lock").unlink()
    with pytest.raises(OSError, match="no recordings directory"):
        house.folders.known("h1")


def test_a_link_in_the_place_of_the_log_is_not_followed(house: House, tmp_path: Path) -> None:
    """What it points at stays as it is."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("stays")
    house.log().parent.mkdir()
    house.log().symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic link"):
        house.folders.check("h1", LEAVES)
    assert elsewhere.read_text() == "stays"


@pytest.mark.parametrize("hearing", ["..", "a/b", "", "x" * 65, "a%2fb"])
def test_no_hearing_leads_outside(house: House, hearing: str) -> None:
    """Ids are checked before a path is made of them."""
    with pytest.raises(ValueError, match="not an id"):
        house.folders.check(hearing, [])


def test_signed_roots_lie_beside_it_as_files(house: House, authority: Authority) -> None:
    """For openssl; also of an entry whose words speak of roots there is nothing."""
    signature, certificate = sign_root(b"statement", authority)
    signed = ev.RootSigned(
        size=2, root="00" * 32, cause=ev.RootCause.HOURLY, signed_at=NOW,
        signature=base64.b64encode(signature).decode(),
        certificate=base64.b64encode(certificate).decode(), timestamp="",
    )  # fmt: skip
    line = ev.LineEntered(line=1, speaker="judge", text='"root_signed"', started_at=1, ended_at=2)
    records = [
        canonical(Entry(hearing="h1", seq=n, at=NOW, by=SERVER, event=event))
        for n, event in enumerate((line, signed), start=1)
    ]
    house.folders.check("h1", [])
    house.folders.append("h1", 0, records)
    roots = house.log().with_name(names.ROOTS)
    assert sorted(os.listdir(roots)) == ["000002.json", "000002.pem", "000002.sig"]
    assert json.loads((roots / "000002.json").read_bytes())["hearing"] == "h1"
    assert (roots / "000002.sig").read_bytes() == signature


def test_the_recorder_takes_none_of_it_for_segments(house: House) -> None:
    """Not as a party, a track or a segment: neither at a start nor when the files are checked."""
    house.copy()
    (house.log().with_name(names.ROOTS) / "camera").mkdir(parents=True)
    assert names.track_folders(house.directories[0], "h1") == []
