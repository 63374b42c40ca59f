"""Signatures from outside: a program or a module answers, and what does not hold never reaches the log."""

import logging
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from registry.errors import Unavailable
from registry.ledger import keyfiles, signers
from registry.ledger import service as ledger
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer, KeysUnsafe, P256Signer, kid_of
from tests.ledger.making import effective, file

LIAR = "import sys; sys.stdin.buffer.read(); print('AAAA')"


def program(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)
    return f"exec:{path}"


@pytest.fixture
def openssl(lite: Flask, tmp_path: Path) -> str:
    """A program of the operator's own: a P-256 key elsewhere, signed with by openssl."""
    folder, private = ledger_setup().folder, tmp_path / "hsm.pem"
    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(private))
    run("pkey", "-in", str(private), "-pubout", "-out", str(folder / "countersign.public"))
    script = tmp_path / "sign.sh"
    script.write_text(f"#!/bin/sh\nopenssl dgst -sha256 -sign {private} | openssl base64 -A\n")
    script.chmod(0o755)
    return f"exec:{script}"


def run(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def use(signer: str, purpose: str = "countersign") -> None:
    """As after a restart with another setting."""
    setup = ledger_setup()
    setup.signers = {**setup.signers, purpose: signer}
    setup.forget()


def test_a_program_countersigns_after_its_key_took_over(openssl: str) -> None:
    key = ledger.rotate("countersign", signer=openssl)
    use(openssl)
    file(effective("C-1"))
    assert (key.alg, ledger_setup().keys.countersigner.kid) == ("p256", key.kid)
    assert ledger.audit().ok
    assert [path.name for path in ledger_setup().folder.glob("countersign.*.pem")] == []  # put aside
    ledger.check_start()


def test_until_the_setting_follows_nothing_is_filed(openssl: str) -> None:
    ledger.rotate("countersign", signer=openssl)
    before = ledger.size()
    with pytest.raises(KeysUnsafe, match="none in the key folder"):
        file(effective("C-1"))
    assert ledger.size() == before


def test_a_wrong_answer_never_reaches_the_log(
    openssl: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.rotate("countersign", signer=openssl)
    use(openssl)
    file(effective("C-1"))
    before = ledger.size()
    script = Path(openssl.removeprefix("exec:"))
    script.write_text(f"#!{sys.executable}\n{LIAR}\n")
    with caplog.at_level(logging.ERROR), pytest.raises(Unavailable, match="signer_failed"):
        file(effective("C-2"))
    assert ledger.size() == before
    assert ledger.audit().ok
    assert "no signature under its key" in caplog.text
    assert "C-2" not in caplog.text
    assert "AAAA" not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        LIAR,
        "import sys; sys.exit(3)",
        "print('not base64!')",
        "import time; time.sleep(9)",
        "import sys; sys.stdin.buffer.read(); sys.stderr.write('secret')",
    ],
)
def test_a_program_that_does_not_sign_is_refused_at_the_start(
    lite: Flask, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(signers, "SIGNS_WITHIN", 0.5)
    folder = ledger_setup().folder
    run("genpkey", "-algorithm", "ed25519", "-out", str(tmp_path / "p.pem"))
    run("pkey", "-in", str(tmp_path / "p.pem"), "-pubout", "-out", str(folder / "checkpoint.public"))
    use(program(tmp_path, "signer", text), "checkpoint")
    with pytest.raises(KeysUnsafe, match="does not sign under its public key"):
        ledger.check_start()
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("exec:", "names no program"),
        ("exec:/bin/true", "public key is expected"),
        ("nonsense", "expected `file`"),
        ("no_such_module:make", "no such factory"),
        ("tests.ledger.making:absent", "no such factory"),
    ],
)
def test_a_setting_that_names_no_signer_is_told_so(lite: Flask, setting: str, said: str) -> None:
    use(setting)
    with pytest.raises(KeysUnsafe, match=said):
        ledger.check_start()


def module(monkeypatch: pytest.MonkeyPatch, signer: object) -> str:
    made = ModuleType("a_device")
    made.make = lambda purpose: signer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_device", made)
    return "a_device:make"


def test_a_module_signs_heads(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    old, setting = ledger_setup().vkey, module(monkeypatch, Ed25519Signer.generate())
    ledger.rotate("checkpoint", signer=setting)
    use(setting, "checkpoint")
    file(effective("C-1"))
    ledger.publish_checkpoint()
    assert ledger_setup().vkey != old
    assert ledger.audit().ok


class Foreign(Ed25519Signer):
    alg = "sm2"


@pytest.mark.parametrize(("signer", "said"), [(P256Signer, "cannot be"), (Foreign, "unknown algorithm")])
def test_a_device_of_another_algorithm_is_refused(
    lite: Flask, monkeypatch: pytest.MonkeyPatch, signer: type[Ed25519Signer], said: str
) -> None:
    before = ledger.size()
    with pytest.raises(KeysUnsafe, match=said):
        ledger.rotate("checkpoint", signer=module(monkeypatch, signer.generate()))
    assert ledger.size() == before


def test_a_device_that_lies_about_its_kid_changes_nothing(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Ed25519Signer.generate()
    device.kid = "00" * 16
    key = ledger.rotate("countersign", signer=module(monkeypatch, device))
    assert key.kid == kid_of("ed25519", device.public)


# --- files -------------------------------------------------------------------------------------------


def test_keys_within_reach_of_others_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "keys"
    keyfiles.create_keys(folder)
    for path, mode in ((folder, 0o750), (folder / "countersign.ed25519.pem", 0o604)):
        kept = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode)
        with pytest.raises(KeysUnsafe, match="read by others"):
            keyfiles.load_keys(folder)
        path.chmod(kept)
    keyfiles.load_keys(folder)
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    with pytest.raises(KeysUnsafe, match="another user"):
        keyfiles.load_keys(folder)


def test_a_key_file_of_the_wrong_kind_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keyfiles.create_keys(folder, alg="p256")
    assert keyfiles.load_keys(folder).countersigner.alg == "p256"
    (folder / "checkpoint.ed25519.pem").write_bytes((folder / "countersign.p256.pem").read_bytes())
    with pytest.raises(KeysUnsafe, match="cannot be the registry's checkpoint key"):
        keyfiles.load_keys(folder)
