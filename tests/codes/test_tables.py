"""The state's tables load, are dated and sourced, and refuse what they do not know."""

from datetime import date

import pytest

from registry.codes.regions import region
from registry.codes.tables import BadTable, names, read_table, table
from registry.errors import Refused

HEAD = "# title: t\n# source: s\n# version: 1\n# date: 2026-11-22\n# confidence: ours\n"
COLUMNS = "code,zh,en,parent,valid_from,valid_to,registrar_code,confidence\n"


@pytest.mark.parametrize("name", names())
def test_every_table_loads_with_its_source_and_names_in_both_languages(name: str) -> None:
    read = table(name)
    assert len(read) > 0
    date.fromisoformat(read.about["date"])
    for row in read:
        assert row.zh
        assert row.en or name == "region"
    assert read is table(name)


def test_the_tables_named_by_the_plan_are_there() -> None:
    expected = {
        "party_nature", "technology_field", "socio_economic_objective", "region", "industry", "ip_kind",
        "contract_kind", "plan", "payment_method", "patent_kind", "ipc_section", "ipc_class", "country",
        "fee_method", "holder_kind", "stage", "dispute", "rule", "term_years", "fee_caps",
    }  # fmt: skip
    assert expected <= set(names())


def test_a_code_prints_with_the_registrars_code_only_where_one_is_known() -> None:
    assert table("party_nature").get("022").printed() == "022 高等院校"
    assert table("party_nature").get("person").printed() == "自然人"
    assert table("plan").get("none").printed("en") == "Outside any plan"


def test_an_unknown_code_is_refused_at_its_field() -> None:
    with pytest.raises(Refused) as caught:
        table("plan").get("moon", field="plan")
    assert (caught.value.code, caught.value.field) == ("not_a_choice", "plan")


def test_an_unknown_table_is_a_programming_error() -> None:
    for name in ("nothing", "../tables", "calendar_2"):
        with pytest.raises(KeyError):
            table(name)


def test_designs_have_fifteen_years_from_the_day_the_law_changed() -> None:
    years = table("term_years")
    assert years.get("design", on=date(2021, 5, 31)).facts["years"] == "10"
    assert years.get("design", on=date(2021, 6, 1)).facts["years"] == "15"
    assert years.get("design").facts["years"] == "15"


def test_papers_registered_from_march_2026_cite_the_measures_of_2026() -> None:
    rule = table("rule")
    assert "2000" in rule.get("registration_measures", on=date(2026, 2, 28)).zh
    assert "2026" in rule.get("registration_measures", on=date(2026, 3, 1)).zh


def test_the_valid_part_of_a_table_is_a_table() -> None:
    regions = table("region")
    assert "330103" in regions
    assert "330103" not in regions.valid_on(date(2026, 11, 22))
    assert dict(regions.valid_on(date(2026, 11, 22)).choices())["330114"] == "钱塘区"


def test_choices_name_each_code_once_in_the_language_asked() -> None:
    choices = table("term_years").choices("en")
    assert choices == (
        ("invention", "Invention: 20 years"),
        ("utility_model", "Utility model: 10 years"),
        ("design", "Design: 15 years"),
    )


def test_children_hang_under_their_parent() -> None:
    assert {row.code for row in table("party_nature").children("020")} == {"021", "022", "023", "024"}
    assert len(table("region").valid_on(date(2026, 11, 22)).children("310100")) == 16


def test_counts_agree_with_the_standards() -> None:
    industry = table("industry")
    assert len([row for row in industry if len(row.code) == 1]) == 20
    assert len([row for row in industry if len(row.code) == 3]) == 97
    assert len(table("ipc_section")) == 8
    assert {row.code[0] for row in table("ipc_class")} == {row.code for row in table("ipc_section")}


@pytest.mark.parametrize(
    "rows",
    [
        "a,甲,A,b,,,,\n",
        "a,,A,,,,,\n",
        "a,甲,A,,2026-13-01,,,\n",
        "a,甲,A,,,,,sure\n",
        "a,甲,A\n",
        "a,甲,A,,,,,,,\n",
        "a,甲,A,,,,,\na,乙,B,,2026-01-01,,,\n",
        "a,甲,A,,,2026-01-01,,\na,乙,B,,2026-01-01,,,\n",
    ],
)
def test_a_broken_table_is_not_loaded(rows: str) -> None:
    with pytest.raises(BadTable, match="broken"):
        read_table("broken", HEAD + COLUMNS + rows)


def test_a_table_without_a_source_is_not_loaded() -> None:
    with pytest.raises(BadTable, match="source"):
        read_table("broken", HEAD.replace("# source: s\n", "") + COLUMNS)


def test_regions_have_full_names_without_fillers() -> None:
    assert region("310115").zh == "上海市浦东新区"
    assert region("330114").zh == "浙江省杭州市钱塘区"
    assert region("419001").zh == "河南省济源市"
    assert region("310115").province == "310000"


def test_a_new_region_of_a_known_province_is_accepted_and_marked() -> None:
    found = region("310199")
    assert (found.known, found.zh) == (False, "上海市")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("990101", "region_unknown"),
        ("100001", "region_unknown"),
        ("31011", "region_form"),
        ("３１０１１５", "region_form"),
    ],
)
def test_what_is_no_region_is_refused(code: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        region(code, field="region")
    assert caught.value.code == reason


def test_tables_of_the_standards_are_whole() -> None:
    assert [row.code for row in table("locarno_class")] == [f"{n:02d}" for n in range(1, 33)]
    assert [row.code for row in table("refusal_ground")] == [str(n) for n in range(1, 10)]
    assert len(table("ipc_class")) == 132  # eight of them the 99 of a section
    assert {"B33", "C40", "G16", "H10", "H99"} <= set(table("ipc_class").index)
    countries = [row for row in table("country") if row.code != "other"]
    numbers = [row.facts["numeric"] for row in countries]
    assert len(set(numbers)) == len(numbers) == len(countries) >= 195
    assert all(len(number) == 3 and number.isdigit() for number in numbers)


def test_chinas_two_numbers_stand_as_data_with_their_confidence() -> None:
    china = table("country").get("CN")
    assert (china.registrar_code, china.facts["numeric"], china.confidence) == ("142", "156", "unverified")


def test_every_region_hangs_under_its_own_province() -> None:
    for row in table("region"):
        assert not row.parent or row.parent[:2] == row.code[:2], row.code
    assert table("region").get("810000").zh == "香港特别行政区"
