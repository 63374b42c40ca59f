"""The package of one contract: files 00 to 14 as far as there are any, each with its digest in the package's
manifest.

Generated here: 00, 01, 03, 09, 10, 11, and 08 where an agent acted; printed before and taken from the store:
02, 04; brought by the parties: the rest. A missing file is named as missing, with who has to bring it;
nothing stands in for it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePath
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import select

from registry.contracts import paper_wording, power_sheet, sheet, sheet_notes, slots
from registry.contracts.blocks import Composed, rendered
from registry.contracts.models import Acceptance
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.papers import KINDS
from registry.database import db
from registry.documents import store
from registry.documents.archive import Member
from registry.documents.fonts import FontSet
from registry.documents.pictures import page_count
from registry.exports import covers, techcontract, voucher
from registry.exports.frozen import thawed
from registry.ledger import service as ledger
from registry.ledger.bundle_file import check_bundle
from registry.ledger.canonical import jcs
from registry.ledger.filings import Filed
from registry.ledger.policy import policy_of
from registry.ledger.receipt_file import check_receipt
from registry.ledger.relayed import SIGNED
from registry.ledger.setup import ledger_setup
from registry.parties.power_models import PowerOfAttorney

FORMAT = "mingxu-package-1"
DISCLOSED = ("nonce", "record", "wording")
"""What the receipts in a package open: enough to tie its papers to the log, and nobody's name."""
ENGLISH = " (English reading version)"
_PRINTED = {
    "contract": ("02", "合同文本", ""),
    "contract_en": ("02", "合同文本", ENGLISH),
    "contract_docx": ("02", "合同文本 可编辑文本", ""),
    "notice": ("04", "实施通知书及送达回执", ""),
    "notice_en": ("04", "实施通知书及送达回执", ENGLISH),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a package: its bytes when made here, else where the store keeps it."""

    name: str
    slot: str
    source: str  # generated, printed or brought
    digest: str
    size: int
    data: bytes | None = None
    pages: int = 0
    original: bool = False  # the paper original has come to the venue too

    def open(self) -> BinaryIO:
        return BytesIO(self.data) if self.data is not None else store.open_stream(self.digest)


def members(row: Mapping[str, Any], fonts: FontSet) -> tuple[list[Member], dict[str, Any]]:
    """The files of one frozen row under packages/<number>/, and the manifest that is the last of them."""
    licenses, extras = thawed(row)
    first, number = replace(licenses[0], others=tuple(licenses[1:])), row["contract"]
    files = [
        *_form_files(
            row,
            sheet.compose(licenses, extras),
            techcontract.document(row, licenses, extras),
            first=first,
            fonts=fonts,
        ),
        *_printed_files(row),
        *_declaration_files(row, licenses, fonts),
        *_applicants_files(row, first, fonts),
        *_proof_files(row, licenses, fonts),
        *power_files(row, first, fonts),
        *_voucher_files(row, licenses, fonts),
        *_brought_files(row),
    ]
    files.sort(key=lambda one: (one.slot, one.name))
    files.insert(0, _pdf(number, "00", "目录", covers.contents(row, first, _listed(row, files)), fonts))
    manifest = _manifest(row, licenses, files)
    data = json_bytes(manifest)
    files.append(_made("manifest.json", "", data))
    folder = f"packages/{number}"
    return [Member(name=f"{folder}/{f.name}", size=f.size, open=f.open) for f in files], manifest


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """JSON for people and machines: readable, keys in our order, UTF-8."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _form_files(
    row: Mapping[str, Any], form: Composed, machine: Mapping[str, Any], *, first: PaperFacts, fonts: FontSet
) -> Iterator[File]:
    number = row["contract"]
    yield _pdf(number, "01", "技术合同登记表", form, fonts)
    yield _pdf(number, "01", "技术合同登记表英文说明", sheet_notes.compose(form, first), fonts)
    yield _made(f"01 技术合同登记表 {number}.json", "01", json_bytes(machine))


def _applicants_files(row: Mapping[str, Any], first: PaperFacts, fonts: FontSet) -> Iterator[File]:
    """09 and 10, each with its reading version where the record's wording has one."""
    for slot, name, compose in (
        ("09", "真实性承诺书", covers.truthfulness),
        ("10", "技术交易额核定表", covers.amounts),
    ):
        yield _pdf(row["contract"], slot, name, compose(row, first), fonts)
        if paper_wording.translated(first.wording):
            english = compose(row, replace(first, lang="en"))
            yield _pdf(row["contract"], slot, name, english, fonts, version=ENGLISH)


def _printed_files(row: Mapping[str, Any]) -> Iterator[File]:
    seen: dict[str, int] = {}
    for paper in row["papers"]:
        if paper["kind"] not in _PRINTED:
            continue
        kind = paper["kind"]
        slot, name, version = _PRINTED[kind]
        seen[kind] = seen.get(kind, 0) + 1
        several = f" {seen[kind]}" if seen[kind] > 1 else ""
        yield File(
            name=f"{slot} {name} {row['contract']}{several}{version}.{KINDS[kind].form}",
            slot=slot,
            source="printed",
            digest=paper["digest"],
            size=store.find(paper["digest"]).size,
            pages=paper["pages"],
        )


def _declaration_files(
    row: Mapping[str, Any], licenses: Sequence[PaperFacts], fonts: FontSet
) -> Iterator[File]:
    """The exact bytes that were signed, and the same to read with CNIPA's facts."""
    for acceptance_id, facts in zip(row["licenses"], licenses, strict=True):
        text = db.session.get_one(Acceptance, UUID(acceptance_id)).version.public_text
        number = facts.record["declaration"]["number"]
        yield _made(f"03 声明全文 {number} {row['contract']}.txt", "03", text.encode())
        yield _pdf(
            row["contract"], "03", f"开放许可声明及公告 {number}", covers.declaration(row, facts, text), fonts
        )


def _proof_files(row: Mapping[str, Any], licenses: Sequence[PaperFacts], fonts: FontSet) -> Iterator[File]:
    """11: the receipts as files, and what the verifier says of exactly these bytes."""
    number, key = row["contract"], ledger_setup().vkey
    bundle = jcs(ledger.bundle(str(licenses[0].record["contract"]), shown=_shown))
    yield _made(f"11 凭证包 {number}.json", "11", bundle)
    whole = ("凭证包", check_bundle(bundle, policy_of(key)).to_text("zh"))
    for facts in licenses:
        reports = [whole]
        for name, seq in _places(facts):
            data = jcs(ledger.receipt(seq, disclose=DISCLOSED))
            yield _made(f"11 回执 {name} {number} {seq}.json", "11", data)
            reports.append((f"{name}（存证序号 {seq}）", check_receipt(data, policy_of(key)).to_text("zh")))
        composed = covers.verification(row, facts, reports, str(key))
        yield _pdf(number, "11", f"电子签名与存证验证报告 {facts.noticed.seq}", composed, fonts)


def _voucher_files(row: Mapping[str, Any], licenses: Sequence[PaperFacts], fonts: FontSet) -> Iterator[File]:
    """12: the venue's voucher as we print it, unless the venue brought its own."""
    if row.get("voucher"):
        yield _pdf(row["contract"], "12", "交易凭证", voucher.compose(row, licenses), fonts)


def power_files(row: Mapping[str, Any], first: PaperFacts, fonts: FontSet) -> Iterator[File]:
    """08: the powers that agents acted under, as they were signed here; papers of them stand beside."""
    query = select(PowerOfAttorney).where(PowerOfAttorney.number.in_(row.get("powers") or ()))
    for power in db.session.scalars(query.order_by(PowerOfAttorney.number)):
        composed = power_sheet.compose(power, watermark=first.watermark, as_of=row["as_of"])
        yield _pdf(row["contract"], "08", f"授权委托书 {power.number}", composed, fonts)


def _shown(filed: Filed, path: str) -> bool:
    return filed.type == "license.noticed" and path in (*DISCLOSED, SIGNED)


def _places(facts: PaperFacts) -> Iterator[tuple[str, int]]:
    yield "声明发布", int(facts.record["declaration"]["seq"])
    yield "实施通知", facts.noticed.seq
    if facts.effective is not None:
        yield "许可取得", facts.effective.seq


def _brought_files(row: Mapping[str, Any]) -> Iterator[File]:
    count: dict[str, int] = {}
    for one in row["brought"]:
        slot = one["slot"]
        count[slot] = count.get(slot, 0) + 1
        ending = PurePath(one["filename"]).suffix.lower()
        several = f" {count[slot]}" if count[slot] > 1 else ""
        whose = f" {one['of']}" if one.get("of") else ""
        yield File(
            name=f"{slot} {slots.BROUGHT[slot]}{whose} {row['contract']}{several}{ending}",
            slot=slot,
            source="brought",
            digest=one["digest"],
            size=one["size"],
            pages=_pages(one),
            original=bool(one.get("original")),
        )


def _pages(one: Mapping[str, Any]) -> int:
    with store.open_stream(one["digest"]) as stream:
        return page_count(stream.read(), one["media_type"])


def _listed(row: Mapping[str, Any], files: Sequence[File]) -> list[tuple[str, ...]]:
    """The rows of 00, in the order of the places."""
    rows = []
    for one in files:
        name = one.name.replace(
            f" {row['contract']}", ""
        )  # the number stands above; the file's name carries it
        form = covers.COPY if one.source == "brought" else covers.ORIGINAL
        form = covers.PAPER if one.original else form
        rows.append((one.slot, (name, "有", form, str(one.pages or ""), "/")))
    for lacking in row["missing"]:
        state = "未提供（选填）" if lacking["optional"] else "缺"
        rows.append(
            (lacking["slot"], (f"{lacking['slot']} {lacking['name']}", state, "/", "", lacking["who"]))
        )
    return [cells for _, cells in sorted(rows, key=lambda pair: pair[0])]


def _manifest(
    row: Mapping[str, Any], licenses: Sequence[PaperFacts], files: Sequence[File]
) -> dict[str, Any]:
    listed = [
        {"name": f.name, "slot": f.slot, "source": f.source, "sha256": f.digest, "size": f.size}
        for f in files
    ]
    proofs = [f.name for f in files if f.slot == "11" and f.name.endswith(".json")]
    return {
        "format": FORMAT,
        "contract": row["contract"],
        "pages": sum(f.pages for f in files),  # of the papers made here; what parties brought is not counted
        "files": listed,
        "missing": [dict(one) for one in row["missing"]],
        "ledger": {
            "origin": ledger_setup().origin,
            "vkey": str(ledger_setup().vkey),
            "licenses": [_positions(facts) for facts in licenses],
            "papers_issued": sorted({paper["seq"] for paper in row["papers"]}),
            "proofs": proofs,
        },
    }


def _positions(facts: PaperFacts) -> dict[str, Any]:
    places = {"noticed": facts.noticed, "effective": facts.effective}
    return {
        "acceptance": facts.record["acceptance"],
        "record": facts.digest,
        **{
            name: {"seq": at.seq, "leaf": at.leaf, "envelope": at.envelope}
            for name, at in places.items()
            if at
        },
    }


def _pdf(
    number: str, slot: str, name: str, composed: Composed, fonts: FontSet, *, version: str = ""
) -> File:
    printed = rendered(composed, fonts)
    made = _made(f"{slot} {name} {number}{version}.pdf", slot, printed.data)
    return File(
        name=made.name,
        slot=slot,
        source="generated",
        digest=made.digest,
        size=made.size,
        data=made.data,
        pages=printed.pages,
    )


def _made(name: str, slot: str, data: bytes) -> File:
    digest = hashlib.sha256(data).hexdigest()
    return File(name=name, slot=slot, source="generated", digest=digest, size=len(data), data=data)
