"""What forwarding costs: `python -m bench sfu --rooms 4 --parties 4 --seconds 10 --json`."""

import argparse
import asyncio
import json
import select
import socket
import statistics
import subprocess
import sys
import time
from typing import Any

from bench import sfu_janus
from bench.sfu_load import AUDIO_EXTENSIONS, TICK, VIDEO_EXTENSIONS, Client, Load, Track
from signaling.sfu.srtp import SrtpKeys
from tests.signaling.sfu.peer import Peer, opus, vp8

WARM_UP = 1.5  # seconds
LINGER = 0.5  # for packets on their way
FLOOR_SECONDS = 2.0


class ServerProcess:
    """The child, and calls to it."""

    def __init__(self, *, record: bool, host: str = "127.0.0.1") -> None:
        command = [sys.executable, "-m", "bench.sfu_server", host]
        self._process = subprocess.Popen(
            command + ["--record"] * record, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def call(self, do: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            sys.exit("the server process died")
        return json.loads(line)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


async def join(server: ServerProcess, room: int, party: int) -> tuple[Client, Client]:
    """Connect both transports of a party and produce its camera and microphone."""
    made = []
    for _ in range(2):
        parameters = server.call("transport")
        peer = Peer(parameters)
        await peer.check()
        server.call("connect", id=parameters["id"], dtls=peer.dtls_parameters)
        await peer.shake_hands()
        made.append((parameters["id"], peer))
    (send_id, sender), (receive_id, receiver) = made
    base = (room * 64 + party) * 16 + 16
    server.call(
        "produce", id=send_id, room=room, party=party, kind="video",
        parameters=vp8(base, base + 1, mid="0"),
    )  # fmt: skip
    server.call(
        "produce", id=send_id, room=room, party=party, kind="audio",
        parameters=opus(base + 2, mid="1"),
    )  # fmt: skip
    up, down = take_over(sender), take_over(receiver)
    up.tracks = [
        Track(ssrc=base, payload_type=96, extensions=VIDEO_EXTENSIONS),
        Track(ssrc=base + 2, payload_type=111, extensions=AUDIO_EXTENSIONS),
    ]
    down.id = receive_id
    return up, down


def take_over(peer: Peer) -> Client:
    """From the asyncio peer to the tight loop: same socket, same keys."""
    asyncio.get_running_loop().remove_reader(peer.socket.fileno())
    if peer.dtls._task is not None:
        peer.dtls._task.cancel()
    keys = SrtpKeys(inbound=peer.dtls._rx_srtp, outbound=peer.dtls._tx_srtp)
    return Client(socket=peer.socket, keys=keys, check=lambda: bytes(peer.request()))


async def fill(server: ServerProcess, rooms: int, parties: int) -> list[Client]:
    """Everybody in place, everybody consuming everybody else of the room."""
    clients: list[Client] = []
    receivers = []
    for room in range(rooms):
        for party in range(parties):
            up, down = await join(server, room, party)
            clients += [up, down]
            receivers.append((room, party, down))
    for room, party, down in receivers:
        for parameters in server.call("consume", id=down.id, room=room, party=party):
            down.ssrcs.append(parameters["encodings"][0]["ssrc"])
    return clients


def floor(rooms: int, parties: int) -> float:
    """Run the bare loop in its own process while this one reads what it sends."""
    poll, by_fd, addresses = select.epoll(), {}, []
    for _ in range(rooms):
        sockets = [receiver() for _ in range(parties)]
        by_fd.update({sock.fileno(): sock for sock in sockets})
        addresses.append([sock.getsockname() for sock in sockets])
    for fd in by_fd:
        poll.register(fd, select.EPOLLIN)
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.sfu_floor"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({"addresses": addresses, "seconds": FLOOR_SECONDS}).encode())
    child.stdin.close()
    while child.poll() is None:
        time.sleep(TICK)
        for fd, _ in poll.poll(0):
            try:
                while True:
                    by_fd[fd].recv(2048)
            except BlockingIOError:
                continue
    for sock in by_fd.values():
        sock.close()
    return float(json.loads(child.stdout.read()))


def receiver() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def measure(rooms: int, parties: int, seconds: float, *, record: bool) -> dict[str, Any]:
    """One run against our own server."""
    server = ServerProcess(record=record)
    clients = asyncio.run(fill(server, rooms, parties))
    load = Load(clients)
    load.run(time.monotonic() + WARM_UP)
    load.delays.clear()
    before, began = server.call("usage"), time.monotonic()
    load.run(began + seconds)
    after, took = server.call("usage"), time.monotonic() - began
    load.run(time.monotonic() + LINGER, sending=False)
    sent_by_clients = sum(track.sent for client in clients for track in client.tracks)
    lost = sent_by_clients * (parties - 1) - sum(client.received for client in clients)
    server.close()
    sent = after["sent"] - before["sent"]
    own = (after["cpu"] - before["cpu"]) / sent * 1e6
    recorder = (after["recorder_cpu"] - before["recorder_cpu"]) / sent * 1e6
    delays = statistics.quantiles(load.delays, n=100)
    return {
        "rooms": rooms,
        "parties": parties,
        "recording": record,
        "sent_pps": round(sent / took),
        "us_per_sent": round(own + recorder, 2),
        "us_per_sent_server": round(own, 2),
        "us_per_sent_recorder": round(recorder, 2),
        "lost": lost,
        "delay_ms_p50": round(delays[49] / 1e6, 3),
        "delay_ms_p99": round(delays[98] / 1e6, 3),
    }


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench sfu")
    parser.add_argument("--rooms", type=int, default=4)
    parser.add_argument("--parties", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--record", action="store_true", help="with the project's recorder")
    parser.add_argument("--peer", choices=["janus"], help="the same load through Janus, too")
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    asked = parser.parse_args(argv)
    if asked.peer:
        sfu_janus.check()
    bare = [floor(asked.rooms, asked.parties)]
    figures = measure(asked.rooms, asked.parties, asked.seconds, record=asked.record)
    bare.append(floor(asked.rooms, asked.parties))
    figures["floor_us_per_sent"] = round(statistics.mean(bare), 2)
    figures["ratio_to_floor"] = round(figures["us_per_sent"] / statistics.mean(bare), 2)
    if asked.peer:
        figures |= sfu_janus.measure(asked.rooms, asked.parties, asked.seconds, record=asked.record)
        figures["ratio_to_peer"] = round(figures["us_per_sent"] / figures["peer_us_per_sent"], 3)
    show(figures, as_json=asked.json)


def show(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value}")
