"""People: the person behind a key's enrolment, an account, a party's particulars.

A unit's legal name and credit code are public and stay; a natural person's name and number go.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from registry import clock
from registry.contracts.models import Acceptance, Contract
from registry.contracts.money_models import BankHeading, BankLine
from registry.database import db
from registry.erasure import duties, machines, traces, wishes
from registry.erasure.listing import Goes, Listing, blanked, disclosures, opening, removed
from registry.erasure.rules import Kind, Situation, retained_to
from registry.errors import NotFound
from registry.idempotency import Idempotency
from registry.ledger import service as ledger
from registry.licenses import answers as reading
from registry.licenses.batch_models import BatchRow, DeclarationBatch, TermSet, TermSetVersion
from registry.licenses.models import Declaration
from registry.parties import enrolment, event_log, sessions
from registry.parties.address_models import AddressChange
from registry.parties.agency import PowerState
from registry.parties.approval_models import Approval
from registry.parties.factor_models import AuthenticatorApp, HalfSignIn, KnownBrowser, RecoveryCode
from registry.parties.kept_forms import KeptForm
from registry.parties.machine_models import ApiKey
from registry.parties.models import (
    Account,
    Authority,
    Ceremony,
    IdentityDocument,
    Key,
    MailChoice,
    Membership,
    Organisation,
    Passkey,
    Session,
    Throttle,
    Upload,
    Venue,
)
from registry.parties.outside_models import OutsideIdentity
from registry.parties.phone_models import PhoneCode, TextMessage
from registry.parties.power_models import PowerOfAttorney
from registry.parties.prepared import PreparedAct
from registry.parties.rules import Role
from registry.parties.staff_models import Invitation

GONE = "—"


# --- a key -------------------------------------------------------------------------------------------


def find_key(kid: str, *, locked: bool = False) -> Key:
    """Raises NotFound."""
    key = db.session.get(Key, kid.strip(), with_for_update=locked)
    if key is None:
        raise NotFound("not_found")
    return key


def key_situation(key: Key) -> Situation:
    """A key in use keeps its person; a revoked one for three years, for its signatures may be disputed."""
    return Situation(
        erased=key.enrolled_seq is not None and not ledger.opened(key.kid),
        in_force=key.revoked_seq is None and key.enrolled_seq is not None,
        retained_to=retained_to(_revoked_on(key)),
    )


def key_listing(key: Key) -> Listing:
    """Who enrolled the key, and what is kept of it until it is filed."""
    goes = [*disclosures(key.kid), *blanked(key, enrolment={})]
    return Listing(kind=Kind.KEY, subject=key.kid, row=key, goes=tuple(goes))


def _revoked_on(key: Key) -> date | None:
    if key.revoked_seq is None:
        return None
    entry, _ = ledger.filed_at(key.revoked_seq)
    return clock.legal_day(ledger.time_of(entry))


# --- an account --------------------------------------------------------------------------------------


def find_account(name: str, *, locked: bool = False) -> Account:
    """An account by its address or its id. Raises NotFound."""
    wanted = Account.email == name.strip().lower()
    as_id = _uuid(name)
    query = select(Account).where(or_(wanted, Account.id == as_id) if as_id else wanted)
    found = db.session.scalar(query.with_for_update() if locked else query)
    if found is None:
        raise NotFound("not_found")
    return found


def account_situation(account: Account) -> Situation:
    """An account goes when its person wants; not while it is the only owner of a party still there."""
    alone = [one.organisation_id for one in _owned(account) if not _has_other_owner(one)]
    kept = [db.session.get_one(Organisation, one) for one in alone]
    return Situation(
        erased=account.closed_at is not None and account.name == GONE,
        remaining=tuple(f"{one.name}" for one in kept if one.erased_at is None and _is_used(one)),
        busy=traces.at_work([account.id]),
    )


def account_listing(account: Account) -> Listing:
    """The account is closed, its keys are revoked, and nothing says any more whose it was."""
    keys = list(db.session.scalars(select(Key).where(Key.account_id == account.id).order_by(Key.created_at)))
    files, _ = traces.uploads(_unused(account), f"account {account.id}")
    goes = [
        *(gone for key in keys for gone in _end_key(key)),
        *files,
        *blanked(
            account,
            email=f"{account.id}@erased.invalid",
            name=GONE,
            phone="",
            phone_confirmed_at=None,
            password_hash="",
            confirm_hash="",
            confirm_until=None,
            mail_failing_since=None,
            closed_at=account.closed_at or clock.now(),
        ),
        *_access(account),
        *traces.of_ids([account.id], _addresses(account)),
    ]
    return Listing(kind=Kind.ACCOUNT, subject=str(account.id), row=account, goes=tuple(goes))


def _addresses(account: Account) -> list[str]:
    """Its address, those it had lately, and those it was to have."""
    rows = db.session.scalars(select(AddressChange).where(AddressChange.account_id == account.id)).all()
    return sorted({account.email, *(one for row in rows for one in (row.former, row.address))})


def _unused(account: Account) -> list[UUID]:
    """Files the account brought that belong to nothing; the others go with what they belong to."""
    query = select(Upload.id).where(Upload.account_id == account.id, Upload.erased_at.is_(None))
    return [one for one in db.session.scalars(query.order_by(Upload.id)) if not traces.users_of(one)]


def _end_key(key: Key) -> Iterator[Goes]:
    """Revoked first, if it still holds: without its account nobody can open it."""
    if key.enrolled_seq is not None and key.revoked_seq is None:
        yield Goes(
            table=Key.__tablename__,
            key=key.kid,
            what="revoked_seq, sealed",
            erase=lambda: enrolment.revoke(key, reason="account_closed"),
        )
    yield from disclosures(key.kid)
    yield from blanked(key, enrolment={})


def _access(account: Account) -> Iterator[Goes]:
    """Sessions, counted attempts and answers are removed, machines' keys and memberships end."""
    opened = select(Session).where(Session.account_id == account.id).order_by(Session.id)
    yield from (removed(one) for one in db.session.scalars(opened))
    keys = select(ApiKey).where(ApiKey.account_id == account.id).order_by(ApiKey.id)
    for machine in db.session.scalars(keys):
        ended = machine.revoked_at or clock.now()
        yield from blanked(machine, label="", old_hash="", old_until=None, revoked_at=ended)
    yield from duties.of_account(account)
    outside = select(OutsideIdentity).where(OutsideIdentity.account_id == account.id)
    yield from (removed(one) for one in db.session.scalars(outside.order_by(OutsideIdentity.id)))
    yield from wishes.of_account(account)
    chosen = select(MailChoice).where(MailChoice.account_id == account.id).order_by(MailChoice.topic)
    yield from (removed(one) for one in db.session.scalars(chosen))
    yield from _invitations(Invitation.email == account.email)
    asked = select(Idempotency).where(Idempotency.account_id == account.id).order_by(Idempotency.id)
    yield from (removed(one) for one in db.session.scalars(asked))
    typed = select(KeptForm).where(KeptForm.account_id == account.id).order_by(KeptForm.id)
    yield from (removed(one) for one in db.session.scalars(typed))
    for table in _OF_ACCOUNT:
        rows = select(table).where(table.account_id == account.id).order_by(table.created_at)
        yield from (removed(one) for one in db.session.scalars(rows))
    acts = select(PreparedAct).where(PreparedAct.account_id == account.id).order_by(PreparedAct.id)
    yield from (removed(one) for one in db.session.scalars(acts))
    yield from (removed(one) for one in event_log.removable(account.id))  # the others go at that age
    counted = select(Throttle).where(Throttle.key.endswith(sessions.digest(account.email)))
    yield from (removed(one) for one in db.session.scalars(counted.order_by(Throttle.key)))
    members = select(Membership).where(Membership.account_id == account.id).order_by(Membership.id)
    for member in db.session.scalars(members):
        yield from blanked(member, ended_at=member.ended_at or clock.now())


_OF_ACCOUNT = (
    AddressChange, Ceremony, Passkey, AuthenticatorApp, RecoveryCode, KnownBrowser, HalfSignIn, PhoneCode,
    TextMessage,
)  # fmt: skip


def _invitations(whose: ColumnElement[bool]) -> Iterator[Goes]:
    """Whom an invitation went to; that there was one stays, with who asked and when."""
    for one in db.session.scalars(select(Invitation).where(whose).order_by(Invitation.id)):
        yield from blanked(one, email=GONE, dropped_at=one.dropped_at or clock.now())


def _approvals(party: Organisation) -> Sequence[Approval]:
    """What its members asked each other to sign; the words of a refusal go."""
    query = select(Approval).where(Approval.organisation_id == party.id).order_by(Approval.id)
    return db.session.scalars(query).all()


def _powers(party: Organisation) -> Sequence[PowerOfAttorney]:
    """The powers it gave; who signed them and why they ended goes, with what their filings commit to."""
    query = select(PowerOfAttorney).where(PowerOfAttorney.principal_id == party.id)
    return db.session.scalars(query.order_by(PowerOfAttorney.id)).all()


def _named_as_agent(party: Organisation) -> Iterator[Goes]:
    """Where a principal's power names it as the agent."""
    query = select(PowerOfAttorney).where(
        PowerOfAttorney.agent_id == party.id, PowerOfAttorney.granted_seq.is_not(None)
    )
    for one in db.session.scalars(query.order_by(PowerOfAttorney.id)):
        if one.granted_seq is not None and (one.granted_seq, "agent") in ledger.opened(one.number):
            yield opening(one.granted_seq, "agent")


def _owned(account: Account) -> list[Membership]:
    query = select(Membership).where(
        Membership.account_id == account.id,
        Membership.role == Role.OWNER,
        Membership.organisation_id.is_not(None),
        Membership.ended_at.is_(None),
    )
    return list(db.session.scalars(query))


def _has_other_owner(member: Membership) -> bool:
    query = select(Membership.id).where(
        Membership.organisation_id == member.organisation_id,
        Membership.role == Role.OWNER,
        Membership.ended_at.is_(None),
        Membership.account_id != member.account_id,
    )
    return db.session.scalar(query.limit(1)) is not None


# --- a party -----------------------------------------------------------------------------------------


def find_party(name: str, *, locked: bool = False) -> Organisation:
    """A party by its credit code or its id. Raises NotFound."""
    as_id = _uuid(name)
    wanted = Organisation.uscc == name.strip().upper()
    query = select(Organisation).where(or_(wanted, Organisation.id == as_id) if as_id else wanted)
    found = db.session.scalar(query.with_for_update() if locked else query)
    if found is None:
        raise NotFound("not_found")
    return found


def party_situation(party: Organisation) -> Situation:
    """Its contracts and declarations repeat its data and go first; a venue's unit stays."""
    venue = db.session.scalar(select(Venue.code).where(Venue.organisation_id == party.id))
    return Situation(
        erased=party.erased_at is not None,
        remaining=(*_using(party), *([venue] if venue else [])),
        busy=traces.at_work([party.id]),
    )


def party_listing(party: Organisation) -> Listing:
    """Contacts, account, evidence; a natural person's name and identity document too."""
    given = list(db.session.scalars(select(Authority).where(Authority.organisation_id == party.id)))
    brought = [party.evidence_upload, *(one.upload_id for one in given)]
    brought += [one.upload_id for one in _powers(party)]
    brought += [UUID(upload) for one in _term_sets(party) for _, upload in reading.uploads(one.steps)]
    files, stays = traces.uploads(brought, f"party {party.id}")
    person = {"name": GONE} if party.is_person else {}
    document, posted = db.session.get(IdentityDocument, party.id), wishes.needs_of(party)
    goes = [
        *blanked(
            party,
            address="",
            legal_representative="",
            contact_name="",
            contact_phone="",
            contact_email="",
            bank_name="",
            bank_account="",
            **person,
        ),
        *([removed(document)] if document else []),
        *_invitations(Invitation.organisation_id == party.id),
        *(gone for one in _approvals(party) for gone in blanked(one, reason="")),
        *(gone for one in _powers(party) for gone in blanked(one, signer="", reason="")),
        *(gone for one in _powers(party) for gone in disclosures(one.number)),
        *_named_as_agent(party),
        *(gone for one in given for gone in blanked(one, agent="", scope="")),
        *(removed(one) for one in _statement_rows(party)),
        *(gone for one in _term_sets(party) for gone in blanked(one, steps={})),
        *(removed(one) for one in _rows_without(party)),
        *files,
        *wishes.of_party(party),
        *machines.of_party(party),
        *traces.of_ids(
            [party.id, *(one.id for one in posted), *(one.id for one in _powers(party))],
            [*(one.number for one in posted), *(one.number for one in _powers(party))],
        ),
    ]
    return Listing(kind=Kind.PARTY, subject=str(party.id), row=party, goes=tuple(goes), stays=tuple(stays))


def _statement_rows(party: Organisation) -> Iterator[BankLine | BankHeading]:
    """Credits of its bank statements, and what its bank calls the columns."""
    yield from db.session.scalars(select(BankLine).where(BankLine.owner_id == party.id).order_by(BankLine.id))
    own = select(BankHeading).where(BankHeading.owner_id == party.id)
    yield from db.session.scalars(own.order_by(BankHeading.id))


def _term_sets(party: Organisation) -> list[TermSetVersion]:
    """Contacts, account and files its term sets name, in all their versions."""
    query = select(TermSetVersion).join(TermSet).where(TermSet.holder_id == party.id)
    return list(db.session.scalars(query.order_by(TermSetVersion.id)))


def _rows_without(party: Organisation) -> Iterator[BatchRow]:
    """Rows of its tables that became no declaration; the others go with theirs."""
    query = select(BatchRow).join(DeclarationBatch, BatchRow.batch_id == DeclarationBatch.id)
    query = query.where(DeclarationBatch.holder_id == party.id, BatchRow.declaration_id.is_(None))
    yield from db.session.scalars(query.order_by(BatchRow.id))


def _is_used(party: Organisation) -> bool:
    return bool(_using(party))


def _using(party: Organisation) -> list[str]:
    """Numbers of contracts and declarations of the party that have not been erased, drafts too, and of powers
    of attorney that have not ended.
    """
    contracts = (
        select(Contract.number)
        .join(Acceptance, Acceptance.contract_id == Contract.id)
        .where(
            or_(Contract.holder_id == party.id, Contract.licensee_id == party.id),
            Contract.erased_at.is_(None),
        )
        .distinct()
        .order_by(Contract.number)
    )
    declarations = select(Declaration.number).where(
        Declaration.holder_id == party.id, Declaration.erased_at.is_(None)
    )
    powers = select(PowerOfAttorney.number).where(
        or_(PowerOfAttorney.principal_id == party.id, PowerOfAttorney.agent_id == party.id),
        PowerOfAttorney.state.in_([PowerState.OFFERED, PowerState.ACTIVE]),
    )
    return [
        *db.session.scalars(contracts),
        *db.session.scalars(declarations.order_by(Declaration.number)),
        *db.session.scalars(powers.order_by(PowerOfAttorney.number)),
    ]


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name.strip())
    except ValueError:
        return None
