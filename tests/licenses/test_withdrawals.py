"""Withdrawals: a ground, every owner's consent, no condition; local at once, announced on CNIPA's day."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.licenses import consents, offers, register, reviews, withdrawals
from registry.licenses.rules import Track
from tests import factories


@pytest.fixture
def claims() -> Iterator[list[UUID]]:
    """Declarations over which a payment claim is said to wait."""
    waiting: list[UUID] = []

    def asked(declaration_id: UUID) -> bool:
        return declaration_id in waiting

    withdrawals.OPEN_CLAIMS.append(asked)
    yield waiting
    withdrawals.OPEN_CLAIMS.remove(asked)


def prepare(offer: factories.Offer, ground: str = "assignment", reason: str = "", condition: str = "") -> str:
    return transaction(
        lambda: (
            withdrawals.prepare(
                offer.holder.actor,
                register.find(offer.number),
                ground=ground,
                reason=reason,
                condition=condition,
            ).number
        )
    )


def file(offer: factories.Offer, number: str) -> None:
    statement = offer.holder.sign(
        factories.reading(lambda: withdrawals.statement_for(withdrawals.find(number)))
    )
    transaction(lambda: withdrawals.file(offer.holder.actor, withdrawals.find(number), statement).number)


def test_a_local_offer_closes_with_its_filing(app: Flask) -> None:
    offer = factories.published(app)
    number = factories.withdraw(app, offer)
    declaration = register.find(offer.number)
    assert declaration.state == "withdrawn"
    assert offers.standing(declaration).code == "offer_withdrawn"
    filed = ledger.filed_at(declaration.withdrawn_seq)[1]
    assert (filed.type, filed.fields["ground"]) == ("declaration.withdrawn", "assignment")
    assert [said.fields["role"] for said in filed.statements] == ["declarant"]
    assert withdrawals.find(number).filed_seq == declaration.withdrawn_seq
    assert offers.withdrawal_day(declaration) == clock.today()
    assert db.session.query(Job).filter_by(name="contracts.after_withdrawal").count() == 1
    db.session.rollback()
    assert ledger.audit().exit_code == 0


def test_an_announced_offer_stays_open_until_cnipas_day(app: Flask) -> None:
    offer = factories.published(app, co_owners=("r1",))
    factories.announce(offer, clock.today() - timedelta(days=30))
    factories.withdraw(app, offer)
    declaration = register.find(offer.number)
    assert declaration.state == "withdrawal_filed"
    assert offers.standing(declaration) is Track.STATUTORY
    assert offers.status_tag(declaration) == "withdrawal_filed"
    late = clock.today() - timedelta(days=4)
    db.session.rollback()
    transaction(lambda: reviews.announce_withdrawal(offer.venue.actor, register.find(offer.number), day=late))
    declaration = register.find(offer.number)
    assert declaration.state == "withdrawn"
    assert declaration.cnipa_status == "withdrawal_announced"
    assert offers.withdrawal_day(declaration) == late
    assert offers.status_tag(declaration) == "withdrawn"
    announced, withdrawn = (ledger.filed_at(declaration.withdrawn_seq + n)[1] for n in (0, 1))
    assert announced.fields["cnipa_day"] == late.isoformat()
    assert [said.fields["role"] for said in withdrawn.statements] == ["declarant", "co_owner"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ground": "price"}, "withdrawal_ground"),
        ({"ground": "other", "reason": " "}, "required"),
        ({"ground": "assignment", "condition": "除非转让失败"}, "withdrawal_conditional"),
    ],
)
def test_a_withdrawal_needs_a_ground_and_carries_no_condition(lite: Flask, given: dict, code: str) -> None:
    offer = factories.published(lite)
    with pytest.raises(Refused, match=code):
        prepare(offer, **given)


def test_every_co_owner_consents_anew(lite: Flask) -> None:
    offer = factories.published(lite, co_owners=("r1",))
    number = prepare(offer)
    with pytest.raises(Refused, match="consent_missing"):
        file(offer, number)
    assert register.find(offer.number).state == "published"
    [asked] = [
        one for one in consents.status(register.find(offer.number), "withdraw") if one.state == "asked"
    ]
    db.session.rollback()
    factories.agree(lite, asked.consent.id)
    file(offer, number)
    assert register.find(offer.number).state == "withdrawn"


def test_another_text_replaces_the_withdrawal_in_the_making(lite: Flask) -> None:
    offer = factories.published(lite, co_owners=("r1",))
    first = prepare(offer)
    link = factories.consent_links(offer.number, "withdraw")[-1]
    second = prepare(offer, ground="other", reason="另有安排")
    with pytest.raises(NotFound):
        withdrawals.find(first)
    with pytest.raises(Conflict, match="consent_void"):
        consents.by_token(link)
    assert "另有安排" in withdrawals.find(second).text


def test_a_waiting_payment_claim_is_decided_before_a_local_withdrawal(
    lite: Flask, claims: list[UUID]
) -> None:
    offer = factories.published(lite)
    number = prepare(offer)
    claims.append(factories.reading(lambda: register.find(offer.number).id))
    with pytest.raises(Conflict, match="claims_open"):
        file(offer, number)
    claims.clear()
    file(offer, number)
    with pytest.raises(Conflict, match="already_filed"):
        file(offer, number)


def test_what_is_not_open_is_not_withdrawn(lite: Flask) -> None:
    offer = factories.published(lite)
    factories.withdraw(lite, offer)
    with pytest.raises(Conflict, match="wrong_state"):
        prepare(offer)


def test_cnipa_may_announce_a_withdrawal_we_never_saw(lite: Flask) -> None:
    offer = factories.published(lite)
    day = clock.today()
    with pytest.raises(Conflict, match="wrong_state"):  # nothing was announced that could be withdrawn
        transaction(
            lambda: reviews.announce_withdrawal(offer.venue.actor, register.find(offer.number), day=day)
        )
    factories.announce(offer, day)
    before = day - timedelta(days=1)
    with pytest.raises(Refused, match="withdrawal_before_announcement"):
        transaction(
            lambda: reviews.announce_withdrawal(offer.venue.actor, register.find(offer.number), day=before)
        )
    transaction(lambda: reviews.announce_withdrawal(offer.venue.actor, register.find(offer.number), day=day))
    assert register.find(offer.number).state == "withdrawn"


def test_after_a_rejected_withdrawal_another_may_be_filed(lite: Flask) -> None:
    offer = factories.published(lite)
    factories.announce(offer)
    factories.withdraw(lite, offer)
    venue = offer.venue.actor
    transaction(lambda: reviews.reject_withdrawal(venue, register.find(offer.number), words="理由不足"))
    assert register.find(offer.number).state == "published"
    again = factories.withdraw(lite, offer, "annuity", "")
    assert withdrawals.filed(register.find(offer.number)).number == again
