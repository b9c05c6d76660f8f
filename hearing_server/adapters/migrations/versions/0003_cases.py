"""Cases, the calendar of hearings, the outbox."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

HOUR = 3_600_000  # ms; how long a hearing was planned for before it could be said
PHASES = {
    "waiting_room_opened": "waiting",
    "hearing_opened": "in_session",
    "hearing_paused": "paused",
    "hearing_resumed": "in_session",
    "hearing_closed": "closed",
}


def upgrade() -> None:
    _cases()
    _calendar()
    _outbox()
    _list_what_was_planned()


def _cases() -> None:
    op.create_table(
        "court_case",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.String(100), nullable=False, unique=True),
        sa.Column("procedure", sa.String(32), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("court_case_order", "court_case", ["created_at", "id"])
    op.create_table(
        "case_party",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("telephone", sa.String(32), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("interpreter_for", sa.Text, nullable=False),
        sa.Column("counsel_for", sa.Text, nullable=False),
        sa.Column("sign_language", sa.Boolean, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("detained_at", sa.String(100), nullable=False),
    )
    op.create_index("case_party_case", "case_party", ["case_id", "position"])
    op.create_table(
        "courtroom",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )


def _calendar() -> None:
    op.create_table(
        "hearing",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("procedure", sa.String(32), nullable=False),
        sa.Column("courtroom", sa.Text, nullable=False),
        sa.Column("judge", sa.Text, nullable=False),
        sa.Column("planned_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("parties", sa.Integer, nullable=False),
        sa.Column("notify", sa.String(16), nullable=False),
    )
    op.create_index("hearing_case", "hearing", ["case_id", "planned_at"])
    op.create_index("hearing_notify", "hearing", ["notify"])
    op.create_index("hearing_phase", "hearing", ["phase", "planned_at"])
    op.create_index("hearing_planned", "hearing", ["planned_at", "hearing"])
    op.create_table(
        "hearing_staff",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(32), nullable=False),
    )
    op.create_index("hearing_staff_account", "hearing_staff", ["account", "hearing"])
    op.create_table(
        "booking",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("resource", sa.String(300), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
    op.create_index("booking_resource", "booking", ["resource", "starts_at"])
    op.create_table(
        "seat_person",
        sa.Column("party", sa.String(64), primary_key=True),
        sa.Column("hearing", sa.String(64), nullable=False),
        sa.Column("case_party", sa.String(64), nullable=False),
    )
    op.create_index("seat_person_case_party", "seat_person", ["case_party"])
    op.create_index("seat_person_hearing", "seat_person", ["hearing"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hearing", sa.String(64), nullable=False),
        sa.Column("party", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("args", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Boolean, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("error", sa.String(200), nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["state", "due_at"])
    op.create_index("outbox_hearing", "outbox", ["hearing", "created_at"])
    op.create_index("outbox_order", "outbox", ["created_at", "id"])


def _list_what_was_planned() -> None:
    """Hearings of before this calendar, from their logs."""
    event = sa.table("event", sa.column("hearing"), sa.column("seq"), sa.column("record"))
    connection = op.get_bind()
    rows: dict[str, dict[str, object]] = {}
    query = sa.select(event.c.hearing, event.c.record).order_by(event.c.hearing, event.c.seq)
    for name, record in connection.execute(query):
        entry = json.loads(bytes(record))
        fact, at = entry["event"], entry["at"]
        if fact["type"] == "hearing_planned":
            rows[name] = _planned(fact)
        elif fact["type"] in PHASES and name in rows:
            row, phase = rows[name], PHASES[fact["type"]]
            row["phase"] = phase
            if fact["type"] == "hearing_opened":
                row["opened_at"] = at
            elif phase == "closed":
                row["closed_at"] = at
    if rows:
        columns = next(iter(rows.values()))
        table = sa.table("hearing", *(sa.column(column) for column in columns))
        connection.execute(sa.insert(table), list(rows.values()))


def _planned(fact: dict[str, Any]) -> dict[str, object]:
    judges = [party["name"] for party in fact["parties"] if party["role"] == "presiding_judge"]
    return {
        "hearing": fact["hearing"],
        "case_id": "",
        "number": fact["case_number"],
        "title": fact["title"],
        "procedure": fact["procedure"],
        "courtroom": fact["courtroom"],
        "judge": judges[0] if judges else "",
        "planned_at": fact["planned_at"],
        "ends_at": fact["planned_at"] + HOUR,
        "phase": "scheduled",
        "opened_at": None,
        "closed_at": None,
        "parties": len(fact["parties"]),
        "notify": "",
    }
