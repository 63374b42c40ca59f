"""Doors for machines that use the same codes: every table as it stands on a day. No key is needed."""

from datetime import date
from typing import Any

from registry import clock, openapi
from registry.codebook import service as codebook
from registry.codebook.schemas import DaySchema, RowsAnswer, TablesAnswer
from registry.codes import overlay, tables
from registry.parties import doors

blueprint = openapi.Blueprint(
    "codebook-api",
    __name__,
    url_prefix="/api/v1/codes",
    description="Code tables: what the state calls things",
)


@blueprint.route("")
@blueprint.response(200, TablesAnswer)
@doors.public
def index() -> dict[str, Any]:
    """Every table with its source, its size and its digest."""
    return {"tables": [_about(codebook.standing(name)) for name in tables.names()]}


@blueprint.route("/<name>")
@blueprint.arguments(DaySchema, location="query")
@blueprint.response(200, RowsAnswer)
@doors.public
def show(given: dict[str, date | None], name: str) -> dict[str, Any]:
    """One table's rows on a day."""
    standing, day = codebook.standing(name), given["on"] or clock.today()
    headings = [*overlay.HEADINGS, *overlay.columns(standing.table)]
    rows = [overlay.cells(standing.table, row) for row in standing.table if row.valid_on(day)]
    codes = [dict(zip(headings, row, strict=True)) for row in rows]
    return {**_about(standing), "on": day.isoformat(), "codes": codes}


def _about(standing: codebook.Standing) -> dict[str, Any]:
    table = standing.table
    told = {name: table.about[name] for name in ("title", "source", "version", "date", "confidence")}
    size = {"rows": len(table), "changes": len(standing.changes)}
    return {"name": table.name, **told, **size, "digest": overlay.digest(table)}
