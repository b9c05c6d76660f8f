"""Reads log.jsonl of a stranger, line by line: each entry hashed as a leaf, bounded in every direction."""

import contextlib
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from hearing_server.domain.events import Event
from hearing_server.domain.facts import BY_TAG
from hearing_server.domain.log import Entry, Tree, leaf_hash
from recording.verifying.report import Finding

MAX_LINE = 1 << 20  # bytes of an entry; the longest that the server makes has some 200 KB
MOST_ENTRIES = 2_000_000
HASH = 32


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """An entry, or its leaf hash alone in a masked copy."""

    seq: int
    hearing: str = ""
    log: str = ""  # a paper's
    at: int = 0
    by: str = ""
    event: dict[str, Any] = {}
    leaf: str = ""


@dataclass(kw_only=True)
class Logbook:
    """What was read. `whole`: to the end, so that the tree can be judged. `kinds`: by the names of events."""

    kinds: Mapping[str, type] = field(default_factory=lambda: BY_TAG)
    of: str = "hearing"  # the field that names the log
    hearing: str = ""
    masked: list[int] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)  # kinds of entry
    findings: list[Finding] = field(default_factory=list)
    whole: bool = True
    leaves: bytearray = field(default_factory=bytearray)
    times: "array[int]" = field(default_factory=lambda: array("q"))  # 0 where masked

    @property
    def size(self) -> int:
        return len(self.times)

    def roots(self, sizes: list[int]) -> dict[int, str]:
        """The tree's root over the first n entries, for each of `sizes` that the log reaches."""
        found, tree = {}, Tree()
        for size in sorted(set(sizes)):
            if size > self.size:
                break
            while tree.size < size:
                start = tree.size * HASH
                tree.append(bytes(self.leaves[start : start + HASH]))
            found[size] = tree.root().hex()
        return found


def read(file: BinaryIO, log: Logbook) -> Iterator[Entry]:
    """The entries that are there and of a kind that is known; what is wrong goes to `log.findings`."""
    number, last_at = 0, 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        stopped = _stops(line, number)
        if stopped is not None:
            log.findings.append(stopped)
            log.whole = stopped.code == "log_torn"
            return
        parsed = _parsed(line[:-1], number, log)
        if parsed is None:
            continue
        name = parsed.hearing or parsed.log
        log.hearing = log.hearing or name
        if parsed.leaf:
            continue
        if name != log.hearing:
            log.findings.append(_error("log_of_two_hearings", number, hearing=name))
        if parsed.at < last_at:
            log.findings.append(_error("log_time_backwards", number))
        last_at = parsed.at
        event = _event(parsed.event, log)
        if event is not None:
            yield Entry(hearing=name, seq=parsed.seq, at=parsed.at, by=parsed.by, event=event)
    if not number:
        log.findings.append(Finding(level="error", code="log_empty"))


def _stops(line: bytes, number: int) -> Finding | None:
    """Why nothing behind this line can be read."""
    if not line.endswith(b"\n"):
        return _error("log_line_too_long" if len(line) > MAX_LINE else "log_torn", number)
    if number > MOST_ENTRIES:
        return _error("log_too_large", number)
    return None


def _parsed(line: bytes, number: int, log: Logbook) -> _Line | None:
    """Its leaf and time are noted whatever it says: the tree is over lines, not over meanings."""
    leaf, at, parsed = leaf_hash(line), 0, None
    try:
        parsed = msgspec.json.decode(line, type=_Line)
        if parsed.leaf:
            leaf = bytes.fromhex(parsed.leaf)
            if len(leaf) != HASH or parsed.event or parsed.hearing or parsed.log:
                raise ValueError("no masked entry")
            log.masked.append(number)
        elif not (getattr(parsed, log.of) and isinstance(parsed.event.get("type"), str)):
            raise ValueError("no entry")
        at = max(0, min(parsed.at, 1 << 50))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        log.findings.append(_error("log_not_json", number, detail=str(error)[:100]))
        parsed = None
    log.leaves += leaf if len(leaf) == HASH else bytes(HASH)
    log.times.append(at)
    if parsed is not None and parsed.seq != number:
        log.findings.append(_error("log_out_of_order", number, seq=parsed.seq))
        return None
    return parsed


def _event(fact: dict[str, Any], log: Logbook) -> Event | None:
    values = dict(fact)
    kind = values.pop("type")
    known = log.kinds.get(kind)
    with contextlib.suppress(msgspec.MsgspecError, TypeError):
        if known is not None:
            event: Event = msgspec.convert(values, known)
            return event
    log.unknown[kind[:64]] = log.unknown.get(kind[:64], 0) + 1
    return None


def _error(code: str, number: int, **data: Any) -> Finding:
    more = "".join(f" {key}={value}" for key, value in data.items())
    return Finding(
        level="error", code=code, text=f"#{number}{more}", data={"entry": number, **data}
    )
