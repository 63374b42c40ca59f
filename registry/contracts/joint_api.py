"""One transfer for several licenses, for machines: claimed by the licensee, answered by whoever keeps the
account.

What is to be signed is one list, a statement for each license in the order of the list; one signature
completes it or nothing. A payment that is part of no transfer is answered in api.py.
"""

from typing import Any
from uuid import UUID

from flask import url_for

from registry import openapi
from registry.contracts import joint_payments, money_schemas, outgoing, payments, schemas
from registry.contracts.basket_models import JointPayment
from registry.contracts.models import Payment
from registry.errors import NotFound
from registry.ledger.filings import Statement
from registry.ledger.statement_lists import StatementList
from registry.parties import doors, prepared
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.prepared import Act

blueprint = openapi.Blueprint(
    "joint-api", __name__, url_prefix="/api/v1", description="One transfer for several licenses"
)
CLAIM, CONFIRM = "payment.claim_joint", "payment.confirm_joint"


@blueprint.route("/joint-payments/<uuid:joint_id>/claim/prepare", methods=["POST"])
@blueprint.arguments(money_schemas.ClaimSchema)
@blueprint.response(201, schemas.PreparedListAnswer)
@doors.machine("payment.claim")
def prepare_claim(given: dict[str, Any], joint_id: UUID) -> dict[str, Any]:
    """Prepare the claim of one transfer for all licenses under its reference; the slip is brought before with
    POST /files. Needs Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        facts = money_schemas.claim_facts(given)
        acts = [act for _, act in joint_payments.claim_acts(actor, _joint(joint_id), facts)]
        kept = money_schemas.ClaimSchema().dump(given)
        return str(prepared.keep_list(actor, CLAIM, joint_id, acts, kept).id)

    return _prepared(CLAIM, {"joint": joint_id, **given}, work)


@blueprint.route("/joint-payments/<uuid:joint_id>/claim", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, schemas.PaymentAnswer(many=True))
@doors.machine("payment.claim")
def claim(given: dict[str, Any], joint_id: UUID) -> Any:
    """Claim a prepared transfer with its one signature: a payment for each license it pays. Needs
    Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        row, acts = prepared.take_list(actor, CLAIM, given["prepared"])
        joint = _joint(joint_id)
        if row.subject_id != joint.id:
            raise NotFound("not_found")
        facts = money_schemas.claim_facts(money_schemas.ClaimSchema().load(row.facts))
        return str(joint_payments.claim(actor, joint, facts, acts, _signed(given, acts))[0].id)

    made = doors.once(CLAIM, {"joint": joint_id, **given}, work, key=doors.idempotency_header())
    where = url_for("basket-api.one", number=_joint(joint_id).checkout.number)
    return _parts(payments.find(UUID(made))), 201, {"Location": where}


@blueprint.route("/payments/<uuid:payment_id>/transfer/prepare", methods=["POST"])
@blueprint.arguments(money_schemas.AnswerSchema)
@blueprint.response(201, schemas.PreparedListAnswer)
@doors.machine("payment.confirm")
def prepare_answer(given: dict[str, Any], payment_id: UUID) -> dict[str, Any]:
    """Prepare what the account shows about the whole transfer this payment is part of. Needs
    Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        facts = money_schemas.answer_facts(given)
        acts = [act for _, act in joint_payments.confirm_acts(actor, _payment(payment_id), facts)]
        kept = money_schemas.AnswerSchema().dump(given)
        return str(prepared.keep_list(actor, CONFIRM, payment_id, acts, kept).id)

    return _prepared(CONFIRM, {"payment": payment_id, **given}, work)


@blueprint.route("/payments/<uuid:payment_id>/transfer", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, schemas.PaymentAnswer(many=True))
@doors.machine("payment.confirm")
def answer(given: dict[str, Any], payment_id: UUID) -> Any:
    """Answer the whole transfer with one signature; each license is obtained when its part is whole. Needs
    Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        row, acts = prepared.take_list(actor, CONFIRM, given["prepared"])
        if row.subject_id != payment_id:
            raise NotFound("not_found")
        facts = money_schemas.answer_facts(money_schemas.AnswerSchema().load(row.facts))
        joint_payments.confirm(actor, _payment(payment_id), facts, acts, _signed(given, acts))
        return str(payment_id)

    doors.once(CONFIRM, {"payment": payment_id, **given}, work, key=doors.idempotency_header())
    found = _payment(payment_id)
    where = url_for("contracts-api.show", number=found.acceptance.number)
    return _parts(found), 201, {"Location": where}


# --- inside ------------------------------------------------------------------------------------------


def _joint(joint_id: UUID) -> JointPayment:
    """A joint payment of a list the machine may see. Raises NotFound."""
    found = joint_payments.find(joint_id)
    allow(doors.actor(), "checkout.view", found.checkout)
    return found


def _payment(payment_id: UUID) -> Payment:
    """A payment that is part of a transfer. Raises NotFound for one that stands alone."""
    found = payments.find(payment_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    if found.transfer_id is None:
        raise NotFound("not_found")
    return found


def _signed(given: dict[str, Any], acts: list[Act]) -> list[Statement]:
    listed = StatementList(statements=tuple(act.statement for act in acts))
    signature = parties.parse_signature(given["signature"])
    return parties.external_list(doors.actor(), given["kid"], signature, listed)


def _prepared(verb: str, asked: dict[str, Any], work: Any) -> dict[str, Any]:
    row_id = doors.once(f"{verb}.prepare", asked, work, key=doors.idempotency_header())
    return outgoing.prepared_list(prepared.find(doors.actor(), UUID(row_id)))


def _parts(payment: Payment) -> list[dict[str, Any]]:
    return [outgoing.payment(one) for one in joint_payments.parts_of(payment)]
