"""One court, a stranger of its name, and a whole record to be attacked in copies."""

from pathlib import Path

import pytest

from tests.recording.records import HearingRecord, copied, whole
from transcript.signing.authority import Authority


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("court") / "keys", b"x", "示范人民法院")


@pytest.fixture(scope="package")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("other") / "keys", b"y", "示范人民法院")


@pytest.fixture(scope="package")
def original(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> HearingRecord:
    return whole(tmp_path_factory.mktemp("original") / "recordings", authority)


@pytest.fixture
def home(original: HearingRecord, tmp_path: Path) -> Path:
    """A copy to be attacked."""
    return copied(original, tmp_path / "copy")


@pytest.fixture(autouse=True)
def every_file_is_as_it_should_be() -> None:
    """Segments here are plain bytes, and spoilt on purpose: not for strangers to read."""
