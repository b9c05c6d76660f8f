"""When the root of a paper's log is to be signed. Those that there are by now are signed at once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("paper", sa.Column("root_due", sa.BigInteger))
    op.execute("UPDATE paper SET root_due = 0 WHERE phase <> 'draft'")
    op.create_index("paper_root_due", "paper", ["root_due"])
