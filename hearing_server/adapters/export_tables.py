"""The table of exports: the queue, and what became of each."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from hearing_server.adapters.tables import metadata

export_job = Table(
    "export_job",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hearing", String(64), nullable=False, index=True),
    Column("node", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("party", String(64), nullable=False),
    Column("started_at", BigInteger),  # of the span that is wanted
    Column("ended_at", BigInteger),
    Column("sealed", Boolean, nullable=False),
    Column("state", String(32), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("code", String(64), nullable=False),
    Column("detail", String(500), nullable=False),
    Column("segment", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("masked", String(64), nullable=False),
    Column("damaged", Text, nullable=False),  # names, a line each
    Index("export_job_turn", "node", "state", "asked_at"),
)
