"""How Alembic runs here: on the connection it is given, against our tables."""

from alembic import context

from hearing_server.adapters import (  # noqa: F401 - they join the metadata
    case_tables,
    centre_tables,
    entering_tables,
    export_tables,
    paper_tables,
    phrase_store,
    staff_tables,
)
from hearing_server.adapters.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
