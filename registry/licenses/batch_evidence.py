"""Certificates, annuity receipts and evaluation reports of a batch, as single files or in one ZIP, each
named by its patent's number.

`ZL201810323021.5.pdf` is a certificate; `…-年费` a receipt, `…-评价报告` a report.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app

from registry.config import Settings
from registry.database import db
from registry.documents.archives_in import MOST_FILES, ZIP, read_archive
from registry.documents.uploads import JPEG, PDF, PNG, check_upload
from registry.errors import Refused, TooLarge
from registry.licenses import assembly
from registry.licenses.batch_models import BatchRow, DeclarationBatch
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Actor
from registry.patents import numbers
from registry.patents import service as patents

FIELD = "files"
PURPOSES: Mapping[str, str] = {
    **dict.fromkeys(("", "证书", "登记簿", "专利证书", "certificate", "register"), "certificate"),
    **dict.fromkeys(("年费", "年费凭证", "缴费", "缴费凭证", "annuity", "receipt"), "annuity"),
    **dict.fromkeys(("评价报告", "报告", "report", "evaluation"), "evaluation"),
}
"""What stands behind the number in a file's name, and what the file is for."""
_ENDING = re.compile(r"\.(?:pdf|png|jpe?g)$", re.IGNORECASE)
_NAME = re.compile(r"(?P<number>[^-_—（(]+?)\s*(?:[-_—（(]+(?P<what>.*?)[)）]?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file, whose it is by its name, and what for."""

    name: str
    number: str
    purpose: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """How many files found their drafts, and those that did not, each with the reason."""

    attached: int
    left: tuple[tuple[str, Refused], ...]


def read(parts: Iterable[tuple[str, bytes]]) -> tuple[list[Piece], list[tuple[str, Refused]]]:
    """The files with what their names say, each checked by its content; and those that say nothing.

    Raises what `read_archive` and `check_upload` raise: a bomb or a foreign kind of file refuses the whole.
    """
    settings: Settings = current_app.extensions["settings"]
    pieces, left = [], []
    seen: set[tuple[str, str]] = set()
    for name, data in _files(parts, settings):
        check_upload(data, allowed={PDF, PNG, JPEG}, limit=settings.upload_limit, field=FIELD)
        try:
            number, purpose = parse_name(name)
        except Refused as refused:
            left.append((name, refused))
            continue
        if (number, purpose) in seen:
            left.append((name, Refused("name_twice", FIELD, name=name)))
            continue
        seen.add((number, purpose))
        pieces.append(Piece(name=name, number=number, purpose=purpose, data=data))
    return pieces, left


def parse_name(name: str) -> tuple[str, str]:
    """Patent number and purpose of a file's name. Raises Refused, `file_name_unknown` among others."""
    bare = _ENDING.sub("", name.strip())
    found = _NAME.fullmatch(bare) if bare != name.strip() else None
    what = (found["what"] or "").strip().casefold() if found else ""
    if found is None or what not in PURPOSES:
        raise Refused("file_name_unknown", FIELD, name=name[:60])
    return str(numbers.parse(found["number"], field=FIELD)), PURPOSES[what]


def attach(
    actor: Actor, batch: DeclarationBatch, rows: Sequence[BatchRow], pieces: Sequence[Piece]
) -> Brought:
    """Keep each file with the patent of the draft it belongs to. A file that fits none is not kept."""
    allow(actor, "declaration.draft", batch)
    by_number = {row.number: row for row in rows if row.declaration is not None}
    attached, left = 0, []
    for piece in pieces:
        row = by_number.get(piece.number)
        try:
            if row is None:
                raise Refused("file_without_row", FIELD, name=piece.name, number=piece.number)
            with db.session.begin_nested():
                _attach_one(actor, row, piece)
            attached += 1
        except Refused as refused:
            left.append((piece.name, refused))
    return Brought(attached=attached, left=tuple(left))


def _attach_one(actor: Actor, row: BatchRow, piece: Piece) -> None:
    declaration = row.declaration
    assert declaration is not None
    patent = declaration.patent
    if declaration.state not in assembly.EDITABLE:
        raise Refused("row_signed", FIELD, number=declaration.number)
    report = row.facts.get("report") or {}
    if piece.purpose == "evaluation" and (not report.get("day") or report.get("positive") is None):
        raise Refused("report_day_missing", FIELD, name=piece.name)
    kept = parties.keep_upload(
        actor, data=piece.data, filename=piece.name, purpose=piece.purpose, field=FIELD
    )
    if piece.purpose == "certificate":
        patents.bring_certificate(actor, patent, kept.id)
    elif piece.purpose == "annuity":
        patents.set_state(actor, patent, annuity_paid_to=patent.annuity_paid_to, annuity_upload=kept.id)
    else:
        patents.add_report(actor, patent, _report(report, kept.id))


def _report(report: Mapping[str, Any], upload_id: Any) -> dict[str, Any]:
    return {
        "number": report["number"],
        "day": date.fromisoformat(report["day"]),
        "positive": report["positive"],
        "upload_id": upload_id,
    }


def _files(parts: Iterable[tuple[str, bytes]], settings: Settings) -> Iterable[tuple[str, bytes]]:
    left, count = 4 * settings.body_limit, 0  # of all archives together: they are in memory at once
    for filename, data in parts:
        if not filename:
            continue
        if not data.startswith(ZIP):
            yield filename, data
            continue
        members = read_archive(data, each=settings.upload_limit, whole=left, field=FIELD)
        left, count = left - sum(len(content) for _, content in members), count + len(members)
        if count > MOST_FILES:
            raise TooLarge("too_many_files", FIELD, max=MOST_FILES)
        yield from members
