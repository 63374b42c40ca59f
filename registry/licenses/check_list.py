"""The reviewer's check list: its lines, what is shown as evidence beside each, and what the registry itself
found.

A line's findings come from the same checks the holder saw; whether they are right, a person decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry.errors import Refused
from registry.licenses import assembly, consents, service, wording
from registry.licenses.answers import uploads
from registry.licenses.draft import Draft
from registry.licenses.models import Declaration
from registry.patents import service as patents

LINES: dict[str, LazyString] = {
    "number": _l("专利号和校验位正确"),
    "register": _l("与登记簿副本一致：名称、日期、专利权人及其顺序"),
    "annuity": _l("年费已按规定缴纳"),
    "bars": _l("不存在不得实行开放许可的其他情形"),
    "report": _l("专利权评价报告齐备、结论肯定（实用新型、外观设计）"),
    "consents": _l("签署人有权签署，全体专利权人书面同意"),
    "fee": _l("收费清楚，未超过一般上限，计算说明能够支持"),
    "dates": _l("三个日期合理，没有超过专利权期限"),
    "words": _l("没有商业性宣传用语和垄断技术的条款"),
    "contact": _l("联系方式可用，已指定接收通知的系统"),
    "attachments": _l("附件清楚可读"),
}

_BY_FIELD = (
    ("patent.annuity", "annuity"),
    ("patent.number", "number"),
    ("patent.kind", "number"),
    ("patent.filing_date", "register"),
    ("patent.grant_date", "register"),
    ("patent.title", "register"),
    ("patent.main_class", "register"),
    ("patent.", "bars"),
    ("report.", "report"),
    ("patentees", "consents"),
    ("declarant", "consents"),
    ("agency", "consents"),
    ("undertaking", "consents"),
    ("standing_authorisation", "consents"),
    ("internal_check", "fee"),
    ("fee", "fee"),
    ("payee", "fee"),
    ("offer_last_day", "dates"),
    ("license_last_day", "dates"),
    ("duration_months", "dates"),
    ("contact", "contact"),
    ("receives_here", "contact"),
)
_BY_CODE = {"advertising_words": "words", "advertising_in_description": "words", "patent_expired": "dates"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What stands beside one line: facts as (label, value), files, what blocks, what only warns."""

    line: str
    facts: tuple[tuple[LazyString, str], ...]
    files: tuple[tuple[str, UUID], ...]
    findings: tuple[Refused, ...]
    warnings: tuple[Refused, ...]


def evidence(declaration: Declaration) -> dict[str, Evidence]:
    """The evidence of every line, in the list's order."""
    findings, cautions = service.checks(declaration), service.warnings(declaration)
    shown = dict(_facts(declaration))
    files = list(_files(declaration))
    return {
        line: Evidence(
            line=line,
            facts=shown.get(line, ()),
            files=tuple((name, upload) for where, name, upload in files if where == line),
            findings=_of_line(findings, line),
            warnings=_of_line(cautions, line),
        )
        for line in LINES
    }


def files_of(declaration: Declaration) -> set[UUID]:
    """The uploads a declaration, its patent and its consents name."""
    return {upload for _, _, upload in _files(declaration)}


def line_of(refusal: Refused) -> str:
    """The line a finding belongs to."""
    if refusal.code in _BY_CODE:
        return _BY_CODE[refusal.code]
    if refusal.code.startswith("monopoly_"):
        return "words"
    return next((line for head, line in _BY_FIELD if refusal.field.startswith(head)), "attachments")


def _of_line(refusals: Iterable[Refused], line: str) -> tuple[Refused, ...]:
    return tuple(refusal for refusal in refusals if line_of(refusal) == line)


Facts = tuple[tuple[LazyString, str], ...]


def _facts(declaration: Declaration) -> Iterator[tuple[str, Facts]]:
    """Each line's facts; the lines that need a readable draft are left out while there is none."""
    yield from _patent_facts(declaration)
    yield (
        "consents",
        tuple((_l("专利权人"), f"{one.name} · {one.state}") for one in consents.status(declaration)),
    )
    try:
        draft = assembly.draft_facts(declaration)
    except Refused:
        return
    yield from _draft_facts(draft)


def _patent_facts(declaration: Declaration) -> Iterator[tuple[str, Facts]]:
    patent, report = declaration.patent, declaration.patent.report
    paid_to = patent.annuity_paid_to.isoformat() if patent.annuity_paid_to else "/"
    yield "number", ((_l("专利号"), patent.number), (_l("专利种类"), patent.kind))
    yield (
        "register",
        (
            (_l("发明创造名称"), patent.title),
            (_l("申请日"), patent.filing_date.isoformat()),
            (_l("授权公告日"), patent.grant_date.isoformat()),
            (_l("主分类号"), patent.main_class),
            (_l("专利权人"), "、".join(owner.name for owner in patent.owners)),
            (_l("上次核对登记簿"), patent.checked_at.date().isoformat() if patent.checked_at else "/"),
        ),
    )
    yield "annuity", ((_l("年费缴至"), paid_to),)
    yield (
        "bars",
        tuple(
            (_l("登记事项"), f"{fact.kind} · {fact.starts_on} – {fact.ends_on or ''} · {fact.reference}")
            for fact in patent.facts
        ),
    )
    if report:
        conclusion = "+" if report.positive else "−"
        yield "report", ((_l("专利权评价报告"), f"{report.number} · {report.day} · {conclusion}"),)
    yield "dates", ((_l("专利权最后一日"), patents.last_day(patent).isoformat()),)


def _draft_facts(draft: Draft) -> Iterator[tuple[str, Facts]]:
    note = (_l("使用费计算说明"), draft.fee_note)
    yield "fee", (*((_l("使用费"), line) for line in wording.describe(draft.fee).splitlines()), note)
    yield (
        "dates",
        (
            (_l("接受通知的最后一日"), draft.offer_last_day.isoformat()),
            (_l("许可期限届满日"), draft.license_last_day.isoformat()),
            (_l("单次许可期限（月）"), str(draft.duration_months or "/")),
            (_l("专利权最后一日"), draft.facts.last_day.isoformat()),
        ),
    )
    yield "words", ((_l("其他条件"), draft.additional_terms or "/"),)
    contact = draft.contact
    yield "contact", ((_l("联系人（单位）"), f"{contact.unit} · {contact.phone} · {contact.email}"),)


def _files(declaration: Declaration) -> Iterator[tuple[str, str, UUID]]:
    """(line, what it is, upload) of every file of the declaration, its patent and its consents."""
    patent, report = declaration.patent, declaration.patent.report
    named = [
        ("register", "certificate", patent.certificate_upload),
        ("annuity", "annuity", patent.annuity_upload),
        ("report", "evaluation", report.upload_id if report else None),
        *(("bars", fact.kind, fact.upload_id) for fact in patent.facts),
        *(
            ("consents", f"consent · {consent.name}", consent.upload_id)
            for consent in assembly.live_consents(declaration).values()
        ),
    ]
    for path, upload in uploads(declaration.draft):
        line = "fee" if path.startswith("fee_note") else "consents"
        named.append(("attachments" if path.startswith("use") else line, path, UUID(upload)))
    for line, name, upload_id in named:
        if upload_id is not None:
            yield line, name, upload_id
