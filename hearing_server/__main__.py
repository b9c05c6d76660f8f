"""The command line: `hearing-server serve | verify | export | account | recording-key`.

A command loads what it needs and no more: `verify` on another machine knows no server.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from hearing_server.unusable import Unusable

# Each has `fill(parser)`, which sets `run(options) -> exit code`.
COMMANDS = {
    "serve": ("serve_command", "run the server until it is told to stop"),
    "verify": ("verify_command", "say what a signed transcript or the record of a hearing proves"),
    "account": ("account_commands", "the accounts of the court's staff"),
    "recording-key": ("recording_keys", "the key that recordings are encrypted for"),
    "export": ("export_command", "make a file of a recording"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = parser(given[0] if given else "").parse_args(given)
    try:
        code: int = options.run(options)
        return code
    except Unusable as error:
        print(f"hearing-server: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


def parser(chosen: str) -> argparse.ArgumentParser:
    """All commands by name; the options of the `chosen` one."""
    top = argparse.ArgumentParser(
        prog="hearing-server",
        description="A court hearing whose parties sit at separate sites, recorded, transcribed, signed.",
        epilog="Every setting can also be given as HEARING_NAME in the environment or in the file of "
        "--config; docs/configuration.md lists them all.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, about) in COMMANDS.items():
        command = commands.add_parser(name, help=about)
        if name == chosen:
            importlib.import_module(f"hearing_server.{module}").fill(command)
    return top


if __name__ == "__main__":
    sys.exit(main())
