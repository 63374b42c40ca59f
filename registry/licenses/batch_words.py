"""How the members of a batch stand, and what was found about its rows, in the reader's words."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry import clock, problems
from registry.errors import Refused
from registry.licenses import assembly, batch_signing, rules, task_list
from registry.licenses.batch_models import BatchRow
from registry.licenses.batch_rows import NAMES, Verdict, heading
from registry.licenses.models import OPEN_STATES, Declaration
from registry.licenses.register import terms_on_day
from registry.licenses.rules import DeclarationState
from registry.text import phrase

STANDINGS: Mapping[str, LazyString] = {
    "making": _l("正在制作"),
    "ready": _l("可以签署"),
    "waiting": _l("等待共有人同意"),
    "faults": _l("有问题"),
    "returned": _l("退回补正"),
    "signing": _l("已签署，正在提交"),
    "signed": _l("已签署，审核中"),
    "published": _l("已发布"),
    "ended": _l("已结束"),
    "refused": _l("没有成为草稿"),
}
TONES: Mapping[str, str] = {
    "making": "wait", "ready": "info", "waiting": "wait", "faults": "stop", "returned": "stop",
    "signing": "wait", "signed": "wait", "published": "ok", "ended": "plain", "refused": "stop",
    "incomplete": "wait", "unchanged": "plain",
}  # fmt: skip
VERDICTS: Mapping[str, LazyString] = {
    "ready": _l("将成为可以签署的草稿"),
    "incomplete": _l("将成为草稿，还缺内容"),
    "unchanged": _l("已签署，不再改动"),
    "refused": _l("不处理"),
}
_IN_REVIEW = (DeclarationState.SUBMITTED, DeclarationState.UNDER_REVIEW)
_FOUND: dict[str, tuple[Refused, ...]] = {}
_MOST = 5000
COMMONEST = 5
"""So many sentences are said of a whole batch; the rest stands beside the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A row with how its declaration stands, and what stands against signing it."""

    row: BatchRow
    standing: str
    problems: tuple[Refused, ...] = ()

    @property
    def declaration(self) -> Declaration | None:
        return self.row.declaration


def members(rows: Sequence[BatchRow]) -> list[Member]:
    """Every row of a batch with its standing."""
    terms = terms_on_day().version
    return [_member(row, terms) for row in rows]


def counted(found: Iterable[Member]) -> dict[str, int]:
    """How many stand how, in the order of STANDINGS."""
    counts = dict.fromkeys(STANDINGS, 0)
    for one in found:
        counts[one.standing] += 1
    return {name: count for name, count in counts.items() if count}


def _member(row: BatchRow, terms: str) -> Member:
    declaration = row.declaration
    if declaration is None:
        comes = not row.written and row.verdict != Verdict.REFUSED
        return Member(row=row, standing="making" if comes else "refused")
    if declaration.state not in assembly.EDITABLE:
        return Member(row=row, standing=_beyond(declaration.state))
    if row.pending:
        return Member(row=row, standing="signing")
    found = _problems(declaration, terms)
    if declaration.state == DeclarationState.RETURNED:
        return Member(row=row, standing="returned", problems=found)
    blocking = [one for one in found if one.code not in rules.OVERRIDABLE]
    waits = all(one.code in task_list.WAITING for one in blocking)
    standing = "faults" if not waits else "waiting" if blocking else "ready"
    return Member(row=row, standing=standing, problems=found)


def _beyond(state: str) -> str:
    if state in _IN_REVIEW:
        return "signed"
    return "published" if state in OPEN_STATES else "ended"


def _problems(declaration: Declaration, terms: str) -> tuple[Refused, ...]:
    """What stands against signing but for the ticks. Hundreds are looked at on one page, and few have changed
    since the last look: what was found is kept under all it hangs on. Signing looks again.
    """
    key = _fingerprint(declaration, terms)
    if key not in _FOUND:
        if len(_FOUND) >= _MOST:
            _FOUND.clear()
        found = [one for one in task_list.problems(declaration) if one.field not in batch_signing.TICKED]
        missing = [Refused("step_missing", step) for step in batch_signing.missing_steps(declaration)]
        known = {task_list.step_of(one) for one in found}
        _FOUND[key] = (*found, *(one for one in missing if one.field not in known))
    return _FOUND[key]


def _fingerprint(declaration: Declaration, terms: str) -> str:
    patent, report = declaration.patent, declaration.patent.report
    whole: list[Any] = [
        str(declaration.id), declaration.draft, declaration.version, terms, clock.today().isoformat(),
        declaration.holder.nature, declaration.holder.country,
        [patent.title, patent.kind, patent.main_class, patent.annuity_paid_to, patent.compensation_days],
        [patent.filing_date, patent.grant_date, patent.inventors, patent.publication],
        [[one.name, one.uscc, one.person] for one in patent.owners],
        [[one.kind, one.starts_on, one.ends_on, one.consented, one.reference] for one in patent.facts],
        [report.number, report.day, report.positive, report.upload_id] if report else [],
        [[str(one.id), one.answer, one.digest, one.void_at, one.purpose] for one in declaration.consents],
    ]  # fmt: skip
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


# --- words -------------------------------------------------------------------------------------------


def commonest(found: Iterable[BatchRow | Member]) -> list[tuple[str, int]]:
    """What stands against several rows, in words and with how many, the commonest first: mended together."""
    counts = Counter(words for one in found for words in {_alone(refused) for refused in _against(one)})
    return [(words, count) for words, count in counts.most_common(COMMONEST) if count > 1]


def _against(one: BatchRow | Member) -> Iterable[Refused]:
    if isinstance(one, Member):
        return one.problems if one.declaration is not None else _reasons(one.row)
    return _reasons(one)


def _alone(refused: Refused) -> str:
    if refused.code != "step_missing":
        return sentence(refused)
    return str(_("还没有填写：%(steps)s。", steps=phrase(str(task_list.TITLES[refused.field]))))


def said(row: BatchRow) -> str:
    """A row's reasons in words, each with the column or the step it is about."""
    return _said(_reasons(row))


def _reasons(row: BatchRow) -> list[Refused]:
    return [Refused(code, field, **_params(params)) for code, field, params in row.reasons]


def _said(found: Iterable[Refused]) -> str:
    """Sentences in a row; the steps nobody has answered in one of them."""
    several = list(found)
    steps = [str(task_list.TITLES[one.field]) for one in several if one.code == "step_missing"]
    said = [sentence(one) for one in several if one.code != "step_missing"]
    if steps:
        said.append(_("还没有填写：%(steps)s。", steps=_("、").join(map(phrase, steps))))
    return " ".join(said)


def sentence(refused: Refused) -> str:
    """A refusal with what it is about in front."""
    about = _about(refused)
    words = problems.sentence(refused)
    return f"{phrase(about)}{_('：')}{words}" if about else words


def of_member(one: Member) -> str:
    """What stands against a draft in words; of a row that became none, why."""
    if one.declaration is None:
        return said(one.row)
    fault = [problems.sentence(Refused(one.row.fault))] if one.row.fault else []
    return " ".join([*fault, _said(one.problems)]).strip()


def _about(refused: Refused) -> str:
    name = refused.field.partition(".")[0]
    if name in NAMES:
        return heading(name)
    step = refused.field if refused.field in task_list.TITLES else task_list.step_of(refused)
    return str(task_list.TITLES[step]) if refused.field else ""


def _params(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in ("code", "field", "article")}
