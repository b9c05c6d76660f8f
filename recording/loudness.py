"""Whether sound is to be heard in a packet, without decoding it; pure.

The browser says how loud a packet is in a header extension (RFC 6464). Where it does not, the size
tells: Opus codes silence in a few bytes, and speech in dozens.
"""

AUDIBLE_DBOV = 60  # quieter than this is a quiet room; speech is above -50
LISTEN_EVERY = 5
SILENT_BYTES = 12  # of a 20 ms Opus packet


class Ear:
    """Listens to one track of sound: to some of its packets, ten a second, which is enough to know."""

    def __init__(self, level_id: int) -> None:
        self._level_id = level_id
        self._unheard = 0  # packets since one was listened to

    def hears(self, data: bytes, begin: int, end: int, payload: int) -> bool:
        """Whether this packet, of `data` from `begin` to `end`, is one in which sound is heard."""
        self._unheard += 1
        if self._unheard < LISTEN_EVERY:
            return False
        self._unheard = 0
        return audible(data[begin:end], payload, self._level_id)


def audible(packet: bytes, payload: int, level_id: int) -> bool:
    """`payload` is the size of what the whole RTP packet carries."""
    level = audio_level(packet, level_id) if level_id else None
    return payload > SILENT_BYTES if level is None else level <= AUDIBLE_DBOV


def audio_level(packet: bytes, level_id: int) -> int | None:
    """-dBov, 127 is silence; None where the packet does not say. One-byte headers (RFC 8285, 4.2)."""
    at = 12 + 4 * (packet[0] & 15)
    if not packet[0] & 0x10 or packet[at : at + 2] != b"\xbe\xde":
        return None
    end = min(at + 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big"), len(packet))
    at += 4
    while at < end:
        identity, size = packet[at] >> 4, (packet[at] & 15) + 1
        if identity == level_id and at + 1 < end:
            return packet[at + 1] & 0x7F
        at += 1 + size if identity else 1
    return None
