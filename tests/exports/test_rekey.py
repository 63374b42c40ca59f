"""The re-key view: values as the registrar's form wants them, and marks that are the clerk's own."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts import cases
from registry.contracts.applicants import DateForm
from registry.database import transaction
from registry.documents.cells_in import read_day
from registry.exports import service as exports
from registry.exports import ticks
from registry.exports.rules import Choice, Chosen
from tests.browser import Browser
from tests.contracts.offices import OFFICE
from tests.exports import making
from tests.factories import reading


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (DateForm.ISO, "2026-03-01；/"),
        (DateForm.SLASH, "2026/3/1；/"),
        (DateForm.CHINESE, "2026年3月1日；/"),
        (DateForm.COMPACT, "20260301；/"),
    ],
)
def test_days_are_written_as_the_registrar_wants_them(form: DateForm, expected: str) -> None:
    assert ticks.written("2026-03-01；/", form) == expected
    assert ticks.values({"signed_on": "2026-03-01", "seller_number": "2026-03-01"}, form) == {
        "signed_on": expected.partition("；")[0],
        "seller_number": "2026-03-01",
    }


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)), st.sampled_from(DateForm))
def test_every_spelling_can_be_read_back(day: date, form: DateForm) -> None:
    assert read_day(ticks.written(day.isoformat(), form)) == day


def test_a_clerk_picks_fields_and_days_and_marks_what_is_typed_in(lite: Flask) -> None:
    offer, number = making.ready_paid(lite)
    venue = offer.venue
    transaction(lambda: cases.enter_registrar(venue.actor, OFFICE).id)  # wants 2026/3/1
    choice = Choice(contracts=(Chosen(number=number, not_elsewhere=True),))
    batch = transaction(lambda: exports.make(venue.actor, choice).number)
    page = f"/venue/batches/{batch}/rekey/1"
    browser = Browser(lite).sign_in(venue.email).get(page)
    signed = reading(lambda: exports.find(venue.actor, batch).items[0].row["form"]["signed_on"])
    slash = ticks.written(signed, DateForm.SLASH)
    assert f'readonly lang="zh-CN" value="{slash}"' in browser.html
    assert "平台存证编号" in browser.text
    browser.get(f"{page}?fields=typed&days=compact")
    assert ticks.written(signed, DateForm.COMPACT) in browser.html
    assert 'id="k-filing_number"' not in browser.html
    browser.submit(action=f"{page}/tick?days=compact&fields=typed")
    assert "我已录入 1 份" in browser.text
    someone = replace(venue.actor, account_id=offer.holder.actor.account_id)
    assert reading(lambda: ticks.ticked(someone, exports.find(venue.actor, batch))) == frozenset()
    assert reading(lambda: ticks.ticked(venue.actor, exports.find(venue.actor, batch))) == {1}
    assert making.state(number) == "exported"  # a mark says nothing to anybody
    browser.submit(action=f"{page}/tick?days=compact&fields=typed")
    assert reading(lambda: ticks.ticked(venue.actor, exports.find(venue.actor, batch))) == frozenset()
