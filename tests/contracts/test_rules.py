"""States, arrivals, deadlines and references of an acceptance."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts import rules
from registry.contracts.rules import (
    ACCEPTANCE,
    LIVE_STATES,
    PAYMENT,
    RECORDAL,
    REFERENCE_ALPHABET,
    REFUND,
    REGISTRATION,
    AcceptanceState,
    Arrival,
    PaymentState,
    arrival_decision,
    check_reference,
    compare,
    effective,
    is_late,
    recordal_due,
    reference_code,
)
from registry.errors import Conflict, Refused

NOTICED = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
seeds = st.binary(min_size=5, max_size=5)


@pytest.mark.parametrize(
    ("machine", "path", "end"),
    [
        (ACCEPTANCE, "send_free end_term", "expired"),
        (ACCEPTANCE, "send_paid claim confirm end_patent", "terminated"),
        (ACCEPTANCE, "send_paid confirm end_breach", "terminated"),
        (ACCEPTANCE, "send_paid claim fall_short claim dispute decide_paid", "effective"),
        (ACCEPTANCE, "send_paid claim dispute decide_unpaid lapse", "lapsed"),
        (ACCEPTANCE, "send_paid lapse confirm_late", "effective"),
        (ACCEPTANCE, "send_paid lapse arrive_late refunded", "lapsed"),
        (ACCEPTANCE, "send_paid claim arrive_late", "refund_due"),
        (ACCEPTANCE, "stop_for_review clear_paid claim", "claimed"),
        (ACCEPTANCE, "stop_for_review decide_void", "void"),
        (ACCEPTANCE, "send_free dispute decide_void", "void"),
        (PAYMENT, "claim not_arrived dispute decide_paid", "confirmed"),
        (PAYMENT, "claim other_payer confirm", "confirmed"),
        (REFUND, "send dispute send confirm", "confirmed"),
        (RECORDAL, "file refuse file record", "recorded"),
        (REGISTRATION, "pass_checks export submit accept register change cancel", "cancelled"),
        (REGISTRATION, "pass_checks export correct mend pass_checks", "ready"),
        (REGISTRATION, "pass_checks export accept refuse mend", "draft"),
    ],
)
def test_the_lawful_paths_can_be_walked(machine: Any, path: str, end: str) -> None:
    state = machine.start
    for verb in path.split():
        state = machine.move(state, verb)
    assert state == end


@pytest.mark.parametrize(
    ("machine", "state", "verb"),
    [
        (ACCEPTANCE, "claimed", "lapse"),  # a holder cannot cut off a payer by silence
        (ACCEPTANCE, "manual_review", "send_free"),  # never effective by itself
        (ACCEPTANCE, "manual_review", "confirm"),
        (ACCEPTANCE, "drafted", "confirm"),
        (ACCEPTANCE, "void", "confirm"),
        (REGISTRATION, "draft", "export"),
        (REGISTRATION, "registered", "register"),
        (REFUND, "confirmed", "send"),
    ],
)
def test_what_the_rules_do_not_name_cannot_be_done(machine: Any, state: str, verb: str) -> None:
    with pytest.raises(Conflict, match="wrong_state"):
        machine.move(state, verb)


@pytest.mark.parametrize("machine", [ACCEPTANCE, PAYMENT, REFUND, RECORDAL, REGISTRATION])
def test_every_move_names_its_article_and_every_state_can_be_reached(machine: Any) -> None:
    assert all(move.article for move in machine.moves.values())
    assert {machine.start} | {move.to for move in machine.moves.values()} == set(machine.states())


def test_no_verb_waits_for_the_holders_consent() -> None:
    verbs = {verb for _, verb in ACCEPTANCE.moves}
    assert not verbs & {"accept", "approve", "refuse", "reject"}


def test_live_states_are_those_that_bar_a_second_acceptance() -> None:
    ended = {"drafted", "lapsed", "refund_due", "void", "terminated", "expired"}
    assert set(LIVE_STATES) == set(AcceptanceState) - {AcceptanceState(state) for state in ended}


CUT = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("arrived", "decision"),
    [
        (date(2026, 3, 9), Arrival.IN_TIME),
        (date(2026, 3, 10), Arrival.DECISION),
        (date(2026, 3, 11), Arrival.TOO_LATE),
        (datetime(2026, 3, 9, 15, 59, tzinfo=UTC), Arrival.IN_TIME),  # 23:59 on the 9th in Shanghai
        (datetime(2026, 3, 9, 16, 0, tzinfo=UTC), Arrival.DECISION),  # 00:00 on the 10th
    ],
)
def test_the_banks_day_decides_between_payment_and_withdrawal(arrived: date, decision: Arrival) -> None:
    assert arrival_decision(arrived, withdrawal_effective_on=CUT) is decision
    assert arrival_decision(arrived, bar_since=CUT) is decision
    assert arrival_decision(arrived) is Arrival.IN_TIME


def test_too_late_for_one_cut_is_too_late_even_on_the_day_of_another() -> None:
    late = arrival_decision(CUT, withdrawal_effective_on=CUT, bar_since=CUT - timedelta(days=1))
    assert late is Arrival.TOO_LATE


@given(st.dates(), st.dates())
def test_arrival_is_decided_by_order_of_days_alone(arrived: date, cut: date) -> None:
    wanted = Arrival.IN_TIME if arrived < cut else Arrival.TOO_LATE if arrived > cut else Arrival.DECISION
    assert arrival_decision(arrived, withdrawal_effective_on=cut) is wanted


def test_money_on_the_last_day_is_not_late() -> None:
    assert not is_late(CUT, CUT)
    assert is_late(CUT + timedelta(days=1), CUT)


@pytest.mark.parametrize(
    ("arrived", "state"),
    [("99.99", PaymentState.SHORT), ("100.00", PaymentState.CONFIRMED), ("100.01", PaymentState.OVER)],
)
def test_a_cent_less_is_short_and_a_cent_more_is_over(arrived: str, state: PaymentState) -> None:
    assert compare(Decimal("100.00"), Decimal(arrived)) is state


def test_a_free_license_is_effective_when_the_notice_arrives() -> None:
    found = effective(NOTICED)
    assert (found.on, found.at, found.day_only) == (date(2026, 3, 2), NOTICED, False)


def test_a_paid_license_is_effective_when_the_bank_says_the_money_arrived() -> None:
    arrived = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)  # 04:00 on the 5th in Shanghai
    assert effective(NOTICED, arrived).on == date(2026, 3, 5)
    assert effective(NOTICED, arrived).at == arrived
    by_day = effective(NOTICED, date(2026, 3, 5))
    assert (by_day.on, by_day.day_only) == (date(2026, 3, 5), True)


@pytest.mark.parametrize("arrived", [date(2026, 3, 2), date(2026, 2, 27), NOTICED - timedelta(hours=1)])
def test_money_before_the_notice_makes_no_license_before_the_notice(arrived: date) -> None:
    assert effective(NOTICED, arrived).at == NOTICED


@pytest.mark.parametrize(
    ("effective_on", "due"),
    [
        (date(2026, 3, 5), date(2026, 6, 5)),
        (date(2025, 11, 30), date(2026, 2, 28)),  # no 30 February; the 28th was a shifted working Saturday
        (date(2026, 3, 6), date(2026, 6, 8)),  # 6 June 2026 is a Saturday
    ],
)
def test_recordal_is_due_three_months_after_effect(effective_on: date, due: date) -> None:
    assert recordal_due(effective_on).day == due


def test_answers_and_refunds_count_working_days() -> None:
    assert rules.answer_due(date(2026, 3, 5)).day == date(2026, 3, 10)
    assert rules.refund_due(date(2026, 3, 5)).day == date(2026, 3, 12)
    assert rules.registration_due(date(2026, 3, 5)).day == date(2026, 3, 16)
    assert rules.registration_due(date(2026, 3, 5), expert_review=True).day == date(2026, 4, 2)


def test_renewal_opens_sixty_days_before_the_end() -> None:
    assert rules.renewal_from(date(2026, 12, 31)) == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("licensor", "licensee", "review"),
    [(False, False, ""), (True, False, "import"), (False, True, "export"), (True, True, "export")],
)
def test_a_party_from_abroad_stops_at_manual_review(licensor: bool, licensee: bool, review: str) -> None:
    assert rules.needs_manual_review(licensor_abroad=licensor, licensee_abroad=licensee) == review


def test_title_and_project_name_follow_the_track() -> None:
    titles = [("一种方法", "ZL201919999002.6")]
    assert rules.contract_title("statutory") == "专利开放许可实施合同（确认书）"
    assert rules.project_name("statutory", titles) == "专利开放许可：一种方法（ZL201919999002.6）"
    assert rules.contract_title("local") == "专利实施许可合同（普通许可）"
    assert rules.project_name("local", titles) == "专利实施许可（普通许可）：一种方法（ZL201919999002.6）"
    assert rules.project_name("local", titles * 2).endswith("等 2 件")


# --- payment references


@given(seeds)
def test_a_reference_is_eight_characters_that_cannot_be_misread(seed: bytes) -> None:
    code = reference_code(seed)
    assert len(code) == 8
    assert set(code) <= set(REFERENCE_ALPHABET)
    assert not set(code) & set("IOSZ")
    assert check_reference(code) == code


@given(seeds, st.integers(0, 7), st.sampled_from(REFERENCE_ALPHABET))
def test_every_single_wrong_character_is_found(seed: bytes, place: int, other: str) -> None:
    code = reference_code(seed)
    wrong = code[:place] + other + code[place + 1 :]
    if wrong == code:
        assert check_reference(wrong) == code
        return
    with pytest.raises(Refused, match="reference_check"):
        check_reference(wrong)


@given(seeds, st.integers(0, 7), st.integers(0, 7))
def test_every_swap_of_two_characters_is_found(seed: bytes, one: int, two: int) -> None:
    code = list(reference_code(seed))
    if code[one] == code[two]:
        return
    code[one], code[two] = code[two], code[one]
    with pytest.raises(Refused, match="reference_check"):
        check_reference("".join(code))


@given(seeds)
def test_a_reference_is_read_however_it_was_typed(seed: bytes) -> None:
    code = reference_code(seed)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    spoken = code.lower().translate(str.maketrans("1052", "iosz"))
    for typed in (wide, f" {code[:4]}-{code[4:]} ", spoken):
        assert check_reference(typed) == code


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "ABCDEFG!", "一二三四五六七八"])
def test_what_is_no_reference_is_refused_by_form(typed: str) -> None:
    with pytest.raises(Refused, match="reference_form"):
        check_reference(typed)


def test_short_randomness_makes_no_reference() -> None:
    with pytest.raises(ValueError, match="five random bytes"):
        reference_code(b"1234")
