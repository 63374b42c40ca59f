"""How one transfer pays several licenses: whole ones first, in their order, to the last fen."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.allocation import allocate, grouped

D = Decimal
YUAN = st.decimals(min_value=0, max_value=10**9, places=2)
RESTS = st.lists(YUAN, min_size=1, max_size=12)


def shares(amount: str, *rests: str) -> list[str]:
    return [str(one) for one in allocate(D(amount), [D(rest) for rest in rests])]


def test_what_is_due_pays_every_license() -> None:
    assert shares("106000.00", "68000.00", "30000.00", "8000.00") == ["68000.00", "30000.00", "8000.00"]


def test_short_money_pays_whole_licenses_first_and_the_rest_goes_to_the_first_unpaid() -> None:
    assert shares("40000.00", "68000.00", "30000.00", "8000.00") == ["2000.00", "30000.00", "8000.00"]
    assert shares("70000.00", "68000.00", "30000.00") == ["68000.00", "2000.00"]
    assert shares("5000.00", "68000.00", "30000.00") == ["5000.00", "0.00"]


def test_too_much_goes_to_the_last_license_that_is_to_be_paid() -> None:
    assert shares("100.00", "10.00", "20.00", "0.00") == ["10.00", "90.00", "0.00"]
    assert shares("1.00", "0.00") == ["1.00"]


@given(amount=YUAN, rests=RESTS)
def test_nothing_is_lost_and_nobody_is_paid_twice(amount: Decimal, rests: list[Decimal]) -> None:
    found = allocate(amount, rests)
    assert sum(found, D(0)) == amount
    if amount <= sum(rests):
        assert all(share <= rest for share, rest in zip(found, rests, strict=True))
    parts = [share for share, rest in zip(found, rests, strict=True) if D(0) < share != rest]
    assert len(parts) <= 1  # one license at most has a part, or a surplus


@given(rests=RESTS, amount=YUAN)
def test_a_whole_license_never_waits_while_its_money_lies_in_a_part(
    rests: list[Decimal], amount: Decimal
) -> None:
    found = allocate(amount, rests)
    loose = sum((share for share, rest in zip(found, rests, strict=True) if share < rest), D(0))
    unpaid = [rest for share, rest in zip(found, rests, strict=True) if share < rest]
    assert all(rest > loose for rest in unpaid)


def test_things_of_one_key_stand_together_in_the_order_they_came() -> None:
    assert grouped([("a", 1), ("b", 2), ("c", 1)]) == [["a", "c"], ["b"]]
