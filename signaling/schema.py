"""The protocol as JSON Schema, on disk for the client's build: `python -m signaling.schema [PATH]`."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from signaling.protocol import AnyAnswer, AnyAsk, AnyTell


def schema() -> dict[str, Any]:
    """JSON Schema of all messages, from which the client's types are generated."""
    tops = {"Ask": AnyAsk, "Answer": AnyAnswer, "Tell": AnyTell}
    schemas, definitions = msgspec.json.schema_components(
        tops.values(), ref_template="#/$defs/{name}"
    )
    return {"$defs": {**definitions, **dict(zip(tops, schemas, strict=True))}}


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
