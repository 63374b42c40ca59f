"""A former mail address, and one that was only asked for, go with the account."""

from flask import Flask

from registry.database import db, transaction
from registry.parties import addresses
from registry.parties.address_models import AddressChange
from tests.erasure.making import administrator, erase, where
from tests.factories import make_account
from tests.parties.test_addresses import link_in


def test_former_and_wanted_addresses_go_with_the_account(lite: Flask) -> None:
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    person = make_account(lite, "mu.qingci@private.example")
    new, wanted = "qingci@private.example", "mu@private.example"
    transaction(lambda: addresses.ask(person.actor, new))
    token = link_in("address_confirm", new).rpartition("/")[2]
    transaction(lambda: addresses.confirm(person.actor, token))
    transaction(lambda: addresses.ask(person.actor, wanted))
    assert len(where(lite, [person.email, new, wanted])) >= 4, "else looking would prove nothing"
    erase(first, second, "account", new, "request")
    assert where(lite, [person.email, new, wanted]) == []
    assert db.session.query(AddressChange).count() == 0
