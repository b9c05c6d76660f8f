"""A process that prints and signs: `python -m transcript.signing.worker SOCKET_FD`, started by process.py.

It holds the court's keys as the server does; what it takes away from the server is the work, which would
hold the interpreter's lock and so the event loop. First comes a `Keys`, then calls, one after the other,
until the other end is closed. What passes is pickled: both ends are this program.
"""

import gc
import signal
import sys
import traceback
from multiprocessing.connection import Connection

from transcript import fonts
from transcript.errors import TranscriptError

from . import work  # noqa: F401 - what it will be asked for
from .authority import Authority
from .calls import Call, Done, Fault, Refusal


def answer(call: Call, authority: Authority) -> Done | Refusal | Fault:
    """What the call gives, or why it does not."""
    try:
        return Done(call.function(*call.arguments, authority))
    except TranscriptError as error:
        return Refusal(error.code, str(error))
    except Exception:
        return Fault(traceback.format_exc())


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends it
    link = Connection(int(sys.argv[1]))
    authority = link.recv().open()
    fonts.load((fonts.default_folder(),))
    gc.freeze()
    try:
        while True:
            link.send(answer(link.recv(), authority))
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    main()
