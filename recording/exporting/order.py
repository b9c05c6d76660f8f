"""What goes to the processes of an export and comes back: JSON, a line each."""

import hashlib
from pathlib import Path
from typing import Literal

import msgspec

from hearing_server.services.composite import Script
from hearing_server.services.media import SegmentClosed
from recording import export

Kind = Literal["composite", "party", "sound", "captions"]
SUFFIX: dict[Kind, str] = {
    "composite": ".mp4",
    "party": ".mkv",
    "sound": ".m4a",
    "captions": ".vtt",
}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`output` appears when it is complete; until then what is done lies in `output` + `.work`.

    `keys` are data keys by their sealed form, hex; they are told to a process and never written down.
    """

    kind: Kind
    script: Script
    folders: list[str]
    output: str
    font: str
    zone: str
    most_bytes: int = 0  # of any one file; 0 is no limit
    keys: dict[str, str] = {}

    @property
    def work(self) -> Path:
        return Path(self.output + ".work")

    @property
    def digest(self) -> str:
        """Of all that decides what is drawn: chunks of another digest are not used. What is not there in one
        directory may be in another.
        """
        told = (self.kind, self.script, self.zone, self.folders)
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()

    def chunk(self, number: int) -> Path:
        return self.work / f"{number:05}.mkv"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One step: a chunk by its number, or the file itself."""

    chunk: int | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True, tag="told"):
    """So many frames of the task are done."""

    frames: int


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The task is done. `damaged` are causes by segment."""

    damaged: dict[str, str] = {}


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The task cannot be done; the codes are those of ExportRefused."""

    code: str
    detail: str
    segment: str | None = None


Answer = Told | Done | Failed


def party_pieces(order: Order) -> list[list[SegmentClosed]]:
    """What one party's file is made in; nothing of another kind. Raises ExportRefused."""
    if order.kind != "party":
        return []
    return export.pieces_of(order.script.segments, order.script.leads)
