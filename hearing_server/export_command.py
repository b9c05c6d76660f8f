"""`hearing-server export`: the files of recordings, made without the server, or beside it.

It reads, and writes one row in the audit trail before each file; where that cannot be written none is made.

What is done lies beside the file in `.work`; the same command again goes on from there.
"""

import argparse
import asyncio
import os
import re
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hearing_server import config
from hearing_server.adapters.audit_store import SqlAudit
from hearing_server.adapters.database import Database
from hearing_server.adapters.export_maker import SegmentMaker
from hearing_server.adapters.store import SqlStore
from hearing_server.clock import now
from hearing_server.config import BadSetting
from hearing_server.domain.errors import Refused
from hearing_server.domain.fold import replay
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.log import SERVER, Entry
from hearing_server.options import add_folder, load
from hearing_server.recording_keys import recording_keys
from hearing_server.services.audit import Action, Audit
from hearing_server.services.composite import Script, of_party, script_of
from hearing_server.services.export_ports import ExportFailed
from hearing_server.unusable import CannotStart
from recording.exporting.order import SUFFIX, Kind

MADE, FAILED, DAMAGED = 0, 1, 3
WIDTH = 32  # characters of the bar


def fill(export: argparse.ArgumentParser) -> None:
    export.description = (
        "Makes a file of each hearing, with the server stopped or running. Exit code 0: made; "
        "3: made, but recorded files are damaged (they are named, and shown as such); 1: not made; 2: "
        "what was asked for makes no sense. Ended by Ctrl-C it goes on when it is run again."
    )
    export.add_argument(
        "hearing", nargs="*", metavar="DATA_OR_HEARING",
        help="a hearing's id or case number, or a data folder; without a hearing all are listed",
    )  # fmt: skip
    export.add_argument("--kind", choices=list(SUFFIX), default="composite")
    export.add_argument("--party", default="", help="whose tracks, for --kind party: role or id")
    export.add_argument(
        "--from", dest="started", metavar="TIME", help="14:03:07 on the hearing's day, or ISO 8601"
    )
    export.add_argument("--to", dest="ended", metavar="TIME")
    export.add_argument("--output", type=Path, default=Path(), help="file, or folder for it (.)")
    export.add_argument(
        "--own-copy", action="store_true", help="with what is sealed: it must not leave the court"
    )
    add_folder(export)
    export.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    wanted: list[str] = []
    for one in options.hearing:
        if (Path(one) / "recordings").is_dir():
            options.data = one
        else:
            wanted.append(one)
    try:
        return asyncio.run(_export(load(options), options, wanted))
    except KeyboardInterrupt:
        print("hearing-server: interrupted; the same command goes on from here", file=sys.stderr)
        return 130


async def _export(
    settings: config.Settings, options: argparse.Namespace, wanted: Sequence[str]
) -> int:
    if (options.kind == "party") != bool(options.party):
        raise BadSetting("--party: with --kind party, and only then")
    if not settings.database and not (settings.data_folder / "hearings.sqlite3").is_file():
        raise CannotStart(f"data folder {settings.data_folder}: there is no database in it")
    database = Database(settings.database_url)
    try:
        store = SqlStore(database)
        found = [(state, entries) async for state, entries in _hearings(store)]
        chosen = [one for one in found if one[0].hearing in wanted or one[0].case_number in wanted]
        if not wanted or len(chosen) < len(wanted):
            for state, _ in found:
                print(f"{state.hearing}  {state.case_number} {state.title} [{state.phase}]")
            return 2 if wanted or not found else MADE
        audit = Audit(SqlAudit(database), now)
        codes = [await _one(settings, options, audit, state, entries) for state, entries in chosen]
        return max(codes, key=(MADE, DAMAGED, FAILED).index)
    except Refused as refusal:
        raise CannotStart(f"database: {refusal}") from None
    finally:
        await database.close()


async def _hearings(store: SqlStore) -> Any:
    for hearing in sorted(await store.hearings()):
        entries = await store.read(hearing)
        yield replay(entries), entries


async def _one(
    settings: config.Settings,
    options: argparse.Namespace,
    audit: Audit,
    state: HearingState,
    entries: Sequence[Entry],
) -> int:
    kind: Kind = options.kind
    script = _script(settings, options, state, entries)
    output = _output(options.output, kind, state)
    if output.exists():
        raise BadSetting(f"--output: {output} is there already")
    folders = [settings.data_folder / "recordings"]
    if settings.second_recordings is not None:
        folders.append(settings.second_recordings)
    _, keys = recording_keys(settings)
    maker = SegmentMaker(
        folders,
        output.parent,
        keys,
        zone=settings.time_zone,
        workers=settings.export_processes,
    )
    of = f" of {options.party}" if options.party else ""
    own = ", with what is sealed" if options.own_copy else ""
    detail = f"export {kind}{of}{own}: on the command line, by system user {os.getuid()}"
    await audit.note(Action.EXPORT, actor=SERVER, subject=state.hearing, detail=detail)
    bar = Bar(f"{kind} {state.case_number or state.hearing}")
    try:
        made = await maker.make_file(kind, script, output, bar)
    except ExportFailed as failed:
        bar.end()
        named = f" {failed.segment}" if failed.segment else ""
        print(f"hearing-server: {failed.code}:{named} {failed}", file=sys.stderr)
        return FAILED
    bar.end()
    for segment in made.damaged:
        print(f"damaged: {segment}", file=sys.stderr)
    print(f"{output}  {made.size} bytes")
    return DAMAGED if made.damaged else MADE


def _script(
    settings: config.Settings,
    options: argparse.Namespace,
    state: HearingState,
    entries: Sequence[Entry],
) -> Script:
    presiding = state.presiding()
    reader = presiding.party.id if options.own_copy and presiding else None
    began = state.opened_at or state.planned_at
    zone = ZoneInfo(settings.time_zone)
    started, ended = (_time(text, began, zone) for text in (options.started, options.ended))
    if started is not None and ended is not None and started >= ended:
        raise BadSetting("--to: not after --from")
    script = script_of(entries, reader, started, ended)
    return of_party(script, _party(state, options.party)) if options.party else script


def _party(state: HearingState, asked: str) -> str:
    found = [p for p, seat in state.seats.items() if asked in (p, seat.party.role)]
    if len(found) != 1:
        seats = ", ".join(f"{p} ({seat.party.role})" for p, seat in state.seats.items())
        raise BadSetting(f"--party: {asked} is not one of {seats}")
    return found[0]


def _time(text: str | None, began: int, zone: ZoneInfo) -> int | None:
    """Unix ms of a time of the hearing's day, or of any day."""
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
            day = datetime.fromtimestamp(began / 1000, zone)
            numbers = [int(part) for part in text.split(":")] + [0]
            at = day.replace(hour=numbers[0], minute=numbers[1], second=numbers[2], microsecond=0)
        else:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=zone)
    except ValueError:
        raise BadSetting(f"--from, --to: {text!r} is not a time") from None
    return round(at.timestamp() * 1000)


def _output(asked: Path, kind: Kind, state: HearingState) -> Path:
    if not asked.is_dir():
        if not asked.parent.is_dir():
            raise BadSetting(f"--output: there is no folder {asked.parent}")
        return asked.absolute()
    number = re.sub(r"[^\w（）()-]", "_", state.case_number) or state.hearing
    return (asked / f"{kind}-{number}-{state.hearing}{SUFFIX[kind]}").absolute()


class Bar:
    """How far it is: a bar that is drawn over on a terminal, a line every tenth elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._tty = sys.stderr.isatty()
        self._begun = time.monotonic()
        self._told = -1

    def __call__(self, share: float) -> None:
        percent = int(share * 100)
        if percent == self._told or (not self._tty and percent // 10 == self._told // 10):
            return
        self._told = percent
        if not self._tty:
            print(f"{self._title}: {percent} %", file=sys.stderr, flush=True)
            return
        done = "█" * int(share * WIDTH)
        spent = time.monotonic() - self._begun
        left = f"{spent / share - spent:5.0f} s left" if share > 0.02 else ""
        print(f"\r{self._title} {done:░<{WIDTH}} {percent:3} % {left} ", end="", file=sys.stderr)
        sys.stderr.flush()

    def end(self) -> None:
        if self._tty and self._told >= 0:
            print(file=sys.stderr)
