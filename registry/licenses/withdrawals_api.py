"""Co-owners' consents and withdrawals for machines: read what to sign, post the signature."""

from typing import Any

from flask import url_for

from registry import openapi
from registry.errors import Conflict, NotFound
from registry.licenses import consents, outgoing, register, signing_schemas, withdrawals
from registry.licenses.models import Declaration, Withdrawal
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "withdrawals-api", __name__, url_prefix="/api/v1", description="Co-owners' consents and withdrawals"
)


@blueprint.route("/declarations/<number>/consents", methods=["POST"])
@blueprint.response(200, signing_schemas.DeclarationOut)
@doors.machine("declaration.draft")
def ask(number: str) -> dict[str, Any]:
    """Mail every co-owner who has not agreed to the present text a fresh link. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        consents.ask(actor, _own(number))
        return number

    doors.once("consent.ask", {"number": number}, work, key=doors.idempotency_header())
    return outgoing.declaration(_own(number))


@blueprint.route("/consents/<token>", methods=["GET"])
@blueprint.response(200, signing_schemas.ConsentOut)
@doors.machine("declaration.view")
def consent(token: str) -> dict[str, Any]:
    """What the holder of a link is asked to agree to, and the bytes to sign."""
    return outgoing.consent(consents.by_token(token))


@blueprint.route("/consents/<token>/answer", methods=["POST"])
@blueprint.arguments(signing_schemas.ConsentAnswerSchema)
@blueprint.response(201, signing_schemas.ConsentOut)
@doors.machine("declaration.sign")
def answer(given: dict[str, Any], token: str) -> dict[str, Any]:
    """Agree with a signature, send back, or say that one is not an owner. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        asked, statement = consents.by_token(token), None
        if given["answer"] == "agreed":
            if given["digest"] != asked.digest:
                raise Conflict("stale_digest", "digest")
            signature = parties.parse_signature(given["signature"])
            statement = parties.external(actor, given["kid"], signature, consents.statement_for(asked))
        consents.answer(actor, asked, answer=given["answer"], reason=given["reason"], statement=statement)
        return str(asked.id)

    doors.once("consent.answer", {"token": token, **given}, work, key=doors.idempotency_header())
    return outgoing.consent(consents.by_token(token))


@blueprint.route("/declarations/<number>/withdrawals", methods=["POST"])
@blueprint.arguments(signing_schemas.WithdrawalSchema)
@blueprint.response(201, signing_schemas.WithdrawalOut)
@doors.machine("declaration.withdraw")
def prepare(wanted: dict[str, Any], number: str) -> Any:
    """Write the withdrawal's text, ask co-owners, and say what the declarant signs. Needs Idempotency-Key."""
    actor = doors.actor()
    made = doors.once(
        "declaration.prepare_withdrawal",
        {"number": number, **wanted},
        lambda: withdrawals.prepare(actor, _own(number), **wanted).number,
        key=doors.idempotency_header(),
    )
    found = _found(number, made)
    return outgoing.withdrawal(found), 201, _location(number, made)


@blueprint.route("/declarations/<number>/withdrawals/<withdrawal>", methods=["GET"])
@blueprint.response(200, signing_schemas.WithdrawalOut)
@doors.machine("declaration.view")
def show(number: str, withdrawal: str) -> dict[str, Any]:
    """A withdrawal, with what it still lacks."""
    return outgoing.withdrawal(_found(number, withdrawal))


@blueprint.route("/declarations/<number>/withdrawals/<withdrawal>/filing", methods=["POST"])
@blueprint.arguments(signing_schemas.MachineSignatureSchema)
@blueprint.response(201, signing_schemas.WithdrawalOut)
@doors.machine("declaration.withdraw")
def file(given: dict[str, Any], number: str, withdrawal: str) -> Any:
    """File the signed withdrawal: a local offer closes at once. Needs Idempotency-Key."""
    actor = doors.actor()
    signature = parties.parse_signature(given["signature"])

    def work() -> str:
        found = _found(number, withdrawal)
        allow(actor, "declaration.withdraw", found.declaration)
        if found.digest != given["digest"]:
            raise Conflict("stale_digest", "digest")
        fields = withdrawals.statement_for(found, power=actor.power)
        said = parties.external(actor, given["kid"], signature, fields)
        withdrawals.file(actor, found, said)
        return withdrawal

    doors.once("declaration.withdraw", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.withdrawal(_found(number, withdrawal)), 201, _location(number, withdrawal)


def _own(number: str) -> Declaration:
    declaration = register.find(number)
    allow(doors.actor(), "declaration.view", declaration)
    return declaration


def _found(number: str, withdrawal: str) -> Withdrawal:
    found = withdrawals.find(withdrawal)
    if found.declaration_id != _own(number).id:
        raise NotFound("not_found")
    return found


def _location(number: str, withdrawal: str) -> dict[str, str]:
    return {"Location": url_for("withdrawals-api.show", number=number, withdrawal=withdrawal)}
