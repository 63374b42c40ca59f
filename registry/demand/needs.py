"""Needs: post one, let a person read it, answer it, withdraw it; find offers that may fit."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, history
from registry.catalogue import search as searching
from registry.catalogue.models import OfferIndex
from registry.database import db, new_id
from registry.demand import need_rules as rules
from registry.demand.need_models import Need, NeedAnswer, NeedMatch
from registry.demand.need_rules import NEED, NeedState, Subject
from registry.errors import Conflict, NotFound, Refused, refuse_all
from registry.history import Doer
from registry.licenses import register
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor

PAGE = 20
OVERLAP = timedelta(days=1)
"""Offers indexed a little after they were published are compared again; what was found once stays one row."""

COMPARED_MAX = 500
FIELDS = ("title", "problem", "industry", "technology_field", "budget", "until", "named")


def post(actor: Actor, given: Mapping[str, Any]) -> Need:
    """Hand a need in; it is public once a person has read it. `given`: FIELDS.

    Raises Refused `no_organisation`, `account_unconfirmed`, `too_many_attempts`, and what is wrong with it.
    """
    allow(actor, "need.post")
    if actor.organisation_id is None:
        raise Refused("no_organisation")
    _check(actor, given)
    parties.attempt("need", str(actor.organisation_id), limit=rules.POSTS, window=rules.WINDOW)
    need = Need(
        id=new_id(),
        number=register.new_number("N"),
        account_id=actor.account_id,
        organisation_id=actor.organisation_id,
        state=NeedState.WAITING,
        created_at=clock.now(),
        sent_at=clock.now(),
        **{name: given[name] for name in FIELDS},
    )
    db.session.add(need)
    history.record(actor, "post", need, after=need.state)
    return need


def send(actor: Actor, need: Need, given: Mapping[str, Any]) -> None:
    """Change a need that waits or was returned, and hand it in again."""
    allow(actor, "need.edit", need)
    row = _locked(need)
    _check(actor, given)
    move(actor, row, "send")
    for name in FIELDS:
        setattr(row, name, given[name])
    row.account_id, row.sent_at, row.words = actor.account_id, clock.now(), ""


def withdraw(actor: Actor, need: Need) -> None:
    """Take a need back at any time."""
    allow(actor, "need.edit", need)
    move(actor, _locked(need), "withdraw")


def publish(actor: Actor, need: Need) -> None:
    """A person has read it: no contacts, no personal data, a need and no advertisement."""
    allow(actor, "need.review", need)
    parties.impartial(actor, need.organisation_id)
    row = _locked(need)
    move(actor, row, "publish")
    row.published_at, row.words = clock.now(), ""
    _write(row, "need_published")


def send_back(actor: Actor, need: Need, *, words: str) -> None:
    """Return it with the reason, also when it is public already."""
    allow(actor, "need.review", need)
    row = _locked(need)
    move(actor, row, "return")
    row.words = words
    _write(row, "need_returned")


def answer(actor: Actor, need: Need, given: Mapping[str, Any]) -> NeedAnswer:
    """A holder writes to whoever posted it; the letter names the organisation, never a person.

    Raises Conflict `need_not_public`, `need_answered`; Refused `own_need`, `collection_not_own`.
    """
    allow(actor, "need.answer")
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    if actor.organisation_id is None:
        raise Refused("no_organisation")
    row = _locked(need)
    if row.state != NeedState.PUBLIC:
        raise Conflict("need_not_public")
    if row.organisation_id == actor.organisation_id:
        raise Refused("own_need")
    if _answers_by(actor.organisation_id, row) >= rules.ANSWERS_EACH:
        raise Conflict("need_answered", max=rules.ANSWERS_EACH)
    parties.attempt("need_answer", str(actor.account_id), limit=rules.ANSWERS, window=rules.WINDOW)
    made = NeedAnswer(
        id=new_id(),
        need_id=row.id,
        organisation_id=actor.organisation_id,
        account_id=actor.account_id,
        declaration_id=_own_offer(actor, given["offer"]),
        words=given["words"],
        at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    history.record(actor, "answer", row)
    _write(row, "need_answered", answer=made)
    return made


def move(actor: Doer, row: Need, verb: str) -> None:
    """Make one move of the table and leave its history row. The only place that writes the state."""
    before, found = row.state, NEED.found(row.state, verb)
    row.state = found.to
    changes = {"article": found.article}
    history.record(actor, verb, row, before=before, after=found.to, changes=changes)


# --- the clock's part --------------------------------------------------------------------------------


def end_due() -> None:
    """Needs whose last day has passed end by themselves."""
    over = select(Need).where(Need.state.in_(rules.LIVE), Need.until < clock.today())
    for row in db.session.scalars(over.with_for_update()).all():
        move(CLOCK, row, "end")


def public_ids() -> list[UUID]:
    """Every public need, for the round that compares offers with it."""
    return sorted(db.session.scalars(select(Need.id).where(Need.state == NeedState.PUBLIC)))


def look(need_id: UUID) -> int:
    """Compare what was published since the last look; one letter a day at most says what fits. Returns how
    many offers the letter names. If we crash here, the next look finds the same.
    """
    need = db.session.get_one(Need, need_id, with_for_update=True)
    if need.state != NeedState.PUBLIC:
        return 0
    known = set(db.session.scalars(select(NeedMatch.declaration_id).where(NeedMatch.need_id == need.id)))
    subject = Subject(
        industry=need.industry, field=need.technology_field, pieces=rules.pieces(need.title, need.problem)
    )
    for row in db.session.scalars(_candidates(need)):
        if row.declaration_id not in known and rules.fits(subject, _subject(row)):
            found = {"need_id": need.id, "declaration_id": row.declaration_id, "found_at": clock.now()}
            db.session.add(NeedMatch(id=new_id(), **found))
    need.looked_at = clock.now()
    db.session.flush()
    if need.told_at is not None and clock.legal_day(need.told_at) >= clock.today():
        return 0
    return _tell(need)


def _tell(need: Need) -> int:
    fresh = select(NeedMatch).where(NeedMatch.need_id == need.id, NeedMatch.told_at.is_(None))
    rows = db.session.scalars(fresh.order_by(NeedMatch.found_at.desc(), NeedMatch.id)).all()
    if rows:
        _write(need, "need_matched", matches=rows[:10], count=len(rows))
        need.told_at = clock.now()
        for row in rows:
            row.told_at = need.told_at
    return len(rows)


# --- reading -----------------------------------------------------------------------------------------


def find(number: str) -> Need:
    """A need by its number, in any state. Raises NotFound."""
    query = select(Need).where(Need.number == number.strip().upper())
    found = db.session.scalar(query.options(joinedload(Need.organisation)))
    if found is None:
        raise NotFound("not_found")
    return found


def seen(actor: Actor | None, number: str) -> Need:
    """A public need, or one's own, or one to review. Raises NotFound."""
    need = find(number)
    if need.state != NeedState.PUBLIC:
        if actor is None:
            raise NotFound("not_found")
        allow(actor, "need.view", need)
    return need


def public(industry: str = "", page: int = 1) -> tuple[Sequence[Need], int]:
    """A page of public needs, newest first, and how many pages there are."""
    where = [Need.state == NeedState.PUBLIC]
    if industry:
        where.append(Need.industry.startswith(industry, autoescape=True))
    count = db.session.scalar(select(func.count(Need.id)).where(*where)) or 0
    query = select(Need).where(*where).order_by(Need.published_at.desc(), Need.id)
    query = query.options(joinedload(Need.organisation))
    rows = db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    return rows, max(-(-count // PAGE), 1)


def own(actor: Actor) -> Sequence[Need]:
    """The needs of the actor's organisation, newest first."""
    query = select(Need).where(Need.organisation_id == actor.organisation_id)
    return db.session.scalars(query.order_by(Need.created_at.desc(), Need.id)).all()


def for_holder(actor: Actor) -> Sequence[Need]:
    """Public needs of others in the industries of the holder's open offers, newest first."""
    query = select(Need).where(near(actor))
    return db.session.scalars(query.order_by(Need.published_at.desc(), Need.id).limit(PAGE)).all()


def near(actor: Actor) -> ColumnElement[bool]:
    """Public, of somebody else, and in a class or section of industry in which the actor offers."""
    own = (OfferIndex.holder_id == actor.organisation_id, *searching.standing(clock.today()))
    classes = select(OfferIndex.industry).where(OfferIndex.industry != "", *own)
    sections = select(OfferIndex.industry_section).where(OfferIndex.industry_section != "", *own)
    return and_(
        Need.state == NeedState.PUBLIC,
        Need.organisation_id != actor.organisation_id,
        or_(Need.industry.in_(classes), Need.industry.in_(sections)),
    )


def to_review(actor: Actor) -> Sequence[Need]:
    """What waits for a person, longest first."""
    allow(actor, "need.review")
    query = select(Need).where(Need.state == NeedState.WAITING).options(joinedload(Need.organisation))
    return db.session.scalars(query.order_by(Need.sent_at, Need.id)).all()


def matches_of(need: Need) -> Sequence[OfferIndex]:
    """Offers found for a need that have not ended, newest first."""
    query = (
        select(OfferIndex)
        .join(NeedMatch, NeedMatch.declaration_id == OfferIndex.declaration_id)
        .where(NeedMatch.need_id == need.id, *searching.standing(clock.today()))
    )
    return db.session.scalars(query.order_by(NeedMatch.found_at.desc(), OfferIndex.id).limit(PAGE)).all()


def answers_to(actor: Actor, need: Need) -> Sequence[NeedAnswer]:
    """For whoever posted it, oldest first."""
    allow(actor, "need.edit", need)
    query = select(NeedAnswer).where(NeedAnswer.need_id == need.id)
    return db.session.scalars(query.order_by(NeedAnswer.at, NeedAnswer.id)).all()


def offers_of(actor: Actor) -> Sequence[OfferIndex]:
    """The holder's open offers, to name one in an answer."""
    query = select(OfferIndex).where(
        OfferIndex.holder_id == actor.organisation_id, *searching.standing(clock.today())
    )
    return db.session.scalars(query.order_by(OfferIndex.published_at.desc()).limit(300)).all()


# --- inside ------------------------------------------------------------------------------------------


def _check(actor: Actor, given: Mapping[str, Any]) -> None:
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    texts = {"title": given["title"], "problem": given["problem"]}
    refuse_all(rules.refusals(texts, given["until"], clock.today()))


def _candidates(need: Need) -> Any:
    near: list[ColumnElement[bool]] = []
    if need.industry:
        near.append(OfferIndex.industry_section == need.industry[:1])
    if need.technology_field:
        near.append(OfferIndex.technology_field == need.technology_field)
    query = select(OfferIndex).where(*searching.standing(clock.today()))
    query = query.where(OfferIndex.holder_id != need.organisation_id)
    if near:
        query = query.where(or_(*near))
    if need.looked_at is not None:
        query = query.where(OfferIndex.published_at > need.looked_at - OVERLAP)
    return query.order_by(OfferIndex.published_at.desc()).limit(COMPARED_MAX)


def _subject(row: OfferIndex) -> Subject:
    return Subject(
        industry=row.industry, field=row.technology_field, pieces=rules.pieces(row.title, row.summary)
    )


def _own_offer(actor: Actor, number: str) -> UUID | None:
    if not number:
        return None
    query = select(OfferIndex.declaration_id).where(
        OfferIndex.number == number, OfferIndex.holder_id == actor.organisation_id
    )
    found = db.session.scalar(query)
    if found is None:
        raise Refused("collection_not_own", "offer", number=number)
    return found


def _answers_by(organisation_id: UUID, need: Need) -> int:
    query = select(func.count(NeedAnswer.id)).where(
        NeedAnswer.need_id == need.id, NeedAnswer.organisation_id == organisation_id
    )
    return db.session.scalar(query) or 0


def _locked(need: Need) -> Need:
    return db.session.get_one(Need, need.id, with_for_update=True, populate_existing=True)


def _write(need: Need, letter: str, **facts: Any) -> None:
    """To the account that posted it; one that was erased hears nothing more."""
    if need.account is not None and need.account.closed_at is None:
        mail.write(need.account.email, letter, need=need, **facts)
