"""Keys and signatures: sealed under a password, or kept by the organisation; filed before they count."""

import base64
import subprocess
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, NotFound, Refused
from registry.ledger import service as ledger
from registry.ledger.filings import Filing, statement_bytes
from registry.ledger.signing import Ed25519Signer, verify
from registry.parties import enrolment, keys
from registry.parties import prepared as prepared_acts
from registry.parties import service as parties
from registry.parties.models import Key
from registry.parties.rules import Actor, Level
from tests.browser import PASSWORD, Browser
from tests.parties.people import owner


def test_a_sealed_key_signs_only_with_its_password() -> None:
    signer, sealed = keys.create_sealed(PASSWORD)
    signature = keys.sign_sealed(sealed, PASSWORD, b"message")
    assert verify("ed25519", signer.public, b"message", signature=signature)
    with pytest.raises(Refused, match="password_wrong"):
        keys.sign_sealed(sealed, PASSWORD + " ", b"message")
    with pytest.raises(Refused, match="password_wrong"):
        keys.sign_sealed(sealed[:-1] + bytes([sealed[-1] ^ 1]), PASSWORD, b"message")


def test_the_real_cost_is_what_the_specification_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MEMORY", 64 * 1024)
    signer, sealed = keys.create_sealed(PASSWORD)
    assert verify("ed25519", signer.public, b"m", signature=keys.sign_sealed(sealed, PASSWORD, b"m"))
    assert (keys.PASSES, keys.LANES) == (3, 2)


def test_a_key_is_not_derived_while_the_database_waits(lite: Flask) -> None:
    with pytest.raises(RuntimeError, match="derivation"):
        transaction(lambda: keys.create_sealed(PASSWORD))


def test_an_accounts_statement_is_signed_by_its_filed_key(lite: Flask) -> None:
    actor = owner("u1")
    fields = _statement_fields()
    statement = parties.sign(actor, PASSWORD, fields)
    key = db.session.query(Key).filter_by(account_id=actor.account_id).one()
    assert (statement.kid, statement.level) == (key.kid, Level.ACCOUNT)
    assert verify(key.alg, key.public, statement.signed_bytes, signature=statement.signature)
    db.session.rollback()
    with pytest.raises(Refused, match="password_wrong"):
        parties.sign(actor, "not the password", fields)


def test_a_key_of_the_organisations_own_becomes_a_filing_by_its_own_signature(
    app: Flask, tmp_path: Path
) -> None:
    actor = owner("u1")
    private = ed25519.Ed25519PrivateKey.generate()
    browser = Browser(app).sign_in(actor.email).get("/organisation/keys/new")
    browser.submit({"public_key": _pem(private)})
    address = browser.address
    to_sign = browser.get(f"{address}/statement.bin").page.data
    wrong = base64.b64encode(private.sign(to_sign + b" ")).decode()
    assert browser.get(address).submit({"signature": wrong}).status == 422
    assert browser.html.count("签名不成立") == 2  # in the summary and beside the field
    right = base64.encodebytes(private.sign(to_sign)).decode()  # broken into lines, as people paste it
    assert "已登记" in browser.get(address).submit({"signature": right}).text
    key = db.session.query(Key).filter_by(organisation_id=actor.organisation_id).one()
    assert key.enrolled_seq is not None
    filed = ledger.filed_at(key.enrolled_seq)[1]
    assert (filed.type, filed.fields["level"]) == ("key.enrolled", "external")
    assert browser.get(f"{address}/statement.bin").status == 404


def test_what_the_page_says_to_type_works_with_openssl(lite: Flask, tmp_path: Path) -> None:
    actor = owner("u1")
    _openssl("genpkey", "-algorithm", "ed25519", "-out", "private.pem", at=tmp_path)
    public = _openssl("pkey", "-in", "private.pem", "-pubout", at=tmp_path).decode()
    browser = Browser(lite).sign_in(actor.email).get("/organisation/keys/new").submit({"public_key": public})
    address = browser.address
    (tmp_path / "statement.bin").write_bytes(browser.get(f"{address}/statement.bin").page.data)
    command = ("pkeyutl", "-sign", "-rawin", "-inkey", "private.pem", "-in", "statement.bin")
    signature = base64.b64encode(_openssl(*command, at=tmp_path)).decode()
    assert "已登记" in browser.get(address).submit({"signature": signature}).text


def test_a_p256_key_may_be_enrolled_too(lite: Flask) -> None:
    actor = owner("u1")
    private = ec.generate_private_key(ec.SECP256R1())
    alg, public = parties.parse_public(_pem(private))
    kid = transaction(lambda: parties.prepare_key(actor, public, alg=alg).kid)
    to_sign = statement_bytes(enrolment.fields_of(db.session.get_one(Key, kid)))
    signature = private.sign(to_sign, ec.ECDSA(hashes.SHA256()))
    assert transaction(lambda: parties.enroll_key(actor, kid, signature).enrolled_seq) is not None


def test_a_prepared_key_asked_for_again_has_the_same_statement_and_a_known_one_is_a_conflict(
    lite: Flask,
) -> None:
    actor, other = owner("u1"), owner("c1")
    signer = Ed25519Signer.generate()
    first = transaction(lambda: enrolment.fields_of(parties.prepare_key(actor, signer.public)))
    again = transaction(lambda: enrolment.fields_of(parties.prepare_key(actor, signer.public)))
    assert first == again
    with pytest.raises(Conflict, match="key_known"):
        transaction(lambda: parties.prepare_key(other, signer.public))
    with pytest.raises(NotFound):
        transaction(lambda: parties.enroll_key(other, signer.kid, b""))


def test_a_machine_signs_with_its_own_organisations_key_only(lite: Flask) -> None:
    actor, other = owner("u1"), owner("c1")
    signer = Ed25519Signer.generate()
    transaction(lambda: parties.prepare_key(actor, signer.public))
    fields = enrolment.fields_of(db.session.get_one(Key, signer.kid))
    transaction(lambda: parties.enroll_key(actor, signer.kid, signer.sign(statement_bytes(fields))))
    made = parties.external(actor, signer.kid, b"x", _statement_fields())
    assert made.level == Level.EXTERNAL
    with pytest.raises(Refused, match="key_unknown"):
        parties.external(other, signer.kid, b"x", _statement_fields())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_is_a_key_or_signature_by_accident(text: str) -> None:
    for reader in (parties.parse_public, parties.parse_signature):
        try:
            read = reader(text)
        except Refused:
            continue
        assert isinstance(read, bytes) or len(read[1]) in (32, 65)


@pytest.mark.parametrize(
    "text",
    ["", "00", "0" * 64 + "0", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "公钥" * 32],
)
def test_a_broken_key_is_refused_with_the_fields_name(text: str) -> None:
    with pytest.raises(Refused, match="key_form") as caught:
        parties.parse_public(text)
    assert caught.value.field == "public_key"


def test_a_prepared_act_is_completed_once_by_who_prepared_it_within_the_hour(lite: Flask) -> None:
    actor, other = owner("u1"), owner("c1")
    fields, person = {"kid": "0" * 32, "reason": "x"}, {"person": "王明"}
    filing = Filing(type="key.revoked", subject="0" * 32, fields=fields, secrets=person)
    act = prepared_acts.act_of(filing, role="holder")
    thing = actor.organisation_id
    assert thing is not None
    first, second = (
        transaction(lambda: prepared_acts.keep(actor, "try", thing, act, {"a": 1}).id) for _ in range(2)
    )
    with pytest.raises(NotFound):
        transaction(lambda: prepared_acts.take(other, "try", first))
    _, taken = transaction(lambda: _taken(actor, first))
    assert taken.statement == dict(act.statement)
    assert taken.filing.commitments == act.filing.commitments
    with pytest.raises(Conflict, match="prepared_used"):
        transaction(lambda: prepared_acts.take(actor, "try", first))
    with (
        time_machine.travel(clock.now().timestamp() + 3700, tick=False),
        pytest.raises(Conflict, match="prepared_used"),
    ):
        transaction(lambda: prepared_acts.take(actor, "try", second))


def _taken(actor: Actor, act_id: UUID) -> tuple[UUID, prepared_acts.Act]:
    row, act = prepared_acts.take(actor, "try", act_id)
    return row.id, act


def _statement_fields() -> dict[str, object]:
    filing = Filing(type="key.revoked", subject="0" * 32, fields={"kid": "0" * 32, "reason": "x"})
    return dict(prepared_acts.act_of(filing, role="holder").statement)


def _pem(private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _openssl(*command: str, at: Path) -> bytes:
    return subprocess.run(["openssl", *command], cwd=at, check=True, capture_output=True).stdout
