"""A contract's place in a batch, frozen: its row of the list and everything a package is made of, as JSON.

Frozen in the transaction that makes the batch, so that packing later, or again after a crash, packs the same
things whatever has been brought or corrected since. Natural persons' full numbers stand here and in the
package alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import current_app

from registry import clock
from registry.config import Settings
from registry.contracts import acted, applicants, cases, papers_shown, printing, register, registration, slots
from registry.contracts import record as records
from registry.contracts.models import Acceptance, Contract
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.readiness import Finding, Severity, StampPolicy, readiness
from registry.contracts.registration_form import FormExtras, form_row, patent_rows
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.errors import Refused
from registry.exports.rules import BRINGS, OPTIONAL, Choice, Chosen, Needs, wanted_slots
from registry.ledger import service as ledger
from registry.numbers import public_number

VOUCHER = "12"
SEALED_POWER = "授权委托书盖章件"
"""What is asked for beside the power that was signed here and is printed from it."""
DAYS = ("recordal_day", "recordal_filed_on", "filled_on")


def licenses_of(contract: Contract) -> list[Acceptance]:
    """The licenses in force that the contract is made of."""
    return [one for one in contract.acceptances if one.state == AcceptanceState.EFFECTIVE]


def findings(contract: Contract, chosen: Chosen) -> list[Finding]:
    """What a registrar would ask, given who applies and whether it is said to be registered nowhere else."""
    region = cases.sides(contract).region(chosen.applicant)
    seen = replace(
        registration.snapshot(contract),
        applicant_region=region,
        registered_elsewhere=False if chosen.not_elsewhere else None,
    )
    found = [*readiness(seen, clock.today()), *_applicant(contract, chosen)]
    return [*found, *(_unprinted(contract) if licenses_of(contract) else [])]


def _applicant(contract: Contract, chosen: Chosen) -> list[Finding]:
    """Whether this side may apply at the registrar it leads to; a region nobody serves readiness names."""
    held = cases.offices(contract.venue_id)
    try:
        applicants.check_applicant(cases.sides(contract), held, clock.today(), applicant=chosen.applicant)
    except Refused as refused:
        if refused.code == "no_registrar_for_region":
            return []
        subject = str(refused.params.get("registrar", ""))
        return [
            Finding(
                code=refused.code,
                article=refused.article,
                severity=Severity.FAULT,
                mend="applicant",
                subject=subject,
            )
        ]
    return []


def freeze(contract: Contract, chosen: Chosen, choice: Choice) -> dict[str, Any]:
    """The row of one contract. The contract must be ready."""
    licenses = licenses_of(contract)
    brought = slots.brought(contract)
    needs = _needs(contract, licenses, chosen)
    held = {one.slot for one in brought}
    missing = [slot for slot in wanted_slots(needs) if slot not in held and slot != VOUCHER]
    powers = acted.power_numbers(licenses)
    names = {**slots.BROUGHT, **({acted.POWER: SEALED_POWER} if powers else {})}
    registrar = choice.registrar or registrar_of(contract)  # as the batch has just noted it
    extras = FormExtras(
        codes=registration.classification(contract),
        registrar=registrar,
        recordal_number=contract.recordal_number,
        recordal_day=contract.recordal_day,
        recordal_filed_on=contract.recordal_filed_on,
        applicant_role=chosen.applicant,
        agent=choice.agent,
        agent_phone=choice.agent_phone,
        filled_on=clock.today(),
        voucher=cases.voucher_of(contract) or ("" if VOUCHER in held else _voucher_number(contract)),
        missing=tuple(f"{slot} {names[slot]}" for slot in missing if slot not in OPTIONAL),
        identities=_identities(contract),
    )
    facts = [printing.facts_of(one) for one in licenses]
    return {
        "contract": contract.number,
        "form": form_row(facts, extras),
        "patents": patent_rows(facts),
        "extras": _to_json(extras),
        "licenses": [str(one.id) for one in licenses],
        "papers": _papers(contract, licenses),
        "brought": [_brought(one) for one in brought],
        "powers": powers,  # printed as they stood at `as_of`
        "missing": [
            {"slot": s, "name": names[s], "who": _who(s, powers), "optional": s in OPTIONAL}
            for s in missing
        ],
        "voucher": "" if VOUCHER in held else extras.voucher,  # printed unless the venue brought its own
        "registrar": registrar,
        "as_of": ledger.size() - 1,  # later corrections are no part of this package
    }


def registrar_of(contract: Contract) -> str:
    """The registrar a contract leads to, as set or as the rule proposes; empty where none serves it."""
    place = cases.standing(contract)
    return place.office.name if place.office else ""


def thawed(row: Mapping[str, Any]) -> tuple[list[PaperFacts], FormExtras]:
    """What papers are composed from: the licenses' frozen records and the row's own extras."""
    found = [db.session.get_one(Acceptance, UUID(number)) for number in row["licenses"]]
    as_of = row.get("as_of")
    return [printing.facts_of(one, upto=as_of) for one in found], _from_json(row["extras"])


def _unprinted(contract: Contract) -> list[Finding]:
    """Papers still with the worker: a package without its contract would be none."""
    if printing.issued(contract, "contract") and printing.issued(contract, "notice"):
        return []
    return [Finding(code="papers_not_printed", article="[ours]", severity=Severity.FAULT, mend="papers")]


def _needs(contract: Contract, licenses: Sequence[Acceptance], chosen: Chosen) -> Needs:
    declarants = [one.record["declaration"]["answers"].get("declarant", {}) for one in licenses]
    return Needs(
        paid=any(one.amount_due > 0 for one in licenses),
        agency=any(one.get("agency") for one in declarants) or bool(acted.power_numbers(licenses)),
        internal_unit=any(one.get("signer_capacity") == "authorised" for one in declarants),
        stamped=contract.venue.stamp_track != StampPolicy.E_SIGNED_PRINT,
        applicant=chosen.applicant,
        recorded=bool(contract.recordal_number),
    )


def _who(slot: str, powers: Sequence[str]) -> str:
    """Who has to bring it: of a power its principal, whichever side that is."""
    return "委托人（代理人）" if powers and slot == acted.POWER else BRINGS[slot]


def _voucher_number(contract: Contract) -> str:
    """The number of the venue's voucher (12), given once where the venue brings none of its own."""
    if contract.voucher_number is None:
        settings: Settings = current_app.extensions["settings"]
        contract.voucher_number = public_number("V", clock.today(), prefix=settings.prefix)
    return contract.voucher_number


def _identities(contract: Contract) -> dict[str, str]:
    sides = {"seller": contract.holder, "buyer": contract.licensee}
    return {side: records.identity_of(party.id) for side, party in sides.items() if party.is_person}


def _papers(contract: Contract, licenses: Sequence[Acceptance]) -> list[dict[str, Any]]:
    ids, found = {one.id for one in licenses}, register.held(contract)
    superseded = papers_shown.newer(found)
    return [
        {"kind": paper.kind, "digest": paper.digest, "pages": paper.pages, "seq": paper.issued_seq}
        for paper in found
        if (paper.licenses or paper.acceptance_id in ids) and paper.id not in superseded
    ]


def _brought(one: slots.Brought) -> dict[str, Any]:
    upload = one.upload
    return {
        "slot": one.slot,
        "digest": upload.digest,
        "filename": upload.filename,
        "media_type": upload.media_type,
        "size": upload.size,
        "of": one.of,
        "original": one.original,
    }


def _to_json(extras: FormExtras) -> dict[str, Any]:
    days = {name: value.isoformat() if (value := getattr(extras, name)) else "" for name in DAYS}
    return {**asdict(extras), **days, "missing": list(extras.missing)}


def _from_json(kept: Mapping[str, Any]) -> FormExtras:
    days = {name: date.fromisoformat(kept[name]) if kept[name] else None for name in DAYS}
    return FormExtras(**{**kept, **days, "missing": tuple(kept["missing"])})
