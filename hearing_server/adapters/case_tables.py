"""The tables of cases, the calendar of hearings and the outbox.

`hearing` and `hearing_staff` follow from the log; `booking` and `seat_person` are written beside it.
Contacts stand in `case_party` alone.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from hearing_server.adapters.tables import metadata

court_case = Table(
    "court_case",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", String(100), nullable=False, unique=True),
    Column("procedure", String(32), nullable=False),
    Column("title", String(200), nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("court_case_order", "created_at", "id"),
)

case_party = Table(
    "case_party",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("case_id", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("role", String(32), nullable=False),
    Column("name", String(100), nullable=False),
    Column("side", String(16), nullable=False),
    Column("email", String(254), nullable=False),
    Column("telephone", String(32), nullable=False),
    Column("language", String(16), nullable=False),
    Column("interpreter_for", Text, nullable=False),  # ids of the same case, JSON
    Column("counsel_for", Text, nullable=False),  # likewise
    Column("sign_language", Boolean, nullable=False),
    Column("notes", Text, nullable=False),
    Column("detained_at", String(100), nullable=False),
    Index("case_party_case", "case_id", "position"),
)

courtroom = Table(
    "courtroom",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("site", String(100), nullable=False),
    Column("active", Boolean, nullable=False),
)

hearing = Table(
    "hearing",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("case_id", String(64), nullable=False),
    Column("number", String(100), nullable=False),
    Column("title", Text, nullable=False),
    Column("procedure", String(32), nullable=False),
    Column("courtroom", Text, nullable=False),
    Column("judge", Text, nullable=False),  # the presiding judge's name
    Column("planned_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("phase", String(16), nullable=False),
    Column("opened_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("parties", Integer, nullable=False),
    Column("notify", String(16), nullable=False),  # what the parties are still to be told
    Index("hearing_planned", "planned_at", "hearing"),
    Index("hearing_case", "case_id", "planned_at"),
    Index("hearing_phase", "phase", "planned_at"),
    Index("hearing_notify", "notify"),
)

hearing_staff = Table(
    "hearing_staff",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("role", String(32), nullable=False),
    Index("hearing_staff_account", "account", "hearing"),
)

booking = Table(
    "booking",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("resource", String(300), primary_key=True),  # kind:key
    Column("name", String(100), nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Index("booking_resource", "resource", "starts_at"),
)

seat_person = Table(
    "seat_person",
    metadata,
    Column("party", String(64), primary_key=True),  # the seat in the hearing
    Column("hearing", String(64), nullable=False),
    Column("case_party", String(64), nullable=False),
    Index("seat_person_hearing", "hearing"),
    Index("seat_person_case_party", "case_party"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hearing", String(64), nullable=False),
    Column("party", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("args", Text, nullable=False),  # JSON, nothing secret
    Column("sealed", LargeBinary),  # what is secret, encrypted; gone once it is sent
    Column("state", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("leased_until", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Boolean, nullable=False),  # may have gone out before a crash
    Column("done_at", BigInteger),
    Column("error", String(200), nullable=False),
    Index("outbox_due", "state", "due_at"),
    Index("outbox_hearing", "hearing", "created_at"),
    Index("outbox_order", "created_at", "id"),
)
