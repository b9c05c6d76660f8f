"""A demonstration case and hearing. Its people are plainly invented."""

import secrets
from collections.abc import Mapping

from hearing_server.domain import commands as cmd
from hearing_server.domain.events import HearingPlanned
from hearing_server.domain.hearing import HearingState
from hearing_server.domain.parties import Party, Role, Side
from hearing_server.domain.procedures import TEMPLATES, Procedure
from hearing_server.services.hearings import Hearings

PEOPLE = (
    (Role.PRESIDING_JUDGE, Side.NEUTRAL, "宋明理（虚构）", "第一法庭"),
    (Role.PROSECUTOR, Side.CLAIM, "齐正言（虚构）", "人民检察院"),
    (Role.DEFENDANT, Side.DEFENCE, "吴名氏（虚构）", "看守所"),
    (Role.COUNSEL, Side.DEFENCE, "卞护之（虚构）", "律师事务所"),
    (Role.CLERK, Side.NEUTRAL, "季录文（虚构）", "第一法庭"),
)


async def plan_demo(
    hearings: Hearings, court: str, planned_at: int, accounts: Mapping[Role, str] | None = None
) -> HearingState:
    """Plan a criminal hearing with five seats, to begin at `planned_at` (Unix ms).

    `accounts` are those of the court's staff who sit in it.
    """
    template = TEMPLATES[Procedure.CRIMINAL]
    planned = HearingPlanned(
        hearing=new_id(),
        court=court,
        case_number="（2026）川0104刑初123号",
        procedure=Procedure.CRIMINAL,
        courtroom="第一法庭",
        title="吴名氏盗窃案（演示）",
        planned_at=planned_at,
        parties=_parties(accounts or {}),
        stages=template.stages,
        checklist=template.checklist,
    )
    return await hearings.plan(cmd.Plan(planned=planned))


def _parties(accounts: Mapping[Role, str]) -> tuple[Party, ...]:
    """The five; counsel stands for the defendant."""
    ids = {role: new_id() for role, *_ in PEOPLE}
    clients = {Role.COUNSEL: (ids[Role.DEFENDANT],)}
    return tuple(
        Party(
            id=ids[role],
            role=role,
            side=side,
            name=name,
            site=site,
            account=accounts.get(role, ""),
            counsel_for=clients.get(role, ()),
        )
        for role, side, name, site in PEOPLE
    )


def new_id() -> str:
    return secrets.token_hex(6)
