"""`python -m bench NAME [options]` runs one bench, without a name all of them."""

import importlib
import sys

BENCHES = {
    "sfu": "bench.sfu",
    "join": "bench.join",
    "lines": "bench.lines",
    "lists": "bench.lists",
    "reach": "bench.reach",
    "act": "bench.act",
    "recording": "bench.recording",
    "verify": "bench.verify",
    "export": "bench.export",
    "playback": "bench.playback",
    "captions": "bench.captions",
    "freeze": "bench.freeze",
    "signing": "bench.signing",
}


def main(argv: list[str]) -> None:
    if argv and argv[0] in BENCHES:
        importlib.import_module(BENCHES[argv[0]]).main(argv[1:])
    elif argv:
        sys.exit(f"usage: python -m bench [{' | '.join(BENCHES)} [options]]")
    else:
        for module in BENCHES.values():
            importlib.import_module(module).main(["--json"])


if __name__ == "__main__":
    main(sys.argv[1:])
