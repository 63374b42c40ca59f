import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, Paused, Refused
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.ledger.models import LedgerEntry, LedgerKey, Tile
from registry.ledger.signing import Ed25519Signer
from tests.ledger.making import effective, enrolment, file, notice, revocation, rotation, signed


def test_filings_stand_in_order_and_each_names_the_leaf_before(app: Flask) -> None:
    signer, start = Ed25519Signer.generate(), ledger.size()
    done = file(enrolment(signer), signed(notice("C-1"), signer))
    done += file(effective("C-1"))
    assert [item.seq for item in done] == [start, start + 1, start + 2]
    entries = [json.loads(item.entry) for item in done]
    assert [entry["prev"] for entry in entries[1:]] == [item.leaf.hex() for item in done[:-1]]
    assert ledger.audit().ok


def test_a_filing_is_entered_with_its_rows_or_not_at_all(app: Flask) -> None:
    before = ledger.size()

    def work() -> None:
        ledger.append([effective("C-1")])
        raise KeyError

    with pytest.raises(KeyError):
        transaction(work)
    assert ledger.size() == before
    with pytest.raises(RuntimeError, match="transaction"):
        ledger.append([effective("C-1")])


def test_an_empty_list_enters_nothing(app: Flask) -> None:
    before = ledger.size()
    assert file() == []
    assert ledger.size() == before


def test_the_same_filing_twice_is_refused(app: Flask) -> None:
    file(effective("C-1"))
    with pytest.raises(Conflict, match="filing_repeated"):
        file(effective("C-1"))
    with pytest.raises(Conflict, match="filing_repeated"):
        file(effective("C-2"), effective("C-2"))
    assert ledger.audit().ok


def test_times_never_run_back_when_the_clock_does(app: Flask) -> None:
    now = clock.now()
    first = transaction(lambda: ledger.append([effective("C-1")], at=now))
    second = transaction(lambda: ledger.append([effective("C-2")], at=now - timedelta(hours=1)))
    assert second[0].time == first[0].time
    with patch("registry.clock.now", return_value=now - timedelta(hours=1)):
        assert file(effective("C-3"))[0].time == first[0].time
    assert ledger.audit().ok


def test_a_clock_far_behind_the_log_stops_filing_until_it_is_set_right(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    file(effective("C-1"))
    size = ledger.size()
    long_ago = patch("registry.clock.now", return_value=datetime(2020, 1, 1, tzinfo=UTC))
    with long_ago, pytest.raises(Paused, match="clock_behind"):
        file(effective("C-2"))
    assert "ledger.clock_behind" in caplog.text
    assert ledger.size() == size
    assert file(effective("C-2"))[0].seq == size


def test_a_clock_a_few_seconds_behind_is_told_and_files(
    lite: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    file(effective("C-1"))
    with patch("registry.clock.now", return_value=clock.now() - timedelta(seconds=1)):
        file(effective("C-2"))
    assert caplog.text == ""
    with patch("registry.clock.now", return_value=clock.now() - timedelta(seconds=5)):
        file(effective("C-3"))
    assert "ledger.clock_behind" in caplog.text


def test_a_key_nobody_enrolled_cannot_sign(app: Flask) -> None:
    with pytest.raises(Refused, match="key_unknown"):
        file(signed(notice("C-1"), Ed25519Signer.generate()))


def test_a_revoked_key_cannot_sign_and_the_revocation_stands_in_the_table(app: Flask) -> None:
    signer = Ed25519Signer.generate()
    enrolled = file(enrolment(signer))[0].seq
    file(signed(notice("C-1"), signer))
    revoked = file(revocation(signer.kid))[0].seq
    row = db.session.get(LedgerKey, signer.kid)
    assert row is not None
    assert (row.enrolled_seq, row.revoked_seq) == (enrolled, revoked)
    with pytest.raises(Refused, match="key_revoked"):
        file(signed(notice("C-2"), signer))
    with pytest.raises(Refused, match="key_revoked"):
        file(revocation(signer.kid))
    assert ledger.audit().ok


def test_a_rotated_key_replaces_the_old_one(app: Flask) -> None:
    old, new = Ed25519Signer.generate(), Ed25519Signer.generate()
    file(enrolment(old))
    file(rotation(new, old), signed(notice("C-1"), new))
    with pytest.raises(Refused, match="key_revoked"):
        file(signed(notice("C-2"), old))
    with pytest.raises(Refused, match="key_malformed"):
        file(rotation(Ed25519Signer.generate(), new, holder="somebody else"))
    assert ledger.audit().ok


def test_nobody_enrols_a_key_without_holding_it_nor_one_of_the_registrys(app: Flask) -> None:
    mine, theirs = Ed25519Signer.generate(), Ed25519Signer.generate()
    file(enrolment(mine))
    fields, secrets = enrolment(theirs).fields, enrolment(theirs).secrets
    stolen = Filing(type="key.enrolled", subject=theirs.kid, fields=fields, secrets=secrets)
    with pytest.raises(Refused, match="key_malformed"):
        file(signed(stolen, mine))
    crowned = Filing(type="key.enrolled", subject=theirs.kid, fields={**fields, "purpose": "countersign"})
    with pytest.raises(Refused, match="key_malformed"):
        file(signed(crowned, theirs))
    renamed = {**fields, "kid": "00" * 16}
    with pytest.raises(Refused, match=r"key_malformed|key_unknown"):
        file(signed(Filing(type="key.enrolled", subject="00" * 16, fields=renamed), theirs))
    with pytest.raises(Refused, match="key_known"):
        file(enrolment(mine))


@pytest.mark.parametrize(
    "change",
    [
        {"contract": "C-2"},
        {"declaration": "MX-D26-0000-0000"},
        {"declaration_version": 2},
        {"declaration_envelope": "cd" * 32},
        {"standard_terms": "2027-01"},
        {"track": "statutory"},
    ],
)
def test_a_signature_is_worth_nothing_on_other_terms(lite: Flask, change: dict[str, object]) -> None:
    from dataclasses import replace

    signer = Ed25519Signer.generate()
    file(enrolment(signer))
    good = signed(notice("C-1"), signer)
    fields = {**good.fields, **change}
    with pytest.raises(Refused, match="statement_mismatch"):
        file(replace(good, fields=fields, subject=str(fields["contract"])))
    said = {**good.statements[0].fields, "fields": fields, "subject": fields["contract"]}
    forged = replace(good.statements[0], fields=said)
    with pytest.raises(Refused, match="signature_invalid"):
        file(replace(good, fields=fields, subject=str(fields["contract"]), statements=[forged]))


def test_a_statement_for_another_log_or_another_licensee_is_refused(lite: Flask) -> None:
    from dataclasses import replace

    signer = Ed25519Signer.generate()
    file(enrolment(signer))
    with pytest.raises(Refused, match="statement_mismatch"):
        file(signed(notice("C-1"), signer, origin="other.example"))
    good = signed(notice("C-1"), signer)
    with pytest.raises(Refused, match="statement_mismatch"):
        file(replace(good, secrets={**good.secrets, "licensee": {"name": "别家公司"}}))
    assert file(good)


def test_sixteen_writers_make_one_chain_without_fork_or_gap(app: Flask) -> None:
    writers, each = 16, 8
    before, barrier = ledger.size(), Barrier(writers)
    seen: list[int] = []
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        with app.app_context():
            barrier.wait()
            for turn in range(each):
                try:
                    seen.extend(item.seq for item in file(effective(f"C-{writer}-{turn}")))
                except Refused as refused:
                    if refused.code != "busy":  # told so, nothing written: the client may try again
                        failures.append(refused)
                except BaseException as error:
                    failures.append(error)
            db.session.remove()

    threads = [Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # end the snapshot this thread was reading
    assert failures == []
    assert sorted(seen) == list(range(before, ledger.size()))
    assert len(seen) > each
    assert ledger.audit().ok


def test_full_tiles_are_stored_when_they_are_full(lite: Flask) -> None:
    before = ledger.size()
    file(*(effective(f"C-{n}") for n in range(255 - before)))
    assert db.session.execute(select(Tile)).first() is None
    file(effective("C-last"))
    file(*(effective(f"D-{n}") for n in range(300)))
    tiles = db.session.execute(select(Tile.level, Tile.index)).all()
    assert [tuple(row) for row in tiles] == [(0, 0), (0, 1)]
    assert db.session.execute(select(LedgerEntry.seq).order_by(LedgerEntry.seq.desc())).scalar() == 555
    ledger.publish_checkpoint()
    assert ledger.audit().ok


def test_starting_again_changes_nothing_and_another_log_is_refused(app: Flask) -> None:
    before = ledger.size()
    ledger.start()
    assert ledger.size() == before
    with pytest.raises(Conflict, match="ledger_differs"):
        ledger.start("other.example")
    with pytest.raises(Conflict, match="ledger_started"):
        file(Filing(type="log.started", subject="x", fields={"origin": "x", "name": "x", "keys": []}))


def test_a_salt_used_twice_is_refused_and_nothing_is_written(lite: Flask) -> None:
    size, once = ledger.size(), "11" * 32
    twice = replace(notice("C-1"), salts={"licensee": once, "record": once})
    signer = Ed25519Signer.generate()
    with pytest.raises(ValueError, match="salt stands twice"):
        file(enrolment(signer), signed(twice, signer))
    assert ledger.size() == size


def test_a_statement_counts_for_one_filing_in_the_whole_log(app: Flask) -> None:
    signer = Ed25519Signer.generate()
    file(enrolment(signer))
    claim = Filing(type="payment.claimed", subject="C-1", fields={"contract": "C-1", "state": "claimed"})
    first = signed(claim, signer)
    file(first)
    again = replace(first, fields={**first.fields, "ground": "another"})  # says all that was signed, and more
    with pytest.raises(Refused, match="statement_repeated"):
        file(again)
    with pytest.raises(Refused, match="statement_repeated"):
        file(replace(again, fields={**first.fields, "ground": "a third"}), again)
    assert ledger.audit().ok
    file(replace(signed(claim, signer), fields={**first.fields}))  # signed anew, it is another statement
    assert ledger.audit().ok
