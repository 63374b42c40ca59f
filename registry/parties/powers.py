"""Agents: named by a principal's signer, taken on by the agent, ended by either at once or by their last day.

The power is a filing that the principal signs here (CC 165); a paper that was signed and sealed may be kept
beside it. The agent's acceptance is a row of history: whatever the agent does later is signed under the power
itself. An agent passes nothing on to another (CC 169): it is done by its own signers.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, select

from registry import clock, history
from registry.config import Settings
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.ledger import service as ledger
from registry.ledger.filings import Filing, Statement
from registry.numbers import public_number
from registry.parties import access, accounts, agency, mail, sessions
from registry.parties.agency import POWER, PowerState
from registry.parties.letters import Topic, topic
from registry.parties.models import Account, Membership, Organisation, Session, Upload
from registry.parties.organisations import organisation_of
from registry.parties.permissions import SIGN, allow
from registry.parties.power_models import PowerOfAttorney
from registry.parties.prepared import Act, act_of
from registry.parties.rules import CLOCK, Actor, OrganisationKind, Role, may_declare

LOOKS = 30
ALL, LISTED = "all", "listed"
_TOLD: Mapping[Topic, frozenset[str]] = {
    Topic.DECLARATION: frozenset({"declare", "withdraw"}),
    Topic.LICENSE: frozenset({"declare", "accept", "confirm", "answer"}),
    Topic.MONEY: frozenset({"accept", "confirm"}),
    Topic.DUTIES: frozenset({"answer"}),
    Topic.REGISTRATION: frozenset({"register"}),
}
"""Of which letters to a principal its agent gets a copy, by what it is named for (journeys 2.5)."""


def find(actor: Actor, number: str, *, locked: bool = False) -> PowerOfAttorney:
    """A power of the actor's, given or held; a draft is its principal's alone. Raises NotFound."""
    query = select(PowerOfAttorney).where(PowerOfAttorney.number == number.strip().upper())
    fresh = query.with_for_update().execution_options(populate_existing=True) if locked else query
    row = db.session.scalar(fresh)
    if row is None:
        raise NotFound("not_found")
    allow(actor, "power.view", row)
    unsigned = row.state in (PowerState.DRAFTED, PowerState.DROPPED)
    foreign = actor.power is not None and actor.power.id != row.id  # of the same principal
    if foreign or (unsigned and actor.organisation_id != row.principal_id):
        raise NotFound("not_found")
    return row


def given(actor: Actor) -> Sequence[PowerOfAttorney]:
    """The powers the actor's organisation gave, newest first; drafts that were dropped left out."""
    mine = PowerOfAttorney.principal_id == actor.organisation_id
    return _listed(mine, PowerOfAttorney.state != PowerState.DROPPED)


def held(actor: Actor) -> Sequence[PowerOfAttorney]:
    """The powers it was given by others, newest first."""
    mine = PowerOfAttorney.agent_id == actor.organisation_id
    return _listed(mine, PowerOfAttorney.state.not_in([PowerState.DRAFTED, PowerState.DROPPED]))


def _listed(*whose: ColumnElement[bool]) -> Sequence[PowerOfAttorney]:
    query = select(PowerOfAttorney).where(*whose)
    return db.session.scalars(query.order_by(PowerOfAttorney.created_at.desc(), PowerOfAttorney.id)).all()


# --- naming an agent ---------------------------------------------------------------------------------


def draft(actor: Actor, facts: Mapping[str, Any], upload: Upload | None = None) -> PowerOfAttorney:
    """Write down whom one names, for what and until when; nothing holds before it is signed.

    `facts`: agent (credit code, or the address of a natural person's account), matters, patents (numbers as
    they are stored; none: all), first_day, last_day, own_side, both_sides. Raises Refused.
    """
    principal = organisation_of(actor)
    allow(actor, "power.grant", principal)
    _check_days(facts["first_day"], facts["last_day"])
    if not facts["matters"]:
        raise Refused("required", "matters", "CC 165")
    if len(facts["patents"]) > agency.MOST_PATENTS:
        raise Refused("power_patents", "patents", max=agency.MOST_PATENTS)
    agent = _agent(actor, facts["agent"])
    if agent.id == principal.id:
        raise Refused("power_to_oneself", "agent", "CC 161")
    row = PowerOfAttorney(
        id=new_id(),
        number=public_number("P", clock.today(), prefix=_settings().prefix),
        principal_id=principal.id,
        agent_id=agent.id,
        matters=agency.written(facts["matters"]),
        patents=list(dict.fromkeys(facts["patents"])),
        first_day=facts["first_day"],
        last_day=facts["last_day"],
        own_side=facts["own_side"],
        both_sides=facts["both_sides"],
        state=POWER.start,
        upload_id=upload.id if upload else None,
        created_by=actor.account_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "draft", row, after=row.state)
    return row


def drop(actor: Actor, number: str) -> PowerOfAttorney:
    """Put a draft aside. Raises NotFound, Conflict `wrong_state`."""
    row = find(actor, number, locked=True)
    allow(actor, "power.grant", row)
    _move(actor, row, "drop")
    return row


def _agent(actor: Actor, name: str) -> Organisation:
    """The organisation of a credit code, or the person whose account an address is. Counted, so that nobody
    asks address after address who is here. Raises Refused `agent_unknown`, `too_many_attempts`.
    """
    accounts.attempt("agents", str(actor.organisation_id), limit=LOOKS)
    wanted = name.strip()
    if "@" in wanted:
        query = (
            select(Organisation)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .join(Account, Account.id == Membership.account_id)
            .where(
                Account.email == wanted.lower(),
                Account.closed_at.is_(None),
                Organisation.kind == OrganisationKind.PERSON,
                Membership.role == Role.OWNER,
                Membership.ended_at.is_(None),
            )
        )
    else:
        query = select(Organisation).where(Organisation.uscc == wanted.upper())
    found = db.session.scalar(query.where(Organisation.erased_at.is_(None)).limit(1))
    if found is None:
        raise Refused("agent_unknown", "agent")
    return found


def _check_days(first: date, last: date) -> None:
    today = clock.today()
    if last < first:
        raise Refused("days_reversed", "last_day")
    if last < today:
        raise Refused("already_over", "last_day")
    if first < today:
        raise Refused("power_backdated", "first_day", "CC 165")
    if last.year - first.year > agency.LONGEST_YEARS:
        raise Refused("power_too_long", "last_day", years=agency.LONGEST_YEARS)


# --- signing it --------------------------------------------------------------------------------------


def grant_act(actor: Actor, row: PowerOfAttorney) -> Act:
    """The power as a filing, for the principal's signer. A plain read; raises as `grant`."""
    allow(actor, "power.grant", row)
    _check_grant(actor, row)
    return act_of(_granted(row), role="principal")


def grant(actor: Actor, number: str, act: Act, statement: Statement) -> PowerOfAttorney:
    """Sign the power; the agent is asked to take it on. Raises Refused, Conflict `wrong_state`,
    `stale_digest`.
    """
    row = find(actor, number, locked=True)
    allow(actor, "power.grant", row)
    _check_grant(actor, row)
    wanted = _granted(row)
    if dict(act.filing.fields) != dict(wanted.fields) or dict(act.filing.secrets) != dict(wanted.secrets):
        raise Conflict("stale_digest", "statement")
    entered = ledger.append([act.signed(statement)])[0]
    row.granted_seq, row.digest, row.granted_at = entered.seq, entered.envelope_digest, entered.instant
    row.signer, row.level = actor.name, str(statement.level)
    _move(actor, row, "grant")
    _tell(row.agent_id, "power_offered", row)
    return row


def _check_grant(actor: Actor, row: PowerOfAttorney) -> None:
    POWER.move(row.state, "grant")
    may_declare(confirmed=actor.confirmed, verified=row.principal.verified_at is not None)
    _check_days(row.first_day, row.last_day)


def _granted(row: PowerOfAttorney) -> Filing:
    """`power.granted`: what for and until when in the open; who and which patents committed to."""
    fields = {
        "number": row.number,
        "matters": list(row.matters),
        "objects": LISTED if row.patents else ALL,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
    }
    secrets: dict[str, Any] = {
        "principal": _party(row.principal),
        "agent": _party(row.agent),
        "dealing": {"own_side": row.own_side, "both_sides": row.both_sides},
    }
    if row.patents:
        secrets["patents"] = list(row.patents)
    if row.upload_id is not None:
        secrets["evidence"] = {"power": db.session.get_one(Upload, row.upload_id).digest}
    return Filing(type="power.granted", subject=row.number, fields=fields, secrets=secrets)


def _party(organisation: Organisation) -> dict[str, str]:
    return {"name": organisation.name, "uscc": organisation.uscc or ""}


# --- answering and ending ----------------------------------------------------------------------------


def accept(actor: Actor, number: str) -> PowerOfAttorney:
    """Take the agency on. Raises NotFound, NotAllowed, Refused `organisation_unverified`, Conflict."""
    row = find(actor, number, locked=True)
    allow(actor, "power.answer", row)
    may_declare(confirmed=actor.confirmed, verified=row.agent.verified_at is not None)
    if row.last_day < clock.today():
        raise Conflict("power_over", article="CC 173(1)", number=row.number)
    _move(actor, row, "accept")
    row.answered_by, row.answered_at = actor.account_id, clock.now()
    _tell(row.principal_id, "power_answered", row)
    return row


def end(actor: Actor, number: str, *, reason: str = "") -> PowerOfAttorney:
    """End a power at once: declined or given up by the agent, taken back by the principal (CC 173).

    What was done under it stays done. Raises NotFound, NotAllowed, Conflict `wrong_state`.
    """
    row = find(actor, number, locked=True)
    allow(actor, "power.end", row)
    principals = actor.organisation_id == row.principal_id
    verb = "revoke" if principals else "decline" if row.state == PowerState.OFFERED else "renounce"
    _end(actor, row, verb, reason=reason.strip())
    _tell(row.agent_id if principals else row.principal_id, "power_ended", row)
    return row


def expire_due() -> int:
    """Powers whose last day is over end; both sides are told. Run again, it does nothing more."""
    query = select(PowerOfAttorney).where(
        PowerOfAttorney.state.in_([PowerState.OFFERED, PowerState.ACTIVE]),
        PowerOfAttorney.last_day < clock.today(),
    )
    rows = db.session.scalars(query.order_by(PowerOfAttorney.number).with_for_update()).all()
    for row in rows:
        _end(CLOCK, row, "expire")
        for party in (row.principal_id, row.agent_id):
            _tell(party, "power_ended", row)
    return len(rows)


def warn_due() -> int:
    """Remind both sides of a last day that is near, once for each distance; not where another power already
    follows. Run again, it does nothing more. How many powers were written about.
    """
    today = clock.today()
    query = select(PowerOfAttorney).where(
        PowerOfAttorney.state == PowerState.ACTIVE,
        PowerOfAttorney.last_day.between(today, today + timedelta(days=max(agency.WARNED))),
    )
    written = 0
    for row in db.session.scalars(query.order_by(PowerOfAttorney.number).with_for_update()).all():
        since = clock.legal_day(row.answered_at) if row.answered_at else row.first_day
        days = agency.ending_due(row.last_day, since=since, warned=row.warned, today=today)
        if days is None:
            continue
        row.warned = days
        if not _followed(row):
            written += 1
            for party in (row.principal_id, row.agent_id):
                _tell(party, "power_ending", row)
    return written


def _followed(row: PowerOfAttorney) -> bool:
    """Whether a power that ends later carries the same, for the same agent."""
    query = select(PowerOfAttorney).where(
        PowerOfAttorney.principal_id == row.principal_id,
        PowerOfAttorney.agent_id == row.agent_id,
        PowerOfAttorney.state == PowerState.ACTIVE,
        PowerOfAttorney.last_day > row.last_day,
    )
    return any(
        set(row.matters) <= set(one.matters)
        and (not one.patents or bool(row.patents and set(row.patents) <= set(one.patents)))
        for one in db.session.scalars(query)
    )


def _end(actor: Actor, row: PowerOfAttorney, verb: str, *, reason: str = "") -> None:
    fields = {"number": row.number, "ground": agency.GROUNDS[verb], "instant": clock.rfc3339(clock.now())}
    secrets = {"reason": reason} if reason else {}
    _move(actor, row, verb)
    filing = Filing(type="power.ended", subject=row.number, fields=fields, secrets=secrets)
    row.ended_seq = ledger.append([filing])[0].seq
    row.ended_by, row.ended_at, row.reason = actor.account_id, clock.now(), reason
    access.end_under(actor, row)


def _move(actor: Actor, row: PowerOfAttorney, verb: str) -> None:
    before, line = row.state, POWER.found(row.state, verb)
    row.state = line.to
    history.record(actor, verb, row, before=before, after=row.state, changes={"article": line.article})


def _tell(organisation_id: UUID, letter: str, row: PowerOfAttorney) -> None:
    matters = [agency.PRINTED[matter] for matter in row.matters]
    for one in mail.members(organisation_id, SIGN):
        mail.write(
            one, letter, power=row, principal=row.principal, agent=row.agent, numbered=row, matters=matters
        )


# --- acting under it ---------------------------------------------------------------------------------


def act_under(actor: Actor, number: str) -> PowerOfAttorney:
    """Act for the principal from now on in this session. Raises NotFound, NotAllowed, Conflict
    `power_over`.
    """
    row = find(actor, number)
    allow(actor, "power.answer", row)
    if not row.stands(clock.today()):
        raise Conflict("power_over", article="CC 173", number=row.number)
    db.session.get_one(Session, actor.session_id).power_id = row.id
    return row


def leave(actor: Actor) -> None:
    """Act for one's own organisation again."""
    if actor.session_id is not None:
        db.session.get_one(Session, actor.session_id).power_id = None


def actor_under(actor: Actor, number: str) -> Actor:
    """The actor somebody of the agent's is under a power, where there is no browser. Raises NotFound."""
    row = find(actor, number)
    allow(actor, "power.answer", row)
    return sessions.under(actor, row)


# --- letters to the principal go to its agent too (journeys 2.5) -------------------------------------


@mail.also
def _to_agents(side: str, organisation_id: UUID, letter: str, facts: dict[str, Any]) -> None:
    about = _TOLD.get(topic(letter))
    if side != "organisation" or about is None:
        return
    today, told = clock.today(), _numbers(facts)
    query = select(PowerOfAttorney).where(
        PowerOfAttorney.principal_id == organisation_id, PowerOfAttorney.state == PowerState.ACTIVE
    )
    for row in db.session.scalars(query.order_by(PowerOfAttorney.number)):
        concerned = not row.patents or (told and set(told) <= set(row.patents))
        if row.stands(today) and about & set(row.matters) and concerned:
            for one in mail.members(row.agent_id, SIGN):
                mail.write(one, letter, **facts)


def _numbers(facts: Mapping[str, Any]) -> Iterable[str]:
    """The patents a letter is about; none where it does not say."""
    for name in ("acceptance", "contract", "declaration"):
        found = getattr(facts.get(name), "patent_numbers", None)
        if found:
            return tuple(found)
    return ()


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
