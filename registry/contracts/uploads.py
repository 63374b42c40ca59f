"""Who may look at the files of a license: both its sides, its venue, and the auditor; nobody else learns
that they exist.
"""

from collections.abc import Iterator

from sqlalchemy import or_, select

from registry.contracts.duty_models import DutyFile
from registry.contracts.models import Acceptance, Attachment, Contract, Payment, Refund, RegistrationResult
from registry.contracts.money_models import Invoice
from registry.contracts.stamp_models import StampedSheet
from registry.database import db
from registry.parties.files import also_visible
from registry.parties.models import Authority, Upload
from registry.parties.permissions import may
from registry.parties.rules import Actor


@also_visible
def of_license(actor: Actor, upload: Upload) -> bool:
    """Whether an upload belongs to a license the actor may see: slips, refunds, package files,
    certificates.
    """
    return any(may(actor, "contract.view", contract) for contract in _contracts(upload))


@also_visible
def of_authority(actor: Actor, upload: Upload) -> bool:
    """A written authority goes to the venues whose packages take it, and to the auditor; never to
    licensees.
    """
    if actor.organisation_id is not None:
        return False
    query = select(Contract).join(Authority, Authority.organisation_id == Contract.holder_id)
    query = query.where(
        Authority.upload_id == upload.id,
        or_(Authority.venue_id.is_(None), Authority.venue_id == Contract.venue_id),
    )
    if actor.venue_id is not None:
        query = query.where(Contract.venue_id == actor.venue_id)
    found = db.session.scalar(query.limit(1))
    return found is not None and may(actor, "contract.view", found)


def _contracts(upload: Upload) -> Iterator[Contract]:
    of_acceptance = select(Contract).join(Acceptance, Acceptance.contract_id == Contract.id)
    with_payment = of_acceptance.join(Payment, Payment.acceptance_id == Acceptance.id)
    with_refund = with_payment.join(Refund, Refund.payment_id == Payment.id)
    brought = (Payment.slip_upload, Payment.payer_statement, Payment.receipt_upload)
    for column in brought:
        yield from db.session.scalars(with_payment.where(column == upload.id))
    yield from db.session.scalars(with_refund.where(Refund.slip_upload == upload.id))
    invoiced = of_acceptance.join(Invoice, Invoice.acceptance_id == Acceptance.id)
    files = (Invoice.file_upload, Invoice.red_upload)
    for file in files:
        yield from db.session.scalars(invoiced.where(file == upload.id))
    attached = select(Contract).join(Attachment, Attachment.contract_id == Contract.id)
    yield from db.session.scalars(attached.where(Attachment.upload_id == upload.id))
    with_act = of_acceptance.join(DutyFile, DutyFile.acceptance_id == Acceptance.id)
    yield from db.session.scalars(with_act.where(DutyFile.upload_id == upload.id))
    resulted = select(Contract).join(RegistrationResult, RegistrationResult.contract_id == Contract.id)
    yield from db.session.scalars(resulted.where(RegistrationResult.certificate_upload == upload.id))
    stamped = select(Contract).join(StampedSheet, StampedSheet.contract_id == Contract.id)
    yield from db.session.scalars(stamped.where(StampedSheet.upload_id == upload.id))
