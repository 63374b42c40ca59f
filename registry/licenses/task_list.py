"""The task list of a declaration: its steps in order, where each is filled in, how each stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from registry import clock
from registry.database import db
from registry.errors import Invalid, Refused
from registry.licenses import assembly, rules, term_sets
from registry.licenses import service as licenses
from registry.licenses.models import Declaration
from registry.licenses.service import STEPS
from registry.parties.models import Venue
from registry.parties.rules import Actor
from registry.patents import service as patents
from registry.patents.numbers import Kind

CHECK = "check"


class Status(StrEnum):
    """How a step stands."""

    NOT_STARTED = "not_started"
    DONE = "done"
    PROBLEM = "problem"
    WAITING = "waiting"  # for somebody else: a co-owner's consent
    TO_DECIDE = "to_decide"  # may be handed in; the reviewer decides
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One line of the task list."""

    key: str
    title: LazyString
    url: str
    status: Status
    problems: tuple[Refused, ...] = ()


TITLES: Mapping[str, LazyString] = {
    "patent": _l("哪一件专利？"),
    "state": _l("专利目前的状态"),
    "report": _l("专利权评价报告"),
    "declarant": _l("谁来声明？"),
    "owners": _l("共有专利权人"),
    "fee": _l("怎样收费？"),
    "account": _l("付到哪里、何时付？"),
    "fee_note": _l("使用费怎么算出来的？"),
    "term": _l("许可多久？"),
    "acts": _l("许可哪些行为？"),
    "materials": _l("交付什么？"),
    "use": _l("给谁用、用在哪里？"),
    "contact": _l("联系与通知"),
    "filing": _l("备案与合同登记由谁办？"),
    "opening": _l("何时可以接受？"),
    CHECK: _l("检查并签署"),
}

STEP_OF: tuple[tuple[str, str], ...] = (
    ("patent.annuity_paid_to", "state"),
    ("patent.exclusive", "state"),
    ("patent.suspended", "state"),
    ("patent.pledge", "state"),
    ("patent.other_hindrance", "state"),
    ("patentees", "owners"),
    ("owners", "owners"),
    ("consents", "owners"),
    ("patent", "patent"),
    ("report", "report"),
    ("agency", "declarant"),
    ("declarant", "declarant"),
    ("fee_note", "fee_note"),
    ("fee", "fee"),
    ("payee", "account"),
    ("account", "account"),
    ("offer_last_day", "term"),
    ("license_last_day", "term"),
    ("duration_months", "term"),
    ("term", "term"),
    ("acts", "acts"),
    ("marking", "acts"),
    ("made_by_contractor", "acts"),
    ("handover", "materials"),
    ("guidance_hours", "materials"),
    ("materials", "materials"),
    ("description", "use"),
    ("additional_terms", "use"),
    ("use", "use"),
    ("contact", "contact"),
    ("recordal_by", "filing"),
    ("registration_by", "filing"),
    ("dispute", "filing"),
    ("filing", "filing"),
    ("open_from", "opening"),
    ("opening", "opening"),
)
"""Which step mends a refusal, by the beginning of its field, first fit; the rest belongs to the signature."""

INPUT_OF: Mapping[str, str] = {
    "additional_terms": "use.additional_terms",
    "handover_words": "materials.words",
    "marking": "acts.marking",
    "fee_note": "fee_note.text",
}
"""The input that holds a draft's field where the two are called differently."""

_STATE_CODES = frozenset({"bar_terminated", "bar_invalidated"})
WAITING = frozenset({"consent_missing", "consent_other_text"})
"""Refusals that only somebody else can mend."""


def begin(actor: Actor, wanted: Mapping[str, Any]) -> Declaration:
    """Open the draft that a loaded NewDeclarationSchema asks for, with those steps that came along.

    Raises NotFound for another's patent, Refused `not_a_choice` for an unknown venue, `term_set_unknown`.
    """
    patent = patents.own(actor, wanted["patent"])
    venue = db.session.scalar(select(Venue).where(Venue.code == wanted["venue"]))
    if venue is None:
        raise Refused("not_a_choice", "venue")
    begun = term_sets.begin_with(actor, wanted["term_set"]) if wanted.get("term_set") else {}
    declaration = licenses.draft(actor, patent, venue)
    if begun:
        licenses.save_steps(actor, declaration, begun)
    for step in STEPS:
        if step in wanted:
            licenses.save_step(actor, declaration, step, wanted[step])
    return declaration


def step_of(refused: Refused) -> str:
    """The step on which a refusal is mended."""
    if refused.code in _STATE_CODES:
        return "state"
    for beginning, step in STEP_OF:
        if refused.field.startswith(beginning):
            return step
    return CHECK


def problems(declaration: Declaration) -> tuple[Refused, ...]:
    """What stands against signing as things are now; a draft that cannot be read yet says why."""
    try:
        return tuple(licenses.checks(declaration))
    except Invalid as invalid:
        return invalid.refusals
    except Refused as refused:
        return (refused,)


def warnings(declaration: Declaration) -> tuple[Refused, ...]:
    """What the holder should look at; nothing here blocks."""
    try:
        return tuple(rules.warnings(assembly.draft_facts(declaration), clock.today()))
    except Refused:
        return ()


def of_words(declaration: Declaration, step: str) -> tuple[Refused, ...]:
    """What was found in the words of one step, each at the input where they were written."""
    found = (*problems(declaration), *warnings(declaration))
    return tuple(
        type(one)(one.code, _input_of(one.field), one.article, **one.params)
        for one in of_step(found, step)
        if one.code.startswith(("monopoly_", "advertising_"))
    )


def _input_of(name: str) -> str:
    return INPUT_OF.get(name, name.replace("description.", "use.", 1))


def of_step(found: Iterable[Refused], step: str) -> tuple[Refused, ...]:
    """Those refusals that one step mends."""
    return tuple(one for one in found if step_of(one) == step)


def tasks(declaration: Declaration, found: Iterable[Refused]) -> list[Task]:
    """Every step in order, with its status after `problems`."""
    by_step: dict[str, list[Refused]] = {}
    for refused in found:
        by_step.setdefault(step_of(refused), []).append(refused)
    return [_task(declaration, key, tuple(by_step.get(key, ()))) for key in keys(declaration)]


def keys(declaration: Declaration) -> list[str]:
    """The steps of this declaration: an invention has no evaluation report (PL 66)."""
    report = () if declaration.patent.kind == Kind.INVENTION else ("report",)
    return ["patent", "state", *report, *STEPS, CHECK]


def url(declaration: Declaration, key: str) -> str:
    """Where a step is filled in; the patent's own pages lead back to the declaration."""
    here = f"/declarations/{declaration.number}"
    own = {"patent": "edit", "state": "state", "report": "report"}.get(key)
    return f"/patents/{declaration.patent.number}/{own}?next={here}" if own else f"{here}/{key}"


def _task(declaration: Declaration, key: str, found: tuple[Refused, ...]) -> Task:
    status = _status(declaration, key, found)
    shown = () if status in (Status.NOT_STARTED, Status.NOT_NEEDED) else found
    return Task(key=key, title=TITLES[key], url=url(declaration, key), status=status, problems=shown)


def _status(declaration: Declaration, key: str, found: tuple[Refused, ...]) -> Status:
    if key == "account" and declaration.draft.get("fee", {}).get("method") == "FREE":
        return Status.NOT_NEEDED
    if not _started(declaration, key):
        return Status.NOT_STARTED
    codes = {one.code for one in found}
    if not codes:
        return Status.DONE
    if codes <= rules.OVERRIDABLE:
        return Status.TO_DECIDE
    return Status.WAITING if codes <= WAITING | rules.OVERRIDABLE else Status.PROBLEM


def _started(declaration: Declaration, key: str) -> bool:
    patent = declaration.patent
    if key == "patent":
        return True
    if key == "state":
        return patent.annuity_paid_to is not None
    if key == "report":
        return patent.report is not None
    return key != CHECK and bool(declaration.draft.get(key))


def ready(tasks_of: Iterable[Task]) -> bool:
    """Whether only the signature itself is left."""
    done = (Status.DONE, Status.NOT_NEEDED, Status.TO_DECIDE)
    return all(task.status in done for task in tasks_of if task.key != CHECK)
