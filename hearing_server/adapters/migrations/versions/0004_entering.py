"""One-time codes, kiosks, the observers' links."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "seat_code",
        sa.Column("party", sa.String(64), primary_key=True),
        sa.Column("session", sa.LargeBinary(32), nullable=False),
        sa.Column("code", sa.LargeBinary(32)),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("sends", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "proved_session",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("proved_session_expiry", "proved_session", ["expires_at"])
    op.create_table(
        "kiosk",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("code", sa.LargeBinary(32), unique=True),
        sa.Column("code_until", sa.BigInteger),
        sa.Column("secret", sa.LargeBinary(32), unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("paired_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("hearing", sa.String(64)),
        sa.Column("party", sa.String(64)),
        sa.Column("called_at", sa.BigInteger),
        sa.Column("session", sa.LargeBinary(32)),
    )
    op.create_table(
        "observer_link",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
