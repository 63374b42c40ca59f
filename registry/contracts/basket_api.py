"""Lists for machines: the list in one call, prepared in one call, signed once, sent once."""

from typing import Any

from flask import url_for

from registry import openapi, problems
from registry.contracts import basket, basket_schemas, checkout, joint_payments, outgoing, schemas
from registry.contracts.basket_models import Checkout
from registry.ledger.canonical import b64
from registry.licenses import register as offers
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "basket-api", __name__, url_prefix="/api/v1", description="Several licenses at once: lists of offers"
)


@blueprint.route("/basket")
@blueprint.response(200, basket_schemas.BasketAnswer)
@doors.machine("acceptance.view")
def show() -> dict[str, Any]:
    """The organisation's list as it stands today."""
    return _basket()


@blueprint.route("/basket", methods=["PUT"])
@blueprint.arguments(basket_schemas.BasketSchema)
@blueprint.response(200, basket_schemas.BasketAnswer)
@doors.machine("acceptance.draft")
def replace(given: dict[str, Any]) -> dict[str, Any]:
    """Put these offers on the list in this order and take all others off; their present texts count as read.
    Needs Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        basket.remove(actor, [one.number for one in basket.of(actor).lines])
        return str(basket.add(actor, given["offers"]))

    doors.once("basket.replace", given, work, key=doors.idempotency_header())
    return _basket()


@blueprint.route("/checkouts", methods=["POST"])
@blueprint.arguments(basket_schemas.CheckoutSchema)
@blueprint.response(201, basket_schemas.CheckoutAnswer)
@doors.machine("acceptance.draft")
def draft(given: dict[str, Any]) -> Any:
    """Prepare the notices of a list: the one text to sign, what is due, into which accounts. Needs
    Idempotency-Key.
    """
    actor = doors.actor()
    said = schemas.answers({name: value for name, value in given.items() if name not in ("offers", "uses")})
    figures = {"expected_input": "", "expected_output": ""}

    def work() -> str:
        wanted = []
        for n, number in enumerate(given["offers"]):
            one = offers.find(number)
            use = given["uses"].get(one.number) or said["use"]
            wanted.append((one, {**said, **(figures if n else {}), "use": use}))
        return checkout.draft(actor, wanted).number

    made = doors.once("checkout.draft", given, work, key=doors.idempotency_header())
    return _whole(_own(made)), 201, {"Location": url_for("basket-api.one", number=made)}


@blueprint.route("/checkouts/<number>")
@blueprint.response(200, basket_schemas.CheckoutAnswer)
@doors.machine("checkout.view")
def one(number: str) -> dict[str, Any]:
    """A list with its notices, contracts and what is paid under one reference."""
    return _whole(_own(number))


@blueprint.route("/checkouts/<number>/prepare", methods=["POST"])
@blueprint.response(200, basket_schemas.CheckoutAnswer)
@doors.machine("acceptance.draft")
def prepare(number: str) -> dict[str, Any]:
    """Prepare an unsent list anew over the offers' present texts. Needs Idempotency-Key."""
    actor = doors.actor()
    doors.once(
        "checkout.prepare",
        {"number": number},
        lambda: checkout.redraft(actor, _own(number)).number,
        key=doors.idempotency_header(),
    )
    return _whole(_own(number))


@blueprint.route("/checkouts/<number>/notice", methods=["POST"])
@blueprint.arguments(basket_schemas.ListSignatureSchema)
@blueprint.response(201, basket_schemas.CheckoutAnswer)
@doors.machine("acceptance.send")
def send(given: dict[str, Any], number: str) -> Any:
    """Send all notices of a list with its one signature, or none of them. Needs Idempotency-Key."""
    actor, signature = doors.actor(), parties.parse_signature(given["signature"])

    def work() -> str:
        found = _own(number)
        allow(actor, "acceptance.send", found)
        listed = checkout.listed(found)
        statements = parties.external_list(actor, given["kid"], signature, listed)
        return checkout.send(actor, found, statements).number

    doors.once("checkout.send", {"number": number, **given}, work, key=doors.idempotency_header())
    return _whole(_own(number)), 201, {"Location": url_for("basket-api.one", number=number)}


# --- inside ------------------------------------------------------------------------------------------


def _own(number: str) -> Checkout:
    found = checkout.find(number)
    allow(doors.actor(), "checkout.view", found)
    return found


def _basket() -> dict[str, Any]:
    found = basket.of(doors.actor())
    return {"lines": [_line(one) for one in found.lines], "due_now": found.due_now}


def _line(line: basket.Line) -> dict[str, Any]:
    term = line.term
    return {
        "offer": line.number,
        "title": line.declaration.patent.title,
        "track": line.track,
        "due_now": line.due_now,
        "term": term
        and {"first_day": term.first_day, "last_day": term.last_day, "shortened": term.shortened},
        "changed": line.changed,
        "stop": problems.sentence(line.stop) if line.stop else "",
    }


def _whole(found: Checkout) -> dict[str, Any]:
    shown = {
        "number": found.number,
        "sent_at": found.sent_at,
        "contracts": [one.number for one in checkout.contracts_of(found)],
        "acceptances": [outgoing.acceptance(one) for one in found.acceptances],
        "payments": [
            {
                "id": joint.id,
                "reference": joint.reference,
                "account": joint_payments.account(joint),
                "amount": joint_payments.rest(joint),
                "acceptances": [one.number for one in joint_payments.lines(joint)],
            }
            for joint in found.transfers
        ],
    }
    if found.sent_at is not None:
        return shown
    listed = checkout.listed(found)
    statements = [dict(one) for one in listed.statements]
    return {**shown, "head": dict(listed.head), "statements": statements, "pae": b64(listed.signed_bytes)}
