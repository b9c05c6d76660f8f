"""ICE-lite (RFC 8445 section 2.5): answers to STUN binding requests, and nothing else. No I/O.

The server never sends a check of its own and never looks at a remote candidate.
"""

import secrets
import string
import struct
from dataclasses import dataclass

from aioice import stun

ALPHABET = string.ascii_letters + string.digits
BINDING_REQUEST = 0x0001
USERNAME = 0x0006
MAX_REQUEST = 548  # bytes; RFC 8489 section 6.1 keeps a STUN message below the smallest path MTU

_HEADER = struct.Struct("!HHI")
_ATTRIBUTE = struct.Struct("!HH")


@dataclass(frozen=True, kw_only=True)
class IceCredentials:
    ufrag: str
    password: str

    @classmethod
    def new(cls) -> "IceCredentials":
        return cls(ufrag=_token(16), password=_token(32))


def _token(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass(frozen=True, kw_only=True)
class BindingRequest:
    """A request whose MESSAGE-INTEGRITY proved that its sender knows the password."""

    transaction_id: bytes
    nominated: bool  # USE-CANDIDATE: the browser wants media on this path


def claimed_ufrag(datagram: bytes) -> str | None:
    """The server's half of USERNAME in a binding request, unproven; None if it is not one.

    Reads only what is needed, so that a flood of junk costs little.
    """
    size = len(datagram)
    if not 20 <= size <= MAX_REQUEST or size % 4:
        return None
    kind, length, cookie = _HEADER.unpack_from(datagram)
    if kind != BINDING_REQUEST or cookie != stun.COOKIE or length + 20 != size:
        return None
    position = 20
    while position + 4 <= size:
        attribute, length = _ATTRIBUTE.unpack_from(datagram, position)
        if attribute == USERNAME:
            name = datagram[position + 4 : position + 4 + length]
            return name.partition(b":")[0].decode("ascii", "replace")
        position += 4 + length + (-length % 4)
    return None


def authenticate(datagram: bytes, credentials: IceCredentials) -> BindingRequest | None:
    """Parse and check the message integrity; None for anything that is not a proven request."""
    try:
        message = stun.parse_message(datagram)
        proven = message.check_message_integrity(credentials.password.encode())
    except (ValueError, KeyError, IndexError, struct.error):
        return None
    if not proven or message.message_class != stun.Class.REQUEST:
        return None
    if message.message_method != stun.Method.BINDING:
        return None
    return BindingRequest(
        transaction_id=message.transaction_id,
        nominated="USE-CANDIDATE" in message.attributes,
    )


def answer(request: BindingRequest, credentials: IceCredentials, host: str, port: int) -> bytes:
    """The success response, telling the browser its address as seen from here."""
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
    )
    response.attributes["XOR-MAPPED-ADDRESS"] = (host, port)
    response.add_message_integrity(credentials.password.encode())
    return bytes(response)


def candidates(addresses: tuple[str, ...], port: int, *, tcp: bool) -> list[dict[str, object]]:
    """Host candidates as mediasoup-client takes them, UDP before TCP (RFC 8445 section 5.1.2.1)."""
    found: list[dict[str, object]] = []
    for protocol in ("udp", "tcp") if tcp else ("udp",):
        for index, address in enumerate(addresses):
            preference = (65535 if protocol == "udp" else 32767) - index
            candidate: dict[str, object] = {
                "foundation": f"{protocol}{index}",
                "priority": (126 << 24) + (preference << 8) + 255,
                "ip": address,
                "address": address,
                "port": port,
                "type": "host",
                "protocol": protocol,
            }
            if protocol == "tcp":
                candidate["tcpType"] = "passive"
            found.append(candidate)
    return found
