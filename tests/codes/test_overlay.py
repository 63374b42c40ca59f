"""Changes laid over a shipped table: dated, ordered, never overwriting, refused where they do not fit."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes import overlay
from registry.codes.overlay import Change
from registry.codes.tables import Code, Table, check_table, laid_out, read_table, reading, table
from registry.errors import Refused

HEAD = "# title: t\n# source: s\n# version: 1\n# date: 2026-11-22\n# confidence: ours\n"
BASE = read_table(
    "base",
    HEAD
    + "code,zh,en,parent,valid_from,valid_to,registrar_code,confidence,unit\n"
    + "A,甲,Alpha,,,,01,,yuan\nB,乙,Beta,A,,,,,\nC,丙,Gamma,,,2025-12-31,,,\n",
)
TODAY, LATER = date(2026, 11, 26), date(2027, 1, 1)


def laid(*changes: Change, on: date = TODAY) -> Table:
    return overlay.lay(BASE, changes, on).table


def amend(**facts: Any) -> Change:
    return Change(**{"verb": "amend", "code": "A", "day": LATER, "zh": "子", "en": "Rat"} | facts)


def test_a_new_name_counts_from_its_day_and_the_old_one_stays_for_the_days_before() -> None:
    made = laid(amend())
    assert made.get("A", on=LATER - timedelta(days=1)).zh == "甲"
    assert made.get("A", on=LATER).zh == "子"
    assert made.get("A").zh == "甲"
    assert laid(amend(), on=LATER).get("A").zh == "子"
    assert dict(made.choices())["A"] == "甲"
    assert made.get("A", on=LATER).facts["unit"] == "yuan"


def test_an_ended_code_is_said_for_ever_and_chosen_no_more() -> None:
    made = laid(Change(verb="end", code="B", day=TODAY - timedelta(days=1)))
    assert made.get("B").zh == "乙"
    assert "B" not in dict(made.choices())
    with pytest.raises(Refused, match="not_a_choice"):
        made.choose("B")
    assert made.choose("A").code == "A"


def test_a_code_may_begin_again_after_it_ended() -> None:
    made = laid(Change(verb="add", code="C", day=TODAY, zh="丙二", en="Gamma two"))
    assert [row.zh for row in made.index["C"]] == ["丙", "丙二"]
    assert made.get("C", on=date(2025, 6, 1)).zh == "丙"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (Change(verb="add", code="A", day=TODAY, zh="甲", en="A"), "code_known", "code"),
        (Change(verb="add", code="=1+1", day=TODAY, zh="甲", en="A"), "code_form", "code"),
        (Change(verb="add", code="D", day=TODAY, zh=" ", en="D"), "required", "zh"),
        (Change(verb="add", code="D", day=TODAY, zh="丁"), "required", "en"),
        (Change(verb="add", code="D", day=TODAY, zh="丁", en="D", parent="X"), "parent_unknown", "parent"),
        (Change(verb="amend", code="X", day=TODAY, zh="丁"), "code_unknown", "code"),
        (Change(verb="amend", code="C", day=TODAY, zh="丁"), "code_ended", "code"),
        (Change(verb="end", code="C", day=TODAY), "code_ended", "code"),
        (
            Change(verb="map", code="X", day=TODAY, registrar="甲中心", registrar_code="1"),
            "code_unknown",
            "code",
        ),
        (Change(verb="map", code="A", day=TODAY, registrar_code="1"), "required", "registrar"),
        (Change(verb="drop", code="A", day=TODAY), "not_a_choice", "verb"),
        (
            Change(verb="add", code="D", day=TODAY, zh="丁", en="D", confidence="sure"),
            "not_a_choice",
            "confidence",
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(change: Change, code: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        overlay.check(BASE, change)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_second_name_has_to_be_later_than_the_first() -> None:
    with pytest.raises(Refused, match="day_not_after"):
        overlay.check(laid(amend()), amend(day=LATER))


def test_a_change_that_a_newer_file_brings_itself_is_left_out_and_named() -> None:
    done = Change(verb="end", code="C", day=TODAY)
    found = overlay.lay(BASE, [done, amend()], TODAY)
    assert found.left_out == (0,)
    assert found.table.get("A", on=LATER).zh == "子"


def test_a_registrars_own_code_is_printed_only_for_that_registrar_and_from_its_day() -> None:
    first = Change(verb="map", code="A", day=TODAY, registrar="甲中心", registrar_code="77")
    second = Change(verb="map", code="A", day=LATER, registrar="甲中心", registrar_code="78")
    made = laid(first, second)
    assert made.get("A").printed() == "01 甲"
    with reading(registrar="甲中心"):
        assert made.get("A").printed() == "77 甲"
        assert made.get("B").printed() == "乙"
    with reading(registrar="乙中心"):
        assert made.get("A").printed() == "01 甲"
    with reading(registrar="甲中心"):
        assert laid(first, second, on=LATER).get("A").printed() == "78 甲"


def test_what_is_read_as_of_a_day_reads_as_on_that_day() -> None:
    made = laid(amend(), on=LATER)
    with reading(on=date(2026, 3, 1)):
        assert made.get("A").zh == "甲"
    assert made.get("A").zh == "子"


def test_changed_tables_stand_in_place_of_their_files_only_inside_the_block() -> None:
    plan = table("plan")
    other = overlay.lay(plan, [Change(verb="end", code="none", day=date(2026, 1, 1))], TODAY).table
    with laid_out({"plan": other}):
        assert table("plan") is other
        assert table("stage") is not other
    assert table("plan") is plan


def test_the_digest_tells_any_change_of_rows_or_mappings() -> None:
    mapping = Change(verb="map", code="A", day=TODAY, registrar="甲中心", registrar_code="77")
    seen = {overlay.digest(one) for one in (BASE, laid(amend()), laid(mapping), laid(mapping, amend()))}
    assert len(seen) == 4
    assert overlay.digest(laid()) == overlay.digest(BASE)


def line(code: str, **cells: str) -> dict[str, str]:
    return {"code": code, "zh": "甲", "en": "Alpha", **cells}


def test_a_list_brings_only_what_differs() -> None:
    rows = [
        (2, line("A")),
        (3, line("B", zh="乙改", en="Beta")),
        (4, line("D", zh="丁", en="Delta", parent="A")),
        (5, line("C", zh="丙", en="Gamma", valid_to="2025-12-31")),
        (6, line("X", zh="", en="")),
        (7, line("E", zh="戊", en="E", valid_from="never")),
    ]
    found = list(overlay.differences(BASE, rows, TODAY))
    changes = [(n, one.verb, one.code) for n, one in found if isinstance(one, Change)]
    assert changes == [(3, "amend", "B"), (4, "add", "D")]
    refused = [(n, one.code) for n, one in found if isinstance(one, Refused)]
    assert refused == [(6, "required"), (7, "not_a_date")]


def test_a_table_brought_back_as_it_was_downloaded_changes_nothing() -> None:
    for name in ("plan", "country", "rule", "term_years", "monopoly_term"):
        here = table(name)
        head = [*overlay.HEADINGS, *overlay.columns(here)]
        rows = [(n, dict(zip(head, overlay.cells(here, row), strict=True))) for n, row in enumerate(here)]
        assert list(overlay.differences(here, rows, TODAY)) == [], name


CHANGES = st.builds(
    Change,
    verb=st.sampled_from(["add", "amend", "end"]),
    code=st.sampled_from(["A", "B", "C", "D"]),
    day=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    zh=st.sampled_from(["", "子", "丑"]),
    en=st.sampled_from(["", "x"]),
    parent=st.sampled_from(["", "A", "Z"]),
)


@given(st.lists(CHANGES, max_size=8))
def test_whatever_is_laid_over_a_table_it_stays_one(changes: list[Change]) -> None:
    found = overlay.lay(BASE, changes, TODAY)
    check_table(found.table)
    assert set(BASE.index) <= set(found.table.index)
    for code, rows in BASE.index.items():
        kept = found.table.index[code]
        assert [_name(one) for one in kept[: len(rows)]] == [_name(one) for one in rows]


def _name(row: Code) -> tuple[str, str]:
    return row.code, row.zh
