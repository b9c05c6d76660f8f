"""The evidence report: who took part, how they proved who they are, and each step that they took. Pure.

It is made from the entries that stand open in the very copy that it goes into, so that it tells its reader
nothing that the log beside it does not. Numbers of documents, codes and what was said in private are in no
field that it takes.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from hearing_server.domain import events as ev
from hearing_server.domain.facts import tag
from hearing_server.domain.log import Entry

FORMAT = "hearing-evidence/1"

# Which facts are steps, and what of them is told beside party and time.
STEPS: Mapping[type, tuple[str, ...]] = {
    ev.CodeConfirmed: ("channel",),
    ev.ConsentGiven: (),
    ev.ConsentWithdrawn: ("reason",),
    ev.FaultExplained: ("explanation", "sha256"),
    ev.HearingClosed: (),
    ev.HearingOpened: (),
    ev.HeldKeyPermitted: ("reason",),
    ev.IdentityConfirmed: ("document",),
    ev.KioskCalled: (),
    ev.NoRecordingPromised: (),
    ev.ObjectionAccepted: ("objection", "revision"),
    ev.ObjectionMade: ("objection", "version", "line", "place", "quote", "wording", "reason"),
    ev.ObjectionRefused: ("objection", "reason"),
    ev.ObjectionWithdrawn: ("objection",),
    ev.OfficerStepDone: ("step", "officer"),
    ev.PartyAdmitted: (),
    ev.PartyArrived: (),
    ev.PartyLeft: ("cause",),
    ev.PartyRemoved: ("reason",),
    ev.PassagesConfirmed: ("version", "passages"),
    ev.RefusalSealed: ("version", "sha256"),
    ev.RulesAccepted: (),
    ev.SignatureRefused: ("version", "reason"),
    ev.SignerAsserted: ("version", "sha256"),
    ev.SignerIdentified: ("version",),
    ev.TranscriptArchived: ("version", "sha256"),
    ev.TranscriptFrozen: ("version", "digest", "lines", "signers"),
    ev.TranscriptRead: ("version", "page"),
    ev.TranscriptSealed: ("version", "pages", "sha256"),
    ev.TranscriptSigned: (
        "version",
        "sha256",
        "certificate_sha256",
        "name_image_sha256",
        "strokes_sha256",
        "key",
        "witness",
    ),
}


_ANSWERS = ev.ObjectionAccepted | ev.ObjectionRefused | ev.ObjectionWithdrawn


def step(entry: Entry) -> dict[str, Any] | None:
    """An entry as a step of the report, None where it is none; plain JSON values."""
    event = entry.event
    told = STEPS.get(type(event))
    if told is None:
        return None
    more = {name: _plain(getattr(event, name)) for name in told}
    if isinstance(
        event, ev.IdentityConfirmed
    ):  # what kind of document; a clerk may have typed its number
        more["document"] = "".join("*" if one.isdigit() else one for one in event.document)
    party = getattr(event, "party", "") or (entry.by if isinstance(event, _ANSWERS) else "")
    if isinstance(event, ev.PartyRemoved) and event.successor:
        more["successor"] = event.successor
    return {"entry": entry.seq, "at": entry.at, "kind": tag(type(event)), "party": party, **more}


def steps(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """In the order of the log."""
    return [one for one in map(step, entries) if one is not None]


def parties_of(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """Whom these steps are about, each once, in the order in which they come up."""
    found: dict[str, None] = {}
    for one in told:
        for party in (one["party"], *one.get("signers", ())):
            if party:
                found[party] = None
    return list(found)


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
