"""Papers of a case, and whom they are addressed to."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "paper",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("deadline", sa.BigInteger),
        sa.Column("signers", sa.Integer, nullable=False),
        sa.Column("signed", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("stuck", sa.Integer, nullable=False),
    )
    op.create_index("paper_case", "paper", ["case_id", "made_at"])
    op.create_index("paper_phase", "paper", ["phase"])
    op.create_table(
        "paper_person",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("paper", sa.String(64), primary_key=True),
    )
    op.create_table(
        "paper_letter",
        sa.Column("message", sa.String(64), primary_key=True),
        sa.Column("paper", sa.String(64), nullable=False),
        sa.Column("failed", sa.Boolean, nullable=False),
    )
