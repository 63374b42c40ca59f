"""Code tables changed by an administrator: who may, what is filed, what other workers and old papers see."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import literal

from registry import clock, jobs
from registry.codebook import present
from registry.codebook import service as codebook
from registry.codes import overlay
from registry.codes.overlay import Change
from registry.codes.tables import table
from registry.contracts import printing, register, registration_form
from registry.contracts.paper_facts import PaperFacts
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, Refused
from registry.ledger import service as ledger
from tests.browser import Browser
from tests.contracts import taking
from tests.erasure.making import administrator
from tests.factories import make_organisation, make_venue, published, reading

SOURCE = "登记机构通知 2026 年第 1 号"


def rename(code: str = "none", zh: str = "计划外项目", day: date | None = None) -> Change:
    return Change(verb="amend", code=code, day=day or clock.today(), zh=zh, en="Outside any plan at all")


def changed(app: Flask, *changes: Change, name: str = "plan") -> None:
    admin = administrator(app, f"admin{len(changes)}@example.cn").actor
    transaction(lambda: codebook.change(admin, name, changes, source=SOURCE))


def test_a_change_is_a_filing_with_the_tables_digest_and_says_who_made_it(app: Flask) -> None:
    admin = administrator(app, "admin@example.cn").actor
    before = reading(ledger.size)
    transaction(lambda: codebook.change(admin, "plan", [rename()], source=SOURCE))
    (kind, fields), *_ = taking.filings(before)
    standing = reading(lambda: codebook.standing("plan"))
    assert kind == "codes.changed"
    assert fields == {"table": "plan", "digest": overlay.digest(standing.table), "changes": 1}
    (row,) = standing.changes
    assert (row.version, row.code, row.source, row.made_by is not None) == (1, "none", SOURCE, True)
    assert standing.table.get("none").zh == "计划外项目"
    assert table("plan").get("none").zh == "计划外"


def test_only_an_administrator_changes_a_table(lite: Flask) -> None:
    for who in (make_venue(lite, "v1"), make_organisation(lite, "c1")):
        with pytest.raises(NotAllowed):
            transaction(lambda actor=who.actor: codebook.change(actor, "plan", [rename()], source=SOURCE))
    assert reading(lambda: codebook.standing("plan").changes) == ()


def test_nothing_is_written_without_a_source_or_when_one_of_many_does_not_fit(lite: Flask) -> None:
    admin = administrator(lite, "admin@example.cn").actor
    with pytest.raises(Refused, match="required"):
        transaction(lambda: codebook.change(admin, "plan", [rename()], source=" "))
    with pytest.raises(Refused, match="code_unknown"):
        transaction(lambda: codebook.change(admin, "plan", [rename(), rename("moon")], source=SOURCE))
    assert reading(lambda: codebook.standing("plan").changes) == ()


@pytest.mark.parametrize(
    ("name", "code", "facts", "refused"),
    [
        ("monopoly_term", "limits.export", {"pattern": "（不得"}, "pattern_unreadable"),
        ("fee_caps", "fixed", {"value": "-1"}, "not_a_number"),
        ("fee_caps", "fixed", {"value": "much"}, "not_a_number"),
        ("term_years", "invention", {"years": "９"}, "not_a_number"),
        ("rule", "registration_rules", {"issuer": "工" * 501}, "too_long"),
    ],
)
def test_columns_a_program_reads_keep_their_form(
    lite: Flask, name: str, code: str, facts: dict[str, str], refused: str
) -> None:
    admin = administrator(lite, "admin@example.cn").actor
    change = Change(verb="amend", code=code, day=clock.today(), zh="某", en="Some", facts=facts)
    with pytest.raises(Refused, match=refused):
        transaction(lambda: codebook.change(admin, name, [change], source=SOURCE))


def test_a_change_counts_at_the_next_request_and_job_of_its_process(lite: Flask) -> None:
    browser = Browser(lite)
    assert "计划外项目" not in browser.get("/codes/plan").text
    changed(lite, rename())
    seen: list[str] = []
    jobs.HANDLERS["tests.codes"] = lambda payload: seen.append(table("plan").get("none").zh)
    try:
        transaction(lambda: jobs.enqueue("tests.codes", {}))
        jobs.run_all()
    finally:
        del jobs.HANDLERS["tests.codes"]
    assert seen == ["计划外项目"]
    with lite.test_request_context(), present.laid_out():
        assert table("plan").get("none").zh == "计划外项目"
    assert table("plan").get("none").zh == "计划外"


def test_another_worker_sees_it_a_second_later_without_being_told(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(present.time, "monotonic", lambda: now[0])
    assert present.current() == {}
    monkeypatch.setattr(present, "forget", lambda: None)  # this process stands for the other worker
    changed(lite, rename())
    assert present.current() == {}
    now[0] += present.CHECK_EVERY
    assert present.current()["plan"].get("none").zh == "计划外项目"
    db.session.rollback()


def test_the_last_administrator_of_two_at_once_is_told_to_look_again(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(lite, rename())
    admin = administrator(lite, "second@example.cn").actor
    end = Change(verb="end", code="pilot", day=clock.today())
    monkeypatch.setattr(codebook, "func", _Stale())  # the newest version as it was before the other one's
    with pytest.raises(Conflict, match="codes_moved_on"):
        transaction(lambda: codebook.change(admin, "stage", [end], source=SOURCE))
    assert reading(lambda: codebook.standing("stage").changes) == ()


class _Stale:
    """Stands for `max(version)` read before another administrator's change was there."""

    def max(self, _column: object) -> object:
        return literal(0)


def test_a_contract_made_earlier_prints_the_names_of_its_time(lite: Flask) -> None:
    facts = _facts(lite)
    codes = {"technology_field": "01", "plan": "none", "industry": "I65", "socio_economic_objective": ""}
    extras = registration_form.FormExtras(codes=codes, registrar="甲登记中心")
    assert registration_form.form_row([facts], extras)["plan"] == "计划外"
    tomorrow = clock.today() + timedelta(days=1)
    changed(lite, rename(day=tomorrow), Change(verb="map", code="none", day=clock.today(),
                                               registrar="甲登记中心", registrar_code="P9"))  # fmt: skip
    with present.laid_out():
        assert registration_form.form_row([facts], extras)["plan"] == "P9"
        plain = registration_form.FormExtras(codes=codes)
        assert registration_form.form_row([facts], plain)["plan"] == "计划外"
        later = present.lay("plan", tomorrow).table
        assert later.get("none").zh == "计划外项目"


def _facts(app: Flask) -> PaperFacts:
    offer = published(app)
    number = taking.taken(make_organisation(app, "c1"), offer)
    return reading(lambda: printing.facts_of(register.find(number)))


# --- through the pages


def test_an_administrator_adds_renames_and_ends_codes_on_one_form(lite: Flask) -> None:
    admin = Browser(lite).sign_in(administrator(lite, "admin@example.cn").email)
    today = clock.today().isoformat()
    admin.get("/codes/plan/change?verb=amend&code=none").submit(
        {"zh": "计划外项目", "source": SOURCE, "day": today}
    )
    assert admin.address.startswith("/codes/plan")
    assert "计划外项目" in admin.text
    admin.get("/codes/plan/change").submit(
        {"verb": "add", "code": "none", "zh": "x", "en": "x", "source": SOURCE}
    )
    assert admin.status == 422
    assert "还有效" in admin.text
    assert admin.form().fields["source"] == SOURCE
    page = admin.get("/codes/plan/history").text
    assert SOURCE in page
    assert "改名" in page


def test_a_list_is_shown_before_it_is_written_and_bad_lines_are_named(lite: Flask) -> None:
    admin = Browser(lite).sign_in(administrator(lite, "admin@example.cn").email)
    form = {"day": clock.today().isoformat(), "source": SOURCE}
    bad = "code\tzh\ten\nnone\t计划外项目\tOutside\n=cmd\t坏\tBad"
    admin.get("/codes/plan/list").submit({**form, "text": bad})
    assert "只能用字母" in admin.text
    assert "写入这些改动" not in admin.text
    assert reading(lambda: codebook.standing("plan").changes) == ()
    admin.get("/codes/plan/list").submit({**form, "text": "\n".join(bad.splitlines()[:2])})
    assert "计划外项目" in admin.text
    admin.submit(action="/codes/plan/list/apply")
    assert admin.address == "/codes/plan/history"
    assert reading(lambda: codebook.standing("plan").table.get("none").zh) == "计划外项目"


def test_a_list_held_against_another_table_is_shown_again(lite: Flask) -> None:
    admin = Browser(lite).sign_in(administrator(lite, "admin@example.cn").email)
    form = {"day": clock.today().isoformat(), "source": SOURCE, "text": "code\tzh\ten\nnew\t新增\tNew"}
    admin.get("/codes/plan/list").submit(form)
    changed(lite, rename())
    admin.submit(action="/codes/plan/list/apply")
    assert admin.status == 409
    assert "请重新比较" in admin.text
    assert "新增" in admin.text


def test_a_downloaded_table_holds_no_formula_and_comes_back_unchanged(lite: Flask) -> None:
    changed(lite, Change(verb="add", code="evil", day=clock.today(), zh="=HYPERLINK(1)", en="@SUM(1)"))
    data = lite.test_client().get("/codes/plan.csv").get_data(as_text=True)
    assert '"\'=HYPERLINK(1)","\'@SUM(1)"' in data
    admin = Browser(lite).sign_in(administrator(lite, "other@example.cn").email)
    form = {"day": clock.today().isoformat(), "source": SOURCE, "text": data}
    admin.get("/codes/plan/list").submit(form)
    assert "没有不同之处" in admin.text


def test_anybody_reads_a_table_of_a_day_and_machines_too(lite: Flask) -> None:
    changed(lite, Change(verb="end", code="none", day=date(2026, 10, 31)))
    browser = Browser(lite)
    assert "计划外" not in browser.get("/codes/plan?on=2026-11-01").text
    assert "计划外" in browser.get("/codes/plan?on=2026-10-31").text
    answer = lite.test_client().get("/api/v1/codes/plan?on=2026-10-31").json
    assert [row["code"] for row in answer["codes"]][-1] == "none"
    assert answer["digest"] == overlay.digest(reading(lambda: codebook.standing("plan").table))
    listed = lite.test_client().get("/api/v1/codes").json["tables"]
    assert {one["name"] for one in listed} >= {"region", "industry", "monopoly_term"}
    assert browser.get("/codes/nothing").status == 404
    assert len(browser.get("/codes/region").html) < 200_000


def test_every_page_of_the_tables_speaks_english(lite: Flask) -> None:
    admin = Browser(lite, lang="en").sign_in(administrator(lite, "admin@example.cn").email)
    for address in ("", "/plan", "/plan/change", "/plan/list", "/plan/history"):
        page = admin.get(f"/codes{address}")
        assert page.status == 200, address
        assert page.html.count("<h1") == 1, address
    assert "Who changed what" in admin.text
