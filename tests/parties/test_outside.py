"""Sign-in elsewhere: by issuer and subject alone, linked with the password, and refused whenever the answer
is not exactly what was asked for.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from joserfc.jwk import ECKey

from registry import clock
from registry.database import db, transaction
from registry.erasure import people
from registry.parties import oidc
from registry.parties.models import Account, Mail, Session
from registry.parties.outside_models import OutsideIdentity
from tests.browser import PASSWORD, Browser
from tests.parties.issuer import CLIENT, SECRET, Issuer, serving
from tests.parties.people import owner

BACK = "/login/elsewhere/return"


@pytest.fixture
def issuer(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    oidc.forget()
    with serving() as held:
        lite.extensions["settings"] = replace(
            lite.extensions["settings"],
            oidc_issuer=held.url,
            oidc_client=CLIENT,
            oidc_secret=SECRET,
            oidc_name="某大学统一认证",
            outbound_loopback=True,
        )
        monkeypatch.setitem(lite.jinja_env.globals, "settings", lite.extensions["settings"])
        yield held


def go(browser: Browser, issuer: Issuer, **changed: str) -> Browser:
    """There and back in one browser."""
    answer = browser.client.get("/login/elsewhere?next=/account/letters")
    assert answer.status_code == 303
    came = {**issuer.authorize(answer.headers["Location"]), **changed}
    return browser.get(f"{BACK}?" + "&".join(f"{name}={value}" for name, value in came.items() if value))


def linked(lite: Flask, issuer: Issuer) -> str:
    """An account that comes in from the issuer; returns its address."""
    email = owner("u1").email
    browser = go(Browser(lite).sign_in(email), issuer)
    assert browser.address == "/account/elsewhere"
    browser.submit({"password": PASSWORD}, action="/account/elsewhere")
    assert db.session.query(OutsideIdentity.subject).scalar() == issuer.subject
    db.session.rollback()
    return email


def sessions() -> int:
    found = db.session.query(Session).count()
    db.session.rollback()
    return found


def test_without_an_issuer_there_is_no_button_and_no_door(lite: Flask) -> None:
    browser = Browser(lite).get("/login")
    assert "/login/elsewhere" not in browser.html
    assert lite.test_client().get("/login/elsewhere").status_code == 404
    assert lite.test_client().get(f"{BACK}?code=x&state=y").status_code == 404


def test_a_linked_person_comes_in_and_goes_where_they_were_going(lite: Flask, issuer: Issuer) -> None:
    email = linked(lite, issuer)
    browser = Browser(lite).get("/login")
    assert "某大学统一认证" in browser.text
    go(browser, issuer)
    assert browser.address == "/account/letters"
    assert email in browser.get("/account").text
    letters = [row.address for row in db.session.query(Mail).filter_by(letter="outside_linked")]
    assert letters == [email]


def test_a_stranger_is_offered_to_link_or_register_and_an_address_alone_opens_nothing(
    lite: Flask, issuer: Issuer
) -> None:
    issuer.changes = {"email": owner("u1").email, "email_verified": True}
    browser = go(Browser(lite), issuer)
    assert browser.address == "/login/elsewhere/new"
    assert "关联" in browser.text
    assert sessions() == 0


def test_linking_asks_for_the_right_password(lite: Flask, issuer: Issuer) -> None:
    browser = go(Browser(lite).sign_in(owner("u1").email), issuer)
    browser.submit({"password": "wrong wrong wrong"}, action="/account/elsewhere")
    assert browser.status == 422
    assert db.session.query(OutsideIdentity).count() == 0


def test_somebody_linked_with_one_account_is_not_linked_with_another(lite: Flask, issuer: Issuer) -> None:
    linked(lite, issuer)
    other = Browser(lite).sign_in(owner("c1").email)
    with other.client.session_transaction() as memo:
        now = int(clock.now().timestamp())
        memo["outside"] = {"issuer": issuer.url, "subject": issuer.subject, "at": now}
    other.get("/account/elsewhere").submit({"password": PASSWORD}, action="/account/elsewhere")
    assert other.status == 409
    assert db.session.query(OutsideIdentity).count() == 1


def test_with_an_account_its_identities_elsewhere_are_erased(lite: Flask, issuer: Issuer) -> None:
    email = linked(lite, issuer)

    def erase() -> None:
        account = db.session.query(Account).filter_by(email=email).one()
        for gone in people.account_listing(account).goes:
            if gone.table == OutsideIdentity.__tablename__:
                gone.erase()

    transaction(erase)
    assert db.session.query(OutsideIdentity).count() == 0


def test_an_ended_link_opens_nothing_more(lite: Flask, issuer: Issuer) -> None:
    browser = Browser(lite).sign_in(linked(lite, issuer)).get("/account/elsewhere")
    action = next(one.action for one in browser.forms if one.action.endswith("/end"))
    browser.submit(action=action)
    assert go(Browser(lite), issuer).address == "/login/elsewhere/new"


STRANGE: dict[str, dict[str, Any]] = {
    "another issuer": {"changes": {"iss": "https://evil.example.com"}},
    "another audience": {"changes": {"aud": "another"}},
    "several audiences and no azp": {"changes": {"aud": [CLIENT, "another"]}},
    "another azp": {"changes": {"azp": "another"}},
    "another nonce": {"changes": {"nonce": "another"}},
    "no nonce": {"changes": {"nonce": None}},
    "over": {"changes": {"exp": 1_000_000}},
    "no end": {"changes": {"exp": None}},
    "made in the future": {"changes": {"iat": 9_999_999_999}},
    "made long ago": {"changes": {"iat": 1_000_000}},
    "no subject": {"changes": {"sub": None}},
    "an empty subject": {"changes": {"sub": ""}},
    "a subject that is no text": {"changes": {"sub": 17}},
    "no signature": {"header": {"alg": "none"}},
    "our own secret as key": {"header": {"alg": "HS256"}},
    "another's key under its name": {"signs_with": ECKey.generate_key("P-256", {"kid": "k1"})},
    "an unknown key": {"header": {"kid": "k9"}},
}


@pytest.mark.parametrize("what", STRANGE)
def test_a_token_that_is_not_exactly_ours_opens_nothing_and_the_page_says_what_to_do(
    lite: Flask, issuer: Issuer, what: str
) -> None:
    linked(lite, issuer)
    before = sessions()
    for name, value in STRANGE[what].items():
        setattr(issuer, name, value)
    browser = go(Browser(lite), issuer)
    assert browser.status == 422
    assert "重新开始" in browser.text
    assert issuer.tokens == 2, "the token was looked at, not the state"
    assert sessions() == before


def test_a_state_of_another_browser_or_none_opens_nothing(lite: Flask, issuer: Issuer) -> None:
    linked(lite, issuer)
    thief, victim = Browser(lite), Browser(lite)
    stolen = issuer.authorize(thief.client.get("/login/elsewhere").headers["Location"])
    victim.client.get("/login/elsewhere")
    for came in (stolen, {**stolen, "state": ""}, {**stolen, "iss": "https://evil.example.com"}):
        for browser in (victim, Browser(lite)):
            browser.get(f"{BACK}?" + "&".join(f"{name}={value}" for name, value in came.items()))
            assert browser.status == 422
    assert issuer.tokens == 1


def test_an_answer_is_good_once_and_for_ten_minutes(lite: Flask, issuer: Issuer) -> None:
    linked(lite, issuer)
    browser = Browser(lite)
    came = issuer.authorize(browser.client.get("/login/elsewhere").headers["Location"])
    path = f"{BACK}?code={came['code']}&state={came['state']}"
    assert browser.get(path).address == "/desk"
    assert Browser.get(browser, path).status == 422
    late = Browser(lite)
    came = issuer.authorize(late.client.get("/login/elsewhere").headers["Location"])
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert late.get(f"{BACK}?code={came['code']}&state={came['state']}").status == 422


def test_somebody_who_said_no_and_an_issuer_that_is_down_are_told_apart(lite: Flask, issuer: Issuer) -> None:
    browser = go(Browser(lite), issuer, code="", error="access_denied")
    assert browser.status == 422
    issuer.down = True
    oidc.forget()
    assert Browser(lite).get("/login/elsewhere").status == 503


def test_a_new_key_of_the_issuer_is_fetched_once_it_is_used(lite: Flask, issuer: Issuer) -> None:
    linked(lite, issuer)
    issuer.key = ECKey.generate_key("P-256", {"kid": "k2", "use": "sig"})
    issuer.header = {"kid": "k2"}
    oidc._known = {where: (kept - 120, found) for where, (kept, found) in oidc._known.items()}
    assert go(Browser(lite), issuer).address == "/account/letters"


def test_what_an_issuer_says_of_another_issuer_is_not_believed(lite: Flask, issuer: Issuer) -> None:
    settings = lite.extensions["settings"]
    lite.extensions["settings"] = replace(settings, oidc_issuer=issuer.url + "/other")
    assert Browser(lite).get("/login/elsewhere").status == 503
