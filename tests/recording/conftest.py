"""After each test, every file that it had the recorder make is read by strangers: ffprobe, and a strict reader."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import structure

SPOILT = "spoilt"  # a test that spoils files on purpose


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{SPOILT}: spoils recordings on purpose")


@pytest.fixture(autouse=True)
def every_file_is_as_it_should_be(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield
    if request.node.get_closest_marker(SPOILT):
        return
    files = [path for path in tmp_path.rglob("*.mkv") if not path.is_symlink()]
    findings = {
        path.relative_to(tmp_path).as_posix(): found
        for path in files
        if (found := structure.check(path))
    }
    assert not findings
    _probe(files)


def _probe(files: list[Path]) -> None:
    if shutil.which("ffprobe") is None:
        return
    for path in files:
        command = "ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0"
        said = subprocess.run([*command.split(), str(path)], capture_output=True, text=True)
        assert said.returncode == 0, (path.name, said.stderr)
        assert all(int(count) > 0 for count in said.stdout.split()), (path.name, said.stdout)


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that makes a disk fail."""
    built = tmp_path_factory.mktemp("shim") / "broken_disk.so"
    source = Path(__file__).with_name("broken_disk.c")
    if shutil.which("gcc") is None:
        pytest.skip("there is no gcc to build the failing disk with")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", built, source, "-ldl"], check=True)
    return built
