"""A clerk at work over HTTP: cases, courtrooms, plans. Shared by tests and benches."""

import time
from typing import Any

from .staff import StaffClient

DAY = 86_400_000  # ms
HOUR = 3_600_000


def soon(hours: float = 30.0) -> int:
    """A time from now, on the minute, Unix ms."""
    return int(time.time() // 60 * 60 * 1000 + hours * HOUR)


def case_body(n: int, **changes: Any) -> dict[str, Any]:
    """A civil case: a plaintiff with e-mail and telephone, their counsel, a defendant with neither."""
    return {
        "number": f"（2026）测0001民初{n}号",
        "procedure": "civil",
        "title": f"甲诉丙民间借贷纠纷（虚构{n}）",
        "parties": [
            {"id": "a", "role": "plaintiff", "name": f"甲{n}（虚构）", "side": "claim",
             "email": f"jia{n}@example.com", "telephone": f"138 0000 {n:04}"},
            {"id": "b", "role": "counsel", "name": f"乙{n}（虚构）", "side": "claim",
             "counsel_for": ["a"], "email": f"yi{n}@example.com", "language": "en"},
            {"id": "c", "role": "defendant", "name": f"丙{n}（虚构）", "side": "defence"},
        ],
        **changes,
    }  # fmt: skip


async def furnish(admin: StaffClient, *names: str) -> None:
    for name in names:
        await admin.ask("PUT", "/courtrooms", json={"name": name, "site": "主楼"})


async def bench_of(clerk: StaffClient) -> list[dict[str, str]]:
    """The seats of the court: the demonstration's judge and clerk."""
    staff = (await clerk.get("/planning"))["staff"]
    judge = next(one for one in staff if "judge" in one["roles"])
    writer = next(one for one in staff if "clerk" in one["roles"])
    return [
        {"role": "presiding_judge", "account": judge["id"]},
        {"role": "clerk", "account": writer["id"]},
    ]


async def wish_for(
    clerk: StaffClient, case: dict[str, Any], at: int, **changes: Any
) -> dict[str, Any]:
    return {
        "case": case["id"],
        "courtroom": "第一法庭",
        "planned_at": at,
        "minutes": 60,
        "staff": await bench_of(clerk),
        "parties": [party["id"] for party in case["parties"]],
        **changes,
    }
