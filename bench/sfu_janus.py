"""The same load through Debian's Janus 1.x VideoRoom, over its HTTP API.

libnice gathers no loopback candidates, so Janus runs in a network namespace of its own, joined to the
clients by a veth pair; its CPU time is read from its own accounting.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from aioice import stun

from bench.sfu_load import AUDIO_EXTENSIONS, VIDEO_EXTENSIONS, Client, Load, Track
from bench.sfu_server import cpu_seconds
from signaling.sfu.srtp import SrtpKeys
from tests.signaling.sfu.peer import CERTIFICATE, Peer

SPACE = f"hearing-bench-{os.getpid()}"
OURS, THEIRS = "10.213.77.1", "10.213.77.2"
API = f"http://{THEIRS}:8088/janus"
UFRAG, PASSWORD = "benchufrag", "benchpasswordbenchpassword"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"


class JanusPeer(Peer):
    """A full-ICE peer by its SDP: sends the nominating check and answers those of Janus."""

    def __init__(self) -> None:
        super().__init__(
            {
                "iceParameters": {"usernameFragment": "", "password": ""},
                "dtlsParameters": {"fingerprints": []},
                "iceCandidates": [{"port": 9}],
            },
            host=THEIRS,
        )

    def _open(self) -> None:
        super()._open()
        self.port = self.socket.getsockname()[1]

    def remote(self, sdp: str) -> None:
        """Take up what Janus said of itself."""
        lines = sdp.splitlines()
        self.ice = {
            "usernameFragment": value(lines, "a=ice-ufrag:"),
            "password": value(lines, "a=ice-pwd:"),
        }
        algorithm, digest = value(lines, "a=fingerprint:").split()
        self.server_fingerprints = [{"algorithm": algorithm, "value": digest}]
        candidates = [line.split() for line in lines if line.startswith("a=candidate:")]
        port = next(int(c[5]) for c in candidates if c[2].lower() == "udp" and c[4] == THEIRS)
        self.socket.connect((THEIRS, port))

    def request(self, *, password: str | None = None, nominate: bool = True) -> stun.Message:
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{self.ice['usernameFragment']}:{UFRAG}"
        message.attributes["PRIORITY"] = 1
        message.attributes["ICE-CONTROLLING"] = 1
        message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(self.ice["password"].encode())
        return message

    def _take(self, data: bytes) -> None:
        if data[0] < 4:
            message = stun.parse_message(data)
            if message.message_class == stun.Class.REQUEST:
                answer = stun.Message(
                    stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id
                )
                answer.attributes["XOR-MAPPED-ADDRESS"] = self.socket.getpeername()
                answer.add_message_integrity(PASSWORD.encode())
                self.send(bytes(answer))
                return
            if message.message_class == stun.Class.INDICATION:
                return
        super()._take(data)

    def about(self) -> list[str]:
        digest = next(p.value for p in CERTIFICATE.getFingerprints() if p.algorithm == "sha-256")
        return [
            f"c=IN IP4 {OURS}",
            "a=rtcp-mux",
            f"a=ice-ufrag:{UFRAG}",
            f"a=ice-pwd:{PASSWORD}",
            f"a=fingerprint:sha-256 {digest}",
            "a=setup:active",
            f"a=candidate:1 1 udp 2122260223 {OURS} {self.port} typ host",
        ]

    def client(self) -> Client:
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        if self.dtls._task is not None:
            self.dtls._task.cancel()
        keys = SrtpKeys(inbound=self.dtls._rx_srtp, outbound=self.dtls._tx_srtp)
        return Client(socket=self.socket, keys=keys, check=lambda: bytes(self.request()))


def value(lines: list[str], prefix: str) -> str:
    return next(line for line in lines if line.startswith(prefix)).removeprefix(prefix)


class Janus:
    """The process and one API session."""

    def __init__(self, folder: Path) -> None:
        run(f"ip netns add {SPACE}")
        run(f"ip link add hb{os.getpid()}a type veth peer name hb{os.getpid()}b netns {SPACE}")
        run(f"ip addr add {OURS}/24 dev hb{os.getpid()}a")
        run(f"ip link set hb{os.getpid()}a up")
        run(f"ip -n {SPACE} addr add {THEIRS}/24 dev hb{os.getpid()}b")
        run(f"ip -n {SPACE} link set hb{os.getpid()}b up")
        run(f"ip -n {SPACE} link set lo up")
        self._log = (folder / "janus.log").open("wb")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", SPACE, "janus", "--debug-level=3", "--disable-colors"],
            stdout=self._log,
            stderr=self._log,
        )
        self._session = self._wait()

    def _wait(self) -> str:
        for _ in range(100):
            try:
                return f"{API}/{post(API, {'janus': 'create'})['data']['id']}"
            except OSError:
                time.sleep(0.1)
        sys.exit("janus did not start")

    def handle(self) -> int:
        body = {"janus": "attach", "plugin": "janus.plugin.videoroom"}
        return int(post(self._session, body)["data"]["id"])

    def ask(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> Any:
        """A message to the plugin and what came back: the answer itself or its event."""
        message: dict[str, Any] = {"janus": "message", "body": body}
        if jsep is not None:
            message["jsep"] = jsep
        answer = post(f"{self._session}/{handle}", message)
        if answer["janus"] == "success":
            return answer
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for event in self._poll():
                if event.get("transaction") == answer["transaction"] and event["janus"] == "event":
                    return event
        sys.exit("janus did not answer")

    def _poll(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self._session}?maxev=20", timeout=40) as reply:
            events = json.load(reply)
        return events if isinstance(events, list) else [events]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self._log.close()
        run(f"ip netns del {SPACE}")


def run(command: str) -> None:
    subprocess.run(command.split(), check=True)


def post(url: str, body: dict[str, Any]) -> Any:
    data = json.dumps(body | {"transaction": os.urandom(6).hex()}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=40) as reply:
        return json.load(reply)


def publisher_offer(peer: JanusPeer, base: int) -> str:
    session = ["v=0", f"o=- 1 1 IN IP4 {OURS}", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
    video = [
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97", *peer.about(), "a=mid:0", "a=sendonly",
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", f"a=extmap:2 {ABS_SEND_TIME}",
        "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 goog-remb", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96",
        f"a=ssrc-group:FID {base} {base + 1}", f"a=ssrc:{base} cname:bench",
        f"a=ssrc:{base + 1} cname:bench",
    ]  # fmt: skip
    audio = [
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", *peer.about(), "a=mid:1", "a=sendonly",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", f"a=extmap:2 {ABS_SEND_TIME}",
        "a=rtpmap:111 opus/48000/2", f"a=ssrc:{base + 2} cname:bench",
    ]  # fmt: skip
    return "\r\n".join([*session, *video, *audio]) + "\r\n"


def viewer_answer(peer: JanusPeer, offer: str) -> str:
    """Take everything that is offered, to receive."""
    out = ["v=0", f"o=- 1 1 IN IP4 {OURS}", "s=-", "t=0 0"]
    for line in offer.splitlines():
        if line.startswith("a=group:BUNDLE"):
            out.append(line)
        elif line.startswith("m="):
            out += [line, *peer.about(), "a=recvonly"]
        elif line.startswith(("a=mid:", "a=rtpmap:", "a=fmtp:", "a=extmap:", "a=rtcp-fb:")):
            out.append(line)
    return "\r\n".join(out) + "\r\n"


async def publish(janus: Janus, room: int, base: int) -> tuple[Client, int]:
    peer, handle = JanusPeer(), janus.handle()
    offer = {"type": "offer", "sdp": publisher_offer(peer, base)}
    body = {"request": "joinandconfigure", "room": room, "ptype": "publisher"}
    event = await asyncio.to_thread(janus.ask, handle, body, offer)
    peer.remote(event["jsep"]["sdp"])
    await peer.check()
    await peer.shake_hands()
    client = peer.client()
    client.tracks = [
        Track(ssrc=base, payload_type=96, extensions=VIDEO_EXTENSIONS),
        Track(ssrc=base + 2, payload_type=111, extensions=AUDIO_EXTENSIONS),
    ]
    return client, int(event["plugindata"]["data"]["id"])


async def subscribe(janus: Janus, room: int, feeds: list[int]) -> Client:
    peer, handle = JanusPeer(), janus.handle()
    streams = [{"feed": feed} for feed in feeds]
    body = {"request": "join", "room": room, "ptype": "subscriber", "streams": streams}
    event = await asyncio.to_thread(janus.ask, handle, body)
    offer = event["jsep"]["sdp"]
    answer = {"type": "answer", "sdp": viewer_answer(peer, offer)}
    peer.remote(offer)
    await asyncio.to_thread(janus.ask, handle, {"request": "start"}, answer)
    await peer.check()
    await peer.shake_hands()
    client = peer.client()
    found = [line.split()[0] for line in offer.splitlines() if line.startswith("a=ssrc:")]
    client.ssrcs = sorted({int(each.removeprefix("a=ssrc:")) for each in found})
    return client


async def fill(janus: Janus, rooms: int, parties: int, record: Path | None) -> list[Client]:
    clients: list[Client] = []
    for room in range(1, rooms + 1):
        create: dict[str, Any] = {
            "request": "create", "room": room, "publishers": parties, "bitrate": 1_500_000,
            "audiocodec": "opus", "videocodec": "vp8",
        }  # fmt: skip
        if record is not None:
            create |= {"record": True, "rec_dir": str(record)}
        janus.ask(janus.handle(), create)
        feeds = []
        for party in range(parties):
            client, feed = await publish(janus, room, (room * 64 + party) * 16)
            clients.append(client)
            feeds.append(feed)
        for feed in feeds:
            clients.append(await subscribe(janus, room, [f for f in feeds if f != feed]))
    return clients


def check() -> None:
    """Exit in one line where Janus cannot be run."""
    if shutil.which("janus") is None:
        sys.exit("janus is not installed: apt-get install janus")
    if os.geteuid() != 0:
        sys.exit("the bench against janus needs root, for a network namespace")


def measure(rooms: int, parties: int, seconds: float, *, record: bool) -> dict[str, Any]:
    """`peer_us_per_sent` and what else tells whether Janus really did the same."""
    with tempfile.TemporaryDirectory() as folder:
        janus = Janus(Path(folder))
        try:
            where = Path(folder) if record else None
            load = Load(asyncio.run(fill(janus, rooms, parties, where)))
            load.run(time.monotonic() + 2)
            load.delays.clear()
            before, count = cpu_seconds(janus.process.pid), received(load)
            began = time.monotonic()
            load.run(began + seconds)
            spent = cpu_seconds(janus.process.pid) - before
            sent, took = received(load) - count, time.monotonic() - began
        finally:
            janus.close()
    if not sent:
        sys.exit("janus forwarded nothing")
    return {
        "peer_us_per_sent": round(spent / sent * 1e6, 2),
        "peer_sent_pps": round(sent / took),
    }


def received(load: Load) -> int:
    return sum(client.received for client in load.clients)
