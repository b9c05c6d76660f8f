"""Accounts of the court's staff, and the audit trail."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    pass
