"""From which day a version of the standard terms holds: two persons, seven days ahead, filed; never moved
once it has come.
"""

from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, Refused
from registry.ledger import service as ledger
from registry.licenses import register, rules, terms_days
from registry.licenses.models import StandardTerms
from registry.licenses.terms_day_models import TermsDay
from tests.browser import Browser
from tests.contracts import taking
from tests.factories import Person, make_venue, reading
from tests.licenses import terms
from tests.parties.test_administration import administrator

TODAY = date(2026, 11, 26)


def administrators(app: Flask) -> tuple[Person, Person]:
    return administrator(app), administrator(app, "second")


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("day", "present", "others", "code"),
    [
        (after(6), after(30), (), "terms_day_soon"),
        (after(-1), after(30), (), "terms_day_soon"),
        (after(30), after(30), (), "nothing_changes"),
        (after(9), TODAY, (), "terms_in_force"),
        (after(9), after(30), (after(9),), "terms_day_taken"),
    ],
)
def test_a_day_leaves_a_week_and_moves_what_has_not_come(
    day: date, present: date, others: tuple[date, ...], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        rules.check_terms_day(day, present=present, others=others, today=TODAY)
    rules.check_terms_day(after(7), present=after(30), others=(), today=TODAY)


def row(found: UUID) -> TermsDay:
    return db.session.get_one(TermsDay, found)


def test_two_administrators_set_the_day_and_it_is_filed(app: Flask) -> None:
    one, two = administrators(app)
    asked = terms.day_asked(one)
    with pytest.raises(Refused, match="same_person"):
        transaction(lambda: terms_days.approve(one.actor, row(asked)))
    with pytest.raises(Conflict, match="terms_day_known"):
        transaction(lambda: terms_days.ask(two.actor, terms.VERSION, clock.today() + timedelta(days=20)))
    assert reading(lambda: terms_days.to_approve(two.actor)) == 1
    before = reading(ledger.size)
    transaction(lambda: terms_days.approve(two.actor, row(asked)))
    day = clock.today() + timedelta(days=60)
    assert reading(lambda: db.session.get_one(StandardTerms, terms.VERSION).effective_from) == day
    (kind, fields), *_ = taking.filings(before)
    assert (kind, fields["version"], fields["day"]) == ("terms.scheduled", terms.VERSION, day.isoformat())
    with pytest.raises(Conflict, match="terms_day_settled"):
        transaction(lambda: terms_days.approve(two.actor, row(asked)))
    assert reading(register.terms_on_day).version == "2026-03"
    with time_machine.travel(clock.now() + timedelta(days=61)):
        assert reading(register.terms_on_day).version == terms.VERSION


def test_a_day_that_has_come_too_near_is_not_approved(lite: Flask) -> None:
    one, two = administrators(lite)
    asked = terms.day_asked(one, days=20)
    late = clock.now() + timedelta(days=15)
    with time_machine.travel(late), pytest.raises(Refused, match="terms_day_soon"):
        transaction(lambda: terms_days.approve(two.actor, row(asked)))
    transaction(lambda: terms_days.drop(two.actor, row(asked)))
    assert reading(lambda: terms_days.to_approve(two.actor)) == 0


def test_only_administrators_set_days(lite: Flask) -> None:
    terms.ahead()
    clerk = make_venue(lite, "v1").actor
    with pytest.raises(NotAllowed):
        transaction(lambda: terms_days.ask(clerk, terms.VERSION, TODAY))


def test_the_page_asks_approves_and_keeps_who_did_it(lite: Flask) -> None:
    one, two = administrators(lite)
    first = Browser(lite).sign_in(one.email).get("/admin/terms")
    assert "没有尚未生效的版本" in first.text
    terms.ahead()
    first.get("/admin/terms").submit({"version": terms.VERSION, "day": clock.today().isoformat()})
    assert first.status == 422
    assert "至少要公示 7 日" in first.text
    day = clock.today() + timedelta(days=45)
    first.submit({"version": terms.VERSION, "day": day.isoformat()})
    assert "须由另一位管理员批准" in first.text
    second = Browser(lite).sign_in(two.email).get("/desk")
    assert "标准条款的日子待批准" in second.text
    second.get("/admin/terms")
    second.submit(action=next(one.action for one in second.forms if one.action.endswith("/approve")))
    assert "已批准" in second.text
    assert reading(lambda: db.session.get_one(StandardTerms, terms.VERSION).effective_from) == day
