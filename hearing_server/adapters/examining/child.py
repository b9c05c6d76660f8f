"""The child: one file on its standard input, on its standard output one verdict as JSON.

`examine paper`: by the stricter rules of papers. `join SIZE`: a paper with the sheet behind it, as bytes.
With other arguments (media type, page) it gives what is looked at, as bytes; nothing, when it cannot.
With the media type alone its standard output is a file, and it writes there the same without what it tells.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable
from typing import BinaryIO

import filetype

from hearing_server.adapters.examining import limits
from hearing_server.adapters.examining.images import PICTURES, examine_image, is_heic
from hearing_server.adapters.examining.media import CONTAINERS, examine_media
from hearing_server.adapters.examining.papers import examine_paper, join
from hearing_server.adapters.examining.pdf import examine_pdf
from hearing_server.adapters.examining.show import show
from hearing_server.adapters.examining.strip import strip
from hearing_server.adapters.examining.verdict import Bad, Reason, Verdict

HEAD = 8192


def examine(file: BinaryIO) -> Verdict:
    """The verdict on a file; raises Bad, MemoryError, or anything a parser throws."""
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise Bad(Reason.EMPTY)
    kind = "application/pdf" if head.startswith(b"%PDF-") else _kind(head)
    if kind != "application/pdf" and b"%PDF-" in head[:1024]:
        raise Bad(Reason.TWO_IN_ONE, "PDF")
    if kind == "application/pdf" and head.startswith(b"%PDF-"):
        return examine_pdf(file)
    if kind in PICTURES:
        return examine_image(file, kind)
    if kind in CONTAINERS:
        return examine_media(file, kind)
    raise Bad(Reason.UNKNOWN_TYPE)


def _kind(head: bytes) -> str:
    return "image/heic" if is_heic(head) else str(filetype.guess_mime(head))


def verdict_on(file: BinaryIO, judge: Callable[[BinaryIO], Verdict] = examine) -> dict[str, object]:
    try:
        return vars(judge(file))
    except Bad as bad:
        return {"reason": bad.reason, "detail": bad.detail}
    except MemoryError:
        return {"reason": Reason.TOO_HEAVY, "detail": "memory"}
    except Exception as error:  # a stranger's file may fail a parser anywhere: that is the verdict
        return {"reason": Reason.DAMAGED, "detail": type(error).__name__}


def main() -> None:
    warnings.simplefilter("ignore")
    strips = len(sys.argv) == 2
    limits.confine(writes=os.fstat(0).st_size + limits.MORE if strips else 0)
    with os.fdopen(os.dup(0), "rb") as file:
        match sys.argv[1:]:
            case []:
                said = json.dumps(verdict_on(file)).encode()
            case [media_type]:
                with os.fdopen(os.dup(1), "wb") as out:
                    strip(file, media_type, out)
                said = b""
            case ["examine", "paper"]:
                said = json.dumps(verdict_on(file, examine_paper)).encode()
            case ["join", size]:
                said = join(file, int(size))
            case [media_type, page]:
                said = show(file, media_type, int(page))
            case _:
                raise SystemExit(2)
    sys.stdout.buffer.write(said)
    sys.stdout.flush()
    os._exit(0)  # a library's own end may hang or fail


if __name__ == "__main__":
    main()
