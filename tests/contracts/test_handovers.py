"""Hand-over of materials: recorded by the holder, confirmed or found incomplete by the licensee (CC 866)."""

from datetime import timedelta

import pytest
from flask import Flask

from registry import clock
from registry.contracts import duties, handovers, register
from registry.errors import Conflict, NotAllowed, Refused
from tests.contracts import performing as do
from tests.contracts.taking import filings
from tests.factories import FREE, make_upload, reading


def open_codes(number: str, side: str) -> set[str]:
    return {one.code for one in reading(lambda: duties.of_side(register.find(number), side)) if not one.done}


def test_the_duty_is_done_when_handed_over_and_the_receipt_closes_it(app: Flask) -> None:
    offer, licensee, number = do.licensed(app, FREE, materials=do.MATERIALS)
    assert "handover" in open_codes(number, "holder")
    drawing = make_upload(app, offer.holder, "other")
    made = do.hand_over(offer.holder, number, clock.today(), files=[drawing])
    assert "handover" not in open_codes(number, "holder")
    assert "receipt" in open_codes(number, "licensee")
    do.answer_handover(licensee, made, "miss", "缺样机图纸")
    assert "handover" in open_codes(number, "holder")
    with pytest.raises(NotAllowed):
        do.answer_handover(offer.holder, made, "confirm")
    second = do.hand_over(offer.holder, number, clock.today(), items="样机图纸一套")
    do.answer_handover(licensee, second, "confirm")
    assert "handover" not in open_codes(number, "holder")
    assert "receipt" not in open_codes(number, "licensee")
    kinds = [kind for kind, _ in filings(0) if kind.startswith("handover")]
    assert kinds == ["handover.recorded", "handover.confirmed"] * 2


def test_a_day_to_come_or_before_the_license_is_refused_and_one_at_a_time(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite, FREE, materials=do.MATERIALS)
    with pytest.raises(Refused, match="day_in_future"):
        do.hand_over(offer.holder, number, clock.today() + timedelta(days=1))
    with pytest.raises(Refused, match="day_before_license"):
        do.hand_over(offer.holder, number, clock.today() - timedelta(days=1))
    with pytest.raises(NotAllowed):
        do.hand_over(licensee, number, clock.today())
    made = do.hand_over(offer.holder, number, clock.today())
    with pytest.raises(Conflict, match="handover_open"):
        do.hand_over(offer.holder, number, clock.today())
    with pytest.raises(Refused, match="required"):
        do.answer_handover(licensee, made, "miss")


def test_a_license_of_the_published_text_alone_has_no_such_duty(lite: Flask) -> None:
    _offer, _, number = do.licensed(lite, FREE)
    assert not reading(lambda: handovers.promised(register.find(number)))
    assert "handover" not in open_codes(number, "holder")
