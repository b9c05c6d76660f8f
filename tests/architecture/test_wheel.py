"""The one wheel: built as a release would be, and looked into."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("hearing_server", "signaling", "recording", "transcript")
NEEDED = ("pyproject.toml", "README.md", *PACKAGES)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, or what a wheel is made of with a stand-in where the client is not built."""
    if (ROOT / "web_client" / "dist" / "index.html").is_file():
        return ROOT
    copy = tmp_path_factory.mktemp("tree")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    (copy / "web_client" / "dist" / "assets").mkdir(parents=True)
    (copy / "web_client" / "dist" / "index.html").write_text("<!doctype html>")
    return copy


@pytest.fixture(scope="module")
def names(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What is in the wheel."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    built = subprocess.run(build, cwd=tree, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_module_of_the_four_packages_is_shipped(names: set[str]) -> None:
    """As git knows them, and nothing that belongs to tests or benches."""
    listed = subprocess.run(
        ["git", "ls-files", *(f"{package}/*.py" for package in PACKAGES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(listed.stdout.split())
    assert {module.split("/")[0] for module in modules} == set(PACKAGES)
    assert {m for m in modules if (ROOT / m).is_file()} <= names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


@pytest.mark.parametrize(
    "path",
    [
        "signaling/PROTOCOL.md",
        "transcript/template.typ",
        "transcript/signing/stamp.typ",
        "hearing_server/adapters/migrations/env.py",
        "hearing_server/adapters/migrations/versions/0001_first.py",
        "hearing_server/web/client/index.html",
    ],
)
def test_what_is_read_at_run_time_is_shipped(names: set[str], path: str) -> None:
    assert path in names


def test_the_command_is_installed(names: set[str]) -> None:
    (entry_points,) = (name for name in names if name.endswith("/entry_points.txt"))
    assert entry_points.startswith("hearing_server-")


def test_nothing_that_was_made_by_running_is_shipped(names: set[str]) -> None:
    assert not [n for n in names if "__pycache__" in n or n.endswith((".pyc", ".sqlite3"))]
