"""The log, its look-ups, sessions and tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
    )
    for name, key, size in (("seat", "party", 64), ("segment", "name", 255)):
        op.create_table(
            name,
            sa.Column(key, sa.String(size), primary_key=True),
            sa.Column("hearing", sa.String(64), nullable=False),
        )
        op.create_index(f"ix_{name}_hearing", name, ["hearing"])
    for name, extra in (("session", []), ("ticket", [sa.Column("used_at", sa.BigInteger)])):
        op.create_table(
            name,
            sa.Column("digest", sa.LargeBinary(32), primary_key=True),
            sa.Column("hearing", sa.String(64), nullable=False),
            sa.Column("party", sa.String(64), nullable=False),
            sa.Column("expires_at", sa.BigInteger, nullable=False),
            *extra,
        )
        op.create_index(f"{name}_expiry", name, ["expires_at"])
