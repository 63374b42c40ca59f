"""One transfer for several licenses: its bank slip, and the request that finance offices pay against."""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.contracts import joint_payments, money_schemas
from registry.contracts.basket_models import JointPayment
from registry.contracts.payments import outstanding
from registry.documents import store
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels
from registry.ledger.statement_lists import StatementList
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("joint", __name__)


@blueprint.get("/joint-payments/<uuid:joint_id>/pay")
@doors.signed_in
def slip(joint_id: UUID) -> ResponseReturnValue:
    joint = _own(joint_id)
    known = {"amount": joint_payments.rest(joint), "payer": joint.checkout.licensee.name}
    return _slip(joint, FormState(known))


@blueprint.post("/joint-payments/<uuid:joint_id>/pay")
@doors.signed_in
def claim(joint_id: UUID) -> ResponseReturnValue:
    posted = attachments.received()
    try:
        _claim(joint_id, posted.load(money_schemas.ClaimFormSchema))
    except Refused as refused:
        form = posted.failed(refused, money_schemas.ClaimFormSchema)
        return _slip(_own(joint_id), form), problems.status(refused)
    return redirect(url_for("checkout.show", number=_own(joint_id).checkout.number), 303)


def _claim(joint_id: UUID, given: dict[str, Any]) -> None:
    actor, password = doors.actor(), given.pop("password")
    asked = {"joint": str(joint_id), **given}
    if doors.first("payment.claim", asked):
        return
    facts = money_schemas.claim_facts(given)
    acts = [act for _, act in joint_payments.claim_acts(actor, _own(joint_id), facts)]
    listed = StatementList(statements=tuple(act.statement for act in acts))
    statements = parties.sign_list(actor, password, listed)

    def work() -> str:
        joint_payments.claim(actor, _own(joint_id), facts, acts, statements)
        return str(joint_id)

    doors.submit("payment.claim", asked, work)


def _slip(joint: JointPayment, form: FormState) -> str:
    waiting = joint_payments.waiting(joint)
    return render_template(
        "contracts/joint_slip.html",
        joint=joint,
        waiting=waiting,
        rest=joint_payments.rest(joint),
        account=joint_payments.account(joint),
        outstanding=outstanding,
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.ClaimFormSchema)),
    )


@blueprint.get("/joint-payments/<uuid:joint_id>.pdf")
@doors.signed_in
def request_pdf(joint_id: UUID) -> ResponseReturnValue:
    """付款通知单, for the licensee and for whoever may see all the licenses in it: it lists them."""
    joint, actor = joint_payments.find(joint_id), doors.actor()
    found = joint_payments.lines(joint)
    mine = may(actor, "checkout.view", joint.checkout)
    if not joint.digest or not (mine or (found and all(may(actor, "acceptance.view", one) for one in found))):
        raise NotFound("not_found")
    response = doors.plain_response(store.get(joint.digest), "application/pdf")
    return doors.named(response, f"{joint.checkout.number}-{joint.reference}.pdf", inline=True)


def _own(joint_id: UUID) -> JointPayment:
    joint = joint_payments.find(joint_id)
    allow(doors.actor(), "checkout.view", joint.checkout)
    return joint
