"""Nightly audits as those who run the registry see them: a card, a page, a letter when something is wrong."""

from unittest.mock import patch

from flask import Flask
from sqlalchemy import select, text

from registry.database import db
from registry.ledger import audit_runs
from registry.parties.models import Mail
from tests.browser import Browser, run_jobs
from tests.factories import make_organisation, make_venue, reading
from tests.ledger.making import effective, file

PAGE = "/desk/audits"


def test_an_operator_sees_that_the_log_holds_and_a_holder_sees_nothing(lite: Flask) -> None:
    venue, holder = make_venue(lite, "v1"), make_organisation(lite, "u1")
    assert "超过一天没有通过核验" in Browser(lite).sign_in(venue.email).get(PAGE).text
    run = reading(audit_runs.run)
    for lang, words in (("zh", "每一条记录都在原位"), ("en", "every entry stands in its place")):
        browser = Browser(lite, lang=lang).sign_in(venue.email)
        page = browser.get(PAGE).text
        assert words in page
        assert run.root[:16] in page
    assert "最近一次核验全部成立" in Browser(lite).sign_in(venue.email).get("/desk").text
    stranger = Browser(lite).sign_in(holder.email)
    assert PAGE not in stranger.get("/desk").html
    assert stranger.get(PAGE).status == 403


def test_a_log_that_does_not_hold_is_told_by_card_page_and_letter(lite: Flask) -> None:
    venue = make_venue(lite, "v1")
    file(effective("C-1"))
    db.session.execute(text("DROP TRIGGER guard_envelope_no_update"))
    db.session.execute(text("UPDATE envelope SET bytes = x'00' WHERE rowid = 2"))
    db.session.commit()
    run = reading(audit_runs.run)
    run_jobs()
    letter = db.session.scalars(select(Mail).where(Mail.address == venue.email)).all()[-1]
    assert letter.sent_at is not None
    assert f"envelope_differs（第 {run.seq} 条）" in letter.body
    browser = Browser(lite).sign_in(venue.email)
    assert "请立即停止办理并查明原因" in browser.get("/desk").text
    assert f"（第 {run.seq} 条）" in browser.get(PAGE).text


def test_an_audit_that_was_not_finished_is_told_too(lite: Flask) -> None:
    venue = make_venue(lite, "v1")
    with patch.object(audit_runs, "audit", side_effect=OSError("the disk")):
        reading(audit_runs.run)
    run_jobs()
    letter = db.session.scalars(select(Mail).where(Mail.address == venue.email)).all()[-1]
    assert "核验没有做完：OSError" in letter.body
    assert "没有做完" in Browser(lite).sign_in(venue.email).get(PAGE).text
