"""A second factor, its recovery codes, known browsers and half sign-ins go with the account."""

from flask import Flask

from registry.database import db, transaction
from registry.parties import factors, sign_ins
from registry.parties.factor_models import AuthenticatorApp, HalfSignIn, KnownBrowser, RecoveryCode
from tests.erasure.making import administrator, erase, where
from tests.factories import make_account


def test_second_factors_and_browsers_go_with_the_account(app: Flask) -> None:
    first, second = administrator(app, "first@registry.cn"), administrator(app, "second@registry.cn")
    person = make_account(app, "mu.qingci@private.example")
    account_id = person.actor.account_id
    assert account_id is not None

    def work() -> None:
        factors.begin(person.actor)
        factors._draw_codes(account_id)
        sign_ins.remember(account_id, "a cookie")
        sign_ins.begin(account_id, "app")

    transaction(work)
    tables = (AuthenticatorApp, HalfSignIn, KnownBrowser, RecoveryCode)
    assert [db.session.query(one).count() for one in tables] == [1, 1, 1, 10]
    db.session.rollback()
    erase(first, second, "account", person.email, "request")
    assert [db.session.query(one).filter_by(account_id=account_id).count() for one in tables] == [0] * 4
    assert where(app, [person.email]) == []
