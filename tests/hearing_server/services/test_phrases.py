"""What a clerk's desk is served to write with, and a clerk's own abbreviations from one hearing to the next."""

import dataclasses
from pathlib import Path

import pytest

from hearing_server.adapters.database import Database
from hearing_server.adapters.phrase_store import SqlAbbreviations
from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.phrases import ABBREVIATIONS
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings
from hearing_server.services.phrases import Phrases
from tests.hearing_server.domain.world import CLERK, COUNSEL, JUDGE, NOW, World
from tests.hearing_server.services.fakes import FakeEvents

ANNA = dataclasses.replace(CLERK, account="anna")
BENNO = dataclasses.replace(CLERK, id="clerk2", account="benno")
GUEST = dataclasses.replace(CLERK, id="clerk3")


async def test_own_abbreviations_are_kept_by_account(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/court.db")
    await database.start()
    try:
        events = FakeEvents(World(JUDGE, ANNA, BENNO, GUEST, COUNSEL))
        phrases = Phrases(Hearings(events, lambda: NOW), SqlAbbreviations(database))
        anna, benno, guest, counsel = (
            Seated(hearing="h1", party=party) for party in ("clerk", "clerk2", "clerk3", "counsel")
        )
        await phrases.keep(anna, [("jz", "举证"), ("xx", "待改")])
        await phrases.keep(anna, [("jz", "举证质证")])
        served = await phrases.served(anna)
        assert served["own"] == {"jz": "举证质证"}
        assert served["abbreviations"] == dict(ABBREVIATIONS)
        assert (await phrases.served(benno))["own"] == {}
        assert (await phrases.served(guest))["kept"] is False
        for seat, does in ((guest, phrases.keep(guest, [])), (counsel, phrases.served(counsel))):
            with pytest.raises(Refused) as refused:
                await does
            assert refused.value.code is Code.NOT_FOUND, seat
        await phrases.keep(anna, [])
        assert (await phrases.served(anna))["own"] == {}
    finally:
        await database.close()
