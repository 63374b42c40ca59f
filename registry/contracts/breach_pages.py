"""Default, ending and hand-over, page by page: each act signed by the side whose act it is."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, problems
from registry.contracts import default_notices as notices
from registry.contracts import duties, duty_schemas, endings, handovers, performance
from registry.contracts import duty_acts as acts
from registry.contracts.models import Acceptance
from registry.contracts.pages import again, own, side_of
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.ledger.filings import Statement
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may
from registry.parties.prepared import Act

blueprint = flask.Blueprint("breaches", __name__)


# --- notice of default -------------------------------------------------------------------------------


@blueprint.route("/acceptances/<number>/default", methods=["GET", "POST"])
@doors.signed_in
def notice(number: str) -> ResponseReturnValue:
    """Give notice about a late duty of the other side."""
    actor, acceptance = doors.actor(), own(number)
    allow(actor, "default.notice", acceptance)
    if request.method == "GET":
        return _notice_page(
            acceptance, FormState({"key": request.args.get("key", ""), "days": performance.CURE_DAYS})
        )
    posted = attachments.received()
    try:
        made = _give_notice(acceptance, *_loaded(posted, duty_schemas.NoticeFormSchema))
    except Refused as refused:
        form = posted.failed(refused, duty_schemas.NoticeFormSchema)
        return _notice_page(own(number), form), problems.status(refused)
    return redirect(url_for("breaches.show_notice", notice_id=made), 303)


def _give_notice(acceptance: Acceptance, given: dict[str, Any], password: str) -> str:
    actor, number = doors.actor(), acceptance.number
    asked = {"number": number, **given}
    if known := doors.first("default.notice", asked):
        return known
    facts = {**given, "due_on": _late_since(acceptance, given["key"])}
    act = notices.notice_act(actor, acceptance, facts)
    statement = parties.sign(actor, password, act.statement)
    return doors.submit(
        "default.notice",
        asked,
        lambda: str(notices.notice(actor, own(number), facts, act, statement).id),
    )


def _late_since(acceptance: Acceptance, key: str) -> Any:
    """The day the duty was due, of a duty the other side is late with; else nothing."""
    return {one.key: one.day for one in _late(acceptance)}.get(key)


def _late(acceptance: Acceptance) -> list[duties.Duty]:
    other = acts.other(acts.side_of(doors.actor(), acceptance))
    today = clock.today()
    return [one for one in duties.of_side(acceptance, other) if one.late(today) and one.who != duties.BOTH]


def _notice_page(acceptance: Acceptance, form: FormState) -> str:
    return render_template(
        "contracts/default.html",
        acceptance=acceptance,
        late=_late(acceptance),
        least=performance.CURE_DAYS,
        form=_labelled(form, duty_schemas.NoticeFormSchema),
    )


@blueprint.get("/default-notices/<uuid:notice_id>")
@doors.signed_in
def show_notice(notice_id: UUID) -> ResponseReturnValue:
    return _shown_notice(notice_id, FormState())


@blueprint.post("/default-notices/<uuid:notice_id>/answer")
@doors.signed_in
def answer_notice(notice_id: UUID) -> ResponseReturnValue:
    return _answered(
        "default.answer",
        notice_id,
        duty_schemas.NoticeAnswerFormSchema,
        _notice_of,
        notices.answer_act,
        notices.answer,
        lambda form: _shown_notice(notice_id, form),
        url_for("breaches.show_notice", notice_id=notice_id),
    )


@blueprint.post("/default-notices/<uuid:notice_id>/close")
@doors.signed_in
def close_notice(notice_id: UUID) -> ResponseReturnValue:
    """Performed, or taken back."""
    actor = doors.actor()
    _notice_of(notice_id)
    given = load(duty_schemas.CloseSchema, nested(request.form))

    def work() -> str:
        notices.close(actor, notices.find(notice_id), given["verb"])
        return str(notice_id)

    doors.submit("default.close", {"notice": str(notice_id), **given}, work)
    return redirect(url_for("breaches.show_notice", notice_id=notice_id), 303)


def _shown_notice(notice_id: UUID, form: FormState) -> str:
    found = _notice_of(notice_id)
    duty = duties.find(found.acceptance, found.key)
    return render_template(
        "contracts/default_notice.html",
        notice=found,
        acceptance=found.acceptance,
        side=side_of(found.acceptance),
        files=acts.files_of(found.id),
        papers=acts.papers_of(found.id),
        performed=duty is not None and duty.done,
        open=found.state in notices.OPEN,
        today=clock.today(),
        can=may(doors.actor(), "default.notice", found.acceptance),
        form=_labelled(form, duty_schemas.NoticeAnswerFormSchema),
    )


def _notice_of(notice_id: UUID) -> Any:
    found = notices.find(notice_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    return found


# --- ending ------------------------------------------------------------------------------------------


@blueprint.route("/acceptances/<number>/end", methods=["GET", "POST"])
@doors.signed_in
def end(number: str) -> ResponseReturnValue:
    """End a license for breach."""
    actor, acceptance = doors.actor(), own(number)
    allow(actor, "default.notice", acceptance)
    if request.method == "GET":
        return _end_page(acceptance, FormState())
    posted = attachments.received()
    try:
        made = _end(acceptance, *_loaded(posted, duty_schemas.EndingFormSchema))
    except Refused as refused:
        form = posted.failed(refused, duty_schemas.EndingFormSchema)
        return _end_page(own(number), form), problems.status(refused)
    return redirect(url_for("breaches.show_ending", ending_id=made), 303)


def _end(acceptance: Acceptance, given: dict[str, Any], password: str) -> str:
    actor, number = doors.actor(), acceptance.number
    asked = {"number": number, **given, "notice": str(given["notice"] or "")}
    if known := doors.first("license.end", asked):
        return known
    act = endings.end_act(actor, acceptance, given)
    statement = parties.sign(actor, password, act.statement)
    return doors.submit(
        "license.end", asked, lambda: str(endings.end(actor, own(number), given, act, statement).id)
    )


def _end_page(acceptance: Acceptance, form: FormState) -> str:
    side = acts.side_of(doors.actor(), acceptance)
    mine = [
        one for one in notices.of_acceptance(acceptance) if one.side == side and one.state in notices.OPEN
    ]
    return render_template(
        "contracts/end.html",
        acceptance=acceptance,
        notices=mine,
        today=clock.today(),
        answer_by=performance.answer_by(clock.today()).day,
        form=_labelled(form, duty_schemas.EndingFormSchema),
    )


@blueprint.get("/endings/<uuid:ending_id>")
@doors.signed_in
def show_ending(ending_id: UUID) -> ResponseReturnValue:
    return _shown_ending(ending_id, FormState())


@blueprint.post("/endings/<uuid:ending_id>/answer")
@doors.signed_in
def answer_ending(ending_id: UUID) -> ResponseReturnValue:
    return _answered(
        "ending.answer",
        ending_id,
        duty_schemas.EndingAnswerFormSchema,
        _ending_of,
        endings.answer_act,
        endings.answer,
        lambda form: _shown_ending(ending_id, form),
        url_for("breaches.show_ending", ending_id=ending_id),
    )


@blueprint.post("/endings/<uuid:ending_id>/settlement")
@doors.signed_in
def settle_ending(ending_id: UUID) -> ResponseReturnValue:
    """The venue enters what the parties agreed or a court said."""
    return _answered(
        "ending.settle",
        ending_id,
        duty_schemas.SettleFormSchema,
        _ending_of,
        endings.settle_act,
        endings.settle,
        lambda form: _shown_ending(ending_id, form),
        url_for("breaches.show_ending", ending_id=ending_id),
    )


def _shown_ending(ending_id: UUID, form: FormState) -> str:
    found = _ending_of(ending_id)
    actor = doors.actor()
    return render_template(
        "contracts/ending.html",
        ending=found,
        acceptance=found.acceptance,
        side=side_of(found.acceptance),
        notice=notices.find(found.notice_id) if found.notice_id else None,
        files=acts.files_of(found.id),
        papers=acts.papers_of(found.id),
        can=may(actor, "default.notice", found.acceptance),
        can_settle=may(actor, "ending.settle", found.acceptance),
        form=_labelled(form, duty_schemas.EndingAnswerFormSchema),
    )


def _ending_of(ending_id: UUID) -> Any:
    found = endings.find(ending_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    return found


# --- hand-over ---------------------------------------------------------------------------------------


@blueprint.get("/acceptances/<number>/handover")
@doors.signed_in
def show_handover(number: str) -> ResponseReturnValue:
    return _handover_page(own(number), FormState())


@blueprint.post("/acceptances/<number>/handover")
@doors.signed_in
def hand_over(number: str) -> ResponseReturnValue:
    """The holder records what was handed over."""
    actor, posted = doors.actor(), attachments.received()
    acceptance = own(number)
    try:
        given, password = _loaded(posted, duty_schemas.HandoverFormSchema)
        asked = {"number": number, **given}
        if doors.first("handover.record", asked):
            return redirect(url_for("breaches.show_handover", number=number), 303)
        act = handovers.record_act(actor, acceptance, given)
        statement = parties.sign(actor, password, act.statement)
        doors.submit(
            "handover.record",
            asked,
            lambda: str(handovers.record(actor, own(number), given, act, statement).id),
        )
    except Refused as refused:
        form = posted.failed(refused, duty_schemas.HandoverFormSchema)
        return _handover_page(own(number), form), problems.status(refused)
    return redirect(url_for("breaches.show_handover", number=number), 303)


@blueprint.post("/handovers/<uuid:handover_id>/answer")
@doors.signed_in
def answer_handover(handover_id: UUID) -> ResponseReturnValue:
    """The licensee gives the receipt, or says what is missing."""
    number = _handover_of(handover_id).acceptance.number
    return _answered(
        "handover.answer",
        handover_id,
        duty_schemas.HandoverAnswerFormSchema,
        _handover_of,
        handovers.answer_act,
        handovers.answer,
        lambda form: _handover_page(own(number), form),
        url_for("breaches.show_handover", number=number),
    )


def _handover_page(acceptance: Acceptance, form: FormState) -> str:
    actor, found = doors.actor(), handovers.of_acceptance(acceptance)
    both = labels(duty_schemas.HandoverFormSchema) | labels(duty_schemas.HandoverAnswerFormSchema)
    return render_template(
        "contracts/handover.html",
        acceptance=acceptance,
        promised=handovers.promised(acceptance),
        found=[(one, acts.files_of(one.id), acts.papers_of(one.id)) for one in found],
        side=side_of(acceptance),
        can_record=acceptance.state == "effective" and may(actor, "handover.record", acceptance),
        can_answer=may(actor, "handover.answer", acceptance),
        form=FormState(form.values, form.errors, form.labels or both),
    )


def _handover_of(handover_id: UUID) -> Any:
    found = handovers.find(handover_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    return found


# --- inside ------------------------------------------------------------------------------------------


def _loaded(posted: attachments.Posted, schema: Any) -> tuple[dict[str, Any], str]:
    given = posted.load(schema)
    return given, given.pop("password")


def _labelled(form: FormState, schema: Any) -> FormState:
    return FormState(form.values, form.errors, form.labels or labels(schema))


def _answered(
    verb: str,
    row_id: UUID,
    schema: Any,
    find: Callable[[UUID], Any],
    prepare: Callable[[Any, Any, Mapping[str, Any]], Act],
    act_on: Callable[[Any, Any, Mapping[str, Any], Act, Statement], Any],
    page: Callable[[FormState], str],
    then: str,
) -> ResponseReturnValue:
    """One signed answer about one row: shown again with its errors, or done once and back to its page."""
    actor, found = doors.actor(), find(row_id)
    try:
        given = load(schema, nested(request.form))
        password = given.pop("password")
        asked = {"row": str(row_id), **given}
        if doors.first(verb, asked):
            return redirect(then, 303)
        act = prepare(actor, found, given)
        statement = parties.sign(actor, password, act.statement)
        doors.submit(
            verb,
            asked,
            lambda: str(act_on(actor, find(row_id), given, act, statement).id),
        )
    except Refused as refused:
        return again(refused, schema, page)
    return redirect(then, 303)
