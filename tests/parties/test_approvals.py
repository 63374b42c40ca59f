"""A second person's approval: who asks does not sign, who signs has read the same text, and the rule holds
for every door.
"""

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.contracts import register as licenses_taken
from registry.contracts import service as contracts
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger import service as ledger
from registry.licenses import register, withdrawals
from registry.licenses import service as licenses
from registry.parties import approvals
from registry.parties import service as parties
from registry.parties.approval_models import Approval
from registry.parties.models import Mail, Organisation
from registry.parties.rules import Act, Role, may_loosen, needs_second
from registry.parties.tasks import mail_round
from tests.browser import PASSWORD, Browser, as_request
from tests.contracts import taking
from tests.contracts.test_races import together
from tests.factories import (
    LUMP,
    Person,
    make_member,
    make_organisation,
    make_venue,
    published,
    reading,
    ready_draft,
    submit,
)
from tests.licenses import batching
from tests.licenses.test_api import Machine

NONE: dict[str, Any] = {"declare": False, "withdraw": False, "accept": False, "accept_above": None}
ALL: dict[str, Any] = {**NONE, "declare": True, "withdraw": True, "accept": True}


def rule(owner: Person, **wanted: Any) -> Approval | None:
    return transaction(lambda: approvals.change_policy(owner.actor, {**NONE, **wanted}))


def ask(who: Person, act: Act, number: str) -> Any:
    return transaction(lambda: approvals.ask(who.actor, act, number).id)


def state(approval_id: Any) -> str:
    return reading(lambda: db.session.get_one(Approval, approval_id).state)


@pytest.fixture
def two(app: Flask) -> tuple[Person, Person]:
    owner = make_organisation(app, "u1")
    return owner, make_member(app, owner, Role.SIGNER)


# --- the rule ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "amount", "needed"),
    [
        (None, "1.00", True),
        ("50000.00", "50000.00", False),
        ("50000.00", "50000.01", True),
        ("50000.00", None, True),  # a royalty: nobody can tell
        ("0.00", "0.00", False),
    ],
)
def test_an_acceptance_needs_a_second_person_above_the_limit(
    limit: str | None, amount: str | None, needed: bool
) -> None:
    policy = {**NONE, "accept": True, "accept_above": Decimal(limit) if limit else None}
    for act in (Act.ACCEPT, Act.LIST):
        assert needs_second(act, policy, Decimal(amount) if amount else None) is needed
    assert not needs_second(Act.DECLARE, policy, None)


def test_what_binds_less_is_looser() -> None:
    limited = {**ALL, "accept_above": Decimal("100.00")}
    assert may_loosen(ALL, NONE)
    assert may_loosen(ALL, limited)
    assert may_loosen(limited, {**ALL, "accept_above": Decimal("200.00")})
    assert not may_loosen(limited, {**ALL, "accept_above": Decimal("50.00")})
    assert not may_loosen(limited, ALL)
    assert not may_loosen(NONE, ALL)


def test_one_owner_makes_the_rule_stricter_and_only_two_persons_looser(two: tuple[Person, Person]) -> None:
    owner, signer = two
    assert rule(owner, declare=True) is None
    asked = rule(owner)
    assert asked is not None
    assert reading(lambda: approvals.policy_of(owner.actor.organisation_id).declare)  # type: ignore[union-attr]
    with pytest.raises(Refused, match="second_signer"):
        transaction(lambda: approvals.approve_policy(owner.actor, asked.id))
    transaction(lambda: approvals.approve_policy(signer.actor, asked.id).id)
    assert not reading(lambda: approvals.policy_of(owner.actor.organisation_id).declare)  # type: ignore[union-attr]


def test_nobody_alone_can_want_a_second_person(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    with pytest.raises(Refused, match="approval_alone"):
        rule(owner, declare=True)


# --- declaring ---------------------------------------------------------------------------------------


def test_who_asked_does_not_sign_and_whoever_signs_is_who_stands_in_the_log(
    app: Flask, two: tuple[Person, Person]
) -> None:
    owner, signer = two
    number = ready_draft(app, owner, make_venue(app, "v1"))
    rule(owner, declare=True)
    with pytest.raises(Conflict, match="approval_needed"):
        submit(app, owner, number)
    asked = ask(owner, Act.DECLARE, number)
    with pytest.raises(Refused, match="second_signer"):
        submit(app, owner, number)
    submit(app, signer, number)
    assert state(asked) == "approved"
    version = reading(lambda: register.find(number).versions[-1])
    assert version.statement["kid"] == signer.signer.kid
    with pytest.raises(Conflict, match="approval_settled"):
        transaction(lambda: approvals.refuse(signer.actor, asked, reason="已经签了"))


def test_a_changed_text_is_asked_about_anew(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    signer = make_member(lite, owner, Role.SIGNER)
    number = ready_draft(lite, owner, make_venue(lite, "v1"))
    rule(owner, declare=True)
    asked = ask(owner, Act.DECLARE, number)
    transaction(lambda: licenses.save_step(owner.actor, register.find(number), "fee", LUMP))
    with pytest.raises(Conflict, match="approval_needed"):
        submit(lite, signer, number)
    again = ask(owner, Act.DECLARE, number)
    assert (state(asked), state(again)) == ("dropped", "waiting")
    submit(lite, signer, number)


def test_a_refusal_names_its_reason_and_a_request_runs_out(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    signer = make_member(lite, owner, Role.SIGNER)
    number = ready_draft(lite, owner, make_venue(lite, "v1"))
    rule(owner, declare=True)
    asked = ask(owner, Act.DECLARE, number)
    transaction(lambda: approvals.refuse(signer.actor, asked, reason="费用写错了一位").id)
    letter = reading(lambda: db.session.scalars(select(Mail).where(Mail.letter == "approval_refused")).one())
    assert letter.address == owner.email
    assert "费用写错了一位" in letter.body
    late = ask(owner, Act.DECLARE, number)
    with time_machine.travel(clock.now() + timedelta(days=approvals.DAYS, hours=1)):
        with pytest.raises(Conflict, match="approval_needed"):
            submit(lite, signer, number)
        mail_round({})
        assert state(late) == "lapsed"
        mail_round({})
    letters = select(Mail).where(Mail.letter == "approval_lapsed")
    assert len(reading(lambda: db.session.scalars(letters).all())) == 1
    moves = history.of(db.session.get_one(Organisation, owner.actor.organisation_id))
    assert [row.verb for row in moves].count("lapsed_approval") == 1


def test_strangers_preparers_and_the_database_itself_let_nobody_approve_for_two(
    app: Flask, two: tuple[Person, Person]
) -> None:
    owner, _ = two
    preparer, stranger = make_member(app, owner, Role.PREPARER), make_organisation(app, "c1")
    number = ready_draft(app, owner, make_venue(app, "v1"))
    rule(owner, declare=True)
    asked = ask(preparer, Act.DECLARE, number)
    with pytest.raises(NotFound):
        transaction(lambda: approvals.refuse(stranger.actor, asked, reason="不关我事"))
    with pytest.raises(NotFound):
        ask(stranger, Act.DECLARE, number)
    with pytest.raises(NotAllowed):
        transaction(lambda: approvals.refuse(preparer.actor, asked, reason="还是算了"))

    def both() -> None:
        row = db.session.get_one(Approval, asked)
        row.state, row.answered_by, row.answered_at = "approved", row.asked_by, clock.now()
        db.session.flush()

    with pytest.raises(IntegrityError):
        transaction(both)


def test_of_two_answers_at_once_one_counts_and_the_other_learns_it(
    app: Flask, two: tuple[Person, Person]
) -> None:
    owner, signer = two
    third = make_member(app, owner, Role.SIGNER, email="third@example.cn")
    number = ready_draft(app, owner, make_venue(app, "v1"))
    rule(owner, declare=True)
    asked = ask(owner, Act.DECLARE, number)
    statement = signer.sign(reading(lambda: licenses.prepare(signer.actor, register.find(number))))
    digest = str(statement.fields["fields"]["text_digest"])

    def sign() -> str:
        found = register.find(number)
        transaction(
            lambda: licenses.submit(signer.actor, register.find(number), statement, digest=digest).digest
        )
        return str(found.number)

    def refuse() -> str:
        return str(transaction(lambda: approvals.refuse(third.actor, asked, reason="先等等").state))

    answers = together(app, [sign, refuse])
    signed = reading(lambda: register.find(number).state) == "submitted"
    assert state(asked) == ("approved" if signed else "refused")
    assert answers == ([number, "approval_settled"] if signed else ["approval_needed", "refused"])


def test_of_two_who_make_the_first_rule_at_once_both_are_heard(
    app: Flask, two: tuple[Person, Person]
) -> None:
    owner, _ = two
    other = make_member(app, owner, Role.OWNER, email="other@example.cn")
    wanted = {"declare": True, "withdraw": False, "accept": False, "accept_above": None}

    def rules(who: Person) -> Callable[[], str]:
        return lambda: str(transaction(lambda: approvals.change_policy(who.actor, wanted)))

    assert together(app, [rules(owner), rules(other)]) == ["None", "None"]
    assert reading(lambda: approvals.policy_of(owner.organisation_id).declare)


def test_of_two_answers_only_the_first_counts(app: Flask, two: tuple[Person, Person]) -> None:
    owner, signer = two
    third = make_member(app, owner, Role.SIGNER, email="third@example.cn")
    number = ready_draft(app, owner, make_venue(app, "v1"))
    rule(owner, declare=True)
    asked = ask(owner, Act.DECLARE, number)
    transaction(lambda: approvals.refuse(third.actor, asked, reason="先等等").id)
    with pytest.raises(Conflict, match="approval_needed"):
        submit(app, signer, number)
    assert state(asked) == "refused"


# --- taking and withdrawing --------------------------------------------------------------------------


def test_a_notice_above_the_limit_goes_out_under_the_second_persons_signature(lite: Flask) -> None:
    offer, owner = published(lite, fee=LUMP), make_organisation(lite, "c1")
    signer = make_member(lite, owner, Role.SIGNER)
    rule(owner, accept=True, accept_above=Decimal("50000.00"))
    number = taking.drafted(owner, offer)
    with pytest.raises(Conflict, match="approval_needed"):
        taking.send(owner, number)
    ask(owner, Act.ACCEPT, number)
    with pytest.raises(Refused, match="second_signer"):
        taking.send(owner, number)
    assert ledger.filings_about(reading(lambda: licenses_taken.find(number).filed_under)) == {}
    transaction(lambda: contracts.redraft(signer.actor, licenses_taken.find(number)).number)
    taking.send(signer, number)
    assert reading(lambda: licenses_taken.find(number).statement["kid"]) == signer.signer.kid


def test_a_notice_below_the_limit_needs_nobody(lite: Flask) -> None:
    offer, owner = published(lite, fee=LUMP), make_organisation(lite, "c1")
    make_member(lite, owner, Role.SIGNER)
    rule(owner, accept=True, accept_above=Decimal("900000.00"))
    number = taking.drafted(owner, offer)
    with pytest.raises(Conflict, match="approval_not_needed"):
        ask(owner, Act.ACCEPT, number)
    taking.send(owner, number)


def test_a_withdrawal_is_signed_by_the_second_person(lite: Flask) -> None:
    offer = published(lite)
    signer = make_member(lite, offer.holder, Role.SIGNER)
    rule(offer.holder, withdraw=True)

    def prepared() -> str:
        found = register.find(offer.number)
        return withdrawals.prepare(offer.holder.actor, found, ground="assignment", reason="将转让。").number

    number = transaction(prepared)

    def file(who: Person) -> None:
        said = who.sign(reading(lambda: withdrawals.statement_for(withdrawals.find(number))))
        transaction(lambda: withdrawals.file(who.actor, withdrawals.find(number), said).number)

    ask(offer.holder, Act.WITHDRAW, number)
    with pytest.raises(Refused, match="second_signer"):
        file(offer.holder)
    file(signer)


def test_on_the_page_the_one_asks_and_the_other_reads_and_signs(lite: Flask) -> None:
    offer, owner = published(lite, fee=LUMP), make_organisation(lite, "c1")
    signer = make_member(lite, owner, Role.SIGNER)
    rule(owner, accept=True)
    number = taking.drafted(owner, offer)
    one = Browser(lite).sign_in(owner.email).get(f"/acceptances/{number}/check")
    assert 'name="password"' not in one.html
    one.submit(action="/approvals")
    assert "收回" in one.text
    other = Browser(lite).sign_in(signer.email).get("/desk")
    assert "等待您批准" in other.text
    other.get(f"/acceptances/{number}/check")
    assert "请您核对并签署" in other.text
    other.submit({"password": PASSWORD, "consent": "yes"}, action=f"/acceptances/{number}/check")
    assert reading(lambda: licenses_taken.find(number).record["signers"]["licensee"]) == signer.actor.name


# --- many at once, and by machine --------------------------------------------------------------------


def test_a_whole_batch_is_asked_about_with_one_letter_and_signed_or_refused_in_one_act(lite: Flask) -> None:
    owner, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    signer = make_member(lite, owner, Role.SIGNER)
    batching.make_set(owner)
    batch = batching.drafted(owner, venue, [batching.row(), batching.row()])
    numbers = batching.numbers_of(batch)
    rule(owner, declare=True)
    page = Browser(lite).sign_in(owner.email).get(f"/declarations/batches/{batch}/sign")
    assert 'name="password"' not in page.html
    page.submit(action=f"/declarations/batches/{batch}/approval")
    assert "已送交 2 份" in page.text
    letters = select(Mail.address).where(Mail.letter.in_(["approvals_asked", "approval_asked"]))
    assert reading(lambda: db.session.scalars(letters).all()) == [signer.email]
    other = Browser(lite).sign_in(signer.email).get("/organisation/approvals")
    other.get(f"/declarations/batches/{batch}/sign")
    other.submit({"reason": ""}, action=f"/declarations/batches/{batch}/refusal")
    assert other.status == 422
    other.submit({"reason": "费用写错"}, action=f"/declarations/batches/{batch}/refusal")
    states = select(Approval.state)
    assert reading(lambda: db.session.scalars(states).all()) == ["refused", "refused"]
    refusals = select(func.count()).select_from(Mail).where(Mail.letter == "approval_refused")
    assert reading(lambda: db.session.scalar(refusals)) == 1
    mine = Machine(lite, owner)
    others = copy(mine)
    others.bearer = transaction(lambda: parties.create_api_key(signer.actor, label="x"))
    path = f"/declarations/batches/{batch}"
    assert mine.do("GET", f"{path}/approval")["unasked"] == numbers
    told = mine.do("POST", f"{path}/approval")
    assert told == {"needed": True, "unasked": [], "own": numbers, "asked": []}
    assert mine.call("POST", f"{path}/refusal", {"reason": "不签"}).json["code"] == "approval_settled"
    assert others.do("POST", f"{path}/refusal", {"reason": "再看看"})["unasked"] == numbers
    mine.do("POST", f"{path}/approval")
    assert others.do("GET", f"{path}/approval")["asked"] == numbers
    assert "2 份等待您一次签署" in other.get("/organisation/approvals").text
    batching.sign(signer, batch, numbers)
    assert reading(lambda: {register.find(one).state for one in numbers}) == {"submitted"}
    approved = select(func.count()).select_from(Approval).where(Approval.state == "approved")
    assert reading(lambda: db.session.scalar(approved)) == 2


def test_machines_ask_and_refuse_and_nobody_elses_machine_sees_it(lite: Flask) -> None:
    owner, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    signer, stranger = make_member(lite, owner, Role.SIGNER), make_organisation(lite, "c1")
    number = ready_draft(lite, owner, venue)
    rule(owner, declare=True)
    keys = {
        who.email: transaction(lambda who=who: parties.create_api_key(who.actor, label="x"))  # type: ignore[misc]
        for who in (owner, signer, stranger)
    }

    def call(who: Person, method: str, path: str, **body: Any) -> Any:
        once = f"{who.email}{path}"[-60:]
        headers = {"Authorization": f"Bearer {keys[who.email]}", "Idempotency-Key": once}
        options = {"json": body} if method == "POST" else {}
        address = f"/api/v1/approvals{path}"
        return as_request(lite.test_client().open, address, method=method, headers=headers, **options)

    asked = call(owner, "POST", "", act="declare", number=number)
    assert (asked.status_code, asked.json["state"], asked.json["own"]) == (201, "waiting", True)
    one = f"/{asked.json['id']}"
    assert call(owner, "POST", f"{one}/refusal", reason="金额不对").json["code"] == "second_signer"
    assert call(stranger, "GET", one).status_code == 404
    assert call(stranger, "GET", "").json == {"approvals": []}
    assert [row["number"] for row in call(signer, "GET", "").json["approvals"]] == [number]
    refused = call(signer, "POST", f"{one}/refusal", reason="金额不对")
    assert (refused.json["state"], refused.json["reason"]) == ("refused", "金额不对")
    assert call(owner, "POST", f"{one}/withdrawal").json["code"] == "approval_settled"
