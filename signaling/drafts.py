"""What the recogniser heard and the clerk has not yet accepted or dropped. Pure.

Not in the log: it is a machine's guess at what the recording holds, and becomes part of the record when a
person says so, as any line. The desks of one room share them; a desk that comes back is told all of them.
"""

from dataclasses import dataclass

from hearing_server.domain.errors import Code, Refused
from hearing_server.services.speech import Heard

MOST = 200  # the oldest gives way: its sound is in the recording


@dataclass(eq=False)
class Draft:
    heard: Heard
    claimed: bool = False  # a desk enters it just now


class Drafts:
    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}  # by utterance, in the order in which they began
        self._settled: dict[str, None] = {}  # dropped while it was still being said

    @property
    def all(self) -> list[Heard]:
        return [draft.heard for draft in self._drafts.values()]

    def take(self, heard: Heard) -> list[str]:
        """Add or renew a draft; the ones that had to give way. A dropped one does not come back."""
        if heard.utterance in self._settled:
            return [heard.utterance]
        known = self._drafts.get(heard.utterance)
        if known is not None:
            known.heard = heard
            return []
        self._drafts[heard.utterance] = Draft(heard)
        gone = list(self._drafts)[: max(0, len(self._drafts) - MOST)]
        for utterance in gone:
            del self._drafts[utterance]
        return gone

    def cut_off(self) -> list[str]:
        """What was being said when the recogniser died is not heard to its end."""
        gone = [name for name, draft in self._drafts.items() if not draft.heard.final]
        for name in gone:
            del self._drafts[name]
        return gone

    def drop(self, utterance: str) -> None:
        """unknown_draft where another desk was first."""
        self._must(utterance)
        del self._drafts[utterance]
        self._settled[utterance] = None
        while len(self._settled) > MOST:
            del self._settled[next(iter(self._settled))]

    def claim(self, utterance: str) -> Heard:
        """For a desk that enters it: no other may meanwhile. Then `drop`, or `give_back`."""
        draft = self._must(utterance)
        if not draft.heard.final:
            raise Refused(Code.UNKNOWN_DRAFT, "not said to its end")
        draft.claimed = True
        return draft.heard

    def give_back(self, utterance: str) -> None:
        if utterance in self._drafts:
            self._drafts[utterance].claimed = False

    def settle(self, utterance: str) -> None:
        """It is a line now."""
        self._drafts.pop(utterance, None)

    def _must(self, utterance: str) -> Draft:
        draft = self._drafts.get(utterance)
        if draft is None or draft.claimed:
            raise Refused(Code.UNKNOWN_DRAFT)
        return draft
