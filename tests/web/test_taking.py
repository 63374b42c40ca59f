"""From a search to a license in a real browser: free, paid with a slip, disputed; by keyboard alone."""

from collections.abc import Callable

from flask import Flask

from registry import clock
from registry.contracts import register
from tests.browser import PASSWORD, run_jobs
from tests.contracts import taking
from tests.factories import LUMP, Offer, Person, make_organisation, published, reading
from tests.kept import Kept
from tests.parties.people import PDF
from tests.windows import Open, Window

In = Callable[[str], Window]
NOTICE = {
    "capacity": "legal_representative",
    "use": "用于本公司文件服务器产品的制造和销售。",
    "abroad": "no",
    "related": "no",
    "contact.name": "周工",
    "contact.phone": "13900139000",
}


def sold(app: Flask, **changes: object) -> tuple[Offer, Person]:
    """An offer that can be found, and somebody who wants it."""
    offer = published(app, use={"summary": "在多个节点之间共享文件，任一节点故障不影响读取。"}, **changes)
    run_jobs()
    return offer, make_organisation(app, "c1")


def test_a_free_license_is_found_and_taken(person: In, lite: Flask, kept: Kept) -> None:
    offer, licensee = kept(lite, sold)
    shown = person(licensee.email)
    page = shown.page
    shown.get("/")
    page.fill("main [name=q]", "共享文件")
    with page.expect_navigation():
        page.click("main form[action='/search'] button[type=submit]")
    page.click(f"main a[href='/offers/{offer.number}']")
    page.click(f"a[href='/offers/{offer.number}/accept']")
    shown.answer(NOTICE)
    shown.send()
    number = shown.path.split("/")[2]
    shown.send_twice({"consent": "yes", "password": PASSWORD})
    assert taking.state(number) == "effective"
    assert page.query_selector("main a[href*='/receipt.json']")
    assert not shown.complaints


def test_a_paid_license_is_taken_paid_for_and_confirmed(person: In, lite: Flask, kept: Kept) -> None:
    offer, licensee = kept(lite, sold, fee=LUMP)
    shown = person(licensee.email)
    shown.fill(f"/offers/{offer.number}/accept", NOTICE)
    number = shown.path.split("/")[2]
    shown.send_twice({"consent": "yes", "password": PASSWORD})
    shown.get(f"/acceptances/{number}/pay")
    slip = {"paid_on": clock.today().isoformat(), "serial": "SN-1", "slip_upload": PDF}
    shown.send_twice({**slip, "password": PASSWORD})
    assert taking.state(number) == "claimed"
    holder = person(offer.holder.email)
    payment = reading(lambda: register.find(number).payments[0].id)
    holder.get("/holder/payments")
    holder.page.click(f"main a[href='/payments/{payment}']")
    holder.send_twice({"result": "agrees", "password": PASSWORD})
    assert taking.state(number) == "effective"
    assert not shown.complaints
    assert not holder.complaints


def test_an_objection_is_decided_by_the_venue(person: In, lite: Flask, kept: Kept) -> None:
    offer, licensee = kept(lite, sold, fee=LUMP)
    number = taking.taken(licensee, offer)
    holder = person(offer.holder.email)
    holder.get(f"/acceptances/{number}/object")
    holder.send_twice({"ground": "other_law", "reason": "实施须先取得行政许可。"})
    question = reading(lambda: taking.open_question(number))
    clerk = person(offer.venue.email)
    clerk.get("/venue/decisions")
    clerk.page.click(f"main a[href='/venue/decisions/{question}']")
    clerk.send_twice({"outcome": "stands", "reasons": "通知人已取得行政许可。", "password": PASSWORD})
    assert taking.state(number) == "awaiting_payment"
    assert not holder.complaints
    assert not clerk.complaints


def test_a_license_is_taken_by_keyboard_alone(window: Open, lite: Flask, kept: Kept) -> None:
    offer, licensee = kept(lite, sold)
    shown = window()
    shown.sign_in(licensee.email)
    shown.get(f"/offers/{offer.number}")
    shown.tab_to(f"a[href='/offers/{offer.number}/accept']")
    shown.press("Enter")
    shown.type_in(NOTICE)
    number = shown.path.split("/")[2]
    shown.type_in({"consent": "yes", "password": PASSWORD})
    assert taking.state(number) == "effective"
    assert shown.path == f"/acceptances/{number}"
