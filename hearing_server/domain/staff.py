"""The court's staff: their roles, their accounts, and what an account may never be."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hearing_server.domain.errors import Code, Refused
from hearing_server.domain.parties import Role

LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")
EMAIL = re.compile(r"[^\s@<>\"',;:]{1,64}@[^\s@<>\"',;:]{1,189}")
TELEPHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,30}")
NAME_MAX = 60  # characters


class StaffRole(StrEnum):
    ADMINISTRATOR = "administrator"  # accounts and settings
    JUDGE = "judge"
    CLERK = "clerk"
    TECHNICIAN = "technician"  # watches the hearings' lines, helps parties
    AUDITOR = "auditor"  # reads the audit trail, and nothing else


# What an account must be to sit on the bench or at the clerk's desk; an assessor may be anybody.
SITS_AS: Mapping[Role, StaffRole] = MappingProxyType(
    {
        Role.PRESIDING_JUDGE: StaffRole.JUDGE,
        Role.JUDGE: StaffRole.JUDGE,
        Role.CLERK: StaffRole.CLERK,
    }
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person of the court's staff. `login` is theirs for ever: it is how the audit trail names them.

    `provider`: signs in at the court's identity provider, never with a password kept here.
    """

    id: str
    login: str
    name: str
    roles: frozenset[StaffRole]
    active: bool = True
    email: str = ""
    phone: str = ""
    provider: bool = False


def check_roles(roles: Iterable[StaffRole]) -> frozenset[StaffRole]:
    """The roles, if one person may have them together."""
    chosen = frozenset(roles)
    if not chosen:
        raise Refused(Code.EMPTY, "roles")
    if {StaffRole.ADMINISTRATOR, StaffRole.AUDITOR} <= chosen:
        raise Refused(Code.ROLES_CONFLICT, "administrator and auditor")
    return chosen


def check_account(account: Account) -> Account:
    """The account with its texts trimmed; Refused(bad_message) names the field that cannot be."""
    name = account.name.strip()
    if not LOGIN.fullmatch(account.login):
        raise Refused(Code.BAD_MESSAGE, "login")
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        raise Refused(Code.BAD_MESSAGE, "name")
    if account.email and not EMAIL.fullmatch(account.email):
        raise Refused(Code.BAD_MESSAGE, "email")
    if account.phone and not TELEPHONE.fullmatch(account.phone):
        raise Refused(Code.BAD_MESSAGE, "phone")
    return Account(
        id=account.id,
        login=account.login,
        name=name,
        roles=check_roles(account.roles),
        active=account.active,
        email=account.email,
        phone=account.phone,
        provider=account.provider,
    )


def check_change(accounts: Iterable[Account], changed: Account) -> None:
    """Refused(last_administrator) if nobody could administer accounts once `changed` is in place."""
    after = {account.id: account for account in accounts} | {changed.id: changed}
    if not any(one.active and StaffRole.ADMINISTRATOR in one.roles for one in after.values()):
        raise Refused(Code.LAST_ADMINISTRATOR)


def may_sit(account: Account, role: Role) -> bool:
    """Whether the account is still what a seat with this role needs."""
    needed = SITS_AS.get(role)
    return needed is None or needed in account.roles


def needs_second_factor(account: Account) -> bool:
    """A password alone is never enough; an identity provider sees to it by itself."""
    return not account.provider
