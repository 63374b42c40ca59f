"""Batches for machines: rows in, drafts out; prepare says what to sign, a POST brings the one signature."""

from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy import select

from registry import openapi
from registry.database import db, transaction
from registry.errors import Refused
from registry.ledger.canonical import b64
from registry.licenses import (
    batch_approvals,
    batch_drafts,
    batch_schemas,
    batch_signing,
    batch_words,
    batches,
)
from registry.licenses.answers import TICKS
from registry.licenses.batch_models import BatchRow, BatchSigning, DeclarationBatch
from registry.licenses.batch_rows import read_given
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.parties.schemas import ReasonSchema

blueprint = openapi.Blueprint(
    "declaration-batches-api",
    __name__,
    url_prefix="/api/v1",
    description="Many declarations at once: drafts from rows, one signature over a list",
)
AT = "/declarations/batches/<uuid:batch_id>"


@blueprint.route("/declarations/batches", methods=["GET"])
@blueprint.response(200, batch_schemas.BatchLine(many=True))
@doors.machine("declaration.view")
def index() -> list[dict[str, Any]]:
    """The organisation's batches, newest first."""
    return [_line(one) for one in batches.of_holder(doors.actor())]


@blueprint.route("/declarations/batches", methods=["POST"])
@blueprint.arguments(batch_schemas.NewBatchSchema)
@blueprint.response(202, batch_schemas.BatchOut)
@doors.machine("declaration.draft")
def begin(given: dict[str, Any]) -> Any:
    """Make drafts of the rows; each says what became of it. The worker makes those beyond the first fifty:
    ask again until `state` is `drafted`. Needs Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        venue = db.session.scalar(select(Venue).where(Venue.code == given["venue"]))
        if venue is None:
            raise Refused("not_a_choice", "venue")
        read = batches.Read(lines=tuple(read_given(given["rows"])))
        found = batches.preview(actor, read, venue, source="api", usual=given["term_set"])
        batch_drafts.make_drafts(actor, found, found.digest)
        return str(found.id)

    found = doors.once("declarations.batch", given, work, key=doors.idempotency_header())
    location = {"Location": url_for("declaration-batches-api.show", batch_id=found)}
    return _shown(batches.find(actor, UUID(found))), 202, location


@blueprint.route(AT, methods=["GET"])
@blueprint.response(200, batch_schemas.BatchOut)
@doors.machine("declaration.view")
def show(batch_id: UUID) -> dict[str, Any]:
    """A batch: each row's verdict, its declaration, and how that stands."""
    return _shown(batches.find(doors.actor(), batch_id))


@blueprint.route(f"{AT}/rows", methods=["POST"])
@blueprint.arguments(batch_schemas.MoreRowsSchema)
@blueprint.response(202, batch_schemas.BatchOut)
@doors.machine("declaration.draft")
def correct(given: dict[str, Any], batch_id: UUID) -> Any:
    """Corrected or further rows: drafts of the same patents take their answers, what is signed stays. Needs
    Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        found, read = batches.find(actor, batch_id), batches.Read(lines=tuple(read_given(given["rows"])))
        batches.bring_again(actor, found, read, usual=given["term_set"])
        batch_drafts.make_drafts(actor, found, found.digest)
        return str(batch_id)

    asked = {"batch": str(batch_id), **given}
    doors.once("declarations.batch_again", asked, work, key=doors.idempotency_header())
    return _shown(batches.find(actor, batch_id)), 202


@blueprint.route(f"{AT}/prepare", methods=["POST"])
@blueprint.arguments(batch_schemas.PrepareBatchSchema)
@blueprint.response(200, batch_schemas.ListPreparedOut)
@doors.machine("declaration.sign")
def prepare(given: dict[str, Any], batch_id: UUID) -> dict[str, Any]:
    """Keep the ticks in the chosen drafts and say what their one signature is over, in the batch's order."""
    actor, numbers = doors.actor(), given["numbers"]
    ticks = {name: given[name] for name in TICKS}
    transaction(lambda: batch_signing.tick_all(actor, _chosen(batch_id, numbers), ticks))
    rows = _chosen(batch_id, numbers)
    digest = batch_signing.list_digest(rows)
    listed = batch_signing.prepare(actor, rows, digest)
    return {
        "digest": digest,
        "head": listed.head,
        "pae": b64(listed.signed_bytes),
        "statements": [dict(one) for one in listed.statements],
    }


@blueprint.route(f"{AT}/signature", methods=["POST"])
@blueprint.arguments(batch_schemas.BatchSignatureSchema)
@blueprint.response(202, batch_schemas.SigningOut)
@doors.machine("declaration.sign")
def sign(given: dict[str, Any], batch_id: UUID) -> Any:
    """Hand the signed list in; each declaration goes its own way from here. Needs Idempotency-Key; 409 when a
    text has changed since.
    """
    actor, numbers = doors.actor(), given["numbers"]
    signature = parties.parse_signature(given["signature"])

    def work() -> str:
        rows = _chosen(batch_id, numbers)
        batch_signing.tick_all(actor, rows, {name: given[name] for name in TICKS})
        listed = batch_signing.prepare(actor, rows, given["digest"])
        signed = parties.external_list(actor, given["kid"], signature, listed)
        return str(batch_signing.begin(actor, batches.find(actor, batch_id), numbers, signed).id)

    asked = {"batch": str(batch_id), **given}
    found = doors.once("declarations.batch_sign", asked, work, key=doors.idempotency_header())
    signing = batch_signing.find(batches.find(actor, batch_id), UUID(found))
    location = {
        "Location": url_for("declaration-batches-api.signing", batch_id=batch_id, signing_id=signing.id)
    }
    return _signing(signing), 202, location


@blueprint.route(f"{AT}/signatures/<uuid:signing_id>", methods=["GET"])
@blueprint.response(200, batch_schemas.SigningOut)
@doors.machine("declaration.view")
def signing(batch_id: UUID, signing_id: UUID) -> dict[str, Any]:
    """How far an act of signing has got."""
    return _signing(batch_signing.find(batches.find(doors.actor(), batch_id), signing_id))


@blueprint.route(f"{AT}/approval", methods=["GET"])
@blueprint.response(200, batch_schemas.BatchApprovalOut)
@doors.machine("declaration.view")
def approval(batch_id: UUID) -> dict[str, Any]:
    """Which drafts a second person has to sign: those nobody asked about, the reader did, or others did."""
    return _approval(batch_id)


@blueprint.route(f"{AT}/approval", methods=["POST"])
@blueprint.response(200, batch_schemas.BatchApprovalOut)
@doors.machine("approval.ask")
def ask_approval(batch_id: UUID) -> dict[str, Any]:
    """Ask the others to sign everything of the batch that is ready; one letter to each. They sign it at
    `signature`, with a key's account other than this one. Needs Idempotency-Key.
    """
    actor = doors.actor()

    def work() -> str:
        url = url_for("batch_acts.sign_form", batch_id=batch_id)
        batch_approvals.ask(actor, batches.find(actor, batch_id), url=url)
        return str(batch_id)

    asked, key = {"batch": str(batch_id)}, doors.idempotency_header()
    doors.once("declarations.batch_approval", asked, work, key=key)
    return _approval(batch_id)


@blueprint.route(f"{AT}/refusal", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, batch_schemas.BatchApprovalOut)
@doors.machine("approval.answer")
def refuse_approval(given: dict[str, Any], batch_id: UUID) -> dict[str, Any]:
    """Sign nothing of what others asked about in the batch, and say why. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        batch_approvals.refuse(actor, batches.find(actor, batch_id), reason=given["reason"])
        return str(batch_id)

    asked, key = {"batch": str(batch_id), **given}, doors.idempotency_header()
    doors.once("declarations.batch_refusal", asked, work, key=key)
    return _approval(batch_id)


def _approval(batch_id: UUID) -> dict[str, Any]:
    many = batch_approvals.standing(doors.actor(), batches.find(doors.actor(), batch_id))
    return {name: getattr(many, name) for name in ("needed", "unasked", "own", "asked")}


def _chosen(batch_id: UUID, numbers: list[str]) -> list[BatchRow]:
    found = batches.find(doors.actor(), batch_id)
    allow(doors.actor(), "declaration.sign", found)
    return batch_signing.chosen(batches.members(found), numbers)


def _line(found: DeclarationBatch) -> dict[str, Any]:
    counts = batches.counts(found, live=found.state != "previewed")
    return {
        "id": found.id,
        "state": found.state,
        "venue": found.venue.code,
        "edition": found.edition,
        "rows": sum(count for name, count in counts.items() if name != "written"),
    }


def _shown(found: DeclarationBatch) -> dict[str, Any]:
    live = batches.members(found) or batches.rows_of(found, live=False)
    members = batch_words.members(live)
    return {
        **_line(found),
        "standings": batch_words.counted(members),
        "items": [_row(one) for one in members],
    }


def _row(one: batch_words.Member) -> dict[str, Any]:
    row, declaration = one.row, one.declaration
    reasons = [Refused(code, field, **params) for code, field, params in row.reasons]
    return {
        "position": row.position,
        "number": row.number,
        "verdict": row.verdict,
        "reasons": [
            {"code": each.code, "field": each.field, "detail": batch_words.sentence(each)}
            for each in (one.problems or reasons)
        ],
        "term_set": row.facts.get("term_set", ""),
        "term_set_version": row.term_set_version,
        "declaration": declaration.number if declaration else "",
        "state": declaration.state if declaration else "",
        "standing": one.standing,
        "fault": row.fault,
    }


def _signing(found: BatchSigning) -> dict[str, Any]:
    said = batch_signing.progress(found)
    return {
        "id": found.id,
        "root": found.root,
        "size": found.size,
        "state": found.state,
        "done": said["done"],
        "failed": said["failed"],
        "left": said["left"],
    }
