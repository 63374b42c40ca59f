"""Royalty reports by machines: prepared, signed elsewhere, sent; answered the same way."""

from datetime import timedelta

import time_machine
from flask import Flask

from registry import clock
from tests.contracts import performing as do
from tests.contracts.test_api import signed
from tests.licenses.test_api import Machine


def test_a_report_is_prepared_signed_and_answered_by_machines(lite: Flask) -> None:
    offer, c1, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=95), tick=True):
        licensee, holder = Machine(lite, c1), Machine(lite, offer.holder)
        path = f"/acceptances/{number}/royalties"
        figures = {"parts": [{"gross": "100000.55", "deductions": "500.00"}], "units": 3}
        missing = licensee.call("POST", f"{path}/1/prepare", figures)
        assert missing.status_code == 422
        assert "deduction_words" in missing.text
        figures["deduction_words"] = "退货 500.00 元"
        assert holder.call("POST", f"{path}/1/prepare", figures).status_code == 403
        prepared = licensee.do("POST", f"{path}/1/prepare", figures, status=201)
        body = {"prepared": prepared["prepared"], **signed(licensee, prepared)}
        assert licensee.call("POST", f"{path}/2", body).status_code == 404
        made = licensee.do("POST", f"{path}/1", body, status=201)
        assert (made["state"], made["due"], made["edition"]) == ("reported", "2985.02", 1)
        first = holder.do("GET", path)[0]
        assert (first["period"], first["report"]["id"]) == (1, made["id"])
        talk = f"/royalty-reports/{made['id']}/answer"
        assert holder.call("POST", f"{talk}/prepare", {"outcome": "dispute"}).status_code == 422
        prepared = holder.do("POST", f"{talk}/prepare", {"outcome": "agree"}, status=201)
        body = {"prepared": prepared["prepared"], **signed(holder, prepared)}
        answered = holder.do("POST", talk, body, status=201)
        assert answered["state"] == "agreed"
        assert answered["answer_seq"] > made["seq"]
        used = holder.call("POST", talk, body)
        assert (used.status_code, used.json["code"]) == (409, "prepared_used")
