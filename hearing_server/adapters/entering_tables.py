"""The tables of coming in: one-time codes, kiosks, the observers' links."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from hearing_server.adapters.tables import metadata

# One code a seat: a newer one replaces it, whichever session asked.
seat_code = Table(
    "seat_code",
    metadata,
    Column("party", String(64), primary_key=True),
    Column("session", LargeBinary(32), nullable=False),  # digest of the cookie that asked
    Column("code", LargeBinary(32)),  # keyed digest; none once it was used
    Column("channel", String(16), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("sends", Integer, nullable=False),  # since the window began
    Column("since", BigInteger, nullable=False),
)

proved_session = Table(
    "proved_session",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
    Index("proved_session_expiry", "expires_at"),
)

kiosk = Table(
    "kiosk",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("site", String(100), nullable=False),
    Column("code", LargeBinary(32), unique=True),  # digest of the pairing code
    Column("code_until", BigInteger),
    Column("secret", LargeBinary(32), unique=True),  # digest of the machine's cookie
    Column("created_at", BigInteger, nullable=False),
    Column("paired_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("hearing", String(64)),
    Column("party", String(64)),  # the seat that it is called for
    Column("called_at", BigInteger),
    Column("session", LargeBinary(32)),  # digest of the seat's cookie that it was given
)

observer_link = Table(
    "observer_link",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("made_at", BigInteger, nullable=False),
)
