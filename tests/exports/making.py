"""Contracts made ready for a registrar through the real services."""

from flask import Flask

from registry import jobs
from registry.contracts import register, registration, stamps
from registry.database import db, transaction
from registry.parties.models import Upload
from tests.contracts import taking
from tests.factories import Offer, Person, make_organisation, make_upload, published, reading
from tests.kept import remembered
from tests.parties.people import PDF

SLOTS = ("06", "07a", "07b", "08a")


def contract_of(number: str) -> str:
    """The number of the contract an acceptance belongs to."""
    return reading(lambda: register.find(number).contract.number)


@remembered
def effective(app: Flask, offer: Offer, licensee: Person) -> str:
    """A license in force with its papers printed; the contract's number."""
    number = taking.taken(licensee, offer)
    due = reading(lambda: register.find(number).amount_due)
    if due:
        taking.answer(offer.holder, taking.claim(app, licensee, number, amount=due), amount=due)
    jobs.run_all()
    return contract_of(number)


@remembered
def mend(app: Flask, venue: Person, number: str) -> None:
    """Bring what is missing, have the stamps compared, note the registrar's view on free licenses."""
    uploads = {slot: make_upload(app, venue, data=PDF + slot.encode()) for slot in (*SLOTS, "02b")}

    def work() -> None:
        contract = register.find_contract(number)
        for slot, upload_id in uploads.items():
            registration.attach(venue.actor, contract, slot, db.session.get_one(Upload, upload_id))
        stamps.read_names(venue.actor, contract, {})
        contract.venue.zero_fee_view = "登记机构意见：可以受理"

    transaction(work)


@remembered
def ready(app: Flask, offer: Offer, licensee: Person) -> str:
    """A contract that would pass; its number."""
    number = effective(app, offer, licensee)
    mend(app, offer.venue, number)
    return number


@remembered
def ready_paid(app: Flask, key: str = "c4", *, offer: Offer | None = None) -> tuple[Offer, str]:
    """A lump-sum contract ready to be exported, and its offer."""
    made = offer or published(app, fee={"method": "LUMP", "amount": "68000.00", "pay_within_days": 15})
    return made, ready(app, made, make_organisation(app, key))


def state(number: str) -> str:
    return reading(lambda: register.find_contract(number).registration)


def faults(number: str) -> list[str]:
    """Codes of everything that keeps a contract out, as the contract's own page shows it."""
    found = reading(lambda: registration.findings(register.find_contract(number)))
    return [one.code for one in found if one.severity == "fault"]
