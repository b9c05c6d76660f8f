"""What the media plane uses below the public API of its libraries, pinned."""

import inspect
import re

import pytest
from aioice import stun
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCCertificate, RTCDtlsTransport
from pylibsrtp import Error, Policy, Session

from signaling.sfu import srtp
from signaling.sfu.dtls import DtlsLink

KEY = bytes(range(44))


def session(direction: int) -> Session:
    profile = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
    return Session(Policy(key=KEY, ssrc_type=direction, srtp_profile=profile))


def test_libsrtp_called_directly_does_what_the_wrapper_does() -> None:
    """Protect here, unprotect there, and the other way round; RTP and RTCP."""
    keys = srtp.SrtpKeys(
        inbound=session(Policy.SSRC_ANY_INBOUND), outbound=session(Policy.SSRC_ANY_OUTBOUND)
    )
    wrapper_in, wrapper_out = (
        session(Policy.SSRC_ANY_INBOUND),
        session(Policy.SSRC_ANY_OUTBOUND),
    )
    rtp = b"\x80\x60\0\x01" + bytes(8) + b"payload"
    rtcp = b"\x80\xc9\0\x01\0\0\0\x07"
    buffer = srtp.PacketBuffer()
    for plain, protect, unprotect, theirs, ours in (
        (rtp, srtp.protect, srtp.unprotect, wrapper_in.unprotect, wrapper_out.protect),
        (rtcp, srtp.protect_rtcp, srtp.unprotect_rtcp, wrapper_in.unprotect_rtcp,
         wrapper_out.protect_rtcp),
    ):  # fmt: skip
        srtp.memmove(buffer.data, plain, len(plain))
        buffer.length[0] = len(plain)
        assert protect(keys.outbound_context, buffer.data, buffer.length) == 0
        assert theirs(bytes(buffer.view[: buffer.length[0]])) == plain
        protected = ours(plain)
        srtp.memmove(buffer.data, protected, len(protected))
        buffer.length[0] = len(protected)
        assert unprotect(keys.inbound_context, buffer.data, buffer.length) == 0
        assert bytes(buffer.view[: buffer.length[0]]) == plain
        buffer.length[0] = len(protected)
        assert unprotect(keys.inbound_context, buffer.data, buffer.length) != 0


def test_the_buffers_hold_what_protection_adds() -> None:
    """The longest packet taken, plus the longest trailer, fits."""
    outbound = session(Policy.SSRC_ANY_OUTBOUND)
    buffer = srtp.PacketBuffer()
    assert len(buffer.view) == srtp.CAPACITY == srtp.LARGEST + srtp.TRAILER
    buffer.view[:12] = b"\x80\x60\0\x01" + bytes(8)
    buffer.length[0] = srtp.LARGEST
    assert srtp.protect(outbound._srtp[0], buffer.data, buffer.length) == 0
    assert buffer.length[0] <= srtp.CAPACITY


async def test_the_dtls_transport_has_the_parts_that_are_used() -> None:
    """Methods and attributes below aiortc's public API, by name and by signature."""
    link = DtlsLink(RTCCertificate.generateCertificate(), lambda data: None, lambda: None)
    dtls = link._dtls
    assert dtls._role == "server"
    assert dtls.state == "new"
    for name in ("_rx_srtp", "_tx_srtp", "_task"):
        assert getattr(dtls, name) is None
    source = inspect.getsource(RTCDtlsTransport)
    used = set(re.findall(r"self\.(?:_)?transport\.(\w+)", source))
    assert used == {"_recv", "_send", "role"}
    assert list(inspect.signature(RTCDtlsTransport.start).parameters) == [
        "self",
        "remoteParameters",
    ]


def test_the_fast_cipher_is_offered_first() -> None:
    """AES-GCM costs a quarter of AES-CM with SHA-1."""
    assert SRTP_PROFILES[0].openssl_profile == b"SRTP_AEAD_AES_256_GCM"


def test_stun_messages_are_authenticated_apart_from_parsing() -> None:
    """parse_message proves nothing, check_message_integrity does."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = "a:b"
    message.add_message_integrity(b"right")
    parsed = stun.parse_message(bytes(message))
    assert parsed.check_message_integrity(b"right")
    assert not parsed.check_message_integrity(b"wrong")
    assert stun.COOKIE == 0x2112A442


def test_a_repeated_packet_is_an_error_of_libsrtp() -> None:
    """The router relies on the replay window for duplicates."""
    inbound, outbound = session(Policy.SSRC_ANY_INBOUND), session(Policy.SSRC_ANY_OUTBOUND)
    protected = outbound.protect(b"\x80\x60\0\x01" + bytes(8))
    inbound.unprotect(protected)
    with pytest.raises(Error):
        inbound.unprotect(protected)
