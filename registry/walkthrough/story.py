"""The whole job in order: people, offers, licenses, papers, a batch, results.

Every step goes through the doors a person or a program would use.
"""

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from registry.walkthrough import batches, cast, clerks, holders, licensees, offers, people, reviewers
from registry.walkthrough.browser import WentWrong
from registry.walkthrough.cast import Party
from registry.walkthrough.journal import Journal, License
from registry.walkthrough.offers import Offer
from registry.walkthrough.people import Person
from registry.walkthrough.scans import Scans
from registry.walkthrough.server import Server

BY_MACHINE = (
    cast.UNIVERSITY, cast.WELDING, cast.CLOUD, cast.MEDICAL, cast.DIGITAL, cast.MATERIALS
)  # fmt: skip
UNPAID = "0.00"
PAPERS_FREE, PAPERS_PAID = 8, 10
"""Notice, contract, sheet, certificate; the payment request where money is due; each in English too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """One license to be taken: which offer, by whom, through which door, and who finds the money."""

    offer: Offer
    licensee: Party
    machine: bool = False
    amount: str = ""
    confirmed_by: Party | None = None


TAKINGS = (
    Taking(offer=offers.FREE, licensee=cast.WELDING),
    Taking(offer=offers.FREE, licensee=cast.MEDICAL, machine=True),
    Taking(offer=offers.LUMP, licensee=cast.MEDICAL, amount="68000.00", confirmed_by=cast.CLOUD),
    Taking(
        offer=offers.INSTALMENTS,
        licensee=cast.DIGITAL,
        machine=True,
        amount="40000.00",
        confirmed_by=cast.UNIVERSITY,
    ),
    Taking(
        offer=offers.PER_YEAR, licensee=cast.CLOUD, machine=True, amount="8000.00", confirmed_by=cast.VENUE
    ),
    Taking(offer=offers.ENTRY_ROYALTY, licensee=cast.CLOUD, amount="30000.00", confirmed_by=cast.VENUE),
    Taking(offer=offers.LOCAL, licensee=cast.WELDING, amount="15000.00", confirmed_by=cast.DIGITAL),
    Taking(offer=offers.ROYALTY, licensee=cast.MATERIALS, machine=True),
)
FEW = (TAKINGS[0], TAKINGS[3], TAKINGS[6], TAKINGS[7])
"""Both doors, with and without money, a co-owner, a withdrawal, a seller from elsewhere; in half the time."""


@dataclass(slots=True)
class Walk:
    """One walk: the server, the people, and where everything is left."""

    server: Server
    out: Path
    journal: Journal
    scans: Scans
    today: date
    takings: tuple[Taking, ...] = TAKINGS
    persons: dict[str, Person] = field(default_factory=dict)

    def person(self, party: Party) -> Person:
        return self.persons[party.key]

    @property
    def clerk(self) -> Person:
        return self.person(cast.VENUE)

    @property
    def offers(self) -> tuple[Offer, ...]:
        return tuple(one for one in offers.OFFERS if any(one is taking.offer for taking in self.takings))

    @property
    def parties(self) -> tuple[Party, ...]:
        """Whoever has a part in it; one asks in vain (`an_offer_is_withdrawn`)."""
        parts = [cast.MATERIALS]
        for one in self.takings:
            parts += [one.licensee, one.offer.holder]
            parts += [party for party in (one.offer.co_owner, one.confirmed_by) if party is not None]
        return tuple(party for party in cast.PARTIES if party in parts)


def people_come_in(walk: Walk) -> None:
    """The venue is opened; everybody registers; organisations are founded, shown and verified."""
    server, journal = walk.server, walk.journal
    people.open_venue(server)
    journal.note("operator", f"opened the venue {cast.VENUE.name} on the command line")
    clerk = walk.persons[cast.VENUE.key] = Person(cast.VENUE, server)
    clerk.register()
    people.appoint(server, cast.VENUE)
    clerk.sign_in()
    journal.note(cast.VENUE.name, f"{cast.VENUE.person} registered and was appointed operator")
    for party in walk.parties:
        person = walk.persons[party.key] = Person(party, server)
        person.register()
        person.sign_in()
        person.found(walk.scans)
        journal.note(party.name, f"{party.person} registered, founded the organisation, brought its document")
    count = people.verify_all(clerk)
    journal.note(cast.VENUE.name, f"compared {count} organisations with their documents")
    for party in (one for one in walk.parties if one in BY_MACHINE):
        walk.person(party).enroll_machine()
        journal.note(party.name, f"enrolled its own key {walk.person(party).key.kid}")


def offers_are_made(walk: Walk) -> None:
    """Holders declare, co-owners consent, the reviewer publishes and records what the office announced."""
    for offer in walk.offers:
        holder = walk.person(offer.holder)
        declare = holders.declare_by_machine if offer.by_machine else holders.declare
        number = declare(holder, offer, walk.scans, today=walk.today)
        if offer.co_owner is not None:
            holders.ask_consent(holder, number)
            holders.consent(walk.person(offer.co_owner))
            walk.journal.note(offer.co_owner.name, f"consented to {number} through its link")
        if not offer.by_machine:
            holders.sign(holder, number)
        reviewers.publish(walk.clerk, number, offer)
        walk.journal.declarations[offer.key] = number
        proof = walk.clerk.browser.get(f"/offers/{number}/proof")
        (walk.out / "receipts" / f"{number}.json").write_bytes(proof.body)
        how = "open now as an ordinary license"
        if not offer.local:
            cnipa = f"XK{walk.today.year}9999{number[-4:]}"
            reviewers.announce(walk.clerk, number, cnipa_number=cnipa, day=walk.today, scans=walk.scans)
            how = f"announced under {cnipa}"
        walk.journal.note(offer.holder.name, f"declared {number} ({offer.method}), published, {how}")


def licenses_are_taken(walk: Walk) -> None:
    """Notices are sent, claims made and confirmed; what cannot be had is refused."""
    for taking in walk.takings:
        _take(walk, taking)
    free = walk.journal.declarations[offers.FREE.key]
    licensees.refused(walk.person(cast.WELDING), free)
    walk.journal.refused(f"a second license of {free} for {cast.WELDING.name}", "409, its license is shown")


def _take(walk: Walk, taking: Taking) -> None:
    offer, licensee = taking.offer, walk.person(taking.licensee)
    door = "API" if taking.machine else "pages"
    license_ = License(offer.key, offer.method, taking.licensee.name, door, amount=taking.amount or UNPAID)
    number = walk.journal.declarations[offer.key]
    accept = licensees.accept_by_machine if taking.machine else licensees.accept
    accept(licensee, number, license_)
    walk.journal.licenses.append(license_)
    walk.journal.note(
        taking.licensee.name, f"sent notice {license_.acceptance} on {number} through the {door}"
    )
    if taking.confirmed_by is not None:
        _pay(walk, taking, license_)
    licensees.find_contract(licensee, license_)


def _pay(walk: Walk, taking: Taking, license_: License) -> None:
    assert taking.confirmed_by is not None
    licensee, confirmer = walk.person(taking.licensee), walk.person(taking.confirmed_by)
    amount, today, scans = taking.amount, walk.today, walk.scans
    if taking.machine:
        payment = licensees.pay_by_machine(licensee, license_, amount=amount, today=today, scans=scans)
    else:
        licensees.pay(licensee, license_, amount=amount, today=today, scans=scans)
    if taking.machine and taking.confirmed_by in BY_MACHINE:
        licensees.confirm_by_machine(confirmer, payment, amount=amount, today=today)
    else:
        licensees.confirm(confirmer, license_)
    walk.journal.note(
        taking.confirmed_by.name, f"found {amount} yuan of {license_.acceptance} in the account"
    )


def an_offer_is_withdrawn(walk: Walk) -> None:
    """The local offer is withdrawn: its license stays, a new notice is refused."""
    number = walk.journal.declarations[offers.LOCAL.key]
    holder = walk.person(cast.DIGITAL)
    withdrawal = holders.withdraw(holder, number, ground="assignment", reason="拟转让专利权。")
    walk.journal.note(cast.DIGITAL.name, f"withdrew {number} by {withdrawal}")
    licensees.refused(walk.person(cast.MATERIALS), number)
    walk.journal.refused(f"a notice of {cast.MATERIALS.name} on {number} after its withdrawal", "409")
    license_ = next(one for one in walk.journal.licenses if one.offer == offers.LOCAL.key)
    stays = walk.person(cast.WELDING).browser.get(f"/contracts/{license_.contract}")
    if "有效" not in stays.text:
        raise WentWrong(f"the license {license_.contract} should have stayed: {stays.text[:600]}")
    license_.remark = "stays although the offer was withdrawn"


def papers_are_collected(walk: Walk) -> None:
    """Everything the worker printed, the receipts of every notice and effect, every contract's bundle."""
    papers, receipts = walk.out / "papers", walk.out / "receipts"
    for license_ in walk.journal.licenses:
        taking = next(
            t for t in walk.takings if t.licensee.name == license_.licensee and t.offer.key == license_.offer
        )
        licensee = walk.person(taking.licensee)
        kinds = PAPERS_PAID if taking.amount else PAPERS_FREE
        names = licensees.collect_papers(licensee, license_, papers, kinds=kinds)
        licensees.collect_receipts(licensee, license_, receipts)
        licensees.collect_bundle(licensee, license_, walk.out / "bundles")
        walk.journal.note(license_.licensee, f"downloaded {len(names)} papers of {license_.contract}")


def contracts_are_made_ready(walk: Walk) -> None:
    """Recordal, stamped scans, seals compared, the registrar's view on free licenses."""
    clerks.note_zero_fee(walk.clerk)
    for n, license_ in enumerate(walk.journal.licenses, start=1):
        offer = next(one for one in offers.OFFERS if one.key == license_.offer)
        clerks.bring_scan(walk.person(_party(license_.licensee)), license_, walk.scans)
        number = f"BA{walk.today.year}9999{n:04d}"
        clerks.record_recordal(walk.person(offer.holder), license_, number=number, day=walk.today)
        clerks.check_seals(walk.clerk, license_)
        clerks.make_ready(walk.clerk, license_)
    walk.journal.note(cast.VENUE.name, f"compared the seals of {len(walk.journal.licenses)} contracts")


def a_batch_is_handed_over(walk: Walk) -> None:
    """The clerk chooses what is ready, makes the batch, downloads it twice, and types the contracts in."""
    batch = batches.make(walk.clerk)
    data = batches.download(walk.clerk, batch)
    (walk.out / "batch.zip").write_bytes(data)
    manifest = batches.check(data)
    batches.hand_in(walk.clerk, batch)
    walk.journal.batch = {
        "number": batch,
        "contracts": str(manifest["count"]),
        "total amount (yuan)": str(manifest["total_amount"]),
        "technology amount (yuan)": str(manifest["technology_amount"]),
        "SHA-256": hashlib.sha256(data).hexdigest(),
        "size (bytes)": str(len(data)),
    }
    walk.journal.note(cast.VENUE.name, f"handed over batch {batch}, {manifest['count']} contracts")


def results_are_entered(walk: Walk) -> None:
    """What the registrar answered, for every contract of the batch; then what each license has come to."""
    for n, license_ in enumerate(walk.journal.licenses, start=1):
        if _contract_of(walk, license_)["registration"] == "submitted":
            number = f"{walk.today.year}9999{n:06d}"
            clerks.enter_result(walk.clerk, license_, number=number, day=walk.today, scans=walk.scans)
            walk.journal.note(cast.VENUE.name, f"entered {number} for {license_.contract}")
        else:
            faults = ", ".join(batches.faults(_contract_of(walk, license_)))
            walk.journal.refused(f"{license_.contract} in the Shanghai registrar's batch", faults)
        _remember(walk, license_)


def _contract_of(walk: Walk, license_: License) -> dict[str, Any]:
    licensee = walk.person(_party(license_.licensee))
    return licensee.machine.get(f"/api/v1/contracts/{license_.contract}").json


def _remember(walk: Walk, license_: License) -> None:
    machine = walk.person(_party(license_.licensee)).machine
    found = machine.get(f"/api/v1/acceptances/{license_.acceptance}").json
    license_.track, license_.state, license_.record_digest = (
        found["track"],
        found["state"],
        found["record_digest"],
    )
    license_.noticed_seq, license_.effective_seq = found["noticed_seq"], found["effective_seq"]
    license_.registration = _contract_of(walk, license_)["registration"]


def _party(name: str) -> Party:
    return next(party for party in cast.PARTIES if party.name == name)


def the_log_is_exported(walk: Walk) -> None:
    """The operator audits the database and writes the log out."""
    walk.server.command("audit")
    walk.journal.note("operator", "audited the database: nothing wrong")
    said = walk.server.command("log", "export", str(walk.out / "log"))
    shutil.copyfile(walk.out / "log" / "vkey", walk.out / "vkey")
    walk.journal.note("operator", said.strip().partition(" to ")[0])
