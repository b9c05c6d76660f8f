"""The command line: `hearing-server serve | verify | export | account | recording-key`."""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from hearing_server import (
    account_commands,
    config,
    export_command,
    recording_keys,
    verify_command,
)
from hearing_server.adapters.folder import FolderUnusable
from hearing_server.app import Server, now
from hearing_server.demo import plan_demo
from hearing_server.demo_cases import furnish
from hearing_server.demo_staff import demo_accounts, seats_of
from hearing_server.domain.hearing import HearingState
from hearing_server.starting import CannotStart
from hearing_server.web.pages import ClientMissing

DEMONSTRATED = 20  # hearings whose links are printed: those that belong to no case
STARTS_IN = 5 * 60 * 1000  # a demonstration is planned for five minutes from now
NO_ADMINISTRATOR = (
    "No administrator yet: hearing-server account add LOGIN --name NAME --role administrator"
)
SEATS = {
    "presiding_judge": "审判长 presiding judge",
    "prosecutor": "公诉人 prosecutor",
    "defendant": "被告人 defendant (detention centre)",
    "counsel": "辩护人 counsel",
    "clerk": "书记员 clerk",
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except (config.BadSetting, CannotStart, ClientMissing, FolderUnusable) as error:
        print(f"hearing-server: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="hearing-server",
        description="A court hearing whose parties sit at separate sites, recorded, transcribed, signed.",
        epilog="Every setting can also be given as HEARING_NAME in the environment or in the file of "
        "--config; docs/configuration.md lists them all.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="run the server until it is told to stop",
        epilog=_every_setting(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument(
        "--demo", action="store_true", help="plan a hearing if there is none; print its links"
    )
    _settings(serve)
    serve.set_defaults(run=_serve)
    verify_command.add_command(commands)
    account_commands.add_commands(commands, _load, _account_settings)
    recording_keys.add_commands(commands)
    export_command.add_commands(commands, _load)
    return top


def _every_setting() -> str:
    """One line a setting, as it is named in the environment."""
    listed = (
        f"  {config.PREFIX + name.upper():<26} {field.metadata['about']}"
        for name, field in config.FIELDS.items()
    )
    return "\n".join(
        (
            "settings in the environment; in the file of --config in lower case, without HEARING_:",
            *listed,
        )
    )


def _settings(command: argparse.ArgumentParser) -> None:
    """The settings that are most often given by hand."""
    command.add_argument("--config", type=Path, help="settings file, TOML")
    command.add_argument("--host", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, help="port of HTTP (8080)")
    command.add_argument("--media-port", type=int, help="UDP and TCP port of media (40000)")
    command.add_argument("--data", help="data folder (data)")
    command.add_argument("--public-url", help="how browsers reach the server")
    command.add_argument(
        "--self-signed",
        action="store_const",
        const=True,
        help="make a certificate, for a first try",
    )


def _account_settings(command: argparse.ArgumentParser) -> None:
    """What an act on accounts has to know: where they are, and how links begin."""
    command.add_argument("--config", type=Path, help="settings file, TOML")
    command.add_argument("--data", help="data folder (data)")
    command.add_argument("--public-url", help="how browsers reach the server")


def _load(options: argparse.Namespace) -> config.Settings:
    names = ("host", "port", "media_port", "data", "public_url", "self_signed")
    return config.load({name: getattr(options, name, None) for name in names}, file=options.config)


def _serve(options: argparse.Namespace) -> int:
    settings = _load(options)
    _log(settings.log_level)
    return asyncio.run(_run(settings, demo=options.demo))


async def _run(settings: config.Settings, *, demo: bool) -> int:
    server, stop = Server(settings), asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    await server.start()
    try:
        if demo:
            await _demonstrate(server)
        keep_out_of_collections()
        if not await server.staff.staff.has_administrator():
            print(NO_ADMINISTRATOR, flush=True)
        print(f"Serving on {settings.url}", flush=True)
        await stop.wait()
    finally:
        await server.close()
    return 0


def keep_out_of_collections() -> None:
    """What stands now stays: a full collection that walks through it holds the event loop for 100 ms."""
    gc.collect()
    gc.freeze()


async def _demonstrate(server: Server) -> None:
    accounts = await demo_accounts(server.staff)
    if not await server.store.hearings():
        court, seated = server.settings.court, seats_of(accounts)
        await plan_demo(server.hearings, court, now() + STARTS_IN, seated)
    print(f"\n{server.settings.url}/staff")
    for one in accounts:
        print(one.line)
    await furnish(server.cases.cases)
    for hearing in await server.cases.calendar.without_case(DEMONSTRATED):
        _print_links(server, await server.hearings.state(hearing))


def _print_links(server: Server, state: HearingState) -> None:
    print(f"\n{state.court} {state.case_number} {state.title} [{state.phase}]")
    for seat in state.seats.values():
        label = SEATS.get(seat.party.role, seat.party.role)
        link = f"{server.settings.url}/enter#{server.access.link(seat.party.id)}"
        print(f"  {label:<40} {link}")


def _log(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
