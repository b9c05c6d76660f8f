"""Accounts for a demonstration: plainly invented people, a password made anew at every start."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from hearing_server.domain.parties import Role
from hearing_server.domain.staff import Account, StaffRole
from hearing_server.services.audit import Who
from hearing_server.services.staff import NewAccount
from hearing_server.staff_parts import StaffAdministration

PEOPLE = {
    StaffRole.ADMINISTRATOR: "管正序（虚构）",
    StaffRole.JUDGE: "宋明理（虚构）",
    StaffRole.CLERK: "季录文（虚构）",
    StaffRole.TECHNICIAN: "维线通（虚构）",
    StaffRole.AUDITOR: "查有痕（虚构）",
}
WORDS = {
    StaffRole.ADMINISTRATOR: "管理员",
    StaffRole.JUDGE: "法官",
    StaffRole.CLERK: "书记员",
    StaffRole.TECHNICIAN: "技术员",
    StaffRole.AUDITOR: "审计员",
}
SEATS = {StaffRole.JUDGE: Role.PRESIDING_JUDGE, StaffRole.CLERK: Role.CLERK}
DEMO = Who(actor="server", address="")


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """`password` is said once, at the start that made it."""

    account: Account
    role: StaffRole
    password: str

    @property
    def line(self) -> str:
        label = f"{WORDS[self.role]} {self.role}"
        return f"  {label:<24} {self.account.login:<22} {self.password}"


def login_of(role: StaffRole) -> str:
    return f"demo.{role}"


async def demo_accounts(parts: StaffAdministration) -> list[DemoAccount]:
    """One of each role, none beside accounts of real people.

    They share a new password: to hash one for each was most of what a demonstration's start cost.
    """
    known = {one.login: one for one in await parts.staff.accounts()}
    if known.keys() - {login_of(role) for role in StaffRole}:
        return []
    password = secrets.token_urlsafe(12)
    hashed = await parts.passwords.hash(password)
    accounts = [await _account(parts, role, known.get(login_of(role)), hashed) for role in PEOPLE]
    return [
        DemoAccount(account=account, role=role, password=password)
        for role, account in zip(PEOPLE, accounts, strict=True)
    ]


def seats_of(accounts: Sequence[DemoAccount]) -> dict[Role, str]:
    """Who of them sits where in the demonstration's hearing."""
    return {SEATS[one.role]: one.account.id for one in accounts if one.role in SEATS}


async def _account(
    parts: StaffAdministration, role: StaffRole, account: Account | None, hashed: str
) -> Account:
    if account is None:
        new = NewAccount(login=login_of(role), name=PEOPLE[role], roles=(role,))
        account, _ = await parts.staff.create(new, DEMO)
    await parts.credentials.set_password(account.id, hashed)
    return account
