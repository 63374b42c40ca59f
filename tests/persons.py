"""People, organisations and venues for tests, with confirmed accounts and enrolled keys; see factories."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from flask import Flask

from registry import clock
from registry.database import db, transaction
from registry.ledger.filings import Statement, signed_statement
from registry.ledger.signing import Ed25519Signer
from registry.ledger.statement_lists import StatementList
from registry.parties import keys, sessions
from registry.parties import service as parties
from registry.parties.accounts import NewPassword
from registry.parties.models import Account, Mail, Membership, Organisation
from registry.parties.rules import Actor, Level, OrganisationKind, Role
from tests.browser import PASSWORD
from tests.kept import remembered, serial
from tests.parties.people import PDF

NAMES = {
    "u1": ("申城理工大学", "12310000000000019X", "022"),
    "r1": ("申城应用技术研究院", "12310000000000094N", "021"),
    "c1": ("浦东智焊装备有限公司", "91310115000000027G", "150"),
    "c2": ("闵行云析信息技术有限公司", "913101120000000350", "150"),
    "c3": ("上海衡川新材料股份有限公司", "913100000000000439", "160"),
    "c4": ("嘉定启明医疗器械有限公司", "91310114000000051J", "150"),
    "c5": ("杭州临安数字科技有限公司", "9133010000000006X9", "150"),
    "a1": ("徐汇明正专利代理事务所", "91310104000000078T", "150"),
    "v1": ("东海知识产权交易中心", "91310118000000115A", "150"),
    "v2": ("江畔技术交易所", "91440300000000123F", "150"),
}
_serial = serial()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in (password `tests.browser.PASSWORD`), as the actor they are first."""

    email: str
    actor: Actor
    signer: Ed25519Signer
    venue_id: UUID | None = None

    @property
    def organisation_id(self) -> UUID:
        assert self.actor.organisation_id is not None
        return self.actor.organisation_id

    def sign(self, fields: Mapping[str, Any]) -> Statement:
        """A statement under the account's own key."""
        return signed_statement(fields, self.signer, level=Level.ACCOUNT)

    def sign_list(self, listed: StatementList) -> list[Statement]:
        """Many statements under one signature."""
        signature = self.signer.sign(listed.signed_bytes)
        return [
            Statement(
                fields=dict(one),
                alg=self.signer.alg,
                kid=self.signer.kid,
                signature=signature,
                level=Level.ACCOUNT,
                place=place,
            )
            for one, place in zip(listed.statements, listed.places(), strict=True)
        ]


@cache
def _password(n: int) -> NewPassword:
    """The n-th account's key, derived once for the whole test run: argon2 takes its time."""
    signer, sealed = keys.create_sealed(PASSWORD)
    return NewPassword(hash=keys.hash_password(PASSWORD), signer=signer, sealed=sealed)


@remembered
def make_account(app: Flask, email: str = "", *, name: str = "王明") -> Person:
    """A confirmed account that acts for nobody."""
    n = db.session.query(Account).count()
    address = email or f"person{n}@example.cn"
    new = _password(n)
    transaction(lambda: parties.register(email=address, name=name, password=new))
    assert transaction(lambda: parties.confirm(address, code_of_inside(address)))
    return Person(email=address, actor=actor_of(address), signer=new.signer)


def code_of_inside(email: str) -> str:
    """`code_of` without ending the transaction it is asked in."""
    found = db.session.query(Mail).filter_by(address=email).order_by(Mail.created_at).all()[-1]
    return next(word for word in found.body.replace("，", " ").split() if word.isdigit() and len(word) == 6)


def actor_of(email: str, organisation_id: UUID | None = None) -> Actor:
    """An account as the member it is of an organisation, or of its first one."""
    account = db.session.query(Account).filter_by(email=email).one()
    query = sessions.memberships_of(account.id)
    if organisation_id is not None:
        query = query.where(Membership.organisation_id == organisation_id)
    made = sessions.actor_of(account, db.session.scalars(query).first())
    db.session.rollback()
    return made


@remembered
def make_organisation(
    app: Flask, key: str = "u1", *, verified: bool = True, email: str = "", **changes: Any
) -> Person:
    """An organisation of NAMES with its owner; `changes` go over its particulars (country="HK", …)."""
    owner = make_account(app, email or f"{key}@example.cn", name=changes.pop("person_name", "王明"))
    facts = organisation_facts(key, **changes)
    transaction(lambda: parties.found(owner.actor, facts))
    made = replace(owner, actor=actor_of(owner.email))

    def check() -> None:
        db.session.get_one(Organisation, made.organisation_id).verified_at = clock.now()

    if verified:
        transaction(check)
    return made


@remembered
def make_member(app: Flask, of: Person, role: Role, *, email: str = "") -> Person:
    """A colleague of an organisation (or of a venue) in another role."""
    person = make_account(app, email or f"{role}{next(_serial)}@example.cn", name="李娜")
    ids = {"organisation_id": of.actor.organisation_id, "venue_id": of.actor.venue_id}
    transaction(lambda: parties.join(person.actor.account_id, role=role, **ids))
    return replace(person, actor=actor_of(person.email), venue_id=of.venue_id)


@remembered
def make_venue(app: Flask, key: str = "v1") -> Person:
    """A venue with one operator; `actor.venue_id` is the venue."""
    operator = make_account(app, f"{key}@example.cn", name="赵敏")
    facts = organisation_facts(key)

    def work() -> UUID:
        organisation = Organisation(**facts, created_at=clock.now(), verified_at=clock.now())
        db.session.add(organisation)
        db.session.flush()
        venue = parties.create_venue(key, organisation)
        parties.join(operator.actor.account_id, venue_id=venue.id, role=Role.OPERATOR)
        return venue.id

    venue_id = transaction(work)
    return replace(operator, actor=actor_of(operator.email), venue_id=venue_id)


def organisation_facts(key: str, **changes: Any) -> dict[str, Any]:
    """The particulars of one of NAMES."""
    name, code, nature = NAMES[key]
    return {
        "kind": OrganisationKind.ORGANISATION,
        "name": name,
        "uscc": code,
        "nature": nature,
        "country": "CN",
        "region": code[2:8],
        "address": "上海市某路 1 号",
        "legal_representative": "李四",
        "contact_name": "王明",
        "contact_phone": "13800138000",
        "contact_email": f"{key}@example.cn",
        "bank_name": "某银行上海分行",
        "bank_account": "6222020000000000001",
        **changes,
    }


def make_upload(app: Flask, who: Person, purpose: str = "other", *, data: bytes = PDF) -> UUID:
    """A small PDF somebody brought."""
    return transaction(
        lambda: parties.keep_upload(who.actor, data=data, filename="a.pdf", purpose=purpose).id
    )
