"""Passkeys in a real browser: a device registered, entered in the log by its own statement, used to sign in
and to sign; and what must not pass for one.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from playwright import sync_api as playwright
from sqlalchemy import select, update

from registry import clock
from registry.contracts.models import Acceptance
from registry.contracts.tasks import tick
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, TooOften
from registry.ledger import service as ledger
from registry.ledger.audit import audit
from registry.ledger.canonical import jcs
from registry.ledger.filings import statement_bytes
from registry.ledger.policy import policy_of
from registry.ledger.relayed import SIGNED
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verify import verify_bytes
from registry.parties import accounts, ceremonies, enrolment
from registry.parties import service as parties
from registry.parties.ceremonies import Purpose
from registry.parties.models import Ceremony, Key, Mail, Session
from tests.browser import PASSWORD, Browser, run_jobs
from tests.chromium import barriers
from tests.factories import Offer, Person, announce, make_organisation, published
from tests.parties.authenticators import Authenticator


@pytest.fixture
def at_home(lite: Flask, origin: str) -> Iterator[str]:
    """The registry under a name devices keep keys for: never a bare address of digits."""
    home, before = origin.replace("127.0.0.1", "localhost"), lite.extensions["settings"]
    lite.extensions["settings"] = replace(before, base_url=home)
    yield home
    lite.extensions["settings"] = before


@pytest.fixture
def page(chromium: playwright.Browser, at_home: str) -> Iterator[playwright.Page]:
    context = chromium.new_context(base_url=at_home)
    context.add_cookies([{"name": "lang", "value": "zh", "url": at_home}])
    shown = context.new_page()
    shown.set_default_timeout(10_000)
    yield shown
    context.close()


@pytest.fixture
def offer(lite: Flask) -> Offer:
    made = published(lite)
    announce(made)
    run_jobs()
    return made


def sign_in(page: playwright.Page, person: Person) -> None:
    page.goto("/login")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form[action='/login'] button[type=submit]")
    page.wait_for_url(re.compile("/desk"))


def add(page: playwright.Page) -> None:
    """Register the device of this page, and let it state its key."""
    page.goto("/account/passkeys")
    page.fill("[name=name]", "办公室电脑")
    page.fill("[name=password]", PASSWORD)
    page.click("main form[action='/account/passkeys'] button[type=submit]")
    page.click("[data-passkey-new] button[type=submit]")
    page.click("[data-passkey-sign] button[type=submit]")
    page.wait_for_url(re.compile("/account/passkeys$"))


def test_a_device_is_entered_in_the_log_and_opens_a_session_without_any_password(
    lite: Flask, page: playwright.Page
) -> None:
    person = make_organisation(lite, "c1")
    Authenticator(page)
    sign_in(page, person)
    add(page)
    assert "通行密钥已登记" in page.inner_text("main")
    assert not barriers(page)
    key = db.session.scalars(select(Key).where(Key.alg == "webauthn-p256")).one()
    assert key.enrolled_seq is not None
    assert {said.level for said in ledger.filed_at(key.enrolled_seq)[1].statements} == {"passkey"}
    assert audit().ok
    letters = db.session.scalars(select(Mail).where(Mail.subject.contains("通行密钥"))).all()
    assert [one.address for one in letters] == [person.email]
    db.session.rollback()
    page.context.clear_cookies()
    page.goto("/login")
    assert not barriers(page)
    page.click("[data-passkey-login] button")
    page.wait_for_url(re.compile("/desk"))


def test_a_device_proves_anew_that_it_is_still_the_person(lite: Flask, page: playwright.Page) -> None:
    person = make_organisation(lite, "c1")
    device = Authenticator(page)
    sign_in(page, person)
    add(page)
    late = clock.now() - timedelta(minutes=11)
    transaction(lambda: db.session.execute(update(Session).values(proved_at=late)))
    page.goto("/organisation/edit")
    page.wait_for_url(re.compile("/account/proof"))
    device.refuse()
    page.click("[data-passkey-login] button")
    page.wait_for_selector("[data-failed]:visible")
    device.trust()
    page.click("[data-passkey-login] button")
    page.wait_for_url(re.compile(r"\d/organisation/edit$"))
    proved = db.session.scalars(select(Session.proved_at)).one()
    db.session.rollback()
    assert proved is not None
    assert proved > late


def test_a_notice_signed_with_a_device_stands_in_the_log_as_such(
    lite: Flask, page: playwright.Page, offer: Offer
) -> None:
    Authenticator(page)
    sign_in(page, make_organisation(lite, "c1"))
    add(page)
    page.goto(f"/offers/{offer.number}/accept")
    page.check("[name=capacity][value=legal_representative]")
    page.fill("[name=use]", "用于本公司产品。")
    page.check("[name=abroad][value=no]")
    page.check("[name=related][value=no]")
    page.fill("[name='contact.name']", "周工")
    page.fill("[name='contact.phone']", "13900139000")
    page.click("main form[method=post] button[type=submit]")
    page.check("[name=consent]")
    page.click("[data-passkey] button")
    page.wait_for_url(re.compile("/acceptances/[^/]+$"))
    license = db.session.scalars(select(Acceptance)).one()
    seq, subject = license.noticed_seq or 0, license.filed_under
    said = ledger.filed_at(seq)[1].statements
    assert [(one.level, one.alg) for one in said] == [("relayed", "ed25519")]
    own = ledger.bundle(subject, shown=lambda filed, path: path == SIGNED)
    opened = [one["value"] for one in own["disclosures"]]
    assert [(one["level"], one["alg"]) for one in opened] == [("passkey", "webauthn-p256")]
    assert verify_bytes(jcs(own), policy_of(ledger_setup().vkey)).ok
    assert audit().ok
    assert db.session.scalars(select(Ceremony)).all() == []


def test_an_act_whose_salts_are_drawn_anew_is_the_one_the_device_was_asked_about(
    lite: Flask, page: playwright.Page
) -> None:
    """Ending a key of one's own organisation draws its salts in the request that signs it."""
    person = make_organisation(lite, "c1")
    own = Ed25519Signer.generate()
    transaction(lambda: parties.prepare_key(person.actor, own.public, alg=own.alg))
    message = statement_bytes(enrolment.fields_of(db.session.get_one(Key, own.kid)))
    transaction(lambda: parties.enroll_key(person.actor, own.kid, own.sign(message)))
    device = Authenticator(page)
    sign_in(page, person)
    add(page)
    page.goto(f"/organisation/keys/{own.kid}/revoke")
    page.check("[name=reason][value=lost]")
    device.refuse()
    page.click("[data-passkey] button")
    page.wait_for_selector("[data-failed]:not([hidden])")
    assert db.session.get_one(Key, own.kid).revoked_seq is None
    db.session.rollback()
    device.trust()
    page.click("[data-passkey] button")
    page.wait_for_url(re.compile(f"/organisation/keys/{own.kid}$"))
    key = db.session.get_one(Key, own.kid)
    assert key.revoked_seq is not None
    assert [one.level for one in ledger.filed_at(key.revoked_seq)[1].statements] == ["passkey"]
    assert audit().ok


# --- over HTTP, with a device in memory --------------------------------------------------------------


def test_an_answer_of_no_device_opens_nothing(lite: Flask) -> None:
    guest = Browser(lite).get("/login")
    token = guest.form("/login").fields["csrf_token"]
    for answer in ("", "null", "[]", '{"response": {}}', "{" * 5000, '{"id": "x", "response": {"a": 1}}'):
        guest.post("/login/passkey", {"ceremony": str(uuid4()), "answer": answer, "csrf_token": token})
        assert guest.status in (409, 422)
        assert guest.get("/desk").address.startswith("/login")


def test_a_device_is_added_only_after_the_password_and_tries_are_counted(lite: Flask) -> None:
    browser = Browser(lite).sign_in(make_organisation(lite, "c1").email)
    browser.get("/account/passkeys").submit(
        {"name": "手机", "password": "wrong wrong"}, action="/account/passkeys"
    )
    assert (browser.status, "密码不正确" in browser.text) == (422, True)
    with lite.test_request_context():
        transaction(lambda: [accounts.attempt("step_up", "x", limit=30) for _ in range(30)] and None)
        with pytest.raises(TooOften, match="too_many_attempts"):
            transaction(lambda: accounts.attempt("step_up", "x", limit=30))
    assert db.session.scalars(select(Ceremony)).all() == []


@pytest.mark.parametrize("which", ["another's", "used", "old"])
def test_a_question_is_answered_once_by_whom_it_was_put_to(lite: Flask, which: str) -> None:
    mine, other = make_organisation(lite, "c1"), make_organisation(lite, "c2")
    account_id = mine.actor.account_id

    def begin() -> Ceremony:
        return ceremonies.begin(Purpose.SIGN, account_id=account_id, facts={"acts": []})

    ceremony_id = transaction(lambda: begin().id)
    asking = other.actor.account_id if which == "another's" else account_id
    later = clock.now() + timedelta(minutes=11 if which == "old" else 0)
    if which == "used":
        transaction(lambda: ceremonies.end(ceremony_id))
    refusal = NotFound if which == "another's" else Conflict
    with time_machine.travel(later, tick=False), pytest.raises(refusal):
        ceremonies.find(Purpose.SIGN, ceremony_id, account_id=asking)
    with pytest.raises(Conflict, match="ceremony_over"):
        ceremonies.find(Purpose.REGISTER, ceremony_id, account_id=account_id)


def test_a_question_nobody_answered_does_not_stay(lite: Flask) -> None:
    account_id = make_organisation(lite, "c1").actor.account_id
    facts = {"acts": [{"drawn": "x"}]}
    transaction(lambda: ceremonies.begin(Purpose.SIGN, account_id=account_id, facts=facts).id)
    transaction(ceremonies.sweep)
    assert db.session.query(Ceremony).count() == 1
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        tick({})
    assert db.session.query(Ceremony).count() == 0
