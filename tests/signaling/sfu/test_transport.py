"""How a transport lives: proof, handshake, silence, moving, ending; and what cannot disturb it."""

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable

import pytest
from aioice import stun
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.sfu import Sfu, SfuError, SfuSettings, TransportState, ice, rtcp

from .conftest import Party, Start
from .peer import opus, rtp, vp8
from .tcp_peer import TcpPeer

Connect = Callable[[], Awaitable[Party]]


def stranger() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def bad_hello() -> bytes:
    """A DTLS 1.2 ClientHello that offers nothing acceptable."""
    body = b"\xfe\xfd" + os.urandom(32) + b"\0\0" + b"\0\x02\0\0" + b"\x01\0"
    size = struct.pack("!I", len(body))[1:]
    handshake = b"\x01" + size + b"\0\0" + b"\0\0\0" + size + body
    return b"\x16\xfe\xfd\0\0" + bytes(6) + struct.pack("!H", len(handshake)) + handshake


JUNK = [
    bad_hello(),
    b"\x15\xfe\xfd\0\0" + bytes(6) + b"\0\x02\x02\x28",  # fatal alert
    b"\x80" + os.urandom(80),
    b"\x80\xc8" + os.urandom(80),
    os.urandom(60),
    b"\x00",
    b"\x00\x01\x00\x00" + os.urandom(16),
]


async def test_the_states_of_an_ordinary_life(sfu: Sfu) -> None:
    """new, connecting, connected, closed; each change is told once."""
    party = Party(sfu)
    assert party.transport.state is TransportState.NEW
    await party.connect()
    party.transport.close()
    party.transport.close()
    assert party.states == [
        TransportState.CONNECTING,
        TransportState.CONNECTED,
        TransportState.CLOSED,
    ]
    with pytest.raises(SfuError) as caught:
        party.transport.produce("audio", opus(1))
    assert caught.value.code == "transport_closed"
    await party.peer.close()


async def test_the_answer_tells_the_browser_its_address(sfu: Sfu) -> None:
    """XOR-MAPPED-ADDRESS, under the message integrity of the server's password."""
    party = Party(sfu)
    answer = await party.peer.check()
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == party.peer.socket.getsockname()
    await party.peer.close()


async def test_nothing_is_ever_sent_to_an_address_that_did_not_prove_itself(
    sfu: Sfu, party: Connect
) -> None:
    """Wrong password, no integrity, unknown name, junk of every protocol: silence."""
    known = await party()
    sock = stranger()
    server = known.peer.server
    forged = known.peer.request(password="wrong" * 5)
    nameless = known.peer.request()
    nameless.attributes["USERNAME"] = "nobody:peer"
    nameless.add_message_integrity(known.peer.ice["password"].encode())
    bare = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    bare.attributes["USERNAME"] = known.peer.ice["usernameFragment"] + ":peer"
    indication = stun.Message(stun.Method.BINDING, stun.Class.INDICATION)
    indication.attributes["USERNAME"] = known.peer.ice["usernameFragment"] + ":peer"
    indication.add_message_integrity(known.peer.ice["password"].encode())
    for datagram in [*JUNK, *(bytes(m) for m in (forged, nameless, bare, indication))]:
        sock.sendto(datagram, server)
    await known.peer.settle()
    with pytest.raises(BlockingIOError):
        sock.recv(2048)
    sock.close()


async def test_off_path_hellos_alerts_and_junk_do_not_disturb_a_join(sfu: Sfu) -> None:
    """Before, during and after the handshake a stranger sends; the join succeeds, media flows."""
    sock = stranger()
    speaker, viewer = Party(sfu), Party(sfu)

    async def disturb() -> None:
        while True:
            for datagram in JUNK:
                sock.sendto(datagram, speaker.peer.server)
            await asyncio.sleep(0.001)

    noise = asyncio.create_task(disturb(), name="noise")
    await asyncio.gather(speaker.connect(), viewer.connect())
    producer = speaker.transport.produce("audio", opus(2000))
    viewer.transport.consume(producer, sfu.rtp_capabilities).resume()
    for sequence in range(20):
        speaker.peer.send_rtp(rtp(sequence, 960 * sequence, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 20)
    noise.cancel()
    for each in (speaker, viewer):
        assert each.states[-1] is TransportState.CONNECTED
        await each.peer.close()
    sock.close()


async def test_a_wrong_certificate_fails_and_no_media_passes(sfu: Sfu) -> None:
    """The handshake ends, the identity does not hold: failed, and no keys exist."""
    party = Party(sfu)
    await party.peer.check()
    producer = party.transport.produce("audio", opus(2000))
    wrong = {"fingerprints": [{"algorithm": "sha-256", "value": ":".join(["00"] * 32)}]}
    party.transport.connect(wrong)
    await party.peer.shake_hands()
    await party.reached(TransportState.FAILED)
    assert party.transport.keys is None
    assert producer.closed
    party.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111))
    assert producer.stream.primary == 0
    await party.peer.close()


async def test_connect_is_for_once(sfu: Sfu, party: Connect) -> None:
    """A second certificate on the same transport is refused."""
    known = await party()
    with pytest.raises(SfuError) as caught:
        known.transport.connect(known.peer.dtls_parameters)
    assert caught.value.code == "already_connected"


async def test_forged_media_is_dropped_and_counted(sfu: Sfu, party: Connect) -> None:
    """Known SSRC and address, wrong key; unknown SSRC; a packet repeated: nothing is forwarded."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    viewer.transport.consume(producer, sfu.rtp_capabilities).resume()
    good = speaker.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111))
    speaker.peer.send(good)
    speaker.peer.send(rtp(2, 0, ssrc=2000, payload_type=111) + bytes(16))
    for ssrc in range(3000, 3300):
        speaker.peer.send_rtp(rtp(1, 0, ssrc=ssrc, payload_type=111))
    await speaker.peer.settle()
    await viewer.peer.settle()
    assert len(viewer.peer.rtp) == 1
    assert sfu.router.rejected == 2
    assert set(speaker.transport.streams) == {2000}


async def test_a_new_address_takes_over_at_once(sfu: Sfu, party: Connect) -> None:
    """After one check from the new network, media of the same transport flows there."""
    speaker, viewer = await party(), await party()
    producer = speaker.transport.produce("audio", opus(2000))
    viewer.transport.consume(producer, sfu.rtp_capabilities).resume()
    speaker.peer.send_rtp(rtp(1, 0, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 1)
    for each in (viewer, speaker):
        each.peer.move()
        await each.peer.check()
    speaker.peer.send_rtp(rtp(2, 960, ssrc=2000, payload_type=111))
    await viewer.peer.until(lambda: len(viewer.peer.rtp) == 2)
    assert viewer.states == [TransportState.CONNECTING, TransportState.CONNECTED]


async def test_an_ice_restart_keeps_the_media(sfu: Sfu, party: Connect) -> None:
    """Old credentials hold until the new ones are used, then no longer."""
    known = await party()
    old = known.peer.ice
    fresh = known.transport.restart_ice()
    assert fresh["usernameFragment"] != old["usernameFragment"]
    await known.peer.check()
    known.peer.ice = fresh
    await known.peer.check()
    known.peer.ice = old
    with pytest.raises(TimeoutError):
        await known.peer.check(timeout=0.1)
    assert known.transport.state is TransportState.CONNECTED


async def test_silence_is_noticed_and_its_end_too(start: Start) -> None:
    """silent after the time set, connected when heard again, failed when it lasts."""
    sfu = await start(silent_after=0.2, idle_silent_after=0.2, lost_after=1.0)
    party = await Party(sfu).connect()
    await party.reached(TransportState.SILENT)
    await party.peer.check()
    await party.reached(TransportState.CONNECTED)
    await party.reached(TransportState.FAILED)
    assert party.states[1:] == [
        TransportState.CONNECTED,
        TransportState.SILENT,
        TransportState.CONNECTED,
        TransportState.SILENT,
        TransportState.FAILED,
    ]
    await party.peer.close()


async def test_who_never_connects_does_not_stay(start: Start) -> None:
    """Neither without a certificate nor without a handshake."""
    sfu = await start(connect_within=0.1, handshake_within=0.2)
    idle, slow = Party(sfu), Party(sfu)
    slow.transport.connect(slow.peer.dtls_parameters)
    await idle.reached(TransportState.FAILED)
    await slow.reached(TransportState.FAILED)
    for each in (idle, slow):
        await each.peer.close()


async def test_a_browser_that_says_goodbye_is_closed(sfu: Sfu, party: Connect) -> None:
    """DTLS close_notify ends the transport at once."""
    known = await party()
    await known.peer.dtls.stop()
    await known.reached(TransportState.CLOSED)


async def test_the_browser_is_told_goodbye(sfu: Sfu, party: Connect) -> None:
    """Closing the transport ends the browser's DTLS, not only its media."""
    known = await party()
    closed = asyncio.Event()
    known.peer.dtls.on("statechange", closed.set)
    known.transport.close()
    await asyncio.wait_for(closed.wait(), 3)
    assert known.peer.dtls.state == "closed"


async def test_everything_has_a_limit(start: Start) -> None:
    """Transports, tracks, SSRCs and consumers; a name taken twice is refused."""
    sfu = await start(
        max_transports=2, max_producers_per_transport=3, max_ssrcs_per_transport=5,
        max_consumers_per_transport=1,
    )  # fmt: skip
    first, second = Party(sfu), Party(sfu)
    assert code(lambda: sfu.create_transport(print)) == "too_many_transports"
    producer = first.transport.produce("video", vp8(1, 2, mid="0"))
    assert code(lambda: first.transport.produce("video", vp8(2, 9, mid="9"))) == "ssrc_in_use"
    assert code(lambda: first.transport.produce("video", vp8(8, 9, mid="0"))) == "mid_in_use"
    first.transport.produce("audio", opus(3, mid="1"))
    assert code(lambda: first.transport.produce("video", vp8(4, 5, mid="2"))) == "too_many_ssrcs"
    second.transport.consume(producer, sfu.rtp_capabilities)
    again = lambda: second.transport.consume(producer, sfu.rtp_capabilities)  # noqa: E731
    assert code(again) == "too_many_tracks"
    assert code(lambda: first.transport.consume(producer, {"codecs": []})) == "cannot_consume"
    producer.close()
    assert code(again) == "producer_closed"
    second.transport.close()
    sfu.create_transport(lambda state: None)
    for each in (first, second):
        await each.peer.close()


def code(call: Callable[[], object]) -> str:
    with pytest.raises(SfuError) as caught:
        call()
    return caught.value.code


async def test_rtcp_from_many_sources_is_bounded(sfu: Sfu, party: Connect) -> None:
    """libsrtp keeps state per sender of RTCP; a browser gets no more than a few dozen."""
    known = await party()
    for source in range(1, 200):
        known.peer.send_rtcp(rtcp.make_report(source, []))
    await known.peer.settle()
    assert len(known.transport._rtcp_sources) == 64


async def test_closing_leaves_no_task_and_no_socket() -> None:
    """Transports in every state, a TCP connection among them; afterwards the port is free."""
    before = asyncio.all_tasks()
    sfu = Sfu(SfuSettings())
    await sfu.start()
    fresh, connected = Party(sfu), await Party(sfu).connect()
    half = Party(sfu)
    half.transport.connect(half.peer.dtls_parameters)
    over_tcp = await TcpPeer.open(sfu.create_transport(lambda state: None).parameters())
    await over_tcp.check()
    await sfu.close()
    for each in (fresh, connected, half):
        assert each.transport.state is TransportState.CLOSED
        await each.peer.close()
    await over_tcp.until(lambda: over_tcp.gone)
    await over_tcp.close()
    await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() if not task.done()} <= before
    again = Sfu(SfuSettings(port=sfu.port))
    await again.start()
    await again.close()


async def test_a_port_in_use_is_an_os_error(sfu: Sfu) -> None:
    """Nothing is half open afterwards."""
    second = Sfu(SfuSettings(port=sfu.port))
    with pytest.raises(OSError, match="in use"):
        await second.start()


async def test_a_tcp_flood_closes_only_itself(start: Start) -> None:
    """A frame longer than any packet ends the connection; more connections than allowed are shut."""
    sfu = await start(max_tcp_connections=1)
    parameters = sfu.create_transport(lambda state: None).parameters()
    peer = await TcpPeer.open(parameters)
    await peer.check()
    second = await TcpPeer.open(parameters)
    await second.until(lambda: second.gone)
    await peer.check()
    peer.send_raw(b"\xff\xff" + bytes(100))
    await peer.until(lambda: peer.gone)
    for each in (peer, second):
        await each.close()


async def test_tcp_connections_that_prove_nothing_make_room(start: Start) -> None:
    """Strangers who only hold a line keep no party out."""
    sfu = await start(max_tcp_connections=2)
    parameters = sfu.create_transport(lambda state: None).parameters()
    strangers = [await TcpPeer.open(parameters) for _ in range(2)]
    party = await TcpPeer.open(parameters)
    await party.check()
    await strangers[0].until(lambda: strangers[0].gone)
    assert not strangers[1].gone
    for each in (party, *strangers):
        await each.close()


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=20))
@settings(max_examples=40)
def test_no_bytes_disturb_the_entry(datagrams: list[bytes]) -> None:
    """Anything from a stranger and, as far as it can be unauthenticated, from a proven address."""
    asyncio.run(feed(datagrams))


async def feed(datagrams: list[bytes]) -> None:
    sfu = Sfu(SfuSettings(tcp=False))
    await sfu.start()
    party = await Party(sfu).connect()
    party.transport.produce("video", vp8(1000, 1001))
    path = party.transport.path
    assert path is not None
    for datagram in datagrams:
        sfu._on_datagram(datagram, ("192.0.2.9", 9), None)
        party.peer.send(datagram)
        for head in (b"\x80\x60", b"\x90\x61", b"\x80\xc8", b"\x81\xcd", b"\x16", b"\0\x01"):
            party.peer.send(head + datagram)
        if datagram[0] > 127:
            party.peer.send_rtcp(b"\x80\xc9\0\x01\0\0\0\x01" + datagram)
    await party.peer.settle()
    assert party.transport.state is TransportState.CONNECTED
    party.transport.close()
    await sfu.close()
    await party.peer.close()


@given(st.binary(max_size=120))
def test_stun_reading_never_raises(data: bytes) -> None:
    """Neither the first look nor the full parse."""
    credentials = ice.IceCredentials.new()
    framed = struct.pack("!HHI12s", 1, len(data), stun.COOKIE, bytes(12)) + data
    for datagram in (data, framed):
        ice.claimed_ufrag(datagram)
        assert ice.authenticate(datagram, credentials) is None
