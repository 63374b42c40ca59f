"""Who signs with what: the account's own key opened by a password, or a key the organisation enrolled and
keeps itself.
"""

import binascii
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from sqlalchemy import bindparam, select

from registry import clock, history
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.canonical import unb64
from registry.ledger.filings import Statement, statement_bytes
from registry.ledger.signing import PASSKEY, check_public, kid_of
from registry.ledger.statement_lists import StatementList
from registry.parties import accounts, ceremonies, enrolment, keys, mail, passkeys
from registry.parties.models import Key
from registry.parties.organisations import organisation_of
from registry.parties.permissions import allow
from registry.parties.rules import Actor, Level

_KEY = select(Key.alg, Key.organisation_id).where(Key.kid == bindparam("kid"))


def sign(actor: Actor, password: str, fields: Mapping[str, Any], *, field: str = "password") -> Statement:
    """Sign a statement with the account's own key, opened with the password, or with a passkey where the form
    asks for one. Never inside a transaction.

    Raises Refused `password_wrong`, `account_unconfirmed`; for passkeys as `passkeys.sign`.
    """
    alg, kid, signature = _signed(actor, password, statement_bytes(fields), field=field)
    return Statement(fields=dict(fields), alg=alg, kid=kid, signature=signature, level=_level(alg))


def sign_list(
    actor: Actor, password: str, listed: StatementList, *, field: str = "password"
) -> list[Statement]:
    """Sign many statements at once, in their order: one signature, in each its own place. Never inside a
    transaction.

    Raises Refused `password_wrong`, `account_unconfirmed`.
    """
    alg, kid, signature = _signed(actor, password, listed.signed_bytes, field=field)
    return _placed(listed, alg=alg, kid=kid, signature=signature, level=_level(alg))


def _level(alg: str) -> Level:
    return Level.PASSKEY if alg == PASSKEY else Level.ACCOUNT


def _signed(actor: Actor, password: str, message: bytes, *, field: str) -> tuple[str, str, bytes]:
    """Under the key the password opens, or by the device the form wants to be signed with."""
    if ceremonies.in_hand() is not None:
        return passkeys.signed(actor, message)
    key = accounts.key_of(actor.account_id)
    if key.enrolled_seq is not None and key.enrolled_seq < 0:
        key = _enrol_again(actor, key, password, field=field)
    assert key.sealed is not None
    alg, kid, sealed = key.alg, key.kid, key.sealed
    return alg, kid, keys.sign_sealed(sealed, password, message, field=field)


def _placed(listed: StatementList, *, alg: str, kid: str, signature: bytes, level: Level) -> list[Statement]:
    return [
        Statement(fields=dict(one), alg=alg, kid=kid, signature=signature, level=level, place=place)
        for one, place in zip(listed.statements, listed.places(), strict=True)
    ]


def _enrol_again(actor: Actor, key: Key, password: str, *, field: str) -> Key:
    """A key of a closed log states itself to the present one, at its first signature there."""
    kid, alg, sealed, account_id = key.kid, key.alg, key.sealed or b"", key.account_id
    assert account_id is not None
    fields = enrolment.prepare(key, holder=account_id, person=actor.name, evidence={"closed_log": "again"})
    waiting = dict(key.enrolment)
    db.session.rollback()
    signature = keys.sign_sealed(sealed, password, statement_bytes(fields), field=field)
    said = Statement(fields=fields, alg=alg, kid=kid, signature=signature, level=Level.ACCOUNT)

    def work() -> None:
        again = db.session.get_one(Key, kid, with_for_update=True)
        if again.enrolled_seq is not None and again.enrolled_seq < 0:  # else another request was first
            again.enrolment = waiting
            enrolment.state(again, said)
            enrolment.file(again)

    transaction(work)
    return accounts.key_of(account_id)


def external(actor: Actor, kid: str, signature: bytes, fields: Mapping[str, Any]) -> Statement:
    """The statement of a machine: signed elsewhere with a key the actor's organisation enrolled, under a
    power the agent's. Raises Refused.
    """
    alg = _external_alg(actor, kid)
    return Statement(fields=dict(fields), alg=alg, kid=kid, signature=signature, level=Level.EXTERNAL)


def external_list(actor: Actor, kid: str, signature: bytes, listed: StatementList) -> list[Statement]:
    """The statements of a machine that signed their list elsewhere. Raises Refused."""
    alg = _external_alg(actor, kid)
    return _placed(listed, alg=alg, kid=kid, signature=signature, level=Level.EXTERNAL)


def _external_alg(actor: Actor, kid: str) -> str:
    key = db.session.connection().execute(_KEY, {"kid": kid}).one_or_none()
    signer = actor.organisation_id if actor.power is None else actor.power.agent_id  # an agent's own key
    if key is None or key.organisation_id is None or key.organisation_id != signer:
        raise Refused("key_unknown", "kid")
    if actor.api_kid and kid != actor.api_kid:  # a machine's access names the key it signs with
        raise Refused("key_unknown", "kid")
    return str(key.alg)


def parse_public(text: str, *, field: str = "public_key") -> tuple[str, bytes]:
    """Algorithm and bytes of a public key: PEM (Ed25519 or P-256) or 64 hex digits (Ed25519). Raises Refused
    `key_form`.
    """
    compact = "".join(text.split())
    try:
        if "BEGIN PUBLIC KEY" in text:
            return _of_pem(text)
        public = bytes.fromhex(compact)
        check_public("ed25519", public)
    except (ValueError, UnsupportedAlgorithm):
        raise Refused("key_form", field)
    return "ed25519", public


def parse_signature(text: str, *, field: str = "signature") -> bytes:
    """A signature in base64, as `openssl base64` prints it. Raises Refused `signature_form`."""
    try:
        return unb64("".join(text.split()))
    except (ValueError, binascii.Error):
        raise Refused("signature_form", field)


def prepare_key(actor: Actor, public: bytes, *, alg: str = "ed25519") -> Key:
    """Prepare the enrolment of the organisation's own key: what its private half has to sign.

    Asking again for the same key answers with the same statement. Raises Refused `key_form`, Conflict
    `key_known`.
    """
    allow(actor, "key.enroll", organisation_of(actor))
    return new_key(actor, public, alg=alg)


def new_key(actor: Actor, public: bytes, *, alg: str, replaces: str = "") -> Key:
    """A key of the organisation's with its prepared statement; `replaces` names the key it rotates away."""
    organisation = organisation_of(actor)
    try:
        check_public(alg, public)
    except ValueError:
        raise Refused("key_form", "public_key")
    kid = kid_of(alg, public)
    known = db.session.get(Key, kid)
    if known is not None and (known.enrolled_seq is not None or known.organisation_id != organisation.id):
        if known.organisation_id != organisation.id or not enrolment.in_closed_log(known) or replaces:
            raise Conflict("key_known", "public_key")
        known.enrolled_seq = None  # machines are bound to this row: it states itself to the present log
        evidence = {"organisation": organisation.name}
        enrolment.prepare(known, holder=organisation.id, person=actor.name, evidence=evidence)
        db.session.flush()
        return known
    if known is not None and enrolment.replaced_by(known) == replaces:
        return known
    if known is not None:
        db.session.delete(known)  # prepared for something else: what it was to say is drawn anew
        db.session.flush()
    key = Key(
        kid=kid,
        alg=alg,
        level=Level.EXTERNAL,
        organisation_id=organisation.id,
        public=public,
        created_at=clock.now(),
    )
    evidence = {"organisation": organisation.name}
    enrolment.prepare(key, holder=organisation.id, person=actor.name, evidence=evidence, replaces=replaces)
    db.session.add(key)
    db.session.flush()
    return key


def enroll_key(actor: Actor, kid: str, signature: bytes) -> Key:
    """Enroll a prepared key with its own signature over the statement (proof of possession): a filing from
    now on.

    Raises NotFound, Conflict `key_known`, Refused `signature_invalid`.
    """
    key = organisation_key(actor, kid, locked=True)
    allow(actor, "key.enroll", organisation_of(actor))
    if key.enrolled_seq is not None:
        raise Conflict("key_known", "public_key")
    fields = enrolment.fields_of(key)
    if enrolment.replaced_by(key):  # the old key has to state it too: `key_changes.rotate_key`
        raise Refused("required", "old_signature")
    said = Statement(fields=fields, alg=key.alg, kid=kid, signature=signature, level=Level.EXTERNAL)
    enrolment.state(key, said)
    enrolment.file(key)
    history.record(actor, "enroll_key", organisation_of(actor), changes={"kid": kid})
    mail.write_to_organisation(organisation_of(actor).id, "key_made", kid=kid)
    return key


def organisation_key(actor: Actor, kid: str, *, locked: bool = False) -> Key:
    """A key of the actor's organisation, enrolled or prepared. Raises NotFound."""
    key = db.session.get(Key, kid, with_for_update=locked)
    if key is None or key.organisation_id != organisation_of(actor).id:
        raise NotFound("not_found")
    return key


def keys_of(actor: Actor) -> list[Key]:
    """The account's own keys and, where it acts for an organisation, that organisation's; oldest first."""
    mine = Key.account_id == actor.account_id
    if actor.organisation_id is not None:
        mine = mine | (Key.organisation_id == actor.organisation_id)
    return list(db.session.scalars(select(Key).where(mine).order_by(Key.created_at)))


def _of_pem(text: str) -> tuple[str, bytes]:
    key = load_pem_public_key(text.strip().encode())
    if isinstance(key, Ed25519PublicKey):
        return "ed25519", key.public_bytes_raw()
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "p256", key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise ValueError("neither Ed25519 nor P-256")
