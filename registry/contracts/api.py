"""Licenses for machines: prepare, sign elsewhere, send; payments the same way; receipts, contracts, papers,
results.
"""

from typing import Any
from uuid import UUID

from flask import request, url_for

from registry import openapi
from registry.contracts import (
    money_schemas,
    outgoing,
    papers_shown,
    payments,
    register,
    registration,
    rules,
    schemas,
)
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance, Contract, Payment
from registry.contracts.papers import MEDIA
from registry.errors import NotFound
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.checkpoints import note_head
from registry.ledger.filings import Statement
from registry.licenses import register as offers
from registry.parties import doors, prepared
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "contracts-api", __name__, url_prefix="/api/v1", description="Notices, payments, contracts, papers"
)
CLAIM, CONFIRM = "payment.claim", "payment.confirm"


# --- the notice --------------------------------------------------------------------------------------


@blueprint.route("/offers/<number>/acceptances", methods=["POST"])
@blueprint.arguments(schemas.DraftSchema)
@blueprint.response(201, schemas.DraftedAnswer)
@doors.machine("acceptance.draft")
def draft(given: dict[str, Any], number: str) -> Any:
    """Prepare a notice: the statement to sign, what is due, the dates if sent today. Needs Idempotency-Key.
    """
    actor, said = doors.actor(), schemas.answers(given)
    drafted = doors.once(
        "acceptance.draft",
        {"offer": number, **said},
        lambda: contracts.draft(actor, offers.find(number), said).number,
        key=doors.idempotency_header(),
    )
    return outgoing.drafted(_own(drafted)), 201, _at("show", number=drafted)


@blueprint.route("/acceptances/<number>/prepare", methods=["POST"])
@blueprint.response(200, schemas.DraftedAnswer)
@doors.machine("acceptance.draft")
def prepare(number: str) -> dict[str, Any]:
    """Prepare an unsent notice anew over the offer's present text, after `stale_digest`. Needs
    Idempotency-Key.
    """
    actor = doors.actor()
    doors.once(
        "acceptance.prepare",
        {"number": number},
        lambda: contracts.redraft(actor, _own(number)).number,
        key=doors.idempotency_header(),
    )
    return outgoing.drafted(_own(number))


@blueprint.route("/acceptances/<number>/notice", methods=["POST"])
@blueprint.arguments(schemas.SignatureSchema)
@blueprint.response(201, schemas.AcceptanceAnswer)
@doors.machine("acceptance.send")
def send(given: dict[str, Any], number: str) -> Any:
    """Send a prepared notice with its signature: the contract is formed when it is entered. Needs
    Idempotency-Key.
    """
    actor, signature = doors.actor(), parties.parse_signature(given["signature"])
    answer: dict[str, Any] = {}  # made of what is committed with it, which is not read again

    def work() -> str:
        sent, place = contracts.accept_outside(actor, number, kid=given["kid"], signature=signature)
        answer.update(outgoing.acceptance(sent, leaf=place.leaf.hex()))
        return number

    asked, key = {"number": number, **given}, doors.idempotency_header()
    doors.once("acceptance.send", asked, work, key=key, reference=number)
    return answer or outgoing.acceptance(register.find(number)), 201, _at("show", number=number)


@blueprint.route("/acceptances/<number>")
@blueprint.response(200, schemas.AcceptanceAnswer)
@doors.machine("acceptance.view")
def show(number: str) -> dict[str, Any]:
    """An acceptance with its payments."""
    return outgoing.whole(_own(number))


@blueprint.route("/acceptances/<number>/receipt")
@blueprint.response(200, description="The receipt; `?of=effective` for the license's effect")
@blueprint.doc(responses={"202": {"description": "No checkpoint covers the filing yet: ask again"}})
@doors.machine("acceptance.view")
def receipt(number: str) -> Any:
    """The receipt of the notice with entry, proof, checkpoint and what opens its commitments."""
    found = _own(number)
    seq = found.effective_seq if request.args.get("of") == "effective" else found.noticed_seq
    if seq is None:
        raise NotFound("not_found")
    note = ledger.checkpoint()
    if note is None or note_head(note).size <= seq:
        waiting = openapi.json_answer({"seq": seq, "state": "waiting_for_checkpoint"}, 202)
        waiting.headers["Retry-After"] = "1"
        return waiting
    paths = {row["path"] for row in ledger.disclosures(seq)}
    return doors.plain_response(jcs(ledger.receipt(seq, disclose=paths)), "application/json")


# --- money -------------------------------------------------------------------------------------------


@blueprint.route("/acceptances/<number>/payments/prepare", methods=["POST"])
@blueprint.arguments(money_schemas.ClaimSchema)
@blueprint.response(201, schemas.PreparedAnswer)
@doors.machine("payment.claim")
def prepare_claim(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Prepare the claim of a payment; the slip is brought before with POST /files. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        found = _own(number)
        act = payments.claim_act(actor, found, money_schemas.claim_facts(given))
        kept = prepared.keep(actor, CLAIM, found.id, act, money_schemas.ClaimSchema().dump(given))
        return str(kept.id)

    key = doors.idempotency_header()
    return _prepared(doors.once(CLAIM + ".prepare", {"number": number, **given}, work, key=key))


@blueprint.route("/acceptances/<number>/payments", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, schemas.PaymentAnswer)
@doors.machine("payment.claim")
def claim(given: dict[str, Any], number: str) -> Any:
    """Claim a prepared payment with its signature. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        row, act = prepared.take(actor, CLAIM, given["prepared"])
        found = _own(number)
        if row.subject_id != found.id:
            raise NotFound("not_found")
        facts = money_schemas.claim_facts(money_schemas.ClaimSchema().load(row.facts))
        statement = _signed(given, act.statement)
        return str(payments.claim(actor, found, facts, act, statement).id)

    made = doors.once(CLAIM, {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.payment(payments.find(UUID(made))), 201, _at("show", number=number)


@blueprint.route("/payments/<uuid:payment_id>/confirmation/prepare", methods=["POST"])
@blueprint.arguments(money_schemas.AnswerSchema)
@blueprint.response(201, schemas.PreparedAnswer)
@doors.machine("payment.confirm")
def prepare_confirmation(given: dict[str, Any], payment_id: UUID) -> dict[str, Any]:
    """Prepare what the account shows about a claim. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        act = payments.confirm_act(actor, _payment(payment_id), money_schemas.answer_facts(given))
        kept = money_schemas.AnswerSchema().dump(given)
        return str(prepared.keep(actor, CONFIRM, payment_id, act, kept).id)

    key = doors.idempotency_header()
    return _prepared(doors.once(CONFIRM + ".prepare", {"payment": payment_id, **given}, work, key=key))


@blueprint.route("/payments/<uuid:payment_id>/confirmation", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, schemas.PaymentAnswer)
@doors.machine("payment.confirm")
def confirm(given: dict[str, Any], payment_id: UUID) -> Any:
    """Answer a claim with the signature over what was prepared. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        row, act = prepared.take(actor, CONFIRM, given["prepared"])
        if row.subject_id != payment_id:
            raise NotFound("not_found")
        facts = money_schemas.answer_facts(money_schemas.AnswerSchema().load(row.facts))
        payments.confirm(actor, _payment(payment_id), facts, act, _signed(given, act.statement))
        return str(payment_id)

    doors.once(CONFIRM, {"payment": payment_id, **given}, work, key=doors.idempotency_header())
    found = _payment(payment_id)
    return outgoing.payment(found), 201, _at("show", number=found.acceptance.number)


# --- contracts ---------------------------------------------------------------------------------------


@blueprint.route("/contracts/<number>")
@blueprint.response(200, schemas.ContractAnswer)
@doors.machine("contract.view")
def contract(number: str) -> dict[str, Any]:
    """A contract with its acceptances, what a registrar would miss, and results."""
    return outgoing.contract(readable(number), doors.actor())


@blueprint.route("/contracts/<number>/results", methods=["POST"])
@blueprint.arguments(schemas.ResultSchema)
@blueprint.response(201, schemas.ContractAnswer)
@doors.machine("contract.register")
def result(given: dict[str, Any], number: str) -> Any:
    """Enter what the registrar answered. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        upload = given["certificate_upload"]
        kept = parties.uploaded(actor, upload, field="certificate_upload").id if upload else None
        registration.record_result(actor, readable(number), {**given, "certificate_upload": kept})
        return number

    doors.once("contract.result", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.contract(readable(number), doors.actor()), 201, _at("contract", number=number)


@blueprint.route("/contracts/<number>/recordal", methods=["POST"])
@blueprint.arguments(schemas.RecordalSchema)
@blueprint.response(200, schemas.ContractAnswer)
@doors.machine("recordal.record")
def recordal(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Record what became of the filing with CNIPA (IR 15, 87). Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        registration.record_recordal(actor, readable(number), given)
        return number

    doors.once("contract.recordal", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.contract(readable(number), doors.actor())


@blueprint.route("/contracts/<number>/files", methods=["POST"])
@blueprint.arguments(schemas.AttachSchema)
@blueprint.response(200, schemas.ContractAnswer)
@doors.machine("contract.attach")
def attach(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Put a file brought with POST /files into a place of the package. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        found = readable(number)
        allow(actor, "contract.attach", found)
        upload = parties.uploaded(actor, given["file_upload"], field="file_upload")
        registration.attach(actor, found, given["slot"], upload, seats=given["seats"])
        return number

    doors.once("contract.attach", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.contract(readable(number), doors.actor())


@blueprint.route("/contracts/<number>/papers")
@blueprint.response(200, description="Every printed paper with its digest")
@doors.machine("contract.view")
def papers(number: str) -> Any:
    """The papers that were printed, and whether some are still being made."""
    return openapi.json_answer(outgoing.papers(readable(number)))


@blueprint.route("/contracts/<number>/papers/<uuid:paper_id>")
@blueprint.response(
    200, description="The PDF or DOCX, the same bytes for ever", content_type="application/pdf"
)
@doors.machine("contract.view")
def paper(number: str, paper_id: UUID) -> Any:
    """One paper's bytes; the ETag is its digest."""
    found, data = papers_shown.find(readable(number), paper_id)
    response = doors.plain_response(data, MEDIA[papers_shown.form_of(found)])
    response.headers["ETag"] = f'"{found.digest}"'
    return response


# --- inside ------------------------------------------------------------------------------------------


def _own(number: str) -> Acceptance:
    """An acceptance the machine may see; a draft is its licensee's alone. Raises NotFound."""
    found, actor = register.find(number), doors.actor()
    allow(actor, "acceptance.view", found)
    if found.state == rules.AcceptanceState.DRAFTED and actor.organisation_id != found.licensee_id:
        raise NotFound("not_found")
    return found


def _payment(payment_id: UUID) -> Payment:
    found = payments.find(payment_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    return found


def readable(number: str) -> Contract:
    found = register.find_contract(number)
    allow(doors.actor(), "contract.view", found)
    if all(one.state == rules.AcceptanceState.DRAFTED for one in found.acceptances):
        raise NotFound("not_found")
    return found


def _signed(given: dict[str, Any], fields: Any) -> Statement:
    signature = parties.parse_signature(given["signature"])
    return parties.external(doors.actor(), given["kid"], signature, fields)


def _prepared(row_id: str) -> dict[str, Any]:
    row = prepared.find(doors.actor(), UUID(row_id))
    return outgoing.prepared(row)


def _at(view: str, **values: Any) -> dict[str, str]:
    return {"Location": url_for(f"contracts-api.{view}", **values)}
