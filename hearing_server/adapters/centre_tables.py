"""The tables of the command centre: how lines were, and what was seen to."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from hearing_server.adapters.tables import metadata

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("party", String(64), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("loss_up", Integer, nullable=False),  # thousandths
    Column("loss_down", Integer, nullable=False),
    Column("jitter_ms", Integer, nullable=False),
    Column("rtt_ms", Integer),
    Column("kbit_up", Integer, nullable=False),
    Column("codecs", String(64), nullable=False),
    Column("browser", String(64), nullable=False),
    Column("silent", Boolean, nullable=False),
)

centre_task = Table(
    "centre_task",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hearing", String(64), nullable=False),
    Column("party", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("detail", String(500), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("done_at", BigInteger),
    Column("done_by", String(64), nullable=False),
    Index("centre_task_since", "since"),
    Index("centre_task_hearing", "hearing", "since"),
)
