"""kill -9 of the server amid a paper's life: what was acknowledged stands, nothing is there twice, it goes on."""

import asyncio
import contextlib
import json
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.hearing_server.adapters.examining import files

from .harness import ServerProcess, serving
from .papers import (
    checked,
    code_of,
    entering,
    made,
    pdf,
    people,
    person_of,
    sent,
    settled,
    until,
)
from .planner import case_body, soon
from .post_office import MailBox
from .staff import StaffClient

pytestmark = pytest.mark.fault


class Mortal:
    """A server that dies at a moment that the test names (fatal.py), and is started again."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self._said = Path(server.environment["FATAL"])

    def dies(self, moment: str) -> None:
        self._said.write_text(moment)

    async def died(self, *again: str) -> None:
        """It has died of that, by itself, and was started to die of each of these; now it is there again."""
        await self._gone()
        for moment in again:
            self.dies(moment)
            self.server.process = await asyncio.to_thread(self.server.begin)
            await self._gone()
        await self.server.start()

    async def _gone(self) -> None:
        process = self.server.process
        assert process is not None
        assert await asyncio.to_thread(process.wait, 60) == -signal.SIGKILL
        assert not self._said.exists()

    async def unanswered(self, asked: Any) -> None:
        """Whoever asks for this is given no answer."""
        with pytest.raises(aiohttp.ClientError):
            await asked
        await self.died()

    async def log(self, paper: str) -> Counter[str]:
        """What happened to the paper, and how often."""
        return await asyncio.to_thread(self._log, paper)

    def _log(self, paper: str) -> Counter[str]:
        path = self.server.data / "hearings.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as database:
            rows = database.execute("select record from event where hearing = ?", (paper,))
            return Counter(json.loads(record)["event"]["type"] for (record,) in rows)


@contextlib.asynccontextmanager
async def mortal(folder: Path, **settings: str) -> AsyncIterator[tuple[Mortal, StaffClient]]:
    own = {"FATAL": str(folder / "fatal"), **settings}
    async with (
        serving(folder / "data", main="tests.integration.fatal", **own) as server,
        StaffClient(server) as clerk,
    ):
        yield Mortal(server), await clerk.sign_in("clerk")


@pytest.mark.timeout(240)
async def test_made_sealed_and_sent_round(tmp_path: Path) -> None:
    """An upload that came to nothing leaves nothing; the seal is made once, and each letter goes out once."""
    async with MailBox() as mail, mortal(tmp_path, **mail.settings) as (server, clerk):
        case = await clerk.post("/cases", case_body(1, parties=people(1)))
        folder, p1 = clerk.server.data / "papers", case["parties"][0]["id"]
        url = f"{clerk.server.url}/api/staff/cases/{case['id']}/papers-file?title=x&language=en"
        server.dies("before paper_made")
        await server.unanswered(clerk.http.post(url, data=files.pdf(2)))
        assert (await clerk.get(f"/cases/{case['id']}/papers"))["papers"] == []
        assert list(folder.rglob("*")) == []
        server.dies("after paper_made")
        await server.unanswered(clerk.http.post(url, data=files.pdf(2)))
        (listed,) = (await clerk.get(f"/cases/{case['id']}/papers"))["papers"]
        paper = listed["id"]

        server.dies("before paper_sealed")
        await clerk.post(f"/papers/{paper}/signing", {"people": [p1], "deadline": soon(48)})
        await server.died("after paper_sealed", "before letter_delivered")
        board = await settled(
            lambda: clerk.get(f"/papers/{paper}"),
            lambda board: board["signers"][0]["letters"][0]["delivered_at"],
        )
        assert board["phase"] == "signing"
        assert len(mail.mails) == 1
        assert set((await server.log(paper)).values()) == {1}
        assert not list(folder.rglob(".*"))
        await checked(clerk.server, await pdf(clerk, f"/papers/{paper}/file"))


@pytest.mark.timeout(240)
async def test_signed_and_finished(tmp_path: Path) -> None:
    """A signature that was not acknowledged is there or is not, and their next try says so."""
    async with mortal(tmp_path) as (server, clerk):
        case = await clerk.post("/cases", case_body(2))
        jia, yi, _ = (party["id"] for party in case["parties"])
        paper = (await made(clerk, case))["id"]
        await sent(clerk, paper, [jia, yi])
        one, two = [await person_of(clerk, paper, person) for person in (jia, yi)]
        async with entering(one, two):
            await one.read(paper)
            server.dies("before paper_signed")
            await server.unanswered(one.finish(paper, await one.prepare(paper)))
            about = await one.get(paper)
            assert about["signing"]["signed_at"] is None
            assert about["signing"]["read_to"] == about["pages"]
            held = await one.prepare(paper)
            await server.server.stop(signal.SIGKILL)  # while the file is held for the signature
            await server.server.start()
            assert await code_of(one.finish(paper, held)) == "not_found"  # as a hold that ran out
            server.dies("after paper_signed")
            await server.unanswered(one.finish(paper, await one.prepare(paper)))
            assert (await one.get(paper))["signing"]["signed_at"]
            assert await code_of(one.prepare(paper)) == "already_answered"
            server.dies("before paper_completed")
            await two.sign(paper)
            await server.died("after paper_completed")
        await until(clerk, paper, "phase", "complete")
        assert (await server.log(paper))["paper_signed"] == 2
        assert (await server.log(paper))["paper_completed"] == 1
        final = await pdf(clerk, f"/papers/{paper}/file")
        codes = await checked(clerk.server, final)
        assert (codes.count("signature"), codes.count("archived")) == (2, 1)


@pytest.mark.timeout(240)
async def test_many_press_and_the_server_goes(tmp_path: Path) -> None:
    """Whoever was told that they have signed, has; everybody else signs when it is back."""
    async with serving(tmp_path / "data") as server, StaffClient(server) as clerk:
        await clerk.sign_in("clerk")
        case = await clerk.post("/cases", case_body(3, parties=people(10)))
        who = [party["id"] for party in case["parties"]]
        paper = (await made(clerk, case))["id"]
        await sent(clerk, paper, who)
        signers = [await person_of(clerk, paper, person) for person in who]
        async with entering(*signers):
            pressing = [asyncio.create_task(one.sign(paper), name=one.person) for one in signers]
            told: list[str] = []
            for answered in asyncio.as_completed(pressing):
                told.append(await answered)
                if len(told) == 3:
                    break
            await server.stop(signal.SIGKILL)
            await asyncio.gather(*pressing, return_exceptions=True)
            told = [task.get_name() for task in pressing if not task.exception()]
            await server.start()
            board = await clerk.get(f"/papers/{paper}")
            signed = {row["person"] for row in board["signers"] if row["state"] == "signed"}
            assert signed >= set(told)
            assert len(signed) < 10, "it was killed too late to show anything"
            rest = [one for one in signers if one.person not in signed]
            await asyncio.gather(*(one.sign(paper) for one in rest))
        await until(clerk, paper, "phase", "complete")
        final = await pdf(clerk, f"/papers/{paper}/file")
        assert (await checked(server, final)).count("signature") == 10


@pytest.mark.timeout(240)
async def test_served(tmp_path: Path) -> None:
    """A service stands with its notice and its letter, or not at all."""
    async with MailBox() as mail, mortal(tmp_path, **mail.settings) as (server, clerk):
        case = await clerk.post("/cases", case_body(4))
        jia = case["parties"][0]["id"]
        paper = (await made(clerk, case))["id"]
        await sent(clerk, paper, [])
        ways = {"how": "express", "through": "form", "ways": ["email", "portal"]}
        await clerk.post(f"/cases/{case['id']}/consents/{jia}", {**ways, "confirmed": ["email"]})
        serve = {"person": jia, "ways": ["email", "portal"]}
        server.dies("before service_begun")
        await server.unanswered(clerk.post(f"/papers/{paper}/services", serve))
        assert (await clerk.get(f"/papers/{paper}"))["services"] == []
        server.dies("after service_begun")
        await server.unanswered(clerk.post(f"/papers/{paper}/services", serve))
        assert await code_of(clerk.post(f"/papers/{paper}/services", serve)) == "no_change"
        one = await person_of(clerk, paper, jia)
        async with entering(one):
            assert await checked(clerk.server, await one.get(paper, "/notice"))
            await mail.got(1)
            await settled(
                lambda: one.get(paper), lambda about: "email" in about["service"]["delivered"]
            )
            server.dies("after receipt_confirmed")
            await server.unanswered(one.post(paper, "/receipt", {}))
            assert await code_of(one.post(paper, "/receipt", {})) == "no_change"
        log = await server.log(paper)
        once = ("service_begun", "notice_sealed", "receipt_confirmed", "letter_queued")
        assert [log[kind] for kind in once] == [1, 1, 1, 1]
        assert len(mail.mails) == 1
        proof = await pdf(clerk, f"/papers/{paper}/services/{jia}/proof")
        assert {"seal", "digest"} <= set(await checked(clerk.server, proof))
