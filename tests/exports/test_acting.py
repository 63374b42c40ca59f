"""The papers of those who acted for a side go into a package by themselves: an agent's power, a unit's
authority, as they stood when it acted.
"""

from typing import Any

from flask import Flask

from registry.contracts import authorities, printing, register, slots
from registry.database import db, transaction
from registry.exports import frozen, packages
from registry.exports.rules import Choice, Chosen
from registry.parties import powers
from registry.parties.models import Upload
from registry.parties.power_models import PowerOfAttorney
from registry.parties.rules import Role
from tests.contracts import taking
from tests.documents.papers import pdftotext
from tests.exports import making
from tests.factories import make_member, make_organisation, make_upload, published, reading
from tests.parties.agents import named, under
from tests.parties.people import PDF
from tests.parties.test_units import authorise, of_unit


def held(number: str, slot: str) -> list[str]:
    """The digests of what a slot of this contract holds."""
    found = reading(lambda: slots.brought(register.find_contract(number)))
    return [one.upload.digest for one in found if one.slot == slot]


def test_the_power_an_agent_acted_under_is_in_the_package_and_its_sealed_paper_is_named_as_missing(
    lite: Flask,
) -> None:
    offer, licensee, agent = published(lite), make_organisation(lite, "c4"), make_organisation(lite, "a1")
    power = named(licensee, agent, matters=["accept"])
    number = making.contract_of(taking.taken(under(agent, power), offer))
    row = row_of(number)
    lacking = [(one["name"], one["who"]) for one in row["missing"] if one["slot"] == "08"]
    assert lacking == [("授权委托书盖章件", "委托人（代理人）")]
    assert held(number, "08") == []

    paper = make_upload(lite, licensee, data=PDF + b"sealed power")

    def bring() -> str:
        row = db.session.query(PowerOfAttorney).filter_by(number=power).one()
        row.upload_id = paper
        return db.session.get_one(Upload, paper).digest

    digest = transaction(bring)
    assert held(number, "08") == [digest]
    transaction(lambda: powers.end(licensee.actor, power).number)
    [(name, said)] = powers_in(row)  # packed later, as it stood when the row was frozen
    assert name == f"08 授权委托书 {power} {number}.pdf"
    assert ("签署专利实施通知" in said, "代理终止" in said) == (True, False)
    assert "代理终止" in powers_in(row_of(number))[0][1]
    assert [one for one in row_of(number)["missing"] if one["slot"] == "08"] == []
    assert held(number, "08") == [digest]  # it stood when the notice was signed


def row_of(number: str) -> dict[str, Any]:
    asked = Chosen(number=number, not_elsewhere=True)
    choice = Choice(contracts=(asked,))
    return transaction(lambda: frozen.freeze(register.find_contract(number), asked, choice))


def powers_in(row: dict[str, Any]) -> list[tuple[str, str]]:
    """The names of the powers printed for a frozen row, and what they say."""

    def work() -> list[tuple[str, str]]:
        first = frozen.thawed(row)[0][0]
        found = packages.power_files(row, first, printing.font_set())
        return [(one.name, pdftotext(one.open().read())) for one in found]

    return reading(work)


def test_a_units_authority_is_in_the_package_of_what_it_did_and_in_no_other(lite: Flask) -> None:
    offer, owner = published(lite), make_organisation(lite, "c1")
    signer = of_unit(lite, owner, make_member(lite, owner, Role.SIGNER))
    first = authorise(lite, owner, "accept")
    number = making.contract_of(taking.taken(signer, offer))
    assert len(held(number, "08a")) == 1
    transaction(lambda: authorities.end(owner.actor, first))
    assert len(held(number, "08a")) == 1
    other = making.contract_of(taking.taken(make_organisation(lite, "c2"), offer))
    assert held(other, "08a") == []
