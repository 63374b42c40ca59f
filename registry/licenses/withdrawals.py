"""Withdrawing an offer: a ground, every patentee's written consent, no condition (PL 50; IR 86; GL 4).

An announced offer stays open until CNIPA announces the withdrawal; a local one closes with the filing here,
in the order of the ledger. Licenses already given are never touched.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused, refuse_all
from registry.jobs import enqueue
from registry.ledger.canonical import new_nonce, new_salt
from registry.ledger.filings import Filing, Statement
from registry.licenses import assembly, consents, offers, register, rules, statements
from registry.licenses.models import Declaration, Withdrawal
from registry.licenses.public_text import digest
from registry.parties import agency, approvals, mail
from registry.parties import service as parties
from registry.parties.agency import Power
from registry.parties.permissions import allow
from registry.parties.rules import Act, Actor, may_declare

OPEN_CLAIMS: list[Callable[[UUID], bool]] = []
"""Asked with a declaration's id: does a payment claim wait for its answer? Contracts live above and
register here.
"""


def find(number: str) -> Withdrawal:
    """A withdrawal by its public number. Raises NotFound."""
    found = db.session.scalar(select(Withdrawal).where(Withdrawal.number == number.strip().upper()))
    if found is None:
        raise NotFound("not_found")
    return found


def of_declaration(declaration: Declaration) -> Sequence[Withdrawal]:
    """Withdrawals prepared or filed, newest first."""
    query = select(Withdrawal).where(Withdrawal.declaration_id == declaration.id)
    return db.session.scalars(query.order_by(Withdrawal.created_at.desc())).all()


def prepare(
    actor: Actor, declaration: Declaration, *, ground: str, reason: str = "", condition: str = ""
) -> Withdrawal:
    """Write the withdrawal's text and ask every co-owner for consent to it. A new one replaces the one in
    the making.

    Raises Refused withdrawal_ground, withdrawal_conditional, required; Conflict wrong_state.
    """
    allow(actor, "declaration.withdraw", declaration)
    declaration = register.lock(declaration.id)
    _verb(declaration)
    refuse_all(rules.check_withdrawal(ground, reason, patentees=(), consented=(), condition=condition))
    for open_one in of_declaration(declaration):
        if open_one.filed_at is None:
            _drop(declaration, open_one)
    number = register.new_number("W")
    text = _text(declaration, number, ground, reason.strip())
    withdrawal = Withdrawal(
        id=new_id(),
        declaration_id=declaration.id,
        number=number,
        ground=ground,
        reason=reason.strip(),
        text=text,
        digest=digest(text),
        statement={"salts": {"reason": new_salt()}, "nonce": new_nonce()},
        created_at=clock.now(),
    )
    db.session.add(withdrawal)
    db.session.flush()
    history.record(actor, "prepare_withdrawal", declaration, changes={"number": number, "ground": ground})
    if consents.owners_to_ask(declaration):
        consents.ask(actor, declaration, "withdraw")
    return withdrawal


def statement_for(withdrawal: Withdrawal, *, power: Power | None = None) -> dict[str, Any]:
    """What the declarant, or its agent under a power, is asked to sign; the same until another withdrawal is
    prepared.
    """
    role = agency.stated("declarant", power)
    return statements.withdrawal_statement(withdrawal, nonce=withdrawal.statement["nonce"], role=role)


def obstacles(withdrawal: Withdrawal) -> list[Refused]:
    """What the withdrawal still lacks, consents above all (GL 4)."""
    declaration = withdrawal.declaration
    agreed = [consent.name for consent in consents.agreed(declaration, "withdraw", withdrawal.digest)]
    asked = [owner.name for owner in consents.owners_to_ask(declaration)]
    return rules.check_withdrawal(withdrawal.ground, withdrawal.reason, patentees=asked, consented=agreed)


def file(actor: Actor, withdrawal: Withdrawal, statement: Statement) -> Declaration:
    """File the signed withdrawal: a local offer closes here and now, an announced one waits for CNIPA's
    announcement.

    Raises Refused consent_missing, Conflict claims_open (a payer is not cut off by silence), stale_digest.
    """
    allow(actor, "declaration.withdraw", withdrawal.declaration)
    may_declare(confirmed=actor.confirmed, verified=parties.organisation_of(actor).verified_at is not None)
    declaration = register.lock(withdrawal.declaration_id)
    withdrawal = db.session.get_one(Withdrawal, withdrawal.id, populate_existing=True)
    if withdrawal.filed_at is not None:
        raise Conflict("already_filed", number=withdrawal.number)
    verb = _verb(declaration)
    refuse_all(obstacles(withdrawal))
    if dict(statement.fields) != statement_for(withdrawal, power=actor.power):
        raise Conflict("stale_digest", "statement")
    approvals.settle(actor, Act.WITHDRAW, withdrawal.number, of=declaration.holder_id)
    statements.check_signature(statement)
    if verb == "withdraw_local" and any(claimed(declaration.id) for claimed in OPEN_CLAIMS):
        raise Conflict("claims_open", article="PL 51; GL 7(3)", number=declaration.number)
    _keep(withdrawal, statement)
    register.move(actor, declaration, verb, number=withdrawal.number, ground=withdrawal.ground)
    if verb == "withdraw_local":
        close(declaration, withdrawal)
    else:
        declaration.withdrawal_filed_at = withdrawal.filed_at
        register.reindex(declaration)
    facts = {"declaration": declaration, "withdrawal": withdrawal, "local": verb == "withdraw_local"}
    mail.write_to_organisation(declaration.holder_id, "withdrawal_filed", **facts)
    mail.write_to_venue(declaration.venue_id, "withdrawal_filed", **facts)
    return declaration


def close(declaration: Declaration, withdrawal: Withdrawal) -> None:
    """Enter `declaration.withdrawn` and let contracts look at what was on its way: the log's order decides.
    """
    appended = register.enter(declaration, filing_of(withdrawal))[0]
    withdrawal.filed_seq = declaration.withdrawn_seq = appended.seq
    declaration.withdrawn_at = appended.instant
    enqueue("contracts.after_withdrawal", {"declaration": str(declaration.id)}, subject_id=declaration.id)


def filing_of(withdrawal: Withdrawal) -> Filing:
    """`declaration.withdrawn` with the statements of all who signed it."""
    kept = withdrawal.statement
    signed = [statements.decode_statement(one) for one in (kept["signed"], *kept["consents"])]
    return statements.withdrawn(withdrawal, statements.usable(signed))


def filed(declaration: Declaration) -> Withdrawal | None:
    """The withdrawal that has been filed and waits for CNIPA's announcement."""
    found = (one for one in of_declaration(declaration) if one.filed_at and not one.statement.get("rejected"))
    return next(found, None)


def reopen(declaration: Declaration) -> None:
    """Put a withdrawal that CNIPA refused aside: another may be prepared, with consents asked anew."""
    for withdrawal in of_declaration(declaration):
        if withdrawal.filed_at is not None and withdrawal.filed_seq is None:
            withdrawal.statement = {**withdrawal.statement, "rejected": clock.rfc3339(clock.now())}
    for consent in assembly.live_consents(declaration, "withdraw").values():
        consent.void_at = clock.now()


# --- inside ------------------------------------------------------------------------------------------


@approvals.subject(Act.WITHDRAW)
def _prepared(number: str) -> approvals.Subject:
    """A withdrawal that could be signed, by the digest of its text."""
    found = find(number)
    url = f"/declarations/{found.declaration.number}/withdrawals/{found.number}"
    return approvals.Subject(
        organisation_id=found.declaration.holder_id,
        digest=found.digest,
        url=url,
        patents=found.declaration.patent_numbers,
    )


def _verb(declaration: Declaration) -> str:
    """How the offer is withdrawn today. Raises Conflict wrong_state when it is not open."""
    if declaration.current is None:
        raise Conflict("wrong_state", state=declaration.state, verb="file_withdrawal")
    local = rules.withdraws_locally(offers.offer_of(declaration), clock.today())
    verb = "withdraw_local" if local else "file_withdrawal"
    rules.DECLARATION.move(declaration.state, verb)
    return verb


def _keep(withdrawal: Withdrawal, statement: Statement) -> None:
    agreed = consents.agreed(withdrawal.declaration, "withdraw", withdrawal.digest)
    withdrawal.statement = {
        **withdrawal.statement,
        "signed": statement.encode(),
        "consents": [consent.statement for consent in agreed if consent.statement],
    }
    withdrawal.filed_at = clock.now()
    db.session.flush()


def _drop(declaration: Declaration, withdrawal: Withdrawal) -> None:
    for consent in assembly.live_consents(declaration, "withdraw").values():
        consent.void_at = clock.now()
    db.session.delete(withdrawal)
    db.session.flush()


def _text(declaration: Declaration, number: str, ground: str, reason: str) -> str:
    """The exact text every patentee agrees to; it carries no condition (GL 4)."""
    patent = declaration.patent
    owners = "、".join(owner.name for owner in patent.owners)
    lines = [
        "专利开放许可声明撤回",
        "",
        f"撤回编号：{number}",
        f"声明编号：{declaration.number}（第 {declaration.version} 版）",
        f"开放许可声明编号（国家知识产权局）：{declaration.cnipa_number or '/'}",
        f"专利号：{patent.number}",
        f"发明创造名称：{' '.join(patent.title.split())}",
        f"专利权人：{owners}",
        f"撤回理由：{rules.WITHDRAWAL_GROUNDS[ground].zh}",
        "说明：",
        *[f"　　{line.strip()}" for line in reason.splitlines() if line.strip()],
        *(["　　/"] if not reason else []),
        "",
        "全体专利权人同意撤回上述专利开放许可声明。本撤回不附带任何条件，不影响在撤回生效之前已经给予的许可的效力。",
    ]
    return "\n".join(lines) + "\n"
