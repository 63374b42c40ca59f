"""The administrators' page: from which day each version of the standard terms holds, and who said so."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from registry import clock, problems
from registry.errors import Invalid, Refused
from registry.forms import CleanText, FormState, LegalDate, Schema, labels, load, nested
from registry.licenses import rules, terms_days
from registry.parties import doors
from registry.parties.permissions import may

blueprint = Blueprint("terms_days", __name__)


class TermsDaySchema(Schema):
    """Which version, from which day."""

    version = CleanText(required=True, max=20, metadata={"label": _l("版本")})
    day = LegalDate(required=True, metadata={"label": _l("自何日起使用")})


@blueprint.get("/admin/terms")
@doors.signed_in
def index() -> ResponseReturnValue:
    return _page(FormState())


@blueprint.post("/admin/terms")
@doors.signed_in
def ask() -> ResponseReturnValue:
    actor, typed = doors.actor(), doors.form_data()
    try:
        given = load(TermsDaySchema, nested(typed))
        doors.submit("terms.ask", given, lambda: str(terms_days.ask(actor, **given).id))
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _page(FormState.failed(typed, refused, TermsDaySchema)), problems.status(refused)
    return redirect(url_for("terms_days.index"), 303)


@blueprint.post("/admin/terms/<uuid:row_id>/approve")
@doors.signed_in
def approve(row_id: UUID) -> ResponseReturnValue:
    """The second person."""
    actor = doors.actor()
    found = terms_days.find(actor, row_id)
    doors.submit("terms.approve", {"row": str(row_id)}, lambda: str(terms_days.approve(actor, found).id))
    return redirect(url_for("terms_days.index"), 303)


@blueprint.post("/admin/terms/<uuid:row_id>/drop")
@doors.signed_in
def drop(row_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    found = terms_days.find(actor, row_id)
    doors.submit("terms.drop", {"row": str(row_id)}, lambda: str(terms_days.drop(actor, found).id))
    return redirect(url_for("terms_days.index"), 303)


def _page(form: FormState) -> str:
    actor, today = doors.actor(), clock.today()
    asked = terms_days.every(actor)
    versions = terms_days.versions()
    return render_template(
        "licenses/terms_days.html",
        versions=versions,
        ahead=[one for one in versions if one.effective_from > today],
        asked=asked,
        people=terms_days.people(asked),
        least=rules.TERMS_NOTICE_DAYS,
        can=may(actor, terms_days.SCHEDULE),
        me=actor.account_id,
        form=FormState(form.values, form.errors, form.labels or labels(TermsDaySchema)),
    )
