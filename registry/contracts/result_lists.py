"""Lists of results a registrar sent: read, held against what we have, shown, and saved as they were shown.

A preview writes nothing about any contract. Saving looks again under the same rules: where anything changed
since, nothing is saved and the list is shown anew. Each row becomes a result and a filing of its own, in the
transaction that marks the row, so that a crash leaves whole rows and the worker goes on where it stopped.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from registry import clock
from registry.contracts import registration, result_matching
from registry.contracts.models import Contract
from registry.contracts.registration_models import ResultImport, ResultImportRow
from registry.contracts.result_rows import (
    NAMES,
    REQUIRED,
    Judged,
    Known,
    Line,
    Verdict,
    plain_facts,
    read_lines,
)
from registry.contracts.rules import RegistrationState
from registry.contracts.schemas import ResultSchema
from registry.database import db, new_id
from registry.documents.tables_in import TableRow, find_headings, read_pasted, read_table
from registry.documents.workbook_bounds import Bounds
from registry.errors import Conflict, Invalid, NotFound, Refused
from registry.forms import load
from registry.jobs import enqueue
from registry.parties.models import Account
from registry.parties.permissions import allow
from registry.parties.rules import Actor, Role

BOUNDS = Bounds(rows=10_001)  # ten thousand results and the headings
AT_ONCE = 100  # rows saved with the press of the button; more are left to the worker
CHUNK = 500
SHAPE = ResultSchema()  # made once: ten thousand rows ask it
AT_REGISTRAR = (
    RegistrationState.EXPORTED,
    RegistrationState.SUBMITTED,
    RegistrationState.ACCEPTED,
    RegistrationState.CORRECTION,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A list as it was read: its lines, and the headings nobody has a use for."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...] = ()


# --- reading -----------------------------------------------------------------------------------------


def read_file(data: bytes, *, field: str = "file") -> Read:
    """A workbook or CSV. Raises what `tables_in` raises, and Refused `no_rows`."""
    return _read(read_table(data, BOUNDS, field=field), field)


def read_text(words: str, *, field: str = "rows") -> Read:
    """Rows pasted from a sheet, headings among them."""
    return _read(read_pasted(words, BOUNDS, field=field), field)


def read_given(rows: Sequence[Mapping[str, Any]]) -> Read:
    """What a machine sent, already checked by `schemas.ResultSchema`; the place in the list is the row's."""
    lines = []
    for position, row in enumerate(rows, start=1):
        facts = {name: value for name, value in row.items() if name != "contract"}
        number = str(row["contract"]).strip().upper()
        shown = {"number": number, **{k: str(v) for k, v in plain_facts(facts).items()}}
        lines.append(Line(position=position, number=number, given=shown, facts=plain_facts(facts)))
    return Read(lines=tuple(lines))


def _read(rows: Sequence[TableRow], field: str) -> Read:
    table = find_headings(rows, NAMES, REQUIRED, field=field)
    if not table.rows:
        raise Refused("no_rows", field)
    lines = tuple(_shaped(line) for line in read_lines(table, clock.today()))
    return Read(lines=lines, unknown=table.unknown)


def _shaped(line: Line) -> Line:
    """The line as the schema of the one form sees it: too long, or characters that hide, is invalid."""
    if not line.facts:
        return line
    try:
        load(SHAPE, dict(line.facts))
    except Invalid as invalid:
        problems = tuple(
            (one.code, {**one.params, "column": NAMES.get(one.field, (one.field,))[0]})
            for one in invalid.refusals
        )
        return replace(line, problems=problems, facts={})
    return line


# --- the preview -------------------------------------------------------------------------------------


def preview(
    actor: Actor, read: Read, *, source: str, certificates: Mapping[str, UUID] | None = None
) -> ResultImport:
    """Keep a list with each row's verdict; nothing of any contract is touched.

    `certificates`: uploads by the number they are named by, the filing's or the registration's.
    """
    allow(actor, "contract.register", actor)
    assert actor.venue_id is not None
    assert actor.account_id is not None
    found = ResultImport(
        id=new_id(),
        venue_id=actor.venue_id,
        account_id=actor.account_id,
        source=source,
        unknown=list(read.unknown),
        created_at=clock.now(),
    )
    db.session.add(found)
    db.session.flush()
    known = result_matching.known(found.venue_id, read.lines)
    judged = result_matching.judged(found.venue_id, read.lines, known)
    files, used = dict(certificates or {}), set[str]()
    rows = [_row(found, one, known, files=files, used=used) for one in judged]
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(ResultImportRow), rows[start : start + CHUNK])
    found.unused = sorted(set(files) - used)
    found.digest = _digest(rows)
    return found


def save(actor: Actor, found: ResultImport, digest: str) -> bool:
    """Save what was shown: some rows now, the others by the worker. False when something has changed since,
    and the list then stands anew for another look.

    Raises Refused `nothing_to_save`, Conflict `list_saved` for one that was saved before.
    """
    allow(actor, "contract.register", found)
    found = _locked(found.id)
    if found.state != "previewed":
        raise Conflict("list_saved")
    if not judge_again(found) or found.digest != digest:
        return False
    if not counts(found).get(Verdict.MATCHED):
        raise Refused("nothing_to_save")
    found.state = "saving"
    db.session.flush()
    if write_rows(found.id, limit=AT_ONCE):
        enqueue("contracts.results", {"import": str(found.id)}, subject_id=found.id)
    return True


def judge_again(found: ResultImport) -> bool:
    """Hold the list against what we have now; True when every row is as it was shown."""
    rows = list(db.session.scalars(_rows(found)))
    lines = [line_of(row) for row in rows]
    known = result_matching.known(found.venue_id, lines)
    judged = result_matching.judged(found.venue_id, lines, known)
    for row, one in zip(rows, judged, strict=True):
        row.verdict, row.reasons = str(one.verdict), _reasons(one)
    before, found.digest = found.digest, _digest([_plain_row(row) for row in rows])
    return before == found.digest


def write_rows(import_id: UUID, *, limit: int) -> int:
    """Write up to so many matched rows as results; returns how many are left. The last one closes the list.

    A row that no longer fits by its turn is left out and says why.
    """
    found = _locked(import_id)
    actor = _keeper(found)
    waiting = _rows(found).where(
        ResultImportRow.verdict == Verdict.MATCHED, ResultImportRow.result_id.is_(None)
    )
    for row in db.session.scalars(waiting.limit(limit)).all():
        _write(actor, row)
    db.session.flush()
    left = db.session.scalar(select(func.count()).select_from(waiting.order_by(None).subquery())) or 0
    if not left:
        found.state, found.saved_at = "saved", clock.now()
    return left


def _write(actor: Actor, row: ResultImportRow) -> None:
    contract = registration.lock(db.session.get_one(Contract, row.contract_id))
    facts = load(SHAPE, dict(row.facts))
    try:
        with db.session.begin_nested():
            result = registration.record_result(
                actor, contract, {**facts, "certificate_upload": row.certificate_upload}
            )
            row.result_id = result.id
    except Refused as refused:
        row.verdict, row.reasons = Verdict.CONFLICT, [[refused.code, _plain(refused.params)]]


# --- looking -----------------------------------------------------------------------------------------


def find(actor: Actor, import_id: UUID) -> ResultImport:
    """A list of the actor's own venue. Raises NotFound."""
    found = db.session.get(ResultImport, import_id)
    if found is None:
        raise NotFound("not_found")
    allow(actor, "contract.register", found)
    return found


def of_venue(actor: Actor, limit: int = 20) -> Sequence[ResultImport]:
    """The venue's lists, newest first."""
    allow(actor, "contract.register", actor)
    query = select(ResultImport).where(ResultImport.venue_id == actor.venue_id)
    return db.session.scalars(query.order_by(ResultImport.created_at.desc()).limit(limit)).all()


def counts(found: ResultImport) -> dict[str, int]:
    """How many rows have each verdict, and how many were saved."""
    query = select(ResultImportRow.verdict, func.count()).where(ResultImportRow.import_id == found.id)
    by_verdict = {
        str(verdict): n for verdict, n in db.session.execute(query.group_by(ResultImportRow.verdict))
    }
    written = query.where(ResultImportRow.result_id.is_not(None)).group_by(ResultImportRow.verdict)
    return {**by_verdict, "saved": sum(n for _, n in db.session.execute(written))}


def rows_of(
    found: ResultImport, *, verdicts: Iterable[str] = (), limit: int | None = None, start: int = 0
) -> Sequence[ResultImportRow]:
    """Rows in the order of the sheet."""
    query = _rows(found)
    if wanted := list(verdicts):
        query = query.where(ResultImportRow.verdict.in_(wanted))
    return db.session.scalars(query.offset(start).limit(limit)).all()


def waiting_contracts(actor: Actor) -> Sequence[Contract]:
    """Contracts an answer is waited for: what an empty list is filled with."""
    allow(actor, "contract.register", actor)
    query = select(Contract).where(
        Contract.venue_id == actor.venue_id,
        Contract.registration.in_(AT_REGISTRAR),
        Contract.erased_at.is_(None),
    )
    return db.session.scalars(query.order_by(Contract.number).limit(BOUNDS.rows)).all()


def forget(days: int) -> int:
    """Delete lists older than the set days, but for one being saved: rows nobody could match name people whom
    no erasure of a contract would find. What was saved stands in the results. Returns how many lists went.
    """
    before = clock.now() - timedelta(days=days)
    old = select(ResultImport.id).where(ResultImport.created_at < before, ResultImport.state != "saving")
    ids = list(db.session.scalars(old.with_for_update()))
    for table, column in ((ResultImportRow, ResultImportRow.import_id), (ResultImport, ResultImport.id)):
        for start in range(0, len(ids), CHUNK):
            db.session.execute(delete(table).where(column.in_(ids[start : start + CHUNK])))
    return len(ids)


# --- inside ------------------------------------------------------------------------------------------


def _rows(found: ResultImport) -> Any:
    query = select(ResultImportRow).where(ResultImportRow.import_id == found.id)
    return query.order_by(ResultImportRow.position)


def _locked(import_id: UUID) -> ResultImport:
    query = select(ResultImport).where(ResultImport.id == import_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _keeper(found: ResultImport) -> Actor:
    """Who brought the list, for the worker that writes it."""
    name = db.session.get_one(Account, found.account_id).name
    return Actor(
        account_id=found.account_id, venue_id=found.venue_id, role=Role.OPERATOR, name=name, confirmed=True
    )


def _row(
    found: ResultImport,
    one: Judged,
    known: Mapping[str, Known],
    *,
    files: Mapping[str, UUID],
    used: set[str],
) -> dict[str, Any]:
    line, held = one.line, known.get(one.line.number)
    named = next(
        (
            key
            for key in (line.number, str(line.facts.get("registration_number", "")))
            if key and key in files and one.verdict is Verdict.MATCHED
        ),
        "",
    )
    used.add(named)
    return {
        "import_id": found.id,
        "position": line.position,
        "number": line.number[:60],
        "contract_id": held.id if held else None,
        "verdict": str(one.verdict),
        "reasons": _reasons(one),
        "given": dict(line.given),
        "facts": dict(line.facts),
        "proposals": result_matching.proposals(found.venue_id, line) if held is None else [],
        "certificate_upload": files.get(named),
        "result_id": None,
    }


def line_of(row: ResultImportRow) -> Line:
    """A kept row as the line it was read as."""
    problems = tuple((code, params) for code, params in row.reasons) if row.verdict == "invalid" else ()
    return Line(
        position=row.position,
        number=row.number,
        given=row.given,
        facts=row.facts,
        problems=problems,
        patent=row.given.get("patent", ""),
    )


def _plain_row(row: ResultImportRow) -> dict[str, Any]:
    names = ("position", "number", "verdict", "reasons", "facts", "certificate_upload")
    return {name: getattr(row, name) for name in names}


def _reasons(one: Judged) -> list[Any]:
    return [[code, _plain(params)] for code, params in one.reasons]


def _digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Of what a person saw: each row, what was found about it, and which file goes with it."""
    shown = [
        {
            "certificate": str(row["certificate_upload"] or ""),
            **{name: row[name] for name in ("position", "number", "verdict", "reasons", "facts")},
        }
        for row in rows
    ]
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _plain(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
