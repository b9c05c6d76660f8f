"""What stands at the beginning of a segment: whose it is, since when, and what a decoder needs."""

from hearing_server.services.media import TrackFormat, TrackName
from recording.matroska import Header

SAMPLES = (48_000).to_bytes(4, "little")


def heading(
    name: TrackName, form: TrackFormat, at: int, size: tuple[int, int], private: bytes
) -> Header:
    """`at` is Unix ms; `size` and `private` are of pictures: the newest key frame's."""
    channels = form.channels or 2
    opus_head = b"OpusHead\x01" + bytes([channels]) + b"\0\0" + SAMPLES + b"\0\0\0"
    return Header(
        codec=form.codec,
        started_at=at,
        width=size[0],
        height=size[1],
        channels=channels,
        private=private if form.kind == "video" else opus_head,
        tags={
            "HEARING": name.hearing,
            "PARTY": name.party,
            "SOURCE": name.source,
            "STARTED_AT": str(at),
        },
    )


def fits(header: Header, size: tuple[int, int], private: bytes) -> bool:
    """Whether a key frame of this size and private data can stand below it."""
    return (header.width, header.height, header.private) == (*size, private)
