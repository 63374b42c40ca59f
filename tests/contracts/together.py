"""Taking several licenses at once in tests, through the real services: prepare, sign once, send, pay."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Flask

from registry import clock
from registry.contracts import checkout, joint_payments, payments, register
from registry.database import transaction
from registry.ledger.filings import Statement
from registry.ledger.statement_lists import StatementList
from registry.licenses import register as offers
from registry.parties.rules import Level
from tests.contracts.taking import ANSWERS, claim_facts
from tests.factories import Offer, Person, reading


def prepared(who: Person, listed: Sequence[Offer], **changes: Any) -> str:
    """A list prepared and not sent; returns its number."""
    answers = {**ANSWERS, **changes}
    return transaction(
        lambda: checkout.draft(who.actor, [(offers.find(one.number), answers) for one in listed]).number
    )


def signed(who: Person, statements: Sequence[Mapping[str, Any]]) -> list[Statement]:
    """Statements signed in one act, in their order."""
    listed = StatementList(statements=tuple(statements))
    signature = who.signer.sign(listed.signed_bytes)
    return [
        Statement(
            fields=dict(one),
            alg=who.signer.alg,
            kid=who.signer.kid,
            signature=signature,
            level=Level.ACCOUNT,
            place=place,
        )
        for one, place in zip(statements, listed.places(), strict=True)
    ]


def statements_of(who: Person, number: str) -> list[Statement]:
    return signed(who, reading(lambda: checkout.listed(checkout.find(number)).statements))


def send(who: Person, number: str) -> None:
    statements = statements_of(who, number)
    transaction(lambda: checkout.send(who.actor, checkout.find(number), statements).number)


def taken(who: Person, listed: Sequence[Offer], **changes: Any) -> list[str]:
    """A list sent; returns the numbers of its notices, in its order."""
    number = prepared(who, listed, **changes)
    send(who, number)
    return numbers(number)


def numbers(number: str) -> list[str]:
    return reading(lambda: [one.number for one in checkout.find(number).acceptances])


def contract_of(number: str) -> str:
    """The contract a notice stands in today."""
    return reading(lambda: register.find(number).contract.number)


def claimed(app: Flask, who: Person, number: str, amount: str, **changes: Any) -> list[UUID]:
    """One transfer claimed for everything that is paid with this notice."""
    facts = claim_facts(app, who, amount=Decimal(amount), **changes)

    def acts() -> list[Any]:
        joint = joint_payments.of(register.find(number))
        assert joint is not None
        return [act for _, act in joint_payments.claim_acts(who.actor, joint, facts)]

    made = reading(acts)
    said = signed(who, [act.statement for act in made])

    def work() -> list[UUID]:
        joint = joint_payments.of(register.find(number))
        assert joint is not None
        return [one.id for one in joint_payments.claim(who.actor, joint, facts, made, said)]

    return transaction(work)


def answered(who: Person, payment_id: UUID, amount: str | None, result: str = "agrees", **more: Any) -> None:
    """What the account shows of a claimed transfer."""
    day: date = more.pop("arrived_on", None) or clock.today()
    facts = {"result": result, "amount": Decimal(amount) if amount else None, "arrived_on": day, **more}
    made = reading(
        lambda: [act for _, act in joint_payments.confirm_acts(who.actor, payments.find(payment_id), facts)]
    )
    said = signed(who, [act.statement for act in made])
    transaction(
        lambda: [
            one.id for one in joint_payments.confirm(who.actor, payments.find(payment_id), facts, made, said)
        ]
    )


def arrived(who: Person, number: str, amount: str, **more: Any) -> None:
    """Money in the account that nobody has claimed."""
    facts = {"result": "agrees", "amount": Decimal(amount), "arrived_on": clock.today(), "note": "", **more}

    def acts() -> list[Any]:
        joint = joint_payments.of(register.find(number))
        assert joint is not None
        return [act for _, act in joint_payments.arrival_acts(who.actor, joint, facts)]

    made = reading(acts)
    said = signed(who, [act.statement for act in made])

    def work() -> list[UUID]:
        joint = joint_payments.of(register.find(number))
        assert joint is not None
        return [one.id for one in joint_payments.arrive(who.actor, joint, facts, made, said)]

    transaction(work)
