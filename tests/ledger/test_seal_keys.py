"""Where the seal signs from: a file, a program, a module; and how a key comes to its certificate."""

import json
import logging
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from flask import Flask

from registry import clock, jobs
from registry.database import db
from registry.errors import Unavailable
from registry.ledger import signers
from registry.ledger.keyfiles import make_folder
from registry.ledger.seal_frame import unseal
from registry.ledger.seal_keys import (
    SEALS,
    State,
    make_self_made,
    open_seal,
    put_certificate,
    request_for,
    state_of,
)
from registry.ledger.sealing import seal
from registry.ledger.seals import check_seal, common_name
from registry.ledger.signing import KeysUnsafe
from tests.contracts.test_sealing import handed_out, rows, seal_of
from tests.exports.making import ready_paid
from tests.factories import reading
from tests.ledger.sealed import AT, Raw, made, pem, private, whole
from tests.ledger.test_signers import LIAR, program
from tests.test_commands import run


def folder_with(tmp_path: Path, certificate: bytes) -> Path:
    folder = tmp_path / "keys"
    make_folder(folder)
    (folder / "seal.crt").write_bytes(certificate)
    return folder


def key_file(path: Path, name: str) -> Path:
    """The private key of a certificate of `sealed`, where a program reads it."""
    path.write_bytes(private(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.mark.parametrize("name", ["seal", "rsa"])
def test_a_program_of_the_operators_own_seals(tmp_path: Path, name: str) -> None:
    folder = folder_with(tmp_path, pem(made(name)))
    held = key_file(tmp_path / "device.pem", name)
    script = tmp_path / "sign.sh"
    script.write_text(f"#!/bin/sh\nopenssl dgst -sha256 -sign {held} | openssl base64 -A\n")
    script.chmod(0o755)
    assert list(folder.glob("*.pem")) == []  # the key is nowhere in our folder
    key = open_seal(f"exec:{script}", folder)
    sealed = unseal(seal(whole()[0], key, AT).data)
    assert sealed is not None
    checked = check_seal(sealed, given=(key.certificate,), roots=(), now=AT)
    assert checked.verdict.code == "seal_known"


@pytest.mark.parametrize(
    "text",
    [LIAR, "import sys; sys.exit(3)", "print('not base64!')", "import time; time.sleep(9)"],
)
def test_a_program_that_does_not_sign_under_the_certificate_is_no_seal(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signers, "SIGNS_WITHIN", 0.5)
    setting = program(tmp_path, "signer", text)
    found = state_of(setting, folder_with(tmp_path, pem(made("seal"))), now=AT)
    assert found.state is State.UNUSABLE
    assert found.detail == "the seal does not sign under the key of its certificate"


class Device:
    """A device's driver: it answers what it was told to."""

    def __init__(self, name: str) -> None:
        self.name = name

    def sign(self, message: bytes) -> bytes:
        if self.name == "broken":
            raise RuntimeError("PIN 4711 is wrong")
        return Raw(private(self.name)).sign(message)


def module(monkeypatch: pytest.MonkeyPatch, device: Device) -> str:
    asked = ModuleType("a_seal_device")
    asked.make = {"seal": device}.__getitem__  # type: ignore[attr-defined] # any other purpose fails
    monkeypatch.setitem(sys.modules, "a_seal_device", asked)
    return "a_seal_device:make"


def test_a_module_seals_and_what_it_says_when_it_fails_is_told_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder, device = folder_with(tmp_path, pem(made("seal"))), Device("seal")
    setting = module(monkeypatch, device)
    key = open_seal(setting, folder)
    assert unseal(seal(whole()[0], key, AT).data) is not None
    device.name = "another"
    with pytest.raises(Unavailable, match="signer_failed"):
        key.sign(b"a certificate")
    device.name = "broken"
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as failed:
        key.sign(b"a certificate")
    assert "4711" not in caplog.text + str(failed.value) + str(failed.value.__cause__)
    assert state_of(setting, folder, now=AT).state is State.UNUSABLE


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("exec:", "names no program"),
        ("nonsense", "expected `file`"),
        ("no_such_module:make", "no such factory"),
        ("file", "cannot read the key seal.pem"),
    ],
)
def test_a_setting_under_which_nothing_signs_is_told_so(tmp_path: Path, setting: str, said: str) -> None:
    found = state_of(setting, folder_with(tmp_path, pem(made("seal"))), now=AT)
    assert (found.state, said in found.detail) == (State.UNUSABLE, True), found.detail


def test_a_key_or_folder_within_reach_of_others_is_no_seal(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, pem(made("seal")))
    key_file(folder / "seal.pem", "seal").chmod(0o640)
    assert "read by others" in state_of("file", folder, now=AT).detail
    (folder / "seal.pem").chmod(0o600)
    assert state_of("file", folder, now=AT).state in SEALS
    folder.chmod(0o755)
    assert state_of("file", folder, now=AT).state is State.UNUSABLE


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"signs": False}, State.USAGE),
        ({"begins": AT + timedelta(days=1)}, State.NOT_YET),
        ({"ends": AT - timedelta(days=1)}, State.EXPIRED),
        ({"ends": AT + timedelta(days=20)}, State.EXPIRES_SOON),
        ({}, State.SELF_MADE),
    ],
)
def test_what_the_certificate_says_of_itself_decides(
    tmp_path: Path, changes: dict[str, object], state: State
) -> None:
    folder = folder_with(tmp_path, pem(made("seal", **changes)))
    key_file(folder / "seal.pem", "seal").chmod(0o600)
    assert state_of("file", folder, now=AT).state is state


# --- making one --------------------------------------------------------------------------------------


def answered(request: bytes, *, ca: str = "root", by: str = "") -> bytes:
    """A certificate an authority makes of a request, then its own."""
    asked = x509.load_pem_x509_csr(request)
    assert asked.is_signature_valid
    above = made(ca, ca=True)
    usage = asked.extensions.get_extension_for_class(x509.KeyUsage)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(above.subject)
        .public_key(asked.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=365))
        .add_extension(usage.value, critical=True)
        .sign(private(by or ca), hashes.SHA256())
    )
    return pem(leaf, above)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys for the commands in no time: how long a key is, is asked elsewhere."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    monkeypatch.setattr(rsa, "generate_private_key", lambda **_: key)


@pytest.mark.usefixtures("quick")
def test_a_self_made_seal_says_so_and_nothing_is_written_over_it(lite: Flask) -> None:
    folder = lite.extensions["settings"].keys
    assert run(lite, "keys", "seal").output == "seal missing\n"
    done = run(lite, "keys", "seal", "--self-made")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("seal self_made ")
    assert "（自签 · 未经认证）" in done.output
    assert "SELF-MADE: nobody vouches" in done.output
    assert (folder / "seal.pem").stat().st_mode & 0o777 == 0o600
    held = (folder / "seal.crt").read_bytes()
    again = run(lite, "keys", "seal", "--self-made")
    assert again.exit_code == 1
    assert "nothing is written over it" in again.output
    assert (folder / "seal.crt").read_bytes() == held
    (folder / "seal.crt").unlink()  # a crash between key and certificate looks like this
    assert run(lite, "keys", "seal", "--self-made").exit_code == 1


def test_a_self_made_key_has_three_thousand_bits_and_the_demonstrations_says_what_it_is(
    tmp_path: Path,
) -> None:
    leaf = make_self_made(tmp_path / "keys", operator="测试", demo=True, at=AT)
    key = load_pem_private_key((tmp_path / "keys" / "seal.pem").read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 3072
    assert "仅供演示" in common_name(leaf)


@pytest.mark.usefixtures("quick")
def test_an_operator_of_any_name_gets_its_seal(tmp_path: Path) -> None:
    names = ("甲", "某市某区知识产权交易服务中心有限责任公司（筹）" * 2, "Registry " * 9)
    for number, operator in enumerate(names):
        leaf = make_self_made(tmp_path / str(number), operator=operator, demo=False, at=AT)
        name = common_name(leaf).removesuffix("（自签 · 未经认证）")
        assert name
        assert operator.startswith(name)
        asked = x509.load_pem_x509_csr(request_for(tmp_path / str(number), operator=operator))
        assert operator.startswith(str(asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value))


@pytest.mark.usefixtures("quick")
def test_a_request_comes_back_as_a_certificate_and_the_next_one_takes_its_place(
    lite: Flask, tmp_path: Path
) -> None:
    folder, asked = lite.extensions["settings"].keys, tmp_path / "seal.csr"
    done = run(lite, "keys", "seal", "--request", str(asked))
    assert "seal missing" in done.output
    assert f"{asked} written" in done.output
    first, second = answered(asked.read_bytes()), answered(asked.read_bytes())
    for place, answer in enumerate((first, second)):
        (tmp_path / "answer.pem").write_bytes(answer)
        done = run(lite, "keys", "seal", "--certificate", str(tmp_path / "answer.pem"))
        assert done.exit_code == 0, done.output
        assert done.output.startswith("seal ready ")
        assert "SELF-MADE" not in done.output
        assert (folder / "seal.crt").read_bytes() == answer
        assert len(list(folder.glob("seal.*.old.crt"))) == place
    assert request_for(folder, operator="又一次") != b""  # of the same key: it is never made anew
    assert (
        open_seal("file", folder).certificate.public_key()
        == load_pem_private_key((folder / "seal.pem").read_bytes(), password=None).public_key()
    )


@pytest.mark.usefixtures("quick")
def test_a_certificate_that_cannot_serve_is_not_put_in_place(lite: Flask, tmp_path: Path) -> None:
    folder = lite.extensions["settings"].keys
    request = request_for(folder, operator="测试")
    good = answered(request)
    leaf = good.partition(b"-----END CERTIFICATE-----\n")[0] + b"-----END CERTIFICATE-----\n"
    for bad, said in (
        (pem(made("seal")), "of another key than the seal's"),
        (answered(request, by="another"), "do not stand one above the other"),
        (leaf + pem(made("another", ca=True)), "do not stand one above the other"),
        (b"nothing", "cannot serve"),
    ):
        (tmp_path / "answer.pem").write_bytes(bad)
        done = run(lite, "keys", "seal", "--certificate", str(tmp_path / "answer.pem"))
        assert done.exit_code == 1
        assert said in done.output, done.output
        assert not (folder / "seal.crt").exists()
    with pytest.raises(KeysUnsafe, match="not one for signatures"):
        put_certificate(*_for_something_else(tmp_path), setting="file")


def _for_something_else(tmp_path: Path) -> tuple[Path, bytes]:
    folder = tmp_path / "other"
    make_folder(folder)
    key_file(folder / "seal.pem", "odd").chmod(0o600)
    return folder, pem(made("odd", signs=False))


def test_what_was_issued_before_there_was_a_seal_is_sealed_when_asked(lite: Flask) -> None:
    _, number = ready_paid(lite, "c1")
    assert "certificates of 1 contracts" in run(lite, "papers", "seal").output
    jobs.run_all()
    assert rows() == []  # no seal: the worker has nothing to do, and nothing failed
    assert db.session.query(jobs.Job).filter_by(state="dead").count() == 0
    db.session.rollback()
    seal_of(lite)
    found = json.loads(run(lite, "check", "--json").output)["checks"]
    said = [one["code"] for one in found if one["name"] == "seal"]
    assert said == ["seal_self_made", "certificates_unsealed"]
    assert run(lite, "papers", "seal").exit_code == 0
    jobs.run_all()
    (row,) = rows()
    assert reading(lambda: handed_out(number)[0].id) == row.paper_id
    assert "certificates of 0 contracts" in run(lite, "papers", "seal").output
