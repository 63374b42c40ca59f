"""Term sets 条款模板: a holder's terms under a name, in versions, to begin declarations from.

They hold those steps of a declaration that do not belong to one patent. A draft takes a copy: a change of
the set reaches no draft and no declaration that exists (design: journeys 1.1).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.licenses import answers as reading
from registry.licenses import service as licenses
from registry.licenses.batch_models import TermSet, TermSetVersion
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Actor

STEPS = (
    "declarant", "fee", "account", "fee_note", "term", "acts", "materials", "contact", "filing", "opening",
)  # fmt: skip
"""What a set can say; patent, co-owners and description belong to each patent."""
MOST = 100


def create(actor: Actor, name: str, steps: Mapping[str, Mapping[str, Any]] | None = None) -> TermSet:
    """A new set of the organisation. Raises Conflict `term_set_known`, Refused `too_many_term_sets`."""
    allow(actor, "declaration.draft", parties.organisation_of(actor))
    if len(of_holder(actor, retired=True)) >= MOST:
        raise Refused("too_many_term_sets", "name", max=MOST)
    assert actor.account_id is not None
    found = TermSet(
        id=new_id(),
        holder_id=parties.organisation_of(actor).id,
        name=name,
        created_by=actor.account_id,
        created_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(found)
    except IntegrityError:
        raise Conflict("term_set_known", "name", name=name) from None
    _version(actor, found, steps or _begun(actor))
    history.record(actor, "create", found, changes={"name": name})
    return found


def save(actor: Actor, found: TermSet, given: Mapping[str, Mapping[str, Any]]) -> TermSetVersion:
    """Replace some steps, each as a whole: the next version. What is as before makes none.

    Raises Conflict `term_set_retired`, Refused `upload_unknown` for another's file.
    """
    allow(actor, "declaration.draft", found)
    found = _locked(found.id)
    if found.retired_at is not None:
        raise Conflict("term_set_retired", name=found.name)
    before = found.current.steps
    after = {**before, **{step: licenses.plain(answers) for step, answers in given.items()}}
    if after == before:
        return found.current
    made = _version(actor, found, after, known={upload for _, upload in reading.uploads(before)})
    history.record(actor, "save_step", found, changes={"step": ", ".join(given), "version": made.version})
    return made


def retire(actor: Actor, found: TermSet) -> None:
    """Take a set out of use; drafts made from it stay as they are."""
    allow(actor, "declaration.draft", found)
    found = _locked(found.id)
    if found.retired_at is None:
        found.retired_at = clock.now()
        history.record(actor, "retire", found)


def find(actor: Actor, term_set_id: UUID) -> TermSet:
    """A set of the actor's own organisation. Raises NotFound."""
    found = db.session.get(TermSet, term_set_id)
    if found is None:
        raise NotFound("not_found")
    allow(actor, "declaration.view", found)
    return found


def of_holder(actor: Actor, *, retired: bool = False) -> Sequence[TermSet]:
    """The organisation's sets by name; those in use, or all."""
    if actor.power is not None and actor.power.patents is not None:
        return ()  # an agent for some patents sees what is about these; a set is about all
    query = select(TermSet).where(TermSet.holder_id == actor.organisation_id)
    if not retired:
        query = query.where(TermSet.retired_at.is_(None))
    return db.session.scalars(query.order_by(TermSet.retired_at.is_not(None), TermSet.name)).all()


def begin_with(actor: Actor, name: str) -> Mapping[str, Any]:
    """The steps of the set of this name or id, to begin a draft with. Raises Refused `term_set_unknown`."""
    found = next((one for one in of_holder(actor) if name in (one.name, str(one.id))), None)
    if found is None:
        raise Refused("term_set_unknown", "term_set", name=name[:60])
    return found.current.steps


def _begun(actor: Actor) -> dict[str, Any]:
    """What the registry knows of the organisation already."""
    holder = parties.organisation_of(actor)
    begun: dict[str, Any] = {
        "contact": {
            "unit": holder.name,
            "phone": holder.contact_phone,
            "email": holder.contact_email,
            "relay": holder.is_person,
            "notices_email": holder.contact_email,
            "receives_here": False,
        }
    }
    if holder.bank_account:
        bank = {"bank": holder.bank_name, "number": holder.bank_account}
        begun["account"] = {"whose": "own", "name": holder.name, **bank, "venue_consents": False}
    return begun


def _version(
    actor: Actor, found: TermSet, steps: Mapping[str, Any], *, known: set[str] | None = None
) -> TermSetVersion:
    assert actor.account_id is not None
    plain = {name: licenses.plain(steps[name]) for name in STEPS if name in steps}
    for path, upload in reading.uploads(plain):
        if upload not in (known or ()):
            parties.uploaded(actor, upload, field=f"{path}_upload")
    made = TermSetVersion(
        id=new_id(),
        term_set_id=found.id,
        version=len(found.versions) + 1,
        steps=plain,
        account_id=actor.account_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    db.session.expire(found, ["versions"])
    return made


def _locked(term_set_id: UUID) -> TermSet:
    query = select(TermSet).where(TermSet.id == term_set_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
