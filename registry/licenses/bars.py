"""The nine bars (IR 86; GL 3.1): what keeps a patent from being offered, and what licensees are told when
one arises later.

Questions and notices are Chinese message ids; pages and mails translate them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from registry.errors import Refused
from registry.patents.numbers import Kind
from registry.text import N_


class FactKind(StrEnum):
    """Kinds of recorded facts that may bar an offer; the values of patents.models.FACT_KINDS."""

    EXCLUSIVE_LICENSE = "exclusive_license"
    SOLE_LICENSE = "sole_license"
    PENDING_EXCLUSIVE_RECORDAL = "pending_exclusive_recordal"
    ORDINARY_LICENSE = "ordinary_license"
    DISPUTE = "dispute"
    PRESERVATION = "preservation"
    PLEDGE = "pledge"
    INVALIDATION = "invalidation"
    TERMINATION = "termination"
    OTHER_HINDRANCE = "other_hindrance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact about a patent, from the register or the holder; without an end it still holds."""

    kind: str
    starts_on: date
    ends_on: date | None = None
    consented: bool = False  # the pledgee's consent
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The evaluation report that counts; a corrected one has replaced the former."""

    number: str
    day: date
    positive: bool
    attached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PatentFacts:
    """What is known of a patent on the day of the check."""

    kind: str
    last_day: date
    annuity_paid_to: date | None
    facts: tuple[Fact, ...] = ()
    report: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One ground, with the question a holder is asked (answer 是 means: barred, or explain)."""

    code: str
    article: str
    field: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarFinding:
    """A bar that holds. `since` is the day it arose, where known."""

    bar: str
    code: str
    field: str
    article: str
    since: date | None = None
    reference: str = ""

    def refused(self) -> Refused:
        since = self.since.isoformat() if self.since else ""
        return Refused(
            self.code, self.field, self.article, bar=self.bar, since=since, reference=self.reference
        )


BARS: dict[str, Bar] = {
    bar.code: bar
    for bar in (
        Bar(
            code="B1",
            article="IR 86(1); GL 3.1(1)",
            field="patent.exclusive",
            question=N_("这件专利现在是否给了别人独占或者排他许可（包括已经提交、尚未办完的备案）？"),
        ),
        Bar(
            code="B2",
            article="IR 86(2); GL 3.1(2)",
            field="patent.suspended",
            question=N_("是否有权属纠纷，或者法院的财产保全，使专利程序处于中止？"),
        ),
        Bar(
            code="B3",
            article="IR 86(3); GL 3.1(3)",
            field="patent.annuity_paid_to",
            question=N_("年费是否没有按规定缴纳？"),
        ),
        Bar(
            code="B4",
            article="IR 86(4); GL 3.1(4)",
            field="patent.pledge",
            question=N_("专利权是否已经质押，而质权人没有书面同意开放许可？"),
        ),
        Bar(code="B5", article="GL 3.1(5)", field="patent.number", question=N_("专利权是否已经终止？")),
        Bar(
            code="B6",
            article="GL 3.1(6)",
            field="patent.number",
            question=N_("专利权是否已经被宣告全部无效？"),
        ),
        Bar(
            code="B7",
            article="PL 50; GL 3.1(7)",
            field="report.number",
            question=N_("实用新型或者外观设计：是否还没有专利权评价报告？"),
        ),
        Bar(
            code="B8",
            article="PL 50; GL 3.1(8)",
            field="report.positive",
            question=N_("实用新型或者外观设计：评价报告的结论是否认为不符合授权条件？"),
        ),
        Bar(
            code="B9",
            article="IR 86(5); GL 3.1(9)",
            field="patent.other_hindrance",
            question=N_("是否还有其他妨碍这件专利有效实施的情形？"),
        ),
    )
}

_BY_FACT = {
    FactKind.EXCLUSIVE_LICENSE: ("B1", "bar_exclusive_license"),
    FactKind.SOLE_LICENSE: ("B1", "bar_exclusive_license"),
    FactKind.PENDING_EXCLUSIVE_RECORDAL: ("B1", "bar_exclusive_pending"),
    FactKind.DISPUTE: ("B2", "bar_suspended"),
    FactKind.PRESERVATION: ("B2", "bar_suspended"),
    FactKind.PLEDGE: ("B4", "bar_pledge"),
    FactKind.TERMINATION: ("B5", "bar_terminated"),
    FactKind.INVALIDATION: ("B6", "bar_invalidated"),
    FactKind.OTHER_HINDRANCE: ("B9", "bar_hindrance"),
}


def bars(facts: PatentFacts, on: date) -> list[BarFinding]:
    """Every bar that holds on a day, in the order B1 to B9."""
    found = [_finding(*_BY_FACT[FactKind(fact.kind)], fact) for fact in facts.facts if _bars(fact, on)]
    if facts.annuity_paid_to is None or facts.annuity_paid_to < on:
        found.append(_plain("B3", "bar_annuity", since=facts.annuity_paid_to))
    if facts.last_day < on:
        found.append(_plain("B5", "patent_expired", since=facts.last_day))
    if facts.kind in (Kind.UTILITY_MODEL, Kind.DESIGN):
        found += _report_bars(facts.report)
    return sorted(found, key=lambda finding: finding.bar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """An offer paused for a bar from a day on, or resumed on a day."""

    bar: str
    on: date
    begins: bool


def held_on(facts: PatentFacts, on: date) -> list[BarFinding]:
    """The bars that stood against a license obtained on that day: begun by then and not over.

    Stricter than `bars`: a pledge still to come keeps an offer from being made, and no license from having
    been given. An annuity nobody recorded is asked for elsewhere.
    """
    begun = tuple(fact for fact in facts.facts if fact.starts_on <= on)
    found = bars(replace(facts, facts=begun), on)
    return [one for one in found if one.bar != "B3" or facts.annuity_paid_to is not None]


def paused_on(moves: Iterable[Pause], on: date) -> frozenset[str]:
    """Bars for which the offer stood paused on a day, after its pauses and resumptions in their order.

    On the day of a resumption it takes notices again.
    """
    since: dict[str, date] = {}
    held: set[str] = set()
    for move in moves:
        if move.begins:
            since[move.bar] = move.on
        elif move.bar in since and since.pop(move.bar) <= on < move.on:
            held.add(move.bar)
    return frozenset(held | {bar for bar, day in since.items() if day <= on})


def _bars(fact: Fact, on: date) -> bool:
    """A license or pledge that has not begun bars too: while the offer is open it may not begin (PL
    51(3))."""
    if fact.kind == FactKind.ORDINARY_LICENSE or (fact.kind == FactKind.PLEDGE and fact.consented):
        return False
    if fact.kind in (FactKind.TERMINATION, FactKind.INVALIDATION):
        return fact.starts_on <= on
    return fact.ends_on is None or fact.ends_on >= on


def _report_bars(report: Report | None) -> list[BarFinding]:
    if report is None or not report.number or not report.attached:
        return [_plain("B7", "bar_report_missing")]
    return [] if report.positive else [_plain("B8", "bar_report_negative", since=report.day)]


def _plain(bar: str, code: str, *, since: date | None = None) -> BarFinding:
    return BarFinding(bar=bar, code=code, field=BARS[bar].field, article=BARS[bar].article, since=since)


def _finding(bar: str, code: str, fact: Fact) -> BarFinding:
    line = BARS[bar]
    return BarFinding(
        bar=bar,
        code=code,
        field=line.field,
        article=line.article,
        since=fact.starts_on,
        reference=fact.reference,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MustWithdraw:
    """What a bar that arises later means for licenses already given (GL 2; design: journeys 1.7)."""

    bar: str
    article: str
    changes: str  # what it means for the licensee
    to_do: str
    license_stands: bool


_STANDS = N_("您已取得的许可在此之前给予，继续有效；专利权人不再接受新的许可。")

MUST_WITHDRAW: dict[str, MustWithdraw] = {
    notice.bar: notice
    for notice in (
        MustWithdraw(
            bar="B1",
            article="PL 50, 51",
            changes=_STANDS,
            to_do=N_("请按原条款继续履行，无需办理其他手续。"),
            license_stands=True,
        ),
        MustWithdraw(
            bar="B2",
            article="GL 2; IR 86(2)",
            changes=N_("专利程序已经中止；您的许可继续有效。"),
            to_do=N_("请继续报告；款项付入指定账户，法院另有要求的按法院要求支付。"),
            license_stands=True,
        ),
        MustWithdraw(
            bar="B3",
            article="SPC 26; PL 44",
            changes=N_("年费没有按规定缴纳，专利权可能终止；维持专利权是专利权人的义务，滞纳期届满日见下。"),
            to_do=N_("您可以催告专利权人在滞纳期届满前补缴；在专利权终止之前您的许可继续有效。"),
            license_stands=True,
        ),
        MustWithdraw(
            bar="B4",
            article="PL 50; GL 9",
            changes=_STANDS,
            to_do=N_("请按原条款继续履行，无需办理其他手续。"),
            license_stands=True,
        ),
        MustWithdraw(
            bar="B5",
            article="CC 865; PL 47",
            changes=N_("专利权已经终止，您的许可随之结束；以后各期使用费不再到期。"),
            to_do=N_("已付款项有疑问的，请在收到本通知之日起三十日内向专利权人提出。"),
            license_stands=False,
        ),
        MustWithdraw(
            bar="B6",
            article="CC 865; PL 47",
            changes=N_(
                "专利权已被宣告无效，您的许可随之结束；以后各期使用费不再到期。宣告无效前已经履行的许可原则上不受影响，"
                "恶意或者明显违反公平原则的除外。"
            ),
            to_do=N_("已付款项有疑问的，请在收到本通知之日起三十日内向专利权人提出。"),
            license_stands=False,
        ),
        MustWithdraw(
            bar="B7",
            article="PL 50; GL 3.1(7)",
            changes=N_("专利权评价报告不再可用；在专利权被宣告无效之前您的许可继续有效。"),
            to_do=N_("请按原条款继续履行，并留意本平台的后续通知。"),
            license_stands=True,
        ),
        MustWithdraw(
            bar="B8",
            article="PL 50; GL 3.1(8)",
            changes=N_("专利权评价报告已被更正，结论为否定；在专利权被宣告无效之前您的许可继续有效。"),
            to_do=N_("请按原条款继续履行，并留意本平台的后续通知。"),
            license_stands=True,
        ),
        MustWithdraw(
            bar="B9",
            article="IR 86(5); GL 2",
            changes=N_("出现其他妨碍专利有效实施的情形，说明见下。"),
            to_do=N_("请按下面的说明办理；有疑问请与专利权人或者本平台联系。"),
            license_stands=True,
        ),
    )
}
