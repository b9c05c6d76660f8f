"""The bare loop that the SFU is compared with: unprotect once, protect and sendto per receiver.

Same cipher, same mix of sizes, the same direct calls to libsrtp, packets already in memory. The
receivers' sockets are read by another process, as in the bench itself.
"""

import json
import os
import socket
import struct
import sys
import time

from pylibsrtp import Policy, Session

from bench.sfu_load import AUDIO_SIZE, VIDEO_SIZE
from signaling.sfu import srtp

PROFILE = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
AT_ONCE = 32  # packets between two pauses that let the readers keep up


def session(key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=PROFILE)
    policy.window_size = 1024
    policy.allow_repeat_tx = True
    return Session(policy)


def arriving(count: int) -> tuple[bytes, list[bytes]]:
    """A key and packets as one party sends them: five of picture to one and two thirds of sound."""
    key = os.urandom(44)
    sender = session(key, Policy.SSRC_ANY_OUTBOUND)
    packets = []
    for index in range(count):
        size = VIDEO_SIZE if index % 20 < 15 else AUDIO_SIZE
        head = struct.pack("!BBHII", 0x80, 96, index & 0xFFFF, index * 3000, 1000)
        packets.append(sender.protect(head + bytes(size + 12)))
    return key, packets


def measure(addresses: list[tuple[str, int]], count: int) -> float:
    """Microseconds of this process per packet sent."""
    key, packets = arriving(count)
    receiver = session(key, Policy.SSRC_ANY_INBOUND)
    viewers = [session(os.urandom(44), Policy.SSRC_ANY_OUTBOUND) for _ in addresses]
    lanes = [(viewer._srtp[0], address) for viewer, address in zip(viewers, addresses, strict=True)]
    plain, out = srtp.PacketBuffer(), srtp.PacketBuffer()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    context, sendto = receiver._srtp[0], sock.sendto
    spent = 0.0
    for start in range(0, count, AT_ONCE):
        began = time.process_time()
        for packet in packets[start : start + AT_ONCE]:
            srtp.memmove(plain.data, packet, len(packet))
            plain.length[0] = len(packet)
            assert not srtp.unprotect(context, plain.data, plain.length)
            size = plain.length[0]
            for viewer, address in lanes:
                srtp.memmove(out.data, plain.data, size)
                out.length[0] = size
                srtp.protect(viewer, out.data, out.length)
                sendto(out.view[: out.length[0]], address)
        spent += time.process_time() - began
        time.sleep(0.004)
    return spent / (count * len(addresses)) * 1e6


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    print(json.dumps(measure([tuple(each) for each in asked["addresses"]], asked["count"])))
