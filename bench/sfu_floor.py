"""The bare loop that the SFU is compared with: unprotect once, protect and sendto per receiver.

The same load: as many rooms, parties, keys and sockets, the same cipher, mix of sizes, pace and direct
calls to libsrtp. Packets are already in memory; the receivers' sockets are read by another process,
as in the bench itself.
"""

import json
import os
import socket
import struct
import sys
import time

from pylibsrtp import Policy, Session

from bench.sfu_load import AUDIO_SIZE, TICK, VIDEO_SIZE
from signaling.sfu import srtp

PROFILE = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
PACKETS_PER_SECOND = 200  # of one party: 150 of picture, 50 of sound


def session(key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=PROFILE)
    policy.window_size = 1024
    policy.allow_repeat_tx = True
    return Session(policy)


class Sender:
    """One party: what it sends, ready to be received, and the key to it."""

    def __init__(self, ssrc: int, count: int) -> None:
        key = os.urandom(44)
        sender = session(key, Policy.SSRC_ANY_OUTBOUND)
        self.session = session(key, Policy.SSRC_ANY_INBOUND)
        self.context = self.session._srtp[0]
        self.packets = []
        for index in range(count):
            size = VIDEO_SIZE if index % 20 < 15 else AUDIO_SIZE
            head = struct.pack("!BBHII", 0x80, 96, index & 0xFFFF, index * 3000, ssrc)
            self.packets.append(sender.protect(head + bytes(size + 12)))


def measure(addresses: list[list[tuple[str, int]]], seconds: float) -> float:
    """Microseconds of this process per packet sent; `addresses` are the parties of each room.

    The packets of all rooms come mixed and as fast as in the bench, `TICK` by `TICK`.
    """
    count = int(PACKETS_PER_SECOND * seconds)
    sessions, work = [], []
    for room in addresses:
        viewers = [session(os.urandom(44), Policy.SSRC_ANY_OUTBOUND) for _ in room]
        sessions += viewers
        lanes = [(each._srtp[0], address) for each, address in zip(viewers, room, strict=True)]
        for index in range(len(room)):
            work.append((Sender(1000 + index, count), lanes[:index] + lanes[index + 1 :]))
    plain, out = srtp.PacketBuffer(), srtp.PacketBuffer()
    sendto = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto
    jobs = [(who.context, who.packets[at], lanes) for at in range(count) for who, lanes in work]
    at_once = max(1, round(len(work) * PACKETS_PER_SECOND * TICK))
    spent, sent, due = 0.0, 0, time.monotonic()
    for start in range(0, len(jobs), at_once):
        began = time.process_time()
        for context, packet, lanes in jobs[start : start + at_once]:
            srtp.memmove(plain.data, packet, len(packet))
            plain.length[0] = len(packet)
            assert not srtp.unprotect(context, plain.data, plain.length)
            size = plain.length[0]
            for viewer, address in lanes:
                srtp.memmove(out.data, plain.data, size)
                out.length[0] = size
                srtp.protect(viewer, out.data, out.length)
                sendto(out.view[: out.length[0]], address)
                sent += 1
        spent += time.process_time() - began
        due += TICK
        time.sleep(max(0.0, due - time.monotonic()))
    return spent / sent * 1e6


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    rooms = [[tuple(each) for each in room] for room in asked["addresses"]]
    print(json.dumps(measure(rooms, asked["seconds"])))
