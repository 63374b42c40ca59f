"""techcontract-export/1: every variant validates, closed against what nobody declared, kept for version 1."""

import copy
import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from registry.contracts.paper_facts import PaperFacts
from registry.contracts.registration_form import FormExtras, form_row, patent_rows
from registry.database import transaction
from registry.exports import techcontract
from registry.parties import service as parties
from tests.contracts.papers import CO_OWNER, FEES, PATENT, PERSON, facts, record
from tests.exports import making
from tests.factories import make_organisation, make_venue, published

SCHEMA = json.loads(techcontract.schema_bytes())
CHECK = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
CODES = {
    "technology_field": "01",
    "socio_economic_objective": "industry_commerce",
    "industry": "I65",
    "plan": "none",
}
MISSING = [{"slot": "06", "name": "专利证书", "who": "许可方", "optional": False}]


def made(licenses: list[PaperFacts], **extras: Any) -> dict[str, Any]:
    found = FormExtras(codes=CODES, filled_on=date(2026, 11, 26), **extras)
    row = {
        "contract": licenses[0].contract,
        "form": form_row(licenses, found),
        "patents": patent_rows(licenses),
        "missing": MISSING,
        "registrar": "某登记处",
        "as_of": 12,
    }
    return techcontract.document(row, licenses, found)


@pytest.mark.parametrize("track", ["statutory", "local"])
@pytest.mark.parametrize("fee", list(FEES))
def test_every_fee_method_and_track_validates(fee: str, track: str) -> None:
    found = made([facts(record(fee, track=track))])
    CHECK.validate(found)
    assert (found["contract"]["track"], found["licenses"][0]["fee"]["method"]["code"]) == (
        track,
        FEES[fee]["method"],
    )
    assert json.loads(techcontract.line(found)) == found


def test_several_patents_co_owners_and_a_natural_person_validate() -> None:
    first = record("lump")
    first["co_owners"] = [CO_OWNER]
    first["patents"] = [PATENT, {**PATENT, "number": "ZL202219999005.7", "report": None}]
    first["licensee"] = PERSON
    found = made(
        [facts(first)],
        identities={"buyer": "310101199001010015"},
        recordal_number="备2026",
        recordal_day=date(2026, 11, 25),
    )
    CHECK.validate(found)
    assert [one["number"] for one in found["patents"]] == [PATENT["number"], "ZL202219999005.7"]
    assert (found["buyer"]["kind"], found["buyer"]["uscc"], found["buyer"]["identity"]) == (
        "person",
        None,
        "310101199001010015",
    )
    assert found["recordal"] == {
        "state": "recorded",
        "number": "备2026",
        "day": "2026-11-25",
        "filed_on": None,
    }


def test_a_total_nobody_can_tell_is_null_and_never_nought() -> None:
    found = made([facts(record("in_kind"))])
    CHECK.validate(found)
    amounts = found["amounts"]
    assert (amounts["total"], amounts["technology"], amounts["basis"]) == (None, None, "estimate")


def test_a_contract_of_two_licenses_sums_what_each_license_comes_to() -> None:
    one, two = facts(record("lump")), facts(record("entry_royalty"))
    found = made([one, two])
    CHECK.validate(found)
    assert len(found["licenses"]) == 2
    assert found["amounts"]["total"] == f"{one.total.amount + two.total.amount:.2f}"
    assert found["amounts"]["basis"] == "estimate"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("amounts", "total"), "68000"),
        (("amounts", "total"), 68000),
        (("contract", "signed_on"), "2026/11/26"),
        (("contract", "way"), "exclusive"),
        (("flags", "confidential"), True),
        (("seller", "nature"), "022"),
        (("seller", "nickname"), "x"),
        (("format",), "techcontract-export/2"),
        (("patents",), []),
        (("classification", "industry"), {"table": "plan", "code": "x", "registrar_code": None, "zh": "x"}),
    ],
)
def test_what_the_format_does_not_say_is_refused(path: tuple[str, ...], value: Any) -> None:
    found = copy.deepcopy(made([facts(record("lump"))]))
    *parents, last = path
    here: Any = found
    for name in parents:
        here = here[name]
    here[last] = value
    with pytest.raises(ValidationError):
        CHECK.validate(found)


def test_everything_is_required_and_titled_in_chinese() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    found = made([facts(record("free"))])
    for name in SCHEMA["properties"]:
        with pytest.raises(ValidationError):
            CHECK.validate({key: value for key, value in found.items() if key != name})
        assert any(ord(char) > 0x2E80 for char in SCHEMA["properties"][name]["title"])
    assert set(found) == set(SCHEMA["properties"])


def test_the_schema_in_the_documents_is_the_one_that_is_served(lite: Flask) -> None:
    path = Path(__file__).parents[2] / "docs" / "techcontract-export-1.schema.json"
    answer = lite.test_client().get(techcontract.SCHEMA_PATH)
    assert answer.data == path.read_bytes()
    assert answer.mimetype == "application/schema+json"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.data).hexdigest()}"'


def test_version_1_is_closed_and_stays_as_it_was_published() -> None:
    digest = hashlib.sha256(json.dumps(sorted(SCHEMA["properties"])).encode()).hexdigest()
    assert SCHEMA["additionalProperties"] is False
    assert digest == "49edd43019f05831449a397245d8247e1379d7fc7626cc0f0a2baaf764d8484d"


def test_a_venues_machine_reads_on_from_where_it_was(lite: Flask) -> None:
    offer, first = making.ready_paid(lite)
    key = transaction(lambda: parties.create_api_key(offer.venue.actor, label="读取"))
    client, headers = lite.test_client(), {"Authorization": f"Bearer {key}"}
    page = client.get("/api/v1/venue/contracts?limit=1", headers=headers).get_json()
    assert [one["contract"] for one in page["contracts"]] == [first]
    again = client.get("/api/v1/venue/contracts?limit=1", headers=headers).get_json()
    assert again == page
    second = making.effective(lite, published(lite, offer.holder, offer.venue), make_organisation(lite, "c1"))
    rest = client.get(page["next"], headers=headers).get_json()
    assert [one["contract"] for one in rest["contracts"]] == [second]
    assert client.get(f"/api/v1/venue/contracts?after={rest['after']}", headers=headers).get_json() == {
        "contracts": [],
        "after": rest["after"],
        "next": None,
    }
    found = client.get(page["contracts"][0]["techcontract"], headers=headers).get_json()
    CHECK.validate(found)
    assert (found["filing_number"], found["amounts"]["total"]) == (first, "68000.00")
    assert client.get(page["contracts"][0]["receipt"], headers=headers).status_code in (200, 202)
    stranger = make_venue(lite, "v2")
    other = transaction(lambda: parties.create_api_key(stranger.actor, label="别处"))
    held = {"Authorization": f"Bearer {other}"}
    assert client.get("/api/v1/venue/contracts", headers=held).get_json()["contracts"] == []
    assert client.get(page["contracts"][0]["techcontract"], headers=held).status_code == 404


def test_a_license_without_a_bank_account_says_null_and_not_nothing() -> None:
    bare = record("lump")
    bare["licensor"] = {**bare["licensor"], "bank_name": "", "bank_account": ""}
    found = made([replace(facts(bare))])
    CHECK.validate(found)
    assert (found["seller"]["bank"], found["seller"]["account"]) == (None, None)
