"""Internal units: no party, and nothing binding without an authority that stands; papers name the legal
person, and the unit that handled it.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import authorities, authority_sheet, delivery
from registry.contracts import register as licenses_taken
from registry.contracts.blocks import plain
from registry.database import db, transaction
from registry.errors import NotAllowed, NotFound, Refused
from registry.licenses import register
from registry.parties import agency, units
from registry.parties import service as parties
from registry.parties.agency import Matter
from registry.parties.models import Membership, Organisation, Upload
from registry.parties.permissions import TABLE, allow
from registry.parties.rules import Role
from tests.browser import Browser
from tests.contracts import papers, taking
from tests.factories import (
    Person,
    actor_of,
    make_member,
    make_organisation,
    make_upload,
    make_venue,
    published,
    reading,
    ready_draft,
    submit,
)

COLLEGE = "材料科学与工程学院"


def authorise(app: Flask, owner: Person, *matters: str, name: str = COLLEGE, days: int = 30) -> UUID:
    """A written authority of a unit; returns its id."""
    upload = make_upload(app, owner)
    given = {
        "kind": "unit",
        "agent": name,
        "matters": list(matters),
        "valid_from": clock.today(),
        "valid_to": clock.today() + timedelta(days=days),
    }

    def work() -> UUID:
        organisation = parties.organisation_of(owner.actor)
        return authorities.add(owner.actor, organisation, given, db.session.get_one(Upload, upload)).id

    return transaction(work)


def of_unit(app: Flask, owner: Person, who: Person) -> Person:
    """The member, acting for the college from now on."""
    def work() -> None:
        organisation = parties.organisation_of(owner.actor)
        query = db.session.query(Membership).filter_by(account_id=who.actor.account_id)
        unit = units.named(organisation, COLLEGE)
        units.place(owner.actor, query.one().id, unit.id)

    transaction(work)
    return replace(who, actor=actor_of(who.email))


@pytest.mark.parametrize("verb", sorted(verb for verb in TABLE if agency.binds(verb)))
def test_every_binding_verb_is_in_some_authority_and_no_draft_is(verb: str) -> None:
    assert agency.unit_may(list(Matter), verb)
    assert not agency.unit_may([], verb)
    assert not verb.endswith(".draft")


def test_a_unit_binds_its_legal_person_only_within_an_authority_that_stands(app: Flask) -> None:
    owner, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    signer = of_unit(app, owner, make_member(app, owner, Role.SIGNER))
    number = ready_draft(app, signer, venue)  # drafts bind nobody
    with pytest.raises(NotAllowed, match="unit_unauthorised"):
        submit(app, signer, number)
    first = authorise(app, owner, "withdraw")
    with pytest.raises(NotAllowed, match="unit_unauthorised"):
        submit(app, signer, number)
    authorise(app, owner, "declare", days=1)
    with time_machine.travel(clock.now() + timedelta(days=2)), pytest.raises(NotAllowed):
        submit(app, signer, number)
    submit(app, signer, number)
    version = reading(lambda: register.find(number).versions[-1])
    assert version.answers["unit"] == COLLEGE
    assert version.statement["statement"]["role"] == "declarant"  # the legal person's own act
    transaction(lambda: authorities.end(owner.actor, first))
    with pytest.raises(NotAllowed, match="unit_unauthorised"):
        allow(signer.actor, "declaration.withdraw", reading(lambda: register.find(number)))
    with pytest.raises(NotAllowed, match="unit_never"):
        allow(signer.actor, "account.change", reading(lambda: register.find(number)))


def test_papers_name_the_legal_person_as_party_and_the_unit_as_who_handled_it(lite: Flask) -> None:
    offer, owner = published(lite), make_organisation(lite, "c1")
    signer = of_unit(lite, owner, make_member(lite, owner, Role.SIGNER))
    authorise(lite, owner, "accept")
    number = taking.taken(signer, offer)
    record: dict[str, Any] = reading(lambda: licenses_taken.find(number).record)
    assert record["licensee"]["name"] == "浦东智焊装备有限公司"
    assert record["units"] == {"licensee": COLLEGE}
    facts = papers.facts({**papers.record(), "units": record["units"]})
    assert f"经办部门　{COLLEGE}" in plain(delivery.compose(facts)).replace("：", "　")
    sheet = plain(authority_sheet.office(_organisation(owner), unit=COLLEGE, matters=["withdraw"]))
    assert COLLEGE in sheet
    assert agency.PRINTED["withdraw"] in sheet
    assert agency.PRINTED["declare"] not in sheet


def _organisation(owner: Person) -> Organisation:
    return reading(lambda: parties.organisation_of(owner.actor))


def test_a_unit_needs_a_name_and_matters_and_takes_no_owner_and_no_strangers(lite: Flask) -> None:
    owner, stranger = make_organisation(lite, "u1"), make_organisation(lite, "c1")
    with pytest.raises(Refused, match="required"):
        authorise(lite, owner, "declare", name="")
    with pytest.raises(Refused, match="required"):
        authorise(lite, owner)
    authorise(lite, owner, "declare")
    with pytest.raises(Refused, match="unit_owner"):
        of_unit(lite, owner, owner)
    member = make_member(lite, owner, Role.SIGNER)
    with pytest.raises(NotFound):
        of_unit(lite, stranger, member)


def test_on_the_pages_an_authority_is_brought_and_a_member_placed(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    member = make_member(lite, owner, Role.SIGNER)
    browser = Browser(lite).sign_in(owner.email)
    authorise(lite, owner, "declare")
    assert COLLEGE in browser.get("/organisation/authorities").text
    browser.get("/organisation/members")
    form = next(one for one in browser.forms if one.action.endswith("/unit"))
    unit = reading(lambda: units.of(parties.organisation_of(owner.actor))[0].id)
    browser.submit({"unit": str(unit)}, action=form.action)
    assert reading(lambda: actor_of(member.email).unit).name == COLLEGE  # type: ignore[union-attr]
