"""What may be corrected is a closed list: everything else of a record is frozen, each field by name."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from registry.contracts import corrigible
from registry.contracts.corrigible import FIELDS, HOLDER, LICENSEE, NOTICE, OFFICE, RECORDAL, REGISTRATION
from registry.errors import Refused
from tests.contracts.papers import record

TODAY = date(2026, 12, 1)


def leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        yield from leaves(value[0], f"{path}.0")
    else:
        yield path


FROZEN = sorted(set(leaves(record())) - set(FIELDS[NOTICE]))


def change(
    path: str, value: str, *, side: str = LICENSEE, kind: str = NOTICE, before: str = ""
) -> dict[str, str]:
    return corrigible.changed(kind, {path: before}, {path: value}, side=side, today=TODAY)


@pytest.mark.parametrize("path", FROZEN)
def test_a_correction_cannot_touch(path: str) -> None:
    for side in (LICENSEE, HOLDER):
        with pytest.raises(Refused, match="field_frozen"):
            change(path, "1", side=side)


def test_fee_term_acts_patent_parties_and_account_are_among_the_frozen() -> None:
    roots = {path.split(".")[0] for path in FROZEN}
    assert {"fee", "total", "amount_due", "patents", "track", "declaration", "nonce"} <= roots
    named = {
        "licensee.name",
        "licensee.uscc",
        "licensor.name",
        "licensor.uscc",
        "account.number",
        "account.name",
    }
    assert named <= set(FROZEN)
    assert "declaration.answers.acts.acts.0" in FROZEN
    assert "declaration.answers.term.duration_months" in FROZEN


@pytest.mark.parametrize("kind", [REGISTRATION, RECORDAL])
@pytest.mark.parametrize("path", ["status", "result", "contract"])
def test_what_an_office_decided_is_no_typing_error(kind: str, path: str) -> None:
    with pytest.raises(Refused, match="field_frozen"):
        change(path, "已登记", side=OFFICE, kind=kind)


def test_each_side_mends_what_it_said_itself() -> None:
    with pytest.raises(Refused, match="field_of_other_side"):
        change("licensor.address", "某路 2 号")
    assert change("licensor.address", "某路 2 号", side=HOLDER) == {"licensor.address": "某路 2 号"}


@pytest.mark.parametrize(
    ("before", "after", "fine"),
    [
        ("王若水", "王若冰", True),
        ("王若水", "汪若水", True),
        ("王若水", "李建国", False),
        ("李四", "李肆", True),
        ("李四", "张三", False),
        ("欧阳书桐", "欧阳书彤", True),
        ("欧阳书桐", "诸葛书桐", True),
        ("欧阳书桐", "诸葛书画", False),
        ("李", "张", False),
        ("", "张三", False),
    ],
)
def test_a_name_may_be_spelt_right_and_never_exchanged(before: str, after: str, fine: bool) -> None:
    if fine:
        assert change("signers.licensee", after, before=before) == {"signers.licensee": after}
        return
    with pytest.raises(Refused, match="not_spelling"):
        change("signers.licensee", after, before=before)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("total_amount", "1e3", "amount_form"),
        ("day", "2026-13-01", "not_a_date"),
        ("day", "2027-01-01", "day_in_future"),
        ("registrar", "", "required"),
        ("registrar", "甲" * 201, "too_long"),
        ("registrar", "甲\u202e乙", "name_bidi"),
    ],
)
def test_a_corrected_value_has_the_form_of_its_field(path: str, value: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        change(path, value, side=OFFICE, kind=REGISTRATION)


def test_the_same_again_is_no_correction() -> None:
    with pytest.raises(Refused, match="nothing_changes"):
        change("licensee.address", "  某路 1 号 ", before="某路 1 号")


def test_the_record_is_not_touched_by_its_corrections() -> None:
    frozen = record()
    before = record()
    made = corrigible.applied(frozen, [{"notice.contact.phone": "1"}, {"notice.contact.phone": "2"}])
    assert made["notice"]["contact"]["phone"] == "2"
    assert frozen == before
