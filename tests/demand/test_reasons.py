"""Why an offer was not taken: one click, nobody named, counted for its holder."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.database import db, transaction
from registry.demand import reasons, rules
from registry.demand.need_models import NotTaken
from registry.errors import NotFound, Refused, TooOften
from registry.licenses import register
from tests.browser import Browser
from tests.factories import make_organisation, reading
from tests.wishes import waiting_offer


def test_a_reason_is_counted_and_keeps_nothing_about_who_gave_it(app: Flask) -> None:
    offer, place = waiting_offer(app), "198.51.100.7"
    declaration = reading(lambda: register.find(offer.number).id)

    def say(why: str, words: str = "", place: str = place, actor: object = None) -> None:
        given = {"why": why, "words": words}
        transaction(lambda: reasons.say(actor, register.find(offer.number), given, place=place))  # type: ignore[arg-type]

    for why in ("price", "price", "term"):
        say(why, "期限太短" if why == "term" else "")
    with pytest.raises(TooOften, match="too_many_attempts"):
        say("price")
    say("other", place="198.51.100.8")
    with pytest.raises(Refused, match="contact_in_words"):
        say("other", "打我电话 13800138000", place="198.51.100.9")
    with pytest.raises(Refused, match="own_offer"):
        say("price", actor=offer.holder.actor, place="198.51.100.10")
    found = reading(lambda: reasons.for_holder(offer.holder.actor, register.find(offer.number)))
    assert found.counts == {"price": 2, "term": 1, "other": 1}
    query = select(func.count(NotTaken.id)).where(NotTaken.declaration_id == declaration)
    assert reading(lambda: db.session.scalar(query)) == found.total
    kept = {column.name for column in NotTaken.__table__.columns}
    assert kept == {"id", "declaration_id", "why", "words", "day"}
    with pytest.raises(NotFound):
        reasons.for_holder(make_organisation(app, "c1").actor, register.find(offer.number))
    assert rules.REASONS_EACH < rules.REASONS


def test_a_visitor_says_why_not_and_the_holder_reads_it(lite: Flask) -> None:
    offer = waiting_offer(lite)
    visitor = Browser(lite).get(f"/offers/{offer.number}")
    assert f'href="/offers/{offer.number}/why-not?why=price"' in visitor.html
    visitor.get(f"/offers/{offer.number}/why-not?why=unclear").submit({"words": "<b>看不懂</b>"})
    assert "谢谢" in visitor.text
    holder = Browser(lite).sign_in(offer.holder.email).get(f"/declarations/{offer.number}/attention")
    assert "没看明白" in holder.text
    assert "<b>看不懂" not in holder.html
    assert visitor.post(f"/offers/{offer.number}/why-not", {"why": "price"}).status == 403, (
        "no token, no count"
    )
