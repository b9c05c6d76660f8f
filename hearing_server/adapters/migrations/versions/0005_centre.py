"""The command centre: heartbeats of lines, tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("party", sa.String(64), primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("loss_up", sa.Integer, nullable=False),
        sa.Column("loss_down", sa.Integer, nullable=False),
        sa.Column("jitter_ms", sa.Integer, nullable=False),
        sa.Column("rtt_ms", sa.Integer),
        sa.Column("kbit_up", sa.Integer, nullable=False),
        sa.Column("codecs", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
    )
    op.create_table(
        "centre_task",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hearing", sa.String(64), nullable=False),
        sa.Column("party", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("done_by", sa.String(64), nullable=False),
    )
    op.create_index("centre_task_since", "centre_task", ["since"])
    op.create_index("centre_task_hearing", "centre_task", ["hearing", "since"])
