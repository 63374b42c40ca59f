"""The places of a contract's package and what fills each: parties' uploads, found where they were brought,
and attachments.

Slots are those of domain/technology-contract-registration.md section 4. Nothing is faked: an empty slot is
missing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry import clock
from registry.contracts import acted, authorities, stamping, stamps
from registry.contracts.acted import Papers
from registry.contracts.models import Acceptance, Attachment, Contract
from registry.contracts.stamping import Seat
from registry.database import db
from registry.parties.models import Authority, Upload
from registry.parties.rules import AuthorityKind

BROUGHT = {
    "02b": "盖章签署扫描件",
    "05": "支付凭证",
    "06": "专利证书或登记簿副本、年费状态",
    "07a": "主体证明（卖方）",
    "07b": "主体证明（买方）",
    "08": "授权委托书",
    "08a": "法定代表人授权书",
    "08b": "委托登记授权书",
    "12": "交易凭证",
    "13": "专利许可备案证明",
    "14": "发票",
    "15": "技术进出口许可证或者登记证书",
}
"""Slots that parties or the venue fill; the rest is generated."""
SEATS = {
    stamping.LICENSOR: "许可方",
    stamping.CO_OWNER: "共有专利权人",
    stamping.AGENCY: "代理机构",
    stamping.LICENSEE: "被许可方",
}
"""What a signatory is called on papers."""

APPROVAL = "15"
"""Where a party from outside the mainland takes part (TIE; GL 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One upload in its slot; `of` names whom it shows, where a slot holds one file for each party;
    `original` whether the paper original has come too.
    """

    slot: str
    upload: Upload
    of: str = ""
    original: bool = False


def brought(contract: Contract) -> list[Brought]:
    """Everything parties have brought for a contract, by slot, then in the order it came."""
    valid = authorities.valid_of([contract.holder_id], clock.today())
    papers = acted.papers_of([contract])
    wanted = [*_own(contract, valid, papers), *((row.slot, row.upload_id) for row in _attachments(contract))]
    uploads = {row.id: row for row in db.session.scalars(select(Upload).where(Upload.id.in_(_ids(wanted))))}
    seen: dict[tuple[str, str], Brought] = {}
    for slot, upload_id in wanted:
        upload = uploads.get(upload_id) if upload_id else None
        if upload is not None:
            seen.setdefault((slot, upload.digest), Brought(slot=slot, upload=upload))
    for upload, places in stamps.current(contract):
        whose = _roles(one.seat for one in places)
        original = all(one.original for one in places)
        one = Brought(slot=stamps.SLOT, upload=upload, of=whose, original=original)
        seen.setdefault((stamps.SLOT, upload.digest), one)
    return sorted(seen.values(), key=lambda one: (one.slot, one.upload.created_at, one.upload.digest))


def filled(contract: Contract) -> frozenset[str]:
    """The slots that hold a file."""
    return filled_of([contract]).get(contract.id, frozenset())


def filled_of(contracts: Sequence[Contract]) -> dict[UUID, frozenset[str]]:
    """The slots that hold a file, by contract, in five statements whatever their number. Stamped sheets are
    no part of it: how far they have come, `Contract.stamp` says.
    """
    ids = [one.id for one in contracts]
    attached = select(Attachment).where(Attachment.contract_id.in_(ids))
    valid = authorities.valid_of((one.holder_id for one in contracts), clock.today())
    papers = acted.papers_of(contracts)
    wanted = [(one.id, slot, upload_id) for one in contracts for slot, upload_id in _own(one, valid, papers)]
    wanted += [(row.contract_id, row.slot, row.upload_id) for row in db.session.scalars(attached)]
    named = {upload_id for _, _, upload_id in wanted if upload_id is not None}
    there = set(db.session.scalars(select(Upload.id).where(Upload.id.in_(named))))
    found: dict[UUID, set[str]] = {}
    for contract_id, slot, upload_id in wanted:
        if upload_id in there:
            found.setdefault(contract_id, set()).add(slot)
    return {contract_id: frozenset(held) for contract_id, held in found.items()}


def _roles(seats: Iterable[Seat]) -> str:
    """Whose stamps a file shows, as its name in the package says it."""
    return "、".join(dict.fromkeys(SEATS[one.role] for one in seats))


def _own(
    contract: Contract, valid: Iterable[Authority], papers: Papers
) -> Iterator[tuple[str, UUID | None]]:
    yield "07a", contract.holder.evidence_upload
    yield "07b", contract.licensee.evidence_upload
    for authority in authorities.at_venue(valid, contract.holder_id, contract.venue_id):
        if authority.kind == AuthorityKind.UNIT:
            continue  # of a unit what it acted under, and of one that did not act none
        yield authorities.SLOT[AuthorityKind(authority.kind)], authority.upload_id
    for acceptance in contract.acceptances:
        yield from _of_acceptance(acceptance)
        yield from papers.of(acceptance)


def _of_acceptance(acceptance: Acceptance) -> Iterator[tuple[str, UUID | None]]:
    patent, declarant = acceptance.declaration.patent, acceptance.version.answers.get("declarant", {})
    yield "06", patent.certificate_upload
    yield "06", patent.annuity_upload
    if patent.report is not None:
        yield "06", patent.report.upload_id
    if declarant.get("authority_upload"):
        yield "08a", UUID(declarant["authority_upload"])
    if (declarant.get("agency") or {}).get("power_upload"):
        yield "08", UUID(declarant["agency"]["power_upload"])
    for payment in acceptance.payments:
        yield "05", payment.slip_upload


def _attachments(contract: Contract) -> Iterable[Attachment]:
    query = select(Attachment).where(Attachment.contract_id == contract.id).order_by(Attachment.added_at)
    return db.session.scalars(query).all()


def _ids(wanted: Iterable[tuple[str, UUID | None]]) -> list[UUID]:
    return [upload_id for _, upload_id in wanted if upload_id is not None]
