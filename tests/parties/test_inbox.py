"""The inbox, the staff's log of letters, and how an account wants its letters."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from registry import clock, jobs
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.history import History
from registry.parties import choices, digests, inbox, mail, mail_log
from registry.parties import service as parties
from registry.parties.inbox import Wanted
from registry.parties.letters import By, Topic
from registry.parties.mail_log import Asked
from registry.parties.models import Account, Mail, MailAttempt, Membership
from registry.parties.rules import Actor, Role
from tests.browser import Browser, as_request
from tests.factories import actor_of, make_account, make_member, make_organisation, make_venue, reading
from tests.persons import Person


class About:
    """Something with a number at a venue, as letters are about."""

    def __init__(self, venue_id: UUID | None = None, number: str = "MX-D20260101-0001") -> None:
        self.venue_id, self.number = venue_id, number


def tell(person: Person, letter: str = "organisation_verified", **facts: Any) -> None:
    """A letter to everybody of a party."""
    organisation = reading(lambda: parties.organisation_of(person.actor))
    transaction(
        lambda: mail.write_to_organisation(person.organisation_id, letter, organisation=organisation, **facts)
    )


def shown(actor: Actor, **wanted: Any) -> list[Mail]:
    return reading(lambda: list(inbox.letters(actor, Wanted(**wanted)).rows))


def test_every_letter_to_a_party_stands_in_the_inbox_of_each_of_its_people(app: Flask) -> None:
    owner = make_organisation(app, "u1")
    signer = make_member(app, owner, Role.SIGNER)
    preparer = make_member(app, owner, Role.PREPARER)
    tell(owner, numbered=About())
    for one in (owner, signer):
        (letter,) = shown(one.actor)
        assert (letter.matter, letter.link, letter.topic) == (
            "MX-D20260101-0001",
            "/organisation",
            "progress",
        )
    assert not shown(preparer.actor)


def test_a_code_that_proves_a_mailbox_is_never_shown_on_the_site(lite: Flask) -> None:
    person = make_account(lite, "a@example.cn")
    transaction(lambda: parties.send_code("a@example.cn", "reset"))
    assert not shown(person.actor)
    letter = reading(lambda: db.session.scalars(select(Mail.id).where(Mail.letter == "reset")).one())
    auditor, administrator = _staff(lite, Role.AUDITOR), _staff(lite, Role.ADMINISTRATOR)
    assert transaction(lambda: mail_log.opened(auditor.actor, letter).body) is None
    with pytest.raises(Refused, match="letter_stale"):
        transaction(lambda: mail_log.resend(administrator.actor, letter))


def test_unread_letters_come_first_and_opening_one_is_reading_it(app: Flask) -> None:
    owner = make_organisation(app, "u1")
    for n in range(3):
        tell(owner, numbered=About(number=f"MX-{n}"))
    newest = shown(owner.actor)[0]
    assert reading(lambda: inbox.unread(owner.actor)) == 3
    transaction(lambda: inbox.read(owner.actor, newest.id).id)
    assert reading(lambda: inbox.unread(owner.actor)) == 2
    assert shown(owner.actor)[-1].id == newest.id
    assert len(shown(owner.actor, unread=True)) == 2
    transaction(lambda: inbox.put_back(owner.actor, newest.id))
    assert reading(lambda: inbox.unread(owner.actor)) == 3
    assert [one.matter for one in shown(owner.actor, matter="mx-1")] == ["MX-1"]
    assert not shown(owner.actor, topic="money")


def test_reading_all_leaves_what_came_after_the_list_was_shown(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    with time_machine.travel("2026-11-26T04:00:00Z", tick=False) as now:
        tell(owner)
        seen = clock.rfc3339(clock.now())
        now.shift(timedelta(seconds=5))
        tell(owner)
        assert transaction(lambda: inbox.read_all(owner.actor, seen)) == 1
        assert reading(lambda: inbox.unread(owner.actor)) == 1
        with pytest.raises(Refused, match="not_a_choice"):
            transaction(lambda: inbox.read_all(owner.actor, "yesterday"))


def test_nobody_reads_anothers_letters_and_who_has_left_reads_the_partys_no_more(lite: Flask) -> None:
    owner, stranger = make_organisation(lite, "u1"), make_organisation(lite, "c1")
    signer = make_member(lite, owner, Role.SIGNER)
    tell(owner)
    (letter,) = shown(signer.actor)
    with pytest.raises(NotFound):
        transaction(lambda: inbox.read(stranger.actor, letter.id))

    def leave() -> None:
        query = select(Membership).where(Membership.account_id == signer.actor.account_id)
        db.session.scalars(query).one().ended_at = clock.now()

    transaction(leave)
    assert not shown(signer.actor)
    with pytest.raises(NotFound):
        transaction(lambda: inbox.read(signer.actor, letter.id))


def test_a_machine_sees_only_the_letters_of_the_party_its_key_stands_for(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    tell(owner)
    transaction(lambda: mail.write_to_account(_account(owner.email), "address_test").id)
    bearer = transaction(lambda: parties.create_api_key(owner.actor, label="t"))
    client, headers = lite.test_client(), {"Authorization": f"Bearer {bearer}"}
    found = as_request(client.get, "/api/v1/inbox", headers=headers).json
    assert [one["letter"] for one in found["letters"]] == ["organisation_verified"]
    assert found["unread"] == 1
    path = f"/api/v1/inbox/{found['letters'][0]['id']}"
    assert "organisation" in as_request(client.get, path, headers=headers).json["body"]
    assert as_request(client.put, f"{path}/read", headers=headers).json["read_at"] is not None
    assert as_request(client.delete, f"{path}/read", headers=headers).json["read_at"] is None


def test_the_pages_show_count_letter_and_way_back(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    browser = Browser(lite).sign_in(owner.email)
    browser.get("/inbox")
    assert "还没有信件" in browser.text
    tell(owner, numbered=About())
    browser.get("/inbox")
    assert "1 封未读" in browser.text
    assert "主体已核验：申城理工大学" in browser.text
    assert "/ Verified" not in browser.text
    letter = shown(owner.actor)[0]
    browser.get(f"/inbox/{letter.id}")
    assert "now make declarations" in browser.text
    assert 'href="/organisation"' in browser.html
    browser.submit(action=f"/inbox/{letter.id}/unread")
    browser.submit(action="/inbox/read")
    assert "封未读" not in browser.text
    assert "Verified" in Browser(lite, lang="en").sign_in(owner.email).get("/inbox").text


# --- the staff's log ---------------------------------------------------------------------------------


def test_each_venue_sees_its_own_letters_masked_and_opening_one_is_written_down(app: Flask) -> None:
    owner, venue, other = make_organisation(app, "u1"), make_venue(app, "v1"), make_venue(app, "v2")
    tell(owner, numbered=About(venue.venue_id))
    (letter,) = reading(lambda: list(mail_log.logged(venue.actor, Asked()).rows))
    assert not reading(lambda: list(mail_log.logged(other.actor, Asked()).rows))
    with pytest.raises(NotFound):
        transaction(lambda: mail_log.opened(other.actor, letter.id))
    with pytest.raises(NotAllowed):
        reading(lambda: mail_log.logged(owner.actor, Asked()))
    assert owner.email not in Browser(app).sign_in(venue.email).get("/desk/mail").html
    assert "u•••@example.cn" in Browser(app).sign_in(venue.email).get("/desk/mail").text
    before = _rows("open_letter")
    page = Browser(app).sign_in(venue.email).get(f"/desk/mail/{letter.id}")
    assert owner.email in page.text
    assert "now make declarations" in page.text
    assert _rows("open_letter") == before + 1


def test_an_administrator_sees_how_letters_went_and_no_word_of_them(lite: Flask) -> None:
    owner, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    tell(owner, numbered=About(venue.venue_id))
    administrator = _staff(lite, Role.ADMINISTRATOR)
    browser = Browser(lite).sign_in(administrator.email).get("/desk/mail?state=queued&topic=progress")
    assert "organisation_verified" in browser.text
    assert "申城理工大学" not in browser.text
    assert "MX-D20260101-0001" not in browser.text
    page = browser.get(f"/desk/mail/{shown(owner.actor)[0].id}")
    assert owner.email in page.text
    assert "申城理工大学" not in page.text


def test_sending_again_is_one_new_attempt_however_often_it_is_clicked(app: Flask) -> None:
    owner, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    tell(owner, numbered=About(venue.venue_id))
    jobs.run_all()
    (letter,) = shown(owner.actor)
    browser = Browser(app).sign_in(venue.email).get(f"/desk/mail/{letter.id}")
    form = browser.form(f"/desk/mail/{letter.id}/resend")
    for _ in range(2):
        browser.post(form.action, form.fields)
        assert "已安排重发" in browser.text
    transaction(lambda: mail_log.resend(venue.actor, letter.id).id)  # another page, while it waits
    jobs.run_all()
    query = select(func.count()).select_from(MailAttempt).where(MailAttempt.mail_id == letter.id)
    assert reading(lambda: db.session.scalar(query)) == 2
    assert _rows("resend") == 1
    assert len(shown(owner.actor)) == 1


def test_letters_go_when_their_time_is_over_and_codes_sooner(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    tell(owner)
    jobs.run_all()
    settings = lite.extensions["settings"]
    codes = select(func.count()).select_from(Mail).where(Mail.letter == "confirm")
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert mail_log.forget(settings) == 1
    assert reading(lambda: db.session.scalar(codes)) == 0
    assert len(list(settings.outbox.glob("*.eml"))) == len(shown(owner.actor)) == 1
    with time_machine.travel(clock.now() + timedelta(days=1096)):
        mail_log.forget(settings)
    assert not shown(owner.actor)
    assert not list(settings.outbox.glob("*.eml"))


# --- choices -----------------------------------------------------------------------------------------


def test_optional_letters_wait_for_the_days_digest_and_go_once(app: Flask) -> None:
    owner = make_organisation(app, "u1")
    with time_machine.travel("2026-11-26T04:00:00Z", tick=False) as now:
        transaction(lambda: choices.choose(owner.actor, {"progress": "daily"}))
        for n in range(2):
            tell(owner, numbered=About(number=f"MX-{n}"))
        assert not reading(digests.due)
        now.shift(timedelta(hours=20))
        for _ in range(2):
            transaction(lambda: jobs.enqueue("mail.round", {}))
            jobs.run_all()
        (digest,) = _letters("digest")
        assert digest.state == "kept"
        assert digest.body.count("/inbox/") == 2
        assert {one.state for one in shown(owner.actor)} == {"gathered"}
        assert {one.digest_id for one in shown(owner.actor)} == {digest.id}


def test_what_was_read_on_the_site_is_in_no_digest(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    with time_machine.travel("2026-11-26T04:00:00Z", tick=False) as now:
        transaction(lambda: choices.choose(owner.actor, {"progress": "daily"}))
        tell(owner)
        transaction(lambda: inbox.read_all(owner.actor))
        now.shift(timedelta(hours=20))
        (account_id,) = reading(digests.due)
        assert transaction(lambda: digests.gather(account_id)) is None
        assert not reading(digests.due)


def test_letters_on_which_a_right_or_term_hangs_cannot_be_switched_off(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    for topic in ("money", "license", "declaration", "nonsense"):
        with pytest.raises(Refused, match="letter_required"):
            transaction(lambda one=topic: choices.choose(owner.actor, {one: "site"}))  # type: ignore[misc]
    with pytest.raises(Refused, match="not_a_choice"):
        transaction(lambda: choices.choose(owner.actor, {"progress": "never"}))


def test_a_choice_is_kept_by_its_page_and_obeyed(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    browser = Browser(lite).sign_in(owner.email).get("/account/letters")
    assert "不能关闭" in browser.text
    browser.submit({"progress": "site"}, action="/account/letters")
    assert "信件设置已保存" in browser.text
    tell(owner)
    assert [one.state for one in shown(owner.actor)] == ["on_site"]
    browser.submit(action="/account/letters/test")
    assert "测试信已在途中" in browser.text
    with pytest.raises(Conflict, match="letter_waits"):
        transaction(lambda: choices.send_test(owner.actor))


def test_one_click_ends_what_was_wished_for_and_nothing_else(app: Flask) -> None:
    person = make_account(app, "a@example.cn")
    account_id = person.actor.account_id
    assert account_id is not None
    token = reading(lambda: mail.unsubscribe_token(account_id, "searches"))
    path = f"/api/v1/unsubscribe/{token}"
    client = app.test_client()
    assert as_request(client.post, path).status_code == 422
    assert reading(lambda: choices.of(account_id))[Topic.SEARCHES] is By.MAIL
    for _ in range(2):  # a mail program sends no cookie, no Origin, and may send it twice
        answer = as_request(client.post, path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 204
    chosen = reading(lambda: choices.of(account_id))
    assert chosen[Topic.SEARCHES] is By.SITE
    assert chosen[Topic.REMINDERS] is By.MAIL
    forged = path[:-3] + "000"
    assert as_request(client.post, forged, data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_the_link_at_a_letters_foot_asks_before_it_ends_anything(lite: Flask) -> None:
    person = make_account(lite, "a@example.cn")
    account_id = person.actor.account_id
    assert account_id is not None
    token = reading(lambda: mail.unsubscribe_token(account_id, "industries"))
    browser = Browser(lite).get(f"/unsubscribe/{token}")
    assert reading(lambda: choices.of(account_id))[Topic.INDUSTRIES] is By.MAIL
    browser.submit()
    assert "已不再寄送" in browser.text
    assert reading(lambda: choices.of(account_id))[Topic.INDUSTRIES] is By.SITE


def _staff(app: Flask, role: Role) -> Person:
    person = make_account(app, f"{role}@example.cn")
    transaction(lambda: parties.join(person.actor.account_id, role=role).id)
    return Person(email=person.email, actor=actor_of(person.email), signer=person.signer)


def _account(address: str) -> Account:
    return db.session.scalars(select(Account).where(Account.email == address)).one()


def _rows(verb: str) -> int:
    return reading(lambda: db.session.query(History).filter_by(verb=verb).count())


def _letters(letter: str) -> list[Mail]:
    query = select(Mail).where(Mail.letter == letter).order_by(Mail.created_at)
    return reading(lambda: list(db.session.scalars(query)))
