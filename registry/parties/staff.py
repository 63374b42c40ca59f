"""Venues and the people who work for them: opened and appointed by whoever runs the system, from its command
line. Every step leaves a history row; being able to run the command is the authority.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry import clock, events, history
from registry.database import db, new_id
from registry.errors import Conflict, Refused
from registry.parties import factors, identifiers, mail, names, organisations, separation, sessions
from registry.parties.models import Account, Membership, Organisation, Venue
from registry.parties.rules import Actor, OrganisationKind, Role

COMMAND = Actor(account_id=None, role=Role.SECURITY, name="command line", confirmed=True)


def open_venue(code: str, facts: Mapping[str, Any]) -> Venue:
    """Open a venue of an organisation, founding that organisation when its credit code is new.

    `facts`: name and uscc, optionally region, address, legal_representative, contact_name, contact_phone,
    contact_email, bank_name, bank_account, nature. Raises Conflict `venue_known`, Refused for a wrong name or
    credit code.
    """
    code = names.clean_name(code, "code", longest=20)
    if db.session.scalar(select(Venue.id).where(Venue.code == code)) is not None:
        raise Conflict("venue_known", "code")
    venue = organisations.create_venue(code, _organisation(facts))
    history.record(COMMAND, "open_venue", venue, changes={"code": code})
    return venue


def appoint(address: str, *, role: Role = Role.OPERATOR, venue_code: str = "") -> Membership:
    """Make a confirmed account an operator of a venue, or auditor or administrator of the whole registry.

    Doing it twice changes nothing. Raises Refused `account_unknown`, `account_unconfirmed`, `venue_unknown`,
    Conflict `administrators_apart`.
    """
    account = db.session.scalar(select(Account).where(Account.email == address.strip().lower()))
    if account is None:
        raise Refused("account_unknown", "email")
    if account.confirmed_at is None:
        raise Refused("account_unconfirmed", "email", "ESL 13")
    venue = _venue(venue_code) if role == Role.OPERATOR else None
    query = select(Membership).where(
        Membership.account_id == account.id,
        Membership.role == role,
        Membership.venue_id == (venue.id if venue else None),
        Membership.organisation_id.is_(None),
        Membership.ended_at.is_(None),
    )
    known = db.session.scalar(query)
    if known is not None:
        return known
    separation.check(account.id, role)
    member = organisations.join(account.id, role=role, venue_id=venue.id if venue else None)
    history.record(COMMAND, "appoint", member, changes={"role": str(role), "venue": venue_code})
    return member


def forget_second_factor(address: str, *, reason: str) -> None:
    """Turn off an account's app for a person who lost it with the recovery codes, and end its sessions.

    Raises Refused `account_unknown`, `app_not_begun`.
    """
    account = db.session.scalar(select(Account).where(Account.email == address.strip().lower()))
    if account is None:
        raise Refused("account_unknown", "email")
    if not factors.forget(account.id):
        raise Refused("app_not_begun", "email")
    sessions.revoke_all(account.id)
    mail.write_to_account(account, "factor_removed", name=account.name, by="operator")
    history.record(COMMAND, "forget_second_factor", account, changes={"reason": reason})


def end_sessions(address: str, *, reason: str) -> None:
    """Sign somebody out everywhere. Raises Refused `account_unknown`."""
    account = db.session.scalar(select(Account).where(Account.email == address.strip().lower()))
    if account is None:
        raise Refused("account_unknown", "email")
    sessions.revoke_all(account.id)
    history.record(COMMAND, "end_sessions", account, changes={"reason": reason})


def end_every_session() -> int:
    """Sign everybody out; how many sessions were open."""
    events.observe(events.What.ADMINISTRATION, COMMAND, detail="end_every_session")
    return sessions.revoke_every()


def _venue(code: str) -> Venue:
    venue = db.session.scalar(select(Venue).where(Venue.code == code))
    if venue is None:
        raise Refused("venue_unknown", "venue")
    return venue


def _organisation(facts: Mapping[str, Any]) -> Organisation:
    uscc = identifiers.uscc(facts["uscc"], field="uscc").code
    known = db.session.scalar(select(Organisation).where(Organisation.uscc == uscc))
    if known is not None:
        return known
    plain = {name: facts[name] for name in organisations.EDITABLE if facts.get(name)}
    instant = clock.now()
    organisation = Organisation(
        id=new_id(),
        kind=OrganisationKind.ORGANISATION,
        uscc=uscc,
        created_at=instant,
        verified_at=instant,  # whoever runs the registry knows whose venue it opens
        **{**plain, "name": names.clean_name(facts["name"], "name", longest=200)},
    )
    organisation.region = organisation.region or identifiers.region_of(uscc).code
    db.session.add(organisation)
    db.session.flush()
    history.record(COMMAND, "found", organisation)
    return organisation
