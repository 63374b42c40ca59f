"""The worker prints once: same bytes after a crash anywhere, one filing, rows that never change."""

from typing import Any

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import printing, register
from registry.contracts.blocks import rendered
from registry.contracts.models import Acceptance, Paper
from registry.contracts.paper_facts import PaperFacts
from registry.database import db
from registry.documents import store
from registry.ledger import service as ledger
from tests.contracts import taking
from tests.documents.papers import pdftotext
from tests.factories import LUMP, Offer, Person, make_organisation, published, reading
from tests.kept import Kept


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


@pytest.fixture
def licensee(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c4")


def issued() -> list[tuple[str, dict[str, Any]]]:
    return [(kind, dict(fields)) for kind, fields in taking.filings() if kind == "papers.issued"]


def papers_of(number: str) -> list[tuple[str, str, int | None]]:
    def work() -> list[tuple[str, str, int | None]]:
        found = db.session.query(Paper).join(Acceptance).filter(Acceptance.number == number)
        return [(one.kind, one.digest, one.issued_seq) for one in found.order_by(Paper.issued_at, Paper.kind)]

    return reading(work)


def payload(number: str, name: str) -> dict[str, str]:
    return {"acceptance": str(reading(lambda: register.find(number).id)), "set": name}


def paid(lite: Flask, offer: Offer, licensee: Person) -> str:
    number = taking.taken(licensee, offer)
    taking.answer(offer.holder, taking.claim(lite, licensee, number))
    return number


def test_notice_and_payment_request_are_printed_when_the_notice_has_come(
    lite: Flask, offer: Offer, licensee: Person
) -> None:
    number = taking.taken(licensee, offer)
    jobs.run_all()
    assert sorted(kind for kind, _, _ in papers_of(number)) == [
        "notice", "notice_en", "payment_request", "payment_request_en",
    ]  # fmt: skip
    (filed,) = issued()
    assert {one["paper"]: one["digest"] for one in filed[1]["papers"]} == {
        kind: digest for kind, digest, _ in papers_of(number)
    }


def test_contract_sheet_and_certificate_follow_when_the_license_is_effective(
    app: Flask,
) -> None:
    offer = published(app, fee=LUMP)
    licensee = make_organisation(app, "c4")
    number = taking.taken(licensee, offer)
    taking.answer(offer.holder, taking.claim(app, licensee, number))
    jobs.run_all()
    found = papers_of(number)
    assert sorted(kind for kind, _, _ in found) == [
        "certificate", "certificate_en", "contract", "contract_docx", "contract_en", "notice", "notice_en",
        "payment_request", "payment_request_en", "sheet", "sheet_en",
    ]  # fmt: skip
    assert len(issued()) == 2
    for kind, digest, seq in found:
        data = reading(lambda d=digest: store.get(d))
        assert data.startswith(b"PK") if kind == "contract_docx" else pdftotext(data)
        assert seq is not None


def test_printing_again_makes_nothing_new(lite: Flask, offer: Offer, licensee: Person) -> None:
    number = paid(lite, offer, licensee)
    jobs.run_all()
    before, size = papers_of(number), reading(ledger.size)
    for name in ("notice", "effective", "effective"):
        printing.print_papers(payload(number, name))
    assert papers_of(number) == before
    assert reading(ledger.size) == size


@pytest.mark.parametrize("step", ["rendered", "stored", "entered"])
def test_after_a_crash_at_any_point_the_same_papers_come_out_and_one_filing(
    lite: Flask, offer: Offer, licensee: Person, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    number = taking.taken(licensee, offer)
    crash = {"rendered": (store, "put"), "stored": (printing, "_enter"), "entered": (ledger, "append")}[step]

    def fall(*_: Any, **__: Any) -> None:
        raise RuntimeError("crash")

    expected = expected_digest(number)
    with monkeypatch.context() as broken:
        broken.setattr(*crash, fall)
        with pytest.raises(RuntimeError, match="crash"):
            printing.print_papers(payload(number, "notice"))
    assert papers_of(number) == []
    printing.print_papers(payload(number, "notice"))
    assert {kind: digest for kind, digest, _ in papers_of(number)}["notice"] == expected
    assert len(issued()) == 1


def expected_digest(number: str) -> str:
    facts: PaperFacts = reading(lambda: printing.facts_of(register.find(number)))
    composed = printing.papers.compose("notice", facts)
    return rendered(composed, printing.font_set()).digest


def test_two_workers_with_the_same_set_enter_it_once(lite: Flask, offer: Offer, licensee: Person) -> None:
    number = taking.taken(licensee, offer)
    acceptance_id = reading(lambda: register.find(number).id)
    facts = reading(lambda: printing.facts_of(register.find(number)))
    wanted = reading(lambda: printing.wanted_of(register.find(number), "notice"))
    printing.print_papers(payload(number, "notice"))
    late = [
        printing.Printed(
            kind=kind,
            paper=printing.papers.printed(kind.kind, facts, printing.font_set()),
            version=kind.version,
            facts=facts,
        )
        for kind in wanted
    ]
    printing.transaction(lambda: printing._enter(acceptance_id, late))
    assert len(issued()) == 1
    assert len(papers_of(number)) == len(wanted)


def test_nothing_is_printed_of_what_was_never_sent(lite: Flask, offer: Offer, licensee: Person) -> None:
    number = taking.drafted(licensee, offer)
    with pytest.raises(ValueError, match="has not been sent"):
        printing.print_papers(payload(number, "notice"))
    db.session.rollback()


def test_the_record_holds_every_field_the_papers_need(lite: Flask, offer: Offer, licensee: Person) -> None:
    number = taking.drafted(licensee, offer)
    record = reading(lambda: register.find(number).record)
    assert printing.papers.record_fields() <= set(record)
