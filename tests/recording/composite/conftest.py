"""An archive to film into, and a way to have a composite made."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hearing_server.adapters.export_maker import font_file
from hearing_server.services.composite import Script
from recording.exporting.job import Job
from recording.exporting.order import SUFFIX, Kind, Order
from recording.opened import unsealed
from tests.recording.footage import Archive

Make = Callable[..., Awaitable[tuple[Path, dict[str, str]]]]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "recordings")


def order_of(
    script: Script,
    folder: Path,
    kind: Kind = "composite",
    recordings: Path | None = None,
    **more: object,
) -> Order:
    """An order whose file will lie in `folder`."""
    recordings = recordings or folder / "recordings"
    return Order(
        kind=kind,
        script=script,
        folders=[str(recordings)],
        output=str(folder / "exports" / f"out{SUFFIX[kind]}"),
        font=str(font_file()),
        zone="Asia/Shanghai",
        keys=unsealed([recordings], script.segments, None),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a file by real processes: where it is, and what was found damaged."""

    async def made(
        script: Script, kind: Kind = "composite", **more: object
    ) -> tuple[Path, dict[str, str]]:
        order = order_of(script, tmp_path, kind, **more)
        damaged = await Job(order).make()
        return Path(order.output), damaged

    return made
