"""One segment as what a browser's MediaSource takes: WebM for VP8 and Opus, fragmented MP4 for H.264.

Nothing is transcoded. What must not be played is not in the result:

- a picture that is shown within a masked span, and after it every picture up to the next key frame: those
  are made from pictures that were masked;
- a packet of sound that touches a masked span, and the one after it: a packet may carry the one before
  it again (in-band correction, RFC 6716, 2.1.7).

Times in a fragment are ms after the segment's start. Where a microphone was silent (DTX) packets of
silence are put in, or a browser would take each pause for the end of what is there.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from recording import blocks, lead, matroska, mp4
from recording.blocks import Block, Contents

Span = tuple[int, int | None]  # Unix ms, None: without an end

SILENCE = b"\xf8\xff\xfe"  # 20 ms of Opus (CELT, one channel) in which nothing is heard
SILENCE_MS = 20
LONGEST_SILENCE_MS = 2_000  # DTX sends something every 400 ms: more than this is something else


class Fragment(NamedTuple):
    """`mime` with the codec, as MediaSource wants it."""

    mime: str
    data: bytes


def fragment(
    data: bytes,
    started_at: int,
    ended_at: int,
    masked: Sequence[Span] = (),
    earlier: Iterable[tuple[int, bytes]] = (),
) -> Fragment | None:
    """Of a segment's plain bytes what is outside `masked`; None when that is nothing.

    `earlier` are the segments that it goes on from (lead.py). Raises blocks.Malformed, lead.NoKeyFrame.
    """
    contents = blocks.read(data)
    before = lead.before(contents, started_at, earlier)
    whole = contents._replace(blocks=[*before, *contents.blocks])
    kept, ticks = _within(keep(whole, started_at, masked), ended_at - started_at), 1
    if kept and not any(block.key for block in kept):
        raise lead.NoKeyFrame("no picture of it can be decoded")
    if before:
        kept, ticks = lead.squeezed(kept), lead.TICKS
    if not kept:
        return None
    if contents.header.codec == "h264":
        return _mp4(contents.header, kept, ticks)
    if contents.header.codec == "opus":
        kept = list(_with_silence(kept, masked, started_at))
    return _webm(contents.header, kept, ticks)


def _mp4(header: matroska.Header, kept: list[Block], ticks: int) -> Fragment:
    body = b"".join(mp4.media(kept, ticks))
    return Fragment(mp4.mime(header), mp4.head(header, ticks) + body)


def _webm(header: matroska.Header, kept: list[Block], ticks: int) -> Fragment:
    head = matroska.header_bytes(header, b"webm", matroska.MS // ticks)
    body = b"".join(map(_cluster, blocks.stretches(kept, blocks.SLACK_MS * ticks)))
    media = "audio" if header.codec == "opus" else "video"
    return Fragment(f'{media}/webm; codecs="{header.codec}"', head + body)


def _within(kept: list[Block], length: int) -> list[Block]:
    """None lasts beyond the segment's end, into what the next one begins with."""
    if kept and kept[-1].until > length > kept[-1].at:
        kept = [*kept[:-1], kept[-1]._replace(until=length)]
    return kept


def keep(contents: Contents, started_at: int, masked: Sequence[Span]) -> list[Block]:
    """The frames that may be given away. Pure."""
    spans = [
        (start - started_at, None if end is None else end - started_at) for start, end in masked
    ]
    if contents.header.codec == "opus":
        return [block for block in contents.blocks if not _touches(block, spans)]
    return _pictures(contents.blocks, spans)


def _touches(block: Block, spans: Sequence[Span]) -> bool:
    length = block.until - block.at
    return any(
        block.until > start and (end is None or block.at < end + length) for start, end in spans
    )


def _pictures(found: list[Block], spans: Sequence[Span]) -> list[Block]:
    # A segment that does not begin with a key frame goes on from the one before it, which may be masked.
    waiting = any(start < 0 for start, _ in spans)
    kept = []
    for block in found:
        if any(start <= block.at and (end is None or block.at < end) for start, end in spans):
            waiting = True
        elif block.key or not waiting:
            waiting = False
            kept.append(block)
    return kept


def _with_silence(kept: list[Block], masked: Sequence[Span], started_at: int) -> Iterator[Block]:
    """The packets, and silence where none was sent; a masked span stays a hole."""
    before: Block | None = None
    for block in kept:
        if before is not None and block.at - before.until <= LONGEST_SILENCE_MS:
            for at in range(before.until, block.at - SILENCE_MS + 1, SILENCE_MS):
                if not _masked(started_at + at, masked):
                    yield Block(at, at + SILENCE_MS, True, SILENCE)
        yield block
        before = block


def _masked(at: int, masked: Sequence[Span]) -> bool:
    late = at + SILENCE_MS
    return any(start < late and (end is None or at < end) for start, end in masked)


def _cluster(run: list[Block]) -> bytes:
    """A stretch without a hole as one cluster; its last frame says how long it lasts.

    Firefox guesses that length at the end of each cluster. A guess that is a millisecond too long runs
    into the next cluster, and it drops all pictures of that up to a key frame; a segment has few.
    """
    *others, last = run
    start = run[0].at
    held = [
        matroska.block_head(len(block.data), block.at - start, block.key) + block.data
        for block in others
    ]
    held.append(matroska.lasting(last.data, last.at - start, last.key, last.until - last.at))
    return matroska.cluster(start, held)
