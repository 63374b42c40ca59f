"""What a patentee has at hand when it asks for the annuity reduction of open licensing.

The reduction follows the recordal of a license, not the declaration, and reaches annuities not yet due then
[second-hand]; whoever grants it decides. The pack holds what this registry can show, and names what is
missing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import register, slots
from registry.contracts.blocks import rendered
from registry.contracts.models import Acceptance
from registry.contracts.rules import RecordalState
from registry.database import db
from registry.documents.archive import Archive, Member
from registry.documents.fonts import FontSet
from registry.errors import Conflict
from registry.exports import annuity_sheet
from registry.exports.annuity_sheet import About, License
from registry.exports.packages import json_bytes
from registry.exports.recordal import made_member, stored_member, upload_ending
from registry.licenses.models import Declaration
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.rules import Actor

FORMAT = "mingxu-annuity-1"
ANNOUNCED = {"cnipa_announce": "公告页", "cnipa_announce_withdrawal": "撤回公告页"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The archive and the names of what is missing."""

    archive: Archive
    missing: tuple[str, ...]


def pack(actor: Actor, declaration: Declaration, fonts: FontSet) -> Pack:
    """Make the pack of one declaration for its holder. Raises NotAllowed, NotFound, Conflict
    `annuity_not_announced` while CNIPA has announced nothing.
    """
    allow(actor, "declaration.view", declaration)
    if declaration.cnipa_announced_on is None or declaration.current is None:
        raise Conflict("annuity_not_announced", article="GL 8")
    licenses, pages = _licenses(declaration), list(_gazette(declaration))
    proofs = [(one, upload) for one in licenses for upload in _proofs(actor, one)]
    missing = _missing(licenses, {one.contract_id for one, _ in proofs}, pages)
    files = [
        made_member("01 声明全文.txt", declaration.current.public_text.encode()),
        *(
            stored_member(f"02 备案证明 {number} {one.contract.number}{upload_ending(upload)}", upload.digest)
            for number, (one, upload) in enumerate(proofs, start=1)
        ),
        *(stored_member(f"03 {name}{upload_ending(upload)}", upload.digest) for name, upload in pages),
    ]
    sheet = annuity_sheet.compose(_about(declaration, licenses), [one.name for one in files], missing)
    files.insert(0, made_member("00 说明和清单.pdf", rendered(sheet, fonts).data))
    folder = f"{declaration.number} 年费减免材料"
    members = [Member(name=f"{folder}/{one.name}", size=one.size, open=one.open) for one in files]
    manifest = {
        "format": FORMAT,
        "declaration": declaration.number,
        "missing": list(missing),
        "files": [{"name": one.name, "size": one.size, "sha256": _sha256(one)} for one in files],
    }
    members.append(made_member(f"{folder}/manifest.json", json_bytes(manifest)))
    return Pack(archive=Archive(members), missing=missing)


def _missing(
    licenses: Sequence[Acceptance], proven: set[UUID], pages: Sequence[tuple[str, Upload]]
) -> tuple[str, ...]:
    """What the patentee has to bring itself; a withdrawal's page is of no use to it."""
    page = () if any(name == ANNOUNCED["cnipa_announce"] for name, _ in pages) else ("开放许可声明的公告页",)
    wanted = tuple(f"{one.contract.number} 的备案证明" for one in licenses if one.contract_id not in proven)
    return (*page, *wanted)


def _gazette(declaration: Declaration) -> Iterator[tuple[str, Upload]]:
    """The pages of the gazette the venue brought with the announcements, and did not lose to an erasure."""
    for moved in history.of(declaration, verbs=tuple(ANNOUNCED)):
        given = moved.changes.get("gazette")
        upload = db.session.get(Upload, UUID(str(given))) if given else None
        if upload is not None and upload.erased_at is None:
            yield ANNOUNCED[moved.verb], upload


def _licenses(declaration: Declaration) -> Sequence[Acceptance]:
    """Every license of the offer that took effect, oldest first; what was erased shows nobody."""
    query = select(Acceptance).where(
        Acceptance.declaration_id == declaration.id, Acceptance.effective_on.is_not(None)
    )
    found = db.session.scalars(query.order_by(Acceptance.effective_on, Acceptance.number))
    return [one for one in found if one.contract.erased_at is None]


def _proofs(actor: Actor, license_: Acceptance) -> Iterator[Upload]:
    if license_.contract.recordal_state == RecordalState.RECORDED:
        for one in slots.brought(license_.contract):
            if one.slot == "13" and parties.may_see(actor, one.upload):
                yield one.upload


def _about(declaration: Declaration, licenses: Sequence[Acceptance]) -> About:
    patent, current = declaration.patent, declaration.current
    assert declaration.cnipa_announced_on is not None
    return About(
        declaration=declaration.number,
        digest=current.digest if current else "",
        cnipa_number=declaration.cnipa_number,
        announced_on=declaration.cnipa_announced_on,
        withdrawn_on=declaration.cnipa_withdrawn_on,
        patent=patent.number,
        title=patent.title,
        owners=tuple(one.name for one in patent.owners),
        annuity_paid_to=patent.annuity_paid_to,
        made_on=clock.today(),
        demonstration=register.settings().demo,
        licenses=tuple(_license(one) for one in licenses),
    )


def _license(one: Acceptance) -> License:
    assert one.effective_on is not None
    return License(
        contract=one.contract.number,
        licensee=one.record["licensee"]["name"],
        effective_on=one.effective_on,
        recordal=one.contract.recordal_state,
        recordal_number=one.contract.recordal_number,
        recordal_day=one.contract.recordal_day,
    )


def _sha256(member: Member) -> str:
    with member.open() as stream:
        return hashlib.sha256(stream.read()).hexdigest()
