"""Invoices: asked for by who pays, issued by who sells, mended by a red-letter one; never issued here."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from registry import clock, history
from registry.contracts import dues, money_rules, register, registration
from registry.contracts.models import Acceptance
from registry.contracts.money_models import Invoice
from registry.contracts.money_rules import InvoiceState
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Actor

SLOT = "14"
"""The place of invoices in the package."""
ASKED = ("kind", "title", "email", "address", "phone", "bank", "bank_account")


def find(invoice_id: UUID) -> Invoice:
    """Raises NotFound."""
    found = db.session.get(Invoice, invoice_id)
    if found is None:
        raise NotFound("not_found")
    return found


def live(acceptance: Acceptance, due: str) -> Invoice | None:
    """The invoice of a due that was asked for or issued and not reversed."""
    query = select(Invoice).where(
        Invoice.acceptance_id == acceptance.id,
        Invoice.due_key == due,
        Invoice.state != InvoiceState.REVERSED,
    )
    return db.session.scalars(query).first()


def ask(actor: Actor, acceptance: Acceptance, due: str, facts: Mapping[str, Any]) -> Invoice:
    """Ask for the invoice of a due, or say it better while none was issued. `facts`: kind, title,
    tax_number, email, address, phone, bank, bank_account.

    Raises Refused as `money_rules.check_tax_number`, Conflict `invoice_issued`.
    """
    allow(actor, "invoice.ask", acceptance)
    acceptance = register.lock(acceptance.id)
    register.check_kept(acceptance.contract)
    dues.find(acceptance, due)
    person = acceptance.licensee.is_person
    number = money_rules.check_tax_number(facts["tax_number"], person=person, kind=facts["kind"])
    invoice = live(acceptance, due)
    if invoice is not None and invoice.state != InvoiceState.ASKED:
        raise Conflict("invoice_issued")
    if invoice is None:
        invoice = Invoice(
            id=new_id(),
            acceptance_id=acceptance.id,
            acceptance=acceptance,
            due_key=due,
            state=InvoiceState.ASKED,
            asked_at=clock.now(),
        )
    for name in ASKED:
        setattr(invoice, name, facts[name])
    invoice.tax_number = number
    db.session.add(invoice)
    db.session.flush()
    history.record(actor, "ask_invoice", acceptance, changes={"due": due})
    register.tell(acceptance, "invoice_asked", register.HOLDER, invoice=invoice.id)
    return invoice


def issue(actor: Actor, invoice: Invoice, facts: Mapping[str, Any]) -> Invoice:
    """Say which invoice was issued, with its file; it goes into the package. `facts`: number, day, kind,
    amount, file_upload. Raises Refused, Conflict.
    """
    allow(actor, "invoice.issue", invoice.acceptance)
    parties.impartial(actor, invoice.acceptance.licensee_id)
    invoice = _fresh(invoice)
    register.check_kept(invoice.acceptance.contract)
    _check_day(facts["day"], "day")
    if not facts["amount"]:
        raise Refused("amount_zero_claimed", "amount")
    if facts["kind"] == "special" and invoice.acceptance.licensee.is_person:
        raise Refused("invoice_kind_person", "kind")
    file = parties.uploaded(actor, facts["file_upload"], field="file_upload")
    _move(actor, invoice, "issue")
    invoice.number, invoice.day, invoice.kind = facts["number"], facts["day"], facts["kind"]
    invoice.amount, invoice.file_upload = facts["amount"], file.id
    registration.attach(actor, invoice.acceptance.contract, SLOT, file)
    register.tell(invoice.acceptance, "invoice_issued", register.LICENSEE, invoice=invoice.id)
    return invoice


def reverse(actor: Actor, invoice: Invoice, facts: Mapping[str, Any]) -> Invoice:
    """A wrong invoice is reversed by a red-letter one; another may be asked for after it. `facts`: number,
    day, file_upload, reason.
    """
    allow(actor, "invoice.issue", invoice.acceptance)
    parties.impartial(actor, invoice.acceptance.licensee_id)
    invoice = _fresh(invoice)
    register.check_kept(invoice.acceptance.contract)
    _check_day(facts["day"], "day")
    if invoice.day is not None and facts["day"] < invoice.day:
        raise Refused("red_before_invoice", "day")
    file = parties.uploaded(actor, facts["file_upload"], field="file_upload")
    _move(actor, invoice, "reverse")
    invoice.red_number, invoice.red_day = facts["number"], facts["day"]
    invoice.red_upload, invoice.red_reason = file.id, facts["reason"]
    registration.attach(actor, invoice.acceptance.contract, SLOT, file)
    register.tell(invoice.acceptance, "invoice_reversed", register.LICENSEE, invoice=invoice.id)
    return invoice


def of_acceptance(acceptance: Acceptance) -> Sequence[Invoice]:
    """Every invoice of a license, oldest first, reversed ones too."""
    return db.session.scalars(_all().where(Invoice.acceptance_id == acceptance.id)).all()


def waiting(actor: Actor) -> Sequence[Invoice]:
    """Invoices asked for and not issued, on the actor's offers or at the actor's venue, oldest first."""
    joined = _all().join(Acceptance, Acceptance.id == Invoice.acceptance_id)
    if actor.venue_id is not None:
        joined = joined.where(Acceptance.venue_id == actor.venue_id)
    else:
        joined = joined.where(Acceptance.holder_id == actor.organisation_id)
    return db.session.scalars(joined.where(Invoice.state == InvoiceState.ASKED)).all()


def _all() -> Select[Invoice]:
    return select(Invoice).order_by(Invoice.asked_at)


def _fresh(invoice: Invoice) -> Invoice:
    query = select(Invoice).where(Invoice.id == invoice.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _move(actor: Actor, invoice: Invoice, verb: str) -> None:
    found = money_rules.INVOICE.found(invoice.state, verb)
    before, invoice.state = invoice.state, found.to
    noted = {"article": found.article}
    history.record(actor, verb, invoice, before=before, after=invoice.state, changes=noted)


def _check_day(day: Any, field: str) -> None:
    if day > clock.today():
        raise Refused("day_in_future", field)
