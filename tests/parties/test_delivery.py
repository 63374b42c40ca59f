"""Letters on their way: sent only when a server has taken them, tried again, returned, given up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask, current_app
from sqlalchemy import select

from registry import clock, jobs
from registry.config import Settings
from registry.database import db, transaction
from registry.errors import NotFound, Refused
from registry.parties import bounces, delivery, mail
from registry.parties import service as parties
from registry.parties.letters import MAIL, MailState, masked, next_try, pause
from registry.parties.models import Account, Mail, MailAttempt
from registry.parties.rules import Role
from tests.factories import make_account, make_member, make_organisation, reading
from tests.mailserver import MailServer, mail_server

NOON = "2026-11-26T04:00:00Z"


@pytest.fixture
def post(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """A server in the same machine that the application hands its letters to."""
    found: Flask = request.getfixturevalue("app" if "app" in request.fixturenames else "lite")
    before = found.extensions["settings"]
    with mail_server(tls=False) as running:
        found.extensions["settings"] = replace(
            before,
            smtp_url=f"smtp+plain://127.0.0.1:{running.port}",
            smtp_seconds=1,
            mail_from="明许 <post@mingxu.invalid>",
            mail_bounces="bounces@mingxu.invalid",
        )
        yield running
    found.extensions["settings"] = before


def written(address: str = "a@example.cn", letter: str = "already_registered") -> UUID:
    return transaction(lambda: mail.write(address, letter, name="王明").id)


def state(mail_id: UUID) -> str:
    return reading(lambda: str(db.session.get_one(Mail, mail_id).state))


def attempts(mail_id: UUID) -> list[tuple[str, int | None, str]]:
    query = select(MailAttempt).where(MailAttempt.mail_id == mail_id).order_by(MailAttempt.at)
    return reading(lambda: [(one.stage, one.code, one.state) for one in db.session.scalars(query)])


def test_a_letter_is_sent_when_the_server_has_taken_it_and_not_before(app: Flask, post: MailServer) -> None:
    one = written()
    assert state(one) == "queued"
    jobs.run_all()
    assert state(one) == "sent"
    assert attempts(one) == [("data", 250, "sent")]
    (taken,) = post.taken
    assert taken.recipient == "a@example.cn"
    assert taken.sender.startswith(f"bounces+{one.hex}-")
    assert b"Auto-Submitted: auto-generated" in taken.data


def test_all_that_is_due_goes_over_one_connection_and_once(app: Flask, post: MailServer) -> None:
    ids = [written(f"a{n}@example.cn") for n in range(7)]
    jobs.run_all()
    assert post.connections == 1
    assert sorted(one.recipient for one in post.taken) == [f"a{n}@example.cn" for n in range(7)]
    assert {state(one) for one in ids} == {"sent"}


def test_a_server_that_is_down_is_waited_for_and_the_letter_goes_later(lite: Flask, post: MailServer) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        post.replies["CONNECT"] = "421 too busy"
        one, other = written(), written("b@example.cn")
        jobs.run_all()
        assert (state(one), state(other)) == ("failed", "failed")
        assert attempts(one) == [("connect", 421, "failed")]
        assert post.connections == 1, "no letter tries a line that is known to be down"
        jobs.run_all()
        assert attempts(one) == [("connect", 421, "failed")], "it is too early for another try"
        del post.replies["CONNECT"]
        now.shift(timedelta(minutes=2))
        jobs.run_all()
        assert (state(one), state(other)) == ("sent", "sent")
        assert [row[2] for row in attempts(one)] == ["failed", "sent"]


def test_after_the_set_hours_nobody_tries_any_more_and_it_is_seen(lite: Flask, post: MailServer) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        post.replies["MAIL"] = "451 not now"
        one = written()
        for _ in range(60):
            jobs.run_all()
            now.shift(timedelta(hours=4))
        assert state(one) == "given_up"
        assert len(attempts(one)) < 40
        assert not post.taken


def test_a_letter_refused_for_good_marks_the_address_and_tells_the_others_on_site(
    app: Flask, post: MailServer
) -> None:
    owner = make_organisation(app, "u1")
    other = make_member(app, owner, Role.SIGNER, email="signer@example.cn")
    jobs.run_all()
    post.replies["RCPT"] = "550 5.1.1 unknown"
    transaction(lambda: mail.write_to_account(_account(owner.email), "address_test").id)
    jobs.run_all()
    assert reading(lambda: _account(owner.email).mail_failing_since) is not None
    told = _letters(other.email, "address_failing")
    assert [row.state for row in told] == ["on_site"]
    assert owner.email not in told[0].body
    assert masked(owner.email) in told[0].body
    del post.replies["RCPT"]
    transaction(lambda: mail.write_to_account(_account(owner.email), "address_test").id)
    jobs.run_all()
    assert reading(lambda: _account(owner.email).mail_failing_since) is None


def test_while_an_address_fails_only_what_must_be_mailed_is_tried(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")

    def work() -> tuple[str, str]:
        account = _account(owner.email)
        account.mail_failing_since = clock.now()
        db.session.flush()
        told = mail.write_to_account(account, "address_test")
        facts = {"organisation": parties.organisation_of(owner.actor)}
        return told.state, mail.write_to_account(account, "organisation_verified", **facts).state

    assert transaction(work) == ("queued", "on_site")


def test_a_co_owner_who_cannot_be_reached_is_reported_to_who_asked(lite: Flask, post: MailServer) -> None:
    owner = make_organisation(lite, "u1")
    post.replies["RCPT"] = "550 no"
    asked_by = owner.organisation_id
    transaction(lambda: mail.write("x@example.cn", "already_registered", asked_by=asked_by, name="张三").id)
    jobs.run_all()
    assert len(_letters(owner.email, "address_failing")) == 1


def test_a_worker_that_died_with_letters_in_hand_loses_none(lite: Flask, post: MailServer) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        one = written()
        transaction(lambda: delivery._claim(one))
        jobs.run_all()
        assert state(one) == "queued", "another round holds it"
        now.shift(timedelta(minutes=11))
        jobs.run_all()
        assert state(one) == "sent"
        assert len(post.taken) == 1


def test_a_line_that_breaks_midway_costs_the_others_nothing(lite: Flask, post: MailServer) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        post.drops = "."
        ids = [written(f"a{n}@example.cn") for n in range(3)]
        jobs.run_one()
        tried = [one for one in ids if attempts(one)]
        assert [attempts(one)[0][0] for one in tried] == ["data"]
        post.drops = ""
        now.shift(timedelta(minutes=3))
        jobs.run_all()
        assert {state(one) for one in ids} == {"sent"}


def test_one_letter_that_cannot_be_written_keeps_no_other_waiting(
    lite: Flask, post: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = written("bad@example.cn"), written("good@example.cn")
    whole = delivery.message

    def broken(letter: Mail, settings: object) -> object:
        if letter.id == bad:
            raise LookupError("a letter gone wrong")
        return whole(letter, settings)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery, "message", broken)
    jobs.run_all()
    assert (state(bad), state(good)) == ("failed", "sent")


def test_without_a_server_a_letter_is_kept_in_the_folder_and_never_called_sent(lite: Flask) -> None:
    one = written()
    jobs.run_all()
    assert state(one) == "kept"
    assert (lite.extensions["settings"].outbox / f"{one}.eml").exists()


# --- headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "a@example.cn\r\nBcc: all@example.cn",
        "a\r\n@example.cn",
        "<a@b.cn>, c@d.cn",
        "名@example.cn",
        "a@",
        "",
    ],
)
def test_an_address_that_is_none_reaches_no_server(lite: Flask, post: MailServer, address: str) -> None:
    one = written(address)
    jobs.run_all()
    assert state(one) == "bounced"
    assert attempts(one)[0][0] == "address"
    assert not post.seen or all("RCPT" not in line for line in post.seen)


def test_a_subject_stays_one_header_however_long_and_whatever_stands_in_it(
    lite: Flask, post: MailServer
) -> None:
    def work() -> UUID:
        letter = mail.write("a@example.cn", "already_registered", name="王明")
        letter.subject = mail.one_line("许" * 150 + "\r\nBcc: b@example.cn\x00" + "长" * 150)
        return letter.id

    transaction(work)
    jobs.run_all()
    head = post.taken[0].data.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in head
    assert max(map(len, head.split(b"\r\n"))) < 200
    assert [one.recipient for one in post.taken] == ["a@example.cn"]


def test_a_domain_in_chinese_is_written_in_its_ascii_form(lite: Flask, post: MailServer) -> None:
    written("a@例子.中国")
    jobs.run_all()
    assert post.taken[0].recipient == "a@xn--fsqu00a.xn--fiqs8s"
    assert b"To: a@xn--fsqu00a.xn--fiqs8s" in post.taken[0].data


def test_a_senders_name_in_chinese_is_encoded(lite: Flask, post: MailServer) -> None:
    written()
    jobs.run_all()
    assert post.taken[0].data.isascii()
    assert b"<post@mingxu.invalid>" in post.taken[0].data


# --- letters that come back --------------------------------------------------------------------------

REPORT = """\
From: MAILER-DAEMON@mx.example.cn
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It did not work.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.cn

Final-Recipient: rfc822; a@example.cn
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--x--
"""


def report(mail_id: UUID, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    to = reading(lambda: f"bounces+{mail.mark_of(mail_id)}@mingxu.invalid")
    return REPORT.format(to=to, action=action, status=status, words="550 unknown user").encode()


def take(data: bytes) -> Mail | None:
    settings = _settings()
    return transaction(lambda: bounces.take(data, settings))


def test_a_report_makes_a_sent_letter_a_returned_one_once(app: Flask, post: MailServer) -> None:
    person = make_account(app, "a@example.cn")
    jobs.run_all()
    one = transaction(lambda: mail.write_to_account(_account(person.email), "address_test").id)
    jobs.run_all()
    assert state(one) == "sent"
    assert take(report(one)) is not None
    assert state(one) == "bounced"
    assert attempts(one)[-1] == ("report", None, "bounced")
    assert reading(lambda: _account(person.email).mail_failing_since) is not None
    assert take(report(one)) is None
    assert len(attempts(one)) == 2


def test_a_report_of_a_delay_changes_nothing(lite: Flask, post: MailServer) -> None:
    one = written()
    jobs.run_all()
    assert take(report(one, action="delayed", status="4.4.1")) is None
    assert state(one) == "sent"


def test_a_report_about_the_words_does_not_mark_the_address(lite: Flask, post: MailServer) -> None:
    person = make_account(lite, "a@example.cn")
    one = transaction(lambda: mail.write_to_account(_account(person.email), "address_test").id)
    jobs.run_all()
    take(report(one, status="5.7.1"))
    assert state(one) == "bounced"
    assert reading(lambda: _account(person.email).mail_failing_since) is None


def test_a_report_nobody_could_have_got_from_us_is_not_believed(lite: Flask, post: MailServer) -> None:
    one = written()
    jobs.run_all()
    forged = report(one).replace(f"{one.hex}-".encode(), f"{one.hex}-".encode() + b"0")[:-1]
    with pytest.raises(Refused, match="bounce_unread"):
        take(forged)
    mark = reading(lambda: mail.mark_of(one)).encode()
    with pytest.raises(NotFound):
        take(report(one).replace(mark, mark[:-4] + b"0000"))
    assert state(one) == "sent"


def test_a_report_too_large_or_without_sense_is_refused() -> None:
    with pytest.raises(Refused, match="bounce_large"):
        bounces.read(b"x" * (bounces.LARGEST + 1))
    with pytest.raises(Refused, match="bounce_unread"):
        bounces.read(b"Subject: hello\n\nworld\n")


# --- rules -------------------------------------------------------------------------------------------


def test_pauses_grow_to_four_hours_and_end() -> None:
    begun = datetime(2026, 11, 26, 4, tzinfo=UTC)
    pauses = [pause(n) for n in range(1, 20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=4)
    assert next_try(1, since=begun, now=begun, hours=72) == begun + timedelta(minutes=1)
    assert next_try(9, since=begun, now=begun + timedelta(hours=69), hours=72) is None


def test_no_way_leads_to_sent_but_a_servers_word() -> None:
    assert {verb for (_, verb), move in MAIL.moves.items() if move.to == MailState.SENT} == {"send"}


def _letters(address: str, letter: str) -> list[Mail]:
    query = select(Mail).where(Mail.address == address, Mail.letter == letter).order_by(Mail.created_at)
    return reading(lambda: list(db.session.scalars(query)))


def _account(address: str) -> Account:
    return db.session.scalars(select(Account).where(Account.email == address)).one()


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
