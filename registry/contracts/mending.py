"""Where what readiness found is mended, by whom, and what it is about in the reader's words.

The contract's page, the venue's list and the API say the same of a finding because they ask here. An address
is given only to a reader who can do something there; others read whose turn it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _

from registry.contracts import cases, corrigible
from registry.contracts.models import Acceptance, Contract
from registry.contracts.readiness import Finding
from registry.contracts.words import said
from registry.errors import Refused
from registry.parties.rules import Actor

Side = Literal["clerk", "seller", "buyer"]
SLOT_OF: Mapping[str, str] = {
    "uploads.payment": "05",
    "uploads.patent": "06",
    "uploads.seller": "07a",
    "uploads.buyer": "07b",
    "uploads.power": "08",
    "uploads.authority": "08a",
    "uploads.approval": "15",
}
"""Which place of the package an upload fills."""
CLERKS = frozenset({"stamps", "classification", "registrar", "applicant", "registrar_account"})
_PATH_OF = {"address": "address", "contact": "contact_name", "phone": "contact_phone",
            "representative": "legal_representative"}  # fmt: skip
"""A party's particulars that a correction may mend; the rest of a frozen party is the party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """`url` is empty for a reader who cannot mend it; `by` is whose turn it is."""

    url: str
    label: str
    by: Side


def side_of(actor: Actor, contract: Contract) -> Side | None:
    """Which side of a contract a reader is on; None for one who only reads."""
    if actor.venue_id is not None and actor.venue_id == contract.venue_id:
        return "clerk"
    if actor.organisation_id == contract.holder_id:
        return "seller"
    return "buyer" if actor.organisation_id == contract.licensee_id else None


def of(contract: Contract, finding: Finding, side: Side | None) -> Mending:
    """The page, and where there is one the field, that mends a finding."""
    by = _turn(finding)
    reachable = side is not None and (side == by or (side == "clerk" and _clerk_may(finding)))
    url = _address(contract, finding, side) if side is not None and (reachable or _either(finding)) else ""
    return Mending(url=url, label=_label(finding), by=by)


def sentence_of(finding: Finding) -> Refused:
    """The finding as a refusal whose subject is said in words, for the catalogues' sentence."""
    plain = finding.refused()
    return Refused(plain.code, plain.field, plain.article, subject=_subject(finding) or "/")


def by_words(side: Side) -> str:
    """Whose turn it is, for those who cannot do it."""
    return str({"clerk": _("交易场所"), "seller": _("许可方"), "buyer": _("被许可方")}[side])


# --- inside ------------------------------------------------------------------------------------------


def _turn(finding: Finding) -> Side:
    if finding.mend in CLERKS:
        return "clerk"
    return "buyer" if finding.mend in ("parties.buyer", "uploads.payment", "uploads.buyer") else "seller"


def _clerk_may(finding: Finding) -> bool:
    """A venue's clerk brings files for the parties and checks them; what a party states it states itself."""
    return finding.code != "party_fact_missing" or _correctable(finding) is None


def _either(finding: Finding) -> bool:
    """Files and facts that each side may bring or look at."""
    looked_at = ("acceptance", "papers", "recordal", "stamps")
    return finding.mend.startswith("uploads.") or finding.mend in looked_at


def _address(contract: Contract, finding: Finding, side: Side | None) -> str:
    here = f"/contracts/{contract.number}"
    if finding.mend.startswith("uploads."):
        return f"{here}?slot={SLOT_OF[finding.mend]}#files"
    if finding.mend.startswith("parties."):
        return _party_address(contract, finding, side)
    found = _PAGES.get(finding.mend)
    return found(contract, finding, side) if found else here


def _party_address(contract: Contract, finding: Finding, side: Side | None) -> str:
    seller = finding.mend == "parties.seller"
    path, license_of = _correctable(finding), contract.acceptances[0]
    if path is not None and side != "clerk" and license_of.noticed_seq is not None:
        root = "licensor" if seller else "licensee"
        return f"/contracts/{contract.number}/corrections/{license_of.noticed_seq}#f-values-{root}-{path}"
    if side == "clerk":
        return f"/venue/organisations/{contract.holder_id if seller else contract.licensee_id}"
    return "/organisation"


def _correctable(finding: Finding) -> str | None:
    """The particular a correction of the notice can fill in, or None."""
    if finding.code != "party_fact_missing":
        return None
    root = "licensor" if finding.mend == "parties.seller" else "licensee"
    path = _PATH_OF.get(finding.subject.rpartition(".")[2])
    known = path is not None and f"{root}.{path}" in corrigible.FIELDS[corrigible.NOTICE]
    return path if known else None


def _license(contract: Contract, finding: Finding) -> Acceptance:
    """The license a finding about a patent belongs to."""
    for one in contract.acceptances:
        if one.record["patents"][0]["number"] in finding.subject:
            return one
    return contract.acceptances[0]


def _patent(contract: Contract, finding: Finding, side: Side | None, *, page: str) -> str:
    """The holder states how the patent is; the clerk compares it with the register."""
    found = _license(contract, finding)
    if side == "clerk":
        return f"/venue/reviews/{found.declaration.number}"
    return f"/patents/{found.record['patents'][0]['number']}/{page}?next=/contracts/{contract.number}"


def _stamps(contract: Contract, _: Finding, side: Side | None) -> str:
    if side == "clerk" and contract.stamp in ("complete", "checked", "mismatch"):
        return f"/contracts/{contract.number}/stamp"
    return f"/contracts/{contract.number}/signatures"


def _declaration(contract: Contract, _: Finding, side: Side | None) -> str:
    number = contract.acceptances[0].declaration.number
    return f"/venue/reviews/{number}" if side == "clerk" else f"/declarations/{number}"


def _classification(contract: Contract, finding: Finding, _: Side | None) -> str:
    anchor = f"#f-{finding.subject}" if finding.subject else ""
    return f"/contracts/{contract.number}/classification{anchor}"


def _registrar(contract: Contract, _: Finding, side: Side | None) -> str:
    """Where the registrar's own view is kept: its row, or the venue's where no registrar is entered."""
    office = cases.standing(contract).office
    return f"/venue/registrars/{office.code}" if office else "/venue/zero-fee"


Page = Callable[[Contract, Finding, "Side | None"], str]
_PAGES: Mapping[str, Page] = {
    "acceptance": lambda contract, finding, _: f"/acceptances/{_license(contract, finding).number}",
    "fee": lambda contract, finding, _: f"/acceptances/{_license(contract, finding).number}",
    "amounts": lambda contract, finding, _: f"/acceptances/{_license(contract, finding).number}",
    "patent": lambda contract, finding, side: _patent(contract, finding, side, page="state"),
    "report": lambda contract, finding, side: _patent(contract, finding, side, page="report"),
    "stamps": _stamps,
    "declaration": _declaration,
    "classification": _classification,
    "registrar": _registrar,
    "applicant": lambda contract, finding, _: f"/contracts/{contract.number}/applicant",
    "registrar_account": lambda contract, finding, _: f"/contracts/{contract.number}/registrar-account",
    "recordal": lambda contract, finding, _: f"/contracts/{contract.number}/recordal",
    "papers": lambda contract, finding, _: f"/contracts/{contract.number}#papers",
}


def _label(finding: Finding) -> str:
    if finding.mend.startswith("uploads."):
        return str(_("上传材料"))
    if finding.mend.startswith("parties."):
        return str(_("补充当事人事项") if finding.code == "party_fact_missing" else _("核验主体"))
    return said(finding.mend, "mend")


def _subject(finding: Finding) -> str:
    """What a finding is about, in words: a place of the package, a field, a kind of term."""
    group = _GROUPS.get(finding.code)
    if group is None:
        return finding.subject
    head, dot, tail = finding.subject.rpartition(".")
    if group == "slot":
        return f"{finding.subject} {said(finding.subject, group)}"
    return f"{head}{_('：')}{said(tail, group)}" if dot else said(finding.subject, group)


_GROUPS = {
    "proof_missing": "slot",
    "classification_missing": "form_field",
    "party_fact_missing": "party_field",
    "patent_fact_missing": "patent_field",
    "monopoly_term": "monopoly",
}
