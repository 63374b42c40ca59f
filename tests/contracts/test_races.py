"""Races on both databases: the ledger's order decides between notices and a withdrawal; one license for
each licensee.
"""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from registry.contracts import register
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance
from registry.database import db, transaction
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger.filings import statement_bytes
from registry.licenses import register as offers
from registry.licenses import withdrawals
from tests.contracts import taking
from tests.factories import Offer, Person, make_organisation, published, reading
from tests.licenses.test_api import Machine

OFFERS, NOTICES, TWINS = 4, 5, 32


def together(app: Flask, works: list[Callable[[], str]]) -> list[str]:
    """Run all at once, each in its own context; what each answered, or the code it was refused with."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], str]) -> str:
        with app.app_context():
            barrier.wait()
            try:
                return work()
            except Refused as refused:
                return refused.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def sending(who: Person, number: str) -> Callable[[], str]:
    statement = who.sign(reading(lambda: register.find(number).statement_fields))

    def work() -> str:
        return transaction(lambda: contracts.accept(who.actor, register.find(number), statement).state)

    return work


def withdrawing(offer: Offer) -> Callable[[], str]:
    holder = offer.holder
    prepared = transaction(
        lambda: (
            withdrawals.prepare(
                holder.actor, offers.find(offer.number), ground="assignment", reason=""
            ).number
        )
    )
    statement = holder.sign(reading(lambda: withdrawals.statement_for(withdrawals.find(prepared))))

    def work() -> str:
        transaction(lambda: withdrawals.file(holder.actor, withdrawals.find(prepared), statement).number)
        return "withdrawn"

    return work


def test_no_notice_enters_after_the_withdrawal_of_a_local_offer(app: Flask) -> None:
    first = published(app)
    licensees = [make_organisation(app, key) for key in ("c1", "c2", "c3", "c4", "c5")]
    given = 0
    for n in range(OFFERS):
        offer = first if n == 0 else published(app, first.holder, first.venue)
        works = [sending(who, taking.drafted(who, offer)) for who in licensees[:NOTICES]]
        answers = together(app, [*works, withdrawing(offer)])
        assert answers[-1] == "withdrawn"
        assert set(answers[:-1]) <= {"effective", "offer_withdrawn"}, answers
        given += answers.count("effective")
        _check_order(offer, answers.count("effective"))
    states = reading(lambda: [row.state for row in db.session.query(Acceptance)])
    assert states.count("effective") == given
    assert reading(lambda: ledger.audit().exit_code) == 0


def _check_order(offer: Offer, effective: int) -> None:
    """Every notice stands before the withdrawal in the log, and each accepted one stands there."""
    found = [
        (kind, fields)
        for kind, fields in taking.filings()
        if fields.get("declaration", fields.get("number")) == offer.number
    ]
    kinds = [kind for kind, _ in found]
    assert kinds.count("license.noticed") == effective
    assert kinds[-1] == "declaration.withdrawn"


def test_thirty_two_twins_make_one_license(app: Flask) -> None:
    offer = published(app)
    c1 = make_organisation(app, "c1")
    machine = Machine(app, c1)
    numbers = [taking.drafted(c1, offer) for _ in range(TWINS)]
    bodies = [_body(machine, number) for number in numbers]
    size = reading(ledger.size)

    def post(n: int) -> Callable[[], str]:
        def work() -> str:
            headers = {"Authorization": f"Bearer {machine.bearer}", "Idempotency-Key": f"twin-{n}"}
            answer = app.test_client().post(
                f"/api/v1/acceptances/{numbers[n]}/notice", json=bodies[n], headers=headers
            )
            return str(answer.status_code) if answer.status_code == 201 else str(answer.json["code"])

        return work

    answers = together(app, [post(n) for n in range(TWINS)])
    busy = answers.count("busy")
    assert answers.count("201") == 1, answers
    assert answers.count("already_licensed") == TWINS - 1 - busy, answers
    rows = reading(lambda: [row.state for row in db.session.query(Acceptance)])
    assert rows.count("effective") == 1
    assert reading(ledger.size) == size + 3  # the key of the notice, the notice, its effect


def _body(machine: Machine, number: str) -> dict[str, str]:
    fields = reading(lambda: register.find(number).statement_fields)
    signature = base64.b64encode(machine.signer.sign(statement_bytes(fields))).decode()
    return {"kid": machine.kid, "signature": signature}


def test_one_signed_notice_sent_by_many_is_entered_once(app: Flask) -> None:
    offer = published(app)
    c1 = make_organisation(app, "c1")
    number = taking.drafted(c1, offer)
    answers = together(app, [sending(c1, number)] * 8)
    assert sorted(answers) == ["already_sent"] * 7 + ["effective"]
