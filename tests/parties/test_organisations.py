"""Parties: founded with a valid code, compared with their document, acted for by their members."""

import pytest
from flask import Flask

from registry import history
from registry.database import db, transaction
from registry.errors import NotFound
from registry.parties import service as parties
from registry.parties.models import IdentityDocument, Mail, Organisation, Upload
from registry.parties.rules import Actor, Role
from tests.browser import Browser, open_account
from tests.parties.people import CODES, PDF, actor_of, facts, member, memberships, operator, owner

FORM = {
    "uscc": CODES["u1"],
    "name": "申城理工大学（演示）",
    "nature": "022",
    "legal_representative": "李四",
    "country": "CN",
    "address": "上海市某路 1 号",
    "contact_phone": "138 0013 8000",
}
PERSON = {
    "name": "张𬱟",
    "identity_kind": "resident_id",
    "identity_number": "11010519491231002X",
    "country": "CN",
    "address": "上海市某路 2 号",
    "contact_phone": "021-63211234",
}


def signed_in(app: Flask, email: str = "wm@example.cn") -> Browser:
    open_account(email)
    return Browser(app).sign_in(email)


def test_an_organisation_is_founded_and_its_founder_owns_it(app: Flask) -> None:
    browser = signed_in(app).get("/organisation/new/organisation").submit(FORM)
    assert browser.address == "/organisation"
    assert "申城理工大学（演示）" in browser.text
    founded = db.session.query(Organisation).one()
    assert (founded.uscc, founded.region, founded.contact_phone) == (CODES["u1"], "310000", "13800138000")
    assert actor_of("wm@example.cn").role == Role.OWNER
    assert [row.verb for row in history.of(founded)] == ["found"]


def test_whoever_wanted_something_first_comes_back_to_it_after_founding(lite: Flask) -> None:
    browser = signed_in(lite).get("/organisation/members")
    assert browser.status == 422
    assert "/organisation/new?next=/organisation/members" in browser.html
    browser.get("/organisation/new?next=/organisation/members")
    assert "/organisation/new/organisation?next=/organisation/members" in browser.html
    browser.get("/organisation/new/organisation?next=/organisation/members").submit({**FORM, "name": ""})
    assert browser.submit(FORM).address == "/organisation/members"
    assert 'name="_next"' not in browser.get("/organisation/new/person?next=//evil.example").html


def test_a_wrong_code_is_explained_and_nothing_is_lost(lite: Flask) -> None:
    browser = (
        signed_in(lite).get("/organisation/new/organisation").submit({**FORM, "uscc": CODES["u1"][:-1] + "2"})
    )
    assert browser.status == 422
    assert "校验位不对" in browser.text
    assert browser.form().fields["name"] == FORM["name"]
    assert db.session.query(Organisation).count() == 0


def test_the_code_may_be_left_out_only_outside_the_mainland(lite: Flask) -> None:
    browser = signed_in(lite)
    assert browser.get("/organisation/new/organisation").submit({**FORM, "uscc": ""}).status == 422
    browser.submit({**FORM, "uscc": "", "country": "HK"})
    assert browser.address == "/organisation"
    assert db.session.query(Organisation).one().outside_mainland


def test_a_known_code_is_a_conflict_with_a_way_out(lite: Flask) -> None:
    owner("u1")
    browser = signed_in(lite).get("/organisation/new/organisation").submit(FORM)
    assert browser.status == 422
    assert "已经登记" in browser.text


def test_a_natural_persons_number_is_kept_apart_and_masked(app: Flask) -> None:
    browser = signed_in(app).get("/organisation/new/person").submit(PERSON)
    assert browser.address == "/organisation"
    assert PERSON["identity_number"] not in browser.html
    assert "110" in browser.text
    person, document = db.session.query(Organisation).one(), db.session.query(IdentityDocument).one()
    assert (person.name, person.is_person, person.nature, person.uscc) == ("张𬱟", True, "person", None)
    assert document.number == PERSON["identity_number"]


def test_a_resident_number_with_a_wrong_check_character_is_refused(lite: Flask) -> None:
    browser = (
        signed_in(lite)
        .get("/organisation/new/person")
        .submit({**PERSON, "identity_number": "110105194912310021"})
    )
    assert "校验位不对" in browser.text


def test_unknown_fields_are_refused_and_nothing_is_written(lite: Flask) -> None:
    browser = (
        signed_in(lite).get("/organisation/new/organisation").submit({**FORM, "verified_at": "2026-01-01"})
    )
    assert browser.status == 422
    assert db.session.query(Organisation).count() == 0


def test_a_form_sent_twice_founds_once(lite: Flask) -> None:
    browser = signed_in(lite).get("/organisation/new/organisation")
    form = browser.form()
    sent = {**form.fields.to_dict(), **FORM}
    for _ in range(2):
        assert browser.post("/organisation/new/organisation", sent).address == "/organisation"
    assert db.session.query(Organisation).count() == 1


def test_an_operator_compares_and_verifies_and_the_owner_is_told(app: Flask) -> None:
    boss, clerk = owner("u1"), operator("v1")
    browser = Browser(app).sign_in(boss.email).get("/organisation")
    browser.submit(files={"file": (PDF, "执照.pdf")}, action="/organisation/evidence")
    assert "等待核验" in browser.text
    upload = db.session.query(Upload).one()
    upload_id = upload.id
    assert (upload.purpose, upload.filename) == ("identity", "执照.pdf")
    at_work = Browser(app).sign_in(clerk.email).get("/venue/organisations")
    assert "单位u1" in at_work.text
    at_work.get(f"/venue/organisations/{boss.organisation_id}")
    assert at_work.get(f"/files/{upload_id}").page.data == PDF
    at_work.get(f"/venue/organisations/{boss.organisation_id}").submit(
        action=f"/venue/organisations/{boss.organisation_id}/verify"
    )
    verified = db.session.query(Organisation).filter_by(id=boss.organisation_id).one()
    assert verified.verified_at is not None
    assert verified.verified_by == clerk.account_id
    assert (
        db.session.query(Mail).filter(Mail.address == boss.email, Mail.subject.contains("已核验")).count()
        == 1
    )


def test_a_document_sent_back_needs_a_reason_and_tells_it(lite: Flask) -> None:
    boss, clerk = owner("u1"), operator("v1")
    transaction(lambda: _bring(boss))
    address = f"/venue/organisations/{boss.organisation_id}"
    browser = Browser(lite).sign_in(clerk.email).get(address)
    assert browser.submit({"reason": ""}, action=f"{address}/send-back").status == 422
    browser.submit({"reason": "执照已经过期"}, action=f"{address}/send-back")
    assert db.session.query(Mail).filter(Mail.body.contains("执照已经过期")).count() == 1
    assert db.session.query(Organisation).filter_by(id=boss.organisation_id).one().evidence_upload is None


def test_a_new_name_must_be_compared_again_and_history_says_what_changed(lite: Flask) -> None:
    boss, clerk = owner("u1"), operator("v1")
    transaction(lambda: _bring(boss))
    assert boss.organisation_id is not None
    checked = boss.organisation_id
    transaction(lambda: parties.verify(clerk, parties.organisation(clerk, checked)))
    browser = Browser(lite).sign_in(boss.email).get("/organisation/edit").submit({"address": "新地址"})
    assert browser.address == "/organisation"
    assert "已核验" in browser.text
    browser.get("/organisation/edit").submit({"name": "改了名的单位", "bank_name": ""})
    assert "已核验" not in browser.text
    last = history.of(db.session.query(Organisation).filter_by(id=boss.organisation_id).one())[-1]
    assert last.changes["name"] == ["单位u1", "改了名的单位"]


def test_only_the_owner_edits_and_only_operators_see_the_queue(lite: Flask) -> None:
    boss = owner("u1")
    clerk = member(Role.PREPARER, email="p@example.cn", organisation_id=boss.organisation_id)
    browser = Browser(lite).sign_in(clerk.email)
    assert browser.get("/organisation").status == 200
    assert browser.get("/organisation/edit").status == 403
    assert browser.get("/venue/organisations").status == 403
    stranger = owner("c1")
    assert (
        Browser(lite).sign_in(stranger.email).get(f"/venue/organisations/{boss.organisation_id}").status
        == 403
    )


def test_one_acts_for_one_membership_at_a_time_and_only_for_ones_own(lite: Flask) -> None:
    boss, other = owner("u1"), owner("c1")
    transaction(lambda: parties.found(boss, facts("第二单位", CODES["c2"])))
    browser = Browser(lite).sign_in(boss.email).get("/account")
    second = next(one.id for one in memberships(boss.email) if "第二" in str(one.organisation.name))
    browser.submit({"membership": second}, action="/acting")
    assert browser.get("/organisation").title.startswith("第二单位")
    foreign = memberships(other.email)[0].id
    assert browser.get("/account").submit({"membership": foreign}, action="/acting").status == 404
    with pytest.raises(NotFound):
        transaction(lambda: parties.act_for(boss, foreign))


def _bring(actor: Actor) -> None:
    upload = parties.keep_upload(actor, data=PDF, filename="a.pdf", purpose="identity")
    parties.bring_evidence(actor, parties.organisation_of(actor), upload)
