"""Who acts for whom, and organisations that are suspended: asked, approved by a second person, taken up,
ended.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.parties import directory, invitations, separation, staff
from registry.parties.models import Mail, Membership, Organisation
from registry.parties.permissions import HELD, TABLE, may
from registry.parties.rules import APART, Role
from registry.parties.staff_models import Invitation
from tests.browser import Browser
from tests.contracts import taking
from tests.factories import (
    FREE,
    LUMP,
    Person,
    actor_of,
    make_account,
    make_member,
    make_organisation,
    make_venue,
    published,
    reading,
    ready_draft,
    withdraw,
)
from tests.licenses.filling import TICKS

LAST = UUID(int=0)


def administrator(app: Flask, name: str = "admin", role: Role = Role.ADMINISTRATOR) -> Person:
    who = make_account(app, f"{name}-of@example.cn", name="严明")
    return make_member(app, who, role, email=f"{name}@example.cn")


def security(app: Flask, name: str = "security") -> Person:
    return administrator(app, name, Role.SECURITY)


def invite(who: Person, email: str, role: str, **place: str) -> UUID:
    verb = invitations.invite_staff if who.actor.organisation_id is None else invitations.invite_member
    return transaction(lambda: verb(who.actor, email=email, role=role, **place).id)


def letters(address: str) -> list[str]:
    query = select(Mail.subject).where(Mail.address == address).order_by(Mail.created_at)
    return list(db.session.scalars(query))


# --- members -----------------------------------------------------------------------------------------


def test_a_colleague_is_asked_takes_it_up_under_that_address_and_signs_as_what_was_asked(app: Flask) -> None:
    owner = make_organisation(app, "u1")
    asked = invite(owner, "new@example.cn", "signer")
    assert "申城" in letters("new@example.cn")[-1]
    colleague = make_account(app, "new@example.cn", name="李娜")
    browser = Browser(app).sign_in("new@example.cn")
    assert "您受邀代表" in browser.text
    browser.get(f"/invitations/{asked}").submit(action=f"/invitations/{asked}/accept")
    assert browser.status == 200, browser.text
    acting = actor_of("new@example.cn")
    assert (acting.role, acting.organisation_id) == (Role.SIGNER, owner.actor.organisation_id)
    assert colleague.actor.account_id == acting.account_id
    with pytest.raises(Conflict, match="invitation_settled"):
        transaction(lambda: invitations.accept(acting, asked) and None)


def test_nobody_takes_up_what_another_was_asked(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    asked = invite(owner, "new@example.cn", "owner")
    stranger = make_account(lite, "stranger@example.cn")
    with pytest.raises(NotFound):
        transaction(lambda: invitations.accept(stranger.actor, asked) and None)
    assert Browser(lite).sign_in("stranger@example.cn").get(f"/invitations/{asked}").status == 404


def test_an_invitation_runs_out_and_can_be_taken_back(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    colleague = make_account(lite, "new@example.cn")
    late, back = invite(owner, "new@example.cn", "signer"), invite(owner, "new@example.cn", "finance")
    transaction(lambda: invitations.drop(owner.actor, back).id)
    with pytest.raises(Conflict, match="invitation_settled"):
        transaction(lambda: invitations.accept(colleague.actor, back) and None)
    with (
        time_machine.travel(clock.now() + timedelta(days=invitations.DAYS + 1), tick=True),
        pytest.raises(Conflict, match="invitation_settled"),
    ):
        transaction(lambda: invitations.accept(colleague.actor, late) and None)


def test_the_same_is_not_asked_twice_nor_of_somebody_who_is_it_already(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    colleague = make_member(lite, owner, Role.SIGNER)
    invite(owner, "new@example.cn", "signer")
    for address, code in (("new@example.cn", "invitation_known"), (colleague.email, "member_known")):
        with pytest.raises(Conflict, match=code):
            invite(owner, address, "signer")
    with pytest.raises(Refused, match="own_membership"):
        invite(owner, owner.email, "signer")
    with pytest.raises(Refused, match="not_a_choice"):
        invite(owner, "other@example.cn", "auditor")


def test_only_an_owner_asks_and_ends_and_never_ends_its_own_role(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    signer = make_member(lite, owner, Role.SIGNER)
    with pytest.raises(NotAllowed):
        invite(signer, "new@example.cn", "owner")
    mine, theirs = membership(owner), membership(signer)
    with pytest.raises(Refused, match="own_membership"):
        transaction(lambda: invitations.end(owner.actor, mine).id)
    browser = Browser(lite).sign_in(signer.email)
    transaction(lambda: invitations.end(owner.actor, theirs).id)
    assert actor_of(signer.email).role == Role.GUEST
    assert browser.get("/declarations/new").status != 200 or "填写单位" in browser.get("/desk").text
    stranger = make_organisation(lite, "c1")
    with pytest.raises(NotFound):
        transaction(lambda: invitations.end(stranger.actor, mine).id)


def membership(who: Person) -> UUID:
    return reading(
        lambda: db.session.scalars(
            select(Membership.id).where(
                Membership.account_id == who.actor.account_id, Membership.ended_at.is_(None)
            )
        ).one()
    )


# --- staff -------------------------------------------------------------------------------------------


def test_an_administrator_needs_a_second_one_before_the_letter_leaves(app: Flask) -> None:
    first, second = security(app), security(app, "second")
    asked = invite(first, "third@example.cn", "administrator")
    assert letters("third@example.cn") == []
    third = make_account(app, "third@example.cn")
    with pytest.raises(Conflict, match="invitation_settled"):
        transaction(lambda: invitations.accept(third.actor, asked) and None)
    with pytest.raises(Refused, match="second_administrator"):
        transaction(lambda: invitations.approve(first.actor, asked).id)
    assert "人员和角色" in Browser(app).sign_in(second.email).get("/desk").text
    transaction(lambda: invitations.approve(second.actor, asked).id)
    assert len(letters("third@example.cn")) == 2  # the account's own code, and this
    transaction(lambda: invitations.accept(third.actor, asked).id)
    assert actor_of("third@example.cn").role == Role.ADMINISTRATOR


def test_the_database_takes_no_approval_by_who_asked(app: Flask) -> None:
    first = security(app)
    asked = invite(first, "third@example.cn", "administrator")

    def work() -> None:
        row = db.session.get_one(Invitation, asked)
        row.approved_by, row.approved_at = first.actor.account_id, clock.now()
        db.session.flush()

    with pytest.raises(IntegrityError):
        transaction(work)


def test_an_operator_belongs_to_a_venue_and_an_auditor_to_none(lite: Flask) -> None:
    make_venue(lite, "v1")
    first = security(lite)
    with pytest.raises(Refused, match="venue_unknown"):
        invite(first, "clerk@example.cn", "operator", venue_code="nowhere")
    asked = invite(first, "clerk@example.cn", "operator", venue_code="v1")
    clerk = make_account(lite, "clerk@example.cn")
    transaction(lambda: invitations.accept(clerk.actor, asked).id)
    assert actor_of("clerk@example.cn").venue_id is not None
    with pytest.raises(Refused, match="not_a_choice"):
        invite(first, "x@example.cn", "owner")


def test_the_staff_page_invites_approves_and_ends_with_a_reason(lite: Flask) -> None:
    venue, first = make_venue(lite, "v1"), security(lite)
    browser = Browser(lite).sign_in(first.email).get("/admin/staff")
    assert venue.email in browser.text
    browser.submit({"email": "audit@example.cn", "role": "auditor"}, action="/admin/staff")
    assert "等待对方接受" in browser.text
    row = membership(venue)
    browser.submit({"reason": ""}, action=f"/admin/staff/{row}/end")
    assert browser.status == 422
    browser.submit({"reason": "离职"}, action=f"/admin/staff/{row}/end")
    assert venue.email not in browser.text
    ended = reading(lambda: history.of(db.session.get_one(Membership, row))[-1].changes)
    assert ended == {"role": "operator", "reason": "离职"}


# --- suspension --------------------------------------------------------------------------------------


def suspend(who: Person, of: Person) -> None:
    facts = {"ground": "false_documents", "reason": "营业执照系伪造。"}
    organisation_id = of.actor.organisation_id
    assert organisation_id is not None
    transaction(lambda: directory.suspend(who.actor, organisation_id, **facts).id)


def test_a_suspended_organisation_binds_itself_to_nothing_new_and_its_offers_stand(app: Flask) -> None:
    offer = published(app, fee=LUMP)
    licensee, first = make_organisation(app, "c1"), security(app)
    number = taking.taken(licensee, offer)
    drafted = taking.drafted(licensee, published(app, offer.holder, offer.venue, fee=FREE))
    payment = taking.claim(app, licensee, number)
    suspend(first, licensee)
    suspend(first, offer.holder)
    with pytest.raises(NotAllowed, match="organisation_suspended"):
        taking.send(licensee, drafted)
    taking.answer(offer.holder, payment)  # others rely on it
    assert taking.state(number) == "effective"
    withdraw(app, offer)
    assert "本单位已被暂停" in Browser(app).sign_in(licensee.email).get("/desk").text


def test_a_suspended_holder_signs_no_declaration_and_may_again_when_it_is_lifted(lite: Flask) -> None:
    venue, holder, first = make_venue(lite, "v1"), make_organisation(lite, "u1"), security(lite)
    number = ready_draft(lite, holder, venue)
    suspend(first, holder)
    browser = Browser(lite).sign_in(holder.email).get(f"/declarations/{number}/check")
    browser.submit({**dict.fromkeys(TICKS, "yes"), "password": "correct horse battery"})
    assert browser.status == 403
    assert "暂停" in browser.text
    organisation_id = holder.actor.organisation_id
    assert organisation_id is not None
    transaction(lambda: directory.resume(first.actor, organisation_id, reason="已经补正。").id)
    row = db.session.get_one(Organisation, organisation_id)
    assert may(holder.actor, "declaration.sign", row)


def test_everyone_who_signs_is_told_why_it_was_suspended_and_that_it_was_lifted(lite: Flask) -> None:
    holder, first = make_organisation(lite, "u1"), security(lite)
    suspend(first, holder)
    with pytest.raises(Conflict, match="already_suspended"):
        suspend(first, holder)
    assert "暂停" in letters(holder.email)[-1]
    page = f"/admin/organisations/{holder.actor.organisation_id}"
    browser = Browser(lite).sign_in(first.email).get(page)
    assert "营业执照系伪造" in browser.text
    browser.submit({"reason": "已经补正。"}, action=f"{page}/resume")
    assert "恢复办理" in letters(holder.email)[-1]


def test_every_held_verb_is_a_verb() -> None:
    assert set(HELD) <= set(TABLE)


def test_the_directory_finds_by_part_of_a_name_code_and_state_and_shows_no_contacts(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, one = security(lite), make_organisation(lite, "u1", verified=False)
    make_organisation(lite, "c1")
    name, code = reading(lambda: _named(one))
    browser = Browser(lite).sign_in(first.email)
    for query in (f"q={name[:3]}", f"q={code.lower()}", "state=unverified"):
        page = browser.get(f"/admin/organisations?{query}")
        assert (name in page.text, "共 1 家" in page.text) == (True, True), query
    assert "没有这样的单位" in browser.get("/admin/organisations?q=%25").text
    shown = browser.get(f"/admin/organisations/{one.actor.organisation_id}")
    assert "13800138000" not in shown.html
    monkeypatch.setattr(directory, "PAGE", 1)
    assert 'rel="next"' in browser.get("/admin/organisations").html


def _named(who: Person) -> tuple[str, str]:
    row = db.session.get_one(Organisation, who.actor.organisation_id)
    return row.name, row.uscc or ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_speak_both_languages_and_an_auditor_changes_nothing(lite: Flask, lang: str) -> None:
    first, holder = security(lite), make_organisation(lite, "u1")
    auditor = make_member(lite, make_account(lite, "who@example.cn"), Role.AUDITOR, email="audit@example.cn")
    asked = invite(first, "new@example.cn", "administrator")
    pages = ["/admin/staff", "/admin/organisations", f"/admin/organisations/{holder.actor.organisation_id}"]
    for who in (first, auditor):
        browser = Browser(lite, lang=lang).sign_in(who.email)
        for page in pages:
            assert browser.get(page).status == 200
            assert browser.html.count("<h1") == 1
            forms = [one for one in browser.forms if one.method == "post" and one.action != "/logout"]
            changes = who is first and page != "/admin/organisations"
            assert bool([one for one in forms if one.action != "/language"]) == changes, page
    owner = Browser(lite, lang=lang).sign_in(holder.email)
    assert owner.get("/organisation/members").status == 200
    assert owner.get("/admin/staff").status == 403
    with pytest.raises(NotAllowed):
        transaction(lambda: invitations.approve(auditor.actor, asked).id)


# --- three administrators ----------------------------------------------------------------------------


@pytest.mark.parametrize(("held", "asked"), list(permutations(APART, 2)))
def test_one_person_is_not_two_of_the_three_administrators(lite: Flask, held: Role, asked: Role) -> None:
    first, one = security(lite), administrator(lite, "one", held)
    with pytest.raises(Conflict, match="administrators_apart"):
        invite(first, one.email, str(asked))
    with pytest.raises(Conflict, match="administrators_apart"):
        transaction(lambda: staff.appoint(one.email, role=asked).id)


def test_who_became_one_meanwhile_cannot_take_up_another(app: Flask) -> None:
    first, second = security(app), security(app, "second")
    one = make_account(app, "third@example.cn")
    asked = invite(first, one.email, "administrator")
    transaction(lambda: invitations.approve(second.actor, asked).id)
    transaction(lambda: staff.appoint(one.email, role=Role.AUDITOR).id)
    with pytest.raises(Conflict, match="administrators_apart"):
        transaction(lambda: invitations.accept(actor_of(one.email), asked).id)


def test_a_small_register_may_let_one_person_be_several_and_the_check_says_when_it_may_not(
    lite: Flask,
) -> None:
    one, before = make_account(lite, "one@example.cn"), lite.extensions["settings"]
    lite.extensions["settings"] = replace(before, combined_administrators=True)
    for role in APART:
        transaction(lambda role=role: staff.appoint(one.email, role=role).id)  # type: ignore[misc]
    assert reading(separation.combined) == 0
    lite.extensions["settings"] = before
    assert reading(separation.combined) == 1


def test_who_runs_the_system_gives_no_roles_and_suspends_nobody(lite: Flask) -> None:
    runs, gives = administrator(lite), security(lite)
    browser = Browser(lite).sign_in(runs.email)
    assert browser.get("/admin/staff").status == 403
    assert browser.get("/admin/organisations").status == 403
    assert browser.get("/admin/jobs").status == 200
    browser = Browser(lite).sign_in(gives.email)
    assert browser.get("/admin/staff").status == 200
    assert browser.get("/admin/jobs").status == 403
