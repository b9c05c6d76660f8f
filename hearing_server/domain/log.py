"""The log as something that can be proved: canonical form (RFC 8785), Merkle tree (RFC 9162).

An entry's canonical bytes are the leaf's data. The tree is our own 80 lines: the one well-kept
library for it is under the GPL, and the arithmetic is the record's own business.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from hearing_server.domain.events import Event
from hearing_server.domain.facts import from_fact, to_fact

SERVER = "server"  # who acts when no party does


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event with its place. `seq` counts from 1 in each hearing, `at` is Unix milliseconds."""

    hearing: str
    seq: int
    at: int
    by: str
    event: Event


def canonical(entry: Entry) -> bytes:
    """The entry as canonical JSON: the same bytes on every machine and for ever (RFC 8785)."""
    return rfc8785.dumps(to_record(entry))


def to_record(entry: Entry) -> dict[str, Any]:
    """The entry as plain JSON values."""
    place = {"hearing": entry.hearing, "seq": entry.seq, "at": entry.at, "by": entry.by}
    return {**place, "event": to_fact(entry.event)}


def entry_from(record: dict[str, Any]) -> Entry:
    """The entry of a decoded canonical record; KeyError, TypeError or ValueError if it is none."""
    values = dict(record)
    event = from_fact(values.pop("event"))
    return Entry(event=event, **values)


def leaf_hash(data: bytes) -> bytes:
    """RFC 9162 section 2.1.1: the 0x00 keeps a leaf from passing as a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree's root over leaf hashes (RFC 9162 section 2.1.1); of no leaves, the hash of nothing."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


class Tree:
    """A growing tree that keeps only its right edge: log2(n) hashes for a root at any moment."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []  # roots of full subtrees, largest first

    def append(self, leaf: bytes) -> None:
        size = self.size
        while size & 1:  # each trailing one-bit is a full subtree that this leaf completes
            leaf = _node(self._edge.pop(), leaf)
            size >>= 1
        self._edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._edge:
            return hashlib.sha256(b"").digest()
        result = self._edge[-1]
        for subtree in reversed(self._edge[:-1]):
            result = _node(subtree, result)
        return result


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The path from leaf `index` to the root, from the bottom (RFC 9162 section 2.1.3.1)."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether `proof` shows that `leaf` stands at `index` of the tree (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            result = _node(sibling, result)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            result = _node(result, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and result == expected
