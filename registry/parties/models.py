"""Organisations, people, keys, sessions, uploads. Personal data lives here, never in the ledger."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.database import Model, UtcDateTime, uuid_key
from registry.parties.letters import STAGES, By, MailState
from registry.parties.rules import AuthorityKind, OrganisationKind, Role
from registry.parties.unit_models import InternalUnit


def _one_of(column: str, values: type) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Account(Model):
    """A person who can sign in."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = uuid_key()
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(20), default="")
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # confirmed by mobile alone: the address may be somebody else's
    mail_unproved: Mapped[bool] = mapped_column(default=False, server_default=false())
    password_hash: Mapped[str] = mapped_column(String(200))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirm_hash: Mapped[str] = mapped_column(String(64), default="")
    confirm_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirm_tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a server refused the address


class Organisation(Model):
    """A party: an organisation with a unified social credit code, or a natural person."""

    __tablename__ = "organisation"
    __table_args__ = (
        _one_of("kind", OrganisationKind),
        CheckConstraint("(suspended_at IS NULL) = (suspended_ground = '')", name="suspended"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    kind: Mapped[str] = mapped_column(String(12), default=OrganisationKind.ORGANISATION)
    name: Mapped[str] = mapped_column(String(200))
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    nature: Mapped[str] = mapped_column(String(8), default="")
    country: Mapped[str] = mapped_column(String(8), default="CN")
    region: Mapped[str] = mapped_column(String(6), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    legal_representative: Mapped[str] = mapped_column(String(100), default="")
    contact_name: Mapped[str] = mapped_column(String(100), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    bank_name: Mapped[str] = mapped_column(String(200), default="")
    bank_account: Mapped[str] = mapped_column(String(40), default="")
    evidence_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # signs nothing new while it is set
    suspended_ground: Mapped[str] = mapped_column(String(20), default="", server_default="")  # Ground
    # whether its members must have shown a second factor before they act for it
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def holder_id(self) -> uuid.UUID:
        """Whose object this is, for permissions."""
        return self.id

    @property
    def is_person(self) -> bool:
        return self.kind == OrganisationKind.PERSON

    @property
    def outside_mainland(self) -> bool:
        """Abroad, Hong Kong, Macau or Taiwan: GL 6, TIE."""
        return self.country != "CN"


class IdentityDocument(Model):
    """A natural person's identity number, kept apart from everything that is shown or filed."""

    __tablename__ = "identity_document"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))


class Venue(Model):
    """A trading venue on the central register; its operators see its own declarations and contracts."""

    __tablename__ = "venue"
    __table_args__ = (
        CheckConstraint("stamp_track IN ('stamped_original', 'e_signed_print')", name="stamp_track"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    stamp_track: Mapped[str] = mapped_column(String(20), default="stamped_original")
    courier: Mapped[str] = mapped_column(Text, default="", server_default="")  # where paper originals go
    zero_fee_view: Mapped[str] = mapped_column(
        Text, default=""
    )  # the registrar's view on free licenses, once known
    # whether the registrar asks for the evaluation report of a utility model or design
    report_wanted: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    organisation: Mapped[Organisation] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        return self.organisation.name


class Membership(Model):
    """What an account is for an organisation or a venue; neither set means the whole registry."""

    __tablename__ = "membership"
    __table_args__ = (
        _one_of("role", Role),
        UniqueConstraint("account_id", "organisation_id", "venue_id", "role"),
        Index(None, "organisation_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"))
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("internal_unit.id"))
    unit: Mapped[InternalUnit | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    venue: Mapped[Venue | None] = relationship()


class Session(Model):
    """A signed-in browser. The cookie's value is never stored, only its digest."""

    __tablename__ = "session"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    membership_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last shown that it is still the person
    second_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a second factor was shown
    # as whose agent it acts, within the membership's own organisation
    power_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("power_of_attorney.id"))
    account: Mapped[Account] = relationship()
    membership: Mapped[Membership | None] = relationship()


class Key(Model):
    """A signing key: an account's, sealed under its password, or an organisation's own, of which we hold the
    public half.
    """

    __tablename__ = "signing_key"
    __table_args__ = (Index(None, "account_id"), Index(None, "organisation_id"))

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    alg: Mapped[str] = mapped_column(String(20), default="ed25519")
    level: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    public: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    enrolment: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # salts and statement, until it is filed
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    enrolled_seq: Mapped[int | None]
    revoked_seq: Mapped[int | None]


class Passkey(Model):
    """A key in a person's own device: what a browser needs to ask for it, beside the signing key it is."""

    __tablename__ = "passkey"
    __table_args__ = (Index(None, "account_id"),)

    kid: Mapped[str] = mapped_column(ForeignKey("signing_key.kid"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    cose: Mapped[bytes] = mapped_column(LargeBinary)  # the public half as the device wrote it
    name: Mapped[str] = mapped_column(String(60))
    sign_count: Mapped[int] = mapped_column(default=0)
    synced: Mapped[bool] = mapped_column(default=False)  # copied among the person's devices by their maker
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key: Mapped[Key] = relationship()
    account: Mapped[Account] = relationship()


class Ceremony(Model):
    """A challenge of ours that waits for a device's answer."""

    __tablename__ = "ceremony"
    __table_args__ = (
        CheckConstraint("purpose IN ('register', 'sign_in', 'sign')", name="purpose"),
        CheckConstraint("(account_id IS NULL) = (purpose = 'sign_in')", name="account"),
        Index(None, "created_at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    purpose: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Upload(Model):
    """A file a party brought: the content stands in the store under its digest, who brought it and why stands
    here.
    """

    __tablename__ = "upload"
    __table_args__ = (Index(None, "organisation_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    digest: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def holder_id(self) -> uuid.UUID | None:
        return self.organisation_id


class Throttle(Model):
    """Failures counted in the database, so that limits hold across workers and restarts."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    window: Mapped[datetime] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(default=0)


class Mail(Model):
    """A letter that was asked for: what, to whom, and what became of it. Never silently lost.

    With an account it stands in that account's inbox too, whatever becomes of the mail.
    """

    __tablename__ = "mail"
    __table_args__ = (
        _one_of("state", MailState),
        Index(None, "created_at"),
        Index(None, "account_id", "read_at"),
        Index(None, "state", "next_at"),
        Index(None, "venue_id", "created_at"),
        Index(None, "digest_id"),
        Index("uq_mail_once", "once", unique=True),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    once: Mapped[str | None] = mapped_column(String(64))  # of a letter a job wrote: it is written once
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    letter: Mapped[str] = mapped_column(String(40), default="", server_default="")
    topic: Mapped[str] = mapped_column(String(20), default="", server_default="")
    matter: Mapped[str] = mapped_column(String(40), default="", server_default="")  # number of its thing
    link: Mapped[str] = mapped_column(String(300), default="", server_default="")
    unsubscribe: Mapped[str] = mapped_column(String(160), default="", server_default="")  # one click
    account_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # as whose member it is written to
    venue_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # whose business it is about
    asked_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # the party told when it cannot be delivered
    state: Mapped[str] = mapped_column(String(12), default=MailState.QUEUED, server_default="queued")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # again at every resend
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailAttempt(Model):
    """One try to hand a letter over, with the server's own words."""

    __tablename__ = "mail_attempt"
    __table_args__ = (
        _one_of("state", MailState),
        CheckConstraint("stage IN (" + ", ".join(f"'{one}'" for one in STAGES) + ")", name="stage"),
        Index(None, "mail_id", "at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    mail_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mail.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    stage: Mapped[str] = mapped_column(String(12))
    code: Mapped[int | None]
    words: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(12))  # what the letter became by it


class MailChoice(Model):
    """How an account wants the letters of an optional topic; without a row they come by mail at once."""

    __tablename__ = "mail_choice"
    __table_args__ = (_one_of("way", By),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    way: Mapped[str] = mapped_column(String(8))
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Authority(Model):
    """A written authority of an organisation, brought once and attached to every package while it is valid.

    `office` (08a): the legal representative lets an internal unit or a person act (CC 61, 161).
    `registration` (08b): the seller lets a venue apply for registration; without a venue the row would say
    nothing. `unit`: an internal unit may do `matters` in the legal person's name, and nothing without it.
    """

    __tablename__ = "authority"
    __table_args__ = (
        _one_of("kind", AuthorityKind),
        CheckConstraint("(kind = 'registration') = (venue_id IS NOT NULL)", name="venue"),
        CheckConstraint("(kind = 'unit') = (unit_id IS NOT NULL)", name="unit"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days"),
        Index(None, "organisation_id", "kind"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(12))
    venue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("venue.id"))
    agent: Mapped[str] = mapped_column(String(100), default="")  # the unit or person that may act
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("internal_unit.id"), index=True)
    matters: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # of a unit's
    scope: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"), index=True)
    added_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    venue: Mapped[Venue | None] = relationship()

    @property
    def holder_id(self) -> uuid.UUID:
        return self.organisation_id
