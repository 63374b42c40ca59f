"""What machines are told of declarations, withdrawals, consents and reviews, as JSON's plain values."""

from collections.abc import Iterable, Mapping
from typing import Any

from registry import problems
from registry.errors import NotFound, Refused
from registry.ledger.canonical import b64
from registry.ledger.filings import statement_bytes
from registry.licenses import assembly, consents, reviews, task_list, withdrawals
from registry.licenses.models import Consent, Declaration, Withdrawal
from registry.licenses.service import STEPS


def prepared(statement: Mapping[str, Any], *, text: str, digest: str) -> dict[str, Any]:
    """What is to be signed, and the text it binds."""
    return {
        "digest": digest,
        "text": text,
        "statement": dict(statement),
        "pae": b64(statement_bytes(statement)),
    }


def declaration(found: Declaration, *, checked: bool = True) -> dict[str, Any]:
    """A declaration; `checked` adds its steps and, while it is a draft, what stands against signing it."""
    version = found.current
    plain = {
        "number": found.number,
        "state": found.state,
        "patent": found.patent.number,
        "venue": found.venue.code,
        "open_from": found.open_from,
        "version": found.version,
        "digest": version.digest if version else "",
        "cnipa_status": found.cnipa_status,
        "cnipa_number": found.cnipa_number,
        "cnipa_announced_on": found.cnipa_announced_on,
        "published_seq": found.published_seq,
    }
    if not checked:
        return plain
    steps = {name: found.draft[name] for name in STEPS if name in found.draft}
    open_ = found.state in assembly.EDITABLE
    return {**plain, "steps": steps, "problems": refusals(task_list.problems(found) if open_ else ())}


def withdrawal(found: Withdrawal) -> dict[str, Any]:
    """A withdrawal, and while it waits for its signature what to sign and what is missing."""
    open_ = found.filed_at is None
    plain = {
        "number": found.number,
        "ground": found.ground,
        "reason": found.reason,
        "digest": found.digest,
        "text": found.text,
        "filed": not open_,
        "declaration_state": found.declaration.state,
        "missing": refusals(withdrawals.obstacles(found) if open_ else ()),
    }
    if not open_:
        return plain
    return {**plain, **prepared(withdrawals.statement_for(found), text=found.text, digest=found.digest)}


def consent(found: Consent) -> dict[str, Any]:
    """What a co-owner is asked; while it has not answered, what agreeing means in bytes."""
    text = consent_text(found)
    plain = {
        "declaration": found.declaration.number,
        "purpose": found.purpose,
        "name": found.name,
        "answer": found.answer,
        "digest": found.digest,
        "text": text,
    }
    if found.answer:
        return plain
    return {**plain, **prepared(consents.statement_for(found), text=text, digest=found.digest)}


def consent_text(found: Consent) -> str:
    """The text a consent is about: the frozen one with its digest, else the present one. Raises NotFound."""
    kept: list[tuple[str, str]]
    if found.purpose == "withdraw":
        kept = [(one.digest, one.text) for one in withdrawals.of_declaration(found.declaration)]
    else:
        kept = [(one.digest, one.public_text) for one in found.declaration.versions]
    frozen = next((text for digest, text in kept if digest == found.digest), "")
    if frozen:
        return frozen
    if found.purpose == "withdraw":
        raise NotFound("not_found")
    return assembly.present(found.declaration).text_zh


def review(found: Declaration, *, age: int = 0, flags: Iterable[str] = ()) -> dict[str, Any]:
    """A declaration under review: the findings so far and what keeps it from being published."""
    lines = {
        name: {"verdict": line.verdict, "note": line.note} for name, line in reviews.lines_of(found).items()
    }
    obstacles = refusals(reviews.obstacles(found))
    return {
        "number": found.number,
        "state": found.state,
        "age": age,
        "flags": list(flags),
        "lines": lines,
        "obstacles": obstacles,
    }


def refusals(found: Iterable[Refused]) -> list[dict[str, str]]:
    """Refusals as problem documents list them, with the step that mends each."""
    return [
        {
            "code": one.code,
            "field": one.field,
            "article": one.article,
            "detail": problems.sentence(one),
            "step": task_list.step_of(one),
        }
        for one in found
    ]
