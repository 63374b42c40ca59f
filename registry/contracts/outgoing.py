"""Licenses as machines see them: explicit fields, what to sign in base64, money as text."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import clock, problems
from registry.contracts import (
    corrections,
    dues,
    mending,
    papers_shown,
    payment_requests,
    payments,
    register,
    registration,
)
from registry.contracts import record as records
from registry.contracts.debts import Debt
from registry.contracts.models import Acceptance, Contract, Correction, Payment, RegistrationResult
from registry.ledger.canonical import b64
from registry.ledger.filings import statement_bytes
from registry.ledger.statement_lists import StatementList
from registry.money import plain
from registry.parties.prepared import PreparedAct
from registry.parties.rules import Actor


def acceptance(found: Acceptance, *, leaf: str = "") -> dict[str, Any]:
    """An acceptance: numbers, state, where it stands in the log, what is due, its own dates. `leaf`, if that
    is known, is not looked up.
    """
    return {
        "number": found.number,
        "contract": found.contract.number,
        "declaration": found.record["declaration"]["number"],
        "state": found.state,
        "track": found.track,
        "record_digest": found.record_digest,
        "amount_due": found.amount_due,
        "pay_by": found.pay_by,
        "reference": found.reference,
        "noticed_at": found.noticed_at,
        "noticed_seq": found.noticed_seq,
        "leaf": leaf or register.leaf(found.noticed_seq),
        "effective_on": found.effective_on,
        "effective_at": found.effective_at,
        "effective_seq": found.effective_seq,
        "last_day": found.last_day,
        "ended_on": found.ended_on,
        "ended_ground": found.ended_ground,
    }


def whole(found: Acceptance) -> dict[str, Any]:
    """The same with its payments."""
    due = payments.outstanding(found)
    paid = [_plain(payment(one)) for one in found.payments]
    listed = [_debt(found, one) for one in dues.of(found)]
    return {**acceptance(found), "outstanding": due, "payments": paid, "dues": listed}


def _debt(found: Acceptance, debt: Debt) -> dict[str, Any]:
    """One due: its key, what of it is still to be paid, until when, under which reference."""
    return {
        "due": debt.key,
        "amount": plain(debt.amount) if debt.amount is not None else None,
        "rest": plain(debt.rest),
        "pay_by": _text(debt.due_on),
        "state": str(debt.state),
        "reference": payment_requests.reference(found, debt.key),
    }


def drafted(found: Acceptance) -> dict[str, Any]:
    """A prepared notice: the statement, its exact bytes, and the dates of a license taken today."""
    span = records.expected_term(found, date.fromisoformat(found.record["prepared_on"]))
    return {
        **acceptance(found),
        "amount_due": records.due_now(found.record),
        "statement": found.statement_fields,
        "pae": b64(statement_bytes(found.statement_fields)),
        "text_digest": found.version.digest,
        "term": {"first_day": span.first_day, "last_day": span.last_day, "shortened": span.shortened},
    }


def prepared(row: PreparedAct) -> dict[str, Any]:
    """An act that waits for its signature."""
    return {
        "prepared": row.id,
        "statement": row.statement,
        "pae": b64(statement_bytes(row.statement)),
    }


def prepared_list(row: PreparedAct) -> dict[str, Any]:
    """Several acts that wait for one signature."""
    statements = row.statement["list"]
    listed = StatementList(statements=tuple(statements))
    return {
        "prepared": row.id,
        "head": listed.head,
        "statements": statements,
        "pae": b64(listed.signed_bytes),
    }


def payment(found: Payment) -> dict[str, Any]:
    """A claim and what became of it."""
    return {
        "id": found.id,
        "transfer": found.transfer_id,
        "acceptance": found.acceptance.number,
        "due": found.due_key,
        "state": found.state,
        "amount": found.claimed_amount,
        "claimed_seq": found.claimed_seq,
        "settled_seq": found.settled_seq,
        "answer_due": found.answer_due,
    }


def _mending(found: mending.Mending) -> dict[str, str]:
    """Whose turn it is, and the page where the asker can do it; empty when the asker cannot."""
    return {"by": found.by, "url": found.url}


def contract(found: Contract, actor: Actor) -> dict[str, Any]:
    """A contract: its acceptances, what a registrar would miss, and what the registrar answered."""
    total = registration.total_of(found)
    effective = any(one.effective_on for one in found.acceptances)
    findings = registration.findings(found) if effective else []
    return {
        "number": found.number,
        "registration": found.registration,
        "stamp": found.stamp,
        "recordal": {
            "state": found.recordal_state,
            "number": found.recordal_number,
            "filed_on": _text(found.recordal_filed_on),
            "day": _text(found.recordal_day),
            "due": _text(registration.recordal_due(found)),
        },
        "total": {"amount": plain(total.amount), "basis": str(total.basis)},
        "findings": [
            {
                "code": one.code,
                "article": one.article,
                "severity": str(one.severity),
                "ground": one.ground,
                "subject": one.subject,
                "words": problems.sentence(mending.sentence_of(one)),
                "mend": _mending(mending.of(found, one, mending.side_of(actor, found))),
            }
            for one in findings
        ],
        "results": [_result(row) for row in found.results],
        "corrections": [_correction(row) for row in corrections.of(found)],
        "erased_at": clock.rfc3339(found.erased_at) if found.erased_at else None,
        "erased_ground": found.erased_ground,
        "acceptances": [whole(one) for one in found.acceptances],
    }


def _result(row: RegistrationResult) -> dict[str, Any]:
    """A registrar's answer as it stands today, corrections included."""
    values = corrections.result_values(row)
    names = ("day", "registration_number", "registrar")
    return {"result": row.result, **{name: values[name] for name in names}, "seq": row.seq}


def _correction(row: Correction) -> dict[str, Any]:
    values = {path: {"before": pair[0], "after": pair[1]} for path, pair in row.mended.items()}
    return {"seq": row.seq, "corrects": row.corrects, "type": row.kind, "side": row.side, "values": values}


def papers(found: Contract) -> dict[str, Any]:
    """The papers of a contract, each with its digest and address; `printing` while some are still made."""
    listed = papers_shown.of(found)
    newer = papers_shown.newer(listed)
    return {
        "printing": papers_shown.printing(found),
        "papers": [
            {
                "id": str(paper.id),
                "kind": paper.kind,
                "version": paper.version,
                "language": paper.language,
                "pages": paper.pages,
                "digest": paper.digest,
                "issued_at": clock.rfc3339(paper.issued_at),
                "superseded_by": str(newer[paper.id].id) if paper.id in newer else None,
                "url": f"/api/v1/contracts/{found.number}/papers/{paper.id}",
            }
            for paper in listed
        ],
    }


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers as they are, money, days and ids as text."""
    return {name: one if one is None or isinstance(one, int) else str(one) for name, one in value.items()}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
