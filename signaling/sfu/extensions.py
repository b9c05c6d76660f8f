"""RTP header extensions (RFC 8285), rewritten in place once per received packet. No I/O.

Every consumer is told the router's own ids, so what is right for one viewer is right for all: an
id is a nibble that is overwritten, and an extension that is not forwarded becomes padding.
"""

from typing import Final

from .rtp import EXTENDED, HEADER_LENGTH, ONE_BYTE, WORD, find_extension

MID: Final = 1
ABS_SEND_TIME: Final = 4
AUDIO_LEVEL: Final = 10

AUDIO_LEVEL_URI: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
URIS: Final = {
    "urn:ietf:params:rtp-hdrext:sdes:mid": MID,
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time": ABS_SEND_TIME,
    AUDIO_LEVEL_URI: AUDIO_LEVEL,
}
FORWARDED: Final = frozenset((ABS_SEND_TIME, AUDIO_LEVEL))


class Extensions:
    """The ids of one producer, and what its last packet said."""

    __slots__ = ("_outgoing", "level", "mid_id", "sent")

    def __init__(self, ids: dict[str, int]) -> None:
        """`ids` maps the URI to the id that the producer's browser uses, 1 to 14."""
        self._outgoing = [0] * 16
        self.mid_id = 0
        for uri, extension_id in ids.items():
            known = URIS.get(uri)
            if known in FORWARDED:
                self._outgoing[extension_id] = known
            elif known == MID:
                self.mid_id = extension_id
        self.level: int | None = None  # RFC 6464, -dBov, 127 is silence
        self.sent: int | None = None  # abs-send-time, 24 bits

    def rewrite(self, view: memoryview, size: int, stamp: int) -> bool:
        """Turn the browser's ids into the router's and set the send time to `stamp` (24 bits).

        False when the header says more than the packet holds.
        """
        flags = view[0]
        position = HEADER_LENGTH + 4 * (flags & 0x0F)
        if not flags & EXTENDED:
            return position <= size
        if position + 4 > size:
            return False
        profile = WORD.unpack_from(view, position)[0]
        end = position + 4 + 4 * WORD.unpack_from(view, position + 2)[0]
        if end > size:
            return False
        position += 4
        if profile != ONE_BYTE:
            view[position:end] = bytes(end - position)
            return True
        outgoing = self._outgoing
        while position < end:
            head = view[position]
            if head == 0:
                position += 1
                continue
            after = position + 2 + (head & 0x0F)
            known = outgoing[head >> 4]
            if after > end:
                view[position:end] = bytes(end - position)
                return True
            if known == ABS_SEND_TIME and head & 0x0F == 2:
                view[position] = ABS_SEND_TIME << 4 | 2
                self.sent = view[position + 1] << 16 | view[position + 2] << 8 | view[position + 3]
                view[position + 1] = stamp >> 16
                view[position + 2] = stamp >> 8 & 0xFF
                view[position + 3] = stamp & 0xFF
            elif known == AUDIO_LEVEL:
                view[position] = AUDIO_LEVEL << 4 | head & 0x0F
                self.level = view[position + 1] & 0x7F
            else:
                view[position:after] = bytes(after - position)
            position = after
        return True


def restamp(packet: bytearray, stamp: int) -> None:
    """Set the send time of a packet that already carries the router's ids."""
    found = find_extension(packet, ABS_SEND_TIME)
    if found is not None and found[1] == 3:
        packet[found[0] : found[0] + 3] = stamp.to_bytes(3, "big")
