"""What a patentee has at hand when it asks for the annuity reduction of open licensing.

The reduction follows the recordal of a license, not the declaration, and reaches annuities not yet due then
[second-hand]; whoever grants it decides. The pack holds what this registry can show, and names what is
missing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from registry import clock
from registry.contracts import slots
from registry.contracts.blocks import Block, Composed, Facts, Grid, Heading, Paragraph, Title, rendered
from registry.contracts.models import Acceptance
from registry.contracts.paper_facts import day
from registry.contracts.rules import RecordalState
from registry.database import db
from registry.documents.archive import Archive, Member
from registry.documents.fonts import FontSet
from registry.documents.tables import Column
from registry.errors import Conflict
from registry.exports.packages import json_bytes
from registry.exports.recordal import made_member, stored_member, upload_ending
from registry.licenses.models import Declaration
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.rules import Actor

FORMAT = "mingxu-annuity-1"
STATES = {"due": "尚未提交", "filed": "已提交", "recorded": "已备案", "refused": "不予备案"}
_COLUMNS = (
    Column(heading="平台存证编号", share=1.9),
    Column(heading="被许可方", share=2.0),
    Column(heading="生效日", share=1.3),
    Column(heading="备案", share=0.9),
    Column(heading="备案号", share=1.5),
    Column(heading="备案日", share=1.3),
)


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
    licenses = _licenses(declaration)
    proofs = [(one, upload) for one in licenses for upload in _proofs(actor, one)]
    proven = {one.contract_id for one, _ in proofs}
    missing = tuple(f"{one.contract.number} 的备案证明" for one in licenses if one.contract_id not in proven)
    sheet = rendered(_sheet(declaration, licenses, missing), fonts).data
    files = [
        made_member("00 说明和清单.pdf", sheet),
        made_member("01 声明全文.txt", declaration.current.public_text.encode()),
        *(
            stored_member(f"02 备案证明 {number} {one.contract.number}{upload_ending(upload)}", upload.digest)
            for number, (one, upload) in enumerate(proofs, start=1)
        ),
    ]
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


def _sheet(declaration: Declaration, licenses: Sequence[Acceptance], missing: Sequence[str]) -> Composed:
    patent = declaration.patent
    rows = tuple(
        (
            one.contract.number,
            one.record["licensee"]["name"],
            day(one.effective_on),
            STATES.get(one.contract.recordal_state, "/"),
            one.contract.recordal_number or "/",
            day(one.contract.recordal_day),
        )
        for one in licenses
    )
    paid_to = patent.annuity_paid_to
    blocks: list[Block] = [
        Title("开放许可年费减免材料", "供专利权人办理时核对；非国家知识产权局制发的表格"),
        Facts(
            (
                ("专利", f"{patent.number}　{patent.title}"),
                ("专利权人", "、".join(one.name for one in patent.owners)),
                ("开放许可声明编号", declaration.cnipa_number),
                ("公告日", day(declaration.cnipa_announced_on)),
                ("撤回公告日", day(declaration.cnipa_withdrawn_on)),
                ("年费已缴至", day(paid_to)),
                ("制作日", day(clock.today())),
            )
        ),
        Heading("许可与备案", 2),
        Grid(_COLUMNS, rows) if rows else Paragraph("还没有生效的许可。"),
        Heading("缺少的材料", 2),
        Paragraph("；".join(missing) + "。" if missing else "无。"),
        Heading("提示", 2),
        Paragraph(
            "减免以许可已经备案为前提，只及于备案时尚未到期的年费；不与其他减免叠加；撤回声明后，自下一专利"
            "年度起不再减免（专利审查指南第五部分第十一章第8节）。"
        ),
        Paragraph(
            "减免的比例和办理方式以国家知识产权局当时的规定和审批为准；我们见到的资料称为百分之十五（二手资料，"
            "未核对原文）。本清单不构成任何承诺。",
            small=True,
        ),
    ]
    return Composed(
        title="开放许可年费减免材料",
        number=declaration.number,
        digest=declaration.current.digest if declaration.current else "",
        blocks=tuple(blocks),
    )


def _sha256(member: Member) -> str:
    with member.open() as stream:
        return hashlib.sha256(stream.read()).hexdigest()
