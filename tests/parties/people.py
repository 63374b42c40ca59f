"""Parties for tests: accounts with organisations and venues, as actors and as signed-in browsers."""

from uuid import UUID

from registry import clock
from registry.database import db, transaction
from registry.parties import service as parties
from registry.parties import sessions
from registry.parties.models import Account, Membership, Organisation
from registry.parties.rules import Actor, OrganisationKind, Role
from tests.browser import open_account

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
CODES = {
    "u1": "12310000000000019X",
    "c1": "91310115000000027G",
    "c2": "913101120000000350",
    "v1": "91310118000000115A",
    "v2": "91440300000000123F",
}


def facts(name: str, code: str, **changes: object) -> dict[str, object]:
    return {
        "kind": OrganisationKind.ORGANISATION,
        "name": name,
        "uscc": code,
        "nature": "150",
        "country": "CN",
        "address": "上海市某路 1 号",
        "legal_representative": "李四",
        "contact_name": "王明",
        "contact_phone": "13800138000",
        "contact_email": "contact@example.cn",
        **changes,
    }


def owner(key: str = "u1", *, email: str = "", name: str = "") -> Actor:
    """A confirmed account that owns a fresh, unverified organisation."""
    account = open_account(email or f"{key}@example.cn")
    guest = sessions.actor_of(account, None)
    transaction(lambda: parties.found(guest, facts(name or f"单位{key}", CODES[key])))
    return actor_of(guest.email)


def operator(key: str = "v1") -> Actor:
    """An operator of a venue of its own."""
    account_id = open_account(f"{key}@example.cn").id

    def work() -> None:
        organisation = Organisation(**facts(f"交易所{key}", CODES[key]), created_at=clock.now())
        db.session.add(organisation)
        db.session.flush()
        venue = parties.create_venue(key, organisation)
        parties.join(account_id, venue_id=venue.id, role=Role.OPERATOR)

    transaction(work)
    return actor_of(f"{key}@example.cn")


def member(role: Role, *, email: str, organisation_id: UUID | None = None) -> Actor:
    """A confirmed account with one membership."""
    account_id = open_account(email).id
    transaction(lambda: parties.join(account_id, role=role, organisation_id=organisation_id))
    return actor_of(email)


def actor_of(email: str) -> Actor:
    account = db.session.query(Account).filter_by(email=email).one()
    membership = db.session.scalars(sessions.memberships_of(account.id)).first()
    made = sessions.actor_of(account, membership)
    db.session.rollback()
    return made


def memberships(email: str) -> list[Membership]:
    account = db.session.query(Account).filter_by(email=email).one()
    return list(db.session.scalars(sessions.memberships_of(account.id)))
