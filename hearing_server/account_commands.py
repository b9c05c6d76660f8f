"""`hearing-server account add | list | reset | disable`: the first administrator, and the last resort.

They work on the database beside a running server; what they do stands in the audit trail as `console`.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from hearing_server import config
from hearing_server.adapters.database import Database, StoreUnusable
from hearing_server.adapters.store import SqlStore
from hearing_server.clock import now
from hearing_server.domain.errors import Refused
from hearing_server.domain.staff import StaffRole
from hearing_server.options import add_folder, add_public_url, load
from hearing_server.services.audit import Who
from hearing_server.services.staff import NewAccount
from hearing_server.staff_parts import StaffAdministration
from hearing_server.unusable import CannotStart
from hearing_server.web.staff_accounts import setup_link

CONSOLE = Who(actor="console")
Act = Callable[[StaffAdministration, config.Settings, argparse.Namespace], Awaitable[None]]


def fill(account: argparse.ArgumentParser) -> None:
    acts = account.add_subparsers(required=True, metavar="ACT")

    def command(name: str, act: Act, about: str, *, login: bool = True) -> Any:
        one = acts.add_parser(name, help=about, description=about)
        if login:
            one.add_argument("login", metavar="LOGIN")
        add_folder(one)
        add_public_url(one)
        one.set_defaults(run=lambda options: asyncio.run(_run(act, load(options), options)))
        return one

    add = command(
        "add", _add, "Make an account; print its one-time set-up link, good for 72 hours."
    )
    add.add_argument("--name", required=True, help="the person's name")
    add.add_argument(
        "--role", action="append", required=True, choices=list(StaffRole), help="repeat"
    )
    add.add_argument("--email", default="")
    add.add_argument("--phone", default="")
    add.add_argument(
        "--provider", action="store_true", help="signs in at the court's identity provider"
    )
    add.add_argument("--subject", default="", help="the provider's name for the person, if known")
    command("list", _list, "List all accounts.", login=False)
    command("reset", _reset, "Forget password and second factors; print a new set-up link.")
    command("disable", _disable, "End all sessions of an account and let it in no more.")


async def _run(act: Act, settings: config.Settings, options: argparse.Namespace) -> int:
    settings.data_folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    database = Database(settings.database_url)
    try:
        await database.start()
        await act(StaffAdministration(SqlStore(database), now), settings, options)
    except StoreUnusable as error:
        raise CannotStart(f"database: {error}") from None
    except Refused as refusal:
        print(f"hearing-server: {refusal}", file=sys.stderr)
        return 1
    finally:
        await database.close()
    return 0


async def _add(
    parts: StaffAdministration, settings: config.Settings, options: argparse.Namespace
) -> None:
    new = NewAccount(
        login=options.login,
        name=options.name,
        roles=tuple(StaffRole(role) for role in options.role),
        email=options.email,
        phone=options.phone,
        provider=options.provider,
        external=options.subject,
    )
    account, token = await parts.staff.create(new, CONSOLE)
    print(setup_link(settings.url, token) if token else f"{account.login} may sign in")


async def _list(
    parts: StaffAdministration, settings: config.Settings, options: argparse.Namespace
) -> None:
    for one in await parts.staff.accounts():
        roles = ",".join(role for role in StaffRole if role in one.roles)
        state = "active" if one.active else "disabled"
        print(f"{one.login:<24} {state:<9} {roles:<32} {one.name}")


async def _reset(
    parts: StaffAdministration, settings: config.Settings, options: argparse.Namespace
) -> None:
    account = await parts.staff.by_login(options.login)
    _, token = await parts.staff.reset(account.id, CONSOLE)
    print(setup_link(settings.url, token))


async def _disable(
    parts: StaffAdministration, settings: config.Settings, options: argparse.Namespace
) -> None:
    account = await parts.staff.by_login(options.login)
    await parts.staff.disable(account.id, CONSOLE)
