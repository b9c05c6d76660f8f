"""What each procedure brings to a hearing: its stages, its checklist of rights, its seats."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hearing_server.domain.events.values import ChecklistItem, Stage
from hearing_server.domain.parties import Role, Side


class Procedure(StrEnum):
    CRIMINAL = "criminal"
    CIVIL = "civil"
    ADMINISTRATIVE = "administrative"
    MEDIATION = "mediation"


@dataclass(frozen=True, kw_only=True)
class SeatTemplate:
    """A seat that the procedure has; without `required` it may stay empty."""

    role: Role
    side: Side = Side.NEUTRAL
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Template:
    stages: tuple[Stage, ...]
    checklist: tuple[ChecklistItem, ...]
    seats: tuple[SeatTemplate, ...]


def _item(id: str, stage: Stage) -> ChecklistItem:
    return ChecklistItem(id=id, stage=stage)


_OPENING = (
    _item("identity", Stage.PREPARATION),
    _item("online_consent", Stage.PREPARATION),
    _item("bench_named", Stage.PREPARATION),
    _item("rights_told", Stage.PREPARATION),
    _item("recusal", Stage.PREPARATION),
)
_TRIAL = (
    Stage.PREPARATION,
    Stage.INVESTIGATION,
    Stage.EVIDENCE,
    Stage.DEBATE,
    Stage.LAST_STATEMENT,
    Stage.DELIBERATION,
    Stage.JUDGMENT,
)
_CIVIL = (
    *_OPENING,
    _item("evidence_opinion", Stage.EVIDENCE),
    _item("debate_heard", Stage.DEBATE),
    _item("last_opinion", Stage.LAST_STATEMENT),
    _item("mediation_offered", Stage.MEDIATION),
)
_COURT = (SeatTemplate(role=Role.PRESIDING_JUDGE), SeatTemplate(role=Role.CLERK))
_TWO_SIDES = (
    SeatTemplate(role=Role.PLAINTIFF, side=Side.CLAIM),
    SeatTemplate(role=Role.COUNSEL, side=Side.CLAIM, required=False),
    SeatTemplate(role=Role.DEFENDANT, side=Side.DEFENCE),
    SeatTemplate(role=Role.COUNSEL, side=Side.DEFENCE, required=False),
)

TEMPLATES: Mapping[Procedure, Template] = MappingProxyType(
    {
        Procedure.CRIMINAL: Template(
            stages=_TRIAL,
            checklist=(
                *_OPENING,
                _item("evidence_opinion", Stage.EVIDENCE),
                _item("debate_heard", Stage.DEBATE),
                _item("last_statement", Stage.LAST_STATEMENT),
            ),
            seats=(
                *_COURT,
                SeatTemplate(role=Role.PROSECUTOR, side=Side.CLAIM),
                SeatTemplate(role=Role.DEFENDANT, side=Side.DEFENCE),
                SeatTemplate(role=Role.COUNSEL, side=Side.DEFENCE),
            ),
        ),
        Procedure.CIVIL: Template(
            stages=(*_TRIAL[:5], Stage.MEDIATION, *_TRIAL[5:]),
            checklist=_CIVIL,
            seats=(*_COURT, *_TWO_SIDES),
        ),
        Procedure.ADMINISTRATIVE: Template(
            stages=_TRIAL,
            checklist=tuple(item for item in _CIVIL if item.stage is not Stage.MEDIATION),
            seats=(*_COURT, *_TWO_SIDES),
        ),
        Procedure.MEDIATION: Template(
            stages=(Stage.PREPARATION, Stage.MEDIATION, Stage.AGREEMENT),
            checklist=(
                _item("identity", Stage.PREPARATION),
                _item("online_consent", Stage.PREPARATION),
                _item("willing", Stage.PREPARATION),
                _item("agreement_read", Stage.AGREEMENT),
            ),
            seats=(*_COURT, *_TWO_SIDES),
        ),
    }
)
