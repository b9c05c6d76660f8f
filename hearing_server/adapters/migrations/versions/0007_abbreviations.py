"""Clerks' own abbreviations."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "abbreviation",
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("short", sa.String(20), primary_key=True),
        sa.Column("long", sa.String(500), nullable=False),
    )
