"""Royalty reports for machines: the licensee prepares, signs elsewhere and sends; the holder answers the same
way. Questions are put by people, on the page.
"""

from typing import Any
from uuid import UUID

from flask import url_for

from registry import openapi
from registry.contracts import duty_schemas, outgoing, register, schemas
from registry.contracts import royalty_reports as reports
from registry.contracts.duty_models import RoyaltyReport
from registry.contracts.models import Acceptance
from registry.errors import NotFound
from registry.licenses.schedule import Due
from registry.parties import doors, prepared
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "royalties-api", __name__, url_prefix="/api/v1", description="Royalty reports and the holder's answers"
)
REPORT, ANSWER = "royalty.report", "royalty.answer"


@blueprint.route("/acceptances/<number>/royalties")
@blueprint.response(200, duty_schemas.RoyaltyPeriodAnswer(many=True))
@doors.machine("acceptance.view")
def index(number: str) -> list[dict[str, Any]]:
    """Every settlement period of a license with its standing report. 404 where no royalty was agreed."""
    acceptance = _own(number)
    reports.terms_of(acceptance)
    newest = reports.newest(acceptance)
    return [_period(due, newest.get(due.number)) for due in reports.periods(acceptance)]


@blueprint.route("/acceptances/<number>/royalties/<int:period>/prepare", methods=["POST"])
@blueprint.arguments(duty_schemas.RoyaltySchema)
@blueprint.response(201, schemas.PreparedAnswer)
@doors.machine("royalty.report")
def prepare_report(given: dict[str, Any], number: str, period: int) -> dict[str, Any]:
    """Prepare the report of a period: what to sign. Figures for each license year within it; files are
    brought before with POST /files. Needs Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        found = _own(number)
        act = reports.report_act(actor, found, period, given)
        kept = {"period": period, "report": duty_schemas.RoyaltySchema().dump(given)}
        return str(prepared.keep(actor, REPORT, found.id, act, kept).id)

    asked = {"number": number, "period": period, **given}
    return _prepared(doors.once(REPORT + ".prepare", asked, work, key=doors.idempotency_header()))


@blueprint.route("/acceptances/<number>/royalties/<int:period>", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, duty_schemas.RoyaltyReportAnswer)
@doors.machine("royalty.report")
def report(given: dict[str, Any], number: str, period: int) -> Any:
    """Report a period with the signature over what was prepared: that it is true. Needs Idempotency-Key."""
    actor, signature = doors.actor(), parties.parse_signature(given["signature"])

    def work() -> str:
        row, act = prepared.take(actor, REPORT, given["prepared"])
        found = _own(number)
        if row.subject_id != found.id or row.facts["period"] != period:
            raise NotFound("not_found")
        facts = duty_schemas.RoyaltySchema().load(row.facts["report"])
        statement = parties.external(actor, given["kid"], signature, act.statement)
        return str(reports.report(actor, found, period, facts, act, statement).id)

    asked = {"number": number, "period": period, **given}
    made = doors.once(REPORT, asked, work, key=doors.idempotency_header())
    return _shown(reports.find(UUID(made))), 201, _at(number)


@blueprint.route("/royalty-reports/<uuid:report_id>/answer/prepare", methods=["POST"])
@blueprint.arguments(duty_schemas.ReportAnswerSchema)
@blueprint.response(201, schemas.PreparedAnswer)
@doors.machine("royalty.answer")
def prepare_answer(given: dict[str, Any], report_id: UUID) -> dict[str, Any]:
    """Prepare the holder's agreement or dispute: what to sign. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        act = reports.answer_act(actor, _report(report_id), given)
        return str(prepared.keep(actor, ANSWER, report_id, act, given).id)

    asked = {"report": report_id, **given}
    return _prepared(doors.once(ANSWER + ".prepare", asked, work, key=doors.idempotency_header()))


@blueprint.route("/royalty-reports/<uuid:report_id>/answer", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, duty_schemas.RoyaltyReportAnswer)
@doors.machine("royalty.answer")
def answer(given: dict[str, Any], report_id: UUID) -> Any:
    """Answer a report with the signature over what was prepared. Needs Idempotency-Key."""
    actor, signature = doors.actor(), parties.parse_signature(given["signature"])

    def work() -> str:
        row, act = prepared.take(actor, ANSWER, given["prepared"])
        if row.subject_id != report_id:
            raise NotFound("not_found")
        statement = parties.external(actor, given["kid"], signature, act.statement)
        return str(reports.answer(actor, _report(report_id), row.facts, act, statement).id)

    doors.once(ANSWER, {"report": report_id, **given}, work, key=doors.idempotency_header())
    found = _report(report_id)
    return _shown(found), 201, _at(found.acceptance.number)


# --- inside ------------------------------------------------------------------------------------------


def _own(number: str) -> Acceptance:
    """A license the machine may see. Raises NotFound."""
    found = register.find(number)
    allow(doors.actor(), "acceptance.view", found)
    return found


def _report(report_id: UUID) -> RoyaltyReport:
    found = reports.find(report_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    return found


def _period(due: Due, found: RoyaltyReport | None) -> dict[str, Any]:
    return {
        "period": due.number,
        "first": due.period_first,
        "last": due.period_last,
        "report_by": due.report_by,
        "due_on": due.due_on,
        "report": _shown(found) if found else None,
    }


def _shown(found: RoyaltyReport) -> dict[str, Any]:
    return {
        "id": found.id,
        "acceptance": found.acceptance.number,
        "period": found.number,
        "edition": found.edition,
        "state": found.state,
        "nil": found.nil,
        "royalty": found.royalty,
        "credited": found.credited,
        "due": found.due,
        "seq": found.seq,
        "answer_seq": found.answer_seq,
    }


def _prepared(row_id: str) -> dict[str, Any]:
    return outgoing.prepared(prepared.find(doors.actor(), UUID(row_id)))


def _at(number: str) -> dict[str, str]:
    return {"Location": url_for("royalties-api.index", number=number)}
