"""Implements Fragments over the recording package: in threads, two at a time, the last ones kept."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.events import SegmentRecorded, Span
from hearing_server.services.media import SegmentClosed
from hearing_server.services.playback import Fragment
from recording.blocks import Malformed
from recording.encryption import Keyring, Unreadable
from recording.fragments import fragment
from recording.integrity import Finding, locate
from recording.lead import NoKeyFrame
from recording.reading import open_segment

AT_ONCE = (
    2  # a thread reads, hashes and decrypts some megabytes: more would only wait for each other
)
KEPT = 48 << 20  # bytes: a minute of five parties, for readers who play the same
WAITING = 200  # who may stand in line

_Key = tuple[str, str, tuple[Span, ...]]


class SegmentFragments:
    """`folders` are the recordings directories, `keys` opens what is encrypted in them."""

    def __init__(self, folders: Sequence[Path], keys: Keyring | None = None) -> None:
        self._folders = folders
        self._keys = keys
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._made: OrderedDict[_Key, Fragment] = OrderedDict()
        self._size = 0

    async def fragment(
        self,
        hearing: str,
        segment: SegmentRecorded,
        masked: Sequence[Span],
        earlier: Sequence[SegmentRecorded] = (),
    ) -> Fragment | None:
        key = (segment.name, segment.sha256, tuple(masked))
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        if self._waiting >= WAITING:
            raise Refused(Code.BUSY)
        self._waiting += 1
        try:
            async with self._turn:
                closed = [SegmentClosed.logged(hearing, one) for one in (segment, *earlier)]
                made = await asyncio.to_thread(self._make, closed, masked)
        finally:
            self._waiting -= 1
        if made is not None:
            self._keep(key, made)
        return made

    def _make(self, segments: Sequence[SegmentClosed], masked: Sequence[Span]) -> Fragment | None:
        """Blocks. Of the first one, with what it needs of the others."""
        segment, *earlier = segments
        data, before = self._read(segment), self._readable(earlier)
        try:
            made = fragment(data, segment.started_at, segment.ended_at, masked, before)
        except Malformed as error:
            raise _damaged("segment_unreadable", segment) from error
        except NoKeyFrame as error:
            raise Refused(Code.NO_KEY_FRAME, segment.name) from error
        return None if made is None else Fragment(mime=made.mime, data=made.data)

    def _readable(self, earlier: Sequence[SegmentClosed]) -> Iterator[tuple[int, bytes]]:
        """As far as they can be read: without them pictures are played from the next key frame on."""
        with contextlib.suppress(Refused):
            for one in earlier:
                yield one.started_at, self._read(one)

    def _read(self, segment: SegmentClosed) -> bytes:
        """Only a file whose hash is that of the log is opened."""
        try:
            found = locate(self._folders, segment)
            if isinstance(found, Finding):
                raise _damaged(f"segment_{found.problem}", segment)
            with open_segment(found, self._keys) as file:
                return file.read()
        except (OSError, ValueError, Unreadable) as error:
            raise _damaged(getattr(error, "code", "segment_unreadable"), segment) from error

    def _keep(self, key: _Key, made: Fragment) -> None:
        before = self._made.pop(key, None)
        self._size += len(made.data) - (len(before.data) if before else 0)
        self._made[key] = made
        while self._size > KEPT:
            _, oldest = self._made.popitem(last=False)
            self._size -= len(oldest.data)


def _damaged(code: str, segment: SegmentClosed) -> Refused:
    return Refused(Code.RECORDING_DAMAGED, f"{code} {segment.name}")
