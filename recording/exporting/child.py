"""The process that does the work of an export: `python -m recording.exporting.child`.

Its standard input is an order, then tasks, a line of JSON each; its standard output what became of them.
When the input ends, because the server ended or was killed, it is gone at once, in the middle of anything.
"""

import errno
import os
import queue
import sys
import threading
from pathlib import Path

import av
import msgspec

from hearing_server.services.worker_link.confine import confine
from recording import export
from recording.composite import chunk, joining
from recording.exporting.order import Answer, Done, Failed, Order, Task, Told, party_pieces
from recording.opened import ExportRefused, SegmentFiles, keyring

MEMORY = 3 << 30  # bytes of address space
CPU_S = 6 * 3600
FILES = 256
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def say(answer: Answer) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


class Child:
    def __init__(self, order: Order) -> None:
        self._order = order
        folders = [Path(folder) for folder in order.folders]
        self._files = SegmentFiles(folders, keyring(order.keys))
        self._pieces = chunk.pieces_of(order.script)
        self._of_party = party_pieces(order)

    def do(self, task: Task) -> Answer:
        """What became of it; every way of failing has a code."""
        try:
            return Done(damaged=self._chunk(task.chunk) if task.chunk is not None else self._file())
        except ExportRefused as refused:
            return Failed(code=refused.code, detail=str(refused), segment=refused.segment)
        except MemoryError:
            return Failed(code="export_failed", detail="it wants more memory than it may have")
        except (av.FFmpegError, OSError) as error:
            full = getattr(error, "errno", None) in FULL
            return Failed(code="disk_full" if full else "export_failed", detail=str(error))
        except ValueError as error:
            return Failed(code="export_failed", detail=str(error))

    def _chunk(self, number: int) -> dict[str, str]:
        order, script = self._order, self._order.script
        if order.kind == "party":
            export.write_piece(
                self._files,
                self._of_party[number],
                order.chunk(number),
                export.begins_at(script.segments, script.spans),
                masked=script.masked,
                within=script.spans,
                told=lambda done: say(Told(frames=done)),
            )
            return {}
        shop = chunk.Workshop(
            script=order.script,
            files=self._files,
            font=order.font,
            zone=order.zone,
            pictures=order.kind == "composite",
        )
        output = order.chunk(number)
        return chunk.make_chunk(
            shop, self._pieces[number], output, lambda frames: say(Told(frames=frames))
        )

    def _file(self) -> dict[str, str]:
        order, output = self._order, Path(self._order.output)
        if order.kind == "party":
            export.join_pieces(
                self._files,
                self._of_party,
                [order.chunk(number) for number in range(len(self._of_party))],
                output,
                export.begins_at(order.script.segments, order.script.spans),
                lambda done: say(Told(frames=done)),
            )
        elif order.kind == "captions":
            cues = joining.placed(order.script, self._pieces)
            export.write_text(output, joining.webvtt(cues))
        else:
            done = 0

            def told(frames: int) -> None:
                nonlocal done
                done += frames
                say(Told(frames=done))

            joining.join(
                self._pieces,
                [order.chunk(number) for number in range(len(self._pieces))],
                output,
                told,
                title=f"{order.script.court} {order.script.case_number}",
                cues=joining.placed(order.script, self._pieces),
                pictures=order.kind == "composite",
            )
        return {}


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    limit = {"size": order.most_bytes} if order.most_bytes else {}
    confine(memory=MEMORY, cpu=CPU_S, files=FILES, **limit)
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin.buffer:
            tasks.put(msgspec.json.decode(line, type=Task))
        os._exit(0)

    threading.Thread(target=listen, name="orders", daemon=True).start()
    child = Child(order)
    while True:
        say(child.do(tasks.get()))


if __name__ == "__main__":
    main()
