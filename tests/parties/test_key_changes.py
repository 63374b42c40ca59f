"""Keys rotated, revoked and made anew: by people with their password, by machines with their keys."""

import base64
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask

from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.ledger import service as ledger
from registry.ledger.canonical import unb64
from registry.ledger.filings import Filing, statement_bytes
from registry.ledger.signing import Ed25519Signer, P256Signer
from registry.parties import enrolment
from registry.parties import service as parties
from registry.parties.machine_models import ApiKey
from registry.parties.models import Key, Session
from registry.parties.prepared import act_of
from registry.parties.rules import Actor, KeyEnd
from tests.browser import PASSWORD, Browser
from tests.parties.people import owner

AnySigner = Ed25519Signer | P256Signer


def enrolled(actor: Actor, signer: AnySigner) -> str:
    transaction(lambda: parties.prepare_key(actor, signer.public, alg=signer.alg))
    fields = enrolment.fields_of(db.session.get_one(Key, signer.kid))
    transaction(lambda: parties.enroll_key(actor, signer.kid, signer.sign(statement_bytes(fields))))
    return signer.kid


def rotated(actor: Actor, old: AnySigner, new: AnySigner, *, by_old: AnySigner, by_new: AnySigner) -> int:
    transaction(lambda: parties.prepare_rotation(actor, old.kid, new.public, alg=new.alg))
    message = statement_bytes(enrolment.fields_of(db.session.get_one(Key, new.kid)))
    signatures = {"signature": by_new.sign(message), "old_signature": by_old.sign(message)}
    return transaction(lambda: parties.rotate_key(actor, new.kid, **signatures).enrolled_seq) or 0


def key(kid: str) -> Key:
    db.session.rollback()
    return db.session.get_one(Key, kid)


@pytest.mark.parametrize(("first", "second"), [(Ed25519Signer, P256Signer), (P256Signer, Ed25519Signer)])
def test_a_rotation_is_stated_by_both_keys_and_ends_the_old(
    app: Flask, first: type[AnySigner], second: type[AnySigner]
) -> None:
    actor, old, new = owner("u1"), first.generate(), second.generate()
    enrolled(actor, old)
    token = transaction(lambda: parties.create_api_key(actor, label="x", kid=old.kid))
    seq = rotated(actor, old, new, by_old=old, by_new=new)
    filed = ledger.filed_at(seq)[1]
    assert (filed.type, filed.fields["replaces"]) == ("key.rotated", old.kid)
    assert {said.kid for said in filed.statements} == {old.kid, new.kid}
    assert (key(old.kid).revoked_seq, key(new.kid).enrolled_seq) == (seq, seq)
    machine = db.session.query(ApiKey).filter_by(prefix=token[:12]).one()
    assert (machine.kid, machine.revoked_at) == (new.kid, None)
    db.session.rollback()
    assert ledger.audit().ok
    with pytest.raises(Conflict, match="key_not_in_force"):
        rotated(actor, old, Ed25519Signer.generate(), by_old=old, by_new=new)


@pytest.mark.parametrize("wrong", ["old", "new"])
def test_a_rotation_without_both_signatures_changes_nothing(lite: Flask, wrong: str) -> None:
    actor, old, new, thief = owner("u1"), *(Ed25519Signer.generate() for _ in range(3))
    enrolled(actor, old)
    signers = {"by_old": thief if wrong == "old" else old, "by_new": thief if wrong == "new" else new}
    with pytest.raises(Refused, match="signature_invalid"):
        rotated(actor, old, new, **signers)
    assert (key(old.kid).revoked_seq, key(new.kid).enrolled_seq) == (None, None)
    with pytest.raises(Refused, match="required"):  # nor does it come in as if it replaced nothing
        transaction(lambda: parties.enroll_key(actor, new.kid, b"x"))


def test_a_stranger_neither_rotates_nor_revokes(lite: Flask) -> None:
    actor, other, old = owner("u1"), owner("c1"), Ed25519Signer.generate()
    enrolled(actor, old)
    new = Ed25519Signer.generate().public
    with pytest.raises(NotFound):
        transaction(lambda: parties.prepare_rotation(other, old.kid, new, alg="ed25519"))
    with pytest.raises(NotFound):
        parties.revocation_of(other, old.kid, KeyEnd.LOST)


def test_a_key_is_revoked_on_the_page_with_the_password_alone(app: Flask) -> None:
    actor, signer = owner("u1"), Ed25519Signer.generate()
    enrolled(actor, signer)
    token = transaction(lambda: parties.create_api_key(actor, label="x", kid=signer.kid))
    browser = Browser(app).sign_in(actor.email)
    address = f"/organisation/keys/{signer.kid}/revoke"
    assert browser.get(address).submit({"reason": "stolen", "password": "not the one"}).status == 422
    assert key(signer.kid).revoked_seq is None
    assert "仍然有效" in browser.get(address).submit({"reason": "stolen", "password": PASSWORD}).text
    seq = key(signer.kid).revoked_seq or 0
    filed = ledger.filed_at(seq)[1]
    assert (filed.type, filed.fields["reason"], len(filed.statements)) == ("key.revoked", "stolen", 1)
    assert db.session.query(ApiKey).filter_by(prefix=token[:12]).one().revoked_at is not None
    db.session.rollback()
    act = act_of(Filing(type="key.revoked", subject="x", fields={"kid": "x", "reason": "x"}), role="holder")
    said = parties.external(actor, signer.kid, signer.sign(b"x"), dict(act.statement))
    with pytest.raises(Refused, match="key_revoked"):
        transaction(lambda: ledger.append([act.signed(said)]))
    assert ledger.audit().ok


def test_a_key_is_rotated_on_the_page(lite: Flask) -> None:
    actor, old, new = owner("u1"), Ed25519Signer.generate(), ed25519.Ed25519PrivateKey.generate()
    enrolled(actor, old)
    pem = new.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    browser = Browser(lite).sign_in(actor.email).get(f"/organisation/keys/{old.kid}/rotate")
    browser.submit({"public_key": pem})
    address = browser.address
    message = browser.get(f"{address}/statement.bin").page.data
    right = {"signature": new.sign(message), "old_signature": old.sign(message)}
    for name in right:
        tried = {one: _base64(new.sign(b"x") if one == name else right[one]) for one in right}
        assert browser.get(address).submit(tried).status == 422
        (marked,) = re.findall(r'id="([^"]*)-error"', browser.html)
        assert ("old" in marked) == (name == "old_signature")
    assert "已登记" in browser.get(address).submit({one: _base64(right[one]) for one in right}).text
    assert "此前用它签署的仍然有效" in browser.get(f"/organisation/keys/{old.kid}").text


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_machines_rotate_and_revoke_by_prepared_statements(lite: Flask) -> None:
    actor, old, new = owner("u1"), Ed25519Signer.generate(), P256Signer.generate()
    enrolled(actor, old)
    token = transaction(lambda: parties.create_api_key(actor, label="x", kid=old.kid))

    def call(path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{path} {sorted(body)}"[-80:]}
        answer = lite.test_client().post(f"/api/v1/keys/{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return dict(answer.json or {})

    made = call(f"{old.kid}/rotation", {"public_key": _pem(new)})
    assert made["replaces"] == old.kid
    message = unb64(made["pae"])
    both = {"signature": _base64(new.sign(message)), "old_signature": _base64(old.sign(message))}
    assert call(f"{new.kid}/signature", both)["enrolled_seq"] == key(old.kid).revoked_seq
    asked = call(f"{new.kid}/revocation", {"reason": "replaced"})
    body = {"kid": new.kid, "signature": _base64(new.sign(unb64(asked["pae"])))}
    ended = call(f"{new.kid}/revocation/{asked['prepared']}/signature", body)
    assert ended["revoked_seq"] == ledger.size() - 1
    assert ledger.audit().ok


def _pem(signer: P256Signer) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return signer.private.public_key().public_bytes(Encoding.PEM, form).decode()


def test_a_feared_account_key_is_made_anew_under_the_same_password(app: Flask) -> None:
    actor = owner("u1")
    elsewhere = Browser(app).sign_in(actor.email)
    browser = Browser(app).sign_in(actor.email)
    old = parties.key_of(actor.account_id).kid
    db.session.rollback()
    assert browser.get("/account/key").submit({"password": "not the one"}).status == 422
    assert "新的签名密钥已登记" in browser.get("/account/key").submit({"password": PASSWORD}).text
    new = parties.key_of(actor.account_id).kid
    assert (key(old).revoked_seq, key(old).sealed) == (key(new).enrolled_seq, None)
    assert db.session.query(Session).filter(Session.revoked_at.is_(None)).count() == 1
    db.session.rollback()
    assert elsewhere.get("/account").status in (302, 303, 401) or "登录" in elsewhere.text
    assert parties.sign(actor, PASSWORD, {"v": 1}).kid == new
    db.session.rollback()
    assert ledger.audit().ok
