"""Acceptances with their frozen records, payments, papers; contracts with their registration track."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.rules import (
    LIVE_STATES,
    AcceptanceState,
    PaymentState,
    RefundState,
    RegistrationState,
)
from registry.contracts.stamping import StampState
from registry.database import Model, UtcDateTime, uuid_key
from registry.licenses.models import Declaration, DeclarationVersion
from registry.parties.models import Organisation, Venue

if TYPE_CHECKING:
    from registry.contracts.basket_models import Checkout
    from registry.contracts.duty_models import RoyaltyReport

AMOUNT = Numeric(16, 2)


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Contract(Model):
    """A license contract of 1..n acceptances of one licensee with one licensor set, and its registration
    track.
    """

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint(f"registration IN ({_listed(RegistrationState)})", name="registration"),
        CheckConstraint(f"stamp IN ({_listed(StampState)})", name="stamp"),
        Index(None, "venue_id", "registration", "created_at"),
        Index(None, "licensee_id"),
        Index(None, "holder_id"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)  # 平台存证编号
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    licensee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    registration: Mapped[str] = mapped_column(String(12), default=RegistrationState.DRAFT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stamp: Mapped[str] = mapped_column(String(20), default=StampState.WAITING_LICENSOR)
    # [written name, name in the seal] as read
    seal_names: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    # 交易凭证编号, given when a package first needs the voucher
    voucher_number: Mapped[str | None] = mapped_column(String(24), unique=True)
    # codes the clerk set over the proposed ones
    classification: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # RecordalState once the license is effective
    recordal_state: Mapped[str] = mapped_column(String(12), default="")
    recordal_number: Mapped[str] = mapped_column(String(40), default="")
    recordal_filed_on: Mapped[date | None]
    recordal_day: Mapped[date | None]
    recordal_seq: Mapped[int | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_ground: Mapped[str] = mapped_column(String(20), default="", server_default="")
    holder: Mapped[Organisation] = relationship(foreign_keys=[holder_id])
    licensee: Mapped[Organisation] = relationship(foreign_keys=[licensee_id])
    venue: Mapped[Venue] = relationship()
    # the contract a license was split off from, which keeps the number both were noticed under
    split_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contract.id"), index=True)
    split_from: Mapped["Contract | None"] = relationship(remote_side="Contract.id")
    acceptances: Mapped[list["Acceptance"]] = relationship(
        order_by="[Acceptance.created_at, Acceptance.place]", back_populates="contract"
    )
    results: Mapped[list["RegistrationResult"]] = relationship(order_by="RegistrationResult.recorded_at")
    papers: Mapped[list["Paper"]] = relationship(order_by="Paper.issued_at")


    @property
    def patent_numbers(self) -> tuple[str, ...]:
        """Which patents it is about, for powers of attorney."""
        return tuple(number for one in self.acceptances for number in one.patent_numbers)

    @property
    def filed_under(self) -> str:
        """The number its licenses were noticed under: of one that was split off, the former contract's."""
        return self.acceptances[0].filed_under if self.acceptances else self.number


class Acceptance(Model):
    """One notice of one licensee to one declaration: the frozen record, its filings, its money."""

    __tablename__ = "acceptance"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(AcceptanceState)})", name="state"),
        CheckConstraint("track IN ('', 'statutory', 'local')", name="track"),
        # one live acceptance of an offer per licensee; another after it has ended is allowed
        Index(
            "uq_acceptance_live",
            "declaration_id",
            "licensee_id",
            unique=True,
            sqlite_where=text(f"state IN ({_listed(LIVE_STATES)})"),
            postgresql_where=text(f"state IN ({_listed(LIVE_STATES)})"),
        ),
        Index(None, "holder_id", "created_at"),
        Index(None, "licensee_id", "created_at"),
        Index(None, "venue_id", "state", "created_at"),
        Index(None, "state", "pay_by"),
        Index(None, "declaration_id", "state"),
        Index(None, "checkout_id", "place"),
        Index(
            "uq_acceptance_reference_alone",
            "reference",
            unique=True,
            sqlite_where=text("checkout_id IS NULL"),
            postgresql_where=text("checkout_id IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    # of a list of notices signed in one act: the list, and its place there from 1 on
    checkout_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("checkout.id"))
    place: Mapped[int] = mapped_column(default=1, server_default="1")
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    declaration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration.id"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("declaration_version.id"))
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"))  # where it was made: credited there
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    licensee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(20), default=AcceptanceState.DRAFTED)
    track: Mapped[str] = mapped_column(String(10), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # the notice as prepared and then signed
    # licensee, person, use, product, region, ticks
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    nonce: Mapped[str] = mapped_column(String(32))  # random 128 bits, printed on every paper
    salts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # of the commitments in the statement
    # frozen for ever when the notice is sent
    record: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    record_digest: Mapped[str] = mapped_column(String(64), default="")
    statement_fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # with alg, kid, signature (hex), level
    statement: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    noticed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noticed_seq: Mapped[int | None]
    # money due at the start
    amount_due: Mapped[Decimal] = mapped_column(AMOUNT, default=Decimal("0.00"))
    pay_by: Mapped[date | None]
    # notices of one list that pay into one account share it; nobody else ever has it
    reference: Mapped[str | None] = mapped_column(String(8), index=True)
    # the license
    effective_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the bank's instant, or the notice's
    effective_seq: Mapped[int | None]
    effective_on: Mapped[date | None]
    last_day: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_ground: Mapped[str] = mapped_column(String(40), default="")
    contract: Mapped[Contract] = relationship(back_populates="acceptances")
    declaration: Mapped[Declaration] = relationship()
    version: Mapped[DeclarationVersion] = relationship()
    venue: Mapped[Venue] = relationship()
    holder: Mapped[Organisation] = relationship(foreign_keys=[holder_id])
    licensee: Mapped[Organisation] = relationship(foreign_keys=[licensee_id])
    payments: Mapped[list["Payment"]] = relationship(
        order_by="Payment.created_at", back_populates="acceptance"
    )
    # for lists of many licenses; whoever writes asks the table
    reports: Mapped[list["RoyaltyReport"]] = relationship(order_by="RoyaltyReport.number", viewonly=True)
    checkout: Mapped["Checkout | None"] = relationship(back_populates="acceptances")

    @property
    def patent_numbers(self) -> tuple[str, ...]:
        """Which patents it is about, for powers of attorney."""
        return self.declaration.patent_numbers

    @property
    def filed_under(self) -> str:
        """The number its notice names and all its filings with it, whatever contract it stands in today."""
        return str(self.record.get("contract") or self.contract.number)

    @property
    def filed_as(self) -> dict[str, str]:
        """What a filing names of it: that number; of a list, where it may be one of several, its offer."""
        named = {"contract": self.filed_under}
        return named if self.checkout_id is None else {**named, "declaration": self.declaration.number}


class Payment(Model):
    """One payment as the licensee claims it and the bank states it."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint(f"state IN ({_listed(PaymentState)})", name="state"),
        Index(None, "state", "created_at"),
        Index(None, "bank_serial"),
        Index(None, "arrived_serial"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"), index=True)
    due_key: Mapped[str] = mapped_column(String(30), default="start", server_default="start")  # debts.KEY
    # one transfer that paid several licenses is as many payments; this joins them
    transfer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    account: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")  # paid into
    state: Mapped[str] = mapped_column(String(16), default=PaymentState.CLAIMED)
    claimed_amount: Mapped[Decimal] = mapped_column(AMOUNT)
    claimed_on: Mapped[date]
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the slip's instant where it states one
    payer: Mapped[str] = mapped_column(String(200))
    payer_reason: Mapped[str] = mapped_column(Text, default="")  # when somebody else pays
    # the account of origin: where a refund has to go
    payer_account: Mapped[str] = mapped_column(String(40), default="", server_default="")
    payer_statement: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # 代付说明, signed or stamped
    bank_serial: Mapped[str] = mapped_column(String(60))
    # none where the account showed the money before anybody claimed it
    slip_upload: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("upload.id"))
    receipt_upload: Mapped[uuid.UUID | None] = mapped_column(
        Uuid
    )  # stamped by the bank, brought when doubted
    answer_due: Mapped[date]
    claimed_seq: Mapped[int | None]
    arrived_amount: Mapped[Decimal | None] = mapped_column(AMOUNT)
    arrived_on: Mapped[date | None]
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # the same transfer as the receiving account numbers it; banks give each side its own
    arrived_serial: Mapped[str] = mapped_column(String(60), default="", server_default="")
    outcome_note: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_seq: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acceptance: Mapped[Acceptance] = relationship(back_populates="payments")
    # for lists of many licenses; whoever writes asks the table
    refunds: Mapped[list["Refund"]] = relationship(viewonly=True)


class Refund(Model):
    """Money that has to go back to the account it came from."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint(f"state IN ({_listed(RefundState)})", name="state"),)

    id: Mapped[uuid.UUID] = uuid_key()
    payment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payment.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=RefundState.TO_REFUND)
    amount: Mapped[Decimal] = mapped_column(AMOUNT)
    reason: Mapped[str] = mapped_column(String(40))
    due_on: Mapped[date]
    slip_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    sent_on: Mapped[date | None]
    told_on: Mapped[date | None]  # when it was said that the day had passed
    decided_reason: Mapped[str] = mapped_column(Text, default="", server_default="")  # the venue's
    seq: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payment: Mapped[Payment] = relationship()


class Paper(Model):
    """A paper that was printed: stored once under its digest, never silently made again."""

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("contract_id", "acceptance_id", "kind", "version"),)

    id: Mapped[uuid.UUID] = uuid_key()
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    acceptance_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("acceptance.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(default=1)
    digest: Mapped[str] = mapped_column(String(64))
    wording: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8), default="zh-CN")
    pages: Mapped[int]
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_seq: Mapped[int | None]
    corrected_seq: Mapped[int | None]  # the last correction it prints
    # of a paper of several licenses, the acceptances it lists, in its order
    licenses: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")


class Attachment(Model):
    """A party's upload put into a contract's package under a slot (05, 06, 07, 08, 02b …)."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("contract_id", "slot", "upload_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    slot: Mapped[str] = mapped_column(String(4))
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"))
    added_by: Mapped[uuid.UUID]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RegistrarAccount(Model):
    """That an organisation has its own account at the registrar a venue works with, and since when."""

    __tablename__ = "registrar_account"
    __table_args__ = (UniqueConstraint("organisation_id", "venue_id"),)

    id: Mapped[uuid.UUID] = uuid_key()
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    venue_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("venue.id"), index=True)
    since: Mapped[date]
    noted_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Decision(Model):
    """The venue's decision on an acceptance: an objection, a claim nobody answered, a payment on the day of
    withdrawal.
    """

    __tablename__ = "decision"

    id: Mapped[uuid.UUID] = uuid_key()
    acceptance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("acceptance.id"), index=True)
    payment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("payment.id"))  # when about one payment
    ground: Mapped[str] = mapped_column(String(40))
    asked_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    asked_reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(40), default="")
    reasons: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seq: Mapped[int | None]


class RegistrationResult(Model):
    """What the registrar answered, each answer a row of its own."""

    __tablename__ = "registration_result"

    id: Mapped[uuid.UUID] = uuid_key()
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    result: Mapped[str] = mapped_column(String(12))
    registration_number: Mapped[str] = mapped_column(String(40), default="")
    day: Mapped[date]
    registrar: Mapped[str] = mapped_column(String(200), default="")
    total_amount: Mapped[Decimal | None] = mapped_column(AMOUNT)
    technology_amount: Mapped[Decimal | None] = mapped_column(AMOUNT)
    certificate_number: Mapped[str] = mapped_column(String(60), default="")
    certificate_upload: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    ground: Mapped[str] = mapped_column(String(8), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    working_days: Mapped[int | None]  # the registrar has after it accepted; counted when shown
    due_on: Mapped[date | None]  # until when a correction is wanted
    recorded_by: Mapped[uuid.UUID]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Correction(Model):
    """A typing error of a filing, mended by another one. Both stand in the log; this says what was mended."""

    __tablename__ = "correction"

    id: Mapped[uuid.UUID] = uuid_key()
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    acceptance_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("acceptance.id"), index=True)
    corrects: Mapped[int]  # place of the filing that is mended
    seq: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(30))  # type of the filing that is mended
    side: Mapped[str] = mapped_column(String(10))
    mended: Mapped[dict[str, Any]] = mapped_column(JSON)  # path -> [before, after]
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
