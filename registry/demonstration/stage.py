"""Who stands on the stage, and what every scene needs: an actor, a signature, a file, a letter's link.

Keys are opened once and kept in memory while loading, so that hundreds of signatures cost no key derivation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.codes.calendar import corresponding_day
from registry.config import Settings
from registry.contracts.models import Acceptance, Contract
from registry.database import db
from registry.demonstration import drawings, papers
from registry.demonstration.cast import MARK
from registry.documents.fonts import FontSet
from registry.exports.models import Batch
from registry.ledger.filings import Statement, signed_statement
from registry.ledger.signing import Ed25519Signer
from registry.ledger.statement_lists import StatementList
from registry.licenses.models import Declaration
from registry.parties import powers, sessions
from registry.parties import service as parties
from registry.parties.models import Account, Mail, Membership, Organisation, Upload, Venue
from registry.parties.rules import Actor, Level


@dataclass(slots=True, kw_only=True)
class Stage:
    """What the scenes share. `day` is the loading day D; everything is told as days before it."""

    settings: Settings
    day: date
    fonts: FontSet
    signers: dict[str, Ed25519Signer] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)
    organisations: dict[str, UUID] = field(default_factory=dict)
    venues: dict[str, UUID] = field(default_factory=dict)
    declarations: dict[str, UUID] = field(default_factory=dict)
    acceptances: dict[str, UUID] = field(default_factory=dict)
    powers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of an offer that an agent declares: the agent, and the number of its power."""
    batches: dict[str, UUID] = field(default_factory=dict)
    brought: dict[str, UUID] = field(default_factory=dict)
    pages: dict[tuple[str, papers.Facts], bytes] = field(default_factory=dict)

    def before(self, days: int) -> date:
        """The day that many days before D."""
        return self.day - timedelta(days=days)

    def after_months(self, months: int) -> date:
        """The corresponding day that many months after D."""
        return corresponding_day(self.day, months)

    def actor(self, key: str) -> Actor:
        """A persona as it acts: for its first membership."""
        account = db.session.get_one(Account, self.accounts[key])
        first: Membership | None = db.session.scalar(sessions.memberships_of(account.id).limit(1))
        return sessions.actor_of(account, first)

    def declarant(self, offer: str, holder: str) -> tuple[str, Actor]:
        """Who signs for an offer, and as whom: the holder itself, or its agent under a power."""
        agent, number = self.powers.get(offer, (holder, ""))
        return agent, powers.actor_under(self.actor(agent), number) if number else self.actor(holder)

    def sign(self, key: str, fields: Mapping[str, Any]) -> Statement:
        """A persona's signature with its own account key."""
        return signed_statement(dict(fields), self.signers[key], level=Level.ACCOUNT)

    def sign_list(self, key: str, listed: StatementList) -> list[Statement]:
        """A persona's one signature over a list of statements."""
        signer = self.signers[key]
        signature = signer.sign(listed.signed_bytes)
        made = zip(listed.statements, listed.places(), strict=True)
        return [
            Statement(
                fields=dict(fields),
                alg=signer.alg,
                kid=signer.kid,
                signature=signature,
                level=Level.ACCOUNT,
                place=place,
            )
            for fields, place in made
        ]

    def upload(self, actor: Actor, purpose: str, *facts: tuple[str, str]) -> Upload:
        """Bring a labelled page as the actor would."""
        known = self.pages.get((purpose, facts))
        data = known or self.pages.setdefault((purpose, facts), papers.sheet(self.fonts, purpose, facts))
        return parties.keep_upload(actor, data=data, filename=papers.filename(purpose), purpose=purpose)

    def drawing(self, actor: Actor, key: str) -> UUID | None:
        """Bring a figure of the offer, where there is one."""
        if key not in drawings.FIGURES:
            return None
        data, name = drawings.png(key), f"{papers.LABEL}-附图.png"
        return parties.keep_upload(actor, data=data, filename=name, purpose="drawing").id

    def key_of(self, organisation_id: UUID) -> str:
        """The persona who founded an organisation."""
        return next(key for key, one in self.organisations.items() if one == organisation_id)

    def organisation(self, key: str) -> Organisation:
        return db.session.get_one(Organisation, self.organisations[key])

    def venue(self, key: str) -> Venue:
        return db.session.get_one(Venue, self.venues[key])

    def declaration(self, key: str) -> Declaration:
        return db.session.get_one(Declaration, self.declarations[key])

    def acceptance(self, key: str) -> Acceptance:
        return db.session.get_one(Acceptance, self.acceptances[key])

    def contract(self, key: str) -> Contract:
        return self.acceptance(key).contract

    def batch(self, key: str) -> Batch:
        """The batch a contract went into."""
        return db.session.get_one(Batch, self.batches[key])

    def letters(self, address: str) -> list[str]:
        """What an address was sent, newest first: links and codes stand nowhere else."""
        query = select(Mail.body).where(Mail.address == address)
        return list(db.session.scalars(query.order_by(Mail.created_at.desc(), Mail.id)))


def code_in(letter: str) -> str:
    """The confirmation code of a letter."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", letter)
    if found is None:
        raise LookupError("a letter without a code")
    return found[0]


def token_in(letter: str) -> str:
    """The consent link's token in a letter, empty when there is none."""
    found = re.search(r"/consent/([\w-]+)", letter)
    return found[1] if found else ""


def marked(name: str) -> str:
    """A name as the demonstration shows it."""
    return name if name.endswith(MARK) else name + MARK
