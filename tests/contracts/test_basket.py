"""The list of licenses: kept for a visitor, merged after sign-in, marked where an offer has moved on; and the
way from it to contracts, in both languages.
"""

from typing import Any

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import basket, checkout, register
from registry.contracts.allocation import MOST_LINES
from registry.database import db, transaction
from registry.documents import store
from registry.errors import Conflict, Refused
from tests.browser import PASSWORD, Browser
from tests.contracts import taking, together
from tests.contracts.test_pages import NOTICE, SIGN, sign_in
from tests.documents.papers import pdftotext
from tests.factories import LUMP, Offer, Person, announce, make_organisation, published, reading, withdraw
from tests.licenses.test_api import Machine
from tests.parties.people import PDF


@pytest.fixture
def listed(lite: Flask) -> list[Offer]:
    first = published(lite, fee=LUMP)
    return [first, published(lite, first.holder, first.venue, fee=taking.PER_YEAR)]


def put(who: Person, *offers_: Offer) -> None:
    transaction(lambda: basket.add(who.actor, [one.number for one in offers_]))


def numbers(who: Person) -> list[str]:
    return reading(lambda: [one.number for one in basket.of(who.actor).lines])


# --- the list ----------------------------------------------------------------------------------------


def test_offers_are_added_once_moved_and_removed(app: Flask) -> None:
    one = published(app)
    other, third = (published(app, one.holder, one.venue) for _ in range(2))
    c1 = make_organisation(app, "c1")
    put(c1, one, other)
    put(c1, other, third)
    assert numbers(c1) == [one.number, other.number, third.number]
    transaction(lambda: basket.move(c1.actor, third.number, up=True))
    transaction(lambda: basket.move(c1.actor, one.number, up=True))
    assert numbers(c1) == [one.number, third.number, other.number]
    transaction(lambda: basket.remove(c1.actor, [third.number.lower()]))
    assert numbers(c1) == [one.number, other.number]


def test_the_sums_stand_by_account_and_leave_out_what_cannot_be_taken(
    lite: Flask, listed: list[Offer]
) -> None:
    elsewhere = {"number": "3100880000000000099"}
    other = published(lite, make_organisation(lite, "c2"), listed[0].venue, fee=LUMP, account=elsewhere)
    free = published(lite, listed[0].holder, listed[0].venue)
    gone = published(lite, listed[0].holder, listed[0].venue, fee=LUMP)
    c1 = make_organisation(lite, "c1")
    put(c1, listed[0], other, free, gone, listed[1])
    withdraw(lite, gone)
    found = reading(lambda: basket.of(c1.actor))
    assert [(one.lines, str(one.amount)) for one in found.sums] == [(2, "76000.00"), (1, "68000.00")]
    assert [(one.number, one.stop.code) for one in found.lines if one.stop] == [
        (gone.number, "offer_withdrawn")
    ]


def test_what_was_announced_since_must_be_confirmed_before_the_list_goes_on(lite: Flask) -> None:
    one, c1 = published(lite), make_organisation(lite, "c1")
    put(c1, one)
    announce(one)
    with pytest.raises(Conflict) as refused:
        reading(lambda: basket.take(c1.actor))
    assert refused.value.code == "list_changed"
    assert transaction(lambda: basket.confirm(c1.actor, [one.number])) == 1
    assert len(reading(lambda: basket.take(c1.actor))) == 1


def test_one_s_own_offer_and_one_already_taken_are_stopped_with_their_own_words(lite: Flask) -> None:
    mine = published(lite, make_organisation(lite, "c1"))
    taken = published(lite, make_organisation(lite, "u1"), mine.venue)
    taking.taken(mine.holder, taken)
    put(mine.holder, mine, taken)
    stops = reading(lambda: [one.stop.code for one in basket.of(mine.holder.actor).lines if one.stop])
    assert stops == ["own_offer", "already_licensed"]
    with pytest.raises(Refused) as refused:
        reading(lambda: basket.take(mine.holder.actor))
    assert refused.value.code == "list_empty"


def test_a_list_grows_to_its_limit_and_no_further(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    one = published(lite)
    more = published(lite, one.holder, one.venue)
    monkeypatch.setattr(basket, "MOST_LINES", 1)
    c1 = make_organisation(lite, "c1")
    put(c1, one)
    with pytest.raises(Refused) as refused:
        put(c1, more)
    assert refused.value.code == "list_too_long"
    assert MOST_LINES == 50


# --- pages -------------------------------------------------------------------------------------------


def test_a_visitors_list_joins_the_organisations_after_sign_in(lite: Flask, listed: list[Offer]) -> None:
    one, other = listed
    c1 = make_organisation(lite, "c1")
    put(c1, other)
    visitor = Browser(lite)
    visitor.get(f"/basket?offer={one.number}&offers={other.number}").submit(action="/basket/add")
    assert visitor.status == 200, visitor.text
    assert one.patent in visitor.text
    assert other.patent in visitor.text
    assert "登录后办理" in visitor.text
    visitor.post("/basket/change", {**_shell(visitor), "offer": other.number, "verb": "remove"})
    assert other.patent not in visitor.text
    visitor.sign_in(c1.email).get("/basket")
    assert numbers(c1) == [other.number, one.number]
    assert "办理这 2 项许可" in visitor.text
    visitor.get("/basket")
    assert numbers(c1) == [other.number, one.number]


def _shell(browser: Browser) -> dict[str, Any]:
    form = next(one for one in browser.forms if one.action == "/basket/change")
    return {"csrf_token": form.fields["csrf_token"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_list_becomes_one_contract_in_three_pages_and_is_paid_with_one_slip(
    lite: Flask, listed: list[Offer], lang: str
) -> None:
    c1 = make_organisation(lite, "c1")
    put(c1, *listed)
    licensee = sign_in(lite, c1, lang=lang).get("/basket/accept")
    other_use = {f"uses.{listed[1].number}": "只用于样机试制。"}
    licensee.submit({**NOTICE, **other_use}, action="/basket/accept")
    assert licensee.status == 200, licensee.text
    for offer in listed:
        assert offer.patent in licensee.text
    assert "76,000.00" in licensee.text
    assert "只用于样机试制。" in licensee.text
    licensee.submit({"consent": "yes", "password": "wrong password here"}, action=licensee.address)
    assert licensee.status == 422
    licensee.submit({**SIGN, "expected_input": "100000"}, action=licensee.address)
    assert licensee.status == 200, licensee.text
    found = reading(lambda: db.session.query(checkout.Checkout).one().number)
    taken = together.numbers(found)
    assert len({together.contract_of(one) for one in taken}) == 1
    assert reading(lambda: [register.find(one).answers.get("expected_input", "") for one in taken]) == [
        "100000.00",
        "",
    ]
    assert numbers(c1) == []
    jobs.run_all()
    licensee.get(f"/checkouts/{found}")
    reference = str(taking.seen(taken[0], "reference")[0])
    assert reference in licensee.text
    joint = reading(lambda: str(checkout.find(found).transfers[0].id))
    printed = reading(lambda: store.get(checkout.find(found).transfers[0].digest))
    assert all(one.patent in pdftotext(printed) for one in listed)
    licensee.get(f"/acceptances/{taken[1]}/pay")
    assert licensee.address == f"/joint-payments/{joint}/pay"
    slip = {"amount": "76000", "paid_on": _today(), "payer": "浦东智焊装备有限公司", "serial": "S-1"}
    licensee.submit(
        {**slip, "password": PASSWORD}, action=licensee.address, files={"slip_upload": (PDF, "slip.pdf")}
    )
    assert licensee.status == 200, licensee.text
    payment = reading(lambda: str(register.find(taken[1]).payments[0].id))
    holder = sign_in(lite, listed[0].holder, lang=lang).get(f"/payments/{payment}")
    assert "76,000.00" in holder.text or "76000.00" in holder.page
    holder.submit({"result": "agrees", "password": PASSWORD}, action=f"/payments/{payment}")
    assert holder.status == 200, holder.text
    assert [taking.state(one) for one in taken] == ["effective", "effective"]
    licensee.get(f"/contracts/{together.contract_of(taken[0])}")
    assert licensee.status == 200
    assert all(one.patent in licensee.text for one in listed)


def _today() -> str:
    from registry import clock

    return clock.today().isoformat()


def test_a_line_that_closed_meanwhile_keeps_the_whole_list_back_and_says_why(
    lite: Flask, listed: list[Offer]
) -> None:
    c1 = make_organisation(lite, "c1")
    number = together.prepared(c1, listed)
    licensee = sign_in(lite, c1).get(f"/checkouts/{number}/check")
    page = licensee.forms
    withdraw(lite, listed[1])
    licensee.submit(SIGN, action=f"/checkouts/{number}/check")
    assert licensee.status == 409, licensee.text
    assert "清单没有发出" in licensee.text
    assert listed[1].patent in licensee.text
    assert listed[0].patent not in licensee.text
    assert page


def test_a_second_press_shows_the_first_result(lite: Flask, listed: list[Offer]) -> None:
    c1 = make_organisation(lite, "c1")
    number = together.prepared(c1, listed)
    together.send(c1, number)
    licensee = sign_in(lite, c1).get(f"/checkouts/{number}/check")
    assert licensee.address == f"/checkouts/{number}"
    licensee.get(f"/acceptances/{together.numbers(number)[0]}/check")
    assert licensee.status == 200


# --- machines ----------------------------------------------------------------------------------------


def test_a_machine_takes_a_list_with_one_signature(lite: Flask, listed: list[Offer]) -> None:
    import base64

    c1 = make_organisation(lite, "c1")
    machine = Machine(lite, c1)
    asked = {
        "capacity": "legal_representative", "use": "用于样机。", "abroad": False, "related": False,
        "contact": {"name": "周工", "phone": "13900139000"}, "offers": [one.number for one in listed],
    }  # fmt: skip
    kept = machine.do("PUT", "/basket", {"offers": asked["offers"]})
    assert ([one["offer"] for one in kept["lines"]], kept["due_now"]) == (asked["offers"], "76000.00")
    drafted = machine.do("POST", "/checkouts", asked, status=201)
    signature = base64.b64encode(machine.signer.sign(base64.b64decode(drafted["pae"]))).decode()
    where, signed = f"/checkouts/{drafted['number']}/notice", {"kid": machine.kid, "signature": signature}
    sent = machine.do("POST", where, signed, status=201, key="once")
    assert [one["state"] for one in sent["acceptances"]] == ["awaiting_payment"] * 2
    assert [(one["amount"], len(one["acceptances"])) for one in sent["payments"]] == [("76000.00", 2)]
    assert len(sent["contracts"]) == 1
    assert machine.do("POST", where, signed, status=201, key="once") == sent
    assert machine.do("GET", "/basket")["lines"] == []
