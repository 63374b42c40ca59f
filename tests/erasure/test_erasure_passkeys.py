"""A person's devices go with the account: their names, and what they were asked to sign."""

from flask import Flask

from registry.database import db
from registry.parties.ceremonies import Purpose
from registry.parties.models import Ceremony, Passkey
from tests.erasure.making import administrator, erase, where
from tests.factories import make_account
from tests.parties.devices import asked, registered


def test_passkeys_and_what_they_were_asked_go_with_the_account(app: Flask) -> None:
    first, second = administrator(app, "first@registry.cn"), administrator(app, "second@registry.cn")
    person = make_account(app, "mu.qingci@private.example")
    registered(person, "穆清辞的手机")
    asked(person, Purpose.SIGN, {"acts": [{"drawn": "为穆家桥做的样机"}]})
    words = ("穆清辞的手机", "为穆家桥做的样机")
    assert len(where(app, words)) >= 2, "else looking would prove nothing"
    erase(first, second, "account", person.email, "request")
    assert where(app, [*words, person.email]) == []
    assert (db.session.query(Passkey).count(), db.session.query(Ceremony).count()) == (0, 0)
