"""Alembic's environment: runs on the connection that `registry.schema.upgrade` hands over."""

from alembic import context

from registry.contracts import models as contracts  # noqa: F401
from registry.database import Model
from registry.exports import models as exports  # noqa: F401
from registry.ledger import models as ledger  # noqa: F401

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
