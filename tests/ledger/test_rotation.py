"""The registry's own keys rotated and ended: who signs when, what a crash leaves, what an evil operator is
found at.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from registry.database import db
from registry.errors import Conflict, Refused
from registry.ledger import checkpoints, keyfiles, rotation
from registry.ledger import service as ledger
from registry.ledger.append import Keyring
from registry.ledger.canonical import jcs, strict
from registry.ledger.notes import Head, open_strictly, parse_head, split_note
from registry.ledger.policy import policy_of
from registry.ledger.setup import LedgerSetup, ledger_setup
from registry.ledger.signing import KeysUnsafe, RegistryKeys, verify
from registry.ledger.tiles import root_at
from registry.ledger.verify import verify_path
from tests.ledger.making import ORIGIN, effective, exported, file


@pytest.fixture(params=["countersign", "checkpoint"])
def purpose(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def signer_of(keys: RegistryKeys, purpose: str) -> Any:
    return keys.countersigner if purpose == "countersign" else keys.checkpoint_signer


def files(setup: LedgerSetup) -> set[str]:
    return {path.name for path in setup.folder.rglob("*") if path.is_file()}


def test_a_rotation_is_a_filing_and_the_new_key_signs_from_it_on(app: Flask, purpose: str) -> None:
    setup = ledger_setup()
    old = signer_of(setup.keys, purpose)
    key = ledger.rotate(purpose, reason="routine")
    _, filed = ledger.filed_at(key.enrolled_seq)
    assert filed.type == "key.rotated"
    assert (filed.fields["replaces"], filed.fields["reason"]) == (old.kid, "routine")
    assert {said.kid for said in filed.statements} == {old.kid, key.kid}
    assert signer_of(setup.keys, purpose).kid == key.kid != old.kid
    file(effective("C-1"))
    ledger.publish_checkpoint()
    assert ledger.audit().ok
    ledger.check_start()


def test_the_old_file_is_put_aside_and_never_deleted(lite: Flask, purpose: str) -> None:
    setup = ledger_setup()
    old = signer_of(setup.keys, purpose)
    key = ledger.rotate(purpose)
    aside = setup.folder / "retired" / f"{purpose}.{old.kid}.pem"
    assert aside.stat().st_mode & 0o777 == 0o600
    assert aside.parent.stat().st_mode & 0o777 == 0o700
    assert (setup.folder / f"{purpose}.{key.kid}.pem").stat().st_mode & 0o777 == 0o600
    assert not (setup.folder / f"{purpose}.ed25519.pem").exists()


def test_an_old_key_is_refused_after_its_rotation(app: Flask) -> None:
    setup = ledger_setup()
    old = setup.keys
    ledger.rotate("countersign")
    setup._keys = old  # a process that read its keys before
    with pytest.raises(Refused, match="key_revoked"):
        Keyring({key.kid: key for key in ledger.own_keys()}).get(old.countersigner.kid, "countersign")
    seq = file(effective("C-1"))[0].seq
    assert setup.keys.countersigner.kid != old.countersigner.kid
    assert ledger.audit().ok
    for path in setup.folder.glob("countersign.*"):
        path.unlink()
    (setup.folder / "retired" / f"countersign.{old.countersigner.kid}.pem").rename(
        setup.folder / "countersign.old.pem"
    )
    setup._keys = None
    with pytest.raises(Conflict, match="ledger_key_differs"):
        file(effective("C-2"))
    with pytest.raises(Conflict, match="ledger_key_differs"):
        ledger.check_start()
    assert ledger.size() == seq + 1


def test_the_handover_head_is_signed_by_both_keys_and_later_heads_by_the_new_one(app: Flask) -> None:
    setup = ledger_setup()
    file(effective("C-1"))
    before, old = ledger.publish_checkpoint(), setup.vkey
    size = ledger.rotate("checkpoint").enrolled_seq + 1
    new = setup.vkey
    handover = ledger.checkpoint(size, exact=True) or ""
    assert parse_head(open_strictly(handover, new, old)) == Head(ORIGIN, size, root_at(size))
    assert setup.anchor.read_text() == handover
    file(effective("C-2"))
    assert open_strictly(ledger.publish_checkpoint(), new)
    assert open_strictly(before, old)
    ledger.check_start()


def test_a_process_with_the_old_checkpoint_key_signs_the_handover_first(app: Flask) -> None:
    """Another process publishes between the filing and the rotation's own publishing."""
    setup = ledger_setup()
    old = setup.keys
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rotation, "publish_checkpoint", _crash)
        with pytest.raises(RuntimeError, match="killed"):
            ledger.rotate("checkpoint")
    setup._keys = old
    file(effective("C-1"), effective("C-2"))
    setup._keys = old
    size = ledger.own_keys()[-1].enrolled_seq + 1
    assert len(split_note(ledger.publish_checkpoint())[1]) == 1
    assert len(split_note(ledger.checkpoint(size, exact=True) or "")[1]) == 2
    assert ledger.audit().ok


def _crash(*_: Any, **__: Any) -> Any:
    raise RuntimeError("killed here")


# --- what a crash leaves -----------------------------------------------------------------------------


def test_file_there_but_not_filed_signs_nothing_and_the_next_rotation_takes_it(
    lite: Flask, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup, before = ledger_setup(), ledger.size()
    old = signer_of(setup.keys, purpose)
    with monkeypatch.context() as patch:
        patch.setattr(rotation, "append", _crash)
        with pytest.raises(RuntimeError, match="killed"):
            ledger.rotate(purpose)
    setup.forget()
    ledger.check_start()
    assert ledger.tidy() == []
    assert (ledger.size(), signer_of(setup.keys, purpose).kid) == (before, old.kid)
    loose = [line for line in ledger.listed() if line.enrolled_seq is None]
    assert len(loose) == 1
    file(effective("C-1"))
    ledger.publish_checkpoint()
    assert ledger.rotate(purpose).kid == loose[0].kid
    assert ledger.audit().ok


def test_filed_but_file_not_put_aside_is_mended_at_the_next_start(
    lite: Flask, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = ledger_setup()
    old = signer_of(setup.keys, purpose)
    with monkeypatch.context() as patch:
        patch.setattr(keyfiles, "retire", _crash)
        with pytest.raises(RuntimeError, match="killed"):
            ledger.rotate(purpose)
    setup.forget()
    assert len(list(setup.folder.glob(f"{purpose}.*.pem"))) == 2
    assert signer_of(setup.keys, purpose).kid != old.kid  # the log says which
    file(effective("C-1"))
    ledger.check_start()
    assert ledger.tidy() == [old.kid]
    assert ledger.tidy() == []
    assert len(list(setup.folder.glob(f"{purpose}.*.pem"))) == 1
    assert ledger.audit().ok


def test_filed_but_handover_not_signed_is_mended_at_the_next_start(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = ledger_setup()
    old = setup.vkey
    with monkeypatch.context() as patch:
        patch.setattr(rotation, "publish_checkpoint", _crash)
        with pytest.raises(RuntimeError, match="killed"):
            ledger.rotate("checkpoint")
    setup.forget()
    ledger.check_start()
    assert len(ledger.tidy()) == 1
    assert open_strictly(ledger.checkpoint() or "", setup.vkey, old)
    assert ledger.audit().ok


def test_a_start_without_the_old_key_is_refused_while_the_handover_lacks(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = ledger_setup()
    old = setup.keys.checkpoint_signer.kid
    with monkeypatch.context() as patch:
        patch.setattr(rotation, "publish_checkpoint", _crash)
        with pytest.raises(RuntimeError, match="killed"):
            ledger.rotate("checkpoint")
    lost = setup.folder / "checkpoint.ed25519.pem"
    kept = lost.read_bytes()
    lost.unlink()
    setup.forget()
    file(effective("C-1"))
    for attempt in (ledger.tidy, ledger.publish_checkpoint):
        with pytest.raises(Conflict, match="handover_key_missing") as caught:
            attempt()
        assert caught.value.params["kid"] == old
    keyfiles.make_folder(setup.folder / "retired")
    back = setup.folder / "retired" / f"checkpoint.{old}.pem"  # as the sentence asks
    back.touch(mode=0o600)
    back.write_bytes(kept)
    ledger.publish_checkpoint()
    assert ledger.audit().ok


def test_two_unknown_files_are_refused_by_name(lite: Flask) -> None:
    setup = ledger_setup()
    keyfiles.add_key(setup.folder, "countersign", alg="ed25519")
    (setup.folder / "countersign.ed25519.pem").unlink()
    keyfiles.add_key(setup.folder, "countersign", alg="ed25519")
    setup.forget()
    with pytest.raises(KeysUnsafe, match="knows none in force"):
        ledger.check_start()


# --- other algorithms, the end, the list -------------------------------------------------------------


def test_the_registry_countersigns_with_p256_too(app: Flask, tmp_path: Path) -> None:
    key = ledger.rotate("countersign", alg="p256")
    seq = file(effective("C-1"))[0].seq
    assert key.alg == "p256"
    assert ledger.audit().ok
    assert verify_path(exported(tmp_path / "log"), policy_of(ledger_setup().vkey)).ok
    assert ledger.receipt(seq)["keys"][-1]["seq"] == key.enrolled_seq


def test_a_checkpoint_key_is_ed25519_and_nothing_else(lite: Flask) -> None:
    before = files(ledger_setup())
    with pytest.raises(KeysUnsafe, match="cannot be the registry's checkpoint key"):
        ledger.rotate("checkpoint", alg="p256")
    assert files(ledger_setup()) == before


def test_a_revoked_key_without_a_successor_closes_the_log(app: Flask, purpose: str, tmp_path: Path) -> None:
    setup = ledger_setup()
    file(effective("C-1"))
    size = ledger.revoke(purpose, reason="stolen")
    assert ledger.size() == size
    assert checkpoints.note_head(ledger.checkpoint() or "").size == size
    for closed in (
        lambda: file(effective("C-2")),
        lambda: ledger.rotate(purpose),
        lambda: ledger.revoke(purpose, reason="stolen"),
    ):
        with pytest.raises(Conflict, match=r"ledger_closed|ledger_key_differs"):
            closed()
    setup.forget()
    ledger.check_start()  # it may be read
    assert ledger.audit().ok
    assert verify_path(exported(tmp_path / "log"), policy_of(setup.vkey)).ok


@pytest.mark.parametrize("change", [lambda key: key.kid, lambda key: key.fingerprint[:32]])
def test_keys_are_listed_with_their_range_file_and_fingerprint(
    lite: Flask, change: Callable[[Any], str]
) -> None:
    old = ledger_setup().keys.checkpoint_signer.kid
    new = ledger.rotate("checkpoint")
    listed = {key.kid: key for key in ledger.listed()}
    assert (listed[old].enrolled_seq, listed[old].revoked_seq) == (0, new.enrolled_seq)
    assert (listed[new.kid].revoked_seq, listed[new.kid].mode) == (None, "0600")
    assert {change(key) for key in listed.values()} == set(listed)


def test_no_private_key_ever_stands_in_the_database(lite: Flask) -> None:
    setup = ledger_setup()
    for purpose in ("countersign", "checkpoint"):
        ledger.rotate(purpose)
    db.session.rollback()
    dump = Path(str(db.engine.url.database)).read_bytes()
    for suffix in ("-wal", "-journal"):
        beside = Path(f"{db.engine.url.database}{suffix}")
        dump += beside.read_bytes() if beside.exists() else b""
    assert b"PRIVATE KEY" not in dump
    secrets = [key.signer.private.private_bytes_raw() for key in keyfiles.retired_keys(setup.folder)]  # type: ignore[union-attr]
    secrets += [
        key.signer.private.private_bytes_raw()  # type: ignore[union-attr]
        for purpose in ("countersign", "checkpoint")
        for key in keyfiles.read_keys(setup.folder, purpose)
    ]
    assert len(secrets) == 4
    for secret in secrets:
        assert secret not in dump
        assert secret.hex().encode() not in dump
    assert setup.keys.checkpoint_signer.public in dump  # the public half is there: the search would find it


def test_an_old_signature_stays_good(lite: Flask) -> None:
    setup = ledger_setup()
    note, old = ledger.publish_checkpoint(), setup.keys.checkpoint_signer
    ledger.rotate("checkpoint")
    body, lines = split_note(note)
    assert verify("ed25519", old.public, body.encode(), signature=lines[0].signature)
    assert strict(jcs(ledger.receipt(0)))
