"""Objections to a paper, and the clerk's answers: what each side sees, and what may be done after them."""

import io

from pypdf import PdfReader

from .harness import ServerProcess
from .papers import VALUES, checked, code_of, entering, made, pdf, person_of, refusal, sent, until
from .planner import case_body
from .staff import StaffClient


async def test_declined_then_accepted_and_made_again(server: ServerProcess) -> None:
    """Not accepted, they may sign; accepted, the paper goes with the signature it has, and a new one is made."""
    async with StaffClient(server) as clerk:
        await clerk.sign_in("clerk")
        case = await clerk.post("/cases", case_body(1))
        jia, yi, bing = (party["id"] for party in case["parties"])
        paper = (await made(clerk, case))["id"]
        await sent(clerk, paper, [jia, yi, bing])
        answers = f"/papers/{paper}/answers"
        one, two, three = [await person_of(clerk, paper, who) for who in (jia, yi, bing)]
        async with entering(one, two, three):
            await one.read(paper)
            await one.post(paper, "/objection", {"text": "日期不对"})
            assert await code_of(one.prepare(paper)) == "objection_open"
            declined = {"person": jia, "objection": 1, "accepted": False, "reason": "日期无误"}
            assert await code_of(clerk.post(answers, {**declined, "reason": " "})) == "empty"
            assert await code_of(clerk.post(answers, {**declined, "objection": 2})) == "not_found"
            assert await code_of(clerk.post(answers, {**declined, "person": "x"})) == "not_a_signer"
            board = await clerk.post(answers, declined)
            assert board["signers"][0]["state"] == "opened"
            assert await code_of(clerk.post(answers, declined)) == "already_answered"
            (said,) = (await one.get(paper))["signing"]["objections"]
            assert (said["answer"]["accepted"], said["answer"]["reason"]) == (False, "日期无误")
            await one.sign(paper)

            await two.read(paper)
            await two.post(paper, "/objection", {"text": "数额应为九万元"})
            accepted = {"person": yi, "objection": 1, "accepted": True, "reason": "数额有误"}
            board = await clerk.post(answers, accepted)
            assert (board["phase"], board["withdrawn"]["text"]) == ("withdrawn", "数额有误")
            for person in (one, two):  # who signed, and who objected
                about = await person.get(paper)
                assert about["withdrawn"]["text"] == "数额有误"
            assert await refusal(three.get(paper)) == ("not_found", 404)
            assert await code_of(two.prepare(paper)) == "wrong_phase"

            again = {**VALUES, "terms": "乙某向甲某支付人民币九万元。"}
            new = await made(clerk, case, values=again, replaces=paper)
            assert new["replaces"] == paper
            assert await code_of(made(clerk, case, replaces=new["id"])) == "wrong_phase"
            other = await clerk.post("/cases", case_body(2))
            assert await code_of(made(clerk, other, replaces=paper)) == "not_found"
            await sent(clerk, new["id"], [jia, yi])
            await one.sign(new["id"])
            await two.sign(new["id"])
            await until(clerk, new["id"], "phase", "complete")
        report = await pdf(clerk, f"/papers/{paper}/evidence")
        await checked(server, report)
        pages = PdfReader(io.BytesIO(report)).pages
        said = "".join(page.extract_text() for page in pages).replace("\n", "")
        said = said.replace("\u200b", "")
        assert "不予采纳：日期无误" in said
        assert "予以采纳：数额有误" in said
