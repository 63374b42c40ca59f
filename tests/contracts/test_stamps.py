"""Stamps through the services and the pages: sheets per party, the clerk's comparison, originals, a venue's
setting.
"""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from pypdf import PdfReader

from registry import clock, jobs
from registry.contracts import register, registration, slots, stamp_policy, stamps
from registry.contracts.stamping import StampPolicy
from registry.contracts.stamps import Reading
from registry.database import db, transaction
from registry.erasure import contracts as erasing
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.history import of as history_of
from registry.parties.models import Mail, Upload, Venue
from tests.browser import Browser
from tests.contracts import taking
from tests.documents.papers import pdftotext
from tests.documents.test_uploads import png
from tests.exports import making
from tests.factories import Offer, Person, make_organisation, make_upload, make_venue, published, reading
from tests.parties.people import PDF


class Deal:
    """One free license in force, with its two sides and its venue."""

    def __init__(self, app: Flask, offer: Offer | None = None, key: str = "c1") -> None:
        self.app = app
        self.offer = offer or published(app)
        self.licensee = make_organisation(app, key)
        self.holder, self.venue = self.offer.holder, self.offer.venue
        self.number = making.contract_of(taking.taken(self.licensee, self.offer))

    def bring(self, who: Person, *seats: str, data: bytes = b"") -> UUID:
        upload = make_upload(self.app, who, data=data or PDF + repr((who.email, seats)).encode())

        def work() -> None:
            found = db.session.get_one(Upload, upload)
            stamps.bring(who.actor, register.find_contract(self.number), found, seats)

        transaction(work)
        return upload

    def read(self, *readings: Reading) -> None:
        transaction(lambda: stamps.read(self.venue.actor, register.find_contract(self.number), readings))

    def agree(self, *seats: str) -> None:
        self.read(*(Reading(seat=seat, sealed="", agrees=True) for seat in seats))

    @property
    def state(self) -> str:
        return reading(lambda: register.find_contract(self.number).stamp)

    def faults(self) -> list[str]:
        return [code for code in making.faults(self.number) if code.startswith(("stamp_", "seal_"))]


@pytest.fixture
def deal(lite: Flask) -> Deal:
    return Deal(lite)


@pytest.fixture
def both(app: Flask) -> Deal:
    return Deal(app)


def test_two_cities_stamp_at_the_same_time_and_the_clerk_reads_both(both: Deal) -> None:
    assert both.state == "waiting_licensor"
    both.bring(both.licensee, "licensee")
    assert (both.state, both.faults()) == ("waiting_licensor", ["stamp_missing"])
    both.bring(both.holder, "licensor")
    assert (both.state, both.faults()) == ("complete", ["stamp_not_checked"])
    both.agree("licensor", "licensee")
    assert (both.state, both.faults()) == ("checked", [])

    def who() -> list[tuple[str, str, str]]:
        rows = history_of(register.find_contract(both.number))
        return [(row.verb, row.before, row.after) for row in rows if row.verb.startswith(("stamp", "check"))]

    assert reading(who) == [
        ("stamp_fill", "waiting_licensor", "complete"),
        ("check_stamp", "", ""),
        ("stamp_agree", "complete", "checked"),
    ]


def test_a_seal_that_differs_is_told_to_its_party_alone_and_a_new_sheet_is_read_anew(deal: Deal) -> None:
    deal.bring(deal.licensee, "licensee")
    differs = Reading(seat="licensee", sealed="浦东智焊装备公司", agrees=False, reason="少了“有限”二字")
    deal.read(differs)
    assert (deal.state, deal.faults()) == ("mismatch", ["seal_name_differs", "stamp_missing"][:1])
    jobs.run_all()
    (letter,) = db.session.query(Mail).filter(Mail.subject.like("印章与书写的名称%")).all()
    assert letter.address == "c1@example.cn"
    assert "少了“有限”二字" in letter.body
    db.session.rollback()
    deal.bring(deal.licensee, "licensee", data=PDF + b"again")
    assert deal.state == "waiting_licensor"
    deal.bring(deal.holder, "licensor")
    deal.agree("licensor", "licensee")
    assert (deal.state, deal.faults()) == ("checked", [])


def test_a_tick_and_a_name_that_contradict_each_other_are_refused(deal: Deal) -> None:
    deal.bring(deal.licensee)
    with pytest.raises(Refused, match="seal_contradicts"):
        deal.read(Reading(seat="licensee", sealed="另一家公司", agrees=True))
    with pytest.raises(Refused, match="required"):
        deal.read(Reading(seat="licensee", sealed="另一家公司", agrees=False))
    assert deal.state == "complete"


def test_a_seal_nobody_brought_cannot_be_read(deal: Deal) -> None:
    with pytest.raises(Refused, match="stamp_missing"):
        deal.agree("licensor")


def test_nobody_replaces_what_was_found_in_order_on_the_other_side(deal: Deal) -> None:
    first = deal.bring(deal.licensee)
    deal.agree("licensor", "licensee")
    with pytest.raises(Conflict, match="seal_checked"):
        deal.bring(deal.licensee, "licensor", data=PDF + b"x")
    with pytest.raises(Conflict, match="already_attached"):
        transaction(
            lambda: stamps.bring(
                deal.licensee.actor,
                register.find_contract(deal.number),
                db.session.get_one(Upload, first),
                ["licensee"],
            )
        )
    assert deal.state == "checked"
    deal.bring(deal.venue, "licensor", data=PDF + b"the venue may")
    assert deal.state == "complete"


def test_a_strangers_sheet_and_an_unknown_seat_are_refused(deal: Deal) -> None:
    with pytest.raises(NotFound):
        deal.bring(make_organisation(deal.app, "c2"), "licensee")
    with pytest.raises(Refused, match="seat_unknown"):
        deal.bring(deal.licensee, "witness")


def test_a_clerk_who_belongs_to_a_party_compares_nothing(deal: Deal) -> None:
    deal.bring(deal.licensee)
    transaction(lambda: setattr(_venue(deal), "organisation_id", deal.holder.organisation_id))
    with pytest.raises(NotAllowed, match="own_party"):
        deal.agree("licensor")


def _venue(deal: Deal) -> Venue:
    return db.session.get_one(Venue, deal.venue.venue_id)


def test_the_package_takes_the_newest_sheet_of_each_party_by_name(deal: Deal) -> None:
    deal.bring(deal.licensee)
    newer = deal.bring(deal.holder, "licensor", data=PDF + b"newer")
    found = reading(
        lambda: [
            (one.of, one.upload.id) for one in slots.brought(register.find_contract(deal.number)) if one.of
        ]
    )
    assert {who for who, _ in found} == {"许可方", "被许可方"}
    assert dict(found)["许可方"] == newer


def test_originals_are_noted_with_their_day_and_the_note_can_be_taken_back(deal: Deal) -> None:
    today = clock.today()

    def note(day: object) -> None:
        contract = register.find_contract(deal.number)
        stamps.receive_original(deal.venue.actor, contract, "licensee", day)  # type: ignore[arg-type]

    def seen() -> object:
        return {one.seat.key: one.original for one in stamps.places(register.find_contract(deal.number))}

    transaction(lambda: note(today))
    assert reading(seen) == {"licensor": None, "licensee": today}
    with pytest.raises(Refused, match="day_in_future"):
        transaction(lambda: note(today + timedelta(days=1)))
    transaction(lambda: note(None))
    assert reading(seen) == {"licensor": None, "licensee": None}


def test_a_venues_setting_moves_what_was_not_handed_in_and_nothing_else(both: Deal) -> None:
    handed_in = Deal(both.app, both.offer, "c2")
    transaction(lambda: setattr(register.find_contract(handed_in.number), "registration", "submitted"))
    for policy, here in (
        (StampPolicy.E_SIGNED_PRINT, "not_needed"),
        (StampPolicy.STAMPED_ORIGINAL, "waiting_licensor"),
    ):
        transaction(
            lambda policy=policy: stamp_policy.set_policy(
                both.venue.actor, _venue(both), policy=policy, courier="某路一号 登记部"
            )
        )
        jobs.run_all()
        assert (both.state, handed_in.state) == (here, "waiting_licensor")
    changes = reading(lambda: [(row.before, row.after) for row in history_of(_venue(both))])
    assert changes[-2:] == [("stamped_original", "e_signed_print"), ("e_signed_print", "stamped_original")]


def test_another_venue_sets_nothing_here(deal: Deal) -> None:
    other = make_venue(deal.app, "v2")
    with pytest.raises(NotFound):
        transaction(
            lambda: stamp_policy.set_policy(
                other.actor, _venue(deal), policy=StampPolicy.E_SIGNED_PRINT, courier=""
            )
        )


def test_sheets_readings_and_replaced_files_go_with_the_contract(deal: Deal) -> None:
    deal.bring(deal.licensee)
    deal.agree("licensor", "licensee")
    replaced = deal.bring(deal.licensee, "licensee", data=PDF + b"second")
    listed = reading(lambda: erasing.listing(register.find_contract(deal.number)))
    assert listed.keys("seal_reading")
    assert len(listed.keys("upload")) == 2
    assert str(replaced) in listed.keys("upload")


# --- pages and sheets --------------------------------------------------------------------------------


def test_a_party_prints_its_sheet_brings_it_and_the_clerk_goes_on_to_the_next(deal: Deal) -> None:
    jobs.run_all()
    transaction(lambda: setattr(_venue(deal), "courier", "某路一号 登记部 021-1"))
    page = f"/contracts/{deal.number}/signatures"
    browser = Browser(deal.app).sign_in(deal.licensee.email).get(page)
    said = pdftotext(browser.get(f"{page}/licensee.pdf").page.data)
    assert deal.number in said
    assert "浦东智焊装备有限公司" in said
    assert "某路一号" in said
    assert browser.get(f"{page}/nobody.pdf").status == 404
    browser.get(page).submit({}, action=page)
    assert browser.status == 422
    browser.submit({"seats[]": "licensee"}, action=page, files={"file_upload": (png(30, 20), "盖章.png")})
    assert (browser.status, "盖章.png" in browser.text) == (200, True)
    deal.bring(deal.holder, "licensor")
    second = Deal(deal.app, deal.offer, "c2")
    second.bring(second.licensee)
    clerk = Browser(deal.app).sign_in(deal.venue.email).get("/venue/stamps")
    sheet = reading(lambda: stamps.places(register.find_contract(deal.number))[1].sheet.id)
    assert f"{sheet}/picture" in clerk.html
    assert clerk.get(f"{page}/{sheet}/picture").page.data == png(30, 20)
    clerk.get("/venue/stamps").submit(
        {"seals.0.verdict": "agrees", "seals.1.verdict": "differs", "onward": "next"}
    )
    assert (clerk.status, "f-seals-1-reason" in clerk.html) == (422, True)
    clerk.submit({"seals.1.reason": "看不清", "onward": "next"})
    assert second.number in clerk.html
    assert deal.state == "mismatch"
    assert "看不清" in browser.get(page).text


def test_one_sheet_lists_several_contracts_and_is_brought_once(lite: Flask) -> None:
    first = Deal(lite)
    second = Deal(lite, first.offer, "c2")
    jobs.run_all()
    browser = Browser(lite).sign_in(first.holder.email).get("/stamps")
    numbers = [first.number, second.number]
    assert all(number in browser.text for number in numbers)
    browser.get("/stamps/sheet.pdf?" + "&".join(f"contracts[]={number}" for number in numbers))
    said = pdftotext(browser.page.data)
    assert all(number in said.replace("\n", "") for number in numbers)
    assert len(PdfReader(BytesIO(browser.page.data)).pages) == 1
    browser.get("/stamps").submit(files={"file_upload": (PDF, "一次.pdf")})
    assert (browser.status, first.state, second.state) == (200, "waiting_licensee", "waiting_licensee")
    assert "没有等待盖章的合同" in browser.text


def test_registration_still_takes_a_whole_scan_through_the_package(deal: Deal) -> None:
    upload = make_upload(deal.app, deal.venue, data=PDF + b"whole")
    transaction(
        lambda: registration.attach(
            deal.venue.actor, register.find_contract(deal.number), "02b", db.session.get_one(Upload, upload)
        )
    )
    assert deal.state == "complete"


def test_a_machine_may_say_whose_stamps_a_scan_shows(deal: Deal) -> None:
    upload = make_upload(deal.app, deal.licensee, data=PDF + b"own sheet")

    def work() -> None:
        kept = db.session.get_one(Upload, upload)
        found = register.find_contract(deal.number)
        registration.attach(deal.licensee.actor, found, "02b", kept, seats=["licensee"])

    transaction(work)
    held = reading(
        lambda: [one.seat.key for one in stamps.places(register.find_contract(deal.number)) if one.sheet]
    )
    assert held == ["licensee"]
