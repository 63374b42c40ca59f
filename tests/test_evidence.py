"""What the log proves and what it keeps to itself: any changed byte is found, no person can be read in it,
every signature covers what was agreed, and only once.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from registry.contracts import decisions, payments, register
from registry.contracts import service as contracts
from registry.contracts.models import Contract
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.exports import service as exports
from registry.exports.rules import Choice, Chosen
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.filings import Statement
from registry.ledger.policy import Policy, policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_path
from registry.licenses import consents, reviews
from registry.licenses import register as offers
from registry.licenses import service as licenses
from registry.licenses.models import Consent
from registry.parties import service as parties
from registry.parties.models import Organisation, Venue
from registry.parties.rules import OrganisationKind, Role
from tests.contracts import taking
from tests.contracts.test_races import together
from tests.exports.making import ready_paid
from tests.factories import (
    LUMP,
    Offer,
    Person,
    actor_of,
    make_member,
    make_organisation,
    make_upload,
    make_venue,
    pass_all,
    published,
    reading,
    ready_draft,
    submitted,
)

FLIPS = 500
LUMP_DUE = Decimal("68000.00")


# --- the log -----------------------------------------------------------------------------------------


def a_full_log(app: Flask) -> Offer:
    """A paid license with printed papers, an objection decided, a free one, a co-owner's consent."""
    offer, _ = ready_paid(app, "c1")
    second = make_organisation(app, "c2", person_name="周自然")
    number = taking.taken(second, offer)
    objection = {"ground": "other_law", "reason": "事实说明。"}
    transaction(lambda: decisions.object_to(offer.holder.actor, register.find(number), **objection).id)
    taking.decide(offer.venue, number, "stands")
    free = published(app, offer.holder, offer.venue, co_owners=("r1",))
    person = make_organisation(app, "c3", kind=OrganisationKind.PERSON, uscc=None, name="诸葛自然", nature="")
    taking.taken(person, free)
    return offer


def test_any_changed_byte_of_a_full_log_is_found(lite: Flask, tmp_path: Path) -> None:
    a_full_log(lite)
    log, policy = tmp_path / "log", policy_of(ledger_setup().vkey)
    size = reading(lambda: ledger.export(log))
    types = {kind for kind, _ in taking.filings()}
    assert {"papers.issued", "payment.confirmed", "objection.decided", "license.effective"} <= types
    assert verify_path(log, policy).ok
    files = sorted(path for path in log.rglob("*") if path.is_file())
    receipts = [_receipt(tmp_path / f"{seq}.json", seq) for seq in range(2, size)]
    chance = random.Random(20261122)
    missed = []
    for n in range(FLIPS):
        chosen = chance.choice(receipts if n % 4 == 0 else files)
        target = chosen if n % 4 == 0 else log
        if not _found(chosen, chance, partial(_holds, target, policy)):
            missed.append(chosen.name)
    assert missed == []
    assert verify_path(log, policy).ok


def _holds(target: Path, policy: Policy) -> bool:
    return verify_path(target, policy).ok


def _receipt(path: Path, seq: int) -> Path:
    opened = {row["path"] for row in reading(lambda: ledger.disclosures(seq))}
    path.write_bytes(jcs(reading(lambda: ledger.receipt(seq, disclose=opened))))
    return path


def _found(path: Path, chance: random.Random, holds: Callable[[], bool]) -> bool:
    """Whether one flipped bit of a file makes the verifier say no; the file is put back."""
    whole = path.read_bytes()
    place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
    path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
    try:
        return not holds()
    finally:
        path.write_bytes(whole)


def test_no_person_and_no_licensee_can_be_read_in_the_log(lite: Flask, tmp_path: Path) -> None:
    a_full_log(lite)
    reading(lambda: ledger.export(tmp_path / "log"))
    text = b"\n".join(path.read_bytes() for path in sorted((tmp_path / "log").rglob("*")) if path.is_file())
    names = ("王明", "赵敏", "孙权利", "周工", "李四", "诸葛自然", "周自然", "浦东智焊", "闵行云析", "衡川")
    figures = (
        "13900139000",
        "13800138000",
        "6222020000000000001",
        "91310115000000027G",
        "68000.00",
        "example.cn",
    )
    for secret in (*names, *figures):
        assert secret.encode() not in text, secret
        assert secret.encode("unicode_escape").lower() not in text.lower(), secret
    shutil.rmtree(tmp_path / "log")


# --- signatures --------------------------------------------------------------------------------------


def test_a_signed_notice_fits_no_other_notice_and_no_other_terms(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    other = published(lite, offer.holder, make_venue(lite, "v2"))
    first, second = taking.drafted(c1, offer), taking.drafted(c1, other)
    signed = c1.sign(reading(lambda: register.find(first).statement_fields))
    size = reading(ledger.size)
    with pytest.raises(Conflict) as caught:
        transaction(lambda: contracts.accept(c1.actor, register.find(second), signed).number)
    assert caught.value.code == "stale_digest"
    transaction(
        lambda: contracts.redraft(c1.actor, register.find(first), {**taking.ANSWERS, "use": "别的"}).id
    )
    with pytest.raises(Conflict):
        transaction(lambda: contracts.accept(c1.actor, register.find(first), signed).number)
    assert reading(ledger.size) == size


def test_every_bound_field_of_a_notice_is_under_the_signature(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taking.drafted(c1, offer)
    fields = reading(lambda: register.find(number).statement_fields)
    signed = c1.sign(fields)
    forged = [replace(signed, fields={**fields, name: "another"}) for name in fields]
    bound = [{**fields, "fields": {**fields["fields"], name: "another"}} for name in fields["fields"]]
    for statement in (*forged, *map(c1.sign, bound)):
        with pytest.raises(Refused):
            _accept(c1, number, statement)
    assert taking.state(number) == "drafted"


def _accept(who: Person, number: str, statement: Statement) -> None:
    transaction(lambda: contracts.accept(who.actor, register.find(number), statement).number)


def test_money_a_venue_decides_on_is_under_its_signature(lite: Flask) -> None:
    offer = published(lite, fee=LUMP)
    c1 = make_organisation(lite, "c1")
    number = taking.taken(c1, offer)
    taking.answer(offer.holder, taking.claim(lite, c1, number), result="not_arrived")
    question = reading(lambda: taking.open_question(number))
    from_today = {
        "outcome": "paid",
        "reasons": "回单属实。",
        "amount": LUMP_DUE,
        "arrived_on": taking.days(0),
    }
    venue = offer.venue
    act = reading(lambda: decisions.decide_act(venue.actor, decisions.find(question), from_today))
    earlier = {**from_today, "arrived_on": taking.days(-1)}
    with pytest.raises(Conflict) as caught:
        transaction(
            lambda: (
                decisions.decide(
                    venue.actor, decisions.find(question), earlier, act, venue.sign(act.statement)
                ).id
            )
        )
    assert caught.value.code == "stale_digest"


def test_a_machine_signs_only_with_the_key_its_access_names(lite: Flask) -> None:
    c1 = make_organisation(lite, "c1")
    kid = reading(lambda: parties.keys_of(c1.actor)[0].kid)
    with pytest.raises(Refused) as caught:
        parties.external(replace(c1.actor, api_kid="f" * 32), kid, b"", {})
    assert caught.value.code == "key_unknown"


# --- one's own matters -------------------------------------------------------------------------------


def also_operator(app: Flask, person: Person, venue: Person) -> Person:
    """The same human being with a second membership: operator of a venue."""
    transaction(lambda: parties.join(person.actor.account_id, venue_id=venue.venue_id, role=Role.OPERATOR).id)
    operator = replace(
        actor_of(person.email), organisation_id=None, venue_id=venue.venue_id, role=Role.OPERATOR
    )
    return replace(person, actor=operator, venue_id=venue.venue_id)


def test_a_licensee_who_is_also_an_operator_neither_confirms_nor_clears_nor_decides(lite: Flask) -> None:
    offer = published(lite, fee=LUMP)
    c1 = make_organisation(lite, "c1")
    number, abroad = taking.taken(c1, offer), None
    payment = taking.claim(lite, c1, number)
    both = also_operator(lite, c1, offer.venue)
    with pytest.raises(NotAllowed) as caught:
        taking.answer(both, payment)
    assert caught.value.code == "own_party"
    abroad = taking.taken(c1, published(lite, offer.holder, offer.venue), abroad=True)
    with pytest.raises(NotAllowed):
        transaction(lambda: contracts.clear(both.actor, register.find(abroad), reason="无妨"))
    taking.answer(offer.holder, payment, result="not_arrived")
    with pytest.raises(NotAllowed):
        taking.decide(both, number, "paid", amount=LUMP_DUE, arrived_on=taking.days(0))
    assert taking.state(number) == "in_decision"


def test_a_venue_that_is_itself_the_licensee_does_not_confirm_its_payment(lite: Flask) -> None:
    offer, c1 = published(lite, fee=LUMP), make_organisation(lite, "c1")
    payment = taking.claim(lite, c1, taking.taken(c1, offer))

    def work() -> None:
        db.session.get_one(Venue, offer.venue.venue_id).organisation_id = c1.organisation_id

    transaction(work)
    with pytest.raises(NotAllowed) as caught:
        taking.answer(offer.venue, payment)
    assert caught.value.code == "own_party"


def test_a_holder_who_is_also_an_operator_reviews_and_verifies_nothing_of_its_own(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    number = submitted(lite, holder, venue)
    colleague = also_operator(lite, make_member(lite, holder, Role.PREPARER), venue)
    with pytest.raises(NotAllowed) as caught:
        pass_all(colleague, number)
    assert caught.value.code == "own_party"
    with pytest.raises(NotAllowed):
        transaction(
            lambda: parties.verify(colleague.actor, db.session.get_one(Organisation, holder.organisation_id))
        )


def test_nobody_of_the_declaring_side_signs_for_a_co_owner(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    number = ready_draft(lite, holder, venue, co_owners=("r1",))
    transaction(lambda: consents.ask(holder.actor, offers.find(number)))
    consent_id: UUID = reading(lambda: db.session.query(Consent.id).one()[0])
    statement = holder.sign(reading(lambda: consents.statement_for(db.session.get_one(Consent, consent_id))))

    def work() -> None:
        asked = db.session.get_one(Consent, consent_id)
        consents.answer(holder.actor, asked, answer="agreed", statement=statement)

    with pytest.raises(NotAllowed) as caught:
        transaction(work)
    assert caught.value.code == "own_consent"


def test_a_draft_names_no_file_of_somebody_else(lite: Flask) -> None:
    holder, venue, c1 = make_organisation(lite, "u1"), make_venue(lite, "v1"), make_organisation(lite, "c1")
    number = ready_draft(lite, holder, venue)
    foreign = make_upload(lite, c1, "agreement")

    def work() -> None:
        answers = {"text": "参照同类。", "publicity_upload": str(foreign)}
        licenses.save_step(holder.actor, offers.find(number), "fee_note", answers)

    with pytest.raises(Refused) as caught:
        transaction(work)
    assert (caught.value.code, caught.value.field) == ("upload_unknown", "fee_note.publicity_upload")


def test_an_operator_of_another_venue_makes_no_batch_and_changes_no_patent_under_offer(lite: Flask) -> None:
    offer, number = ready_paid(lite)
    stranger = make_venue(lite, "v2")
    choice = Choice(contracts=(Chosen(number=number, not_elsewhere=True),))
    with pytest.raises(NotFound):
        transaction(lambda: exports.make(stranger.actor, choice).number)
    batch = transaction(lambda: exports.make(offer.venue.actor, choice).number)
    found = reading(lambda: exports.find(offer.venue.actor, batch))
    with pytest.raises(NotFound):
        transaction(lambda: exports.take_back(stranger.actor, exports.find(offer.venue.actor, batch), 1, "x"))
    assert found.number == batch


# --- races -------------------------------------------------------------------------------------------


def test_two_operators_publish_one_declaration_once(app: Flask) -> None:
    holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    colleague = make_member(app, venue, Role.OPERATOR)
    number = submitted(app, holder, venue)
    pass_all(venue, number)

    def approving(who: Person) -> Callable[[], str]:
        def work() -> str:
            transaction(lambda: reviews.approve(who.actor, offers.find(number)))
            return "published"

        return work

    answers = together(app, [approving(who) for who in (venue, colleague) * 3])
    assert sorted(answers) == ["published"] + ["wrong_state"] * 5
    assert [kind for kind, _ in taking.filings()].count("declaration.published") == 1


def test_two_operators_decide_one_question_once(app: Flask) -> None:
    offer, c1 = published(app), make_organisation(app, "c1")
    number = taking.taken(c1, offer)
    colleague = make_member(app, offer.venue, Role.OPERATOR)
    objection = {"ground": "other_law", "reason": "事实说明。"}
    transaction(lambda: decisions.object_to(offer.holder.actor, register.find(number), **objection).id)
    question = reading(lambda: taking.open_question(number))

    def deciding(who: Person, outcome: str) -> Callable[[], str]:
        facts = {"outcome": outcome, "reasons": "经核对。"}
        act = reading(lambda: decisions.decide_act(who.actor, decisions.find(question), facts))
        statement = who.sign(act.statement)

        def work() -> str:
            return transaction(
                lambda: decisions.decide(who.actor, decisions.find(question), facts, act, statement).outcome
            )

        return work

    works = [deciding(offer.venue, "stands"), deciding(colleague, "void")] * 3
    answers = together(app, works)
    assert answers.count("already_decided") == 5, answers
    assert [kind for kind, _ in taking.filings()].count("objection.decided") == 1


def test_one_contract_leaves_in_one_batch(app: Flask) -> None:
    offer, number = ready_paid(app)
    choice = Choice(contracts=(Chosen(number=number, not_elsewhere=True),))
    colleague = make_member(app, offer.venue, Role.OPERATOR)

    def making(who: Person) -> Callable[[], str]:
        return lambda: transaction(lambda: "made" if exports.make(who.actor, choice) else "")

    answers = together(app, [making(who) for who in (offer.venue, colleague) * 4])
    assert sorted(answers) == ["already_in_batch"] * 7 + ["made"]
    assert reading(lambda: db.session.query(Contract).filter_by(registration="exported").count()) == 1


def test_a_claim_and_the_lapse_never_both_win(app: Flask) -> None:
    offer, c1 = published(app, fee=LUMP), make_organisation(app, "c1")
    number = taking.taken(c1, offer)
    facts = taking.claim_facts(app, c1)
    act = reading(lambda: payments.claim_act(c1.actor, register.find(number), facts))
    statement = c1.sign(act.statement)
    acceptance_id = reading(lambda: register.find(number).id)
    transaction(lambda: _overdue(number))

    def claiming() -> str:
        transaction(lambda: payments.claim(c1.actor, register.find(number), facts, act, statement).id)
        return "claimed"

    def lapsing() -> str:
        return "lapsed" if transaction(lambda: contracts.lapse(acceptance_id)) else "stays"

    answers = together(app, [claiming, *[lapsing] * 3])
    state, lapses = taking.state(number), answers.count("lapsed")
    assert (
        answers[0] == "claimed"
    )  # in time it keeps the notice alive, after the lapse it is money to be looked at
    assert (state, lapses) in {("claimed", 0), ("lapsed", 1)}, answers
    assert reading(lambda: ledger.audit().exit_code) == 0


def _overdue(number: str) -> None:
    register.find(number).pay_by = taking.days(-1)
