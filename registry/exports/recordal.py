"""The pack for recording a license with CNIPA, from the same frozen record as the registration package.

Announced open licenses: the seven documents of GL 7, and no two-sided contract among them. Licenses given
before an announcement: the ordinary recordal with its contract. What nobody has brought is named as missing;
the identity of whoever hands it in is never collected here.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import PurePath
from typing import Any

from registry.contracts import paper_wording, printing, register, registration, slots
from registry.contracts.blocks import Composed, rendered
from registry.contracts.models import Contract
from registry.contracts.paper_facts import PaperFacts
from registry.documents import store
from registry.documents.archive import CHUNK, Archive, Member
from registry.documents.fonts import FontSet
from registry.errors import Conflict
from registry.exports import recordal_papers as sheets
from registry.exports.frozen import licenses_of
from registry.exports.packages import ENGLISH, json_bytes
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.rules import Actor

FORMAT = "mingxu-recordal-1"
PRESENT, MISSING, WITH_OTHER, AT_COUNTER = "已有", "缺", "由对方提供", "办理时出示"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One document of the pack: its files, and what to say of it in the contents."""

    number: str
    name: str
    state: str
    who: str
    files: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The archive, and for each document whether it is there."""

    archive: Archive
    places: tuple[tuple[str, str, str, str], ...]
    missing: tuple[str, ...] = field(default=())


def pack(actor: Actor, contract: Contract, fonts: FontSet) -> Pack:
    """Make the pack as this actor may hold it: others' identity papers are not handed round.

    Raises NotAllowed, Gone after erasure, Conflict `recordal_not_due` while no license is in force.
    """
    allow(actor, "contract.view", contract)
    register.check_kept(contract)
    licenses = licenses_of(contract)
    if not licenses or not printing.issued(contract, "notice"):
        raise Conflict("recordal_not_due")
    facts = [printing.facts_of(one) for one in licenses]
    places = tuple(_places(actor, contract, facts, fonts))
    listed = tuple((one.number, one.name, one.state, one.who) for one in places)
    due = registration.recordal_due(contract)
    head = _made("00", "目录", sheets.contents(facts[0], listed, due=due), fonts)
    files = [head, *(file for place in places for file in place.files)]
    manifest = _manifest(contract, facts[0], listed, files)
    folder = f"{contract.number} 备案材料"
    members = [Member(name=f"{folder}/{one.name}", size=one.size, open=one.open) for one in files]
    members.append(made_member(f"{folder}/manifest.json", json_bytes(manifest)))
    missing = tuple(one.name for one in places if one.state == MISSING)
    return Pack(archive=Archive(members), places=listed, missing=missing)


def _places(
    actor: Actor, contract: Contract, facts: Sequence[PaperFacts], fonts: FontSet
) -> Iterator[_Place]:
    first = facts[0]
    sheet = _made("01", "备案信息表", sheets.data_sheet(facts), fonts)
    who = "本平台生成，供抄录；申请表在国家知识产权局网站填写，由申请人签章"
    yield _ready("01", "备案申请表（信息表）", who, sheet)
    brought = slots.brought(contract)
    side = sheets.applicant(first)
    if first.statutory:
        notices = tuple(_printed(contract, "notice", "02", "实施通知书"))
        yield _ready("02", "被许可方致专利权人的书面通知", "本平台出具", *notices)
        yield _paid(actor, brought, facts, fonts)
        yield _identity(actor, brought, "04", side)
        yield _power(actor, brought, facts, "05")
        yield _at_counter("06")
        yield _ready("07", "其他：许可声明全文及公告信息", "本平台出具", *_declarations(contract, facts))
        return
    signed = tuple(_printed(contract, "contract", "02", "许可合同"))
    scans = tuple(_uploads(actor, brought, "02b", "02", "盖章签署扫描件"))
    yield _ready("02", "专利实施许可合同", "本平台出具；备案须双方签章", *signed, *scans)
    yield _identity(actor, brought, "03", "holder")
    yield _identity(actor, brought, "04", "licensee")
    yield _power(actor, brought, facts, "05")
    yield _at_counter("06")


def _ready(number: str, name: str, who: str, *files: Member) -> _Place:
    return _Place(number=number, name=name, state=PRESENT if files else MISSING, who=who, files=files)


def _paid(
    actor: Actor, brought: Sequence[slots.Brought], facts: Sequence[PaperFacts], fonts: FontSet
) -> _Place:
    """03: the bank slips, or the statement that nothing was due before the license (GL 7(3))."""
    unpaid = [one for one in facts if not one.amount_due]
    made = [file for n, one in enumerate(unpaid, start=1) for file in _nothing_payable(n, one, fonts)]
    slips = list(_uploads(actor, brought, "05", "03", "支付凭证"))
    if len(unpaid) < len(facts) and not slips:
        return _ready("03", "支付许可使用费的凭证", "被许可方：银行回单")
    who = "被许可方；说明由申请人签章"
    return _ready("03", "支付许可使用费的凭证，或者无需付款的说明", who, *made, *slips)


def _nothing_payable(number: int, facts: PaperFacts, fonts: FontSet) -> Iterator[Member]:
    name = f"无需付款的说明{f' {number}' if number > 1 else ''}"
    yield _made("03", name, sheets.nothing_payable(facts), fonts)
    if paper_wording.translated(facts.wording):
        english = sheets.nothing_payable(replace(facts, lang="en"))
        yield _made("03", f"{name}{ENGLISH}", english, fonts)


def _identity(actor: Actor, brought: Sequence[slots.Brought], number: str, side: str) -> _Place:
    slot = "07a" if side == "holder" else "07b"
    name = f"{sheets.APPLICANTS[side]}的身份证明"
    held = [one for one in brought if one.slot == slot]
    files = tuple(_uploads(actor, brought, slot, number, name))
    if held and not files:
        return _Place(number=number, name=name, state=WITH_OTHER, who=sheets.APPLICANTS[side])
    return _ready(number, name, f"{sheets.APPLICANTS[side]}：营业执照、法人证书或者身份证件", *files)


def _power(
    actor: Actor, brought: Sequence[slots.Brought], facts: Sequence[PaperFacts], number: str
) -> _Place:
    name = "委托书"
    if not any(map(sheets.has_agency, facts)):
        return _Place(number=number, name=name, state="不适用", who="没有委托代理机构")
    return _ready(number, name, "委托代理机构的一方", *_uploads(actor, brought, "08", number, name))


def _at_counter(number: str) -> _Place:
    return _Place(
        number=number, name="经办人的身份证明", state=AT_COUNTER, who="经办人本人；本平台不收集个人证件"
    )


def _declarations(contract: Contract, facts: Sequence[PaperFacts]) -> Iterator[Member]:
    for license, one in zip(licenses_of(contract), facts, strict=True):
        number = one.record["declaration"]["number"]
        yield made_member(f"07 声明全文 {number}.txt", license.version.public_text.encode())


def _printed(contract: Contract, kind: str, number: str, name: str) -> Iterator[Member]:
    living = {one.id for one in licenses_of(contract)}
    papers = [one for one in register.held(contract) if one.kind == kind]
    newest = {None if one.licenses else one.acceptance_id: one for one in papers}
    found = [one for key, one in newest.items() if key is None or key in living]
    for count, paper in enumerate(found, start=1):
        yield stored_member(f"{number} {name}{f' {count}' if count > 1 else ''}.pdf", paper.digest)


def _uploads(
    actor: Actor, brought: Sequence[slots.Brought], slot: str, number: str, name: str
) -> Iterator[Member]:
    seen = [one.upload for one in brought if one.slot == slot and parties.may_see(actor, one.upload)]
    for count, upload in enumerate(seen, start=1):
        yield stored_member(
            f"{number} {name}{f' {count}' if count > 1 else ''}{upload_ending(upload)}", upload.digest
        )


def upload_ending(upload: Upload) -> str:
    return PurePath(upload.filename).suffix.lower()


def _made(number: str, name: str, composed: Composed, fonts: FontSet) -> Member:
    return made_member(f"{number} {name}.pdf", rendered(composed, fonts).data)


def stored_member(name: str, digest: str) -> Member:
    return Member(name=name, size=store.find(digest).size, open=store.opener(digest))


def made_member(name: str, data: bytes) -> Member:
    return Member(name=name, size=len(data), open=lambda: BytesIO(data))


def _manifest(
    contract: Contract, facts: PaperFacts, listed: Sequence[tuple[str, ...]], files: Sequence[Member]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "contract": contract.number,
        "track": facts.record["track"],
        "record_sha256": facts.digest,
        "documents": [dict(zip(("number", "name", "state", "who"), one, strict=True)) for one in listed],
        "files": [{"name": one.name, "size": one.size, "sha256": _digest(one)} for one in files],
    }


def _digest(member: Member) -> str:
    found = hashlib.sha256()
    with member.open() as stream:
        while chunk := stream.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
