"""What a clerk's desk is served to write with: abbreviations, terms, templates; their own are kept by account."""

from typing import Any, Protocol

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.parties import Right, may
from hearing_server.domain.phrases import (
    ABBREVIATIONS,
    check_abbreviations,
    stage_of,
    templates,
    terms,
)
from hearing_server.services.access import Seated
from hearing_server.services.hearings import Hearings


class AbbreviationStore(Protocol):
    async def of(self, account: str) -> dict[str, str]:
        """Short to long, of one account."""

    async def keep(self, account: str, abbreviations: dict[str, str]) -> None:
        """These and no others, in one transaction."""


class Phrases:
    def __init__(self, hearings: Hearings, store: AbbreviationStore) -> None:
        self._hearings = hearings
        self._store = store

    async def served(self, seated: Seated) -> dict[str, Any]:
        """As plain JSON; Refused(not_found) for whoever does not write the record.

        `kept` says whether there is an account to keep one's own under.
        """
        state = await self._writing(seated)
        account = state.seats[seated.party].party.account
        filled = templates(state)
        return {
            "abbreviations": dict(ABBREVIATIONS),
            "own": await self._store.of(account) if account else {},
            "kept": bool(account),
            "terms": list(terms(state)),
            "templates": [
                {
                    "id": name,
                    "stage": stage_of(name),
                    "lines": [{"speaker": one.speaker, "text": one.text} for one in lines],
                }
                for name, lines in filled.items()
            ],
        }

    async def keep(self, seated: Seated, given: list[tuple[str, str]]) -> None:
        """The clerk's own abbreviations, instead of those before."""
        state = await self._writing(seated)
        account = state.seats[seated.party].party.account
        if not account:
            raise Refused(Code.NOT_FOUND, "no account")
        await self._store.keep(account, check_abbreviations(given))

    async def _writing(self, seated: Seated) -> HearingState:
        state = await self._hearings.state(seated.hearing)
        seat = state.seats[seated.party]
        if seat.removed or not may(seat.party.role, Right.WRITE):
            raise Refused(Code.NOT_FOUND)
        return state
