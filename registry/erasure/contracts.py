"""A contract's personal and confidential data: the frozen records, money's particulars, papers, files,
packages.

Amounts, days, offices, official numbers, states, digests and places in the log stay.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import select

from registry import clock
from registry.contracts import bank_lines, corrections, register, registration, stamps
from registry.contracts import record as records
from registry.contracts.basket_models import JointPayment
from registry.contracts.models import Acceptance, Attachment, Contract, Decision, Payment, Refund
from registry.contracts.money_models import Invoice, PaymentRequest
from registry.contracts.printed_models import MadeFile, SealedPaper
from registry.contracts.registration_models import ResultImportRow
from registry.contracts.rules import AcceptanceState, PaymentState, RefundState, RegistrationState
from registry.database import db
from registry.erasure import duties, traces
from registry.erasure.listing import Goes, Listing, blanked, opening, removed, stored
from registry.erasure.rules import Kind, Situation, retained_to
from registry.exports.models import Batch, BatchContract, Standing
from registry.exports.rules import OPEN_BATCHES
from registry.ledger import service as ledger
from registry.ledger.filings import RELAYED

_OPEN = (
    AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED, AcceptanceState.IN_DECISION,
    AcceptanceState.REFUND_DUE, AcceptanceState.MANUAL_REVIEW,
)  # fmt: skip
_AT_REGISTRAR = (
    RegistrationState.EXPORTED, RegistrationState.SUBMITTED, RegistrationState.ACCEPTED,
    RegistrationState.CORRECTION,
)  # fmt: skip
_OPEN_PAYMENTS = (PaymentState.CLAIMED, PaymentState.DISPUTED)


def find(number: str, *, locked: bool = False) -> Contract:
    """The contract, with everything of it locked when it is about to be erased. Raises NotFound."""
    contract = register.find_contract(number)
    if locked:
        for acceptance_id in sorted(one.id for one in contract.acceptances):
            register.lock(acceptance_id)
        contract = registration.lock(contract)
    return contract


def situation(contract: Contract) -> Situation:
    """What may stand against it."""
    return Situation(
        erased=contract.erased_at is not None,
        in_force=any(one.state == AcceptanceState.EFFECTIVE for one in contract.acceptances),
        open_question=_open_question(contract),
        retained_to=retained_to(*(_counts_from(one) for one in contract.acceptances)),
        busy=traces.at_work(_ids(contract)) or _being_packed(contract),
    )


def listing(contract: Contract) -> Listing:
    """Everything of the contract that goes."""
    me = f"contract {contract.number}"
    files, stays = traces.uploads(_uploads(contract), me)
    words = [contract.number, *(one.number for one in contract.acceptances)]
    goes = [
        *_disclosures(contract),
        *_rows(contract),
        *(gone for paper in contract.papers for gone in stored(paper.digest)),
        *_made(contract),
        *_packages(contract),
        *files,
        *traces.of_ids(_ids(contract), words),
    ]
    return Listing(
        kind=Kind.CONTRACT, subject=contract.number, row=contract, goes=tuple(goes), stays=tuple(stays)
    )


def _disclosures(contract: Contract) -> Iterator[Goes]:
    """What opens the filings of its licenses, and of no other that was noticed under the same number."""
    own = {one.declaration.number for one in contract.acceptances}
    for number in dict.fromkeys((contract.number, contract.filed_under)):
        split = number != contract.number or _has_split(contract)
        filings = dict(ledger.filings_about(number))
        opened = ledger.opened(number)
        filings |= {seq: ledger.filed_at(seq)[1] for seq, _ in opened}
        about = {seq: filed.fields.get("declaration") for seq, filed in filings.items()}
        goes = {
            seq
            for seq, named in about.items()
            if not split or named in own or (named is None and number == contract.number)
        }
        yield from (opening(seq, path) for seq, path in opened if seq in goes)
        for said in (
            said for seq in sorted(goes) for said in filings[seq].statements if said.level == RELAYED
        ):
            yield from (opening(*place) for place in ledger.opened(said.kid))  # whose signature it passes on


def _has_split(contract: Contract) -> bool:
    """Whether a license was split off, whose filings stand under this number too."""
    query = select(Contract.id).where(Contract.split_from_id == contract.id).limit(1)
    return db.session.scalar(query) is not None


def _joint(contract: Contract) -> Iterator[Goes]:
    """The request of a transfer that names its licensee, its account and the licenses of the list."""
    for row in _transfers(contract):
        if row.digest:
            yield from stored(row.digest)


def _transfers(contract: Contract) -> list[JointPayment]:
    references = {one.reference for one in contract.acceptances if one.checkout_id is not None} - {None}
    query = select(JointPayment).where(JointPayment.reference.in_(references)).order_by(JointPayment.id)
    return list(db.session.scalars(query))


def _rows(contract: Contract) -> Iterator[Goes]:
    yield from blanked(contract, seal_names=[])
    for sheet in stamps.all_sheets(contract):
        yield from blanked(sheet, embedded=[])
        for reading in sheet.readings:
            yield from blanked(reading, written="", sealed="", reason="")
    for one in contract.acceptances:
        yield from blanked(
            one,
            answers={},
            nonce="",
            salts={},
            record=records.without_persons(one.record),
            statement_fields={},
            reference=None,
        )
        for payment in one.payments:
            yield from blanked(
                payment,
                payer="",
                payer_reason="",
                payer_account="",
                bank_serial="",
                arrived_serial="",
                outcome_note="",
                account={},
            )
        yield from (removed(line) for line in bank_lines.of_payments([paid.id for paid in one.payments]))
    for invoice in _invoices(contract):
        yield from blanked(invoice, **dict.fromkeys(_OF_BUYER, ""))
    for request in _requests(contract):
        yield from blanked(request, reference="", account={})
        if request.digest:
            yield from stored(request.digest)
    yield from _joint(contract)
    for decision in _decisions(contract):
        yield from blanked(decision, asked_reason="", reasons="")
    for result in contract.results:
        yield from blanked(result, words="")
    yield from duties.rows(contract)
    for row in result_rows(contract):
        yield from blanked(row, given={}, facts={}, reasons=[], proposals=[])
    for correction in corrections.of(contract):
        yield from blanked(correction, mended={path: ["", ""] for path in correction.mended}, reason="")


def _made(contract: Contract) -> Iterator[Goes]:
    """Copies under the seal, and files somebody asked for: the rows of these name who did."""
    papers = [paper.id for paper in contract.papers]
    sealed = select(SealedPaper).where(SealedPaper.paper_id.in_(papers)).order_by(SealedPaper.id)
    for row in db.session.scalars(sealed):
        yield from stored(row.digest)
    asked = select(MadeFile).where(MadeFile.contract_id == contract.id).order_by(MadeFile.id)
    for one in db.session.scalars(asked):
        if one.digest:
            yield from stored(one.digest)
        yield removed(one)


def result_rows(contract: Contract) -> list[ResultImportRow]:
    """Its rows in lists of results, words of the registrar among them."""
    query = select(ResultImportRow).where(ResultImportRow.contract_id == contract.id)
    return list(db.session.scalars(query))


def _packages(contract: Contract) -> Iterator[Goes]:
    """Its places in batches, and the archives that hold its package: copies, packed of several contracts."""
    query = select(BatchContract).where(BatchContract.contract_id == contract.id)
    standing = db.session.get(Standing, contract.id)
    if standing is not None:
        yield removed(standing)
    for place in db.session.scalars(query):
        kept = _without_package(place.row) if place.row else {}
        yield from blanked(place, row=kept, refusals=[_without_words(one) for one in place.refusals])
        batch = db.session.get_one(Batch, place.batch_id)
        if batch.digest:
            yield from stored(batch.digest)


def _without_package(row: dict[str, object]) -> dict[str, object]:
    """The row of a list as far as sums and pages need it."""
    form = row["form"]
    assert isinstance(form, dict)
    amounts = {name: form[name] for name in ("total_amount", "technology_amount")}
    names = dict.fromkeys(("seller_name", "buyer_name"), records.GONE)
    return {"contract": row["contract"], "form": {**amounts, **names}, "missing": [], "erased": True}


def _without_words(refusal: dict[str, object]) -> dict[str, object]:
    """Why a contract was refused, without the names in it."""
    return {**refusal, "params": {}}


def _counts_from(acceptance: Acceptance) -> date | None:
    """The day retention is counted from: a license's patent and term, or the end of what became none."""
    if acceptance.noticed_at is None:
        return None
    if acceptance.effective_on is None:
        return acceptance.ended_on or clock.legal_day(acceptance.noticed_at)
    days = [records.patent_last_day(acceptance.declaration.patent), acceptance.last_day, acceptance.ended_on]
    return max(day for day in days if day is not None)


def _open_question(contract: Contract) -> bool:
    return (
        contract.registration in _AT_REGISTRAR
        or any(one.state in _OPEN for one in contract.acceptances)
        or any(payment.state in _OPEN_PAYMENTS for payment in _payments(contract))
        or any(one.decided_at is None for one in _decisions(contract))
        or any(one.state not in (RefundState.CONFIRMED, RefundState.DROPPED) for one in _refunds(contract))
        or duties.open_question(contract)
    )


def _being_packed(contract: Contract) -> bool:
    """In a batch whose archive is not there yet: packing reads what would be erased."""
    query = (
        select(Batch.id)
        .join(BatchContract, BatchContract.batch_id == Batch.id)
        .where(BatchContract.contract_id == contract.id, Batch.state.in_(OPEN_BATCHES))
    )
    return db.session.scalar(query.limit(1)) is not None


def _uploads(contract: Contract) -> Iterator[UUID | None]:
    """Files brought for this contract; a party's own evidence and a patent's certificate are not its own."""
    for payment in _payments(contract):
        yield from (payment.slip_upload, payment.payer_statement, payment.receipt_upload)
    for invoice in _invoices(contract):
        yield from (invoice.file_upload, invoice.red_upload)
    yield from (refund.slip_upload for refund in _refunds(contract))
    attached = select(Attachment.upload_id).where(Attachment.contract_id == contract.id)
    yield from db.session.scalars(attached.order_by(Attachment.added_at))
    yield from (sheet.upload_id for sheet in stamps.all_sheets(contract))
    yield from (result.certificate_upload for result in contract.results)
    yield from duties.uploads(contract)
    yield from (row.certificate_upload for row in result_rows(contract))


def _ids(contract: Contract) -> list[UUID]:
    """The contract and everything of it that history, jobs and prepared acts may speak about."""
    return [
        contract.id,
        *(one.id for one in contract.acceptances),
        *(one.id for one in _payments(contract)),
        *(one.id for one in _refunds(contract)),
        *(one.id for one in _transfers(contract)),
        *(one.id for one in _decisions(contract)),
        *(one.id for one in contract.results),
        *(one.id for one in corrections.of(contract)),
        *duties.ids(contract),
    ]


def _payments(contract: Contract) -> list[Payment]:
    return [payment for one in contract.acceptances for payment in one.payments]


def _refunds(contract: Contract) -> list[Refund]:
    ids = [payment.id for payment in _payments(contract)]
    query = select(Refund).where(Refund.payment_id.in_(ids)).order_by(Refund.created_at)
    return list(db.session.scalars(query))


_OF_BUYER = (
    "title", "tax_number", "email", "address", "phone", "bank", "bank_account", "red_reason",
)  # fmt: skip


def _invoices(contract: Contract) -> list[Invoice]:
    ids = [one.id for one in contract.acceptances]
    query = select(Invoice).where(Invoice.acceptance_id.in_(ids)).order_by(Invoice.asked_at)
    return list(db.session.scalars(query))


def _requests(contract: Contract) -> list[PaymentRequest]:
    ids = [one.id for one in contract.acceptances]
    query = select(PaymentRequest).where(PaymentRequest.acceptance_id.in_(ids))
    return list(db.session.scalars(query.order_by(PaymentRequest.asked_at)))


def _decisions(contract: Contract) -> list[Decision]:
    ids = [one.id for one in contract.acceptances]
    query = select(Decision).where(Decision.acceptance_id.in_(ids)).order_by(Decision.asked_at)
    return list(db.session.scalars(query))
