"""A hearing planned for whoever a test needs, and a server that holds it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearing_server.adapters.database import Database
from hearing_server.adapters.store import SqlStore
from hearing_server.clock import now
from hearing_server.config import Settings
from hearing_server.demo import new_id
from hearing_server.domain import commands as cmd
from hearing_server.domain.events import HearingPlanned
from hearing_server.domain.parties import Party, Role, Side
from hearing_server.domain.planning import MINUTE, Claim, courtroom_booking
from hearing_server.domain.procedures import TEMPLATES, Procedure
from hearing_server.services.hearings import Hearings
from tests.integration.harness import ServerProcess


@dataclass(frozen=True, kw_only=True)
class Place:
    """One seat. `key` names it in the test and is its role's name where there is one of the role."""

    key: str
    name: str
    role: str = ""
    side: Side = Side.NEUTRAL
    site: str = ""
    serves: str = ""  # the key of whom a counsel or interpreter is there for


async def plan(
    data: Path, places: Sequence[Place], *, at: int | None = None, **fields: Any
) -> None:
    """A criminal hearing, staged as its procedure wants, planned `at` (Unix ms) for then; or now."""
    await asyncio.to_thread(data.mkdir, parents=True)
    store = SqlStore(Database(Settings(data=str(data)).database_url))
    await store.database.start()
    ids = {place.key: new_id() for place in places}
    begins = now() if at is None else at
    template = TEMPLATES[Procedure.CRIMINAL]
    given = {"title": "虚构案（演示）", "checklist": template.checklist, **fields}
    planned = HearingPlanned(
        hearing=new_id(),
        court="示范人民法院",
        case_number="（2026）测0001刑初1号",
        procedure=Procedure.CRIMINAL,
        courtroom="第一法庭",
        planned_at=begins,
        parties=tuple(_party(place, ids) for place in places),
        stages=template.stages,
        **given,
    )
    await Hearings(store, lambda: begins).plan(cmd.Plan(planned=planned))
    await store.database.close()


async def take(data: Path, courtroom: str, at: int) -> None:
    """Another hearing in that courtroom then, for an hour."""
    store = SqlStore(Database(Settings(data=str(data)).database_url))
    await store.database.start()
    planned = HearingPlanned(
        hearing=new_id(),
        court="示范人民法院",
        case_number="（2026）测0001刑初2号",
        procedure=Procedure.CRIMINAL,
        courtroom=courtroom,
        title="另一虚构案（演示）",
        planned_at=at,
        parties=(Party(id=new_id(), role=Role.PRESIDING_JUDGE, name="另一法官（虚构）"),),
    )
    claim = Claim(
        hearing=planned.hearing,
        starts_at=at,
        ends_at=at + 60 * MINUTE,
        buffer=0,
        bookings=(courtroom_booking(courtroom),),
    )
    await Hearings(store, lambda: at).plan(cmd.Plan(planned=planned), claim)
    await store.database.close()


def _party(place: Place, ids: dict[str, str]) -> Party:
    role = Role(place.role or place.key)
    served = (ids[place.serves],) if place.serves else ()
    return Party(
        id=ids[place.key],
        role=role,
        name=place.name,
        side=place.side,
        site=place.site,
        counsel_for=served if role is Role.COUNSEL else (),
        interpreter_for=served if role is Role.INTERPRETER else (),
    )


@contextlib.asynccontextmanager
async def serving(
    data: Path, places: Sequence[Place], *, environment: dict[str, str] | None = None, **fields: Any
) -> AsyncIterator[ServerProcess]:
    """The server that holds this hearing alone; `links` by the keys of its places."""
    await plan(data, places, **fields)
    seats = [place.key for place in places]
    server = await ServerProcess(data=data, seats=seats, environment=environment or {}).start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            await server.stop()


def crowd() -> list[Place]:
    """Twenty people: a bench of three, two prosecutors, six accused with counsel each, a witness, and who helps."""
    accused = [
        Place(
            key=f"defendant{n}",
            role="defendant",
            name=f"被告{'甲乙丙丁戊己'[n]}（虚构）",
            side=Side.DEFENCE,
            site="示范看守所",
        )
        for n in range(6)
    ]
    counsel = [
        Place(
            key=f"counsel{n}",
            role="counsel",
            name=f"律师{'甲乙丙丁戊己'[n]}（虚构）",
            side=Side.DEFENCE,
            site="示范律师事务所",
            serves=f"defendant{n}",
        )
        for n in range(6)
    ]
    return [
        Place(key="presiding_judge", name="宋明理（虚构）", site="第一法庭"),
        Place(key="judge", name="孟陪席（虚构）", site="第一法庭"),
        Place(key="assessor", name="任陪审（虚构）", site="第一法庭"),
        Place(key="clerk", name="季录文（虚构）", site="第一法庭"),
        Place(key="prosecutor", name="齐正言（虚构）", side=Side.CLAIM, site="示范检察院"),
        Place(
            key="prosecutor2",
            role="prosecutor",
            name="安助理（虚构）",
            side=Side.CLAIM,
            site="示范检察院",
        ),
        *accused,
        *counsel,
        Place(key="witness", name="郑虚构（虚构）"),
        Place(key="interpreter", name="易译文（虚构）", serves="defendant0"),
    ]
