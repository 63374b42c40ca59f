"""The public's figures: plots beside their numbers, each indicator as CSV, any counted day for ever."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from registry.documents import sheets
from registry.documents.sheets import Cell
from registry.errors import NotFound
from registry.parties import doors
from registry.statistics import counting, plots, words
from registry.statistics import service as statistics
from registry.statistics.rules import Series, Shape

blueprint = Blueprint("statistics", __name__)


@blueprint.record_once
def _plots(state: Any) -> None:
    state.app.jinja_env.globals["plots"] = plots  # desks draw as this page does


@blueprint.get("/statistics")
@doors.public
def show() -> str:
    return render_template(
        "statistics/show.html",
        counted=statistics.counted(asked_day()),
        days=statistics.days(30),
        words=words,
    )


@blueprint.get("/statistics/<key>.csv")
@doors.public
def csv(key: str) -> Response:
    """One indicator as a sheet, in the reader's language."""
    counted = statistics.counted(asked_day())
    if counted is None or key not in counted.series:
        raise NotFound("not_found")
    series = counted.series[key]
    data = sheets.csv_bytes(_headings(series), (_cells(series, n) for n in range(len(series.points))))
    answer = doors.plain_response(data, "text/csv; charset=utf-8")
    return doors.named(answer, f"mingxu-{key}-{counted.day}.csv")


def asked_day() -> date | None:
    """`?day=2026-11-26`; none for the newest. Raises NotFound for what is no day."""
    given = request.args.get("day", "")
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise NotFound("not_found") from error


def _headings(series: Series) -> list[str]:
    shape, _, _ = counting.INDICATORS[series.key]
    named = [str(words.ABOUT[shape]), str(words.CODE), str(words.COUNT)]
    if shape is Shape.QUARTILES:
        return [*named, *(str(one) for one in words.QUARTILES)]
    return [*named, str(words.AMOUNT)] if series.unit == "yuan" else named


def _cells(series: Series, place: int) -> list[Cell]:
    point = series.points[place]
    wide = len(_headings(series)) - 3
    values = [*point.values, *[""] * wide][:wide]
    return [words.label(series.key, point), "-".join(point.about), point.count, *values]
