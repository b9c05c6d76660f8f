"""The protocol as JSON Schema, on disk for the client's build: `python -m signaling.schema [PATH]`."""

import json
import sys
from pathlib import Path

from signaling.protocol import schema


def render() -> str:
    """The schema as the file holds it: indented JSON with a final newline."""
    return json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main(arguments: list[str]) -> None:
    """Write the schema to the path given, or to standard output."""
    if arguments:
        Path(arguments[0]).write_text(render(), encoding="utf-8")
    else:
        sys.stdout.write(render())


if __name__ == "__main__":
    main(sys.argv[1:])
