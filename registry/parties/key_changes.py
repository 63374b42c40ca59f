"""Keys that change: an organisation's own key rotated or revoked, an account's key made anew.

A rotation is one statement under both keys: the old one gives its place away, the new one shows that it is
there. A revocation is stated by a person who shows the password again, or by a machine with a key in force.
What was signed before either stays good.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db
from registry.errors import Conflict, Refused
from registry.ledger.filings import Filing, Statement, signed_statement
from registry.ledger.signing import Ed25519Signer
from registry.parties import accounts, enrolment, keys, mail, prepared, sessions
from registry.parties.machine_models import ApiKey
from registry.parties.models import Account, Key
from registry.parties.organisations import organisation_of
from registry.parties.permissions import allow
from registry.parties.prepared import Act, PreparedAct
from registry.parties.rules import Actor, KeyEnd, Level
from registry.parties.signatures import new_key, organisation_key

REVOKE = "key.revoke"


def in_force(actor: Actor, kid: str, *, locked: bool = False) -> Key:
    """A key of the actor's organisation that signs today. Raises NotFound, Conflict key_not_in_force."""
    key = organisation_key(actor, kid, locked=locked)
    if key.enrolled_seq is None or key.revoked_seq is not None:
        raise Conflict("key_not_in_force")
    return key


def prepare_rotation(actor: Actor, kid: str, public: bytes, *, alg: str) -> Key:
    """Prepare that a new key takes the place of one in force: what both private halves have to sign.

    Raises NotFound, Refused key_form, Conflict key_known, key_not_in_force.
    """
    allow(actor, "key.enroll", organisation_of(actor))
    return new_key(actor, public, alg=alg, replaces=in_force(actor, kid).kid)


def rotate_key(actor: Actor, kid: str, *, signature: bytes, old_signature: bytes) -> Key:
    """Enter a prepared rotation. Machines bound to the old key are bound to the new one from now on.

    Raises NotFound, Conflict key_known, key_not_in_force, Refused signature_invalid.
    """
    allow(actor, "key.enroll", organisation_of(actor))
    key = organisation_key(actor, kid, locked=True)
    if key.enrolled_seq is not None:
        raise Conflict("key_known", "public_key")
    old = in_force(actor, enrolment.replaced_by(key), locked=True)
    fields = enrolment.fields_of(key)
    enrolment.state(key, _said(key, fields, signature), _said(old, fields, old_signature))
    _take_over(key, old)
    for machine in _machines(old):
        machine.kid = key.kid
    organisation = organisation_of(actor)
    history.record(actor, "rotate_key", organisation, changes={"kid": kid, "replaces": old.kid})
    mail.write_to_organisation(organisation.id, "key_changed", what="rotated", kid=kid)
    return key


def revocation_of(actor: Actor, kid: str, reason: KeyEnd) -> Act:
    """The revocation of a key in force, for somebody to sign. Raises NotFound, Conflict key_not_in_force."""
    allow(actor, REVOKE, organisation_of(actor))
    key = in_force(actor, kid)
    return prepared.act_of(enrolment.revocation(key, reason=str(reason), person=actor.name), role="holder")


def prepare_revocation(actor: Actor, kid: str, reason: KeyEnd) -> PreparedAct:
    """Keep a revocation until a machine has signed it. Raises as `revocation_of`."""
    act = revocation_of(actor, kid, reason)
    return prepared.keep(actor, REVOKE, organisation_of(actor).id, act, {"kid": kid, "reason": str(reason)})


def revoke_prepared(actor: Actor, kid: str, prepared_id: UUID, statement: Statement) -> Key:
    """Enter a prepared revocation with its signature. Raises NotFound, Conflict, Refused."""
    row, act = prepared.take(actor, REVOKE, prepared_id)
    if row.facts["kid"] != kid:
        raise Conflict("stale_digest", "prepared")
    return revoke_key(actor, kid, act.signed(statement))


def revoke_key(actor: Actor, kid: str, filing: Filing) -> Key:
    """Enter the end of a key; machines that signed with it lose their access.

    Raises NotFound, Conflict key_not_in_force, Refused signature_invalid.
    """
    allow(actor, REVOKE, organisation_of(actor))
    key = in_force(actor, kid, locked=True)
    enrolment.enter_revocation(key, filing)
    for machine in _machines(key):
        machine.revoked_at = clock.now()
    changes = {"kid": kid, "reason": filing.fields["reason"]}
    organisation = organisation_of(actor)
    history.record(actor, "revoke_key", organisation, changes=changes)
    mail.write_to_organisation(organisation.id, "key_changed", what="revoked", kid=kid)
    return key


def prepare_renewal(actor: Actor, password: str) -> dict[str, Any]:
    """A fresh account key under the same password, with the rotation both keys have signed.

    Derives keys, so never inside a transaction; its answer is for `renew_key`. Raises Refused password_wrong,
    account_unconfirmed.
    """
    old = accounts.key_of(actor.account_id)
    sealed_before, old_kid, alg = old.sealed or b"", old.kid, old.alg
    signer, sealed = keys.create_sealed(password)
    row = _account_key(actor, signer, sealed)
    assert actor.account_id is not None
    fields = enrolment.prepare(
        row,
        holder=actor.account_id,
        person=actor.name,
        evidence={"asked": "password"},
        replaces=old_kid,
    )
    own = signed_statement(fields, signer, level=Level.ACCOUNT)
    signature = keys.sign_sealed(sealed_before, password, own.signed_bytes)
    said = Statement(fields=fields, alg=alg, kid=old_kid, signature=signature, level=Level.ACCOUNT)
    enrolment.state(row, own, said)
    return {"signer": signer, "sealed": sealed, "enrolment": row.enrolment}


def renew_key(actor: Actor, made: dict[str, Any]) -> Key:
    """Let the account's fresh key take the old one's place; every other session ends.

    Raises Conflict stale_digest when the key changed meanwhile.
    """
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    old = accounts.key_of(account.id)
    key = _account_key(actor, made["signer"], made["sealed"])
    key.enrolment = made["enrolment"]
    if enrolment.replaced_by(key) != old.kid:
        raise Conflict("stale_digest")
    db.session.add(key)
    _take_over(key, old)
    sessions.revoke_others(account.id, actor.session_id)
    history.record(actor, "renew_key", account)
    mail.write_to_account(account, "key_changed", what="renewed")
    return key


def _take_over(key: Key, old: Key) -> None:
    enrolment.file(key)
    assert key.enrolled_seq is not None
    enrolment.end(old, key.enrolled_seq)


def _said(key: Key, fields: dict[str, Any], signature: bytes) -> Statement:
    if not signature:
        raise Refused("required", "old_signature")
    return Statement(fields=fields, alg=key.alg, kid=key.kid, signature=signature, level=Level(key.level))


def _machines(key: Key) -> list[ApiKey]:
    return list(db.session.scalars(select(ApiKey).where(ApiKey.kid == key.kid, ApiKey.revoked_at.is_(None))))


def _account_key(actor: Actor, signer: Ed25519Signer, sealed: bytes) -> Key:
    return Key(
        kid=signer.kid,
        alg=signer.alg,
        level=Level.ACCOUNT,
        account_id=actor.account_id,
        public=signer.public,
        sealed=sealed,
        created_at=clock.now(),
    )
