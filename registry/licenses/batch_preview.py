"""What the rows of a table would become, held against what the registry has: nothing is written.

A row is judged by the same checks as a draft, on the values it would have: the patent as the row and the
register say it, the answers of the row laid over its term set, and over the draft it has already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from registry.database import db
from registry.errors import Invalid, Refused
from registry.forms import load
from registry.licenses import answers as reading
from registry.licenses import assembly, bars, rules, schemas
from registry.licenses import draft as drafts
from registry.licenses import service as licenses
from registry.licenses.batch_models import BatchRow, DeclarationBatch, TermSet
from registry.licenses.batch_rows import IDENTITY, Line, Reason, Verdict, reason, repeated
from registry.licenses.batch_terms import PLAIN, About, answers_of, terms_over
from registry.licenses.models import OPEN_STATES, Declaration
from registry.parties.models import Organisation
from registry.patents import numbers
from registry.patents import rules as patent_rules
from registry.patents import service as patents
from registry.patents.models import Patent, PatentOwner
from registry.patents.numbers import Kind

CHUNK = 500
SIGNED_LATER = frozenset(reading.TICKS)
"""Fields of what is ticked with the signature: no row can say it."""
REMARKS = frozenset({"row_needs_consents", "row_corrects_patent", "row_persons", "row_rate_small"}) | (
    rules.OVERRIDABLE
)
"""Reasons that leave a row ready: to be looked at, or for the reviewer to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A row with its verdict, and what the draft would begin with."""

    line: Line
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    term_set: TermSet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we hold about the patents and term sets the rows name."""

    holder: Organisation
    patents: Mapping[str, Patent]
    open: Mapping[UUID, str]  # patent -> number of the declaration that stands over it
    own: Mapping[UUID, Declaration]  # patent -> the batch's draft or declaration
    term_sets: Mapping[str, TermSet]
    today: date


def known(
    holder: Organisation, lines: Iterable[Line], *, batch: DeclarationBatch | None, today: date
) -> Known:
    """Look up once what the lines name."""
    found = _patents({line.number for line in lines if not line.problems})
    ids = [one.id for one in found.values()]
    stands: dict[UUID, str] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(Declaration.patent_id, Declaration.number).where(
            Declaration.patent_id.in_(ids[start : start + CHUNK]), Declaration.state.in_(OPEN_STATES)
        )
        stands |= {row.patent_id: row.number for row in db.session.execute(query)}
    sets = select(TermSet).where(TermSet.holder_id == holder.id, TermSet.retired_at.is_(None))
    return Known(
        holder=holder,
        patents=found,
        open=stands,
        own=_own(batch) if batch else {},
        term_sets={one.name: one for one in db.session.scalars(sets.options(selectinload(TermSet.versions)))},
        today=today,
    )


def judge_all(lines: Sequence[Line], held: Known, *, usual: str = "") -> list[Judged]:
    """Every line's verdict. `usual` is the term set of rows that name none."""
    again = repeated(lines)
    return [
        _refused(line, Refused("row_duplicate", "number", row=again[line.position]))
        if line.position in again
        else judge(line, held, usual=usual)
        for line in lines
    ]


def judge(line: Line, held: Known, *, usual: str = "") -> Judged:
    """One line against what we hold."""
    if line.problems:
        return Judged(line=line, verdict=Verdict.REFUSED, reasons=line.problems)
    patent = held.patents.get(line.number)
    against = _against(line, patent, held)
    if against is not None:
        return against
    name = line.facts.get("term_set") or usual
    chosen = held.term_sets.get(name)
    if name and chosen is None:
        return _refused(line, Refused("term_set_unknown", "term_set", name=name))
    return _weighed(line, patent, held, chosen)


# --- one row -----------------------------------------------------------------------------------------


def _against(line: Line, patent: Patent | None, held: Known) -> Judged | None:
    """What keeps a row from becoming a draft at all."""
    if patent is not None and patent.holder_id != held.holder.id:
        return _refused(line, Refused("patent_known", "number", number=line.number))
    if patent is not None and patent.id in held.open:
        mine = held.own.get(patent.id)
        number = held.open[patent.id]
        if mine is not None and mine.number == number:
            said = reason(Refused("row_signed", "number", number=number))
            return Judged(line=line, verdict=Verdict.UNCHANGED, reasons=(said,))
        return _refused(line, Refused("patent_has_open_declaration", "number", "GL 3.3", number=number))
    missing = [name for name in IDENTITY if patent is None and not line.facts.get(name)]
    if missing:
        return _refused(line, *(Refused("required", name, "CC 845(3)") for name in missing))
    granted = line.facts.get("grant_date")
    if granted and granted > held.today.isoformat():
        return _refused(line, Refused("day_future", "grant_date"))
    owners = _owners(line, patent, held.holder)
    if not any(patents.is_organisation(one, held.holder) for one in owners):
        return _refused(line, Refused("holder_not_owner", "owners", "GL 3.2", name=held.holder.name))
    return None


def _weighed(line: Line, patent: Patent | None, held: Known, chosen: TermSet | None) -> Judged:
    described, facts = _patent(line, patent), _facts(line, patent)
    about = About(title=described.title, last_day=facts.last_day, today=held.today)
    kept = _kept(patent, held)
    terms = terms_over(kept, chosen.current.steps if chosen else None, line.facts)
    try:
        raw = answers_of(line.facts, terms, about)
    except Refused as refused:
        return _refused(line, refused)
    answers, found = checked(raw)
    whole = {**kept, **_plain(answers)}
    found += [
        Refused("step_missing", step)
        for step in (*PLAIN, "fee", "term", "use")
        if step not in raw and not kept.get(step) and not (step == "account" and _free(whole))
    ]
    owners = _owners(line, patent, held.holder)
    found += _stand(whole, described, facts, owners, held)
    found += _remarks(line, patent, owners, held)
    blocking = [one for one in found if one.code not in REMARKS]
    return Judged(
        line=line,
        verdict=Verdict.INCOMPLETE if blocking else Verdict.READY,
        reasons=tuple(reason(one) for one in _once(found)),
        answers=answers,
        term_set=chosen,
    )


def _kept(patent: Patent | None, held: Known) -> Mapping[str, Any]:
    """What the draft says that an earlier edition of this row became: what the row leaves open stays."""
    former = held.own.get(patent.id) if patent is not None else None
    if patent is None or former is None or former.state not in assembly.EDITABLE:
        return {}
    use = former.draft.get("use") or {}
    if use.get("summary") != patent.title:
        return former.draft
    return {**former.draft, "use": {name: said for name, said in use.items() if name != "summary"}}


def checked(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Refused]]:
    """The steps that have the shape their pages ask for, and what is wrong with the others."""
    answers: dict[str, Any] = {}
    found: list[Refused] = []
    for step, given in raw.items():
        try:
            answers[step] = load(_schema(step), {step: given})[step]
        except Invalid as invalid:
            found += invalid.refusals
    return answers, found


@cache
def _schema(step: str) -> schemas.StepsSchema:
    return schemas.StepsSchema(only=(step,))


def _stand(
    plain: Mapping[str, Any],
    described: drafts.Patent,
    facts: bars.PatentFacts,
    owners: Sequence[PatentOwner],
    held: Known,
) -> list[Refused]:
    """What stands against the draft the answers make, but for ticks and consents."""
    found = reading.check_authority(plain, held.today, abroad=held.holder.outside_mainland)
    found += reading.missing(plain)
    signs = next(one for one in owners if patents.is_organisation(one, held.holder))
    whole = reading.Known(
        patent=described,
        facts=facts,
        patentees=tuple(drafts.Patentee(name=one.name, signs=one is signs) for one in owners),
        public_institution=held.holder.nature[:3] in assembly.PUBLIC_INSTITUTIONS,
    )
    try:
        draft = reading.draft_of(plain, whole)
    except Refused:  # fee or dates are missing, and named already
        return found + [bar.refused() for bar in rules.bars(facts, held.today)]
    against = rules.check_declaration(draft, today=held.today, consents=False)
    return found + [one for one in against if one.field not in SIGNED_LATER]


def _plain(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as a draft keeps them, for the readers that know days and files as text."""
    return {step: licenses.plain(given) for step, given in answers.items()}


def _remarks(line: Line, patent: Patent | None, owners: Sequence[PatentOwner], held: Known) -> list[Refused]:
    found = []
    others = [one for one in owners if not patents.is_organisation(one, held.holder)]
    if others:
        found.append(Refused("row_needs_consents", "owners", "GL 3.2", count=len(others)))
    persons = [one.name for one in others if one.person]
    if persons and line.facts.get("owners"):
        found.append(Refused("row_persons", "owners", names="、".join(persons)))
    changed = changes(line, patent) if patent is not None else []
    if changed:
        found.append(Refused("row_corrects_patent", changed[0], names=changed))
    rate = line.facts.get("rate")
    if rate and 0 < float(rate) < 0.1:
        found.append(Refused("row_rate_small", "rate", rate=rate))
    return found


def changes(line: Line, patent: Patent) -> list[str]:
    """Which particulars of a known patent the row says otherwise."""
    ours: dict[str, Any] = {
        "title": patent.title,
        "filing_date": patent.filing_date.isoformat(),
        "grant_date": patent.grant_date.isoformat(),
        "main_class": patent.main_class,
        "owners": [one.name for one in patent.owners],
        "inventors": list(patent.inventors),
    }
    theirs = {name: line.facts[name] for name in ours if line.facts.get(name)}
    if "owners" in theirs:
        theirs["owners"] = [one["name"] for one in theirs["owners"]]
    if "main_class" in theirs:
        theirs["main_class"] = numbers.main_class(Kind(patent.kind), theirs["main_class"])
    return [name for name, value in theirs.items() if value != ours[name]]


# --- values ------------------------------------------------------------------------------------------


def _patent(line: Line, patent: Patent | None) -> drafts.Patent:
    facts, number = line.facts, numbers.parse(line.number)
    said = {name: facts.get(name) or getattr(patent, name, None) for name in IDENTITY if name != "owners"}
    return drafts.Patent(
        number=line.number,
        kind=number.kind,
        title=said["title"] or "",
        filing_date=_date(said["filing_date"]),
        grant_date=_date(said["grant_date"]),
        main_class=said["main_class"] or "",
        inventors=tuple(facts.get("inventors") or (patent.inventors if patent else ())),
    )


def _facts(line: Line, patent: Patent | None) -> bars.PatentFacts:
    paid_to = line.facts.get("annuity_paid_to")
    annuity = date.fromisoformat(paid_to) if paid_to else None
    if patent is None:
        number = numbers.parse(line.number)
        filed = _date(line.facts["filing_date"])
        last = patent_rules.last_day(number.kind, filed)
        return bars.PatentFacts(kind=number.kind, last_day=last, annuity_paid_to=annuity)
    held = assembly.patent_facts(patent)
    return bars.PatentFacts(
        kind=held.kind,
        last_day=held.last_day,
        annuity_paid_to=annuity or held.annuity_paid_to,
        facts=held.facts,
        report=held.report,
    )


def owners_of(line: Line, patent: Patent | None, holder: Organisation) -> list[dict[str, Any]]:
    """The patentees a row names, as `patents.add` takes them."""
    kept = {one.name: one for one in patent.owners} if patent else {}
    found = []
    for one in line.facts.get("owners") or ():
        name, uscc, person = one["name"], "", one["person"]
        if name in kept:
            uscc, person = kept[name].uscc, kept[name].person
        elif name == holder.name:
            uscc, person = holder.uscc or "", holder.is_person
        found.append({"name": name, "uscc": uscc, "person": person})
    return found


def _owners(line: Line, patent: Patent | None, holder: Organisation) -> list[PatentOwner]:
    """The patentees as the row names them, else as the register has them; what is known of one is kept."""
    if not line.facts.get("owners"):
        return list(patent.owners) if patent else []
    return [PatentOwner(position=n, **one) for n, one in enumerate(owners_of(line, patent, holder))]


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _free(answers: Mapping[str, Any]) -> bool:
    return (answers.get("fee") or {}).get("method") == "FREE"


def _refused(line: Line, *refused: Refused) -> Judged:
    return Judged(line=line, verdict=Verdict.REFUSED, reasons=tuple(reason(one) for one in refused))


def _once(found: Iterable[Refused]) -> list[Refused]:
    seen: dict[tuple[str, str], Refused] = {}
    for one in found:
        seen.setdefault((one.code, one.field), one)
    return list(seen.values())


# --- looking up --------------------------------------------------------------------------------------


def _patents(wanted: set[str]) -> dict[str, Patent]:
    found: dict[str, Patent] = {}
    listed = sorted(wanted)
    for start in range(0, len(listed), CHUNK):
        query = select(Patent).where(Patent.number.in_(listed[start : start + CHUNK]))
        query = query.options(
            selectinload(Patent.owners), selectinload(Patent.reports), selectinload(Patent.facts)
        )
        found |= {one.number: one for one in db.session.scalars(query)}
    return found


def _own(batch: DeclarationBatch) -> dict[UUID, Declaration]:
    query = select(BatchRow).where(BatchRow.batch_id == batch.id, BatchRow.live.is_(True))
    query = query.where(BatchRow.declaration_id.is_not(None)).options(joinedload(BatchRow.declaration))
    rows = db.session.scalars(query)
    return {row.declaration.patent_id: row.declaration for row in rows if row.declaration is not None}
