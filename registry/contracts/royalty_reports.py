"""Royalty reports: the licensee states what a period brought and signs that it is true; the holder
agrees, asks or disputes.

Amounts are committed, never open (CC 846, 847; design: journeys 3.9). What the licensee itself states is owed
whatever the holder answers; a corrected report takes the former's place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select

from registry import clock, history
from registry.contracts import duty_acts as acts
from registry.contracts import performance, register, rules
from registry.contracts import record as records
from registry.contracts.dues import contributes
from registry.contracts.duty_models import RoyaltyReport
from registry.contracts.models import Acceptance
from registry.contracts.payment_outcomes import return_surplus
from registry.contracts.performance import ReportState
from registry.contracts.royalty import Part, Result, parts_of, reckon, settle
from registry.contracts.rules import AcceptanceState
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.filings import Filing, Statement
from registry.licenses import schedule
from registry.licenses.fees import ZERO, Royalty
from registry.licenses.schedule import Due, DueKind
from registry.licenses.terms import term_end
from registry.money import plain
from registry.parties import agency
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

PAPER = "royalty_report"
REPORTABLE = (AcceptanceState.EFFECTIVE, AcceptanceState.EXPIRED, AcceptanceState.TERMINATED)
ANSWERS = ("agree", "dispute")


# --- periods -----------------------------------------------------------------------------------------


def periods(acceptance: Acceptance) -> list[Due]:
    """The royalty periods of a license that was obtained; the last one is cut where the license ended."""
    if acceptance.noticed_at is None or acceptance.effective_on is None or acceptance.last_day is None:
        return []
    last = min(acceptance.last_day, acceptance.ended_on or acceptance.last_day)
    if last < acceptance.effective_on:
        return []
    found = schedule.schedule(
        records.fee_of(acceptance.record),
        rules.effective(acceptance.noticed_at).on,
        effective_on=acceptance.effective_on,
        license_last_day=last,
    )
    return [due for due in found if due.kind is DueKind.ROYALTY]


def period(acceptance: Acceptance, number: int) -> Due:
    """One period. Raises NotFound."""
    found = [due for due in periods(acceptance) if due.number == number]
    if not found:
        raise NotFound("not_found")
    return found[0]


def parts(acceptance: Acceptance, due: Due) -> tuple[Part, ...]:
    """A period cut at license years: a report states figures for each."""
    assert due.period_first is not None
    assert due.period_last is not None
    assert acceptance.effective_on is not None
    return parts_of(due.period_first, due.period_last, effective_on=acceptance.effective_on)


def terms_of(acceptance: Acceptance) -> Royalty:
    """The royalty the license was given for. Raises NotFound where there is none."""
    royalty = records.fee_of(acceptance.record).royalty
    if royalty is None:
        raise NotFound("not_found")
    return royalty


# --- reading -----------------------------------------------------------------------------------------


def find(report_id: UUID) -> RoyaltyReport:
    """Raises NotFound."""
    report: RoyaltyReport = acts.found(RoyaltyReport, report_id)
    return report


def newest(acceptance: Acceptance) -> dict[int, RoyaltyReport]:
    """The standing report of each period that has one; read with the list where a page reads many."""
    if "reports" not in inspect(acceptance).unloaded:
        return {one.number: one for one in acceptance.reports if one.state != ReportState.SUPERSEDED}
    query = select(RoyaltyReport).where(
        RoyaltyReport.acceptance_id == acceptance.id, RoyaltyReport.state != ReportState.SUPERSEDED
    )
    return {one.number: one for one in db.session.scalars(query.order_by(RoyaltyReport.number))}


def editions(acceptance: Acceptance, number: int) -> Sequence[RoyaltyReport]:
    """Every edition about a period, oldest first."""
    query = select(RoyaltyReport).where(
        RoyaltyReport.acceptance_id == acceptance.id, RoyaltyReport.number == number
    )
    return db.session.scalars(query.order_by(RoyaltyReport.edition)).all()


@contributes
def fixed(acceptance: Acceptance) -> dict[str, Due]:
    """The royalties that reports have fixed, by key of the due, for whoever asks for money."""
    if records.fee_of(acceptance.record).royalty is None:
        return {}
    reported = newest(acceptance)
    return {
        f"{DueKind.ROYALTY}:{due.number}": replace(due, amount=reported[due.number].due)
        for due in periods(acceptance)
        if due.number in reported
    }


# --- the licensee reports ----------------------------------------------------------------------------


def reckoned(acceptance: Acceptance, due: Due, facts: Mapping[str, Any]) -> Result:
    """What a period comes to. `facts`: nil, parts (gross and deductions for each license year, yuan).

    Raises Refused beside its field: figures missing, deductions without a word, a nil report with figures.
    """
    royalty, cut = terms_of(acceptance), parts(acceptance, due)
    stated = _stated(cut, facts)
    return settle(
        royalty,
        reckon(royalty, stated),
        earlier=_earlier(acceptance, due.number),
        closes=[part.year for part in cut if _closes(acceptance, part, due)],
    )


def report_act(actor: Actor, acceptance: Acceptance, number: int, facts: Mapping[str, Any]) -> Act:
    """The report as a filing, for the licensee to sign that it is true. A plain read; raises as `report`."""
    allow(actor, "royalty.report", acceptance)
    return act_of(_report_filing(actor, acceptance, number, facts), role=register.LICENSEE)


def report(
    actor: Actor,
    acceptance: Acceptance,
    number: int,
    facts: Mapping[str, Any],
    act: Act,
    statement: Statement,
) -> RoyaltyReport:
    """Report a period. `facts`: nil, units, parts, deduction_words, note, files (ids of uploads).

    Raises Refused for a period that is not over, Conflict `agreed_lowered` where less would be owed than both
    sides have agreed on, `earlier_unreported` where an advance is used up in the order of the periods.
    """
    allow(actor, "royalty.report", acceptance)
    acceptance = register.lock(acceptance.id)
    acts.same(act, _report_filing(actor, acceptance, number, facts))
    due, former = period(acceptance, number), newest(acceptance).get(number)
    found = reckoned(acceptance, due, facts)
    if former is not None:
        _move(actor, former, "supersede")
        db.session.flush()  # one standing report a period: the former makes room first
    seq = register.enter(act.signed(statement))[0].seq
    row = _row(actor, acceptance, due, facts, found, former)
    row.seq = seq
    db.session.add(row)
    acts.keep_files(acceptance, row.id, acts.brought(actor, facts.get("files") or ()))
    history.record(actor, "report", row, after=row.state, changes={"seq": seq})
    history.record(actor, "report_royalty", acceptance, changes={"seq": seq})
    acts.print_later(acceptance, PAPER, row.id)
    register.tell(acceptance, "royalty_reported", register.HOLDER, report=row.id)
    return row


def _report_filing(actor: Actor, acceptance: Acceptance, number: int, facts: Mapping[str, Any]) -> Filing:
    former = _check_report(acceptance, number)
    due = period(acceptance, number)
    found = reckoned(acceptance, due, facts)
    if former is not None and former.state == ReportState.AGREED and found.due < former.due:
        raise Conflict("agreed_lowered", article="CC 543")
    fields: dict[str, Any] = {"key": f"report:{number}", "edition": former.edition + 1 if former else 1}
    if former is not None and former.seq is not None:
        fields["supersedes"] = former.seq
    secrets = {
        "amounts": {
            "nil": "yes" if facts.get("nil") else "no",
            "units": "" if facts.get("units") is None else str(facts["units"]),
            "parts": _texts(found),
            "royalty": plain(found.royalty),
            "credited": plain(found.credited),
            "due": plain(found.due),
            "top_up": "" if found.top_up is None else plain(found.top_up),
        },
        "reason": {name: facts[name] for name in ("deduction_words", "note") if facts.get(name)},
        "evidence": acts.digests(acts.brought(actor, facts.get("files") or ())),
    }
    return acts.filing("royalty.reported", acceptance, fields, secrets)


def _check_report(acceptance: Acceptance, number: int) -> RoyaltyReport | None:
    """The report that would be superseded, if there is one."""
    register.check_kept(acceptance.contract)
    if acceptance.state not in REPORTABLE:
        raise Conflict("license_not_in_force", article="CC 509", number=acceptance.contract.number)
    due = period(acceptance, number)
    assert due.period_last is not None
    if clock.today() <= due.period_last:
        raise Refused("period_running", article="CC 846", day=due.period_last)
    former = newest(acceptance).get(number)
    if former is not None and former.edition >= performance.EDITIONS_MAX:
        raise Conflict("too_many_editions", max=performance.EDITIONS_MAX)
    if former is not None and any(later > number for later in newest(acceptance)) and _counts(acceptance):
        raise Conflict("later_reported", article="CC 846")
    before = next((one.number for one in periods(acceptance) if one.number not in newest(acceptance)), number)
    if before < number and _counts(acceptance):  # else the same advance would be credited twice
        raise Conflict("earlier_unreported", article="CC 846", number=before)
    return former


def _counts(acceptance: Acceptance) -> bool:
    """Whether a period's royalty changes what later periods of its year came to."""
    royalty = terms_of(acceptance)
    return bool(royalty.minimum and royalty.minimum_due_at_start)


def _stated(cut: Sequence[Part], facts: Mapping[str, Any]) -> list[tuple[Part, Decimal, Decimal]]:
    given = list(facts.get("parts") or ())
    figures = [value for one in given for value in (one.get("gross"), one.get("deductions")) if value]
    if facts.get("nil"):
        if figures:
            raise Refused("nil_with_figures", "nil", "CC 846")
        return [(part, ZERO, ZERO) for part in cut]
    if len(given) != len(cut):
        raise Refused("required", f"parts.{len(given)}.gross", "CC 846")
    for number, one in enumerate(given):
        if one.get("gross") is None:
            raise Refused("required", f"parts.{number}.gross", "CC 846")
    if any(one.get("deductions") for one in given) and not facts.get("deduction_words"):
        raise Refused("required", "deduction_words", "CC 846")
    return [(part, one["gross"], one.get("deductions") or ZERO) for part, one in zip(cut, given, strict=True)]


def _earlier(acceptance: Acceptance, number: int) -> dict[int, Decimal]:
    """The royalty reported for earlier periods, by license year."""
    found: dict[int, Decimal] = {}
    for one in newest(acceptance).values():
        if one.number < number:
            for part in one.parts:
                year = int(part["year"])
                found[year] = found.get(year, ZERO) + Decimal(part["royalty"])
    return found


def _closes(acceptance: Acceptance, part: Part, due: Due) -> bool:
    """Whether a license year ends with this part: its own last day, or the license's."""
    assert acceptance.effective_on is not None
    last = max(one.period_last or date.min for one in periods(acceptance))
    return part.last == min(term_end(acceptance.effective_on, 12 * part.year), last)


def _row(
    actor: Actor,
    acceptance: Acceptance,
    due: Due,
    facts: Mapping[str, Any],
    found: Result,
    former: RoyaltyReport | None,
) -> RoyaltyReport:
    assert due.period_first is not None
    assert due.period_last is not None
    return RoyaltyReport(
        id=new_id(),
        acceptance_id=acceptance.id,
        acceptance=acceptance,
        number=due.number,
        edition=former.edition + 1 if former else 1,
        state=ReportState.REPORTED,
        period_first=due.period_first,
        period_last=due.period_last,
        nil=bool(facts.get("nil")),
        units=facts.get("units"),
        parts=_texts(found),
        royalty=found.royalty,
        credited=found.credited,
        due=found.due,
        top_up=found.top_up,
        deduction_words=facts.get("deduction_words") or "",
        note=facts.get("note") or "",
        signer=actor.name,
        reported_by=actor.account_id,
        reported_at=clock.now(),
    )


def _texts(found: Result) -> list[dict[str, str]]:
    return [
        {
            "year": str(one.part.year),
            "first": one.part.first.isoformat(),
            "last": one.part.last.isoformat(),
            "gross": plain(one.gross),
            "deductions": plain(one.deductions),
            "rate": f"{one.rate.normalize():f}",
            "royalty": plain(one.royalty),
        }
        for one in found.parts
    ]


# --- the holder answers ------------------------------------------------------------------------------


def ask(actor: Actor, report: RoyaltyReport, words: str) -> None:
    """A question of the holder, or the licensee's answer to one: each side writes in its turn (CC 509)."""
    allow(actor, "royalty.ask", report.acceptance)
    register.check_kept(report.acceptance.contract)
    acceptance, report = _locked(report)
    side = acts.side_of(actor, acceptance)
    _move(actor, report, "ask" if side == register.HOLDER else "answer")
    acts.say(actor, acceptance, report.id, acts.said(words), most=performance.MESSAGES_MAX)
    register.tell(acceptance, "royalty_asked", acts.other(side), report=report.id)


def answer_act(actor: Actor, report: RoyaltyReport, facts: Mapping[str, Any]) -> Act:
    """Agreement or dispute as a filing, for the holder to sign. A plain read; raises as `answer`."""
    allow(actor, "royalty.answer", report.acceptance)
    return act_of(_answer_filing(report, facts), role=agency.stated(register.HOLDER, actor.power))


def answer(
    actor: Actor, report: RoyaltyReport, facts: Mapping[str, Any], act: Act, statement: Statement
) -> RoyaltyReport:
    """Agree to a report or dispute it. `facts`: outcome (ANSWERS), reason (needed to dispute).

    A dispute changes nothing that is owed: what the licensee states is not in dispute. What was paid on a
    report before it was corrected, or as a minimum that the year's royalties have reached, goes back once
    both sides agree on the report.
    """
    allow(actor, "royalty.answer", report.acceptance)
    acceptance, report = _locked(report)
    acts.same(act, _answer_filing(report, facts))
    _move(actor, report, facts["outcome"])
    report.answer_seq = register.enter(act.signed(statement))[0].seq
    report.answer_words = facts.get("reason") or ""
    report.answered_by, report.answered_at = actor.account_id, clock.now()
    history.record(actor, f"{facts['outcome']}_royalty", acceptance, changes={"seq": report.answer_seq})
    if facts["outcome"] == "agree":
        return_surplus(acceptance)
    register.tell(acceptance, "royalty_answered", register.LICENSEE, report=report.id)
    return report


def _answer_filing(report: RoyaltyReport, facts: Mapping[str, Any]) -> Filing:
    register.check_kept(report.acceptance.contract)
    if facts["outcome"] not in ANSWERS:
        raise Refused("not_a_choice", "outcome")
    after = performance.REPORT.move(report.state, facts["outcome"])
    if facts["outcome"] == "dispute":
        acts.said(facts.get("reason") or "", field="reason", article="PL 52")
    fields = {"key": report.key, "edition": report.edition, "outcome": str(after)}
    return acts.filing("royalty.answered", report.acceptance, fields, {"reason": facts.get("reason") or ""})


def _locked(report: RoyaltyReport) -> tuple[Acceptance, RoyaltyReport]:
    """The license's row, then the report's, as they stand now."""
    acceptance = register.lock(report.acceptance_id)
    fresh: RoyaltyReport = acts.found(RoyaltyReport, report.id, locked=True)
    return acceptance, fresh


def _move(actor: Actor, report: RoyaltyReport, verb: str) -> None:
    """The only place that writes a report's state."""
    line = performance.REPORT.found(report.state, verb)
    before, report.state = report.state, line.to
    history.record(actor, verb, report, before=before, after=report.state, changes={"article": line.article})
