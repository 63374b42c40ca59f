"""Written authorities: brought once, in every package while valid, warned before they end, gone with their
party.
"""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from registry import clock
from registry.contracts import authorities, register, reward_sheet, slots
from registry.contracts.blocks import plain
from registry.database import db, transaction
from registry.erasure import people as erasing
from registry.errors import NotAllowed, NotFound, Refused
from registry.parties import service as parties
from registry.parties.models import Upload, Venue
from registry.parties.rules import Role
from tests.browser import Browser
from tests.contracts import taking
from tests.contracts.papers import facts, record
from tests.documents.papers import pdftotext
from tests.exports import making
from tests.factories import (
    Offer,
    Person,
    make_member,
    make_organisation,
    make_upload,
    make_venue,
    published,
    reading,
)  # fmt: skip
from tests.parties.people import PDF

TODAY = clock.today
Deal = tuple[Offer, Person, str]


def bring(app: Flask, who: Person, venue: Person | None = None, **changes: Any) -> str:
    upload = make_upload(app, who, data=PDF + repr(changes).encode())
    given = {"kind": "registration" if venue else "office", "valid_from": TODAY(), **changes}

    def work() -> str:
        kept = db.session.get_one(Upload, upload)
        place = db.session.get_one(Venue, venue.venue_id) if venue else None
        organisation = parties.organisation_of(who.actor)
        return str(authorities.add(who.actor, organisation, given, kept, venue=place).id)

    return transaction(work)


def filled(number: str) -> frozenset[str]:
    return reading(lambda: slots.filled(register.find_contract(number)))


@pytest.fixture
def deal(lite: Flask) -> Deal:
    offer, licensee = published(lite), make_organisation(lite, "c1")
    return offer, licensee, making.contract_of(taking.taken(licensee, offer))


def test_a_valid_authority_stands_in_every_package_and_an_ended_one_in_none(lite: Flask, deal: Deal) -> None:
    offer, _, number = deal
    assert not filled(number) & {"08a", "08b"}
    office = bring(lite, offer.holder, agent="技术转移中心", valid_to=TODAY() + timedelta(days=400))
    bring(lite, offer.holder, offer.venue)
    assert filled(number) >= {"08a", "08b"}
    transaction(lambda: authorities.end(offer.holder.actor, authorities.UUID(office)))
    assert "08a" not in filled(number)


def test_an_authority_to_one_venue_says_nothing_at_another(lite: Flask, deal: Deal) -> None:
    offer, _, number = deal
    bring(lite, offer.holder, make_venue(lite, "v2"))
    assert "08b" not in filled(number)


def test_one_that_has_not_begun_or_is_over_is_not_taken(lite: Flask, deal: Deal) -> None:
    offer, _, number = deal
    bring(lite, offer.holder, valid_from=TODAY() + timedelta(days=1))
    assert "08a" not in filled(number)
    for wrong, code in (
        (
            {"valid_to": TODAY() - timedelta(days=1), "valid_from": TODAY() - timedelta(days=9)},
            "already_over",
        ),
        ({"valid_to": TODAY() - timedelta(days=1)}, "days_reversed"),
    ):
        with pytest.raises(Refused, match=code):
            bring(lite, offer.holder, **wrong)


def test_only_an_owner_brings_and_takes_back(lite: Flask, deal: Deal) -> None:
    offer, licensee, _ = deal
    found = bring(lite, offer.holder)
    with pytest.raises(NotAllowed):
        bring(lite, make_member(lite, offer.holder, Role.SIGNER))
    with pytest.raises(NotFound):
        transaction(lambda: authorities.end(licensee.actor, authorities.UUID(found)))


def test_the_end_is_warned_of_until_another_follows(lite: Flask) -> None:
    holder = make_organisation(lite, "u1")
    bring(lite, holder, valid_to=TODAY() + timedelta(days=10))

    def soon() -> int:
        return len(reading(lambda: authorities.expiring(holder.organisation_id, TODAY())))

    assert soon() == 1
    assert "授权书" in Browser(lite).sign_in(holder.email).get("/desk").text
    bring(lite, holder, valid_to=TODAY() + timedelta(days=300))
    assert soon() == 0


def test_what_it_says_goes_with_the_party(lite: Flask) -> None:
    holder = make_organisation(lite, "u1")
    bring(lite, holder, agent="某经办人")
    listed = reading(lambda: erasing.party_listing(erasing.find_party(str(holder.organisation_id))))
    assert listed.keys("authority")
    assert listed.keys("upload")


def test_an_owner_prints_brings_and_takes_back_on_one_page(lite: Flask, deal: Deal) -> None:
    offer, licensee, number = deal
    page = "/organisation/authorities"
    browser = Browser(lite).sign_in(offer.holder.email).get(page)
    said = pdftotext(browser.get(f"{page}/08a.pdf").page.data)
    assert "法定代表人授权书" in said
    assert "申城理工大学" in said
    assert number in pdftotext(browser.get(f"/contracts/{number}/registration-authority.pdf").page.data)
    browser.get(page).submit({"kind": "registration", "valid_from": TODAY().isoformat()}, action=page)
    assert browser.status == 422
    browser.submit(
        {"kind": "registration", "venue": "v1", "valid_from": TODAY().isoformat()},
        action=page,
        files={"file_upload": (PDF, "授权.pdf")},
    )
    assert (browser.status, "授权.pdf" in browser.text) == (200, True)
    assert "08b" in filled(number)
    assert "授权.pdf" in Browser(lite).sign_in(offer.venue.email).get(f"/contracts/{number}").text
    upload = reading(
        lambda: next(o.upload.id for o in slots.brought(register.find_contract(number)) if o.slot == "08b")
    )
    assert Browser(lite).sign_in(offer.venue.email).get(f"/files/{upload}").status == 200
    assert Browser(lite).sign_in(licensee.email).get(f"/files/{upload}").status == 404


# --- the inventors' sheet ----------------------------------------------------------------------------


def test_the_reward_sheet_lists_inventors_and_the_shares_of_the_region_and_no_figure() -> None:
    said = plain(reward_sheet.compose([facts()], TODAY()))
    assert "吴岚" in said
    assert "沈括一" in said
    assert "许可净收入的 50 %" in said
    assert "许可净收入的 70 %" in said
    assert "本次到账金额（元）：　" in said
    elsewhere = record(licensor={**record()["licensor"], "region": "330100"})
    assert "70 %" not in plain(reward_sheet.compose([facts(elsewhere)], TODAY()))


def test_only_the_holder_prints_the_reward_sheet(lite: Flask, deal: Deal) -> None:
    offer, licensee, number = deal
    page = f"/contracts/{number}/reward-sheet.pdf"
    assert Browser(lite).sign_in(offer.holder.email).get(page).status == 200
    assert Browser(lite).sign_in(licensee.email).get(page).status == 403
