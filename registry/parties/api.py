"""Doors for machines: who the key acts as, enrolling a signing key in two steps, bringing a file."""

import hashlib
from typing import Any
from uuid import UUID

from flask import request

from registry import openapi
from registry.database import db
from registry.errors import Refused
from registry.ledger.canonical import b64
from registry.ledger.filings import statement_bytes
from registry.parties import doors, enrolment, prepared
from registry.parties import service as parties
from registry.parties.models import Key, Organisation, Upload, Venue
from registry.parties.schemas import (
    KeyAnswer,
    KeyEndSchema,
    KeyRevocationAnswer,
    MeAnswer,
    PublicKeySchema,
    RevocationSignatureSchema,
    SignatureSchema,
    UploadAnswer,
    UploadSchema,
)

blueprint = openapi.Blueprint(
    "parties-api", __name__, url_prefix="/api/v1", description="Accounts, signing keys, files"
)


@blueprint.route("/me")
@blueprint.response(200, MeAnswer)
@doors.any_machine
def me() -> dict[str, Any]:
    """Who the key acts as, and for whom."""
    actor = doors.actor()
    organisation = db.session.get(Organisation, actor.organisation_id) if actor.organisation_id else None
    venue = db.session.get(Venue, actor.venue_id) if actor.venue_id else None
    return {
        "account": str(actor.account_id),
        "name": actor.name,
        "email": actor.email,
        "confirmed": actor.confirmed,
        "role": str(actor.role),
        "organisation": organisation and _organisation(organisation),
        "venue": venue and {"id": str(venue.id), "code": venue.code, "name": venue.name},
        "power": actor.power and {"number": actor.power.number, "agent": actor.power.agent_name},
        "signing_key": actor.api_kid or None,
        "scopes": sorted(actor.scopes or ()),
    }


@blueprint.route("/keys", methods=["POST"])
@blueprint.arguments(PublicKeySchema)
@blueprint.response(201, KeyAnswer)
@doors.machine("key.enroll")
def prepare_key(asked: dict[str, Any]) -> dict[str, Any]:
    """Prepare the enrolment of the organisation's own key: sign `pae` with it and post the
    signature. Needs Idempotency-Key.
    """
    actor = doors.actor()
    alg, public = parties.parse_public(asked["public_key"])
    kid = doors.once(
        "key.prepare",
        asked,
        lambda: parties.prepare_key(actor, public, alg=alg).kid,
        key=doors.idempotency_header(),
    )
    return _key(parties.organisation_key(actor, kid))


@blueprint.route("/keys/<kid>")
@blueprint.response(200, KeyAnswer)
@doors.machine("organisation.view")
def show_key(kid: str) -> dict[str, Any]:
    """A key of the organisation, prepared or enrolled."""
    return _key(parties.organisation_key(doors.actor(), kid))


@blueprint.route("/keys/<kid>/signature", methods=["POST"])
@blueprint.arguments(SignatureSchema)
@blueprint.response(201, KeyAnswer)
@doors.machine("key.enroll")
def enroll_key(asked: dict[str, Any], kid: str) -> dict[str, Any]:
    """Complete an enrolment with the key's own signature; from now on it is a filing in the log.
    Needs Idempotency-Key.
    """
    actor, signature = doors.actor(), parties.parse_signature(asked["signature"])
    old = parties.parse_signature(asked["old_signature"], field="old_signature")

    def work() -> str:
        if old:
            return parties.rotate_key(actor, kid, signature=signature, old_signature=old).kid
        return parties.enroll_key(actor, kid, signature).kid

    doors.once("key.enroll", {"kid": kid, **asked}, work, key=doors.idempotency_header())
    return _key(parties.organisation_key(actor, kid))


@blueprint.route("/keys/<kid>/rotation", methods=["POST"])
@blueprint.arguments(PublicKeySchema)
@blueprint.response(201, KeyAnswer)
@doors.machine("key.enroll")
def prepare_rotation(asked: dict[str, Any], kid: str) -> dict[str, Any]:
    """Prepare that a new key replaces this one: sign `pae` with both and post the two signatures to the new
    key. Needs Idempotency-Key.
    """
    actor = doors.actor()
    alg, public = parties.parse_public(asked["public_key"])
    made = doors.once(
        "key.prepare_rotation",
        {"kid": kid, **asked},
        lambda: parties.prepare_rotation(actor, kid, public, alg=alg).kid,
        key=doors.idempotency_header(),
    )
    return _key(parties.organisation_key(actor, made))


@blueprint.route("/keys/<kid>/revocation", methods=["POST"])
@blueprint.arguments(KeyEndSchema)
@blueprint.response(201, KeyRevocationAnswer)
@doors.machine("key.revoke")
def prepare_revocation(asked: dict[str, Any], kid: str) -> dict[str, Any]:
    """Prepare the end of a key: sign `pae` with any key in force of the organisation, itself included. Needs
    Idempotency-Key.
    """
    actor = doors.actor()
    made = doors.once(
        "key.prepare_revocation",
        {"kid": kid, **asked},
        lambda: str(parties.prepare_revocation(actor, kid, asked["reason"]).id),
        key=doors.idempotency_header(),
    )
    statement = prepared.find(actor, UUID(made)).statement
    return {"prepared": made, "statement": statement, "pae": b64(statement_bytes(statement))}


@blueprint.route("/keys/<kid>/revocation/<uuid:prepared_id>/signature", methods=["POST"])
@blueprint.arguments(RevocationSignatureSchema)
@blueprint.response(201, KeyAnswer)
@doors.machine("key.revoke")
def revoke_key(asked: dict[str, Any], kid: str, prepared_id: UUID) -> dict[str, Any]:
    """End the key with the signature over what was prepared; what it signed before stays good. Needs
    Idempotency-Key.
    """
    actor, signature = doors.actor(), parties.parse_signature(asked["signature"])

    def work() -> str:
        fields = prepared.find(actor, prepared_id).statement
        said = parties.external(actor, asked["kid"], signature, fields)
        return parties.revoke_prepared(actor, kid, prepared_id, said).kid

    doors.once("key.revoke", {"kid": kid, **asked}, work, key=doors.idempotency_header())
    return _key(parties.organisation_key(actor, kid))


@blueprint.route("/files", methods=["POST"])
@blueprint.arguments(UploadSchema, location="form")
@blueprint.response(201, UploadAnswer)
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                        "purpose": {"type": "string", "enum": sorted(parties.PURPOSES)},
                    },
                }
            }
        },
    }
)
@doors.machine("upload.add")
def bring_file(asked: dict[str, Any]) -> dict[str, Any]:
    """Bring a file (multipart form: `file`, `purpose`); its type is read from its content. Needs
    Idempotency-Key.
    """
    actor, name, data = doors.actor(), *doors.uploaded_file("file")
    if not data and "file" not in request.files:
        raise Refused("required", "file")
    upload_id = doors.once(
        "file.bring",
        {**asked, "sha256": hashlib.sha256(data).hexdigest()},
        lambda: str(parties.keep_upload(actor, data=data, filename=name, purpose=asked["purpose"]).id),
        key=doors.idempotency_header(),
    )
    return _upload(parties.uploaded(actor, upload_id, field="file"))


def _organisation(organisation: Organisation) -> dict[str, Any]:
    return {
        "id": str(organisation.id),
        "name": organisation.name,
        "uscc": organisation.uscc,
        "verified": organisation.verified_at is not None,
    }


def _key(key: Key) -> dict[str, Any]:
    waiting = enrolment.fields_of(key) if key.enrolled_seq is None else None
    replaces = enrolment.replaced_by(key)
    return {
        "kid": key.kid,
        "alg": key.alg,
        "level": key.level,
        "enrolled_seq": key.enrolled_seq,
        "revoked_seq": key.revoked_seq,
        **({"replaces": replaces} if replaces else {}),
        **({"statement": waiting, "pae": b64(statement_bytes(waiting))} if waiting else {}),
    }


def _upload(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.id),
        "digest": upload.digest,
        "media_type": upload.media_type,
        "size": upload.size,
        "purpose": upload.purpose,
    }
