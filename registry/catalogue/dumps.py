"""All published offers as files, once a night: CSV for spreadsheets, JSON lines for programs, same columns.

Written as they are read, some hundred rows at a time. They hold no natural person's name and no words a
holder wrote freely: what has to be erased one day must not lie about in copies.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock
from registry.catalogue.dump_models import Dump
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import Tag
from registry.database import db, transaction
from registry.documents import sheets, store
from registry.ledger import service as ledger
from registry.licenses.models import Declaration
from registry.patents.models import PatentOwner

MEDIA_TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
COLUMNS = (
    *("number", "url", "patent_number", "patent_kind", "title", "patentees", "main_class", "industry"),
    *("technology_field", "stage", "region", "fee_method", "amount", "price_zh", "price_en"),
    *("duration_months", "offer_last_day", "license_last_day", "patent_last_day", "status"),
    *("announced_on", "published_at", "log_seq", "envelope_sha256"),
)
KEPT_DAYS = 31
AT_ONCE = 500


def write(day: date, base: str) -> None:
    """Write the files of a day, unless they are there, and remove those kept long enough.

    If we crash between two files, the next run writes the one that is missing.
    """
    there = set(db.session.scalars(select(Dump.format).where(Dump.day == day)))
    size = ledger.size()
    for name, chunks in (("csv", _csv), ("jsonl", _jsonl)):
        if name not in there:
            counted = _Counted(_offers(day, base))
            digest, length = store.spool(chunks(counted))
            db.session.rollback()
            kept = Dump(day=day, format=name, digest=digest, size=length, rows=counted.rows, log_size=size)
            transaction(lambda kept=kept: _keep(kept))  # type: ignore[misc]
    _sweep(day - timedelta(days=KEPT_DAYS))


def every() -> Sequence[Dump]:
    """The files there are, the newest first."""
    return db.session.scalars(select(Dump).order_by(Dump.day.desc(), Dump.format)).all()


def find(name: str) -> Dump | None:
    """The file of this name."""
    return next((one for one in every() if one.name == name), None)


class _Counted:
    """Counts what passes."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows, self.rows = rows, 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self._rows:
            self.rows += 1
            yield row


def _csv(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    return sheets.csv_chunks(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=str).encode() + b"\n"


def _offers(day: date, base: str) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        chosen = select(OfferIndex).where(OfferIndex.id > after).order_by(OfferIndex.id).limit(AT_ONCE)
        rows = db.session.scalars(chosen).all()
        if not rows:
            return
        ids = [row.declaration_id for row in rows]
        owners, filed = _organisations(ids), _filed(ids)
        for row in rows:
            seq, envelope = filed[row.declaration_id]
            yield _told(row, day, base) | {
                "patentees": "、".join(owners.get(row.declaration_id, [])),
                "log_seq": seq,
                "envelope_sha256": envelope,
            }
        after = rows[-1].id
        db.session.expunge_all()


def _told(row: OfferIndex, day: date, base: str) -> dict[str, Any]:
    plain = (
        *("number", "patent_number", "patent_kind", "title", "main_class", "industry", "technology_field"),
        *("stage", "region", "fee_method", "amount", "price_zh", "price_en", "duration_months"),
    )
    days = ("offer_last_day", "license_last_day", "patent_last_day", "announced_on")
    told: dict[str, Any] = {name: getattr(row, name) for name in plain}
    told |= {name: getattr(row, name).isoformat() if getattr(row, name) else None for name in days}
    told |= {"url": f"{base}/offers/{row.number}", "published_at": clock.rfc3339(row.published_at)}
    told["status"] = str(Tag.ENDED if day > row.last_day else row.tag)
    return {name: told.get(name) for name in COLUMNS}


def _organisations(ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The patentees that are no natural persons, by declaration, in the register's order."""
    chosen = (
        select(Declaration.id, PatentOwner.name)
        .join(PatentOwner, PatentOwner.patent_id == Declaration.patent_id)
        .where(Declaration.id.in_(ids), PatentOwner.person.is_(False))
        .order_by(PatentOwner.position)
    )
    found: dict[UUID, list[str]] = {}
    for declaration_id, name in db.session.execute(chosen):
        found.setdefault(declaration_id, []).append(name)
    return found


def _filed(ids: Sequence[UUID]) -> dict[UUID, tuple[int | None, str]]:
    columns = (Declaration.id, Declaration.published_seq, Declaration.published_envelope)
    chosen = select(*columns).where(Declaration.id.in_(ids))
    return {one: (seq, envelope) for one, seq, envelope in db.session.execute(chosen)}


def _keep(made: Dump) -> None:
    store.keep(made.digest, made.size, MEDIA_TYPES[made.format])
    made.made_at = clock.now()
    db.session.add(made)


def _sweep(before: date) -> None:
    old = [(one.day, one.format) for one in every() if one.day < before]
    db.session.rollback()
    for key in old:
        transaction(lambda key=key: _remove(key))  # type: ignore[misc]


def _remove(key: tuple[date, str]) -> None:
    """Two days without a change have one content: it goes with the last row that names it."""
    row = db.session.get_one(Dump, key)
    digest = row.digest
    db.session.delete(row)
    db.session.flush()
    if db.session.scalar(select(Dump.day).where(Dump.digest == digest).limit(1)) is None:
        store.forget(digest)
        db.session.flush()
        store.sweep(digest)
