"""The figures for machines. No key is needed."""

from typing import Any

from registry import openapi
from registry.errors import NotFound
from registry.parties import doors
from registry.statistics import service as statistics
from registry.statistics import words
from registry.statistics.rules import Series
from registry.statistics.schemas import DayQuery, StatisticsAnswer

blueprint = openapi.Blueprint(
    "statistics-api", __name__, url_prefix="/api/v1", description="Figures of the register"
)


@blueprint.route("/statistics")
@blueprint.arguments(DayQuery, location="query")
@blueprint.response(200, StatisticsAnswer)
@doors.public
def counted(asked: dict[str, Any]) -> dict[str, Any]:
    """Every indicator with its definition, as counted on the newest day or the one asked for."""
    found = statistics.counted(asked["day"])
    if found is None:
        raise NotFound("not_found")
    return {
        "day": found.day,
        "counted_at": found.at,
        "series": [_series(one) for one in found.series.values()],
    }


def _series(one: Series) -> dict[str, Any]:
    points = [
        {"about": p.about, "label": words.label(one.key, p), "count": p.count, "values": p.values}
        for p in one.points
    ]
    return {
        "key": one.key,
        "title": str(words.TITLES[one.key]),
        "definition": str(words.DEFINITIONS[one.key]),
        "shape": str(one.shape),
        "unit": one.unit,
        "points": points,
    }
