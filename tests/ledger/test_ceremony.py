"""The key ceremony: keys made, proved, copied and written down; brought back from the copies."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry.commands import cli
from registry.ledger import ceremony, keyfiles
from registry.ledger.notes import parse_vkey
from registry.ledger.signing import KeysUnsafe

ORIGIN = "log.example.cn/mingxu"
AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
PASSPHRASE = "a passphrase long enough"


def test_the_sheet_tells_the_keys_the_time_the_people_and_the_places_in_both_languages(
    tmp_path: Path,
) -> None:
    held = ceremony.hold(
        tmp_path / "keys", origin=ORIGIN, at=AT, witnesses=("王明", "李四"), copies=("保险柜甲",)
    )
    text = ceremony.sheet(held)
    keys = keyfiles.load_keys(tmp_path / "keys")
    for said in (ORIGIN, "2026-11-25T08:00:00.000Z", "王明", "李四", "保险柜甲", held.vkey):
        assert text.count(said) >= 2, said
    for signer in (keys.countersigner, keys.checkpoint_signer):
        assert text.count(signer.kid) == 2
    assert parse_vkey(held.vkey).public == keys.checkpoint_signer.public
    assert "登记方密钥仪式记录" in text
    assert "PRIVATE" not in text
    assert ceremony.CHINESE.keys() == ceremony.ENGLISH.keys()


def test_a_ceremony_over_keys_that_are_there_is_refused(tmp_path: Path) -> None:
    keyfiles.create_keys(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    with pytest.raises(KeysUnsafe, match="already there"):
        ceremony.hold(tmp_path / "keys", origin=ORIGIN, at=AT)
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before


def test_a_key_that_passes_for_another_is_not_proved(tmp_path: Path) -> None:
    keyfiles.create_keys(tmp_path / "keys")
    (key,) = keyfiles.read_keys(tmp_path / "keys", "checkpoint")
    twin = keyfiles.KeyFile("countersign", key.path, key.signer)
    with pytest.raises(KeysUnsafe, match="not proved"):
        ceremony.prove([key, twin])


def test_keys_come_back_from_their_copies_with_the_passphrase_alone(tmp_path: Path) -> None:
    keys, copies, empty = tmp_path / "keys", tmp_path / "copies", tmp_path / "new"
    held = ceremony.hold(keys, origin=ORIGIN, at=AT, backup=copies, passphrase=PASSPHRASE)
    assert {path.stat().st_mode & 0o777 for path in copies.iterdir()} == {0o600}
    assert {path.read_text().split("\n")[0] for path in copies.iterdir()} == {
        "-----BEGIN ENCRYPTED PRIVATE KEY-----"
    }
    with pytest.raises(KeysUnsafe, match="passphrase is wrong"):
        ceremony.bring_back(empty, copies, PASSPHRASE + "!")
    assert not empty.exists()
    back = ceremony.bring_back(empty, copies, PASSPHRASE)
    assert {key.signer.kid for key in back} == {key.kid for key in held.keys}
    assert keyfiles.load_keys(empty) is not None
    with pytest.raises(KeysUnsafe, match="already there"):
        ceremony.bring_back(empty, copies, PASSPHRASE)


def test_a_copy_that_holds_another_key_than_it_says_is_refused(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    for name in ("one", "two"):
        backup = copies / name
        ceremony.hold(tmp_path / name, origin=ORIGIN, at=AT, backup=backup, passphrase=PASSPHRASE)
    mine, other = (next((copies / name).glob("checkpoint.*")) for name in ("one", "two"))
    mine.write_bytes(other.read_bytes())
    with pytest.raises(KeysUnsafe, match="another key than its name says"):
        ceremony.bring_back(tmp_path / "back", copies / "one", PASSPHRASE)
    assert not list((tmp_path / "back").glob("*.pem"))


def test_a_short_passphrase_or_a_full_folder_is_refused_before_a_key_is_made(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    for backup, passphrase in ((tmp_path / "copies", "short"), (tmp_path / "full", PASSPHRASE)):
        with pytest.raises(KeysUnsafe):
            ceremony.hold(tmp_path / "keys", origin=ORIGIN, at=AT, backup=backup, passphrase=passphrase)
    assert not (tmp_path / "keys").exists()


def command(tmp_path: Path, *words: str) -> Result:
    environment = {
        "REGISTRY_INSTANCE": str(tmp_path / "instance"),
        "REGISTRY_SECRET_KEY": "a secret that only the tests know, long enough",
        "REGISTRY_ORIGIN": ORIGIN,
        "REGISTRY_DEMO": None,
    }
    return CliRunner().invoke(cli, ["keys", *words], env=environment)


def test_a_whole_ceremony_can_be_scripted_and_its_copies_restored(tmp_path: Path) -> None:
    secret, copies = tmp_path / "passphrase", tmp_path / "copies"
    secret.write_text(PASSPHRASE + "\n")
    words = ("--passphrase-file", str(secret))
    sheet = tmp_path / "sheet.txt"
    done = command(
        tmp_path, "ceremony", "--witness", "王明", "--backup", str(copies), "--sheet", str(sheet), *words
    )
    assert done.exit_code == 0, done.output
    assert sheet.read_text() in done.output
    again = command(tmp_path, "ceremony")
    assert again.exit_code == 1
    assert "already there" in again.output
    for path in (tmp_path / "instance" / "keys").iterdir():
        path.unlink()
    back = command(tmp_path, "restore", str(copies), *words)
    assert back.exit_code == 0, back.output
    assert back.output.count(" is back") == 2
    assert command(tmp_path, "restore", str(copies), *words).exit_code == 1
