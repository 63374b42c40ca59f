"""Organisations and natural persons as parties: found, edit, bring a document, be compared with it by an
operator.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.parties import identifiers, mail, names
from registry.parties.models import IdentityDocument, Membership, Organisation, Session, Upload, Venue
from registry.parties.permissions import allow
from registry.parties.rules import Actor, OrganisationKind, Role

EDITABLE = (
    "name", "nature", "country", "region", "address", "legal_representative", "contact_name", "contact_phone",
    "contact_email", "bank_name", "bank_account",
)  # fmt: skip
CHECKED = ("name", "country", "legal_representative")
"""What the operator compared with the document: a change of these has to be compared again."""


def found(actor: Actor, facts: Mapping[str, Any]) -> Organisation:
    """Found an organisation or act as oneself (a natural person); the founder becomes its owner.

    Raises Refused for a wrong credit code and Conflict `organisation_known` when the code is already
    registered.
    """
    allow(actor, "organisation.create")
    person = facts["kind"] == OrganisationKind.PERSON
    abroad = facts.get("country", "CN") != "CN"
    uscc = None if person or abroad else identifiers.uscc(facts.get("uscc") or "", field="uscc").code
    plain = {name: facts[name] for name in EDITABLE if facts.get(name)}
    organisation = Organisation(id=new_id(), kind=facts["kind"], uscc=uscc, created_at=clock.now(), **plain)
    if person:
        organisation.nature = "person"
    if uscc and not organisation.region:
        organisation.region = identifiers.region_of(uscc).code
    try:
        with db.session.begin_nested():
            db.session.add(organisation)
    except IntegrityError:
        raise Conflict("organisation_known", "uscc")
    if person and facts.get("identity_number"):
        keep_identity(organisation, kind=facts["identity_kind"], number=facts["identity_number"])
    member = join(actor.account_id, organisation_id=organisation.id, role=Role.OWNER)
    if actor.session_id:
        session = db.session.get_one(Session, actor.session_id)
        session.membership_id, session.power_id = member.id, None
    history.record(actor, "found", organisation)
    return organisation


def keep_identity(organisation: Organisation, *, kind: str, number: str) -> None:
    """Remember a person's document apart from everything that is shown, logged or filed (PIPL 28)."""
    db.session.merge(IdentityDocument(organisation_id=organisation.id, kind=kind, number=number))


def identity_of(actor: Actor, organisation: Organisation) -> IdentityDocument | None:
    """A natural person's document, for its owner and for operators."""
    allow(actor, "organisation.view", organisation)
    return db.session.get(IdentityDocument, organisation.id)


def edit(actor: Actor, organisation: Organisation, facts: Mapping[str, Any]) -> None:
    """Change an organisation's particulars. What was compared must be compared again; frozen records keep the
    old.
    """
    allow(actor, "organisation.edit", organisation)
    before = {name: getattr(organisation, name) for name in EDITABLE}
    for name in EDITABLE:
        setattr(organisation, name, facts.get(name, before[name]) or "")
    changes = {
        name: [before[name], getattr(organisation, name)]
        for name in EDITABLE
        if before[name] != getattr(organisation, name)
    }
    if changes.keys() & set(CHECKED):
        organisation.verified_at = organisation.verified_by = None
    history.record(actor, "edit", organisation, changes=changes)


def demand_second_factor(actor: Actor, organisation: Organisation, wanted: bool) -> None:
    """Whether its members act for it only after a second factor was shown; from their next page on.

    Raises Refused `second_factor_first` where who asks for it has none: nobody locks themselves out.
    """
    allow(actor, "member.manage", organisation)
    if wanted == organisation.second_factor:
        return
    if wanted and not _has_second(actor):
        raise Refused("second_factor_first", "second_factor")
    organisation.second_factor = wanted
    history.record(actor, "demand_second_factor", organisation, changes={"wanted": wanted})


def _has_second(actor: Actor) -> bool:
    session = db.session.get(Session, actor.session_id) if actor.session_id else None
    return session is None or session.second_at is not None


def bring_evidence(actor: Actor, organisation: Organisation, upload: Upload) -> None:
    """Attach the document that shows who the organisation is; a venue's operator looks at it."""
    allow(actor, "organisation.edit", organisation)
    organisation.evidence_upload = upload.id
    history.record(actor, "bring_evidence", organisation)


def verify(actor: Actor, organisation: Organisation) -> None:
    """Record that an operator has compared the organisation with its document. Raises Refused
    `evidence_missing`.
    """
    allow(actor, "organisation.verify", organisation)
    impartial(actor, organisation.id)
    if organisation.evidence_upload is None:
        raise Refused("evidence_missing", "evidence")
    organisation.verified_at, organisation.verified_by = clock.now(), actor.account_id
    history.record(actor, "verify", organisation)
    mail.write_to_organisation(organisation.id, "organisation_verified", organisation=organisation)


def send_back(actor: Actor, organisation: Organisation, reason: str) -> None:
    """The document does not show what is needed: ask for another one, with the reason. Raises Refused."""
    allow(actor, "organisation.verify", organisation)
    if organisation.evidence_upload is None:
        raise Refused("evidence_missing", "evidence")
    organisation.evidence_upload = organisation.verified_at = organisation.verified_by = None
    history.record(actor, "send_back", organisation, changes={"reason": reason})
    mail.write_to_organisation(
        organisation.id, "organisation_sent_back", organisation=organisation, reason=reason
    )


def impartial(actor: Actor, *parties: UUID) -> None:
    """Refuse a venue's operator who belongs to one of the parties, or whose venue is one (after CC 168).

    Parties themselves and the clock pass: theirs is no operator's judgement. Raises NotAllowed `own_party`.
    """
    if actor.venue_id is None:
        return
    belongs = select(Membership.id).where(
        Membership.account_id == actor.account_id,
        Membership.organisation_id.in_(parties),
        Membership.ended_at.is_(None),
    )
    is_one = select(Venue.id).where(Venue.id == actor.venue_id, Venue.organisation_id.in_(parties))
    if any(db.session.scalar(query.limit(1)) is not None for query in (belongs, is_one)):
        raise NotAllowed("own_party", article="CC 168")


def unverified() -> Sequence[Organisation]:
    """Organisations whose document waits to be looked at, oldest first."""
    query = select(Organisation).where(
        Organisation.verified_at.is_(None), Organisation.evidence_upload.is_not(None)
    )
    return db.session.scalars(query.order_by(Organisation.created_at)).all()


def organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """An organisation the actor may see. Raises NotFound."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound("not_found")
    allow(actor, "organisation.view", found)
    return found


def warnings(of: Organisation) -> tuple[str, ...]:
    """What a reviewer should look at twice, as codes (see identifiers and names). Stops nothing."""
    code = identifiers.uscc(of.uscc, check_overridden=True).warnings if of.uscc else ()
    return (*code, *names.warnings(of.name))


def join(
    account_id: UUID | None, *, role: Role, organisation_id: UUID | None = None, venue_id: UUID | None = None
) -> Membership:
    """Make an account a member; used by founding, by commands and by the demonstration."""
    member = Membership(
        id=new_id(),
        account_id=account_id,
        organisation_id=organisation_id,
        venue_id=venue_id,
        role=role,
        created_at=clock.now(),
    )
    db.session.add(member)
    db.session.flush()
    return member


def create_venue(code: str, organisation: Organisation) -> Venue:
    venue = Venue(id=new_id(), code=code, organisation_id=organisation.id, created_at=clock.now())
    db.session.add(venue)
    db.session.flush()
    return venue


def organisation_of(actor: Actor) -> Organisation:
    """The organisation the actor acts for. Raises Refused `no_organisation`."""
    if actor.organisation_id is None:
        raise Refused("no_organisation")
    return db.session.get_one(Organisation, actor.organisation_id)
