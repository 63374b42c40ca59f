"""The license bundle of a contract, as its readers may have it, alone or attached to the certificate."""

from dataclasses import dataclass
from uuid import UUID

from registry.contracts import papers_shown
from registry.contracts.models import Acceptance, Contract, Paper
from registry.database import db
from registry.errors import NotFound
from registry.ledger import service as ledger
from registry.ledger.attach import attach
from registry.ledger.canonical import jcs
from registry.ledger.checkpoints import note_head
from registry.ledger.filings import Filed
from registry.ledger.notes import parse_proof
from registry.ledger.relayed import SIGNED
from registry.parties.rules import Actor

CERTIFICATE = "certificate"
PRINTED = ("licensee", "licensor", "patents", "record", "nonce", "wording", SIGNED)
"""What a certificate's bundle opens of the notice: what the certificate says itself, for it is passed on."""


def of(actor: Actor, contract: Contract) -> bytes:
    """All that was filed, with what its sides, its venue and auditors may see: every value of the contract.

    What the declarant keeps to itself stays closed to the licensee.
    """
    foreign, number = actor.organisation_id == contract.licensee_id, contract.filed_under

    def shown(filed: Filed, path: str) -> bool:
        return filed.subject == number or not foreign

    return jcs(ledger.bundle(number, shown=shown))


@dataclass(frozen=True, slots=True)
class Carried:
    """A certificate with its bundle, and the size of the head that bundle reaches."""

    paper: Paper
    whole: bytes
    size: int


def certificate(contract: Contract, paper_id: UUID) -> tuple[Paper, bytes]:
    """A certificate with its bundle, which opens no more than the certificate says. Raises NotFound, Gone."""
    made = carried(contract, paper_id)
    return made.paper, made.whole


def carried(contract: Contract, paper_id: UUID) -> Carried:
    """The same, with how far it reaches. Raises NotFound, Gone."""
    paper, printed = papers_shown.find(contract, paper_id)
    if paper.kind != CERTIFICATE:
        raise NotFound("not_found")

    license = db.session.get_one(Acceptance, paper.acceptance_id)
    about = license.declaration.number  # another license of the contract is none of this paper's matter

    def shown(filed: Filed, path: str) -> bool:
        own = filed.fields.get("declaration") == about
        return filed.type == "license.noticed" and own and path in PRINTED

    made = ledger.bundle(license.filed_under, shown=shown)
    head = note_head(parse_proof(made["filings"][0]["proof"]).checkpoint)
    return Carried(paper, attach(printed, jcs(made)), head.size)
