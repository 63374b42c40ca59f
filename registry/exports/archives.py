"""The archive of a batch: every package, the list twice, the hand-over sheet, and a manifest of all of it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

from registry import money
from registry.contracts.blocks import rendered
from registry.contracts.paper_facts import instant
from registry.documents.archive import Archive, Member
from registry.documents.fonts import FontSet
from registry.exports import covers, rekey
from registry.exports.packages import json_bytes, members
from registry.ledger.setup import ledger_setup

FORMAT = "mingxu-batch-1"
ZIP = "application/zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """What the manifest and the hand-over sheet say of a batch. `made_at` is RFC 3339."""

    number: str
    venue: str
    registrar: str
    made_at: str
    demonstration: bool


def archive_of(
    facts: BatchFacts, rows: Sequence[Mapping[str, Any]], fonts: FontSet
) -> tuple[Archive, dict[str, Any]]:
    """The archive, streamed when it is read, and the manifest that stands in it."""
    packed: list[Member] = []
    manifests = []
    for row in rows:
        found, manifest = members(row, fonts)
        packed += found
        manifests.append(manifest)
    tops = dict(_tops(facts, rows, fonts))
    manifest = _manifest(facts, rows, manifests, tops)
    tops["manifest.json"] = json_bytes(manifest)
    return Archive([*(_member(name, data) for name, data in tops.items()), *packed]), manifest


def sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Count, amounts and zero-fee contracts of a batch, as texts."""
    return {
        "count": len(rows),
        "total_amount": money.plain(_sum(rows, "total_amount")),
        "technology_amount": money.plain(_sum(rows, "technology_amount")),
        "zero_count": sum(1 for row in rows if Decimal(row["form"]["total_amount"]) == 0),
    }


def _tops(
    facts: BatchFacts, rows: Sequence[Mapping[str, Any]], fonts: FontSet
) -> Iterator[tuple[str, bytes]]:
    yield "rekey.xlsx", rekey.workbook(rows)
    yield "rekey.csv", rekey.comma_separated(rows)
    said = sums(rows)
    batch = {
        "number": facts.number,
        "venue": facts.venue,
        "registrar": facts.registrar or "/",
        "made_at": instant(facts.made_at),
        "demonstration": facts.demonstration,
        **said,
        "total_amount": money.yuan(Decimal(said["total_amount"])),
        "technology_amount": money.yuan(Decimal(said["technology_amount"])),
    }
    yield "交接单.pdf", rendered(covers.handover(batch, rows), fonts).data


def _manifest(
    facts: BatchFacts,
    rows: Sequence[Mapping[str, Any]],
    manifests: Sequence[Mapping[str, Any]],
    tops: Mapping[str, bytes],
) -> dict[str, Any]:
    packages = [
        {
            "position": position,
            "contract": row["contract"],
            "total_amount": row["form"]["total_amount"],
            "technology_amount": row["form"]["technology_amount"],
            "missing": [one["slot"] for one in row["missing"]],
            "manifest": f"packages/{row['contract']}/manifest.json",
            "manifest_sha256": hashlib.sha256(json_bytes(manifest)).hexdigest(),
        }
        for position, (row, manifest) in enumerate(zip(rows, manifests, strict=True), start=1)
    ]
    return {
        "format": FORMAT,
        "batch": facts.number,
        "venue": facts.venue,
        "registrar": facts.registrar,
        "made_at": facts.made_at,
        **sums(rows),
        "ledger": {"origin": ledger_setup().origin, "vkey": str(ledger_setup().vkey)},
        "files": [
            {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in tops.items()
        ],
        "packages": packages,
    }


def _sum(rows: Sequence[Mapping[str, Any]], key: str) -> Decimal:
    return sum((Decimal(row["form"][key]) for row in rows), Decimal("0.00"))


def _member(name: str, data: bytes) -> Member:
    return Member(name=name, size=len(data), open=lambda: BytesIO(data))
