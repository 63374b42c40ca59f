"""Passkeys: keys in people's own devices, for signing in and for signing statements (WebAuthn Level 3).

A passkey is an account's key beside the one under its password: enrolled by a filing it states itself, ended
by another. What a device signs for a statement is the digest of the statement's own bytes, so that what it
answers is the statement's signature (docs/formats.md section 2).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app
from sqlalchemy import select
from webauthn import helpers
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from registry import clock, history
from registry.config import Settings
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.ledger import assertions
from registry.ledger.filings import Filing, Statement, statement_bytes
from registry.ledger.signing import PASSKEY, kid_of
from registry.parties import ceremonies, enrolment, mail, prepared
from registry.parties.ceremonies import Purpose
from registry.parties.models import Account, Ceremony, Key, Passkey
from registry.parties.prepared import Act
from registry.parties.rules import Actor, Level

MOST = 10
"""Passkeys of one account: a phone, a computer, a key in the safe, and some that were lost."""
LONGEST_ANSWER = 20_000
VERIFIED = UserVerificationRequirement.REQUIRED


class PasskeyAsked(Exception):
    """A form wants to be signed by a device: what to ask it. No error; the door answers with the question."""

    def __init__(self, account_id: UUID, message: bytes, kids: Sequence[str] = ()) -> None:
        super().__init__("a passkey is asked")
        self.account_id, self.message, self.kids = account_id, message, tuple(kids)


# --- registering a device ----------------------------------------------------------------------------


def begin(actor: Actor, name: str) -> Ceremony:
    """Begin to register a device, after the password was shown.

    Raises Refused `account_unconfirmed`, Conflict `too_many_passkeys`.
    """
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    if len(of(actor.account_id)) >= MOST:
        raise Conflict("too_many_passkeys", "name", max=MOST)
    return ceremonies.begin(Purpose.REGISTER, account_id=actor.account_id, facts={"name": name})


def creation_options(actor: Actor, ceremony: Ceremony) -> dict[str, Any]:
    """What the browser is to ask the device for: `PublicKeyCredentialCreationOptionsJSON`."""
    assert actor.account_id is not None
    known = [PublicKeyCredentialDescriptor(id=one.credential_id) for one in of(actor.account_id)]
    options = webauthn.generate_registration_options(
        rp_id=party(),
        rp_name="明许 Mingxu",
        user_id=actor.account_id.bytes,
        user_name=actor.email,
        user_display_name=actor.name,
        challenge=ceremony.challenge,
        exclude_credentials=known,
        supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
    )
    return helpers.options_to_json_dict(options)


def register(actor: Actor, ceremony_id: UUID, answer: str) -> Key:
    """Take in a device's new key. It signs nothing before it has stated its own enrolment.

    Raises Conflict `ceremony_over`, `key_known`, Refused `passkey_wrong`.
    """
    ceremony = ceremonies.find(Purpose.REGISTER, ceremony_id, account_id=actor.account_id)
    made = _made(_read(answer), ceremony.challenge)
    public = _point(made.credential_public_key)
    kid, name = kid_of(PASSKEY, public), str(ceremony.facts["name"])
    ceremonies.end(ceremony.id)
    if db.session.get(Key, kid) is not None or _by_credential(made.credential_id) is not None:
        raise Conflict("key_known")
    account_id = actor.account_id
    assert account_id is not None
    key = Key(
        kid=kid,
        alg=PASSKEY,
        level=Level.PASSKEY,
        account_id=account_id,
        public=public,
        created_at=clock.now(),
    )
    enrolment.prepare(key, holder=account_id, person=actor.name, evidence={"confirmed": "password"})
    db.session.add(key)
    db.session.flush()
    row = Passkey(
        kid=kid,
        account_id=account_id,
        credential_id=made.credential_id,
        cose=made.credential_public_key,
        name=name,
        sign_count=made.sign_count,
        synced=made.credential_backed_up,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "register_passkey", db.session.get_one(Account, account_id), changes={"kid": kid})
    return key


def stated(actor: Actor, kid: str) -> Statement:
    """The device's statement of its own enrolment. Raises NotFound, PasskeyAsked, Refused, Conflict."""
    key = own(actor, kid).key
    return sign(actor, enrolment.fields_of(key), kids=[kid])


def enrol(actor: Actor, kid: str, statement: Statement) -> Key:
    """Enter a device's key: from now on it signs. Raises NotFound, Conflict, Refused `signature_invalid`."""
    passkey = own(actor, kid)
    if passkey.key.enrolled_seq is not None:
        raise Conflict("key_known")
    enrolment.state(passkey.key, statement)
    enrolment.file(passkey.key)
    account = db.session.get_one(Account, actor.account_id)
    mail.write_to_account(account, "passkey_added", name=actor.name, device=passkey.name)
    history.record(actor, "enroll_passkey", account, changes={"kid": kid})
    return passkey.key


# --- using one ---------------------------------------------------------------------------------------


def sign(actor: Actor, fields: Mapping[str, Any], *, kids: Sequence[str] = ()) -> Statement:
    """A statement signed by the device whose answer is in hand. Never inside a transaction.

    Raises PasskeyAsked where the device has still to be asked, Conflict `ceremony_over`, `stale_digest`,
    Refused `passkey_wrong`.
    """
    alg, kid, signature = signed(actor, statement_bytes(fields), kids=kids)
    return Statement(fields=dict(fields), alg=alg, kid=kid, signature=signature, level=Level.PASSKEY)


def signed(actor: Actor, message: bytes, *, kids: Sequence[str] = ()) -> tuple[str, str, bytes]:
    """Algorithm, key and signature of the device in hand over these bytes. Raises as `sign`."""
    form, account_id = ceremonies.in_hand(), actor.account_id
    assert account_id is not None
    if form is None or not form.answer:
        raise PasskeyAsked(account_id, message, kids)
    ceremony = ceremonies.find(Purpose.SIGN, form.ceremony_id, account_id=account_id)
    if ceremony.challenge != assertions.challenge(message):
        raise Conflict("stale_digest")
    answer, ceremony_id = _read(form.answer), ceremony.id
    kid = _checked(answer, ceremony, account_id=account_id).kid
    if kids and kid not in kids:
        raise Refused("passkey_wrong")
    parts = answer["response"]
    signature = assertions.encode(
        authenticator_data=_bytes(parts["authenticatorData"]),
        client_data=_bytes(parts["clientDataJSON"]),
        signature=_bytes(parts["signature"]),
    )
    db.session.rollback()
    transaction(lambda: _used(ceremony_id, kid, answer))
    return PASSKEY, kid, signature


def ask(asked: PasskeyAsked) -> dict[str, Any]:
    """The question for the browser; what was drawn for it is kept until the answer comes. Flushes."""
    form = ceremonies.in_hand()
    known = of(asked.account_id, enrolled=not asked.kids)
    if asked.kids:
        known = [one for one in known if one.kid in asked.kids]
    if not known:
        raise Refused("no_passkey", "password")
    ceremony = ceremonies.begin(
        Purpose.SIGN,
        account_id=asked.account_id,
        challenge=assertions.challenge(asked.message),
        facts={"acts": form.drawn if form else []},
    )
    return {"ceremony": str(ceremony.id), "options": _request_options(ceremony.challenge, known)}


def begin_sign_in() -> dict[str, Any]:
    """A challenge for whoever comes: the device knows for which account it holds a key. Flushes."""
    ceremony = ceremonies.begin(Purpose.SIGN_IN, account_id=None)
    return {"ceremony": str(ceremony.id), "options": _request_options(ceremony.challenge, ())}


def sign_in(ceremony_id: UUID, answer: str) -> UUID:
    """The account whose device answered. Raises Conflict `ceremony_over`, Refused `passkey_wrong`."""
    ceremony = ceremonies.find(Purpose.SIGN_IN, ceremony_id, account_id=None)
    read = _read(answer)
    passkey = _checked(read, ceremony, account_id=None)
    account_id = passkey.account_id
    _used(ceremony.id, passkey.kid, read)
    return account_id


# --- looking after them ------------------------------------------------------------------------------


def of(account_id: UUID | None, *, enrolled: bool = False) -> list[Passkey]:
    """The account's passkeys in force, or registered and not yet entered; oldest first."""
    query = select(Passkey).join(Key).where(Passkey.account_id == account_id, Key.revoked_seq.is_(None))
    if enrolled:
        query = query.where(Key.enrolled_seq >= 0)
    return list(db.session.scalars(query.order_by(Passkey.created_at)))


def own(actor: Actor, kid: str) -> Passkey:
    """One of the account's own. Raises NotFound."""
    row = db.session.get(Passkey, kid)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("not_found")
    return row


def removal_of(actor: Actor, kid: str, reason: str) -> Act | None:
    """The filing that ends a passkey, for the account's key to state; None for one never entered.

    Raises NotFound, Conflict `key_not_in_force`.
    """
    key = own(actor, kid).key
    if key.enrolled_seq is None:
        return None
    if key.revoked_seq is not None:
        raise Conflict("key_not_in_force")
    return prepared.act_of(enrolment.revocation(key, reason=reason, person=actor.name), role="holder")


def remove(actor: Actor, kid: str, filing: Filing | None) -> None:
    """End a passkey: it signs nothing more and opens no session. Raises NotFound, Refused."""
    passkey = own(actor, kid)
    key, account = passkey.key, db.session.get_one(Account, actor.account_id)
    name = passkey.name
    if filing is None:
        db.session.delete(passkey)
        db.session.delete(key)
    else:
        enrolment.enter_revocation(key, filing)
    mail.write_to_account(account, "passkey_removed", name=actor.name, device=name)
    history.record(actor, "remove_passkey", account, changes={"kid": kid})


# --- the standard's part -----------------------------------------------------------------------------


def party() -> str:
    """The name devices keep their keys under: the host of the registry's address."""
    return urlsplit(_settings().base_url).hostname or ""


def _origin() -> str:
    parts = urlsplit(_settings().base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _request_options(challenge: bytes, known: Sequence[Passkey]) -> dict[str, Any]:
    options = webauthn.generate_authentication_options(
        rp_id=party(),
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        user_verification=VERIFIED,
    )
    return helpers.options_to_json_dict(options)


def _read(answer: str) -> dict[str, Any]:
    """Raises Refused `passkey_wrong` for what no browser sends."""
    try:
        found = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise Refused("passkey_wrong")
    return found


def _made(answer: dict[str, Any], challenge: bytes) -> Any:
    try:
        return webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party(),
            expected_origin=_origin(),
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused("passkey_wrong")


def _checked(answer: dict[str, Any], ceremony: Ceremony, *, account_id: UUID | None) -> Passkey:
    """The passkey in force that answered this challenge on our own page. Raises Refused `passkey_wrong`."""
    try:
        credential = helpers.parse_authentication_credential_json(answer)
        passkey = _by_credential(credential.raw_id)
        if passkey is None or passkey.account_id != (account_id or passkey.account_id):
            raise Refused("passkey_wrong")
        webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=ceremony.challenge,
            expected_rp_id=party(),
            expected_origin=_origin(),
            credential_public_key=passkey.cose,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused("passkey_wrong")
    stating_itself = passkey.key.enrolled_seq is None and ceremony.purpose == Purpose.SIGN
    if passkey.key.revoked_seq is not None or passkey.account.closed_at is not None:
        raise Refused("passkey_wrong")
    if passkey.key.enrolled_seq is None and not stating_itself:
        raise Refused("passkey_wrong")
    return passkey


def _used(ceremony_id: UUID, kid: str, answer: dict[str, Any]) -> None:
    """The answer counts once; the device's own counter is kept, by which a copied device is noticed."""
    ceremonies.end(ceremony_id)
    passkey = db.session.get_one(Passkey, kid)
    data = helpers.parse_authenticator_data(_bytes(answer["response"]["authenticatorData"]))
    passkey.sign_count, passkey.used_at = data.sign_count, clock.now()


def _point(cose: bytes) -> bytes:
    decoded = helpers.decode_credential_public_key(cose)
    public = helpers.decoded_public_key_to_cryptography(decoded)
    if not isinstance(public, EllipticCurvePublicKey):
        raise Refused("passkey_wrong")
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _bytes(text: str) -> bytes:
    return helpers.base64url_to_bytes(text)


def _by_credential(credential_id: bytes) -> Passkey | None:
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
