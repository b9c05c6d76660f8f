"""The mirror of the self-check where UDP is blocked: all of it over TCP, which it says."""

from typing import Any

import pytest

from hearing_server.domain.errors import Code, Refused
from signaling.mirror import OF_ADDRESS, Mirrors
from signaling.sfu import Sfu, SfuSettings

from .sfu.peer import opus, rtp
from .sfu.tcp_peer import TcpPeer


@pytest.fixture
async def sfu() -> Any:
    sfu = Sfu(SfuSettings())
    await sfu.start()
    yield sfu
    await sfu.close()


async def test_a_track_comes_back_over_tcp_alone(sfu: Sfu) -> None:
    mirrors = Mirrors(sfu)
    made = mirrors.make("p", "192.0.2.1")
    identity = made["mirror"]
    peers = {}
    for direction in ("send", "receive"):
        peer = await TcpPeer.open(made[direction])
        await peer.check()
        mirrors.connect("p", identity, direction, peer.dtls_parameters)
        await peer.shake_hands()
        peers[direction] = peer
    mirrors.produce("p", identity, "audio", opus(2000), made["rtp_capabilities"])
    mirrors.resume("p", identity)
    for n in range(5):
        peers["send"].send_rtp(rtp(n + 1, 960 * n, ssrc=2000, payload_type=111))
    back = peers["receive"]
    await back.until(lambda: len(back.rtp) == 5)
    result = mirrors.result("p", identity)
    assert result["protocol"] == "tcp"
    assert (result["packets_in"], result["packets_out"]) == (5, 5)
    with pytest.raises(Refused) as caught:
        mirrors.result("q", identity)
    assert caught.value.code is Code.NOT_FOUND
    mirrors.close_all()
    for peer in peers.values():
        await peer.close()


async def test_an_address_has_few_and_gets_its_place_back(sfu: Sfu) -> None:
    mirrors = Mirrors(sfu)
    made = [mirrors.make(f"p{n}", "192.0.2.1") for n in range(OF_ADDRESS)]
    with pytest.raises(Refused) as caught:
        mirrors.make("q", "192.0.2.1")
    assert caught.value.code is Code.TOO_MANY
    assert mirrors.make("q", "192.0.2.2")
    mirrors.close("p0", made[0]["mirror"])
    assert mirrors.make("r", "192.0.2.1")
    mirrors.close_all()
