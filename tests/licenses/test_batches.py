"""Batches: a table becomes drafts, judged row by row, brought again, forgotten where it led to nothing."""

from datetime import timedelta

import pytest
from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.licenses import (
    batch_drafts,
    batch_signing,
    batches,
    register,
    term_sets,
)
from registry.licenses import service as licenses
from registry.licenses.batch_models import BatchRow
from registry.licenses.models import Declaration
from registry.parties.models import Venue
from registry.patents import service as patents
from tests import factories
from tests.factories import make_organisation, make_venue, patent_number, reading
from tests.licenses import batching
from tests.licenses.batching import found, row


def declarations() -> int:
    return reading(lambda: db.session.query(Declaration).count())


def test_a_preview_writes_nothing_about_patents_or_declarations(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    batch_id = batching.bring(holder, venue, [row(), row(amount="abc"), row()])
    assert batching.verdicts(batch_id, live=False) == ["ready", "refused", "ready"]
    assert declarations() == 0
    assert reading(lambda: patents.of_holder(holder.actor)) == []


def test_a_table_becomes_drafts_that_only_lack_the_signature(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row(amount="12,000"), row(method="免费")])
    assert batching.verdicts(batch_id) == ["ready", "ready"]
    first, second = batching.numbers_of(batch_id)
    declaration = register.find(first)
    assert declaration.draft["fee"]["amount"] == "12000.00"
    assert declaration.patent.inventors == ["张三", "李四"]
    assert {one.field for one in licenses.checks(declaration)} <= batch_signing.TICKED
    assert register.find(second).draft["fee"] == {"method": "FREE", "tax_included": True} or (
        register.find(second).draft["fee"]["method"] == "FREE"
    )
    assert batch_signing.is_ready(declaration)


def test_rows_that_cannot_become_drafts_say_why(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    other = make_organisation(lite, "c1")
    batching.make_set(holder)
    batching.make_set(other, "别人的模板")
    taken = factories.make_patent(lite, other)
    offer = factories.published(lite, holder, venue)
    twin = patent_number()
    batch_id = batching.bring(
        holder,
        venue,
        [
            row(twin),
            row(twin),
            row(taken),
            row(offer.patent),
            row(term_set="别人的模板"),
            row(term_set="没有这个"),
            row(owners="别的大学"),
            row("ZL201810323021.6"),
            row("1.23E+15"),
            row(title=""),
            row(method="FREE", amount="5"),
        ],
    )
    assert batching.codes(batch_id, live=False) == [
        [],
        ["row_duplicate"],
        ["patent_known"],
        ["patent_has_open_declaration"],
        ["term_set_unknown"],
        ["term_set_unknown"],
        ["holder_not_owner"],
        ["patent_number_check"],
        ["number_shortened"],
        ["required"],
        ["amount_not_used"],
    ]


def test_a_draft_with_something_missing_names_it(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    rows = [
        row(annuity_paid_to=""),
        row(term_set=""),
        row(application="车间"),
        row("ZL202129999004.8", title="架"),
    ]
    batch_id = batching.drafted(holder, venue, rows)
    assert batching.verdicts(batch_id) == ["incomplete"] * 4
    said = batching.codes(batch_id)
    assert "bar_annuity" in said[0] or any("annuity" in one for one in said[0])
    assert "step_missing" in said[1]
    assert "required" in said[2]
    assert any("report" in one for one in said[3])
    assert len(batching.numbers_of(batch_id)) == 4


def test_a_corrected_table_changes_only_rows_still_draft(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    one, two, three, four = (patent_number() for _ in range(4))
    batch_id = batching.drafted(holder, venue, [row(one), row(two), row(three), row(four, amount="x")])
    numbers = batching.numbers_of(batch_id)
    batching.sign(holder, batch_id, numbers[:1])
    batching.bring_again(
        holder, batch_id, [row(one, amount="1"), row(two, amount="2"), row(four, title="新名称")]
    )
    assert batching.verdicts(batch_id, live=False) == ["unchanged", "ready", "ready"]
    assert batching.draft(holder, batch_id)
    after = batching.numbers_of(batch_id)
    assert set(numbers) < set(after)
    assert len(after) == 4
    amounts = {register.find(n).patent.number: register.find(n).draft["fee"]["amount"] for n in after}
    assert amounts == {one: "68000.00", two: "2.00", three: "68000.00", four: "68000.00"}
    assert register.find(numbers[0]).state == "submitted"
    db.session.rollback()


def test_a_row_brought_again_without_a_set_is_judged_with_its_draft_and_leaves_it_its_terms(
    lite: Flask,
) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    one = patent_number()
    batch_id = batching.drafted(holder, venue, [row(one)])
    draft = reading(lambda: register.find(batching.numbers_of(batch_id)[0]).draft)
    by_hand = {**draft["use"], "summary": "亲手写的摘要"}

    def write() -> None:
        mine = register.find(batching.numbers_of(batch_id)[0])
        licenses.save_steps(holder.actor, mine, {"use": by_hand})

    transaction(write)
    again = row(one, term_set="", method="一次总付", amount="70000", application="", industry="")
    batching.bring_again(holder, batch_id, [again])
    assert batching.verdicts(batch_id, live=False) == ["ready"]
    assert batching.codes(batch_id, live=False) == [[]]
    assert batching.draft(holder, batch_id)
    after = reading(lambda: register.find(batching.numbers_of(batch_id)[0]).draft)
    assert after == {**draft, "use": by_hand, "fee": {**draft["fee"], "amount": "70000.00"}}


def test_a_table_that_has_changed_since_is_shown_again(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    set_id = batching.make_set(holder)
    batch_id = batching.bring(holder, venue, [row()])
    transaction(
        lambda: (
            term_sets.save(
                holder.actor, term_sets.find(holder.actor, set_id), {"opening": {"open_from": "announcement"}}
            ).version
        )
    )
    assert not batching.draft(holder, batch_id)
    assert declarations() == 0
    assert batching.draft(holder, batch_id)
    with pytest.raises(Conflict, match="batch_drafting"):
        batching.draft(holder, batch_id)


def test_a_changed_term_set_changes_no_draft(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    set_id = batching.make_set(holder)
    batch_id = batching.drafted(holder, venue, [row()])
    before = reading(lambda: register.find(batching.numbers_of(batch_id)[0]).draft)
    free = {"method": "FREE", "amount": None}
    transaction(
        lambda: term_sets.save(holder.actor, term_sets.find(holder.actor, set_id), {"fee": free}).version
    )
    again = reading(lambda: register.find(batching.numbers_of(batch_id)[0]).draft)
    assert again == before
    kept = reading(lambda: batches.rows_of(found(batch_id), live=True)[0].term_set_version)
    assert kept == 1
    assert reading(lambda: term_sets.find(holder.actor, set_id).current.version) == 2


def test_another_organisations_term_set_and_batch_are_not_there(lite: Flask) -> None:
    holder, stranger = make_organisation(lite, "u1"), make_organisation(lite, "c1")
    venue = make_venue(lite, "v1")
    set_id = batching.make_set(holder)
    batch_id = batching.bring(holder, venue, [row()])
    for look in (
        lambda: term_sets.find(stranger.actor, set_id),
        lambda: batches.find(stranger.actor, batch_id),
        lambda: batch_drafts.make_drafts(stranger.actor, found(batch_id), "0"),
        lambda: batches.discard(stranger.actor, found(batch_id)),
    ):
        with pytest.raises(NotFound):
            reading(look)
    with pytest.raises(Refused, match="term_set_unknown"):
        batching.bring(stranger, venue, [row()], usual=str(set_id))


def test_what_became_nothing_is_forgotten(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    batching.make_set(holder)
    kept = batching.drafted(holder, venue, [row(), row(amount="x")])
    shown = batching.bring(holder, venue, [row()])
    assert transaction(lambda: batches.forget(1)) == 0
    with clock.pretend(clock.now() + timedelta(days=3)):
        assert transaction(lambda: batches.forget(1)) == 2
    assert reading(lambda: db.session.query(BatchRow).filter_by(batch_id=kept).count()) == 1
    assert reading(lambda: db.session.query(BatchRow).filter_by(batch_id=shown).count()) == 0
    assert reading(lambda: db.session.get(Venue, venue.venue_id)) is not None
