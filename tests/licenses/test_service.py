"""Drafting, signing and handing in: what the holder's own verbs promise."""

from datetime import timedelta

import pytest
from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, Invalid, NotFound, Refused
from registry.ledger import service as ledger
from registry.licenses import assembly, register, reviews
from registry.licenses import service as licenses
from registry.parties.models import Organisation, Venue
from registry.parties.rules import Role
from registry.patents import service as patents
from tests import factories
from tests.factories import LUMP


def codes(refused: list[Refused]) -> set[str]:
    return {refusal.code for refusal in refused}


def test_an_offer_goes_from_draft_to_a_filing_everybody_can_check(app: Flask) -> None:
    offer = factories.published(app, fee=LUMP)
    declaration = register.find(offer.number)
    assert declaration.state == "published"
    assert declaration.published_seq is not None
    filed = ledger.filed_at(declaration.published_seq)[1]
    assert filed.fields["text_digest"] == declaration.current.digest
    assert filed.fields["owners"] == ["申城理工大学"]
    assert filed.fields["cnipa_status"] == "not_filed"
    assert len(filed.statements) == 1
    db.session.rollback()
    assert ledger.audit().exit_code == 0


def test_a_fresh_draft_lacks_fee_and_dates_and_says_so(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.make_patent(lite, holder)

    def work() -> str:
        place = db.session.get_one(Venue, venue.venue_id)
        return licenses.draft(holder.actor, patents.find(number), place).number

    declaration = register.find(transaction(work))
    found = licenses.checks(declaration)
    assert {"fee.method", "offer_last_day", "license_last_day"} <= {one.field for one in found}
    assert codes(found) == {"required"}


def test_a_ready_draft_has_nothing_against_it(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    declaration = register.find(factories.ready_draft(lite, holder, venue))
    assert licenses.checks(declaration) == []


def test_preparing_twice_gives_the_same_statement(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue)
    first, second = (
        factories.reading(lambda: licenses.prepare(holder.actor, register.find(number))) for _ in range(2)
    )
    assert first == second


def test_what_was_signed_for_another_text_is_refused(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue)
    statement = holder.sign(factories.reading(lambda: licenses.prepare(holder.actor, register.find(number))))
    digest = statement.fields["fields"]["text_digest"]
    change = factories.steps()["acts"] | {"made_by_contractor": False}
    transaction(lambda: licenses.save_step(holder.actor, register.find(number), "acts", change))
    with pytest.raises(Conflict, match="stale_digest"):
        transaction(lambda: licenses.submit(holder.actor, register.find(number), statement, digest=digest))
    assert register.find(number).state == "draft"


def test_a_signature_that_does_not_hold_is_refused_at_once(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue)
    fields = factories.reading(lambda: licenses.prepare(holder.actor, register.find(number)))
    forged = factories.make_account(lite).sign(fields)
    forged = type(forged)(
        fields=forged.fields,
        alg="ed25519",
        kid=holder.signer.kid,
        signature=forged.signature,
        level="account",
    )
    with pytest.raises(Refused, match="signature_invalid"):
        transaction(
            lambda: licenses.submit(
                holder.actor, register.find(number), forged, digest=fields["fields"]["text_digest"]
            )
        )


def test_only_a_checked_organisation_may_declare(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite, verified=False), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue)
    with pytest.raises(Refused, match="organisation_unverified"):
        licenses.prepare(holder.actor, register.find(number))


def test_a_preparer_drafts_but_does_not_sign(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    helper = factories.make_member(lite, holder, Role.PREPARER)
    number = factories.ready_draft(lite, helper, venue)
    with pytest.raises(Refused, match="not_allowed"):
        licenses.prepare(helper.actor, register.find(number))
    factories.submit(lite, holder, number)
    assert register.find(number).state == "submitted"


def test_another_organisation_learns_of_no_draft(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    stranger = factories.make_organisation(lite, "c1")
    number = factories.ready_draft(lite, holder, venue)
    with pytest.raises(NotFound):
        transaction(lambda: licenses.save_step(stranger.actor, register.find(number), "acts", {}))


def test_a_patent_has_at_most_one_open_declaration(app: Flask) -> None:
    holder, venue = factories.make_organisation(app), factories.make_venue(app)
    patent = factories.make_patent(app, holder)
    first, second = (factories.ready_draft(app, holder, venue, patent=patent) for _ in range(2))
    factories.submit(app, holder, first)
    with pytest.raises(Conflict, match="patent_has_open_declaration"):
        factories.submit(app, holder, second)
    assert register.find(second).state == "draft"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fee": {**LUMP, "amount": "0.00"}}, "amount_zero"),
        ({"term": {"offer_last_day": "2020-01-01"}}, "offer_day_past"),
        ({"term": {"license_last_day": "2099-01-01"}}, "license_day_after_patent"),
        ({"acts": {"acts": []}}, "required"),
        ({"declarant": {"signer_capacity": "authorised"}}, "authority_missing"),
        ({"declarant": {"signer_capacity": ""}}, "required"),
        ({"fee_note": {"text": "国内领先的技术。"}}, "advertising_words"),
    ],
)
def test_what_the_law_refuses_is_not_handed_in(lite: Flask, changes: dict, code: str) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue, **changes)
    with pytest.raises(Refused) as refused:
        licenses.prepare(holder.actor, register.find(number))
    found = refused.value.refusals if isinstance(refused.value, Invalid) else (refused.value,)
    assert code in codes(list(found))


def test_a_fee_above_the_cap_is_refused_unless_the_reviewer_is_asked(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue, fee={**LUMP, "amount": "20000000.01"})
    assert codes(licenses.checks(register.find(number))) == {"fee_over_cap"}
    assert licenses.obstacles(register.find(number)) == []  # the builder's declarant asks
    transaction(lambda: licenses.tick(holder.actor, register.find(number), {"ask_reviewer": False}))
    with pytest.raises(Refused) as refused:
        licenses.prepare(holder.actor, register.find(number))
    assert (refused.value.code, refused.value.field) == ("fee_over_cap", "fee.amount")
    assert refused.value.article == "GL 3.3"
    assert register.find(number).state == "draft"


def test_a_public_institution_owes_its_notice_of_the_price(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue)
    transaction(lambda: licenses.tick(holder.actor, register.find(number), {"internal_check": False}))
    assert codes(licenses.checks(register.find(number))) == {"internal_check_missing"}


def test_a_patentee_from_abroad_declares_through_an_agency(lite: Flask) -> None:
    holder = factories.make_organisation(lite, "c1", country="HK", name="Example Ltd")
    venue = factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue)
    assert codes(licenses.checks(register.find(number))) == {"agency_required"}


def test_a_returned_declaration_is_signed_anew_and_keeps_its_version_when_the_text_is_the_same(
    lite: Flask,
) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.submitted(lite, holder, venue)
    old_salts = register.find(number).draft["signing"]["salts"]

    def back() -> None:
        reviews.take_up(venue.actor, register.find(number))
        reviews.note_line(venue.actor, register.find(number), "attachments", "problem", "扫描件不清楚")
        reviews.send_back(venue.actor, register.find(number))

    transaction(back)
    assert register.find(number).state == "returned"
    assert register.find(number).draft["signing"]["salts"] != old_salts
    transaction(lambda: licenses.tick(holder.actor, register.find(number), factories.TICKED))
    factories.submit(lite, holder, number)
    versions = register.find(number).versions
    assert [(one.submission, one.version) for one in versions] == [(1, 1), (2, 1)]


def test_answers_are_kept_as_what_can_be_signed(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    number = factories.ready_draft(lite, holder, venue)
    contact = factories.steps()["contact"] | {"unit": "Cafe\u0301 转移中心"}
    transaction(lambda: licenses.save_step(holder.actor, register.find(number), "contact", contact))
    assert register.find(number).draft["contact"]["unit"] == "Café 转移中心"
    with pytest.raises(Refused, match="not_valid"):
        transaction(lambda: licenses.save_step(holder.actor, register.find(number), "acts", {"share": 0.5}))


def test_a_natural_person_is_named_in_the_open_text_only(lite: Flask) -> None:
    holder = factories.make_organisation(lite, "c1", kind="person", name="林小满", uscc="")
    offer = factories.published(lite, holder, contact={"relay": True})
    declaration = register.find(offer.number)
    filed = ledger.filed_at(declaration.published_seq)[1]
    assert filed.fields["owners"] == []
    assert "林小满" not in str(filed.fields)
    assert "林小满" in declaration.current.public_text
    assert "021-63211234" not in declaration.current.public_text


def test_a_successor_names_the_envelope_it_supersedes(lite: Flask) -> None:
    offer = factories.published(lite)
    factories.withdraw(lite, offer)
    envelope = register.find(offer.number).published_envelope

    def work() -> str:
        place = db.session.get_one(Venue, offer.venue.venue_id)
        patent = patents.find(offer.patent)
        made = licenses.draft(offer.holder.actor, patent, place, successor_of=offer.number)
        for step, given in factories.steps().items():
            licenses.save_step(offer.holder.actor, made, step, given)
        licenses.tick(offer.holder.actor, made, factories.TICKED)
        return made.number

    number = transaction(work)
    said = licenses.prepare(offer.holder.actor, register.find(number))
    assert said["fields"]["supersedes"] == envelope


def test_offers_end_by_the_clock_after_their_last_day(lite: Flask) -> None:
    offer = factories.published(lite)

    def age() -> None:
        register.find(offer.number).offer_last_day = clock.today() - timedelta(days=1)

    transaction(age)
    assert transaction(register.expire_due) == 1
    declaration = register.find(offer.number)
    assert declaration.state == "expired"
    last = ledger.filed_at(ledger.size() - 1)[1]
    assert (last.type, last.fields["ground"]) == ("declaration.ended", "expired")
    db.session.rollback()
    assert transaction(register.expire_due) == 0


def test_standard_terms_are_loaded_once_and_never_changed(lite: Flask) -> None:
    assert transaction(register.load_standard_terms) == 0
    terms = register.terms_on_day()
    assert terms.version == "2026-03"
    assert terms.text_zh.startswith("专利实施许可合同标准条款")
    assert "Article 16" in terms.text_en


def test_the_english_text_is_a_translation_of_the_signed_one(lite: Flask) -> None:
    declaration = register.find(factories.published(lite).number)
    shown = assembly.public(declaration)
    assert shown.text_zh == declaration.current.public_text
    assert shown.text_en.startswith("Patent open licensing declaration")


def test_prefilled_answers_come_from_register_and_organisation(lite: Flask) -> None:
    holder = factories.make_organisation(lite)
    patent = patents.find(factories.make_patent(lite, holder, co_owners=("r1",)))
    given = assembly.prefilled(patent)
    assert [item["name"] for item in given["owners"]["items"]] == ["申城理工大学", "申城应用技术研究院"]
    assert given["contact"]["unit"] == db.session.get_one(Organisation, holder.organisation_id).name
