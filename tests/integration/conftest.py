"""One server for the tests of a module that leave it as it is; a fresh one for those that do not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .harness import ServerProcess, serving


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    async with serving(tmp_path / "data") as running:
        yield running
