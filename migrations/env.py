"""Alembic's environment: runs on the connection that `registry.schema.upgrade` hands over."""

from typing import Any, Literal

from alembic import context

from registry import schema  # noqa: F401 - brings every folder's tables into the metadata
from registry.database import Model, UtcDateTime


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A migration stands for itself: it names the type in the database, not our name for it."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=connection.dialect.name == "sqlite" and not context.config.attributes.get("whole_tables"),
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
