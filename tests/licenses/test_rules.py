"""States, openness, bars, checks and withdrawal of a declaration."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Conflict, Refused
from registry.licenses.bars import BARS, MUST_WITHDRAW, Fact, FactKind, Report, bars
from registry.licenses.draft import Agency, Contact, Description, Patentee
from registry.licenses.fees import Fee, Method
from registry.licenses.public_text import digest_of
from registry.licenses.rules import (
    CNIPA,
    DECLARATION,
    OVERRIDABLE,
    CnipaStatus,
    DeclarationState,
    Offer,
    Track,
    check_declaration,
    open_for_acceptance,
    warnings,
)
from registry.patents.numbers import Kind
from tests.licenses.sample import LUMP, REPORT, TODAY, draft, facts

DAY = timedelta(days=1)


def codes(refused: list[Refused]) -> list[str]:
    return [refusal.code for refusal in refused]


# --- states


@pytest.mark.parametrize(
    "path",
    [
        "submit take_up approve expire",
        "submit take_up return submit take_up refuse",
        "submit take_up approve file_withdrawal announce_withdrawal",
        "submit take_up approve file_withdrawal reject_withdrawal terminate",
        "submit take_up approve pause resume withdraw_local",
        "submit take_up approve pause withdraw_local",
        "submit take_up approve revoke",
    ],
)
def test_the_lawful_paths_can_be_walked_to_an_end(path: str) -> None:
    state = DECLARATION.start
    for verb in path.split():
        state = DECLARATION.move(state, verb)
    assert DECLARATION.verbs(state) == ()


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("draft", "approve"),
        ("submitted", "approve"),
        ("withdrawn", "resume"),
        ("refused", "submit"),
        ("draft", "fly"),
    ],
)
def test_any_other_move_is_a_conflict(state: str, verb: str) -> None:
    with pytest.raises(Conflict) as caught:
        DECLARATION.move(state, verb)
    assert caught.value.code == "wrong_state"
    assert caught.value.params == {"state": state, "verb": verb}


@pytest.mark.parametrize("machine", [DECLARATION, CNIPA])
def test_every_move_names_its_article_and_every_state_can_be_reached(machine: Any) -> None:
    assert all(move.article for move in machine.moves.values())
    reached = {machine.start} | {move.to for move in machine.moves.values()}
    assert reached == set(machine.states())


def test_a_state_read_from_the_database_moves_like_the_enumeration() -> None:
    assert DECLARATION.move("draft", "submit") is DeclarationState.SUBMITTED
    assert DECLARATION.allows("published", "pause")
    assert not DECLARATION.allows("published", "submit")


# --- open for acceptance


def offer(**changes: Any) -> Offer:
    held = Offer(
        state=DeclarationState.PUBLISHED,
        cnipa_status=CnipaStatus.ANNOUNCED,
        open_from="announcement",
        announced_on=TODAY,
        offer_last_day=date(2028, 12, 31),
        license_last_day=date(2031, 12, 31),
        patent_last_day=date(2039, 6, 30),
    )
    return replace(held, **changes)


NOT_ANNOUNCED: dict[str, Any] = {"cnipa_status": CnipaStatus.FILED, "announced_on": None}


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, Track.STATUTORY),
        ({"open_from": "now"}, Track.STATUTORY),
        ({"announced_on": TODAY + DAY}, "offer_not_announced"),
        ({"announced_on": TODAY + DAY, "open_from": "now"}, Track.LOCAL),
        (NOT_ANNOUNCED, "offer_not_announced"),
        ({**NOT_ANNOUNCED, "open_from": "now"}, Track.LOCAL),
        ({"state": "withdrawal_filed"}, Track.STATUTORY),  # open until CNIPA's day (GL 4)
        ({"state": "withdrawal_filed", **NOT_ANNOUNCED, "open_from": "now"}, "offer_withdrawn"),
        ({"state": "withdrawal_filed", "paused": True}, "offer_paused"),
        ({"withdrawal_effective_on": TODAY}, "offer_withdrawn"),
        ({"withdrawal_effective_on": TODAY + DAY}, Track.STATUTORY),
        ({"cnipa_status": "withdrawal_announced"}, "offer_withdrawn"),
        ({"state": "withdrawn"}, "offer_withdrawn"),
        ({"state": "paused"}, "offer_paused"),
        ({"paused": True}, "offer_paused"),
        ({"state": "under_review"}, "offer_not_open"),
        ({"state": "revoked"}, "offer_not_open"),
        ({"offer_last_day": TODAY}, Track.STATUTORY),
        ({"offer_last_day": TODAY - DAY}, "offer_ended"),
        ({"patent_last_day": TODAY}, Track.STATUTORY),
        ({"patent_last_day": TODAY - DAY}, "patent_expired"),
        ({"license_last_day": TODAY - DAY}, "license_term_empty"),
    ],
)
def test_an_offer_is_open_on_one_track_or_says_why_not(changes: dict[str, Any], answer: str) -> None:
    found = open_for_acceptance(offer(**changes), TODAY)
    assert (found.code if isinstance(found, Refused) else found) == answer


# --- bars


def fact(kind: str, **changes: Any) -> Fact:
    return Fact(kind=kind, starts_on=date(2025, 1, 1), **changes)


@pytest.mark.parametrize(
    ("kind", "bar", "code"),
    [
        ("exclusive_license", "B1", "bar_exclusive_license"),
        ("sole_license", "B1", "bar_exclusive_license"),
        ("pending_exclusive_recordal", "B1", "bar_exclusive_pending"),
        ("dispute", "B2", "bar_suspended"),
        ("preservation", "B2", "bar_suspended"),
        ("pledge", "B4", "bar_pledge"),
        ("termination", "B5", "bar_terminated"),
        ("invalidation", "B6", "bar_invalidated"),
        ("other_hindrance", "B9", "bar_hindrance"),
    ],
)
def test_each_recorded_fact_bars_on_its_own_ground(kind: str, bar: str, code: str) -> None:
    found = bars(facts(facts=(fact(kind),)), TODAY)
    assert [(finding.bar, finding.code) for finding in found] == [(bar, code)]
    assert found[0].article == BARS[bar].article
    assert code in codes(check_declaration(draft(facts=facts(facts=(fact(kind),))), TODAY))


@pytest.mark.parametrize(
    "harmless",
    [
        fact("ordinary_license"),
        fact("exclusive_license", ends_on=TODAY - DAY),
        fact("pledge", consented=True),
        fact("dispute", ends_on=date(2026, 1, 1)),
        Fact(kind="termination", starts_on=TODAY + DAY),
    ],
)
def test_what_has_ended_or_was_consented_to_bars_nothing(harmless: Fact) -> None:
    assert bars(facts(facts=(harmless,)), TODAY) == []


def test_an_exclusive_license_that_begins_later_bars_already() -> None:
    later = Fact(kind="exclusive_license", starts_on=TODAY + DAY)
    assert [finding.bar for finding in bars(facts(facts=(later,)), TODAY)] == ["B1"]


@pytest.mark.parametrize(
    ("changes", "codes_"),
    [
        ({"annuity_paid_to": None}, ["bar_annuity"]),
        ({"annuity_paid_to": TODAY - DAY}, ["bar_annuity"]),
        ({"annuity_paid_to": TODAY}, []),
        ({"last_day": TODAY - DAY}, ["patent_expired"]),
        ({"last_day": TODAY}, []),
        ({"kind": "utility_model"}, ["bar_report_missing"]),
        ({"kind": "utility_model", "report": REPORT}, []),
        ({"kind": "design", "report": replace(REPORT, positive=False)}, ["bar_report_negative"]),
        ({"kind": "design", "report": replace(REPORT, attached=False)}, ["bar_report_missing"]),
        ({"kind": "invention", "report": Report(number="", day=TODAY, positive=False, attached=False)}, []),
    ],
)
def test_annuity_expiry_and_report_bar_by_their_days(changes: dict[str, Any], codes_: list[str]) -> None:
    assert [finding.code for finding in bars(facts(**changes), TODAY)] == codes_


def test_bars_come_in_the_order_of_the_guidelines() -> None:
    every = tuple(fact(kind) for kind in reversed(FactKind))
    found = [finding.bar for finding in bars(facts(facts=every, annuity_paid_to=None), TODAY)]
    assert found == sorted(found)
    assert set(found) == {"B1", "B2", "B3", "B4", "B5", "B6", "B9"}


def test_every_bar_has_a_question_and_a_notice_to_licensees() -> None:
    assert list(BARS) == [f"B{n}" for n in range(1, 10)]
    assert set(MUST_WITHDRAW) == set(BARS)
    ends = {bar for bar, notice in MUST_WITHDRAW.items() if not notice.license_stands}
    assert ends == {"B5", "B6"}


# --- the declaration


def test_a_complete_declaration_has_nothing_against_it() -> None:
    assert check_declaration(draft(), TODAY) == []
    assert warnings(draft(facts=facts(annuity_paid_to=date(2029, 1, 1))), TODAY) == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"fee": replace(LUMP, amount=Decimal("20000000.01"))}, "fee.amount", "fee_over_cap"),
        ({"fee_note": ""}, "fee_note", "required"),
        ({"fee_note": "字" * 2001}, "fee_note", "fee_note_long"),
        ({"fee_note": "本技术国际领先"}, "fee_note", "advertising_words"),
        ({"additional_terms": "全国 第一 的技术"}, "additional_terms", "advertising_words"),
        ({"internal_check_required": True}, "internal_check", "internal_check_missing"),
        ({"offer_last_day": TODAY - DAY}, "offer_last_day", "offer_day_past"),
        ({"license_last_day": date(2039, 7, 1)}, "license_last_day", "license_day_after_patent"),
        ({"undertaking": False}, "undertaking", "undertaking_missing"),
        ({"standing_authorisation": False}, "standing_authorisation", "authorisation_missing"),
        ({"receives_here": False}, "receives_here", "receiving_system_missing"),
        ({"fee": replace(LUMP, amount=None)}, "fee.amount", "required"),
        ({"acts": ()}, "acts", "required"),
        ({"contact": Contact(unit="知识产权部")}, "contact.phone", "contact_missing"),
        ({"payee": None}, "payee.name", "required"),
        ({"patentees": ()}, "patentees", "required"),
        ({"patentees": (Patentee(name="甲"),)}, "patentees", "declarant_missing"),
        ({"description": Description(industry="ZZ99")}, "description.industry", "not_a_choice"),
    ],
)
def test_a_faulty_declaration_is_refused_beside_its_field(
    changes: dict[str, Any], field: str, code: str
) -> None:
    found = check_declaration(draft(**changes), TODAY)
    assert (field, code) in [(refusal.field, refusal.code) for refusal in found]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "ZL201919999002.7"}, "patent_number_check"),
        ({"kind": Kind.DESIGN}, "patent_kind_number"),
        ({"filing_date": date(2018, 7, 1)}, "filing_date_number"),
        ({"grant_date": TODAY + DAY}, "patent_not_granted"),
        ({"grant_date": date(2019, 6, 1)}, "grant_before_filing"),
        ({"title": " "}, "required"),
    ],
)
def test_a_patent_that_contradicts_itself_is_refused(changes: dict[str, Any], code: str) -> None:
    made = draft(patent=replace(draft().patent, **changes))
    assert code in codes(check_declaration(made, TODAY))


def test_an_expired_patent_of_the_old_numbers_is_refused() -> None:
    old = replace(
        draft().patent, number="ZL95115608.X", filing_date=date(1995, 8, 1), grant_date=date(1998, 1, 1)
    )
    made = draft(patent=old, facts=facts(last_day=date(2015, 7, 31)))
    assert {"patent_expired", "license_day_after_patent"} <= set(codes(check_declaration(made, TODAY)))


def test_only_what_the_guidelines_call_general_can_be_overridden() -> None:
    assert {
        "fee_over_cap", "rate_over_cap", "fee_note_long", "internal_check_missing", "consent_by_agreement",
    } == OVERRIDABLE  # fmt: skip
    assert not OVERRIDABLE & set(codes(check_declaration(draft(undertaking=False), TODAY)))


def test_a_free_declaration_needs_no_account() -> None:
    assert check_declaration(draft(fee=Fee(method=Method.FREE), payee=None), TODAY) == []


# --- co-owners

U1 = Patentee(name="申城理工大学（演示）", signs=True)
R1 = Patentee(name="申城应用技术研究院（演示）")


def owned(*patentees: Patentee, **changes: Any) -> list[Refused]:
    made = draft(patentees=patentees, **changes)
    digest = digest_of(made)
    agreed = tuple(
        replace(owner, consented_digest=digest) if owner.consented_digest == "this" else owner
        for owner in made.patentees
    )
    return check_declaration(replace(made, patentees=agreed), TODAY)


def test_every_co_owner_consents_to_this_very_text() -> None:
    assert owned(U1, replace(R1, consented_digest="this")) == []
    assert codes(owned(U1, R1)) == ["consent_missing"]
    assert codes(owned(U1, replace(R1, consented_digest="0" * 64))) == ["consent_other_text"]
    assert owned(U1, R1)[0].field == "patentees.1.consent"


def test_any_change_of_a_public_term_voids_consents() -> None:
    first = draft(patentees=(U1, R1))
    agreed = (U1, replace(R1, consented_digest=digest_of(first)))
    assert check_declaration(replace(first, patentees=agreed), TODAY) == []
    dearer = replace(first, patentees=agreed, fee=replace(LUMP, amount=Decimal("68000.01")))
    assert codes(check_declaration(dearer, TODAY)) == ["consent_other_text"]


def test_with_an_agency_even_a_single_patentee_consents_in_writing() -> None:
    agency = Agency(name="徐汇明正专利代理事务所（演示）", code="31999", power_attached=True)
    assert codes(owned(U1, agency=agency)) == ["consent_missing"]
    assert owned(replace(U1, consented_digest="this"), agency=agency) == []
    unproven = replace(agency, power_attached=False)
    assert "power_missing" in codes(owned(replace(U1, consented_digest="this"), agency=unproven))


def test_an_agreement_among_co_owners_leaves_the_question_to_the_reviewer() -> None:
    assert codes(owned(U1, R1, co_owner_agreement=True)) == ["consent_by_agreement"]


def test_co_owners_not_asked_yet_can_be_left_out_of_the_check() -> None:
    assert check_declaration(draft(patentees=(U1, R1)), TODAY, consents=False) == []


@pytest.mark.parametrize(
    ("shares", "code"),
    [((60, 40), ""), ((None, None), ""), ((60, 41), "fee_shares_sum"), ((100, None), "fee_shares_partly"),
     ((110, -10), "fee_shares_sum")],
)  # fmt: skip
def test_fee_shares_add_to_a_hundred_or_are_left_to_the_law(
    shares: tuple[int | None, int | None], code: str
) -> None:
    owners = [replace(owner, fee_share=None if s is None else Decimal(s))
              for owner, s in zip((U1, R1), shares, strict=True)]  # fmt: skip
    found = check_declaration(draft(patentees=tuple(owners)), TODAY, consents=False)
    assert codes(found) == ([code] if code else [])


@given(st.integers(0, 10000))
def test_any_two_shares_that_complete_each_other_pass(part: int) -> None:
    share = Decimal(part) / 100
    owners = (replace(U1, fee_share=share), replace(R1, fee_share=100 - share))
    assert check_declaration(draft(patentees=owners), TODAY, consents=False) == []


# --- warnings
