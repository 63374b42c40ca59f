"""Corrections beside frozen records: signed, filed, printed anew; the old stays and is marked superseded."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import corrections, corrigible, papers, papers_shown, printing, register
from registry.contracts.blocks import plain, rendered
from registry.contracts.models import Correction, Paper
from registry.contracts.paper_facts import Corrected
from registry.database import db, transaction
from registry.documents import store
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger import service as ledger
from registry.ledger.canonical import commitment
from tests.contracts import taking
from tests.contracts.correcting import PHONE, correct, enter, prepared, seq_of
from tests.contracts.papers import facts, record
from tests.documents.papers import pdffonts, pdftotext
from tests.factories import FREE, Offer, Person, make_organisation, published, reading
from tests.kept import Kept

GOLDEN = Path(__file__).parent / "golden" / "corrected-lump-statutory.txt"


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=FREE)


@pytest.fixture
def licensee(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c4")


@pytest.fixture
def number(offer: Offer, licensee: Person) -> str:
    return taking.taken(licensee, offer)


def printed(number: str) -> dict[tuple[str, int], tuple[UUID, str]]:
    def work() -> dict[tuple[str, int], tuple[UUID, str]]:
        found = papers_shown.of(register.find(number).contract)
        return {(one.kind, one.version): (one.id, one.digest) for one in found}

    return reading(work)


def shown(number: str, paper: UUID) -> bytes:
    def work() -> bytes:
        contract = register.find(number).contract
        found, data = papers_shown.find(contract, paper)
        return papers_shown.copy_of(contract, found, data)

    return reading(work)


# --- the filing --------------------------------------------------------------------------------------


def test_a_correction_names_the_old_filing_and_commits_to_the_values(app: Flask) -> None:
    offer = published(app, fee=FREE)
    licensee = make_organisation(app, "c4")
    number = taking.taken(licensee, offer)
    seq = correct(licensee, number)
    _, filed = reading(lambda: ledger.filed_at(seq))
    opened = {row["path"]: row for row in reading(lambda: ledger.disclosures(seq))}
    salt = opened["values.notice.contact.phone"]["salt"]
    sealed = commitment(salt, "values.notice.contact.phone", PHONE["notice.contact.phone"])
    assert filed.type == "correction"
    assert filed.fields["corrects"] == seq_of(number)
    assert filed.fields["values"] == {"notice.contact.phone": sealed}
    made = ledger.public_key(filed.statements[0].kid)
    assert made is not None
    assert [row["value"]["kid"] for row in ledger.disclosures(made.enrolled_seq)] == [licensee.signer.kid]
    assert PHONE["notice.contact.phone"] not in str(filed.fields)
    assert ledger.audit().ok


def test_the_frozen_record_and_its_digest_stay(number: str, licensee: Person) -> None:
    before = taking.seen(number, "record", "record_digest")
    correct(licensee, number)
    assert taking.seen(number, "record", "record_digest") == before


def test_a_correction_cannot_be_replayed(number: str, licensee: Person) -> None:
    act = prepared(licensee, number, PHONE)
    said = licensee.sign(act.statement)
    enter(licensee, number, PHONE, act=act, statement=said)
    with pytest.raises(Refused, match="nothing_changes"):
        enter(licensee, number, PHONE, act=act, statement=said)
    correct(licensee, number, {"notice.contact.phone": "13900139002"})
    with pytest.raises(Conflict, match="filing_repeated"):  # signed once, entered once, whatever came between
        enter(licensee, number, PHONE, act=act, statement=said)


def test_a_signature_over_other_values_is_refused(number: str, licensee: Person) -> None:
    act = prepared(licensee, number, PHONE)
    other = {"notice.contact.phone": "13900000000"}
    with pytest.raises(Conflict, match="stale_digest"):
        enter(licensee, number, other, act=act)
    said = prepared(licensee, number, other).statement
    with pytest.raises(Conflict, match="stale_digest"):
        enter(licensee, number, PHONE, act=act, statement=licensee.sign(said))


def test_strangers_the_venue_and_the_other_side_mend_nothing_of_the_licensees(
    lite: Flask, number: str, offer: Offer
) -> None:
    with pytest.raises(NotFound):
        prepared(make_organisation(lite, "c2"), number, PHONE)
    with pytest.raises((NotAllowed, NotFound)):
        prepared(offer.venue, number, PHONE)
    with pytest.raises(Refused, match="field_of_other_side"):
        prepared(offer.holder, number, PHONE)
    with pytest.raises(NotFound):  # no filing of this contract
        prepared(offer.holder, number, {"licensor.address": "某路 2 号"}, seq=1)


def test_a_correction_needs_its_reason(number: str, licensee: Person) -> None:
    with pytest.raises(Refused, match="required"):
        reading(
            lambda: corrections.correct_act(
                licensee.actor, register.find(number).contract, seq_of(number), values=PHONE, reason=" "
            )
        )


# --- the papers --------------------------------------------------------------------------------------


def test_only_papers_that_say_something_else_are_printed_anew_and_the_old_are_kept(
    number: str, licensee: Person
) -> None:
    jobs.run_all()
    before = printed(number)
    seq = correct(licensee, number)
    jobs.run_all()
    after = printed(number)
    assert before.items() <= after.items()
    new = {kind for kind, version in after if version == 2}
    assert "notice" in new
    assert "certificate" not in new  # it names no telephone
    text = pdftotext(reading(lambda: store.get(after["notice", 2][1])))
    assert "13900139001" in text
    assert f"存证序号 {seq}" in text
    assert "取代第 1 版" in text


def test_a_superseded_paper_says_so_on_every_page_and_its_original_stays(
    number: str, licensee: Person, tmp_path: Path
) -> None:
    jobs.run_all()
    correct(licensee, number)
    jobs.run_all()
    papers_ = printed(number)
    old, digest = papers_["contract", 1] if ("contract", 2) in papers_ else papers_["notice", 1]
    kind = "contract" if ("contract", 2) in papers_ else "notice"
    copy = shown(number, old)
    seq = reading(lambda: db.session.get_one(Paper, papers_[kind, 2][0]).issued_seq)
    pages = pdftotext(copy).rstrip("\f").split("\f")
    assert all(f"已由第 2 版取代（存证序号 {seq}）" in page for page in pages)
    assert all(row[-5] == "yes" for row in pdffonts(copy))
    original = reading(lambda: store.get(digest))
    assert hashlib.sha256(original).hexdigest() == digest
    assert "取代" not in pdftotext(original)
    assert shown(number, papers_[kind, 2][0]) == reading(lambda: store.get(papers_[kind, 2][1]))


def test_printing_anew_twice_makes_one_edition(number: str, licensee: Person) -> None:
    jobs.run_all()
    correct(licensee, number)
    jobs.run_all()
    before, size = printed(number), reading(ledger.size)
    printing.reprint_papers({"acceptance": str(taking.seen(number, "id")[0])})
    assert (printed(number), reading(ledger.size)) == (before, size)


def test_what_was_corrected_before_the_first_print_is_printed_corrected_at_once(
    number: str, licensee: Person
) -> None:
    correct(licensee, number)
    jobs.run_all()
    found = printed(number)
    assert ("notice", 2) not in found
    assert "13900139001" in pdftotext(reading(lambda: store.get(found["notice", 1][1])))


def test_a_second_correction_makes_a_third_edition_that_names_both(number: str, licensee: Person) -> None:
    jobs.run_all()
    first = correct(licensee, number)
    jobs.run_all()
    second = correct(licensee, number, {"notice.contact.name": "周小工"})
    jobs.run_all()
    text = pdftotext(reading(lambda: store.get(printed(number)["notice", 3][1])))
    assert all(f"存证序号 {seq}" in text for seq in (first, second))
    with pytest.raises(KeyError):
        printed(number)["notice", 4]


def test_a_corrected_paper_reads_as_it_was_approved() -> None:
    values = {"licensee.address": "上海市杨浦区某路 9 号", "notice.contact.phone": "13800000005"}
    frozen = record("lump", track="statutory")
    at = datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC)
    names = corrigible.FIELDS[corrigible.NOTICE]
    changed = tuple(
        (names[path].name, corrigible.value_at(frozen, path), new) for path, new in values.items()
    )
    about = facts(
        corrigible.applied(frozen, [values]),
        corrections=(Corrected(seq=70, at=at, corrects=57, values=changed),),
        frozen=facts(frozen).digest,
        edition=2,
    )
    found = "\f\n".join(plain(papers.compose(kind, about)) for kind in ("notice", "contract", "sheet"))
    if os.environ.get("REGISTRY_WRITE_GOLDEN") == "1":
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")
    sheet = rendered(papers.compose("sheet", about), printing_fonts())
    assert sheet.pages == 1  # the line about the correction leaves the form on one page


def printing_fonts() -> Any:
    from tests.fonts import fonts

    return fonts()


# --- results of offices ------------------------------------------------------------------------------


def test_a_registration_number_typed_wrongly_is_mended_and_both_are_kept(lite: Flask) -> None:
    from registry.contracts import registration
    from registry.exports import service as exports
    from registry.exports.rules import Choice, Chosen
    from tests.exports.making import ready

    offer = published(lite, fee=FREE)
    contract = ready(lite, offer, make_organisation(lite, "c4"))
    venue = offer.venue
    choice = Choice(contracts=(Chosen(number=contract, not_elsewhere=True),), include_zero=True)
    transaction(lambda: exports.make(venue.actor, choice).number)
    result = {"result": "已登记", "registration_number": "2026310000012345", "day": taking.days(0)}
    seq = transaction(
        lambda: registration.record_result(venue.actor, register.find_contract(contract), result).seq
    )
    number = reading(lambda: register.find_contract(contract).acceptances[0].number)
    later = correct(venue, number, {"registration_number": "2026310000012354"}, seq=seq)

    def seen() -> tuple[str, str, int]:
        row = register.find_contract(contract).results[0]
        return row.registration_number, corrections.result_values(row)["registration_number"], row.seq or 0

    assert reading(seen) == ("2026310000012345", "2026310000012354", seq)
    assert reading(lambda: ledger.filed_at(later))[1].fields["corrects"] == seq
    with pytest.raises(NotFound):
        correct(make_organisation(lite, "c2"), number, {"registration_number": "1"}, seq=seq)


def test_a_correction_is_kept_by_the_database(number: str, licensee: Person) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    correct(licensee, number)
    for statement in ("UPDATE correction SET reason = 'x'", "DELETE FROM correction"):
        with pytest.raises(DBAPIError, match="guard"):
            transaction(lambda one=statement: db.session.execute(text(one)))  # type: ignore[misc]
    assert reading(lambda: db.session.query(Correction).count()) == 1
