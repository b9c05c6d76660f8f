"""The tables of the court's staff, and of the audit trail."""

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

account = Table(
    "staff_account",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("roles", String(255), nullable=False),  # with commas between
    Column("active", Boolean, nullable=False),
    Column("email", String(255), nullable=False),
    Column("phone", String(64), nullable=False),
    Column("provider", Boolean, nullable=False),
    Column("external", String(255), unique=True),  # the identity provider's name for the person
    Column("password", String(255)),  # argon2id
    Column("setup", LargeBinary(32)),  # digest of the one-time link
    Column("setup_until", BigInteger),
    Column("totp", LargeBinary),  # encrypted
    Column("totp_pending", LargeBinary),  # encrypted; shown, not yet confirmed
    Column("totp_step", BigInteger, nullable=False),  # of the last code that was used
    Column("created_at", BigInteger, nullable=False),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("account", String(64), nullable=False, index=True),
    Column("stage", String(16), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("proved_at", BigInteger, nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(255), nullable=False),
    Index("staff_session_expiry", "expires_at"),
)

passkey = Table(
    "staff_passkey",
    metadata,
    Column("credential", LargeBinary(1023), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("account", String(64), nullable=False, index=True),
    Column("name", String(255), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

recovery = Table(
    "staff_recovery",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("account", String(64), nullable=False, index=True),
)

challenge = Table(
    "staff_challenge",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("data", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("staff_challenge_expiry", "expires_at"),
)

failure = Table(
    "staff_failure",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),  # of a login or an address, digested
    Column("count", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("staff_failure_until", "until"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("detail", String(500), nullable=False),
    Column("address", String(64), nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("audit_actor", "actor", "id"),
    Index("audit_action", "action", "id"),
    Index("audit_subject", "subject", "id"),
)

# One row: where the chain ends. Taking it is taking one's turn to append.
audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("rows", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
