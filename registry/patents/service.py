"""What can be done with a patent: enter it, correct it, say how it stands, bring its report, compare it
with the register.

A patent is entered by one of its patentees. While a declaration over it is with a reviewer or open, its
identity stays as it was signed, and no exclusive or sole license may be recorded (PL 51).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.jobs import enqueue
from registry.parties import identifiers
from registry.parties import service as parties
from registry.parties.models import Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor
from registry.patents import numbers, rules
from registry.patents.models import EvaluationReport, Patent, PatentFact, PatentOwner
from registry.patents.numbers import Kind

UNDER_OFFER: list[Callable[[UUID, bool], bool]] = []
"""Asked with (patent id, published only): does a declaration stand over it? Declarations live above and
register here.
"""

VENUES: list[Callable[[UUID], set[UUID]]] = []
"""Asked with a patent's id: at which venues has a declaration over it been handed in? Registered as above."""

EXCLUDING = ("exclusive_license", "sole_license", "pending_exclusive_recordal")
_PLAIN = ("title", "filing_date", "grant_date", "compensation_days")


def add(actor: Actor, facts: Mapping[str, Any]) -> Patent:
    """Enter a granted patent as the register shows it.

    Raises Refused for what the number contradicts, Conflict `patent_known` when it stands here already.
    """
    allow(actor, "patent.add", _named(facts) if actor.power is not None else None)
    organisation = parties.organisation_of(actor)
    number = numbers.parse(facts["number"], field="number")
    if db.session.scalar(select(Patent.id).where(Patent.number == str(number))):
        raise Conflict("patent_known", "number", number=str(number))
    patent = Patent(
        id=new_id(), number=str(number), pct=number.pct, holder_id=organisation.id, created_at=clock.now()
    )
    _describe(actor, patent, facts, organisation)
    patent.annuity_paid_to = facts.get("annuity_paid_to")
    try:
        with db.session.begin_nested():  # a twin entering the same patent at this moment waits, then loses
            db.session.add(patent)
    except IntegrityError:
        raise Conflict("patent_known", "number", number=str(number))
    history.record(actor, "add", patent, changes={"number": patent.number})
    return patent


def edit(actor: Actor, patent: Patent, facts: Mapping[str, Any]) -> None:
    """Correct a patent's particulars; it must be compared with the register again. The number itself stays.

    Raises Conflict `patent_in_offer` while a declaration over it has been handed in.
    """
    _may_edit(actor, patent)
    if under_offer(patent.id):
        raise Conflict("patent_in_offer", article="GL 4, 9", number=patent.number)
    if "number" in facts and str(numbers.parse(facts["number"], field="number")) != patent.number:
        raise Refused("patent_number_fixed", "number")
    before = _particulars(patent)
    _describe(actor, patent, facts, db.session.get_one(Organisation, patent.holder_id))
    patent.checked_at = None
    db.session.flush()
    after = _particulars(patent)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    history.record(actor, "edit", patent, changes=changes)


def set_state(
    actor: Actor,
    patent: Patent,
    *,
    annuity_paid_to: date | None,
    annuity_upload: UUID | None = None,
    facts: Iterable[Mapping[str, Any]] | None = None,
) -> None:
    """Say until when annuities are paid and which circumstances of the nine bars hold; `facts` replaces
    those stated before.

    Raises Refused `exclusive_while_open`: no exclusive or sole license beside an open offer (PL 51).
    """
    _may_edit(actor, patent)
    patent.annuity_paid_to = annuity_paid_to
    if annuity_upload is not None:
        patent.annuity_upload = parties.uploaded(actor, annuity_upload, field="annuity_upload").id
    changes: dict[str, Any] = {"annuity_paid_to": str(annuity_paid_to or "")}
    if facts is not None:
        stated = list(facts)
        _refuse_exclusive(patent, stated)
        changes["facts"] = [[fact.kind for fact in patent.facts], [fact["kind"] for fact in stated]]
        _replace_facts(actor, patent, stated)
    db.session.flush()
    history.record(actor, "set_state", patent, changes=changes)
    if under_offer(patent.id):  # a bar that arises later must be seen (GL 2)
        enqueue("offers.recheck", {"patent": str(patent.id)}, subject_id=patent.id)


def bring_certificate(actor: Actor, patent: Patent, upload_id: UUID) -> None:
    """Attach the certificate or the register's copy. Raises Conflict `patent_in_offer`, Refused
    `upload_unknown`.
    """
    _may_edit(actor, patent)
    if under_offer(patent.id):
        raise Conflict("patent_in_offer", article="GL 4, 9", number=patent.number)
    patent.certificate_upload = parties.uploaded(actor, upload_id, field="certificate_upload").id
    history.record(actor, "edit", patent, changes={"certificate": True})


def add_report(actor: Actor, patent: Patent, facts: Mapping[str, Any]) -> EvaluationReport:
    """Bring an evaluation report (number, day, positive, upload_id); a corrected one replaces the former,
    versions are kept.

    Raises Refused `report_not_needed` for an invention (PL 66), `day_future`.
    """
    _may_edit(actor, patent)
    if patent.kind == Kind.INVENTION:
        raise Refused("report_not_needed", "number", "PL 66")
    if facts["day"] > clock.today():
        raise Refused("day_future", "day")
    upload = parties.uploaded(actor, facts.get("upload_id"), field="upload_id")
    report = EvaluationReport(
        id=new_id(),
        patent_id=patent.id,
        number=facts["number"],
        day=facts["day"],
        positive=facts["positive"],
        upload_id=upload.id,
        created_at=clock.now(),
    )
    db.session.add(report)
    db.session.flush()
    db.session.expire(patent, ["reports"])
    history.record(
        actor, "add_report", patent, changes={"number": report.number, "positive": report.positive}
    )
    if under_offer(patent.id):
        enqueue("offers.recheck", {"patent": str(patent.id)}, subject_id=patent.id)
    return report


def mark_checked(actor: Actor, patent: Patent, *, at: datetime | None = None) -> None:
    """Record that an operator has compared the patent with the office's register, now or in a review."""
    allow(actor, "patent.check", patent)
    _here(actor, patent)
    patent.checked_at = at or clock.now()
    history.record(actor, "mark_checked", patent)


# --- reading -----------------------------------------------------------------------------------------


def find(number: str) -> Patent:
    """A patent by its number in any common spelling. Raises NotFound."""
    try:
        wanted = str(numbers.parse(number))
    except Refused:
        raise NotFound("not_found")
    found = db.session.scalar(select(Patent).where(Patent.number == wanted))
    if found is None:
        raise NotFound("not_found")
    return found


def own(actor: Actor, number: str) -> Patent:
    """A patent the actor may see. Raises NotFound."""
    patent = find(number)
    allow(actor, "patent.view", patent)
    return patent


def of_holder(actor: Actor) -> Sequence[Patent]:
    """The patents of the actor's organisation, newest first."""
    query = select(Patent).where(Patent.holder_id == actor.organisation_id, *within(actor, Patent.id))
    return db.session.scalars(query.order_by(Patent.created_at.desc(), Patent.number)).all()


def within(actor: Actor, column: Any) -> list[ColumnElement[bool]]:
    """What narrows a list for an agent: to the patents its power names. `column` holds a patent's id."""
    if actor.power is None or actor.power.patents is None:
        return []
    return [column.in_(select(Patent.id).where(Patent.number.in_(actor.power.patents)))]


def under_offer(patent_id: UUID, *, published: bool = False) -> bool:
    """Whether a declaration over the patent has been handed in, or (`published`) stands published."""
    return any(asked(patent_id, published) for asked in UNDER_OFFER)


def last_day(patent: Patent) -> date:
    """The last day with the right (PL 42)."""
    return rules.last_day(Kind(patent.kind), patent.filing_date, compensation_days=patent.compensation_days)


@dataclass(frozen=True, slots=True)
class _Named:
    """Stands for the patent that is not here yet, where an agent enters it for its principal."""

    patent_numbers: tuple[str, ...]


def _named(facts: Mapping[str, Any]) -> _Named:
    try:
        return _Named((str(numbers.parse(facts["number"])),))
    except Refused:
        return _Named(())


def _may_edit(actor: Actor, patent: Patent) -> None:
    """The patentee, or an operator where a declaration over the patent was handed in."""
    allow(actor, "patent.edit", patent)
    _here(actor, patent)


def _here(actor: Actor, patent: Patent) -> None:
    """An operator's word counts where the patent's declarations were handed in, and not on own matters.

    Raises NotAllowed.
    """
    parties.impartial(actor, patent.holder_id)
    if actor.venue_id is None:
        return
    venues = {venue for asked in VENUES for venue in asked(patent.id)}
    if venues and actor.venue_id not in venues:
        raise NotAllowed("not_allowed")


# --- inside ------------------------------------------------------------------------------------------


def _describe(actor: Actor, patent: Patent, facts: Mapping[str, Any], organisation: Organisation) -> None:
    number = numbers.parse(patent.number)
    kind = Kind(facts.get("kind") or number.kind)
    rules.check_kind(number, kind, field="kind")
    rules.check_filing_date(number, facts["filing_date"], field="filing_date")
    if facts["grant_date"] <= facts["filing_date"]:
        raise Refused("grant_before_filing", "grant_date", "PL 39, 40")
    if facts["grant_date"] > clock.today():
        raise Refused("day_future", "grant_date")
    rules.expiry_day(kind, facts["filing_date"], compensation_days=facts.get("compensation_days") or 0)
    patent.kind = kind
    for name in _PLAIN:
        setattr(patent, name, facts.get(name) or 0 if name == "compensation_days" else facts[name])
    patent.main_class = numbers.main_class(kind, facts["main_class"], field="main_class")
    publication = facts.get("publication") or ""
    patent.publication = numbers.publication(publication, field="publication") if publication else ""
    patent.inventors = [name for name in facts.get("inventors") or () if name]
    if facts.get("certificate_upload"):
        patent.certificate_upload = parties.uploaded(
            actor, facts["certificate_upload"], field="certificate_upload"
        ).id
    _name_owners(patent, facts.get("owners") or (), organisation)


def _name_owners(patent: Patent, owners: Sequence[Mapping[str, Any]], organisation: Organisation) -> None:
    """The patentees in the register's order; who enters the patent must be one of them (GL 3.2)."""
    rows = [_owner(n, owner) for n, owner in enumerate(owners)]
    if not rows:
        raise Refused("required", "owners", "CC 845(3)")
    if not any(is_organisation(row, organisation) for row in rows):
        raise Refused("holder_not_owner", "owners", "GL 3.2", name=organisation.name)
    if patent.owners:
        patent.owners = []
        db.session.flush()  # the old rows go first: position is their key
    patent.owners = rows


def _owner(position: int, owner: Mapping[str, Any]) -> PatentOwner:
    field, person = f"owners.{position}", bool(owner.get("person"))
    if not owner.get("name"):
        raise Refused("required", f"{field}.name", "CC 845(3)")
    code = owner.get("uscc") or ""
    if code and not person:
        code = identifiers.uscc(code, field=f"{field}.uscc").code
    return PatentOwner(position=position, name=owner["name"], uscc="" if person else code, person=person)


def is_organisation(owner: PatentOwner, organisation: Organisation) -> bool:
    """Whether a patentee of the register is this party: by credit code where both are known, else by name."""
    if owner.person != organisation.is_person:
        return False
    if owner.uscc and organisation.uscc:
        return owner.uscc == organisation.uscc
    return owner.name == organisation.name


def _particulars(patent: Patent) -> dict[str, Any]:
    return {
        **{name: str(getattr(patent, name)) for name in _PLAIN},
        "main_class": patent.main_class,
        "publication": patent.publication,
        "inventors": list(patent.inventors),
        "owners": [owner.name for owner in patent.owners],
    }


def _refuse_exclusive(patent: Patent, stated: Sequence[Mapping[str, Any]]) -> None:
    if not under_offer(patent.id, published=True):
        return
    for n, fact in enumerate(stated):
        ends = fact.get("ends_on")
        if fact["kind"] in EXCLUDING and (ends is None or ends >= clock.today()):
            raise Refused("exclusive_while_open", f"facts.{n}.kind", "PL 51", number=patent.number)


def _replace_facts(actor: Actor, patent: Patent, stated: Sequence[Mapping[str, Any]]) -> None:
    kept = {fact.upload_id for fact in patent.facts}
    for old in patent.facts:
        db.session.delete(old)
    for n, fact in enumerate(stated):
        upload = fact.get("upload_id")
        if upload and upload not in kept:
            upload = parties.uploaded(actor, upload, field=f"facts.{n}.upload_id").id
        row = PatentFact(
            id=new_id(),
            patent_id=patent.id,
            kind=fact["kind"],
            starts_on=fact["starts_on"],
            ends_on=fact.get("ends_on"),
            reference=fact.get("reference") or "",
            consented=bool(fact.get("consented")),
            upload_id=upload or None,
            note=fact.get("note") or "",
            created_at=clock.now(),
        )
        db.session.add(row)
    db.session.flush()
    db.session.expire(patent, ["facts"])
