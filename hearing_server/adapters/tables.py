"""The tables. `event` is the truth; `seat` and `segment` are looked up by, and follow from it."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

event = Table(
    "event",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),  # canonical JSON, RFC 8785
    Column("leaf", LargeBinary(32), nullable=False),  # RFC 9162 leaf hash of the record
)

seat = Table(
    "seat",
    metadata,
    Column("party", String(64), primary_key=True),
    Column("hearing", String(64), nullable=False, index=True),
)

segment = Table(
    "segment",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("hearing", String(64), nullable=False, index=True),
)

session = Table(
    "session",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("hearing", String(64), nullable=False),
    Column("party", String(64), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("account", String(64), index=True),  # of the staff who entered by it, not by a link
    Index("session_expiry", "expires_at"),
)

ticket = Table(
    "ticket",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("hearing", String(64), nullable=False),
    Column("party", String(64), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("ticket_expiry", "expires_at"),
)
