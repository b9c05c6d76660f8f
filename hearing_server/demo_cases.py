"""Courtrooms and cases of a demonstration, to plan hearings in. Their people are plainly invented."""

from hearing_server.domain.cases import Case, CaseParty, Courtroom
from hearing_server.domain.parties import Role, Side
from hearing_server.domain.procedures import Procedure
from hearing_server.services.cases import Cases

COURTROOMS = (
    Courtroom(name="第一法庭", site="审判楼一层"),
    Courtroom(name="第二法庭", site="审判楼二层"),
    Courtroom(name="互联网法庭", site="审判楼三层"),
)
THEFT = Case(
    id="",
    number="（2026）川0104刑初124号",
    procedure=Procedure.CRIMINAL,
    title="贾某盗窃案（演示）",
    parties=(
        CaseParty(id="1", role=Role.PROSECUTOR, name="秦正直（虚构）", side=Side.CLAIM),
        CaseParty(
            id="2", role=Role.DEFENDANT, name="贾某人（虚构）", side=Side.DEFENCE,
            detained_at="示范看守所",
        ),
        CaseParty(
            id="3", role=Role.COUNSEL, name="辛护理（虚构）", side=Side.DEFENCE,
            counsel_for=("2",), email="xin@example.com",
        ),
        CaseParty(id="4", role=Role.WITNESS, name="甄实话（虚构）"),
    ),
)  # fmt: skip
LOAN = Case(
    id="",
    number="（2026）川0104民初2051号",
    procedure=Procedure.CIVIL,
    title="方某诉袁某民间借贷纠纷（演示）",
    parties=(
        CaseParty(
            id="1", role=Role.PLAINTIFF, name="方原告（虚构）", side=Side.CLAIM,
            email="fang@example.com", telephone="138 0000 0001",
        ),
        CaseParty(
            id="2", role=Role.COUNSEL, name="戴理人（虚构）", side=Side.CLAIM, counsel_for=("1",)
        ),
        CaseParty(
            id="3", role=Role.DEFENDANT, name="Yuan Sample (invented)", side=Side.DEFENCE,
            language="en", email="yuan@example.com",
        ),
        CaseParty(
            id="4", role=Role.INTERPRETER, name="易传译（虚构）", interpreter_for=("3",)
        ),
    ),
)  # fmt: skip


async def furnish(cases: Cases) -> None:
    """Three courtrooms and two cases, unless there is a courtroom already."""
    if await cases.courtrooms():
        return
    for room in COURTROOMS:
        await cases.put_courtroom(room)
    for case in (THEFT, LOAN):
        await cases.create(case)
