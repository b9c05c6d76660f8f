"""The rights of the staff over cases, papers, planning and outbox: a table, and every route against every role."""

import re
from contextlib import AsyncExitStack
from typing import Any

import pytest

from hearing_server.web.cases import CaseRoutes
from hearing_server.web.papers import PaperRoutes
from hearing_server.web.planning import PlanningRoutes

from .harness import Refusal, ServerProcess
from .staff import StaffClient

# Who may ask what: every route of cases, papers, planning and outbox. Whoever is not named is refused.
CLERK, READ, ROOMS = (
    {"clerk"},
    {"clerk", "judge"},
    {"clerk", "judge", "administrator", "technician"},
)
MAY = {
    "GET /cases": READ, "POST /cases": CLERK, "GET /cases.csv": READ, "GET /cases-template.csv": READ,
    "POST /cases-import": CLERK, "GET /cases/x": READ, "PUT /cases/x": CLERK, "DELETE /cases/x": CLERK,
    "POST /cases/x/closed": CLERK, "GET /courtrooms": ROOMS, "PUT /courtrooms": {"administrator"},
    "GET /planning": READ, "GET /calendar": READ, "GET /hearings": READ, "POST /hearings": CLERK,
    "POST /hearings-check": CLERK, "GET /hearings-left": READ,
    "GET /hearings/x": READ, "POST /hearings/x/postpone": CLERK,
    "POST /hearings/x/postpone-check": CLERK, "POST /hearings/x/cancel": CLERK,
    "POST /hearings/x/parties": CLERK, "POST /hearings/x/invitations": CLERK,
    "POST /hearings/x/parties/x/link": CLERK, "POST /hearings/x/parties/x/successor": CLERK,
    "GET /cases/x/papers": READ, "POST /cases/x/papers": CLERK, "POST /cases/x/papers-file": CLERK,
    "POST /cases/x/consents/x": CLERK, "DELETE /cases/x/consents/x": CLERK, "GET /papers/x": READ,
    "GET /papers/x/file": READ, "GET /papers/x/evidence": READ, "POST /papers/x/signing": CLERK,
    "POST /papers/x/reminders": CLERK, "POST /papers/x/closed": CLERK,
    "POST /papers/x/withdrawn": CLERK, "POST /papers/x/services": CLERK,
    "GET /papers/x/services/x/notice": READ, "GET /papers/x/services/x/proof": READ,
    "POST /papers/x/people/x/link": CLERK, "POST /papers/x/people/x/key": CLERK,
    "POST /papers/x/answers": CLERK, "GET /papers/x/bundle": READ,
    "GET /outbox": READ, "POST /outbox/x/read": CLERK, "POST /outbox/x/retry": CLERK,
}  # fmt: skip


def test_every_route_is_in_the_table() -> None:
    nothing: Any = None
    known = {
        f"{route.method} {re.sub(r'{[^}]*}+', 'x', route.path).removeprefix('/api/staff')}"
        for routes in (
            CaseRoutes(nothing, nothing, nothing, nothing).routes(),
            PlanningRoutes(
                nothing, nothing, nothing, nothing, nothing, url="", time_zone=""
            ).routes(),
            PaperRoutes(*[nothing] * 8, folder=nothing, url="").routes(),
        )
        for route in routes
    }
    assert known - {"GET /api/court"} == set(MAY)  # the zone of the court's times is no secret


@pytest.mark.timeout(180)
async def test_each_role_may_what_the_table_says_and_nothing_else(server: ServerProcess) -> None:
    """Five roles and nobody, on every route: refused before anything is looked up."""
    roles = ("administrator", "judge", "clerk", "technician", "auditor")
    wrong = []
    async with AsyncExitStack() as stack:
        people = {role: await stack.enter_async_context(StaffClient(server)) for role in roles}
        for role, person in people.items():
            await person.sign_in(role)
        people["nobody"] = await stack.enter_async_context(StaffClient(server))
        for route, may in MAY.items():
            method, path = route.split()
            for role, person in people.items():
                status = await _status(person, method, path)
                expected = 401 if role == "nobody" else 403
                if (status == expected) == (role in may):
                    wrong.append(f"{route} {role}: {status}")
    assert wrong == []


async def _status(person: StaffClient, method: str, path: str) -> int:
    try:
        await person.ask(method, path, **({} if method == "GET" else {"json": {}}))
    except Refusal as refusal:
        return refusal.status
    return 200
