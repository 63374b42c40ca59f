"""A timestamp counts only as its authority made it, over exactly what was asked, under pinned roots."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from registry.ledger import der, tokens
from registry.ledger.tokens import GRANTED, open_token, plain, read_roots, request_over, vouched
from tests.ledger.authority import Authority, make, shared
from tests.ledger.vectors import needed

MESSAGE = b"a checkpoint's note\n"


@pytest.fixture(scope="module")
def token() -> bytes:
    return stamped(shared())


def stamped(authority: Authority, message: bytes = MESSAGE) -> bytes:
    return plain(authority.reply(request_over(message).as_bytes()), authority.roots)


# --- answers made by others --------------------------------------------------------------------------


def vector(name: str) -> bytes:
    return needed("rfc3161", "sigstage", name).read_bytes()


def test_a_valid_answer_made_by_others_is_accepted() -> None:
    roots = read_roots(vector("ts_chain.pem"))
    opened = open_token(vector("response-sha256.tsr"), b"hello")
    assert vouched(opened, roots)
    assert opened.authority == "CN=sigstore-tsa,O=sigstore.dev"
    assert opened.at == datetime(2025, 5, 9, 11, 58, 55, tzinfo=UTC)
    assert plain(vector("response-sha256.tsr"), roots) == vector("response-sha256.tsr")


def test_an_invalid_signature_made_by_others_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold"):
        open_token(vector("response-invalid-signature.tsr"), b"hello")


def test_an_answer_to_another_request_is_refused() -> None:
    with pytest.raises(ValueError, match="something else"):
        open_token(vector("response-sha256.tsr"), b"hello!")


def test_another_digest_and_a_missing_certificate_are_refused() -> None:
    for name in ("response-sha384.tsr", "response-sha512.tsr"):
        with pytest.raises(ValueError, match="not SHA-256"):
            open_token(vector(name), b"hello")
    with pytest.raises(ValueError, match="no certificate"):
        open_token(vector("response-no-embedded-cert.tsr"), b"hello")


# --- an authority of our own -------------------------------------------------------------------------


def test_an_answer_holds_under_its_own_root_and_under_no_other(token: bytes, tmp_path: Path) -> None:
    opened = open_token(token, MESSAGE)
    assert vouched(opened, shared().roots)
    assert opened.authority == "CN=Test authority 1"
    assert abs(opened.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert opened.accuracy == timedelta(seconds=1)
    assert not vouched(opened, make(tmp_path / "other").roots)


def test_an_authority_with_rsa_keys_is_accepted(tmp_path: Path) -> None:
    authority = make(tmp_path / "rsa", key=rsa.generate_private_key(65537, 2048))
    assert vouched(open_token(stamped(authority), MESSAGE), authority.roots)


def test_no_byte_can_be_changed_unnoticed_even_by_who_trusts_no_authority(token: bytes) -> None:
    passed = []
    for at in range(len(token)):
        changed = token[:at] + bytes([token[at] ^ 1 << at % 8]) + token[at + 1 :]
        try:
            open_token(changed, MESSAGE)
        except ValueError:
            continue
        passed.append(at)
    assert passed == []


def test_nothing_can_be_added_or_cut_off(token: bytes) -> None:
    for changed in (token + b"\0", token[:-1], b"", token[1:], b"\x30\x80" + token[2:] + b"\0\0"):
        with pytest.raises(ValueError, match=r"."):
            open_token(changed, MESSAGE)


def test_an_answer_to_another_question_is_refused(token: bytes) -> None:
    query = request_over(MESSAGE)
    opened = open_token(plain(shared().reply(query.as_bytes()), shared().roots), MESSAGE)
    assert vouched(opened, shared().roots, nonce=query.nonce)
    with pytest.raises(ValueError, match="another question"):
        vouched(open_token(token, MESSAGE), shared().roots, nonce=query.nonce)


def test_a_certificate_that_is_not_for_timestamps_alone_is_refused(tmp_path: Path) -> None:
    usages = (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH)
    for authority in (make(tmp_path / "wide", usages=usages), make(tmp_path / "none", usages=())):
        with pytest.raises(ValueError, match="for timestamps"):
            tokens._check_purpose(authority.leaf)  # OpenSSL would not even sign with it
    tokens._check_purpose(shared().leaf)


def test_a_certificate_that_had_ended_vouches_for_nothing(tmp_path: Path) -> None:
    authority = make(tmp_path / "ended", ends=timedelta(days=-100))
    opened = open_token(stamped(authority), MESSAGE)
    assert not vouched(opened, authority.roots)


def test_what_is_refused_by_an_authority_is_no_timestamp() -> None:
    refused = shared().reply(b"nonsense")
    with pytest.raises(ValueError, match=r"."):
        plain(refused, shared().roots)
    with pytest.raises(ValueError, match=r"."):
        open_token(refused, MESSAGE)


def test_what_no_signature_covers_is_left_out_before_it_is_kept(token: bytes, tmp_path: Path) -> None:
    words = der.write(der.SEQUENCE, b"\x02\x01\x00", der.write(der.SEQUENCE, der.write(0x0C, b"fine")))
    info = der.read(token, der.SEQUENCE).items()[1].raw
    talkative = der.write(der.SEQUENCE, words, info)
    with pytest.raises(ValueError, match="plain form"):
        open_token(talkative, MESSAGE)
    assert plain(talkative, shared().roots) == token
    stranger = make(tmp_path / "stranger").leaf.public_bytes(Encoding.DER)
    data = der.read(info, der.SEQUENCE).items()[1].items()[0].items()
    fields = [one.raw for one in data]
    certificates = sorted([*(one.raw for one in data[3].items()), stranger])
    fields[3] = der.write(der.CONTEXT_0, *certificates)
    inside = der.write(der.CONTEXT_0, der.write(der.SEQUENCE, *fields))
    crossed = der.write(
        der.SEQUENCE, GRANTED, der.write(der.SEQUENCE, der.read(info, 48).items()[0].raw, inside)
    )
    with pytest.raises(ValueError, match="nobody vouches"):
        vouched(open_token(crossed, MESSAGE), shared().roots)
    assert plain(crossed, shared().roots) == token


def test_we_ask_for_sha256_with_a_nonce_and_the_certificate() -> None:
    first, second = request_over(MESSAGE), request_over(MESSAGE)
    assert first.cert_req
    assert first.nonce not in (None, second.nonce)
    assert first.message_imprint.hash_algorithm.dotted_string == "2.16.840.1.101.3.4.2.1"
    weak = TimestampRequestBuilder(MESSAGE, HashAlgorithm.SHA512).build()
    with pytest.raises(ValueError, match="not SHA-256"):
        open_token(plain(shared().reply(weak.as_bytes()), shared().roots), MESSAGE)


def test_roots_need_one_that_signed_itself() -> None:
    assert read_roots(shared().pem) == shared().roots
    for pem in (shared().leaf.public_bytes(Encoding.PEM), b"", b"nonsense"):
        with pytest.raises(ValueError, match=r"."):
            read_roots(pem)


# --- DER ---------------------------------------------------------------------------------------------


def test_der_is_read_in_its_one_spelling() -> None:
    loose = ("308100", "30820000", "3081057f", "30", "3001", "1f0100", "30840000000100", "3085000000", "3080")
    for spelled in loose:
        with pytest.raises(ValueError, match=r"."):
            der.read_all(bytes.fromhex(spelled))
    for size in (0, 1, 127, 128, 255, 256, 65535, 65536):
        item = der.read(der.write(der.OCTETS, bytes(size)), der.OCTETS)
        assert len(item.content) == size
    with pytest.raises(ValueError, match="tag"):
        der.read(der.write(der.OCTETS, b""), der.SEQUENCE)
