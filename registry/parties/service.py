"""What people and organisations can do: register, confirm, sign in, found an organisation, enroll a key, bring a file."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock, history
from registry.config import Settings
from registry.database import db, new_id
from registry.documents import store, uploads
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.filings import Statement, signed_statement, statement_bytes
from registry.ledger.signing import Ed25519Signer, check_public, kid_of
from registry.parties import enrolment, identifiers, keys, mail, sessions
from registry.parties.models import (
    Account,
    ApiKey,
    IdentityDocument,
    Key,
    Membership,
    Organisation,
    Session,
    Throttle,
    Upload,
    Venue,
)
from registry.parties.permissions import allow
from registry.parties.rules import CONFIRM_CODE_MINUTES, CONFIRM_TRIES, Actor, Level, OrganisationKind, Role

LOGIN_FAILURES = 10
LOGIN_WINDOW = timedelta(minutes=15)
UPLOAD_PURPOSES = (
    "identity", "certificate", "annuity", "evaluation", "consent", "authority", "agency_power", "pledge_consent",
    "publicity", "drawing", "bank_slip", "gazette", "stamped_scan", "agreement", "other",
)  # fmt: skip


# --- accounts ----------------------------------------------------------------------------------------


def register(
    *, email: str, name: str, password_hash: str, signer: Ed25519Signer, sealed: bytes, phone: str = ""
) -> Account | None:
    """Open an account and mail its confirmation code. None when the address is known: its owner gets a letter instead.

    `signer` is the fresh account key while it is open: it states its possession now, and is filed on confirmation.
    """
    known = db.session.scalar(select(Account).where(Account.email == email.lower()))
    if known is not None:
        mail.write(known.email, "already_registered", name=known.name)
        return None
    account = Account(
        id=new_id(), email=email.lower(), name=name, phone=phone, password_hash=password_hash, created_at=clock.now()
    )
    db.session.add(account)
    db.session.flush()
    key = Key(
        kid=signer.kid,
        alg=signer.alg,
        level=Level.ACCOUNT,
        account_id=account.id,
        public=signer.public,
        sealed=sealed,
        created_at=clock.now(),
    )
    fields = enrolment.prepare(key, holder=account.id, person=name, evidence={"confirmed": "mail"})
    enrolment.state(key, signed_statement(fields, signer, level=Level.ACCOUNT))
    db.session.add(key)
    send_code(account)
    history.record(sessions.actor_of(account, None), "register", account)
    return account


def send_code(account: Account) -> None:
    """Mail a fresh six-digit confirmation code; an older one stops working."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    account.confirm_hash = sessions.digest(f"{account.id}:{code}")
    account.confirm_until = clock.now() + timedelta(minutes=CONFIRM_CODE_MINUTES)
    account.confirm_tries = 0
    mail.write(account.email, "confirm", name=account.name, code=code, minutes=CONFIRM_CODE_MINUTES)


def confirm(actor: Actor, code: str) -> bool:
    """Confirm the address; the account's key becomes a filing. False for a wrong or old code (the try is counted)."""
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    allow(actor, "account.use", _Own(account.id))
    if account.confirmed_at is not None:
        return True
    late = account.confirm_until is None or account.confirm_until < clock.now()
    account.confirm_tries += 1
    fits = hmac.compare_digest(account.confirm_hash, sessions.digest(f"{account.id}:{code.strip()}"))
    if late or account.confirm_tries > CONFIRM_TRIES or not fits:
        return False
    account.confirmed_at, account.confirm_hash = clock.now(), ""
    key = db.session.scalars(select(Key).where(Key.account_id == account.id, Key.enrolled_seq.is_(None))).one()
    enrolment.file(key)
    history.record(actor, "confirm", account)
    return True


def throttled(key: str) -> bool:
    """Whether too many failures stand against this key in the present window."""
    row = db.session.get(Throttle, key)
    return row is not None and row.count >= LOGIN_FAILURES and row.window + LOGIN_WINDOW > clock.now()


def count_failure(key: str) -> None:
    row = db.session.get(Throttle, key, with_for_update=True)
    instant = clock.now()
    if row is None:
        db.session.add(Throttle(key=key, window=instant, count=1))
    elif row.window + LOGIN_WINDOW <= instant:
        row.window, row.count = instant, 1
    else:
        row.count += 1


def credentials(email: str) -> tuple[UUID | None, str | None]:
    """(account id, password hash) of an address; both None for a stranger."""
    account = db.session.scalar(
        select(Account).where(Account.email == email.strip().lower(), Account.closed_at.is_(None))
    )
    return (account.id, account.password_hash) if account else (None, None)


def sign_in(account_id: UUID) -> str:
    """Open a session after the password has been checked; returns the cookie's value."""
    account = db.session.get_one(Account, account_id)
    history.record(sessions.actor_of(account, None), "sign_in", account)
    return sessions.open_session(account, settings())


def act_for(actor: Actor, membership_id: UUID) -> None:
    """Act for another of the account's memberships from now on in this session."""
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.account_id != actor.account_id or membership.ended_at is not None:
        raise NotFound("not_found")
    session = db.session.get_one(Session, actor.session_id)
    session.membership_id = membership.id


# --- organisations -----------------------------------------------------------------------------------


def found(actor: Actor, facts: Mapping[str, Any]) -> Organisation:
    """Found an organisation or act as oneself (a natural person); the founder becomes its owner.

    Raises Refused for a wrong credit code and Conflict when the code is already registered.
    """
    allow(actor, "organisation.create")
    person = facts["kind"] == OrganisationKind.PERSON
    uscc = None if person or facts.get("country", "CN") != "CN" else identifiers.uscc(facts.get("uscc") or "", field="uscc").code
    if uscc and db.session.scalar(select(Organisation.id).where(Organisation.uscc == uscc)):
        raise Conflict("organisation_known", "uscc")
    plain = {name: facts[name] for name in _EDITABLE if facts.get(name)}
    organisation = Organisation(id=new_id(), kind=facts["kind"], uscc=uscc, created_at=clock.now(), **plain)
    if uscc and not organisation.region:
        organisation.region = identifiers.region_of(uscc).code
    db.session.add(organisation)
    db.session.flush()
    if person and facts.get("identity_number"):
        document = IdentityDocument(
            organisation_id=organisation.id, kind=facts["identity_kind"], number=facts["identity_number"]
        )
        db.session.add(document)
    member = join(actor.account_id, organisation_id=organisation.id, role=Role.OWNER)
    if actor.session_id:
        db.session.get_one(Session, actor.session_id).membership_id = member.id
    history.record(actor, "found", organisation)
    return organisation


_EDITABLE = (
    "name", "nature", "country", "region", "address", "legal_representative", "contact_name", "contact_phone",
    "contact_email", "bank_name", "bank_account",
)  # fmt: skip


def edit(actor: Actor, organisation: Organisation, facts: Mapping[str, Any]) -> None:
    """Change an organisation's particulars. A new name must be checked again; frozen records keep the old one."""
    allow(actor, "organisation.edit", organisation)
    before = {name: getattr(organisation, name) for name in _EDITABLE}
    for name in _EDITABLE:
        setattr(organisation, name, facts.get(name, before[name]) or "")
    if organisation.name != before["name"]:
        organisation.verified_at = None
    changes = {n: [before[n], getattr(organisation, n)] for n in _EDITABLE if before[n] != getattr(organisation, n)}
    history.record(actor, "edit", organisation, changes=changes)


def bring_evidence(actor: Actor, organisation: Organisation, upload: Upload) -> None:
    """Attach the document that shows who the organisation is; a venue's operator looks at it."""
    allow(actor, "organisation.edit", organisation)
    organisation.evidence_upload = upload.id
    history.record(actor, "bring_evidence", organisation)


def verify(actor: Actor, organisation: Organisation) -> None:
    """Record that an operator has compared the organisation with its document."""
    allow(actor, "organisation.verify", organisation)
    if organisation.evidence_upload is None:
        raise Refused("evidence_missing", "evidence")
    organisation.verified_at, organisation.verified_by = clock.now(), actor.account_id
    history.record(actor, "verify", organisation)


def unverified() -> Sequence[Organisation]:
    """Organisations whose document waits to be looked at, oldest first."""
    query = select(Organisation).where(Organisation.verified_at.is_(None), Organisation.evidence_upload.is_not(None))
    return db.session.scalars(query.order_by(Organisation.created_at)).all()


def join(
    account_id: UUID | None, *, role: Role, organisation_id: UUID | None = None, venue_id: UUID | None = None
) -> Membership:
    """Make an account a member; used by founding, by the administrator's commands and by the demonstration."""
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


# --- keys and signatures -----------------------------------------------------------------------------


def prepare_key(actor: Actor, public: bytes) -> Key:
    """Prepare the enrolment of the organisation's own Ed25519 key: what its private half has to sign.

    Raises Refused `key_form`, Conflict `key_known`.
    """
    organisation = organisation_of(actor)
    allow(actor, "key.enroll", organisation)
    try:
        check_public("ed25519", public)
    except ValueError:
        raise Refused("key_form", "public_key")
    kid = kid_of("ed25519", public)
    known = db.session.get(Key, kid)
    if known is not None and (known.enrolled_seq is not None or known.organisation_id != organisation.id):
        raise Conflict("key_known", "public_key")
    if known is not None:
        return known
    key = Key(
        kid=kid, alg="ed25519", level=Level.EXTERNAL, organisation_id=organisation.id, public=public, created_at=clock.now()
    )
    enrolment.prepare(key, holder=organisation.id, person=actor.name, evidence={"organisation": organisation.name})
    db.session.add(key)
    db.session.flush()
    return key


def enroll_key(actor: Actor, kid: str, signature: bytes) -> Key:
    """Enroll a prepared key with its own signature over the statement (proof of possession); a filing from now on."""
    organisation = organisation_of(actor)
    allow(actor, "key.enroll", organisation)
    key = db.session.get(Key, kid, with_for_update=True)
    if key is None or key.organisation_id != organisation.id:
        raise NotFound("not_found")
    if key.enrolled_seq is not None:
        raise Conflict("key_known", "public_key")
    fields = enrolment.fields_of(key)
    enrolment.state(key, Statement(fields=fields, alg=key.alg, kid=kid, signature=signature, level=Level.EXTERNAL))
    enrolment.file(key)
    history.record(actor, "enroll_key", organisation, changes={"kid": kid})
    return key


def create_api_key(actor: Actor, *, label: str, kid: str | None, days: int = 365) -> str:
    """A machine's access for the actor's membership; the secret is returned once and kept as a digest."""
    member = db.session.scalars(
        sessions.memberships_of(actor.account_id).where(
            Membership.organisation_id == actor.organisation_id,
            Membership.venue_id == actor.venue_id,
            Membership.role == actor.role,
        )
    ).first()
    if member is None:
        raise Refused("no_organisation")
    key = db.session.get(Key, kid) if kid else None
    if kid and (key is None or key.organisation_id != actor.organisation_id or actor.organisation_id is None):
        raise Refused("key_unknown", "kid")
    prefix, secret = "mx" + secrets.token_hex(5), secrets.token_urlsafe(32)
    row = ApiKey(
        id=new_id(),
        prefix=prefix,
        secret_hash=sessions.digest(secret),
        label=label,
        account_id=actor.account_id,
        membership_id=member.id,
        kid=kid,
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "create_api_key", row, changes={"label": label, "kid": kid or ""})
    return f"{prefix}.{secret}"


def sign(actor: Actor, password: str, fields: Mapping[str, Any], *, field: str = "password") -> Statement:
    """Sign a statement with the account's own key, opened with the password. Never inside a transaction.

    Raises Refused `password_wrong`, `account_unconfirmed`.
    """
    key = db.session.scalar(select(Key).where(Key.account_id == actor.account_id, Key.revoked_seq.is_(None)))
    if key is None or key.sealed is None or key.enrolled_seq is None:
        raise Refused("account_unconfirmed", field)
    kid, sealed = key.kid, key.sealed
    alg = key.alg
    signature = keys.sign_sealed(sealed, password, statement_bytes(fields), field=field)
    return Statement(fields=dict(fields), alg=alg, kid=kid, signature=signature, level=Level.ACCOUNT)


def external(actor: Actor, kid: str, signature: bytes, fields: Mapping[str, Any]) -> Statement:
    """The statement of a machine: signed elsewhere with a key the actor's organisation enrolled."""
    key = db.session.get(Key, kid)
    if key is None or key.organisation_id is None or key.organisation_id != actor.organisation_id:
        raise Refused("key_unknown", "kid")
    return Statement(fields=dict(fields), alg=key.alg, kid=kid, signature=signature, level=Level.EXTERNAL)


# --- files -------------------------------------------------------------------------------------------


def keep_upload(actor: Actor, *, data: bytes, filename: str, purpose: str) -> Upload:
    """Check a file by its content, store it under its digest, remember who brought it and why.

    Raises TooLarge, Mistyped.
    """
    allow(actor, "upload.add")
    if purpose not in UPLOAD_PURPOSES:
        raise Refused("not_a_choice", "purpose")
    media_type = uploads.check_upload(data, limit=settings().upload_limit)
    upload = Upload(
        id=new_id(),
        digest=store.put(data, media_type),
        filename=uploads.safe_filename(filename),
        media_type=media_type,
        size=len(data),
        purpose=purpose,
        organisation_id=actor.organisation_id,
        venue_id=actor.venue_id,
        account_id=actor.account_id,
        created_at=clock.now(),
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def uploaded(actor: Actor, upload_id: UUID | str | None, *, field: str) -> Upload:
    """An upload of the actor's own, named in input. Raises Refused `upload_unknown`."""
    row = db.session.get(Upload, UUID(str(upload_id))) if upload_id else None
    if row is None or (row.account_id != actor.account_id and row.organisation_id != actor.organisation_id):
        raise Refused("upload_unknown", field)
    return row


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def instant_of(value: datetime | None) -> str:
    return clock.rfc3339(value) if value else ""


class _Own:
    """A stand-in object that belongs to an account, for `allow`."""

    def __init__(self, account_id: UUID) -> None:
        self.account_id = account_id
