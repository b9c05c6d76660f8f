"""Signing on a real server: known once more, a key of the court's beside a witness, many at once."""

import asyncio
import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import parse_cbor

from tests.hearing_server.web.authenticator import Device, decoded, encoded
from tests.transcript.court import handwriting, printed_text

from .entering import Planned, planned, refused
from .harness import Client, Refusal
from .signer import BrowserKey, read, sign
from .speaking import vp8
from .test_story import verify

STROKES = json.dumps([[[1, 2, 0, 0.5], [3.5, 4, 16, 0.6]], [[9, 9, 400, 0.4]]])


async def until_frozen(court: Planned, judge: Client, desk: Client, *parties: Client) -> None:
    """Opened, one line, closed, frozen, sealed; everybody has seen it."""
    for one in parties:
        await one.connect()
        one.welcome = await one.ask("enter", accepted_as="某某（虚构）", camera="ready")
        await judge.ask("admit", party=one.seat)
    await judge.ask("open_hearing")
    await desk.ask("enter_line", speaker=judge.seat, text="现在开庭。")
    await judge.ask("close_hearing", override="演示")
    await desk.ask("freeze_transcript")
    for one in (judge, desk, *parties):
        await one.event("transcript_sealed", version=1)


async def test_a_code_of_the_entry_does_not_sign(tmp_path: Path) -> None:
    """A new one is asked for before the signature; to refuse, nobody needs one."""
    async with (
        planned(tmp_path, sign_code=True) as court,
        court.bench() as judge,
        court.desk() as desk,
        court.browser("plaintiff") as one,
        court.browser("defendant") as other,
    ):
        code = f"/api/seats/{one.seat}/code"
        assert await refused(one.post(code, {})) == "no_change", "there is nothing to sign yet"
        await until_frozen(court, judge, desk, one, other)
        assert await refused(sign(one)) == "identity_not_confirmed"
        await one.post(code, {})
        await one.post(f"{code}/confirm", {"code": await court.code()})
        await one.event("code_confirmed", party=one.seat)
        async with court.browser("plaintiff") as thief:  # the same link, in a browser of their own
            asked = {"version": 1, "public_key": BrowserKey().public, "name_image": ""}
            path = f"/api/seats/{one.seat}/signature"
            await read(one)
            assert await refused(thief.post(path, asked)) == "identity_not_confirmed"
            passkey = thief.post(f"{path}/passkey", {"version": 1})
            assert await refused(passkey) == "identity_not_confirmed", "nor is their device kept"
        await sign(one)
        assert await refused(one.post(code, {})) == "no_change", "the signature is given"
        await other.ask("refuse_signature", version=1, reason="记录不完整")
        sealed = await judge.event("refusal_sealed", party=other.seat)
        pdf = await desk.get(f"/api/seats/{desk.seat}/transcript/1.pdf")
        assert hashlib.sha256(pdf).hexdigest() == sealed["event"]["sha256"]
        assert "记录不完整" in printed_text(pdf, tmp_path)
        await sign(desk)
        await sign(judge)
        await desk.event("transcript_archived", version=1)


@pytest.mark.parametrize(
    ("demand", "missing"), [("sign_identity", "camera"), ("sign_code", "code")]
)
async def test_whom_the_clerk_sees_signs_in_the_browser_that_they_sit_at(
    tmp_path: Path, demand: str, missing: str
) -> None:
    """Who has the link too, elsewhere, does not sign with somebody else's face."""
    async with (
        planned(tmp_path, **{demand: True}) as court,
        court.bench() as judge,
        court.desk() as desk,
        court.browser("plaintiff") as one,
    ):
        await until_frozen(court, judge, desk, one)
        await read(one)
        made = await one.ask("create_transport", direction="send")
        camera = {"source": "camera", "kind": "video", "rtp_parameters": vp8(1000)}
        await one.ask("produce", transport=made["transport"], **camera)
        await desk.ask("identify_signer", party=one.seat, version=1)
        async with court.browser("plaintiff") as thief:
            asked = {"version": 1, "public_key": BrowserKey().public, "name_image": ""}
            with pytest.raises(Refusal, match=f"identity_not_confirmed: {missing}"):
                await thief.post(f"/api/seats/{one.seat}/signature", asked)
        await sign(one)


async def test_a_key_of_the_courts_is_lent_with_leave_and_named_everywhere(tmp_path: Path) -> None:
    """In the log, in what is seen of the signature, in its certificate and so to whoever verifies the file."""
    async with (
        planned(tmp_path) as court,
        court.bench() as judge,
        court.desk() as desk,
        court.browser("defendant") as one,
        court.browser("plaintiff") as other,
    ):
        await until_frozen(court, judge, desk, one, other)
        held = f"/api/seats/{one.seat}/signature/held"
        body = {
            "version": 1,
            "witness": "王警官（虚构）",
            "name_image": base64.b64encode(handwriting()).decode(),
            "strokes": STROKES,
        }
        await read(one)
        assert await refused(one.post(held, body)) == "not_allowed"
        await desk.ask("permit_held_key", party=one.seat, reason="双手受伤")
        await one.event("held_key_permitted", party=one.seat)
        assert not [
            t for t in other.tells if t.get("event", {}).get("type") == "held_key_permitted"
        ]
        assert await refused(one.post(held, {**body, "witness": "  "})) == "empty"
        assert await refused(one.post(held, {**body, "strokes": "[[1,2]]"})) == "bad_message"
        assert await refused(other.post(held, body)) in {"no_session", "not_found"}
        sha256 = (await one.post(held, body))["sha256"]
        signed = (await desk.event("transcript_signed", party=one.seat))["event"]
        assert (signed["key"], signed["witness"]) == ("held", "王警官（虚构）")
        assert signed["strokes_sha256"] == hashlib.sha256(STROKES.encode()).hexdigest()
        kept = list((court.server.data / "documents").glob("*/strokes/*.json"))
        assert [path.read_text() for path in kept] == [STROKES]
        await sign(other, strokes=STROKES)
        for one in (desk, judge):
            await sign(one)
        await desk.event("transcript_archived", version=1)
        pdf = await desk.get(f"/api/seats/{desk.seat}/transcript/1.pdf")
        assert sha256 != hashlib.sha256(pdf).hexdigest()
        path = tmp_path / "signed.pdf"
        path.write_bytes(pdf)
        said = await asyncio.to_thread(verify, path, court.server.data)
        assert said.returncode == 0, said.stdout
        assert said.stdout.count("with a key that the court's server held") == 1
        info = await asyncio.to_thread(
            subprocess.run, ["pdfsig", "-nocert", str(path)], capture_output=True, text=True
        )
        assert (
            info.stdout.count("Signature is Valid") == 5
        )  # seal and four; it judges no timestamps
        assert not list((court.server.data / "keys").rglob("*held*")), "the key is kept nowhere"


async def test_whoever_never_answers_keeps_nobody_from_signing(tmp_path: Path) -> None:
    """Their turn is over, and comes again when they ask."""
    async with (
        planned(tmp_path) as court,
        court.bench() as judge,
        court.desk() as desk,
        court.browser("plaintiff") as one,
        court.browser("defendant") as other,
    ):
        await until_frozen(court, judge, desk, one, other)
        key = BrowserKey()
        path = f"/api/seats/{one.seat}/signature"
        asked = {"version": 1, "public_key": key.public, "name_image": ""}
        await read(one)
        prepared = await one.post(path, asked)
        await sign(other)
        late = {"signature": key.sign(prepared["to_be_signed"])}
        assert await refused(one.post(f"{path}/{prepared['preparation']}", late)) == "not_found"
        await sign(one)


async def test_a_device_answers_over_the_digest_of_what_is_signed(tmp_path: Path) -> None:
    """Its own passkey, its user verified, this version: kept, and in the log by its hash."""
    async with (
        planned(tmp_path) as court,
        court.bench() as judge,
        court.desk() as desk,
        court.browser("plaintiff") as one,
        court.browser("defendant") as other,
    ):
        await until_frozen(court, judge, desk, one, other)
        path = f"/api/seats/{one.seat}/signature/passkey"
        assert await refused(one.post(path, {"version": 1})) == "not_read"
        await read(one)
        device = Device(court.server.url)
        begun = await one.post(path, {"version": 1})
        answer = {"ticket": begun["ticket"], "credential": device.create(begun["options"])}
        used = await one.post(f"{path}/made", answer)
        assert await refused(one.post(f"{path}/made", answer)) == "bad_token", "each once"
        answer = {"ticket": used["ticket"], "credential": device.get(used["options"])}
        sha256 = (await one.post(f"{path}/asserted", answer))["sha256"]
        told = (await desk.event("signer_asserted", party=one.seat))["event"]
        assert (told["version"], told["sha256"]) == (1, sha256)
        assert not [t for t in other.tells if t.get("event", {}).get("type") == "signer_asserted"]
        (kept,) = (court.server.data / "documents").glob("*/assertions/*.json")
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == sha256
        assert checks(json.loads(kept.read_bytes())), "anybody can check it, without the server"

        assert await refused(one.post(path, {"version": 1})) == "no_change", "once a version"
        await read(other)
        path = f"/api/seats/{other.seat}/signature/passkey"
        begun = await other.post(path, {"version": 1})
        lies = Device("https://elsewhere.example")
        answer = {"ticket": begun["ticket"], "credential": lies.create(begun["options"])}
        assert await refused(other.post(f"{path}/made", answer)) == "bad_credentials"
        begun = await other.post(path, {"version": 1})
        fresh = Device(court.server.url)
        answer = {"ticket": begun["ticket"], "credential": fresh.create(begun["options"])}
        used = await other.post(f"{path}/made", answer)
        other_digest = {**used["options"], "challenge": begun["options"]["challenge"]}
        answer = {"ticket": used["ticket"], "credential": fresh.get(other_digest)}
        assert await refused(other.post(f"{path}/asserted", answer)) == "bad_credentials"
        await sign(other)
        assert await refused(other.post(path, {"version": 1})) == "already_answered"


def checks(kept: dict[str, Any]) -> bool:
    """WebAuthn section 7.2, with nothing but what was kept."""
    response = kept["assertion"]["response"]
    client = decoded(response["clientDataJSON"])
    asked = hashlib.sha256(
        b"hearing-server transcript signature\0" + bytes.fromhex(kept["digest"])
    ).digest()
    assert json.loads(client)["challenge"] == encoded(asked)
    key = parse_cbor(bytes.fromhex(kept["public_key"]))
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(key[-2]), int.from_bytes(key[-3]), ec.SECP256R1()
    )
    signed = decoded(response["authenticatorData"]) + hashlib.sha256(client).digest()
    numbers.public_key().verify(decoded(response["signature"]), signed, ec.ECDSA(hashes.SHA256()))
    return True
