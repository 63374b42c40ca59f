"""Corrections at the doors: old and new side by side, checked and signed; machines sign elsewhere."""

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import papers_shown, register
from registry.contracts.models import Correction
from registry.database import db, transaction
from registry.ledger.canonical import b64
from registry.ledger.filings import statement_bytes
from registry.ledger.signing import Ed25519Signer
from registry.parties import service as parties
from tests.browser import PASSWORD, Browser
from tests.contracts import taking
from tests.factories import FREE, Offer, Person, make_organisation, published, reading
from tests.kept import Kept

NEW = "13900139001"


Given = tuple[Offer, Person, str]


@pytest.fixture
def given(lite: Flask, kept: Kept) -> Given:
    """A free license in force with its papers printed: the offer, the licensee, its number."""
    return kept(lite, give)


def give(app: Flask) -> Given:
    offer, licensee = published(app, fee=FREE), make_organisation(app, "c4")
    number = taking.taken(licensee, offer)
    jobs.run_all()
    return offer, licensee, number


@pytest.fixture
def offer(given: Given) -> Offer:
    return given[0]


@pytest.fixture
def licensee(given: Given) -> Person:
    return given[1]


@pytest.fixture
def number(given: Given) -> str:
    return given[2]


def contract_of(number: str) -> str:
    return reading(lambda: register.find(number).contract.number)


def test_a_licensee_mends_a_telephone_number_and_both_filings_are_seen(
    lite: Flask, number: str, licensee: Person, offer: Offer
) -> None:
    contract, seq = contract_of(number), taking.seen(number, "noticed_seq")[0]
    page = Browser(lite).sign_in(licensee.email).get(f"/contracts/{contract}/corrections/{seq}")
    assert "现在写的是：13900139000" in page.text
    page = page.submit(
        {"values.notice.contact.phone": NEW, "reason": "少写一位"}, action=f"/contracts/{contract}"
    )
    assert page.status == 200, page.text
    assert "13900139000" in page.text
    assert NEW in page.text
    wrong = page.submit({"password": "not the password"})
    assert wrong.status == 422
    page = wrong.submit({"password": PASSWORD})
    assert page.status == 200, page.text
    jobs.run_all()
    mended = reading(lambda: db.session.query(Correction).one().seq)
    for who in (licensee, offer.holder):
        shown = Browser(lite).sign_in(who.email).get(f"/contracts/{contract}")
        assert f"存证序号 {mended} 更正存证序号 {seq}" in shown.text
        assert "已由第 2 版取代" in shown.text


def test_what_was_mistyped_in_the_form_comes_back_beside_its_field(
    lite: Flask, number: str, licensee: Person
) -> None:
    contract, seq = contract_of(number), taking.seen(number, "noticed_seq")[0]
    page = Browser(lite).sign_in(licensee.email).get(f"/contracts/{contract}/corrections/{seq}")
    again = page.submit({"signers.licensee": "", "values.signers.licensee": "诸葛孔明", "reason": "写错"})
    assert again.status == 422
    assert "姓名只能更正写法" in again.text
    frozen = page.submit({"values.fee.amount": "1.00", "reason": "写错"})
    assert frozen.status == 422
    assert "不能更正" in frozen.text


def test_the_public_learns_from_a_papers_digest_that_it_is_superseded(
    lite: Flask, number: str, licensee: Person
) -> None:
    contract, seq = contract_of(number), taking.seen(number, "noticed_seq")[0]
    old = reading(lambda: {p.kind: p.digest for p in papers_shown.of(register.find_contract(contract))})[
        "notice"
    ]
    assert "这份文件是本站出具的" in Browser(lite).get(f"/verify?number={old}").text
    page = Browser(lite).sign_in(licensee.email).get(f"/contracts/{contract}/corrections/{seq}")
    page.submit({"values.notice.contact.phone": NEW, "reason": "少写一位"}).submit({"password": PASSWORD})
    jobs.run_all()
    assert "这份文件已由第 2 版取代" in Browser(lite).get(f"/verify?number={old}").text
    assert Browser(lite).get(f"/verify?number={'0' * 64}").status == 404


def test_the_old_paper_is_stamped_and_its_original_is_the_same_byte_for_byte(
    lite: Flask, number: str, licensee: Person
) -> None:
    contract, seq = contract_of(number), taking.seen(number, "noticed_seq")[0]
    browser = Browser(lite).sign_in(licensee.email)
    found = reading(
        lambda: {p.kind: (p.id, p.digest) for p in papers_shown.of(register.find_contract(contract))}
    )
    address = f"/contracts/{contract}/papers/{found['notice'][0]}.pdf"
    before = browser.get(address).page.get_data()
    page = browser.get(f"/contracts/{contract}/corrections/{seq}")
    page.submit({"values.notice.contact.phone": NEW, "reason": "少写一位"}).submit({"password": PASSWORD})
    jobs.run_all()
    stamped = browser.get(address).page
    assert stamped.get_data() != before
    assert "ETag" not in stamped.headers
    original = browser.get(f"{address}?original").page
    assert original.get_data() == before
    assert original.headers["ETag"] == f'"{found["notice"][1]}"'


def test_a_machine_prepares_signs_elsewhere_and_sends_once(
    lite: Flask, number: str, licensee: Person
) -> None:
    contract, seq = contract_of(number), taking.seen(number, "noticed_seq")[0]
    key = Ed25519Signer.generate()
    fields = transaction(lambda: parties.prepare_key(licensee.actor, key.public)).enrolment["statement"]
    transaction(lambda: parties.enroll_key(licensee.actor, key.kid, key.sign(statement_bytes(fields))))
    bearer = transaction(lambda: parties.create_api_key(licensee.actor, label="erp", kid=key.kid))
    client = lite.test_client()

    def post(path: str, body: object, once: str) -> object:
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": once}
        return client.post(f"/api/v1/contracts/{contract}/{path}", json=body, headers=headers)

    asked = {"corrects": seq, "values": {"notice.contact.phone": NEW}, "reason": "少写一位"}
    prepared = post("corrections/prepare", asked, "1")
    assert prepared.status_code == 201, prepared.json  # type: ignore[attr-defined]
    statement = prepared.json["statement"]  # type: ignore[attr-defined]
    body = {
        "prepared": prepared.json["prepared"],  # type: ignore[attr-defined]
        "kid": key.kid,
        "signature": b64(key.sign(statement_bytes(statement))),
    }
    done = post("corrections", body, "2")
    assert done.status_code == 201, done.json  # type: ignore[attr-defined]
    values = done.json["corrections"][0]["values"]  # type: ignore[attr-defined]
    assert values == {"notice.contact.phone": {"before": "13900139000", "after": NEW}}
    assert post("corrections", body, "3").status_code == 409  # type: ignore[attr-defined]
    frozen = post("corrections/prepare", {**asked, "values": {"fee": {"amount": "1"}}}, "4")
    assert frozen.json["code"] == "field_frozen"  # type: ignore[attr-defined]
