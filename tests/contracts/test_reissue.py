"""Papers that did not come out: seen on the page, tried again, given up, printed again by the staff."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from registry import history, jobs
from registry.contracts import papers_shown, printing, register, reissue
from registry.contracts.models import Contract, Paper
from registry.database import db, transaction
from registry.documents import store
from registry.errors import Conflict, NotAllowed, NotFound
from registry.ledger import service as ledger
from registry.parties.models import Mail
from tests.contracts import taking
from tests.documents.papers import pdftotext
from tests.exports.making import ready_paid
from tests.factories import Offer, Person, make_organisation, make_venue, published, reading


def find(number: str) -> Contract:
    return register.find_contract(number)


def kinds(number: str) -> list[tuple[str, int]]:
    return reading(lambda: sorted((one.kind, one.version) for one in papers_shown.of(find(number))))


def newest(number: str, kind: str) -> Paper:
    found = [one for one in papers_shown.of(find(number)) if one.kind == kind]
    return max(found, key=lambda one: one.version)


def issue(offer: Offer, number: str, kind: str, *, paper: Any = None) -> None:
    def work() -> None:
        chosen = newest(number, kind) if paper is None else db.session.get_one(Paper, paper)
        reissue.reissue(offer.venue.actor, find(number), chosen, ground="glyphs", reason="许可方名称缺字")

    transaction(work)


def test_a_reissued_paper_is_another_edition_with_a_filing_and_the_one_before_says_so(app: Flask) -> None:
    offer, number = ready_paid(app, "c1")
    before = reading(lambda: newest(number, "contract"))
    size = reading(ledger.size)
    issue(offer, number, "contract")
    with pytest.raises(Conflict, match="paper_being_printed"):
        issue(offer, number, "contract")
    jobs.run_all()
    after = reading(lambda: newest(number, "contract"))
    assert (before.version, after.version) == (1, 2)
    assert before.digest != after.digest
    assert reading(ledger.size) == size + 1
    filed = reading(lambda: ledger.filed_at(after.issued_seq or 0)[1])
    assert filed.fields["papers"] == [{"paper": "contract", "version": 2, "digest": after.digest}]
    said = pdftotext(reading(lambda: store.get(after.digest)))
    assert "本件为第 2 版，取代第 1 版。重新印制：前一版缺字或者字形不对。" in said.replace("\n", "")
    old = reading(lambda: store.get(before.digest))  # stays as it was
    assert "已由第 2 版取代" in pdftotext(reading(lambda: papers_shown.copy_of(find(number), before, old)))
    row = reading(lambda: [one for one in history.of(find(number)) if one.verb == "reissue_paper"])
    assert row[0].changes["reason"] == "许可方名称缺字"
    with pytest.raises(Conflict, match="paper_superseded"):
        issue(offer, number, "contract", paper=before.id)
    printing.reissue_paper(
        {"acceptance": str(after.acceptance_id), "kind": "contract", "edition": 2, "ground": "glyphs"}
    )
    assert reading(ledger.size) == size + 1  # the same job again prints nothing new


def test_both_sides_learn_that_a_paper_was_printed_anew(lite: Flask) -> None:
    offer, number = ready_paid(lite, "c1")
    jobs.run_all()
    sent = reading(lambda: db.session.query(Mail).count())
    issue(offer, number, "contract")
    jobs.run_all()
    letters = reading(lambda: list(db.session.scalars(select(Mail).order_by(Mail.created_at)))[sent:])
    assert {one.address for one in letters} == {offer.holder.email, "c1@example.cn"}
    place = reading(lambda: newest(number, "contract").issued_seq)
    for one in letters:
        assert one.subject == f"文件已重新印制：{number} / A paper was printed anew"
        assert f"“许可合同（确认书）”由工作人员重新印制为第 2 版，存证序号 {place}" in one.body
        assert f"edition 2, log position {place}" in one.body
        assert "许可方名称缺字" not in one.body  # the clerk's own words are for the auditor


def test_only_the_venues_own_staff_print_again(lite: Flask) -> None:
    offer, number = ready_paid(lite, "c1")
    other = make_venue(lite, "v2").actor
    for actor, refusal in ((offer.holder.actor, NotAllowed), (other, NotFound)):
        with pytest.raises(refusal):
            reading(lambda who=actor: reissue.again(who, find(number)))


@pytest.fixture
def licensee(lite: Flask) -> Person:
    return make_organisation(lite, "c4")


FULL, NO_FONTS = OSError(28, "No space left on device"), RuntimeError("no fonts")


@pytest.mark.parametrize(("place", "fault"), [("store", FULL), ("fonts", NO_FONTS)])
def test_what_fails_is_tried_again_given_up_seen_and_printed_once_the_cause_is_gone(
    lite: Flask, licensee: Person, monkeypatch: pytest.MonkeyPatch, place: str, fault: Exception
) -> None:
    offer = published(lite)
    number = taking.taken(licensee, offer)
    contract = reading(lambda: register.find(number).contract.number)

    def fall(*_: Any, **__: Any) -> Any:
        raise fault

    with monkeypatch.context() as broken:
        target = (store, "_write") if place == "store" else (printing, "font_set")
        broken.setattr(*target, fall)
        jobs.run_all()
        assert {state for state, tried in states(contract) if 0 < tried < jobs.ATTEMPTS} == {"waiting"}
        for _ in range(jobs.ATTEMPTS):
            transaction(due_now)
            jobs.run_all()
    assert states(contract) == {("dead", jobs.ATTEMPTS)}
    assert kinds(contract) == []
    actor = offer.venue.actor
    assert {one.number for one, _ in reading(lambda: reissue.given_up(actor))} == {contract}
    assert transaction(lambda: reissue.again(actor, find(contract))) > 0
    jobs.run_all()
    assert {"notice", "contract", "certificate"} <= {kind for kind, _ in kinds(contract)}
    assert transaction(lambda: reissue.again(actor, find(contract))) == 0


def states(number: str) -> set[tuple[str, int]]:
    found = reading(lambda: reissue.open_jobs(reissue.subjects(find(number)), reissue.OF_PAPERS))
    return {(job.state, job.attempts) for job in found}


def due_now() -> None:
    for job in db.session.scalars(select(jobs.Job).where(jobs.Job.state == "waiting")):
        if job.name in reissue.OF_PAPERS:
            job.run_after = job.created_at
