"""What is done with many drafts of a batch at once: ask their co-owners, change one step, sign in one act."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry import problems
from registry.database import transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.licenses import (
    assembly,
    batch_approvals,
    batch_consents,
    batch_drafts,
    batch_schemas,
    batch_signing,
    batches,
    rules,
    schemas,
    task_list,
)
from registry.licenses import service as licenses
from registry.licenses.answers import TICKS
from registry.licenses.batch_models import DeclarationBatch
from registry.licenses.batches_pages import AT, CHANGEABLE, failed
from registry.licenses.pages import MORE_ROWS, USUAL_FEE
from registry.licenses.public_text import RECEIVING_SYSTEM, STANDING_AUTHORISATION, UNDERTAKING
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may
from registry.parties.schemas import ReasonSchema

blueprint = flask.Blueprint("batch_acts", __name__)
STEP = f"<any({', '.join(CHANGEABLE)}):step>"


# --- co-owners, one change for all -------------------------------------------------------------------


@blueprint.get(f"{AT}/co-owners")
@doors.signed_in
def co_owners(batch_id: UUID) -> ResponseReturnValue:
    return _co_owners(batches.find(doors.actor(), batch_id), FormState())


@blueprint.post(f"{AT}/co-owners")
@doors.signed_in
def ask(batch_id: UUID) -> ResponseReturnValue:
    """Keep the addresses and send every co-owner one letter with all its links."""
    actor = doors.actor()
    try:
        given = load(batch_schemas.AddressesSchema, nested(doors.form_data()))
        emails = {one["name"]: one["email"] for one in given["owners"] if one["email"]}
        done: list[batch_consents.Asked] = []

        def work() -> str:
            found = batches.find(actor, batch_id)
            batch_consents.name_addresses(actor, batches.members(found), emails)
            done.append(batch_consents.ask_all(actor, found, batches.members(found)))
            return str(batch_id)

        doors.submit("declarations.batch_ask", {"batch": str(batch_id), "owners": emails}, work)
    except Refused as refused:
        form = failed(refused, batch_schemas.AddressesSchema)
        return _co_owners(batches.find(actor, batch_id), form), problems.status(refused)
    return _co_owners(batches.find(actor, batch_id), FormState(), asked=done[0] if done else None)


@blueprint.get(f"{AT}/change/{STEP}")
@doors.signed_in
def change(batch_id: UUID, step: str) -> ResponseReturnValue:
    found = batches.find(doors.actor(), batch_id)
    drafts = batch_consents.drafts_of(batches.members(found))
    answers = (drafts[0].draft.get(step) if drafts else None) or {}
    if step == "fee" and "method" in request.args and request.args["method"] != answers.get("method"):
        answers = {**USUAL_FEE, "method": request.args["method"]}
    return _change(found, step, FormState({step: answers}))


@blueprint.post(f"{AT}/change/{STEP}")
@doors.signed_in
def change_all(batch_id: UUID, step: str) -> ResponseReturnValue:
    """Replace one step in every chosen draft."""
    actor, form = doors.actor(), doors.form_data()
    schema, numbers = schemas.StepsSchema(only=(step,)), form.getlist("_numbers")
    found = batches.find(actor, batch_id)
    if request.form.get("_more"):
        return _change(found, step, FormState(nested(form)), more=True)
    try:
        allow(actor, "declaration.draft", found)
        answers = load(schema, nested(form) or {step: {}})[step]
        batch_signing.chosen(batches.members(found), numbers)
        for start in range(0, len(numbers), batch_drafts.AT_ONCE):
            some = numbers[start : start + batch_drafts.AT_ONCE]
            transaction(lambda some=some: _replace(batch_id, some, {step: answers}))  # type: ignore[misc]
    except Refused as refused:
        if not refused.field and not hasattr(refused, "refusals"):
            raise
        return _change(found, step, FormState.failed(form, refused, schema)), problems.status(refused)
    return redirect(url_for("declaration_batches.show", batch_id=batch_id), 303)


def _replace(batch_id: UUID, numbers: list[str], given: Mapping[str, Any]) -> None:
    actor = doors.actor()
    for row in batch_signing.chosen(batches.members(batches.find(actor, batch_id)), numbers):
        assert row.declaration is not None
        if row.pending or row.declaration.state not in assembly.EDITABLE:
            raise Conflict("row_signed", "_numbers", number=row.declaration.number)
        licenses.save_steps(actor, row.declaration, given)


# --- signing -----------------------------------------------------------------------------------------


@blueprint.get(f"{AT}/sign")
@doors.signed_in
def sign_form(batch_id: UUID) -> ResponseReturnValue:
    return _sign(batches.find(doors.actor(), batch_id), FormState())


@blueprint.post(f"{AT}/sign")
@doors.signed_in
def sign(batch_id: UUID) -> ResponseReturnValue:
    try:
        signing_id = _signed(batch_id, load(batch_schemas.SignBatchSchema, nested(doors.form_data())))
    except Refused as refused:
        form = failed(refused, batch_schemas.SignBatchSchema)
        return _sign(batches.find(doors.actor(), batch_id), form), problems.status(refused)
    return redirect(url_for("batch_acts.signed", batch_id=batch_id, signing_id=signing_id), 303)


def _signed(batch_id: UUID, given: Mapping[str, Any]) -> str:
    """Keep the ticks, sign the list outside any transaction, keep what was signed once."""
    actor, numbers = doors.actor(), given["numbers"]
    ticks = {name: given[name] for name in TICKS}
    for start in range(0, len(numbers), batch_drafts.AT_ONCE):
        some = numbers[start : start + batch_drafts.AT_ONCE]
        transaction(lambda some=some: batch_signing.tick_all(actor, _chosen(batch_id, some), ticks))  # type: ignore[misc]
    listed = batch_signing.prepare(actor, _chosen(batch_id, numbers), given["digest"])
    signed = parties.sign_list(actor, given["password"], listed)

    def work() -> str:
        return str(batch_signing.begin(actor, batches.find(actor, batch_id), numbers, signed).id)

    asked = {"batch": str(batch_id), "digest": given["digest"], "numbers": numbers}
    return doors.submit("declarations.batch_sign", asked, work)


def _chosen(batch_id: UUID, numbers: list[str]) -> Any:
    found = batches.find(doors.actor(), batch_id)
    allow(doors.actor(), "declaration.sign", found)
    return batch_signing.chosen(batches.members(found), numbers)


@blueprint.post(f"{AT}/approval")
@doors.signed_in
def ask_approval(batch_id: UUID) -> ResponseReturnValue:
    """Ask the others to sign everything of the batch that is ready, in one act."""
    actor = doors.actor()

    def work() -> str:
        url = url_for("batch_acts.sign_form", batch_id=batch_id)
        batch_approvals.ask(actor, batches.find(actor, batch_id), url=url)
        return str(batch_id)

    doors.submit("declarations.batch_approval", {"batch": str(batch_id)}, work)
    return redirect(url_for("batch_acts.sign_form", batch_id=batch_id), 303)


@blueprint.post(f"{AT}/refusal")
@doors.signed_in
def refuse_approval(batch_id: UUID) -> ResponseReturnValue:
    """Sign nothing of what somebody asked about in this batch, and say why."""
    actor = doors.actor()
    try:
        reason = load(ReasonSchema, nested(request.form))["reason"]

        def work() -> str:
            batch_approvals.refuse(actor, batches.find(actor, batch_id), reason=reason)
            return str(batch_id)

        asked = {"batch": str(batch_id), "reason": reason}
        doors.submit("declarations.batch_refusal", asked, work)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _sign(batches.find(actor, batch_id), failed(refused, ReasonSchema)), problems.status(refused)
    return redirect(url_for("declaration_batches.show", batch_id=batch_id), 303)


@blueprint.get(f"{AT}/signed/<uuid:signing_id>")
@doors.signed_in
def signed(batch_id: UUID, signing_id: UUID) -> ResponseReturnValue:
    found = batches.find(doors.actor(), batch_id)
    signing = batch_signing.find(found, signing_id)
    return render_template(
        "licenses/batches/signed.html", one=found, signing=signing, said=batch_signing.progress(signing)
    )


# --- inside ---------------------------------------------------------------------------------------------


def _co_owners(found: DeclarationBatch, form: FormState, *, asked: batch_consents.Asked | None = None) -> str:
    named = batch_consents.co_owners(batches.members(found))
    typed = form.values or {"owners": [{"name": one.name, "email": one.email} for one in named]}
    return render_template(
        "licenses/batches/co_owners.html",
        one=found,
        named=named,
        form=FormState(typed, form.errors, form.labels or labels(batch_schemas.AddressesSchema)),
        asked=asked,
    )


def _change(found: DeclarationBatch, step: str, form: FormState, *, more: bool = False) -> str:
    drafts = batch_consents.drafts_of(batches.members(found))
    return render_template(
        f"licenses/steps/{step}.html",
        step=step,
        title=task_list.TITLES[step],
        about=_("一并修改 %(n)s 份草稿", n=len(drafts)),
        home=url_for("declaration_batches.show", batch_id=found.id),
        home_words=_("这一批"),
        drafts=drafts,
        form=FormState(form.values, form.errors, form.labels or labels(schemas.StepsSchema)),
        problems=(),
        warnings=(),
        more=2 * MORE_ROWS if more else MORE_ROWS,
        choosing=FormState({"method": form.value("fee.method")}),
        fee_method="",
        patent_last_day=None,
        line=(),
    )


def _sign(found: DeclarationBatch, form: FormState) -> str:
    actor = doors.actor()
    allow(actor, "declaration.draft", found)
    ready = batch_signing.signable(batches.members(found))
    many = batch_approvals.standing(actor, found)
    if not many.needed:
        allow(actor, "declaration.sign", found)
    elif many.asked:  # what somebody else asked about is what this reader may sign
        ready = [row for row in ready if row.declaration and row.declaration.number in set(many.asked)]
    institution = parties.organisation_of(doors.actor()).nature[:3] in assembly.PUBLIC_INSTITUTIONS
    to_decide = any(
        one.code in rules.OVERRIDABLE
        for row in ready
        if row.declaration is not None
        for one in licenses.checks(row.declaration)
        if one.field not in batch_signing.TICKED
    )
    return render_template(
        "licenses/batches/sign.html",
        one=found,
        form=form,
        many=many,
        signs=many.may_sign and may(actor, "declaration.sign", found),
        ready=[(row, assembly.present(row.declaration)) for row in ready if row.declaration is not None],
        digest=batch_signing.list_digest(ready) if ready else "",
        clauses={
            "undertaking": UNDERTAKING,
            "standing_authorisation": STANDING_AUTHORISATION,
            "receives_here": RECEIVING_SYSTEM,
        },
        institution=institution,
        to_decide=to_decide,
    )
