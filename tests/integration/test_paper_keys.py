"""Papers signed with a passkey besides, and with a key of the court's by whoever cannot sign with their own."""

import asyncio
import base64
import io
from pathlib import Path

from pypdf import PdfReader

from tests.hearing_server.web.authenticator import Device
from tests.transcript.court import handwriting

from .harness import ServerProcess
from .papers import checked, code_of, entering, made, pdf, person_of, refusal, sent, until
from .planner import case_body
from .staff import StaffClient
from .test_paper_bundle import contents, root_of
from .test_record import of, verify

STROKES = "[[[1,2,3,0.5],[3,4,20,0.6]]]"


async def test_a_passkey_and_a_key_of_the_courts(server: ServerProcess, tmp_path: Path) -> None:
    async with StaffClient(server) as clerk:
        await clerk.sign_in("clerk")
        case = await clerk.post("/cases", case_body(1))
        jia, yi, bing = (party["id"] for party in case["parties"])
        paper = (await made(clerk, case))["id"]
        await sent(clerk, paper, [jia, bing])
        one, two = [await person_of(clerk, paper, who) for who in (jia, bing)]
        async with entering(one, two):
            assert await code_of(one.post(paper, "/passkey", {})) == "not_read"
            await one.read(paper)
            device = Device(server.url)
            begun = await one.post(paper, "/passkey", {})
            answer = {"ticket": begun["ticket"], "credential": device.create(begun["options"])}
            await two.read(paper)
            assert await code_of(two.post(paper, "/passkey/made", answer)) == "bad_token"
            begun = await one.post(paper, "/passkey", {})
            answer = {"ticket": begun["ticket"], "credential": device.create(begun["options"])}
            used = await one.post(paper, "/passkey/made", answer)
            wrong = {**used["options"], "challenge": begun["options"]["challenge"]}
            answer = {"ticket": used["ticket"], "credential": device.get(wrong)}
            assert await code_of(one.post(paper, "/passkey/asserted", answer)) == "bad_credentials"
            begun = await one.post(paper, "/passkey", {})
            answer = {"ticket": begun["ticket"], "credential": device.create(begun["options"])}
            used = await one.post(paper, "/passkey/made", answer)
            answer = {"ticket": used["ticket"], "credential": device.get(used["options"])}
            await one.post(paper, "/passkey/asserted", answer)
            assert await code_of(one.post(paper, "/passkey", {})) == "no_change"
            await one.sign(paper, name_image="")  # typed: no hand is kept that no picture shows

            held = {
                "digest": (await two.get(paper))["digest"],
                "witness": "王法警（虚构）",
                "name_image": base64.b64encode(handwriting()).decode(),
                "strokes": STROKES,
            }
            assert await code_of(two.post(paper, "/held", held)) == "not_allowed"
            permit = f"/papers/{paper}/people/{bing}/key"
            assert await code_of(clerk.post(permit, {"reason": " "})) == "empty"
            assert await refusal(
                clerk.post(f"/papers/{paper}/people/{yi}/key", {"reason": "x"})
            ) == ("not_a_signer", 409)
            await clerk.post(permit, {"reason": "双手受伤"})
            assert await code_of(clerk.post(permit, {"reason": "双手受伤"})) == "no_change"
            assert (await two.get(paper))["signing"]["permitted"]["text"] == "双手受伤"
            assert await code_of(two.post(paper, "/held", {**held, "witness": " "})) == "empty"
            other = {**held, "digest": "0" * 64}
            assert await code_of(two.post(paper, "/held", other)) == "other_digest"
            await two.post(paper, "/held", held)
            assert await code_of(two.post(paper, "/held", held)) == "already_answered"
        board = await until(clerk, paper, "phase", "complete")
        first, second = board["signers"]
        assert first["asserted_at"]
        assert not first["held"]
        assert (second["held"], second["witness"]) == (True, "王法警（虚构）")
        codes = await checked(server, await pdf(clerk, f"/papers/{paper}/file"))
        assert (codes.count("signature"), codes.count("held_key")) == (1, 1)
        report = await pdf(clerk, f"/papers/{paper}/evidence")
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(report)).pages)
        said = said.replace("\n", "").replace("\u200b", "")
        assert "法院代管密钥，见证人 王法警（虚构）（双手受伤）" in said
        assert "以通行密钥确认" in said
        data = await pdf(clerk, f"/papers/{paper}/bundle")
    assert {f"assertions.d/{jia}.json", f"strokes.d/{bing}.json"} <= contents(data).keys()
    assert f"strokes.d/{jia}.json" not in contents(data)
    path = tmp_path / "paper.asice"
    path.write_bytes(data)
    code, findings = await asyncio.to_thread(verify, path, "--root", root_of(server))
    assert code == 0, findings
    assert {"assertion", "held_key", "signature"} <= set(of(findings, "ok"))
    assert not list((server.data / "keys").rglob("*held*"))
