"""The tables of papers. All follow from the papers' logs, which stand in `event` under the paper's id."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from hearing_server.adapters.tables import metadata

paper = Table(
    "paper",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("case_id", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("template", String(32), nullable=False),
    Column("language", String(16), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("deadline", BigInteger),
    Column("signers", Integer, nullable=False),
    Column("signed", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("stuck", Integer, nullable=False),
    Column("root_due", BigInteger),
    Index("paper_case", "case_id", "made_at"),
    Index("paper_phase", "phase"),
    Index("paper_root_due", "root_due"),
)

paper_person = Table(
    "paper_person",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("paper", String(64), primary_key=True),
)

# Letters that are still to reach somebody. `failed`: the outbox has given one up, and that is in the log.
paper_letter = Table(
    "paper_letter",
    metadata,
    Column("message", String(64), primary_key=True),
    Column("paper", String(64), nullable=False),
    Column("failed", Boolean, nullable=False),
)
