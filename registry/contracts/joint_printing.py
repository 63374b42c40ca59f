"""The worker prints requests of transfers for several licenses: stored by content, then filed with the row.

A crash before the filing leaves a stored file, which the next run finds again: same facts, same bytes.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry import jobs
from registry.contracts import joint_payments, joint_request, papers, printing, register
from registry.contracts.basket_models import JointPayment
from registry.contracts.blocks import rendered
from registry.database import db, transaction
from registry.documents import store
from registry.documents.pdf import Rendered
from registry.ledger import service as ledger
from registry.ledger.filings import Filing


@jobs.handler(joint_payments.PRINT)
def print_request(payload: Mapping[str, Any]) -> None:
    """Print one request. Payload: joint. Does nothing where it was printed already."""
    joint = joint_payments.find(UUID(payload["joint"]))
    found = [one for one in joint_payments.lines(joint) if one.contract.erased_at is None]
    if joint.digest or not found:
        return
    joint_id, number = joint.id, joint.checkout.number
    composed = joint_request.compose(number, [printing.facts_of(one) for one in found])
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    made = rendered(composed, printing.font_set())
    transaction(lambda: store.put(made.data, papers.MEDIA["pdf"]))
    transaction(lambda: _enter(joint_id, made))


def _enter(joint_id: UUID, made: Rendered) -> None:
    """One filing for each contract it asks for, which names no more than the paper's digest."""
    joint = db.session.get_one(JointPayment, joint_id, with_for_update=True)
    if joint.digest:
        return
    listed = [{"paper": "payment_request_joint", "version": 1, "digest": made.digest}]
    numbers = dict.fromkeys(one.filed_under for one in joint_payments.lines(joint))
    filings = [
        Filing(type="papers.issued", subject=one, fields={"number": one, "papers": listed}) for one in numbers
    ]
    joint.digest, joint.pages = made.digest, made.pages
    joint.issued_seq = ledger.append(filings)[0].seq
    register.publish()
