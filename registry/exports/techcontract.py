"""`techcontract-export/1`: one contract as registrars, venues and other platforms read it by machine.

The published JSON Schema (data/techcontract-export-1.json) says what each key means and which code table a
code is of. Version 1 is closed: a key more or less would be version 2. Amounts are decimal texts in yuan,
days ISO, an unknown value null; nothing is left out because it is empty.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from registry.contracts.paper_facts import PaperFacts, row
from registry.contracts.registration_form import PAYMENT, FormExtras
from registry.licenses.schedule import Basis, Due

FORMAT = "techcontract-export/1"
SCHEMA_PATH = "/schemas/techcontract-export/1"
SCHEMA_FILE = "data/techcontract-export-1.json"


def document(frozen: Mapping[str, Any], licenses: Sequence[PaperFacts], extras: FormExtras) -> dict[str, Any]:
    """One contract, from its frozen row and what that was made of."""
    first, form = licenses[0], frozen["form"]
    record = first.record
    return {
        "format": FORMAT,
        "schema": f"{record['base_url']}{SCHEMA_PATH}",
        "demonstration": bool(record["demonstration"]),
        "filing_number": frozen["contract"],
        "as_of": frozen.get("as_of"),
        "contract": _contract(first, form),
        "seller": _party(record["licensor"], extras.identities.get("seller", "")),
        "co_sellers": [
            {"name": name}
            for name in dict.fromkeys(c["name"] for one in licenses for c in one.record["co_owners"])
        ],
        "buyer": _party(record["licensee"], extras.identities.get("buyer", "")),
        "intermediary": {
            "code": record["venue"]["code"],
            "name": record["venue"]["name"],
            "voucher": extras.voucher or None,
        },
        "application": _application(frozen, form, extras),
        "amounts": _amounts(licenses, form),
        "licenses": [_license(one) for one in licenses],
        "patents": [_patent(patent, one) for one in licenses for patent in one.record["patents"]],
        "classification": _classification(first, extras),
        "flags": {
            "related": bool(first.notice.get("related")),
            "confidential": False,  # confidential contracts are registered on paper and never exported
            "foreign": any(record[side]["country"] != "CN" for side in ("licensor", "licensee")),
        },
        "recordal": _recordal(extras),
        "completeness": {
            "complete": form["complete"] == "是",
            "missing": [
                {key: one[key] for key in ("slot", "name", "who", "optional")} for one in frozen["missing"]
            ],
        },
        "result": None,
    }


def line(found: Mapping[str, Any]) -> bytes:
    """One line of NDJSON."""
    return (json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


@cache
def schema_bytes() -> bytes:
    """The published schema as it is served."""
    return resources.files("registry.exports").joinpath(SCHEMA_FILE).read_bytes()


@cache
def schema_digest() -> str:
    return hashlib.sha256(schema_bytes()).hexdigest()


def coded(table: str, code: str) -> dict[str, Any] | None:
    """A code of ours, what the registrar calls it where that is known, and its Chinese name."""
    if not code:
        return None
    found = row(table, code)
    return {
        "table": table,
        "code": code,
        "registrar_code": (found.registrar_code or None) if found else None,
        "zh": found.zh if found else code,
    }


def _contract(first: PaperFacts, form: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": first.title,
        "project_name": form["project_name"],
        "category": coded("contract_kind", "LIC.PATENT"),
        "way": "ordinary",
        "track": first.record["track"],
        "signed_on": form["signed_on"],
        "effective_on": form["effective_on"],
        "valid_from": form["valid_from"],
        "valid_to": form["valid_to"],
    }


def _party(party: Mapping[str, Any], identity: str) -> dict[str, Any]:
    person = party["kind"] == "person"
    return {
        "kind": "person" if person else "organisation",
        "name": party["name"],
        "uscc": None if person else party["uscc"] or None,
        "identity": (identity or party["identity"] or None) if person else None,
        "nature": coded("party_nature", party["nature"]),
        "country": coded("country", party["country"]),
        "region": coded("region", party["region"]),
        **{name: party[key] or None for name, key in _PARTY_TEXTS},
    }


_PARTY_TEXTS = (
    ("address", "address"),
    ("legal_representative", "legal_representative"),
    ("contact", "contact_name"),
    ("phone", "contact_phone"),
    ("email", "contact_email"),
    ("bank", "bank_name"),
    ("account", "bank_account"),
)


def _application(frozen: Mapping[str, Any], form: Mapping[str, str], extras: FormExtras) -> dict[str, Any]:
    return {
        "role": extras.applicant_role,
        "applicant": form["applicant"],
        "registrar": frozen.get("registrar") or None,
        "agent": extras.agent or None,
        "agent_phone": extras.agent_phone or None,
        "filled_on": extras.filled_on.isoformat() if extras.filled_on else None,
    }


def _amounts(licenses: Sequence[PaperFacts], form: Mapping[str, str]) -> dict[str, Any]:
    bases = {one.total.basis for one in licenses}
    basis = Basis.ESTIMATE if Basis.ESTIMATE in bases else Basis.FIXED
    if basis is Basis.FIXED and bases == {Basis.ZERO}:
        basis = Basis.ZERO
    ways = dict.fromkeys(PAYMENT[one.fee.method] for one in licenses)
    return {
        "currency": "CNY",
        "total": form["total_amount"] or None,
        "technology": form["technology_amount"] or None,
        "deductions": form["deductions"],
        "basis": basis.value,
        "payment_methods": [coded("payment_method", way) for way in ways],
        "expected_input": form["expected_input"] or None,
        "expected_output": form["expected_output"] or None,
    }


def _license(one: PaperFacts) -> dict[str, Any]:
    declaration = one.record["declaration"]
    announced = bool(one.statutory and declaration["cnipa_number"])
    return {
        "number": one.record["acceptance"],
        "declaration": {
            "number": declaration["number"],
            "version": declaration["version"],
            "sha256": declaration["digest"],
            "cnipa_number": declaration["cnipa_number"] if announced else None,
            "cnipa_day": declaration["cnipa_day"] if announced else None,
        },
        "noticed_on": one.noticed_on.isoformat(),
        "effective_on": one.term[0].isoformat(),
        "last_day": one.term[1].isoformat(),
        "fee": {
            "method": coded("fee_method", one.fee.method.value),
            "terms": {key: value for key, value in one.record["fee"].items() if key != "method"},
        },
        "dues": [_due(due) for due in one.dues],
        "acts": list(one.answers.get("acts", {}).get("acts") or ()),
        "record_sha256": one.digest,
        "ledger": {
            "origin": one.record["origin"],
            "noticed": one.noticed.seq,
            "effective": one.effective.seq if one.effective else None,
            "corrections": [each.seq for each in one.corrections],
        },
    }


def _due(due: Due) -> dict[str, Any]:
    return {
        "kind": due.kind.value,
        "number": due.number,
        "amount": None if due.amount is None else f"{due.amount:.2f}",
        "due_on": due.due_on.isoformat(),
        "at_start": due.at_start,
        "provisional": due.provisional,
    }


def _patent(patent: Mapping[str, Any], one: PaperFacts) -> dict[str, Any]:
    return {
        "number": patent["number"],
        "application_number": patent["application_number"],
        "kind": coded("patent_kind", patent["kind"]),
        "title": patent["title"],
        "filing_date": patent["filing_date"],
        "grant_date": patent["grant_date"],
        "publication": patent["publication"] or None,
        "main_class": patent["main_class"] or None,
        "owners": list(patent["owners"]),
        "inventors": list(patent["inventors"]),
        "last_day": patent["last_day"],
        "annuity_paid_to": patent["annuity_paid_to"] or None,
        "license": one.record["acceptance"],
    }


def _classification(first: PaperFacts, extras: FormExtras) -> dict[str, Any]:
    tables = ("technology_field", "socio_economic_objective", "industry", "plan")
    found: dict[str, Any] = {name: coded(name, extras.codes.get(name, "")) for name in tables}
    return {**found, "ip_kind": coded("ip_kind", f"patent.{first.patent['kind']}")}


def _recordal(extras: FormExtras) -> dict[str, Any]:
    day = extras.recordal_day if extras.recordal_number else None
    filed = extras.recordal_filed_on
    return {
        "state": "recorded" if extras.recordal_number else "filed" if filed else "none",
        "number": extras.recordal_number or None,
        "day": day.isoformat() if day else None,
        "filed_on": filed.isoformat() if filed else None,
    }
