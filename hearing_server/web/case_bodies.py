"""What the pages of cases and planning send and get, and how it becomes the domain's and back."""

from collections.abc import Callable
from typing import Any

import msgspec

from hearing_server.domain.cases import Case, CaseParty, Courtroom, Fault, Problem
from hearing_server.domain.events import ChecklistItem, Demands, Screening, Stage
from hearing_server.domain.parties import Role, Side
from hearing_server.domain.planning import Clash
from hearing_server.domain.procedures import Procedure
from hearing_server.domain.wish import StaffSeat, Wish
from hearing_server.services.cases import Import, bad_fields
from hearing_server.services.outbox import Listed
from hearing_server.services.planning import Sitting

SHOWN = 200  # cases of an import that are shown


class PartyBody(msgspec.Struct, forbid_unknown_fields=True):
    """`id` is the server's for a person it knows, else any that links within this body."""

    id: str
    role: str
    name: str
    side: str = "neutral"
    email: str = ""
    telephone: str = ""
    language: str = "zh-CN"
    interpreter_for: list[str] = []
    counsel_for: list[str] = []
    sign_language: bool = False
    notes: str = ""
    detained_at: str = ""


class CaseBody(msgspec.Struct, forbid_unknown_fields=True):
    number: str
    procedure: str
    title: str
    parties: list[PartyBody]
    version: int = 0


class CloseBody(msgspec.Struct, forbid_unknown_fields=True):
    closed: bool


class CourtroomBody(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    site: str = ""
    active: bool = True


class SeatBody(msgspec.Struct, forbid_unknown_fields=True):
    role: str
    account: str = ""
    name: str = ""


class ItemBody(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    stage: str
    text: str = ""


class DemandsBody(msgspec.Struct, forbid_unknown_fields=True):
    code: bool = False
    identity: bool = False
    sign_code: bool = False
    sign_identity: bool = False


class ScreeningBody(msgspec.Struct, forbid_unknown_fields=True):
    party: str
    hidden_from: list[str]
    sight: bool = True
    sound: bool = True
    alias: str = ""


class WishBody(msgspec.Struct, forbid_unknown_fields=True):
    case: str
    courtroom: str
    planned_at: int
    minutes: int
    staff: list[SeatBody]
    parties: list[str]
    checklist: list[ItemBody] | None = None
    demands: DemandsBody = msgspec.field(default_factory=DemandsBody)
    screenings: list[ScreeningBody] = []
    override: str = ""
    invite: bool = True


class PostponeBody(msgspec.Struct, forbid_unknown_fields=True):
    """`since` is the time it is moved from."""

    since: int
    planned_at: int
    minutes: int
    reason: str
    override: str = ""


class AddBody(msgspec.Struct, forbid_unknown_fields=True):
    """`person` of the case; `override` is the reason why a clash does not matter."""

    person: str
    override: str = ""


class CancelBody(msgspec.Struct, forbid_unknown_fields=True):
    reason: str


class HandOverBody(msgspec.Struct, forbid_unknown_fields=True):
    account: str  # of whoever is to sit there
    reason: str


class InviteBody(msgspec.Struct, forbid_unknown_fields=True):
    """`parties` are seats; none of them: everybody."""

    parties: list[str] | None = None


def case_of(body: CaseBody, id: str) -> Case:
    parties = tuple(_party(party, n) for n, party in enumerate(body.parties))
    return Case(
        id=id,
        number=body.number,
        procedure=_word(Procedure, body.procedure, "procedure"),
        title=body.title,
        parties=parties,
        version=body.version,
    )


def _party(body: PartyBody, n: int) -> CaseParty:
    return CaseParty(
        id=body.id,
        role=_word(Role, body.role, f"parties.{n}.role"),
        name=body.name,
        side=_word(Side, body.side, f"parties.{n}.side"),
        email=body.email,
        telephone=body.telephone,
        language=body.language,
        interpreter_for=tuple(body.interpreter_for),
        counsel_for=tuple(body.counsel_for),
        sign_language=body.sign_language,
        notes=body.notes,
        detained_at=body.detained_at,
    )


def wish_of(body: WishBody) -> Wish:
    items = None if body.checklist is None else tuple(map(_item, body.checklist))
    return Wish(
        case=body.case,
        courtroom=body.courtroom,
        planned_at=body.planned_at,
        minutes=body.minutes,
        staff=tuple(
            StaffSeat(role=_word(Role, s.role, f"staff.{n}"), account=s.account, name=s.name)
            for n, s in enumerate(body.staff)
        ),
        parties=tuple(body.parties),
        checklist=items,
        demands=Demands(
            code=body.demands.code,
            identity=body.demands.identity,
            sign_code=body.demands.sign_code,
            sign_identity=body.demands.sign_identity,
        ),
        screenings=tuple(
            Screening(
                party=s.party,
                hidden_from=tuple(s.hidden_from),
                sight=s.sight,
                sound=s.sound,
                alias=s.alias.strip(),
            )
            for s in body.screenings
        ),
        override=body.override,
        invite=body.invite,
    )


def _item(body: ItemBody) -> ChecklistItem:
    stage = _word(Stage, body.stage, "checklist")
    return ChecklistItem(id=body.id.strip(), stage=stage, text=body.text.strip())


def _word(kind: Callable[[str], Any], text: str, field: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        fault = Fault(field=field, problem=Problem.UNKNOWN_VALUE, value=text[:60])
        raise bad_fields(fault) from None


def case_json(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "procedure": case.procedure,
        "title": case.title,
        "closed": case.closed,
        "version": case.version,
        "created_at": case.created_at,
        "parties": [plain(party) for party in case.parties],
    }


def listed_json(case: Case, hearing: tuple[str, int] | None) -> dict[str, Any]:
    """A case in a list: names, no contacts."""
    return {
        "id": case.id,
        "number": case.number,
        "procedure": case.procedure,
        "title": case.title,
        "closed": case.closed,
        "parties": [{"role": party.role, "name": party.name} for party in case.parties],
        "hearing": {"id": hearing[0], "planned_at": hearing[1]} if hearing else None,
    }


def import_json(found: Import) -> dict[str, Any]:
    return {
        "made": found.made,
        "rows": found.rows,
        "encoding": found.encoding,
        "cases": len(found.cases),
        "shown": [listed_json(case, None) for case in found.cases[:SHOWN]],
        "faults": [plain(fault) for fault in found.faults],
    }


def sitting_json(sitting: Sitting) -> dict[str, Any]:
    return plain(sitting)


def clash_json(clash: Clash) -> dict[str, Any]:
    return plain(clash)


def courtroom_of(body: CourtroomBody) -> Courtroom:
    return Courtroom(name=body.name, site=body.site, active=body.active)


def message_json(listed: Listed) -> dict[str, Any]:
    """A message as a list shows it: nothing of its text."""
    message = listed.message
    names = (
        "id",
        "hearing",
        "party",
        "kind",
        "channel",
        "state",
        "created_at",
        "due_at",
        "done_at",
    )
    return {
        **{name: getattr(message, name) for name in names},
        "attempts": message.attempts,
        "uncertain": message.uncertain,
        "error": message.error,
        "name": listed.name,
        "to": listed.to,
        "number": listed.number,
        "planned_at": listed.planned_at,
    }


def plain(value: Any) -> dict[str, Any]:
    """A frozen value as a JSON object."""
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found
