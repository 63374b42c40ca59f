"""Selective disclosure: a party shows of its license what it picks, and each part can be checked.

Filings that are not needed stay out of the bundle, but the effect, the end and corrections never do: who
shows a license may leave out its price, not that it is over. What is left out leaves salted commitments
behind, which say nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile, ZipInfo

from registry import jobs
from registry.contracts import disclosure_sheet, made_files, printing, register
from registry.contracts.blocks import rendered
from registry.contracts.models import Contract
from registry.contracts.printed_models import MadeFile
from registry.database import db
from registry.documents.fonts import FontSet
from registry.ledger import service as ledger
from registry.ledger.bundle_file import open_bundle
from registry.ledger.canonical import jcs, sha256_hex
from registry.ledger.filings import Filed
from registry.ledger.kinds import KINDS
from registry.ledger.policy import policy_of
from registry.ledger.relayed import SIGNED
from registry.ledger.setup import ledger_setup
from registry.parties.permissions import allow
from registry.parties.rules import Actor

ALWAYS = frozenset({"license.noticed", "license.effective", "license.ended", "correction", "papers.issued"})
PAYMENTS = frozenset({"payment.claimed", "payment.confirmed", "payment.refunded"})
OFFICES = frozenset({"registration.result", "recordal.result"})
DECLARATIONS = frozenset(name for name in KINDS if name.startswith("declaration."))
BUNDLE, SHEET = "license-bundle.json", "许可证明.pdf"
UNDATED = (2000, 1, 1, 0, 0, 0)  # the archive's own dates say nothing, as the papers' do


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to pick: the committed paths it opens, in these filings, which otherwise stay out."""

    label: str
    paths: tuple[str, ...]
    types: frozenset[str] = frozenset({"license.noticed"})
    with_types: frozenset[str] = frozenset()
    corrected: tuple[str, ...] = ()  # where a correction's new values of it begin

    def opens(self, kind: str, path: str) -> bool:
        """Whether it opens this path of a filing; who shows a value shows what it was corrected to."""
        if kind == "correction":
            return path.startswith(self.corrected)
        return kind in self.types and path in self.paths


PARTS: Mapping[str, Part] = {
    "licensee": Part(label="被许可方", paths=("licensee", SIGNED)),
    "licensor": Part(label="许可方", paths=("licensor",)),
    "patents": Part(label="专利", paths=("patents",)),
    "use": Part(label="实施用途", paths=("intended_use",), corrected=("values.notice.use",)),
    "contacts": Part(label="联系方式", paths=("contacts",), corrected=("values.notice.contact",)),
    "record": Part(label="合同记录摘要和随机数", paths=("record", "nonce", "wording")),
    "fee": Part(label="使用费与付款", paths=("amount",), types=PAYMENTS, with_types=PAYMENTS | DECLARATIONS),
    "offices": Part(
        label="登记与备案编号",
        paths=("numbers", "office"),
        types=OFFICES,
        with_types=OFFICES,
        corrected=("values.registra", "values.certificate_number", "values.number"),
    ),
}


def offered(contract: Contract) -> list[str]:
    """What can still be shown: values are gone once erased, and older notices commit to fewer of them."""
    kept = {row["path"] for one in contract.acceptances for row in ledger.disclosures(one.noticed_seq or 0)}
    filed = {"fee": True, "offices": bool(contract.results) or bool(contract.recordal_number)}
    return [name for name, part in PARTS.items() if filed.get(name, bool(kept & set(part.paths)))]


def bundle(contract: Contract, chosen: Collection[str]) -> bytes:
    """The bundle that opens what was picked and holds no filing that is not needed for it."""
    parts = [PARTS[name] for name in chosen]
    kept, number = ALWAYS.union(*(part.with_types for part in parts)), contract.filed_under

    def shown(filed: Filed, path: str) -> bool:
        return filed.subject == number and any(part.opens(filed.type, path) for part in parts)

    return jcs(ledger.bundle(number, shown=shown, without=KINDS.keys() - kept))


def ask(actor: Actor, contract: Contract, chosen: Collection[str]) -> MadeFile:
    """Have the archive made by the worker. Raises NotAllowed for whoever is no side of the license."""
    allow(actor, "contract.disclose", contract)
    return made_files.ask(actor, contract, made_files.DISCLOSURE, chosen=list(chosen))


@jobs.handler(made_files.JOBS[made_files.DISCLOSURE])
def make(payload: Mapping[str, Any]) -> None:
    """Make one archive. Payload: made. Does nothing where it was made, or is wanted no more."""
    row = db.session.get(MadeFile, UUID(payload["made"]))
    if row is None or row.digest:
        return
    register.check_kept(row.contract)
    data = archive(row.contract, row.chosen, fonts=printing.font_set())
    made_id = row.id
    db.session.rollback()
    made_files.keep(made_id, data)


def archive(contract: Contract, chosen: Collection[str], *, fonts: FontSet) -> bytes:
    """A ZIP of the bundle and the sheet that says what it shows; the sheet names the bundle's digest."""
    data = bundle(contract, chosen)
    opened = open_bundle(data, policy_of(ledger_setup().vkey))  # nothing is handed out that does not hold
    facts = printing.facts_of(contract.acceptances[0])
    labels = {name: part.label for name, part in PARTS.items()}
    paper = disclosure_sheet.compose(facts, labels, chosen, opened=opened, digest=sha256_hex(data))
    output = BytesIO()
    with ZipFile(output, "w") as packed:
        for name, content in ((SHEET, rendered(paper, fonts).data), (BUNDLE, data)):
            packed.writestr(ZipInfo(name, UNDATED), content)
    return output.getvalue()
