"""How the lines of the connected parties are, for whoever watches them."""

import re
from collections.abc import Mapping
from dataclasses import replace

from hearing_server.domain.hearing import HearingState
from hearing_server.domain.places import private_room
from hearing_server.domain.watch import LineSample
from signaling.peer import Peer
from signaling.rooms import Rooms
from signaling.sfu import TransportState

QUIET = (TransportState.SILENT, TransportState.FAILED)

# The first that matches names the browser: they all claim to be several.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d+)")),
    ("WeChat", re.compile(r"\bMicroMessenger/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Headless)?(?:Chrome|CriOS|Chromium)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+).*Safari/")),
)
_SYSTEMS = (
    ("HarmonyOS", re.compile("HarmonyOS|OpenHarmony")),
    ("Android", re.compile("Android")),
    ("iOS", re.compile("iPhone|iPad")),
    ("Windows", re.compile("Windows")),
    ("macOS", re.compile("Mac OS X")),
    ("Linux", re.compile("Linux|X11")),
)


def lines(rooms: Rooms) -> Mapping[str, Mapping[str, LineSample]]:
    """By hearing and party."""
    return {
        room.state.hearing: {
            party: told(room.state, party, sample(peer)) for party, peer in room.peers.items()
        }
        for room in rooms.rooms
        if room.peers
    }


def told(state: HearingState, party: str, line: LineSample) -> LineSample:
    """Without what tells of what is sent in a private room: its people alone know of that."""
    return replace(line, kbit_up=0, codecs="") if private_room(state, party) else line


def sample(peer: Peer) -> LineSample:
    transports = [t for t in (peer.send_transport, peer.receive_transport) if t is not None]
    stats = [transport.stats() for transport in transports]
    times = [s.rtt_ms for s in stats if s.rtt_ms is not None]
    producers = list(peer.producers.values())
    return LineSample(
        loss_up=max((s.loss_up for s in stats), default=0.0),
        loss_down=max((s.loss_down for s in stats), default=0.0),
        jitter_ms=max((s.jitter_ms for s in stats), default=0.0),
        rtt_ms=max(times, default=None),
        kbit_up=sum(p.stream.reception.bitrate for p in producers) // 1000,
        codecs=" ".join(sorted({p.format.codec for p in producers})),
        browser=browser_name(peer.browser),
        silent=any(t.state in QUIET for t in transports),
    )


def browser_name(agent: str) -> str:
    """Name, version and system, as far as the browser says them."""
    browser = next((f"{n} {m[1]}" for n, p in _BROWSERS if (m := p.search(agent))), "")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(agent)), "")
    return " · ".join(filter(None, (browser, system)))
