"""A proved number, the code that waits and the messages sent go with the account."""

from dataclasses import replace

from flask import Flask

from registry.database import db, transaction
from registry.parties import phones
from registry.parties.models import Account
from registry.parties.phone_models import PhoneCode, TextMessage
from tests.erasure.making import administrator, erase, where
from tests.factories import make_account

PHONE = "13912345678"


def test_a_mobile_number_and_its_messages_go_with_the_account(lite: Flask) -> None:
    lite.extensions["settings"] = replace(lite.extensions["settings"], sms="folder")
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    person = make_account(lite, "mu.qingci@private.example")

    def work() -> None:
        phones.ask(person.actor, PHONE)
        db.session.get_one(Account, person.actor.account_id).phone = PHONE

    transaction(work)
    assert len(where(lite, [PHONE])) >= 3, "else looking would prove nothing"
    erase(first, second, "account", person.email, "request")
    assert where(lite, [PHONE, person.email]) == []
    assert (db.session.query(PhoneCode).count(), db.session.query(TextMessage).count()) == (0, 0)
