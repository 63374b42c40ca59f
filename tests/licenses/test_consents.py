"""Co-owners: each agrees to one exact text, and another text needs another consent."""

import pytest
from flask import Flask

from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.ledger import service as ledger
from registry.licenses import consents, register, reviews
from registry.licenses import service as licenses
from registry.licenses.models import Consent
from registry.parties.models import Mail, Upload
from tests import factories


@pytest.fixture
def draft(lite: Flask) -> tuple[Flask, factories.Person, factories.Person, str]:
    """A draft of two owners, nobody asked yet."""
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    return lite, holder, venue, factories.ready_draft(lite, holder, venue, co_owners=("r1",))


def states(number: str) -> list[str]:
    return factories.reading(lambda: [one.state for one in consents.status(register.find(number))])


def missing(number: str) -> list[str]:
    found = factories.reading(lambda: licenses.checks(register.find(number)))
    return [one.code for one in found if one.field.startswith("patentees")]


def ask(holder: factories.Person, number: str) -> str:
    """Ask, and follow the latest link."""
    transaction(lambda: consents.ask(holder.actor, register.find(number)))
    return factories.consent_links(number)[-1]


def test_the_filing_carries_the_statement_of_every_owner(app: Flask) -> None:
    offer = factories.published(app, co_owners=("r1", "c2"))
    declaration = register.find(offer.number)
    filed = ledger.filed_at(declaration.published_seq)[1]
    assert [said.fields["role"] for said in filed.statements] == ["declarant", "co_owner", "co_owner"]
    assert [one["name"] for one in declaration.current.answers["consents"]] == [
        "申城应用技术研究院",
        "闵行云析信息技术有限公司",
    ]
    assert {one["level"] for one in declaration.current.answers["consents"]} == {"account"}
    db.session.rollback()
    assert ledger.audit().exit_code == 0


def test_without_a_co_owners_consent_nothing_is_handed_in(draft) -> None:
    app, holder, _, number = draft
    assert missing(number) == ["consent_missing"]
    with pytest.raises(Refused, match="consent_missing"):
        factories.submit(app, holder, number)
    factories.consent_all(app, holder, number)
    assert missing(number) == []
    factories.submit(app, holder, number)


def test_each_co_owner_gets_a_link_that_is_not_kept_in_clear(draft) -> None:
    _, holder, _, number = draft
    token = ask(holder, number)
    assert states(number) == ["declarant", "asked"]
    consent = consents.by_token(token)
    assert consent.name == "申城应用技术研究院"
    assert token not in consent.token_hash
    with pytest.raises(NotFound):
        consents.by_token(token[:-1])


def test_a_co_owner_without_an_address_is_named(draft) -> None:
    _, holder, _, number = draft
    owners = register.find(number).draft["owners"]
    bare = {**owners, "items": [{**item, "email": ""} for item in owners["items"]]}
    transaction(lambda: licenses.save_step(holder.actor, register.find(number), "owners", bare))
    with pytest.raises(Refused) as refused:
        transaction(lambda: consents.ask(holder.actor, register.find(number)))
    assert refused.value.field == "owners.items.1.email"


def test_a_change_of_the_text_voids_consents_and_names_whom_to_ask_again(draft) -> None:
    app, holder, _, number = draft
    factories.consent_all(app, holder, number)
    acts = factories.steps()["acts"] | {"acts": ["use"]}
    named = transaction(lambda: licenses.save_step(holder.actor, register.find(number), "acts", acts))
    assert named == ["申城应用技术研究院"]
    assert missing(number) == ["consent_missing"]
    with pytest.raises(Conflict, match="consent_void"):
        consents.by_token(factories.consent_links(number)[-1])
    told = db.session.query(Mail).filter_by(letter="consent_void").all()
    assert [number in one.body and "作出的同意" in one.body for one in told] == [True]
    db.session.rollback()
    factories.consent_all(app, holder, number)
    assert missing(number) == []


def test_a_change_that_is_not_public_leaves_consents_alone(draft) -> None:
    app, holder, _, number = draft
    factories.consent_all(app, holder, number)
    note = {"text": "另行测算。", "publicity_upload": None}
    assert (
        transaction(lambda: licenses.save_step(holder.actor, register.find(number), "fee_note", note)) == []
    )
    assert states(number) == ["declarant", "agreed"]
    factories.submit(app, holder, number)


def test_an_edit_of_the_patent_is_another_text_too(draft) -> None:
    app, holder, _, number = draft
    factories.consent_all(app, holder, number)
    transaction(lambda: setattr(register.find(number).patent, "title", "另一种方法"))
    assert missing(number) == ["consent_other_text"]


def test_a_consent_may_be_a_stamped_sheet_whose_digest_is_committed(draft) -> None:
    app, holder, venue, number = draft
    consent_id = consents.by_token(ask(holder, number)).id
    owner = factories.make_organisation(app, "r1", email="r1owner@example.cn")
    sheet = factories.make_upload(app, owner, "consent")

    def work() -> None:
        upload = db.session.get_one(Upload, sheet)
        consents.answer(owner.actor, db.session.get_one(Consent, consent_id), answer="agreed", upload=upload)

    transaction(work)
    factories.submit(app, holder, number)
    factories.pass_all(venue, number)
    transaction(lambda: reviews.approve(venue.actor, register.find(number)))
    declaration = register.find(number)
    filed = ledger.filed_at(declaration.published_seq)[1]
    assert len(filed.statements) == 1
    opened = {one["path"]: one["value"] for one in ledger.disclosures(declaration.published_seq)}
    digest = db.session.get_one(Upload, sheet).digest
    assert opened["evidence"]["consent_sheets"] == [{"digest": digest, "position": 1}]
    assert declaration.current.answers["consents"][0]["level"] == "sheet"
    assert reviews.shown_for_review(venue.actor, db.session.get_one(Upload, sheet))


def test_sending_back_needs_a_reason_and_tells_the_holder(draft) -> None:
    app, holder, _, number = draft
    consent_id = consents.by_token(ask(holder, number)).id
    owner = factories.make_account(app)

    def say(answer: str, reason: str) -> None:
        consent = db.session.get_one(Consent, consent_id)
        consents.answer(owner.actor, consent, answer=answer, reason=reason)

    with pytest.raises(Refused, match="required"):
        transaction(lambda: say("sent_back", " "))
    transaction(lambda: say("sent_back", "价格过低"))
    assert states(number) == ["declarant", "sent_back"]
    assert missing(number) == ["consent_missing"]
    letters = db.session.query(Mail).filter_by(address=holder.email).all()
    assert any("价格过低" in one.body for one in letters)
    with pytest.raises(Conflict, match="already_answered"):
        transaction(lambda: say("not_owner", "不是"))


def test_only_a_confirmed_account_may_answer(draft) -> None:
    _, holder, _, number = draft
    consent_id = consents.by_token(ask(holder, number)).id
    stranger = type(holder.actor)(account_id=holder.actor.account_id, confirmed=False)
    with pytest.raises(Refused, match="account_unconfirmed"):
        transaction(
            lambda: consents.answer(
                stranger, db.session.get_one(Consent, consent_id), answer="not_owner", reason="不是"
            )
        )


def test_a_signature_under_another_statement_is_no_consent(draft) -> None:
    app, holder, _, number = draft
    consent_id = consents.by_token(ask(holder, number)).id
    owner = factories.make_account(app)
    fields = factories.reading(lambda: consents.statement_for(db.session.get_one(Consent, consent_id)))
    other = owner.sign({**fields, "fields": {**fields["fields"], "offer_last_day": "2099-01-01"}})
    with pytest.raises(Conflict, match="stale_digest"):
        transaction(
            lambda: consents.answer(
                owner.actor, db.session.get_one(Consent, consent_id), answer="agreed", statement=other
            )
        )


def test_with_an_agency_even_a_single_patentee_consents(lite: Flask) -> None:
    holder, venue = factories.make_organisation(lite), factories.make_venue(lite)
    power = str(factories.make_upload(lite, holder, "agency_power"))
    agency = {
        "name": "徐汇明正专利代理事务所",
        "code": "31001",
        "agent": "",
        "power_upload": power,
        "scope": [],
    }
    number = factories.ready_draft(lite, holder, venue, declarant={"agency": agency})
    assert missing(number) == ["consent_missing"]
    transaction(lambda: consents.ask(holder.actor, register.find(number)))
    [asked] = [one for one in consents.status(register.find(number)) if one.state == "asked"]
    db.session.rollback()
    factories.agree(lite, asked.consent.id, holder)
    factories.submit(lite, holder, number)
    factories.pass_all(venue, number)
    transaction(lambda: reviews.approve(venue.actor, register.find(number)))
    filed = ledger.filed_at(register.find(number).published_seq)[1]
    assert [said.fields["role"] for said in filed.statements] == ["declarant", "co_owner"]


def test_new_standard_terms_ask_for_new_consents(draft) -> None:
    app, holder, _, number = draft
    factories.consent_all(app, holder, number)

    def newer() -> None:
        old = register.terms_on_day()
        db.session.add(
            type(old)(
                version="2026-09",
                effective_from=old.effective_from.replace(month=9),
                digest="0" * 64,
                text_zh="另一版",
                text_en="another",
            )
        )

    transaction(newer)
    assert missing(number) == ["consent_other_text"]
    transaction(lambda: consents.ask(holder.actor, register.find(number)))
    assert states(number) == ["declarant", "asked"]
