"""Royalty reports: signed, committed, answered, corrected; refused out of season and out of turn."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import duties, refunds, register
from registry.contracts import royalty_reports as reports
from registry.contracts.models import Acceptance
from registry.database import transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger import service as ledger
from tests.contracts import performing as do
from tests.contracts.taking import ADVANCE, answer, claim, filings, refund_ids, seen, taken
from tests.factories import FREE, Offer, Person, make_organisation, make_upload, published, reading

QUARTER = timedelta(days=95)


def state(report_id: object) -> str:
    return reading(lambda: reports.find(report_id).state)  # type: ignore[arg-type]


def test_a_report_is_one_filing_without_an_amount_in_clear(app: Flask) -> None:
    offer, licensee, number = do.licensed(app)
    with time_machine.travel(clock.now() + QUARTER, tick=True):
        extract = make_upload(app, licensee, "other")
        size = reading(lambda: ledger.size())
        made = do.report(licensee, number, deduction_words="", note="账目见附件", files=[extract])
        kind, fields = filings(size)[0]
        assert kind == "royalty.reported"
        assert fields["key"] == "report:1"
        assert "3000" not in str(fields)
        opened = {row["path"]: row["value"] for row in reading(lambda: ledger.disclosures(size + 1))}
        assert opened["amounts"]["due"] == "3000.00"
        assert len(opened["evidence"]) == 1
        do.answer_report(offer.holder, made, "agree")
        assert state(made) == "agreed"
        assert filings(size)[-1][1]["outcome"] == "agreed"


def test_what_is_reported_is_owed_even_when_disputed(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + QUARTER, tick=True):
        made = do.report(licensee, number)
        with pytest.raises(Refused, match="required"):
            do.answer_report(offer.holder, made, "dispute")
        do.answer_report(offer.holder, made, "dispute", "漏报了线上销售。")
        found = reading(lambda: reports.fixed(register.find(number)))
        assert found["royalty:1"].amount == Decimal("3000.00")
        do.answer_report(offer.holder, made, "agree")
        assert state(made) == "agreed"


def test_a_corrected_report_takes_the_formers_place(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + QUARTER, tick=True):
        first = do.report(licensee, number)
        second = do.report(licensee, number, nil=True, parts=[])
        assert (state(first), state(second)) == ("superseded", "reported")
        found = reading(lambda: reports.fixed(register.find(number)))
        assert found["royalty:1"].amount == Decimal("0.00")
        fields = filings(0)[-1][1]
        assert (fields["edition"], fields["supersedes"]) == (2, reading(lambda: reports.find(first).seq))


def test_a_period_is_reported_after_it_is_over_by_its_licensee_alone(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with pytest.raises(Refused, match="period_running"):
        do.report(licensee, number)
    with time_machine.travel(clock.now() + QUARTER, tick=True):
        with pytest.raises(NotAllowed):
            do.report(offer.holder, number)
        with pytest.raises(NotFound):
            do.report(make_organisation(lite, "c2"), number)
        with pytest.raises(NotFound):
            do.report(licensee, number, period=99)
        with pytest.raises(Refused, match="nil_with_figures"):
            do.report(licensee, number, nil=True)
        with pytest.raises(Refused) as refused:
            do.report(licensee, number, parts=[{"gross": Decimal(5), "deductions": Decimal(1)}])
        assert refused.value.field == "deduction_words"


def test_questions_go_to_and_fro_in_turns_and_not_for_ever(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + QUARTER, tick=True):
        made = do.report(licensee, number)
        with pytest.raises(Conflict, match="wrong_state"):
            transaction(lambda: reports.ask(licensee.actor, reports.find(made), "谁问了？"))
        for _ in range(10):
            transaction(lambda: reports.ask(offer.holder.actor, reports.find(made), "线上销售算了吗？"))
            transaction(lambda: reports.ask(licensee.actor, reports.find(made), "算了。"))
        with pytest.raises(Refused, match="too_many_messages"):
            transaction(lambda: reports.ask(offer.holder.actor, reports.find(made), "还有吗？"))
        assert state(made) == "reported"


def test_an_advance_is_credited_and_fixes_the_order_of_reports(lite: Flask) -> None:
    offer = published(lite, fee=ADVANCE)
    licensee = make_organisation(lite, "c1")
    number = taken(licensee, offer)
    answer(offer.holder, claim(lite, licensee, number, amount=Decimal(10000)), amount=Decimal(10000))
    with time_machine.travel(clock.now() + timedelta(days=190), tick=True):
        first = do.report(licensee, number, parts=[{"gross": Decimal(300000), "deductions": None}])
        second = do.report(licensee, number, period=2, parts=[{"gross": Decimal(100000), "deductions": None}])

        def due(report_id: object) -> tuple[Decimal, Decimal]:
            found = reports.find(report_id)  # type: ignore[arg-type]
            return found.credited, found.due

        assert reading(lambda: due(first)) == (Decimal("9000.00"), Decimal("0.00"))
        assert reading(lambda: due(second)) == (Decimal("1000.00"), Decimal("2000.00"))
        with pytest.raises(Conflict, match="later_reported"):
            do.report(licensee, number)


def test_a_license_that_ended_is_reported_to_its_last_day(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=30), tick=True):
        do.end(offer.holder, number, ground="refused")
        ended = clock.today()
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):

        def read(found: Acceptance) -> list[tuple[str, bool]]:
            assert [one.period_last for one in reports.periods(found)] == [ended]
            return [(one.key, one.done) for one in duties.of_side(found, "licensee")]

        assert ("report:1", False) in reading(lambda: read(register.find(number)))
        do.report(licensee, number)
    assert seen(number, "state") == ("terminated",)


def test_a_free_license_has_no_royalty_page(lite: Flask) -> None:
    _, licensee, number = do.licensed(lite, FREE)
    with pytest.raises(NotFound):
        do.report(licensee, number)


def advanced(app: Flask) -> tuple[Offer, Person, str]:
    offer, licensee = published(app, fee=ADVANCE), make_organisation(app, "c1")
    number = taken(licensee, offer)
    answer(offer.holder, claim(app, licensee, number, amount=Decimal(10000)), amount=Decimal(10000))
    return offer, licensee, number


def test_an_advance_is_not_credited_twice_to_reports_that_come_out_of_turn(lite: Flask) -> None:
    _, licensee, number = advanced(lite)
    sold = [{"gross": Decimal(400000), "deductions": None}]
    with time_machine.travel(clock.now() + timedelta(days=190), tick=True):
        with pytest.raises(Conflict, match="earlier_unreported"):
            do.report(licensee, number, period=2, parts=sold)
        made = [do.report(licensee, number, period=period, parts=sold) for period in (1, 2)]
        credited = reading(lambda: [reports.find(one).credited for one in made])
        assert credited == [Decimal("10000.00"), Decimal("0.00")]


def test_what_both_sides_agreed_on_is_not_lowered_by_one_of_them(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + QUARTER, tick=True):
        made = do.report(licensee, number)
        do.answer_report(offer.holder, made, "agree")
        with pytest.raises(Conflict, match="agreed_lowered"):
            do.report(licensee, number, nil=True, parts=[])
        more = do.report(licensee, number, parts=[{"gross": Decimal(200000), "deductions": None}])
        assert (state(made), state(more)) == ("superseded", "reported")


def test_what_was_paid_beyond_a_corrected_report_goes_back_once_it_is_agreed(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + QUARTER, tick=True):
        do.report(licensee, number)
        paid = claim(lite, licensee, number, amount=Decimal(3000), due="royalty:1")
        answer(offer.holder, paid, amount=Decimal(3000))
        less = do.report(licensee, number, parts=[{"gross": Decimal(40000), "deductions": None}])
        assert reading(lambda: refund_ids(number)) == []
        do.answer_report(offer.holder, less, "agree")
        (back,) = reading(lambda: refund_ids(number))
        assert reading(lambda: refunds.find(back).amount) == Decimal("1800.00")
        more = do.report(licensee, number, parts=[{"gross": Decimal(40000), "deductions": None}])
        do.answer_report(offer.holder, more, "agree")
        assert len(reading(lambda: refund_ids(number))) == 1
