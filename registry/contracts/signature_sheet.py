"""签署页: one party's sheet to print, stamp or sign, scan and bring; one sheet may list several contracts.

It is no issued paper: it names the contract's text by number and digests, and is made anew from the frozen
record whenever somebody asks. The digest of the clean text stays the reference.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from registry.contracts import evidence, stamping
from registry.contracts.blocks import Block, Composed, Facts, Grid, Heading, Paragraph, Signatures, Title
from registry.contracts.paper_facts import PaperFacts, day
from registry.contracts.slots import SEATS
from registry.contracts.stamping import Seat
from registry.documents.tables import Column, Signatory

SHORT = 16
_COLUMNS = (
    Column(heading="序", share=0.4),
    Column(heading="合同编号；文本摘要前 16 位", share=3.1),
    Column(heading="项目名称", share=2.6),
    Column(heading="对方", share=1.9),
    Column(heading="签署身份", share=1.1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One contract on a sheet: its facts, where the party signs, and the printed text it signs."""

    facts: PaperFacts
    seat: Seat
    text_digest: str = ""
    text_pages: int = 0


def compose(listed: Sequence[Listed], courier: str) -> Composed:
    """The sheet of one party for these contracts, which all name it alike."""
    first = listed[0]
    number, digest = first.facts.contract, first.facts.digest
    if len(listed) > 1:
        lines = (f"{one.facts.contract} {one.facts.digest}\n" for one in listed)
        number = f"{number} 等 {len(listed)} 份合同"
        digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    body = _several(listed, digest) if len(listed) > 1 else _single(first)
    return Composed(
        title="合同签署页",
        number=number,
        digest=digest,
        watermark=first.facts.watermark,
        blocks=(
            *body,
            Signatures((_signatory(first, several=len(listed) > 1),)),
            *_where_to(first.seat, courier),
        ),
    )


def _single(one: Listed) -> Iterator[Block]:
    facts = one.facts
    yield Title("合同签署页", f"{SEATS[one.seat.role]}　{one.seat.name}")
    yield Facts(
        (
            ("合同名称", facts.title),
            ("合同编号", facts.contract),
            ("项目名称", facts.project),
            ("许可方", facts.record["licensor"]["name"]),
            ("被许可方", facts.record["licensee"]["name"]),
            ("许可取得", day(facts.effective_on)),
            ("合同记录摘要", evidence.grouped(facts.digest)),
            ("合同文本摘要", evidence.grouped(one.text_digest)),
            ("合同文本页数", str(one.text_pages or "")),
        )
    )
    yield Paragraph(f"本页为上列合同的签署页，须与合同全文一并使用。{_how(one.seat)}")


def _several(listed: Sequence[Listed], digest: str) -> Iterator[Block]:
    first = listed[0]
    yield Title("合同签署页", f"{first.seat.name}　共 {len(listed)} 份合同")
    yield Grid(_COLUMNS, tuple(_row(n, one) for n, one in enumerate(listed, start=1)))
    yield Facts((("清单摘要", evidence.grouped(digest)),))
    yield Paragraph(
        "本页为上表所列各份合同共同的签署页，效力及于每一份合同，须分别与各份合同全文一并使用。清单摘要由各份合同的编号和"
        f"记录摘要依次计算（SHA-256）。{_how(first.seat)}"
    )


def _row(number: int, one: Listed) -> tuple[str, ...]:
    record = one.facts.record
    other = record["licensee" if one.seat.side == stamping.LICENSOR else "licensor"]["name"]
    return (
        str(number),
        f"{one.facts.contract}\n{one.text_digest[:SHORT]}".strip(),
        one.facts.project,
        other,
        SEATS[one.seat.role],
    )


def _how(seat: Seat) -> str:
    if seat.person:
        return "请由本人签字，姓名与下列姓名一致；自然人不盖章。"
    return "请加盖与下列名称完全一致的印章，并由法定代表人或者授权代表签字。"


def _signatory(one: Listed, *, several: bool) -> Signatory:
    if several:
        return _bare(one.seat, ())
    record, seat = one.facts.record, one.seat
    if seat.role == stamping.LICENSOR:
        return evidence.licensor(one.facts)
    if seat.role == stamping.LICENSEE:
        return evidence.licensee(one.facts)
    if seat.role == stamping.AGENCY:
        return _bare(seat, _agency(record))
    return evidence.co_owner(one.facts, record["co_owners"][int(seat.key.rpartition(".")[2]) - 1])


def _agency(record: dict[str, Any] | Any) -> tuple[str, ...]:
    agency = record["declaration"]["answers"]["declarant"]["agency"]
    return (
        f"受 {record['licensor']['name']} 委托，机构代码 {agency.get('code') or '/'}，"
        f"经办代理师 {agency.get('agent') or '/'}",
        "授权委托书另附；没有授权的，由专利权人自行签署。",
    )


def _bare(seat: Seat, facts: tuple[str, ...]) -> Signatory:
    return Signatory(
        role=SEATS[seat.role],
        name=seat.name,
        facts=facts,
        seal="" if seat.person else "盖章处",
        sign="签字：" if seat.person else "法定代表人或者授权代表（签字）：",
    )


def _where_to(seat: Seat, courier: str) -> Iterator[Block]:
    yield Heading("签署之后", 2)
    scan = "扫描或者拍照本页，在本平台该合同的“签署与盖章”页上传（PDF、PNG 或者 JPEG）。"
    more = "" if seat.person else "多页装订时，在合同右侧骑缝章标记处加盖骑缝章。"
    yield Paragraph(f"{scan}{more}登记机构需要纸质原件时，一般不少于两份。", small=True)
    if courier:
        yield Facts((("原件寄送", " ".join(courier.split())),))
