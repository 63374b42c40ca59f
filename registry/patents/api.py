"""Patents for machines: the same schemas and verbs as the pages."""

from typing import Any

from flask import url_for

from registry import openapi
from registry.database import transaction
from registry.parties import doors
from registry.patents import questions, schemas
from registry.patents import service as patents
from registry.patents.models import Patent

blueprint = openapi.Blueprint(
    "patents-api", __name__, url_prefix="/api/v1", description="Patents of the key's organisation"
)


@blueprint.route("/patents", methods=["GET"])
@blueprint.response(200, schemas.PatentOut(many=True))
@doors.machine("patent.view")
def index() -> list[dict[str, Any]]:
    """The organisation's patents, newest first."""
    return [_out(patent) for patent in patents.of_holder(doors.actor())]


@blueprint.route("/patents", methods=["POST"])
@blueprint.arguments(schemas.PatentSchema)
@blueprint.response(201, schemas.PatentOut)
@doors.machine("patent.add")
def add(facts: dict[str, Any]) -> Any:
    """Enter a granted patent. Needs Idempotency-Key."""
    actor = doors.actor()
    number = doors.once(
        "patent.add", facts, lambda: patents.add(actor, facts).number, key=doors.idempotency_header()
    )
    return _out(patents.own(actor, number)), 201, _location(number)


@blueprint.route("/patents/<number>", methods=["GET"])
@blueprint.response(200, schemas.PatentOut)
@doors.machine("patent.view")
def show(number: str) -> dict[str, Any]:
    """One patent, its number in any common spelling."""
    return _out(patents.own(doors.actor(), number))


@blueprint.route("/patents/<number>", methods=["PUT"])
@blueprint.arguments(schemas.PatentSchema)
@blueprint.response(200, schemas.PatentOut)
@doors.machine("patent.edit")
def edit(facts: dict[str, Any], number: str) -> dict[str, Any]:
    """Correct a patent's particulars."""
    actor = doors.actor()
    transaction(lambda: patents.edit(actor, patents.own(actor, number), facts))
    return _out(patents.own(actor, number))


@blueprint.route("/patents/<number>/state", methods=["PUT"])
@blueprint.arguments(schemas.StateSchema)
@blueprint.response(200, schemas.PatentOut)
@doors.machine("patent.edit")
def state(loaded: dict[str, Any], number: str) -> dict[str, Any]:
    """Say until when annuities are paid, and answer the questions of the bars."""
    actor = doors.actor()

    def work() -> None:
        patent = patents.own(actor, number)
        patents.set_state(
            actor,
            patent,
            annuity_paid_to=loaded["annuity_paid_to"],
            annuity_upload=loaded["annuity_upload"],
            facts=questions.facts(loaded, patent),
        )

    transaction(work)
    return _out(patents.own(actor, number))


@blueprint.route("/patents/<number>/reports", methods=["POST"])
@blueprint.arguments(schemas.ReportSchema)
@blueprint.response(201, schemas.PatentOut)
@doors.machine("patent.edit")
def add_report(facts: dict[str, Any], number: str) -> Any:
    """Bring an evaluation report; a corrected one replaces the former. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        return str(patents.add_report(actor, patents.own(actor, number), facts).id)

    doors.once("patent.report", {"patent": number, **facts}, work, key=doors.idempotency_header())
    return _out(patents.own(actor, number)), 201, _location(number)


def _location(number: str) -> dict[str, str]:
    return {"Location": url_for("patents-api.show", number=number)}


def _out(patent: Patent) -> dict[str, Any]:
    names = (
        "number", "kind", "pct", "title", "filing_date", "grant_date", "main_class", "publication",
        "compensation_days",
        "owners", "inventors", "certificate_upload", "annuity_paid_to", "facts", "report",
    )  # fmt: skip
    return {**{name: getattr(patent, name) for name in names}, "last_day": patents.last_day(patent)}
