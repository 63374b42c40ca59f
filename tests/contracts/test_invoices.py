"""Invoices are asked for, issued with a file that goes into the package, and mended by a red-letter one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.contracts import invoices, money_rules, register, slots
from registry.database import transaction
from registry.erasure import contracts as erasing
from registry.erasure.listing import Goes
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.parties import service as parties
from registry.parties.identifiers import uscc
from registry.parties.rules import Role
from tests.browser import Browser
from tests.contracts import taking
from tests.contracts.taking import answer, claim, taken
from tests.factories import LUMP, Offer, Person, make_organisation, make_upload, published, reading
from tests.kept import Kept
from tests.parties.people import PDF

BUYER = {
    "kind": "special", "title": "浦东智焊装备有限公司", "tax_number": "91310115000000027g",
    "email": "f@example.cn", "address": "", "phone": "", "bank": "", "bank_account": "",
}  # fmt: skip


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


@pytest.fixture
def c1(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c1")


def asked(who: Person, number: str, **changes: Any) -> UUID:
    facts = {**BUYER, **changes}
    return transaction(lambda: invoices.ask(who.actor, register.find(number), "start", facts).id)


def issued(app: Flask, who: Person, invoice: UUID, **changes: Any) -> str:
    upload = make_upload(app, who, "other")
    facts = {"number": "24312000000000000001", "day": clock.today(), "kind": "special",
             "amount": Decimal("68000.00"), "file_upload": upload, **changes}  # fmt: skip
    return transaction(lambda: invoices.issue(who.actor, invoices.find(invoice), facts).state)


@given(st.text(alphabet="0123456789ABCDEFGH", min_size=18, max_size=18))
def test_eighteen_characters_are_a_credit_code_with_right_check_digits_or_refused(number: str) -> None:
    found = ""
    try:
        found = money_rules.check_tax_number(number, person=False, kind="special")
    except Refused as refused:
        found = refused.field
    assert found in {"tax_number", number}
    assert found == "tax_number" or uscc(number).code == number


@pytest.mark.parametrize(
    ("number", "person", "kind", "code"),
    [
        ("", False, "ordinary", "required"),
        ("913101150000000270", False, "ordinary", "uscc_check"),
        ("1234567890123456", False, "ordinary", "tax_number_form"),
        ("", True, "special", "invoice_kind_person"),
        ("12", True, "ordinary", "tax_number_form"),
    ],
)
def test_a_wrong_tax_number_is_refused(number: str, person: bool, kind: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        money_rules.check_tax_number(number, person=person, kind=kind)
    assert caught.value.code == code


def test_a_natural_person_needs_no_number_and_old_ones_still_pass() -> None:
    assert money_rules.check_tax_number(" ", person=True, kind="ordinary") == ""
    assert (
        money_rules.check_tax_number("310115 000000027", person=False, kind="ordinary") == "310115000000027"
    )


def test_an_invoice_asked_for_is_issued_with_its_file_in_the_package(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    invoice = asked(c1, number, title="写错了")
    assert asked(c1, number) == invoice, "said better before it is issued"
    found = reading(lambda: invoices.waiting(offer.holder.actor)[0])
    assert (found.title, found.tax_number) == (BUYER["title"], "91310115000000027G")
    assert issued(lite, offer.holder, invoice) == "issued"
    assert "14" in reading(lambda: slots.filled(register.find(number).contract))
    assert reading(lambda: invoices.waiting(offer.holder.actor)) == []
    with pytest.raises(Conflict) as caught:
        asked(c1, number)
    assert caught.value.code == "invoice_issued"


def test_a_wrong_invoice_is_reversed_and_another_asked_for(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    invoice = asked(c1, number)
    issued(lite, offer.holder, invoice)
    red = {"number": "红1", "day": clock.today(), "reason": "抬头有误",
           "file_upload": make_upload(lite, offer.holder, "other")}  # fmt: skip
    early = {**red, "day": clock.today() - timedelta(days=1)}
    with pytest.raises(Refused) as caught:
        transaction(lambda: invoices.reverse(offer.holder.actor, invoices.find(invoice), early).state)
    assert caught.value.code == "red_before_invoice"
    assert transaction(
        lambda: invoices.reverse(offer.holder.actor, invoices.find(invoice), red).state
    ) == "reversed"  # fmt: skip
    again = asked(c1, number)
    assert again != invoice
    assert issued(lite, offer.venue, again, number="2") == "issued"


def test_only_the_licensee_asks_and_only_the_seller_or_the_venue_issues(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    stranger = make_organisation(lite, "c2")
    with pytest.raises(NotFound):
        asked(stranger, number)
    with pytest.raises(Refused):
        asked(offer.holder, number)
    invoice = asked(c1, number)
    for who in (c1, stranger):
        with pytest.raises(Refused):
            issued(lite, who, invoice)
    with pytest.raises(Refused) as caught:
        issued(lite, offer.holder, invoice, day=clock.today() + timedelta(days=2))
    assert caught.value.code == "day_in_future"


def test_an_operator_of_the_buyers_issues_no_invoice(lite: Flask, offer: Offer, c1: Person) -> None:
    invoice, operator = asked(c1, taken(c1, offer)), offer.venue.actor.account_id
    transaction(
        lambda: parties.join(operator, role=Role.PREPARER, organisation_id=c1.organisation_id).id
    )
    with pytest.raises(NotAllowed, match="own_party"):
        issued(lite, offer.venue, invoice)


def test_who_the_buyer_was_goes_with_the_contract_and_its_statement_lines_too(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    asked(c1, number)
    answer(offer.holder, claim(lite, c1, number, payer_account="6222000000000001"))
    goes = reading(lambda: _goes(number))
    assert "title" in goes["invoice"]
    assert "payer_account" in goes["payment"]


def _goes(number: str) -> dict[str, str]:
    listed: tuple[Goes, ...] = erasing.listing(register.find(number).contract).goes
    return {one.table: one.what for one in listed}


def test_the_pages_from_asking_to_downloading(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    buyer = Browser(lite).sign_in(c1.email)
    buyer.get(f"/acceptances/{number}/invoice")
    assert "浦东智焊装备有限公司" in buyer.html, "known already"
    buyer.submit({"kind": "special", "tax_number": "12"})
    assert (buyer.status, "f-tax_number" in buyer.html) == (422, True)
    buyer.submit({"tax_number": "91310115000000027G", "email": "f@example.cn"})
    assert (buyer.status, "等待开票" in buyer.text) == (200, True)
    seller = Browser(lite).sign_in(offer.holder.email).get("/holder/invoices")
    assert "浦东智焊装备有限公司" in seller.text
    invoice = reading(lambda: str(invoices.waiting(offer.holder.actor)[0].id))
    seller.get(f"/invoices/{invoice}").submit(
        {"number": "24312000000000000001", "day": clock.today().isoformat(), "amount": "68000.00"},
        files={"file_upload": (PDF, "fp.pdf")},
    )
    assert (seller.status, "已开票" in seller.text) == (200, True)
    assert "24312000000000000001" in buyer.get(f"/acceptances/{number}/invoice").text
    upload = reading(lambda: str(invoices.find(UUID(invoice)).file_upload))
    assert buyer.get(f"/files/{upload}").status == 200
    assert "发票" in buyer.get(f"/acceptances/{number}").text
    assert taking.state(number) == "awaiting_payment"
