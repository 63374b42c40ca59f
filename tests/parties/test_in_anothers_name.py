"""What an organisation may do before anybody looked at its documents (design: journeys 2.1), and that nobody
files in another's name, whatever a form or a machine says.
"""

import base64
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from registry.contracts import account_changes
from registry.contracts import register as taken
from registry.contracts.models import Acceptance
from registry.database import db, transaction
from registry.errors import Conflict, Invalid, Refused
from registry.ledger import service as ledger
from registry.licenses import register, withdrawals
from registry.licenses import service as licenses
from registry.parties import service as parties
from registry.parties.models import Organisation
from tests.browser import Browser
from tests.contracts import taking
from tests.factories import (
    FREE,
    LUMP,
    Person,
    make_account,
    make_organisation,
    make_venue,
    organisation_facts,
    published,
    reading,
    ready_draft,
    submit,
)
from tests.licenses.test_api import Machine


def lose_the_check(who: Person) -> None:
    """The organisation is called otherwise now: its documents have to be compared again."""

    def work() -> None:
        organisation = db.session.get_one(Organisation, who.actor.organisation_id)
        parties.edit(who.actor, organisation, {"name": "改了名称的大学"})
        assert organisation.verified_at is None

    transaction(work)


# --- before the documents were looked at -------------------------------------------------------------


@pytest.mark.parametrize("fee", [FREE, LUMP])
def test_an_unchecked_organisation_takes_a_license_and_its_papers_say_that_it_is_unchecked(
    lite: Flask, fee: dict[str, object]
) -> None:
    number = taking.taken(make_organisation(lite, "c1", verified=False), published(lite, fee=fee))
    assert reading(lambda: taken.find(number).record["licensee"]["verified"]) is False


def test_an_unchecked_organisation_does_not_declare(lite: Flask) -> None:
    holder = make_organisation(lite, "u1", verified=False)
    number = ready_draft(lite, holder, make_venue(lite, "v1"))
    size = reading(ledger.size)
    with pytest.raises(Refused, match="organisation_unverified"):
        submit(lite, holder, number)
    assert reading(ledger.size) == size


def test_an_organisation_that_is_unchecked_again_neither_withdraws_nor_changes_its_account(
    lite: Flask,
) -> None:
    offer = published(lite, fee=LUMP)
    holder = offer.holder

    def prepared() -> str:
        found = register.find(offer.number)
        return withdrawals.prepare(holder.actor, found, ground="assignment", reason="将转让。").number

    number = transaction(prepared)
    lose_the_check(holder)
    said = holder.sign(reading(lambda: withdrawals.statement_for(withdrawals.find(number))))
    with pytest.raises(Refused, match="organisation_unverified"):
        transaction(lambda: withdrawals.file(holder.actor, withdrawals.find(number), said).number)
    facts = {"name": "申城理工大学", "bank": "另一银行", "number": "6222020000000000999", "reason": "撤并"}
    with pytest.raises(Refused, match="organisation_unverified"):
        reading(lambda: account_changes.ask_act(holder.actor, register.find(offer.number), facts))


def test_an_unconfirmed_account_takes_nothing(lite: Flask) -> None:
    offer, licensee = published(lite), make_organisation(lite, "c1")
    number = taking.drafted(licensee, offer)
    stranger = replace(licensee, actor=replace(licensee.actor, confirmed=False))
    with pytest.raises(Refused, match="account_unconfirmed"):
        taking.send(stranger, number)


# --- in another's name -------------------------------------------------------------------------------


def test_nobody_founds_an_organisation_that_is_here_already(lite: Flask) -> None:
    make_organisation(lite, "u1")
    other = make_account(lite, "other@example.cn")
    with pytest.raises(Conflict, match="organisation_known"):
        transaction(lambda: parties.found(other.actor, organisation_facts("u1")).id)


def test_a_form_that_names_another_organisation_is_refused_or_signs_for_ones_own(lite: Flask) -> None:
    offer = published(lite, fee=FREE)
    mine, victim = make_organisation(lite, "c1"), make_organisation(lite, "c2")
    foreign = {
        "licensee_id": str(victim.actor.organisation_id),
        "organisation_id": str(victim.actor.organisation_id),
    }
    answers = {
        "capacity": "legal_representative", "use": "用于文件服务器产品。", "abroad": "no", "related": "no",
        "contact.name": "周工", "contact.phone": "13900139000",
    }  # fmt: skip
    browser = Browser(lite).sign_in(mine.email).get(f"/offers/{offer.number}/accept")
    browser.submit({**answers, **foreign})
    assert reading(
        lambda: [one.licensee_id for one in db.session.scalars(select(Acceptance))]
    ) == drafted_for(browser, mine)


def drafted_for(browser: Browser, mine: Person) -> list[UUID | None]:
    """One draft of one's own where the form let the strange fields pass; none where it refused them."""
    return [mine.actor.organisation_id] if browser.status == 200 else []


def test_a_machine_does_not_sign_with_another_organisations_key(lite: Flask) -> None:
    offer = published(lite, fee=FREE)
    mine, victim = Machine(lite, make_organisation(lite, "c1")), Machine(lite, make_organisation(lite, "c2"))
    body = {
        "capacity": "legal_representative", "use": "用于文件服务器产品。", "abroad": False, "related": False,
        "contact": {"name": "周工", "phone": "13900139000"},
    }  # fmt: skip
    made = mine.do("POST", f"/offers/{offer.number}/acceptances", body, status=201)
    signature = victim.signer.sign(base64.b64decode(made["pae"]))
    signed = {"kid": victim.kid, "signature": base64.b64encode(signature).decode()}
    answer = mine.call("POST", f"/acceptances/{made['number']}/notice", signed)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["code"] == "key_unknown"
    answer = victim.call("POST", f"/acceptances/{made['number']}/notice", signed)
    assert answer.status_code == 404


def test_who_signs_by_written_authority_brings_the_document(lite: Flask) -> None:
    holder = make_organisation(lite, "u1")
    number = ready_draft(lite, holder, make_venue(lite, "v1"))

    def by_authority() -> None:
        declaration = register.find(number)
        given = {**declaration.draft["declarant"], "signer_capacity": "authorised", "authority_upload": None}
        licenses.save_step(holder.actor, declaration, "declarant", given)

    transaction(by_authority)
    with pytest.raises(Refused) as refused:
        reading(lambda: licenses.prepare(holder.actor, register.find(number)))
    found = refused.value.refusals if isinstance(refused.value, Invalid) else (refused.value,)
    assert "authority_missing" in {one.code for one in found}
