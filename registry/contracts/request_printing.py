"""The worker prints requests for later dues: stored by content, then one filing with the row.

A crash before the filing leaves a stored file, which the next run finds again: same facts, same bytes.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry import jobs
from registry.contracts import due_request, dues, papers, payment_requests, printing, register
from registry.contracts.blocks import rendered
from registry.database import db, transaction
from registry.documents import store
from registry.documents.pdf import Rendered
from registry.ledger import service as ledger
from registry.ledger.filings import Filing


@jobs.handler(payment_requests.PRINT)
def print_request(payload: Mapping[str, Any]) -> None:
    """Print one request. Payload: request. Does nothing where it was printed already."""
    request_id = UUID(payload["request"])
    request = payment_requests.find(request_id)
    register.check_kept(request.acceptance.contract)
    if request.digest:
        return
    debt = dues.find(request.acceptance, request.due_key)
    asked = due_request.Asked(
        reference=request.reference,
        amount=request.amount,
        pay_by=request.pay_by,
        account=request.account,
        kind=str(debt.kind),
        number=debt.number,
        period=debt.period,
        day=request.asked_at,
    )
    composed = due_request.compose(printing.facts_of(request.acceptance), asked)
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    made = rendered(composed, printing.font_set())
    transaction(lambda: store.put(made.data, papers.MEDIA["pdf"]))
    transaction(lambda: _enter(request_id, made))


def _enter(request_id: UUID, made: Rendered) -> None:
    request = payment_requests.find(request_id)
    register.lock(request.acceptance_id)
    db.session.refresh(request)
    if request.digest:
        return
    contract = request.acceptance.contract
    register.check_kept(contract)
    name = f"payment_request:{request.due_key}"
    listed = [{"paper": name, "version": request.edition, "digest": made.digest}]
    fields = {"number": contract.number, "papers": listed}
    filed = ledger.append([Filing(type="papers.issued", subject=contract.number, fields=fields)])[0]
    request.digest, request.pages, request.issued_seq = made.digest, made.pages, filed.seq
    jobs.enqueue("ledger.publish", {})
