"""Batches that are signed in one act, agreed to by co-owners, reviewed and published; nothing is doubled."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, Refused
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.licenses import batch_consents, batch_reviews, batch_signing, batches, register, reviews
from registry.licenses import service as licenses
from registry.licenses.models import Consent
from registry.parties.models import Mail, Membership
from registry.patents import service as patents
from tests import factories
from tests.browser import run_jobs
from tests.factories import make_organisation, make_venue, reading
from tests.licenses import batching
from tests.licenses.batching import found, row


def test_one_signature_hands_in_many_and_each_is_filed_with_its_own_place(app: Flask) -> None:
    holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row() for _ in range(5)])
    numbers = batching.numbers_of(batch_id)
    signing_id = batching.sign(holder, batch_id, numbers)
    said = reading(lambda: batch_signing.progress(batching.signing(signing_id)))
    assert said == {"left": 0, "failed": 0, "done": 5, "all": 5}
    for number in numbers:
        factories.pass_all(venue, number)
    assert transaction(lambda: batch_reviews.begin(venue.actor, found(batch_id), "publish")) == 5
    places, signatures = set(), set()
    for number in numbers:
        declaration = register.find(number)
        assert declaration.state == "published"
        statement = ledger.filed_at(declaration.published_seq)[1].statements[0]
        places.add((statement.place.index, statement.place.size))
        signatures.add(statement.signature)
    assert places == {(n, 5) for n in range(5)}
    assert len(signatures) == 1
    db.session.rollback()
    assert ledger.audit().exit_code == 0
    letters = reading(lambda: db.session.query(Mail).filter(Mail.subject.contains("批量声明待审")).count())
    assert letters == 1


def test_one_row_that_fails_stays_a_draft_and_the_others_go_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_signing, "AT_ONCE", 2)
    holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row() for _ in range(5)])
    numbers = batching.numbers_of(batch_id)
    signing_id = batching.sign(holder, batch_id, numbers, worker=False)
    assert reading(lambda: batch_signing.progress(batching.signing(signing_id)))["left"] == 5
    lapsed = register.find(numbers[3]).patent.number
    db.session.rollback()
    transaction(
        lambda: patents.set_state(
            holder.actor, patents.find(lapsed), annuity_paid_to=clock.today() - timedelta(days=400)
        )
    )
    # the worker dies after its first piece, and its successor finds what is left
    transaction(lambda: batch_signing.hand_in(signing_id, limit=1))
    while transaction(lambda: batch_signing.hand_in(signing_id, limit=2)):
        pass
    states = [reading(lambda n=n: register.find(n).state) for n in numbers]
    assert states == ["submitted", "submitted", "submitted", "draft", "submitted"]
    said = reading(lambda: batch_signing.progress(batching.signing(signing_id)))
    assert said == {"left": 0, "failed": 1, "done": 4, "all": 5}
    faults = reading(lambda: [one.fault for one in batches.members(found(batch_id))])
    assert [bool(one) for one in faults] == [False, False, False, True, False]
    versions = reading(lambda: [len(register.find(n).versions) for n in numbers])
    assert versions == [1, 1, 1, 0, 1]
    assert transaction(lambda: batch_signing.hand_in(signing_id, limit=5)) == 0
    letters = reading(lambda: db.session.query(Mail).filter(Mail.subject.contains("批量声明待审")).count())
    assert letters == 1


def test_the_same_list_cannot_be_signed_into_twice(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row(), row()])
    numbers = batching.numbers_of(batch_id)
    batching.sign(holder, batch_id, numbers)
    rows = reading(lambda: batch_signing.signable(batches.members(found(batch_id))))
    assert rows == []
    with pytest.raises(Refused):
        batching.sign(holder, batch_id, numbers)


def test_a_list_that_changed_since_it_was_read_is_not_signed(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row(), row()])
    numbers = batching.numbers_of(batch_id)

    def shown() -> str:
        return batch_signing.list_digest(batch_signing.chosen(batches.members(found(batch_id)), numbers))

    before = reading(shown)
    change = {"fee": {"method": "LUMP", "amount": "1.00", "tax_included": True, "pay_within_days": 15}}
    transaction(lambda: licenses.save_steps(holder.actor, register.find(numbers[0]), change))
    rows = batch_signing.chosen(batches.members(found(batch_id)), numbers)
    with pytest.raises(Conflict, match="stale_digest"):
        batch_signing.prepare(holder.actor, rows, before)
    db.session.rollback()


def test_who_lost_the_role_meanwhile_finishes_nothing(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_signing, "AT_ONCE", 1)
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row(), row()])
    numbers = batching.numbers_of(batch_id)
    signing_id = batching.sign(holder, batch_id, numbers, worker=False)
    transaction(lambda: batch_signing.hand_in(signing_id, limit=1))

    def leave() -> None:
        db.session.query(Membership).filter_by(account_id=holder.actor.account_id).update(
            {"ended_at": clock.now()}
        )

    transaction(leave)
    transaction(lambda: batch_signing.hand_in(signing_id, limit=5))
    assert [reading(lambda n=n: register.find(n).state) for n in numbers] == ["submitted", "draft"]


# --- co-owners and reviewers -------------------------------------------------------------------------


def test_a_co_owner_of_many_gets_one_letter_with_every_link(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    both = f"{factories.NAMES['u1'][0]}、{factories.NAMES['c1'][0]}"
    batch_id = batching.drafted(holder, venue, [row(owners=both), row(owners=both), row()])
    assert batching.codes(batch_id)[0] == ["row_needs_consents"]

    def named() -> int:
        rows = batches.members(found(batch_id))
        return batch_consents.name_addresses(holder.actor, rows, {factories.NAMES["c1"][0]: "co@example.cn"})

    assert transaction(named) == 2
    asked = transaction(
        lambda: batch_consents.ask_all(holder.actor, found(batch_id), batches.members(found(batch_id)))
    )
    assert (asked.letters, asked.consents, asked.left) == (1, 2, ())
    letters = reading(lambda: db.session.query(Mail).filter_by(address="co@example.cn").all())
    assert len(letters) == 1
    links = {word.rpartition("/")[2] for word in letters[0].body.split() if "/consent/" in word}
    assert len(links) == 2
    person = None
    for consent_id in reading(lambda: [one.id for one in db.session.query(Consent)]):
        person = factories.agree(lite, consent_id, person)
    numbers = batching.numbers_of(batch_id)
    batching.sign(holder, batch_id, numbers)
    assert [reading(lambda n=n: register.find(n).state) for n in numbers] == ["submitted"] * 3


def test_the_model_passes_what_all_share_and_no_line_of_evidence(app: Flask) -> None:
    holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row(), row(), row(amount="70,000")])
    numbers = batching.numbers_of(batch_id)
    batching.sign(holder, batch_id, numbers)
    assert transaction(lambda: batch_reviews.begin(venue.actor, found(batch_id), "take_up")) == 3
    factories.pass_all(venue, numbers[0])
    model = reading(lambda: register.find(numbers[0]))
    done = transaction(lambda: batch_reviews.begin(venue.actor, found(batch_id), "pass_alike", model))
    assert done == 2
    answered = [reading(lambda n=n: set(reviews.lines_of(register.find(n)))) for n in numbers]
    assert answered[1] == {"fee", "dates", "words", "contact"}
    assert answered[2] == {"dates", "words", "contact"}
    assert transaction(lambda: batch_reviews.begin(venue.actor, found(batch_id), "publish")) == 1
    assert [reading(lambda n=n: register.find(n).state) for n in numbers] == [
        "published", "under_review", "under_review",
    ]  # fmt: skip


def test_of_many_the_worker_publishes_the_rest_once_and_writes_one_letter(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_reviews, "AT_ONCE", 1)
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row() for _ in range(4)])
    numbers = batching.numbers_of(batch_id)
    batching.sign(holder, batch_id, numbers)
    for number in numbers[:3]:
        factories.pass_all(venue, number)
    assert transaction(lambda: batch_reviews.begin(venue.actor, found(batch_id), "publish")) == 1
    assert reading(lambda: batch_reviews.at_work(found(batch_id))) == 2
    run_jobs()
    assert reading(lambda: batch_reviews.at_work(found(batch_id))) == 0
    states = [reading(lambda n=n: register.find(n).state) for n in numbers]
    assert states == ["published"] * 3 + ["submitted"]
    size = reading(lambda: ledger.size())

    def died() -> None:  # between its letter and its end
        job = db.session.scalars(select(Job).where(Job.name == batch_reviews.JOB)).one()
        job.state = "waiting"

    transaction(died)
    run_jobs()
    assert reading(lambda: ledger.size()) == size
    letters = db.session.query(Mail).filter_by(letter="batch_published")
    told = reading(lambda: [one.body for one in letters])
    assert len(told) == 1
    assert [told[0].count(number) for number in numbers] == [1, 1, 1, 0]
