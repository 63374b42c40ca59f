from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import text

from registry.database import db, transaction
from registry.errors import Conflict, NotFound
from registry.ledger import service as ledger
from registry.ledger.chain import Frontier
from registry.ledger.checkpoints import note_head
from registry.ledger.keyfiles import create_keys, load_keys
from registry.ledger.notes import Head, open_strictly, parse_head, sign_note
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import KeysUnsafe
from tests.ledger.making import ORIGIN, effective, file


def test_a_checkpoint_is_signed_once_a_size_and_by_the_checkpoint_key(app: Flask) -> None:
    file(effective("C-1"))
    note = ledger.publish_checkpoint()
    assert ledger.publish_checkpoint() == note
    setup = ledger_setup()
    head = parse_head(open_strictly(note, setup.vkey))
    assert (head.origin, head.size) == (ORIGIN, ledger.size())
    assert setup.keys.countersigner.kid != setup.keys.checkpoint_signer.kid
    assert ledger.checkpoint() == ledger.checkpoint(head.size) == note
    assert ledger.checkpoint(head.size + 1) is None
    assert setup.anchor.read_text() == note


def test_publishing_inside_a_transaction_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="nest"):
        transaction(ledger.publish_checkpoint)


def test_many_publishers_agree(app: Flask) -> None:
    file(effective("C-1"))
    notes: list[str] = []

    def publish() -> None:
        with app.app_context():
            notes.append(ledger.publish_checkpoint())
            db.session.remove()

    threads = [Thread(target=publish) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes) == 6
    assert len(set(notes)) == 1


def test_the_start_is_refused_when_the_log_is_shorter_than_the_anchor(app: Flask) -> None:
    ledger.check_start()
    setup = ledger_setup()
    longer = Head(ORIGIN, ledger.size() + 1, bytes(32))
    setup.anchor.write_text(sign_note(longer.text, ORIGIN, setup.keys.checkpoint_signer))
    with pytest.raises(Conflict, match="ledger_behind_anchor"):
        ledger.check_start()


def test_the_start_is_refused_when_the_log_is_another_one_of_that_size(app: Flask) -> None:
    setup = ledger_setup()
    other = Head(ORIGIN, 1, Frontier().extend([bytes(32)]).root)
    setup.anchor.write_text(sign_note(other.text, ORIGIN, setup.keys.checkpoint_signer))
    with pytest.raises(Conflict, match="ledger_differs_from_anchor"):
        ledger.check_start()
    setup.anchor.write_text("broken\n")
    with pytest.raises(Conflict, match="ledger_anchor_unreadable"):
        ledger.check_start()


def test_the_anchor_never_goes_back(app: Flask) -> None:
    from registry.ledger.checkpoints import write_anchor

    setup = ledger_setup()
    first = ledger.publish_checkpoint()
    file(effective("C-1"))
    second = ledger.publish_checkpoint()
    write_anchor(setup.anchor, first)
    assert setup.anchor.read_text() == second
    assert note_head(first).size < note_head(second).size


def test_a_restored_old_database_is_refused(lite: Flask) -> None:
    file(effective("C-1"))
    ledger.publish_checkpoint()
    connection = db.session.connection()
    for name in ("guard_ledger_head_update", "guard_ledger_entry_no_delete", "guard_checkpoint_no_delete"):
        connection.execute(text(f"DROP TRIGGER {name}"))
    last = ledger.size() - 1
    connection.execute(text("DELETE FROM checkpoint WHERE size > :last"), {"last": last})
    connection.execute(text("DELETE FROM ledger_entry WHERE seq = :last"), {"last": last})
    connection.execute(text("UPDATE ledger_head SET seq = seq - 1, size = size - 1"))
    db.session.commit()
    with pytest.raises(Conflict, match="ledger_behind_anchor"):
        ledger.check_start()


def test_the_start_is_refused_with_other_keys(lite: Flask) -> None:
    setup = ledger_setup()
    (setup.folder / "countersign.ed25519.pem").unlink()
    create_keys(setup.folder)
    setup._keys = None
    with pytest.raises(Conflict, match="ledger_key_differs"):
        ledger.check_start()


def test_keys_are_made_once_for_their_owner_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "keys"
    with pytest.raises(KeysUnsafe, match="cannot read"):
        load_keys(folder)
    made = create_keys(folder)
    assert create_keys(folder).countersigner.kid == made.countersigner.kid
    assert folder.stat().st_mode & 0o777 == 0o700
    file = folder / "checkpoint.ed25519.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with pytest.raises(KeysUnsafe, match="read by others"):
        load_keys(folder)
    file.chmod(0o600)
    file.write_text("nonsense")
    with pytest.raises(KeysUnsafe, match="malformed"):
        load_keys(folder)


def test_a_receipt_of_what_is_not_there_is_refused(app: Flask) -> None:
    with pytest.raises(NotFound):
        ledger.receipt(ledger.size())
    with pytest.raises(NotFound):
        ledger.receipt(-1)
