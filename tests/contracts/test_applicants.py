"""Who applies for a registration and where; the clocks that then run. Rules alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes.calendar import is_published
from registry.contracts.applicants import (
    Office,
    Sides,
    check_applicant,
    check_office,
    office_for,
    proposed_applicant,
    registered_elsewhere,
    standing,
)
from registry.contracts.clocks import clock_of
from registry.contracts.rules import REGISTRATION, RegistrationState
from registry.errors import Conflict, Refused

DAY = date(2026, 3, 2)
SHANGHAI, PUDONG, HANGZHOU, LONDON = "310000", "310115", "330100", ""
SELLERS = frozenset({"seller", "intermediary"})


def office(name: str, *regions: str, takes: frozenset[str] = SELLERS, **more: object) -> Office:
    return Office(code=name, name=name, regions=regions, applicants=takes, **more)  # type: ignore[arg-type]


CITY, DISTRICT = office("市", "31"), office("区", "310115", takes=SELLERS | {"buyer"})
OFFICES = [CITY, DISTRICT]


def sides(seller: str, buyer: str, *, abroad: bool = False) -> Sides:
    return Sides(seller=seller, intermediary=SHANGHAI, buyer=buyer, seller_abroad=abroad)


def refused(*given: object, **named: object) -> str:
    with pytest.raises(Refused) as caught:
        check_applicant(*given, **named)  # type: ignore[arg-type]
    return caught.value.code


def test_a_seller_in_shanghai_registers_in_shanghai_wherever_the_buyer_is() -> None:
    found = standing(sides(SHANGHAI, HANGZHOU), OFFICES, DAY)
    assert (found.applicant, found.office, found.proposed) == ("seller", CITY, True)


def test_a_seller_in_hangzhou_finds_no_registrar_in_shanghai() -> None:
    found = standing(sides(HANGZHOU, SHANGHAI), OFFICES, DAY)
    assert (found.region, found.office, found.regions) == (HANGZHOU, None, ("31", "310115"))
    assert refused(sides(HANGZHOU, SHANGHAI), OFFICES, DAY, applicant="seller") == "no_registrar_for_region"


def test_the_narrower_registrar_is_taken() -> None:
    assert office_for(PUDONG, OFFICES, DAY) == DISTRICT
    assert office_for(SHANGHAI, OFFICES, DAY) == CITY
    assert office_for("", OFFICES, DAY) is None


def test_an_intermediary_may_apply_for_a_seller_elsewhere() -> None:
    check_applicant(sides(HANGZHOU, HANGZHOU), OFFICES, DAY, applicant="intermediary")


def test_the_buyer_applies_for_an_import_or_beside_a_seller_of_the_same_registrar() -> None:
    assert proposed_applicant(sides(LONDON, SHANGHAI, abroad=True)) == "buyer"
    check_applicant(sides(LONDON, PUDONG, abroad=True), OFFICES, DAY, applicant="buyer")
    check_applicant(sides(PUDONG, PUDONG), OFFICES, DAY, applicant="buyer")
    for seller in (HANGZHOU, SHANGHAI):
        assert refused(sides(seller, PUDONG), OFFICES, DAY, applicant="buyer") == "buyer_may_not_apply"


def test_a_registrar_takes_only_the_applicants_it_says() -> None:
    assert refused(sides(LONDON, SHANGHAI, abroad=True), OFFICES, DAY, applicant="buyer") == (
        "registrar_takes_not"
    )


def test_a_registrar_serves_within_its_dates_only() -> None:
    ended, coming = (
        office("旧", "31", valid_to=DAY - timedelta(days=1)),
        office("新", "31", valid_from=DAY + timedelta(days=1)),
    )
    assert office_for(SHANGHAI, [ended, coming], DAY) is None
    assert office_for(SHANGHAI, [ended, coming], DAY - timedelta(days=1)) == ended


def test_a_venue_without_registrars_refuses_nobody_here() -> None:
    check_applicant(sides(HANGZHOU, LONDON), [], DAY, applicant="buyer")
    assert standing(sides(HANGZHOU, LONDON), [], DAY).regions == ()


def test_the_clerks_choice_stands_over_the_rule_while_the_office_serves() -> None:
    found = standing(sides(PUDONG, PUDONG), OFFICES, DAY, applicant="buyer", office="市", elsewhere=False)
    assert (found.office, found.proposed, registered_elsewhere(found)) == (CITY, False, False)
    gone = standing(sides(PUDONG, PUDONG), [DISTRICT], DAY, applicant="seller", office="市")
    assert gone.office == DISTRICT
    with pytest.raises(Refused, match="applicant_elsewhere"):
        check_office(DISTRICT, SHANGHAI)


@given(
    st.from_regex(r"[1-8][0-9]{5}", fullmatch=True),
    st.lists(st.from_regex(r"[1-8][0-9]{1,5}", fullmatch=True)),
)
def test_the_office_found_serves_the_region_and_none_fits_better(region: str, prefixes: list[str]) -> None:
    offices = [office(str(n), prefix) for n, prefix in enumerate(prefixes)]
    found = office_for(region, offices, DAY)
    fitting = [prefix for prefix in prefixes if region.startswith(prefix)]
    assert (found is None) == (not fitting)
    assert found is None or len(found.regions[0]) == max(map(len, fitting))


# --- clocks ------------------------------------------------------------------------------------------


def row(result: str, day: date, *, days: int | None = None, due: date | None = None) -> dict[str, object]:
    return {"result": result, "day": day, "working_days": days, "due_on": due}


def test_seven_or_twenty_working_days_run_from_the_day_of_acceptance() -> None:
    for days, due in ((7, date(2026, 3, 11)), (20, date(2026, 3, 30))):
        found = clock_of("accepted", [row("已受理", DAY, days=days)], DAY)
        assert found is not None
        assert (found.kind, found.due.day, found.due.provisional, found.overdue) == (
            "answer",
            due,
            False,
            False,
        )


def test_a_clock_is_overdue_the_day_after_and_counts_working_days() -> None:
    given = [row("已受理", DAY, days=7)]
    for today, overdue, late in ((11, False, 0), (12, True, 1), (14, True, 2), (16, True, 3)):
        found = clock_of("accepted", given, date(2026, 3, today))
        assert found is not None
        assert (found.overdue, found.late) == (overdue, late)


def test_a_day_beyond_the_published_calendar_is_provisional() -> None:
    year = next(year for year in range(2026, 2100) if not is_published(year))
    found = clock_of("accepted", [row("已受理", date(year - 1, 12, 29), days=7)], DAY)
    assert found is not None
    assert found.due.provisional


def test_a_correction_has_a_clock_only_where_the_registrar_set_a_day() -> None:
    assert clock_of("correction", [row("补正", DAY)], DAY) is None
    found = clock_of("correction", [row("补正", DAY, due=date(2026, 3, 10))], date(2026, 3, 11))
    assert found is not None
    assert (found.kind, found.overdue, found.late) == ("correction", True, 1)


def test_nothing_runs_in_any_other_state() -> None:
    results = [row("已受理", DAY, days=7), row("补正", DAY, due=DAY)]
    others = set(RegistrationState) - {RegistrationState.ACCEPTED, RegistrationState.CORRECTION}
    assert {clock_of(state, results, DAY) for state in others} == {None}


def test_a_correction_is_handed_in_again_without_a_new_batch_or_taken_back() -> None:
    assert REGISTRATION.move("correction", "resubmit") == "submitted"
    assert REGISTRATION.move("correction", "mend") == REGISTRATION.move("refused", "mend") == "draft"
    for state, verb in (
        ("refused", "resubmit"),
        ("draft", "register"),
        ("cancelled", "change"),
        ("ready", "accept"),
    ):
        with pytest.raises(Conflict):
            REGISTRATION.move(state, verb)
