"""Invitations name an address: it goes with the account it was, and with the organisation that asked. What an
account did that concerns security goes when the law lets it.
"""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, events
from registry.database import db, transaction
from registry.errors import Refused
from registry.events import SecurityEvent, What
from registry.ledger import service as ledger
from registry.parties import event_log, invitations, powers
from registry.parties.models import Organisation
from registry.parties.staff_models import Invitation
from tests.browser import Browser
from tests.erasure.making import administrator, erase, where
from tests.factories import Person, make_account, make_organisation, reading
from tests.parties import agents


@pytest.mark.parametrize("kind", ["account", "party"])
def test_whom_an_invitation_went_to_goes_with_either_side(lite: Flask, kind: str) -> None:
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    owner, address = make_organisation(lite, "u1"), "mu.qingci@private.example"
    invited = make_account(lite, address)
    ask = {"email": address, "role": "signer"}
    asked = transaction(lambda: invitations.invite_member(owner.actor, **ask).id)
    code = reading(lambda: db.session.get_one(Organisation, owner.actor.organisation_id).uscc)
    assert "invitation" in {one.partition(":")[0] for one in where(lite, [address])}
    erase(first, second, kind, invited.email if kind == "account" else str(code), "order")
    row = reading(lambda: db.session.get_one(Invitation, asked))
    assert (row.email, row.role, row.open) == ("—", "signer", False)
    assert "invitation" not in {one.partition(":")[0] for one in where(lite, [address])}


def test_an_erased_accounts_events_go_at_half_a_year_and_its_sessions_at_once(lite: Flask) -> None:
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    person, other = make_account(lite, "mu.qingci@private.example"), make_account(lite, "li@example.cn")
    for days in (200, 20):
        with time_machine.travel(clock.now() - timedelta(days=days), tick=False):
            for one in (person, other):
                transaction(partial(events.observe, What.EXPORT, one.actor, detail=f"{days}"))
    browser = Browser(lite).sign_in(person.email)
    erase(first, second, "account", person.email, "order")
    assert browser.get("/account").address.startswith("/login")
    assert kept(person) == {"20"}
    assert kept(other) == {"200", "20"}
    with time_machine.travel(clock.now() + timedelta(days=170), tick=False):
        event_log.forget(lite.extensions["settings"])
    assert kept(person) == {"20"}, "the database's own clock decides, and it has not moved"


def kept(person: Person) -> set[str]:
    query = select(SecurityEvent.detail).where(SecurityEvent.account_id == person.actor.account_id)
    return set(reading(lambda: db.session.scalars(query.where(SecurityEvent.what == What.EXPORT)).all()))


def test_whose_power_of_attorney_it_was_goes_with_its_principal_once_it_has_ended(lite: Flask) -> None:
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    number = agents.named(principal, agent)
    code = str(reading(lambda: db.session.get_one(Organisation, principal.organisation_id).uscc))
    with pytest.raises(Refused, match="erasure_remaining"):
        erase(first, second, "party", code, "order")  # a power that stands is ended first
    words = "慕青慈病休"
    transaction(lambda: powers.end(principal.actor, number, reason=words).number)
    assert where(lite, [words])
    assert reading(lambda: ledger.opened(number))
    erase(first, second, "party", code, "order")
    row = reading(lambda: powers.find(agent.actor, number))
    assert (row.signer, row.reason, row.state) == ("", "", "revoked")
    assert not where(lite, [words])
    assert not reading(lambda: ledger.opened(number))
