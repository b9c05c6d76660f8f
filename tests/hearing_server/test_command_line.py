"""The command line as a court's operator meets it: what is wrong, in one line, and an exit code."""

import gc
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import structlog

from hearing_server import __main__ as command_line
from hearing_server import config, serve_command
from hearing_server.adapters.folder import DataFolder
from hearing_server.web import pages
from tests.integration.forked import Forked
from tests.integration.harness import ServerProcess, free_port
from tests.transcript import court
from transcript.pdf import render
from transcript.signing import signer
from transcript.signing.authority import Authority


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HEARING_")}
    return subprocess.run(
        [sys.executable, "-m", "hearing_server", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**clean, **environment},
    )


def refused(data: Path, *arguments: str, **environment: str) -> str:
    """The one line with which `serve` says why it does not start."""
    ports = ["--port", str(free_port()), "--media-port", str(free_port())]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HEARING_")}
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        given = ["serve", "--data", str(data), *ports, *arguments]
        process = Forked("hearing_server.__main__", given, {**clean, **environment}, said)
        assert process.wait(60) == 2
        assert "Serving on" not in process.stdout.read()
        process.stdout.close()
        (line,) = said.read_text().splitlines()
    assert line.startswith("hearing-server: ")
    return line


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(tmp_path / "data", "--port", str(port))
    assert f"port {port} on 127.0.0.1: " in line


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_media_port_in_use(tmp_path: Path, kind: socket.SocketKind) -> None:
    with socket.socket(type=kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        assert f"media port {port}: " in refused(tmp_path / "data", "--media-port", str(port))


def test_a_host_that_nobody_knows(tmp_path: Path) -> None:
    line = refused(tmp_path / "data", "--self-signed", "--host", "nowhere.invalid")
    assert "media_host: nowhere.invalid: " in line


async def test_a_host_by_its_name(tmp_path: Path) -> None:
    """`--host localhost` is as good as its address, for media too."""
    server = ServerProcess(data=tmp_path / "data", environment={"HEARING_HOST": "localhost"})
    await server.start()
    assert len(server.links) == 5
    assert await server.stop() == 0


def test_a_data_folder_that_cannot_be_made_or_written(tmp_path: Path) -> None:
    """A file in the way; a file system that takes no files, from root neither."""
    (tmp_path / "file").touch()
    assert "Not a directory" in refused(tmp_path / "file" / "data")
    assert "data folder /proc" in refused(Path("/proc"))


def test_a_data_folder_in_use_by_another_server(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "data")
    assert "in use by another server" in refused(tmp_path / "data")
    first.close()


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("nonsense://court:s3cret@db/x", "database: not an SQLAlchemy URL"),
        ("sqlite+aiosqlite:////proc/hearings.sqlite3", "unable to open database file"),
        ("postgresql+asyncpg://court:s3cret@127.0.0.1:1/x", "127.0.0.1:1/x: "),
    ],
)
def test_a_database_that_is_not_there(tmp_path: Path, database: str, said: str) -> None:
    """Whatever the driver has to say, and never the password."""
    line = refused(tmp_path / "data", HEARING_DATABASE=database)
    assert said in line
    assert "s3cret" not in line


def test_a_secret_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "data" / "keys").mkdir(parents=True)
    (tmp_path / "data" / "keys" / "links").touch()
    assert "not a secret of 32 bytes" in refused(tmp_path / "data")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "host: 0.0.0.0 is not loopback"),
        (["--config", "/no/such.toml"], "/no/such.toml"),
        (["--public-url", "court"], "public_url: 'court'"),
    ],
)
def test_a_setting_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert command_line.main(["serve", "--data", str(tmp_path / "data"), *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / "data").exists()


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    pem = tmp_path / "court.pem"
    pem.write_text("this is no certificate")
    line = refused(tmp_path / "data", HEARING_TLS_CERTIFICATE=str(pem), HEARING_TLS_KEY=str(pem))
    assert "tls_certificate and tls_key: " in line


def test_a_client_that_is_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said before anything is touched."""
    monkeypatch.setattr(pages, "PLACES", (tmp_path / "nowhere",))
    assert command_line.main(["serve", "--data", str(tmp_path / "data")]) == 2
    structlog.reset_defaults()  # it was told to write to what is captured here
    told = capsys.readouterr().err
    assert told == "hearing-server: the browser client is not built: run make client\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([], ["serve", "verify", "HEARING_NAME", "docs/configuration.md"]),
        (["serve"], ["--demo", "--config", "--host", "--port", "--media-port", "--self-signed"]),
        (["account"], ["add", "list", "reset", "disable"]),
        (["account", "add"], ["LOGIN", "--name", "--role", "administrator", "--data", "72 hours"]),
        (
            ["export"],
            ["DATA_OR_HEARING", "--kind", "--party", "--from", "--to", "--output", "Exit"],
        ),
        (["verify"], ["file", "--root", "--data", "Exit code"]),
    ],
)
def test_help_suffices(command: list[str], words: list[str]) -> None:
    ended = run(*command, "--help")
    assert (ended.returncode, ended.stderr) == (0, "")
    for word in words:
        assert word in ended.stdout


def test_help_of_serve_lists_every_setting() -> None:
    """As the environment names it, with what it is for: an installed server has no docs folder."""
    ended = run("serve", "--help")
    for name, field in config.FIELDS.items():
        assert f"HEARING_{name.upper()} " in ended.stdout
        assert field.metadata["about"] in ended.stdout


def verify(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return run("verify", "--data", str(folder / "no data"), *arguments)


def test_verify_of_a_missing_file(tmp_path: Path) -> None:
    ended = verify(str(tmp_path / "nothing.pdf"), folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("hearing-server: ")


def test_verify_without_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder for a file, a root that is missing or none: what cannot be checked is no finding."""
    not_pem = tmp_path / "root.pem"
    not_pem.write_text("no certificate")
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    for arguments in (
        [str(tmp_path)],
        [str(tmp_path / "x.pdf"), "--root", str(tmp_path / "no.pem")],
        [str(tmp_path / "x.pdf"), "--root", str(not_pem)],
    ):
        assert command_line.main(["verify", "--data", str(tmp_path), *arguments]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert len(told.err.splitlines()) == 1


def test_verify_of_what_is_no_pdf(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    for content, code in ((b"a letter", "not_a_pdf"), (b"%PDF-1.7 x", "damaged")):
        path.write_bytes(content)
        ended = verify(str(path), folder=tmp_path)
        assert (ended.returncode, ended.stderr) == (1, "")
        assert ended.stdout.startswith(f"error: {code}: ")


def test_verify_of_a_court_that_is_not_known(tmp_path: Path) -> None:
    """Without its root, or with another court's, nothing is proved; with its root all holds."""
    courts = {
        name: Authority.open(tmp_path / name, b"a passphrase", court.COURT)
        for name in ("ours", "theirs")
    }
    path = tmp_path / "sealed.pdf"
    path.write_bytes(signer.seal(render(court.document()), courts["ours"]))
    unknown = verify(str(path), folder=tmp_path)
    other = verify(str(path), "--root", str(tmp_path / "theirs/root.crt.pem"), folder=tmp_path)
    known = verify(str(path), "--root", str(tmp_path / "ours/root.crt.pem"), folder=tmp_path)
    assert [unknown.returncode, other.returncode, known.returncode] == [1, 1, 0], known.stdout
    for ended in (unknown, other):
        assert any(line.startswith("error: ") for line in ended.stdout.splitlines())
    assert "error: " not in known.stdout


def test_what_stands_at_the_start_is_out_of_every_collection() -> None:
    """A full collection over all that was imported was seen to hold the event loop for 100 ms."""
    try:
        serve_command.keep_out_of_collections()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
