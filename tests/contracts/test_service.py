"""Notices: drafted without binding, sent once, free ones in force at once; what the law stops, stops before
anything is written.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from registry import clock, history
from registry.contracts import register
from registry.contracts import service as contracts
from registry.contracts.record import digest
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.ledger.filings import Statement
from registry.licenses import register as offers
from registry.licenses import reviews
from registry.parties.models import Organisation
from registry.parties.rules import Role
from tests.contracts import taking
from tests.factories import (
    LUMP,
    Offer,
    Person,
    announce,
    make_member,
    make_organisation,
    make_venue,
    published,
    reading,
    withdraw,
)
from tests.kept import Kept


@pytest.fixture
def offer(app: Flask, kept: Kept) -> Offer:
    return kept(app, published)


@pytest.fixture
def c1(app: Flask, offer: Offer) -> Person:
    return make_organisation(app, "c1", verified=False)


def test_a_free_notice_is_a_license_at_once_with_dates_and_two_filings(
    app: Flask, offer: Offer, c1: Person
) -> None:
    before = reading(ledger.size)
    number = taking.taken(c1, offer)
    state, on, last, noticed, effective = taking.seen(
        number, "state", "effective_on", "last_day", "noticed_seq", "effective_seq"
    )
    assert (state, on, noticed, effective) == ("effective", clock.today(), before + 1, before + 2)
    assert last > on
    kinds = [kind for kind, _ in taking.filings(before)]
    assert kinds == ["license.noticed", "license.effective"]
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_the_record_is_frozen_and_its_digest_committed(app: Flask, offer: Offer, c1: Person) -> None:
    number = taking.taken(c1, offer)

    def work() -> None:
        found = register.find(number)
        assert digest(found.record) == found.record_digest
        opened = {row["path"]: row["value"] for row in ledger.disclosures(found.noticed_seq)}
        assert opened["record"] == found.record_digest
        assert opened["licensee"]["name"] == "浦东智焊装备有限公司"
        assert found.salts == {}

    reading(work)
    fields = taking.filings(reading(lambda: register.find(number).noticed_seq))[0][1]
    assert "浦东智焊装备有限公司" not in str(fields)


def test_the_track_is_the_days_and_stays(app: Flask, offer: Offer, c1: Person) -> None:
    local = taking.taken(c1, offer)
    announce(offer)
    c2 = make_organisation(app, "c2")
    statutory = taking.taken(c2, offer)
    assert taking.seen(local, "track") == ("local",)
    assert taking.seen(statutory, "track") == ("statutory",)


def test_a_draft_binds_nobody_and_is_only_its_licensees(app: Flask, offer: Offer, c1: Person) -> None:
    size = reading(ledger.size)
    number = taking.drafted(c1, offer)
    assert taking.state(number) == "drafted"
    assert reading(ledger.size) == size
    assert reading(lambda: list(contracts.of_holder(offer.holder.actor))) == []
    taking.drafted(c1, offer)  # drafts may coexist


def test_a_second_notice_while_one_is_in_force_is_refused_and_nothing_written(
    app: Flask, offer: Offer, c1: Person
) -> None:
    second = taking.drafted(c1, offer)
    first = taking.taken(c1, offer)
    size = reading(ledger.size)
    with pytest.raises(Conflict) as caught:
        taking.send(c1, second)
    assert (caught.value.code, caught.value.params["number"]) == ("already_licensed", first)
    with pytest.raises(Conflict):
        taking.drafted(c1, offer)
    assert (taking.state(second), reading(ledger.size)) == ("drafted", size)


def test_another_license_after_the_first_has_ended_is_allowed(app: Flask, offer: Offer, c1: Person) -> None:
    first = taking.taken(c1, offer)
    transaction(lambda: _end(first))
    assert transaction(contracts.end_due) == 1
    assert taking.seen(first, "state", "ended_ground") == ("expired", "term")
    assert taking.state(taking.taken(c1, offer)) == "effective"


def _end(number: str) -> None:
    register.find(number).last_day = clock.today() - timedelta(days=1)


def test_a_sent_notice_is_not_sent_again(app: Flask, offer: Offer, c1: Person) -> None:
    number = taking.drafted(c1, offer)
    statement = c1.sign(reading(lambda: register.find(number).statement_fields))
    transaction(lambda: contracts.accept(c1.actor, register.find(number), statement).number)
    with pytest.raises(Conflict) as caught:
        transaction(lambda: contracts.accept(c1.actor, register.find(number), statement).number)
    assert caught.value.code == "already_sent"


def test_a_statement_over_other_fields_is_refused(app: Flask, offer: Offer, c1: Person) -> None:
    number = taking.drafted(c1, offer)
    fields = reading(lambda: dict(register.find(number).statement_fields))
    changed = {**fields, "fields": {**fields["fields"], "track": "statutory"}}
    size = reading(ledger.size)
    with pytest.raises(Conflict) as caught:
        transaction(lambda: contracts.accept(c1.actor, register.find(number), c1.sign(changed)).number)
    assert caught.value.code == "stale_digest"
    forged = Statement(
        fields=fields, alg="ed25519", kid=c1.signer.kid, signature=c1.sign(changed).signature, level="account"
    )
    with pytest.raises(Refused) as caught_:
        transaction(lambda: contracts.accept(c1.actor, register.find(number), forged).number)
    assert caught_.value.code == "signature_invalid"
    assert (taking.state(number), reading(ledger.size)) == ("drafted", size)


def test_a_notice_prepared_yesterday_has_to_be_read_again(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taking.drafted(c1, offer)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        with pytest.raises(Conflict) as caught:
            taking.send(c1, number)
        assert caught.value.code == "stale_digest"
        transaction(lambda: contracts.redraft(c1.actor, register.find(number)).number)
        taking.send(c1, number)
    assert taking.state(number) == "effective"


def test_an_announcement_between_reading_and_sending_makes_the_text_stale(
    app: Flask, offer: Offer, c1: Person
) -> None:
    number = taking.drafted(c1, offer)
    announce(offer)
    with pytest.raises(Conflict) as caught:
        taking.send(c1, number)
    assert caught.value.code == "stale_digest"


def test_a_changed_licensee_makes_the_text_stale(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taking.drafted(c1, offer)

    def move() -> None:
        db.session.get_one(Organisation, c1.organisation_id).address = "别处 2 号"

    transaction(move)
    with pytest.raises(Conflict):
        taking.send(c1, number)


@pytest.mark.parametrize(
    ("changes", "params"),
    [({"abroad": True}, {}), ({}, {"country": "HK", "uscc": None})],
    ids=["ticked", "known"],
)
def test_a_party_outside_the_mainland_stops_for_a_person(
    lite: Flask, changes: dict[str, Any], params: dict[str, Any]
) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1", **params)
    size = reading(ledger.size)
    number = taking.taken(c1, offer, **changes)
    assert taking.seen(number, "state", "effective_seq") == ("manual_review", None)
    assert [kind for kind, _ in taking.filings(size)] == ["license.noticed"]
    transaction(lambda: contracts.clear(offer.venue.actor, register.find(number), reason="已办理出口登记。"))
    assert taking.state(number) == "effective"


def test_manual_review_can_void_and_needs_a_reason(lite: Flask) -> None:
    offer, c1 = published(lite, fee=LUMP), make_organisation(lite, "c1")
    number = taking.taken(c1, offer, abroad=True)
    for verb in (contracts.clear, contracts.refuse_review):
        with pytest.raises(Refused):
            transaction(lambda verb=verb: verb(offer.venue.actor, register.find(number), reason=" "))
    reason = "属于限制出口的技术。"
    transaction(lambda: contracts.refuse_review(offer.venue.actor, register.find(number), reason=reason))
    assert taking.seen(number, "state", "ended_ground") == ("void", "foreign_party")
    with pytest.raises(Conflict):
        transaction(lambda: contracts.clear(offer.venue.actor, register.find(number), reason=reason))


def test_a_cleared_paid_acceptance_waits_for_its_money(lite: Flask) -> None:
    offer, c1 = published(lite, fee=LUMP), make_organisation(lite, "c1")
    number = taking.taken(c1, offer, abroad=True)
    transaction(lambda: contracts.clear(offer.venue.actor, register.find(number), reason="已登记。"))
    state, due, reference = taking.seen(number, "state", "amount_due", "reference")
    assert (state, str(due), len(reference)) == ("awaiting_payment", "68000.00", 8)


def test_offers_that_are_not_open_refuse_with_their_own_code(lite: Flask) -> None:
    c1 = make_organisation(lite, "c1")
    waiting = published(lite, opening={"open_from": "announcement"})
    with pytest.raises(Conflict) as caught:
        taking.drafted(c1, waiting)
    assert caught.value.code == "offer_not_announced"
    announce(waiting)
    prepared = taking.drafted(c1, waiting)
    pause = {"ground": "B3", "since": clock.today(), "words": "年费未缴。"}
    transaction(lambda: reviews.pause(waiting.venue.actor, offers.find(waiting.number), **pause))
    with pytest.raises(Conflict) as caught:
        taking.send(c1, prepared)
    assert caught.value.code == "offer_paused"


def test_a_withdrawn_local_offer_takes_no_notice_and_licenses_given_stay(
    app: Flask, offer: Offer, c1: Person
) -> None:
    given = taking.taken(c1, offer)
    c2 = make_organisation(app, "c2")
    late = taking.drafted(c2, offer)
    withdraw(app, offer)
    with pytest.raises(Conflict) as caught:
        taking.send(c2, late)
    assert caught.value.code == "offer_withdrawn"
    assert taking.state(given) == "effective"


def test_nobody_takes_a_license_of_its_own_offer(lite: Flask) -> None:
    offer = published(lite)
    with pytest.raises(Refused) as caught:
        taking.drafted(offer.holder, offer)
    assert caught.value.code == "own_offer"


def test_foreign_organisations_and_wrong_roles_may_not(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taking.drafted(c1, offer)
    stranger = make_organisation(lite, "c2")
    statement = c1.sign(reading(lambda: register.find(number).statement_fields))
    with pytest.raises(NotFound):
        transaction(lambda: contracts.accept(stranger.actor, register.find(number), statement).number)
    preparer = make_member(lite, c1, Role.PREPARER)
    with pytest.raises(NotAllowed):
        transaction(lambda: contracts.accept(preparer.actor, register.find(number), statement).number)
    other_venue = make_venue(lite, "v2")
    sent = taking.taken(c1, offer, abroad=True)
    with pytest.raises(NotFound):
        transaction(lambda: contracts.clear(other_venue.actor, register.find(sent), reason="x"))


def test_an_unknown_field_of_the_record_is_not_smuggled_in(lite: Flask) -> None:
    """Only what was prepared is filed: answers changed after preparing do not reach the log."""
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taking.drafted(c1, offer)

    def tamper() -> None:
        found = register.find(number)
        found.answers = {**found.answers, "use": "别的用途"}

    transaction(tamper)
    taking.send(c1, number)
    opened = reading(
        lambda: {row["path"]: row["value"] for row in ledger.disclosures(register.find(number).noticed_seq)}
    )
    assert opened["intended_use"] == taking.ANSWERS["use"]


def test_every_move_leaves_a_history_row_and_work_for_later(app: Flask, offer: Offer, c1: Person) -> None:
    number = taking.taken(c1, offer)
    verbs = reading(lambda: [row.verb for row in history.of(register.find(number))])
    assert verbs == ["draft", "send_free"]
    names = reading(lambda: sorted(job.name for job in db.session.query(Job).filter(Job.state == "waiting")))
    assert names.count("papers.print") == 2
    assert {"contracts.tell", "ledger.publish"} <= set(names)


def test_unconfirmed_accounts_send_nothing(lite: Flask) -> None:
    offer, c1 = published(lite), make_organisation(lite, "c1")
    number = taking.drafted(c1, offer)
    statement = c1.sign(reading(lambda: register.find(number).statement_fields))
    unconfirmed = replace(c1.actor, confirmed=False)
    with pytest.raises(Refused) as caught:
        transaction(lambda: contracts.accept(unconfirmed, register.find(number), statement).number)
    assert caught.value.code == "account_unconfirmed"


def test_counts_tell_how_many_and_never_who(app: Flask, offer: Offer, c1: Person) -> None:
    assert reading(lambda: contracts.licensee_count(offers.find(offer.number))) == 0
    taking.taken(c1, offer)
    assert reading(lambda: contracts.licensee_count(offers.find(offer.number))) == 1
    assert reading(lambda: len(contracts.of_licensee(c1.actor))) == 1
    assert reading(lambda: len(contracts.of_holder(offer.holder.actor))) == 1
    assert reading(lambda: len(contracts.contracts_of_venue(offer.venue.actor))) == 1
