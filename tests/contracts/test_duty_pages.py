"""Acts after a license, page by page: figures are reckoned before they are signed, and no form is lost."""

from datetime import timedelta

import time_machine
from flask import Flask

from registry import clock
from registry.contracts import register
from registry.contracts import royalty_reports as reports
from tests.browser import PASSWORD, Browser
from tests.contracts import performing as do
from tests.factories import reading


def test_figures_are_reckoned_first_and_filed_when_signed(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=95), tick=True):
        path = f"/acceptances/{number}/royalties/1"
        browser = Browser(lite).sign_in(licensee.email)
        assert "3,000.02" in browser.get(path).submit({"parts.0.gross": "100000.55"}).text
        assert not reading(lambda: reports.newest(register.find(number)))
        wrong = {"parts.0.gross": "100", "parts.0.deductions": "5", "password": PASSWORD}
        assert browser.get(path).submit(wrong).status == 422
        assert 'value="100"' in browser.html
        browser.get(path).submit({"parts.0.gross": "100000.55", "password": PASSWORD})
        assert browser.status == 200
        found = reading(lambda: reports.newest(register.find(number))[1].id)
        holder, talk = Browser(lite).sign_in(offer.holder.email), f"/royalty-reports/{found}"
        holder.get(path).submit({"words": "含线上销售吗？"}, action=f"{talk}/messages")
        assert "含线上销售吗？" in browser.get(path).text
        answer = {"outcome": "dispute", "password": PASSWORD}
        assert holder.get(path).submit(answer, action=f"{talk}/answer").status == 422
        holder.get(path).submit({**answer, "outcome": "agree"}, action=f"{talk}/answer")
        assert "双方一致" in browser.get(path).text


def test_a_nil_report_is_one_form(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=95), tick=True):
        path = f"/acceptances/{number}/royalties/1"
        browser = Browser(lite).sign_in(licensee.email)
        assert browser.get(path).submit({"password": PASSWORD}, action=path).status == 200
        assert "零报告" in browser.text
        assert "提成费报告" in browser.get(f"/acceptances/{number}/royalties").text


def test_a_default_is_noticed_and_answered_on_the_pages(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=120), tick=True):
        path = f"/acceptances/{number}/default"
        holder = Browser(lite).sign_in(offer.holder.email)
        given = {"key": "report:1", "days": "20", "words": "请报告", "password": PASSWORD}
        page = holder.get(path).submit({**given, "password": "wrong"})
        assert (page.status, "请报告" in page.html) == (422, True)
        address, again = holder.get(path).press_twice(given)
        assert address == again
        assert address.startswith("/default-notices/")
        browser = Browser(lite).sign_in(licensee.email)
        answer = {"outcome": "asks_time", "words": "请宽限", "password": PASSWORD}
        browser.get(address).submit(answer, action=f"{address}/answer")
        assert "请宽限" in holder.get(address).text
        assert holder.submit({"verb": "withdraw"}, action=f"{address}/close").status == 200
        assert "已撤回" in browser.get(address).text
        why = {"ground": "refused", "words": "对方表示不再履行", "password": PASSWORD}
        ended, again = holder.get(f"/acceptances/{number}/end").press_twice(why)
        assert (ended, ended.startswith("/endings/")) == (again, True)
