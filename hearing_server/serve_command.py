"""`hearing-server serve`: the server, until it is told to stop."""

import argparse
import asyncio
import gc
import logging
import signal
import sys

import structlog

from hearing_server import config
from hearing_server.app import Server
from hearing_server.clock import now
from hearing_server.demo import plan_demo
from hearing_server.demo_cases import furnish
from hearing_server.demo_staff import demo_accounts, seats_of
from hearing_server.domain.hearing import HearingState
from hearing_server.options import add_folder, add_public_url, load

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


def fill(serve: argparse.ArgumentParser) -> None:
    serve.epilog = _every_setting()
    serve.formatter_class = argparse.RawDescriptionHelpFormatter
    serve.add_argument(
        "--demo", action="store_true", help="plan a hearing if there is none; print its links"
    )
    add_folder(serve)
    add_public_url(serve)
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port of HTTP (8080)")
    serve.add_argument("--media-port", type=int, help="UDP and TCP port of media (40000)")
    serve.add_argument(
        "--self-signed",
        action="store_const",
        const=True,
        help="make a certificate, for a first try",
    )
    serve.set_defaults(run=_serve)


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


def _serve(options: argparse.Namespace) -> int:
    settings = load(options)
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
