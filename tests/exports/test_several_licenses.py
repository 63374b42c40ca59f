"""One contract of two licenses on its way to the registrar: one row, one package, one pack for recordal."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import bundles, register
from registry.contracts.models import Acceptance
from registry.database import db, transaction
from registry.ledger.attach import detach
from registry.ledger.relayed import SIGNED
from registry.statistics import service as statistics
from tests.contracts import taking, together
from tests.documents.papers import pdftotext
from tests.exports import making
from tests.exports.test_batches import archive, choice, make
from tests.exports.test_recordal import pack
from tests.factories import LUMP, Offer, Person, make_organisation, published, reading
from tests.kept import Kept

Two = tuple[list[Offer], Person, str]


def make_two(app: Flask) -> Two:
    """Two licenses of one holder in one contract, paid with one transfer and ready."""
    first = published(app, fee=LUMP)
    offers = [first, published(app, first.holder, first.venue, fee=taking.PER_YEAR)]
    licensee = make_organisation(app, "c4")
    numbers = together.taken(licensee, offers)
    claims = together.claimed(app, licensee, numbers[0], "76000.00")
    together.answered(first.holder, claims[0], "76000.00")
    jobs.run_all()
    contract = together.contract_of(numbers[0])
    making.mend(app, first.venue, contract)
    return offers, licensee, contract


@pytest.fixture
def two(lite: Flask, kept: Kept) -> Two:
    return kept(lite, make_two)


def test_it_is_one_row_with_both_patents_and_the_dues_of_each(lite: Flask, two: Two) -> None:
    offers, _, contract = two
    assert making.faults(contract) == []
    number = make(offers[0].venue, choice(contract))
    jobs.run_all()
    with ZipFile(BytesIO(archive(offers[0].venue, number))) as packed:
        names = packed.namelist()
        machine = json.loads(
            packed.read(next(one for one in names if "01 " in one and one.endswith(".json")))
        )
        texts = [
            one for one in names if "02 合同文本" in one and one.endswith(".pdf") and "English" not in one
        ]
        amounts = next(one for one in names if "10 技术交易额核定表" in one and "English" not in one)
        said = pdftotext(packed.read(amounts))
    assert len(texts) == 1
    assert [one["number"] for one in machine["patents"]] == [one.patent for one in offers]
    assert [len(one["dues"]) >= 1 for one in machine["licenses"]] == [True, True]
    assert all(one.patent in said for one in offers)


def test_one_recordal_pack_holds_the_contract_once_and_both_patents(lite: Flask, two: Two) -> None:
    offers, licensee, contract = two
    _, packed = pack(licensee, contract)
    listed = packed.namelist()
    assert len([one for one in listed if "02 许可合同" in one]) == 1
    said = pdftotext(packed.read(next(one for one in listed if "01 备案信息表" in one)))
    assert all(one.patent in said for one in offers)


def test_a_certificate_carries_what_its_own_license_says_and_nothing_of_the_other(
    lite: Flask, two: Two
) -> None:
    _, _, contract = two

    def opened() -> list[tuple[int | None, set[int]]]:
        found = register.find_contract(contract)
        made: list[tuple[int | None, set[int]]] = []
        for paper in register.held(found):
            if paper.kind == bundles.CERTIFICATE:
                own = db.session.get_one(Acceptance, paper.acceptance_id)
                bundle = detach(bundles.certificate(found, paper.id)[1]).bundle
                shown = json.loads(bundle)["disclosures"]
                assert [one["path"] for one in shown].count(SIGNED) == 1  # of the key made for this license
                made.append((own.noticed_seq, {one["seq"] for one in shown if one["path"] != SIGNED}))
        return made

    found = reading(opened)
    assert len(found) == 2
    assert all(shown == {seq} for seq, shown in found)


def test_two_licenses_of_one_contract_count_as_two_and_the_contract_as_one(lite: Flask, two: Two) -> None:
    transaction(statistics.count)
    counted = reading(lambda: statistics.counted(None))
    assert counted is not None
    series = dict(counted.series)
    assert series["licenses_by_month"].total == 2
    assert sum(point.count for point in series["contracts_by_registration"].points) == 1
