"""The court's recording key: made on the command line, taken from the settings."""

import io
from pathlib import Path

import pytest

from hearing_server import __main__ as command_line
from hearing_server import config
from hearing_server.recording_keys import recording_keys
from recording.encryption import new_hearing_key

PASSPHRASE = "correct horse battery"


def make(file: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str = PASSPHRASE) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(passphrase + "\n"))
    return command_line.main(["recording-key", "new", str(file)])


def test_a_key_that_is_made_is_one_that_can_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The public half to record for, the private one to read with."""
    file = tmp_path / "court.pem"
    assert make(file, monkeypatch) == 0
    assert str(file) + ".pub" in capsys.readouterr().out
    settings = config.Settings(
        recording_key=f"{file}.pub",
        recording_private_key=str(file),
        recording_passphrase=PASSPHRASE,
    )
    public, keyring = recording_keys(settings)
    assert public is not None
    assert new_hearing_key(public, "h1").key
    assert keyring.opened == {}


def test_a_key_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by a second call nor by one with a passphrase that is too short."""
    file = tmp_path / "court.pem"
    assert make(file, monkeypatch, "short") == 2
    assert make(file, monkeypatch) == 0
    before = file.read_bytes()
    assert make(file, monkeypatch) == 2
    assert file.read_bytes() == before
    assert "there already" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["recording_key", "recording_private_key"])
def test_a_file_that_is_no_key_stops_the_server(name: str, tmp_path: Path) -> None:
    """With one line that names the setting; the passphrase is not in it."""
    (tmp_path / "junk").write_text("not a key")
    settings = config.Settings(**{name: str(tmp_path / "junk")}, recording_passphrase=PASSPHRASE)
    with pytest.raises(config.BadSetting, match=name) as caught:
        recording_keys(settings)
    assert PASSPHRASE not in str(caught.value)
