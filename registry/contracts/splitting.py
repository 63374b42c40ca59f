"""One license of a contract of several that does not come about is split off into a contract of its own.

The others need not wait for it. The number both were noticed under stays with the others; the one that goes
gets a number that nobody had, and its filings go on under the number of its notice, naming its offer. Neither
number is ever given again.
"""

from registry import history
from registry.contracts import notices, register
from registry.contracts.models import Acceptance, Contract
from registry.contracts.reissue import REISSUE
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.jobs import enqueue
from registry.ledger.filings import Filing
from registry.parties.rules import Actor

GROUND = "split"
"""Why papers of a contract are printed again, a code of `correction_note.REISSUED`."""


def split_off(actor: Actor, acceptance: Acceptance, *, ground: str) -> Contract | None:
    """Give a license a contract of its own where others stand in its contract; the caller holds its lock.

    `ground` is what ended it. Filed before what ended it is. Returns the new contract, None for one alone.
    """
    former = db.session.get_one(Contract, acceptance.contract_id, with_for_update=True)
    db.session.refresh(former, ["acceptances"])
    others = [one for one in former.acceptances if one.id != acceptance.id]
    if not others:
        return None
    made = notices.new_contract(acceptance, register.fresh_number("C"))
    made.split_from_id = former.id
    db.session.add(made)
    db.session.flush()
    acceptance.contract = made
    fields = {
        "contract": acceptance.filed_under,
        "declaration": acceptance.declaration.number,
        "into": made.number,
        "ground": ground,
    }
    register.enter(Filing(type="contract.split", subject=acceptance.filed_under, fields=fields))
    changes = {"license": acceptance.number, "into": made.number, "ground": ground}
    history.record(actor, "split", former, changes=changes)
    history.record(actor, "split", made, changes={"from": former.number, "ground": ground})
    db.session.flush()
    db.session.expire(former, ["acceptances", "papers"])
    db.session.expire(made, ["acceptances", "papers"])
    _go_on(actor, former, others[0])
    return made


def _go_on(actor: Actor, contract: Contract, first: Acceptance) -> None:
    """The papers of the whole contract: what waited for the one that went is printed where the others stand,
    what was printed with it is printed again without.
    """
    whole = [paper for paper in contract.papers if paper.licenses]
    last = {paper.kind: paper for paper in sorted(whole, key=lambda one: one.version)}
    for kind, paper in last.items():
        asked = {"kind": kind, "edition": paper.version + 1, "ground": GROUND}
        enqueue(REISSUE, {"acceptance": str(first.id), **asked}, subject_id=first.id)
        changes = {"paper": kind, "edition": paper.version + 1, "ground": GROUND, "digest": paper.digest}
        history.record(actor, "reissue_paper", contract, changes=changes)
    if not whole and all(one.state == AcceptanceState.EFFECTIVE for one in contract.acceptances):
        register.print_effective(first)
