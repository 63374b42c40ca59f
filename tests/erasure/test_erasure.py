"""Erasing: every value gone from database and files, every proof still good, nothing half done."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.contracts import bundles, disclosure, registration, sealing
from registry.contracts import register as contracts
from registry.contracts.printed_models import MadeFile, SealedPaper
from registry.database import db, transaction
from registry.documents import store
from registry.erasure import service as erasure
from registry.erasure import tasks
from registry.errors import Conflict, Gone, Invalid, NotAllowed, Refused
from registry.exports import recordal_tasks
from registry.exports import service as exports
from registry.exports.models import Batch, BatchContract, Standing
from registry.exports.rules import Choice, Chosen, Filter
from registry.history import History
from registry.jobs import Job
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.policy import policy_of
from registry.ledger.receipt_file import check_receipt
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes, verify_path
from registry.parties.models import Upload
from tests.contracts import performing
from tests.contracts.correcting import correct
from tests.contracts.test_sealing import seal_of
from tests.erasure import making
from tests.erasure.making import (
    administrator,
    approve,
    ask,
    brought,
    codes,
    erase,
    licensed,
    preview,
    where,
    years_later,
)
from tests.exports.making import ready_paid
from tests.factories import Person, make_account, reading

Two = tuple[Person, Person]


def two(app: Flask) -> Two:
    return administrator(app, "a1@example.cn"), administrator(app, "a2@example.cn")


def receipts() -> list[bytes]:
    """Everybody's receipts of every filing, with all that may be disclosed."""

    def one(seq: int) -> bytes:
        return jcs(ledger.receipt(seq, disclose={row["path"] for row in ledger.disclosures(seq)}))

    ledger.publish_checkpoint()
    ours = ("declaration.", "license.", "payment.", "papers.", "key.enrolled")
    types = [reading(lambda n=seq: ledger.filed_at(n))[1].type for seq in range(reading(ledger.size))]  # type: ignore[misc]
    return [reading(lambda n=seq: one(n)) for seq, kind in enumerate(types) if kind.startswith(ours)]  # type: ignore[misc]


def bundled(made: making.Licensed) -> bytes:
    """The license's bundle, as the venue may have it."""
    return reading(lambda: bundles.of(made.offer.venue.actor, contracts.find_contract(made.contract)))


def verified(kept: list[bytes]) -> bool:
    return all(check_receipt(one, policy_of(ledger_setup().vkey)).ok for one in kept)


def test_every_value_of_a_contract_its_declaration_and_its_people_goes_and_every_proof_stays(
    app: Flask, tmp_path: Any
) -> None:
    made, (first, second) = licensed(app), two(app)
    correct(made.licensee, made.number, {"notice.contact.phone": making.OF_CONTRACT["corrected"]})
    jobs.run_all()
    early, bundle = receipts(), bundled(made)
    contract_values = making.OF_CONTRACT.values()
    assert len(where(app, contract_values)) > 6  # else looking for them would prove nothing
    with years_later():
        making.end_everything()
        erase(first, second, "contract", made.contract)
        assert where(app, contract_values) == []
        erase(first, second, "declaration", made.offer.number)
        assert where(app, making.OF_DECLARATION.values()) == []
        party = str(made.licensee.organisation_id)
        erase(first, second, "party", party)
        erase(first, second, "account", made.licensee.email)
        assert where(app, [*making.OF_PERSON.values(), *making.OF_ACCOUNT.values()]) == []
        assert ledger.audit().ok
        assert verified(early)
        for kept in (bundle, bundled(made)):
            assert verify_bytes(kept, policy=policy_of(ledger_setup().vkey)).ok
        assert verified(receipts())
        ledger.export(tmp_path / "log")
        report = verify_path(tmp_path / "log", policy=policy_of(ledger_setup().vkey))
        assert report.ok, report.to_text("en")


def test_exactly_the_list_goes_and_numbers_states_days_places_and_digests_stay(lite: Flask) -> None:
    made, (first, second) = licensed(lite), two(lite)
    kept = ("number", "state", "noticed_at", "noticed_seq", "effective_on", "last_day", "record_digest")

    def seen() -> tuple[Any, ...]:
        found = contracts.find(made.number)
        papers = tuple((one.kind, one.digest, one.issued_seq) for one in found.contract.papers)
        amounts = tuple((one.claimed_amount, one.state, one.claimed_seq) for one in found.payments)
        return (*(getattr(found, name) for name in kept), found.record["fee"]["amount"], papers, amounts)

    before, listed = reading(seen), preview(first, "contract", made.contract, "order")
    assert len({(one.table, one.key, one.what) for one in listed.goes}) == len(listed.goes)
    number = erase(first, second, "contract", made.contract, "order")
    assert reading(seen) == before
    assert preview(first, "contract", made.contract, "order").goes == ()
    with pytest.raises(Conflict, match="erased_already"):
        ask(first, "contract", made.contract, "order", "又一号")
    _history_names_nobody(number)
    _takes_no_new_data(made)


def _history_names_nobody(erasure_id: UUID) -> None:
    rows = reading(lambda: list(db.session.scalars(select(History).where(History.subject_id == erasure_id))))
    assert [row.verb for row in rows] == ["ask_erasure", "erase"]
    assert (rows[1].changes["ground"], rows[1].changes["reference"]) == ("order", "（2046）沪01号")
    assert not any(value in str([row.changes for row in rows]) for value in making.OF_CONTRACT.values())


def _takes_no_new_data(made: making.Licensed) -> None:
    venue, file = made.offer.venue.actor, making.brought(made.licensee, b"late")
    choice = Choice(contracts=(Chosen(number=made.contract, not_elsewhere=True),))

    def attach() -> None:
        upload = db.session.get_one(Upload, file)
        registration.attach(venue, contracts.find_contract(made.contract), "12", upload)

    for work in (attach, lambda: exports.make(venue, choice)):
        with pytest.raises(Gone, match="contract_erased"):
            transaction(work)
    transaction(lambda: exports.bring_up(venue))
    assert reading(lambda: exports.listed(venue, Filter(), 1)).standings == []


def test_force_retention_dependants_and_a_second_person_stand_against_an_erasure(lite: Flask) -> None:
    made, (first, _) = licensed(lite, printed=False), two(lite)
    for ground in ("request", "retention"):
        held = preview(first, "contract", made.contract, ground).holds
        assert codes(held) == ["erasure_in_force", "erasure_retained"]
        with pytest.raises(Invalid):
            ask(first, "contract", made.contract, ground)
    with pytest.raises(Refused, match="required"):  # an order has a number
        ask(first, "contract", made.contract, "order")
    party, address = str(made.licensee.organisation_id), made.licensee.email
    for kind, subject in (("declaration", made.offer.number), ("party", party), ("account", address)):
        assert codes(preview(first, kind, subject, "order").holds) == ["erasure_remaining"], kind
    assert "erasure_in_force" in codes(preview(first, "key", made.licensee.signer.kid, "request").holds)
    asked = ask(first, "contract", made.contract, "order", "一号决定")
    with pytest.raises(Refused, match="same_person"):
        approve(first, asked)
    with pytest.raises(NotAllowed):
        preview(made.offer.venue, "contract", made.contract)
    assert reading(lambda: contracts.find_contract(made.contract).erased_at) is None


def test_a_list_that_changed_since_is_not_carried_out(lite: Flask) -> None:
    made, (first, second) = licensed(lite, printed=False), two(lite)
    asked = ask(first, "contract", made.contract, "order", "一号决定")
    old = preview(second, "contract", made.contract, "order").digest
    more = making.brought(made.licensee, b"one more")

    def attach() -> None:
        upload = db.session.get_one(Upload, more)
        registration.attach(made.licensee.actor, contracts.find_contract(made.contract), "12", upload)

    transaction(attach)
    with pytest.raises(Conflict, match="stale_digest"):
        transaction(
            lambda: str(erasure.approve(second.actor, erasure.find(second.actor, asked), listed=old).id)
        )
    assert where(lite, [making.OF_CONTRACT["serial"]])


def test_an_erasure_that_fails_anywhere_leaves_everything(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, (first, second) = licensed(lite), two(lite)
    asked = ask(first, "contract", made.contract, "order", "一号决定")
    before = where(lite, making.OF_CONTRACT.values())

    def fall(*_: Any, **__: Any) -> None:
        raise RuntimeError("crash")

    for place, step in ((store, "forget"), (erasure, "enqueue")):
        with monkeypatch.context() as broken:
            broken.setattr(place, step, fall)
            with pytest.raises(RuntimeError, match="crash"):
                approve(second, asked)
    assert where(lite, making.OF_CONTRACT.values()) == before
    assert preview(first, "contract", made.contract, "order").holds == ()


def test_a_crash_before_the_files_are_gone_is_finished_by_the_next_run(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, (first, second) = licensed(lite), two(lite)
    digests = reading(lambda: [one.digest for one in contracts.find_contract(made.contract).papers])
    approve(second, ask(first, "contract", made.contract, "order", "一号决定"))
    payload = reading(
        lambda: dict(db.session.scalars(select(Job).where(Job.name == erasure.REMOVE)).one().payload)
    )
    with pytest.raises(Gone):  # the rows say so at once, whatever lies on the disk
        reading(lambda: store.get(digests[0]))
    gone: list[str] = []
    real = store.sweep

    def fall(digest: str) -> bool:
        if len(gone) == 2:
            raise RuntimeError("crash")
        gone.append(digest)
        return real(digest)

    with monkeypatch.context() as broken:
        broken.setattr(store, "sweep", fall)
        with pytest.raises(RuntimeError, match="crash"):
            tasks.remove_files(payload)
    assert any(reading(lambda one=one: store._path(one).is_file()) for one in digests)  # type: ignore[misc]
    jobs.run_all()
    tasks.remove_files(payload)
    assert not any(reading(lambda one=one: store._path(one).is_file()) for one in payload["digests"])  # type: ignore[misc]


def test_a_file_that_another_live_contract_uses_stays_until_that_one_goes(lite: Flask) -> None:
    made, (first, second) = licensed(lite, printed=False), two(lite)
    from tests.contracts import taking
    from tests.factories import LUMP, make_organisation, published

    other = taking.taken(
        make_organisation(lite, "c4"), published(lite, made.offer.holder, made.offer.venue, fee=LUMP)
    )
    shared = making.brought(made.offer.venue, b"shared by two")

    def attach() -> None:
        upload = db.session.get_one(Upload, shared)
        for found in (contracts.find_contract(made.contract), contracts.find(other).contract):
            registration.attach(made.offer.venue.actor, found, "12", upload)

    transaction(attach)
    number = reading(lambda: contracts.find(other).contract.number)
    listed = preview(first, "contract", made.contract, "order")
    assert [one.used_by for one in listed.stays] == [(f"contract {number}",)]
    erase(first, second, "contract", made.contract, "order")
    digest = reading(lambda: db.session.get_one(Upload, shared).digest)
    assert reading(lambda: store.get(digest))
    erase(first, second, "contract", number, "order")
    with pytest.raises(Gone):
        reading(lambda: store.get(digest))


def test_content_brought_again_after_an_erasure_is_there_again(lite: Flask) -> None:
    made, (first, second) = licensed(lite, printed=False), two(lite)
    approve(second, ask(first, "contract", made.contract, "order", "一号决定"))
    again = making.brought(made.licensee, b"invoice of one contract")  # before the worker removes the files
    jobs.run_all()
    digest = reading(lambda: db.session.get_one(Upload, again).digest)
    assert reading(lambda: store.get(digest)).endswith(b"invoice of one contract")


def test_the_person_behind_a_key_is_erased_and_the_key_stays(lite: Flask) -> None:
    person, (first, second) = make_account(lite, "alone@example.cn"), two(lite)
    kid = person.signer.kid
    seq = reading(lambda: ledger.public_key(kid).enrolled_seq)  # type: ignore[union-attr]
    assert reading(lambda: ledger.disclosures(seq))
    erase(first, second, "key", kid, "order")
    assert reading(lambda: ledger.disclosures(seq)) == []
    assert ledger.audit().ok


def test_how_a_contract_stood_and_why_a_batch_refused_it_name_nobody_afterwards(lite: Flask) -> None:
    offer, number = ready_paid(lite)
    first, second = two(lite)
    venue = offer.venue.actor
    transaction(lambda: exports.bring_up(venue))

    def name_somebody() -> None:
        contract = contracts.find_contract(number)
        fault = {"code": "party_fact_missing", "field": "", "article": "", "params": {"subject": "林小满"}}
        db.session.get_one(Standing, contract.id).faults = [fault]
        batch = Batch(number="MX-B26-TEST", venue_id=venue.venue_id, account_id=venue.account_id)
        batch.state, batch.created_at = "empty", contract.created_at
        place = BatchContract(position=1, contract_id=contract.id, state="refused", refusals=[fault])
        batch.items.append(place)
        db.session.add(batch)

    transaction(name_somebody)
    erase(first, second, "contract", number, "order")
    assert reading(lambda: db.session.query(Standing).count()) == 0
    (place,) = reading(lambda: db.session.query(BatchContract).all())
    assert [(one["code"], one["params"]) for one in place.refusals] == [("party_fact_missing", {})]


def test_a_packed_batch_loses_its_archive_and_the_erased_row_and_keeps_its_sums(lite: Flask) -> None:
    offer, number = ready_paid(lite)
    choice = Choice(contracts=(Chosen(number=number, not_elsewhere=True),))
    batch = transaction(lambda: exports.make(offer.venue.actor, choice).number)
    first, second = two(lite)
    assert "erasure_busy" in codes(preview(first, "contract", number, "order").holds)  # still to be packed
    jobs.run_all()
    erase(first, second, "contract", number, "order")

    def seen() -> tuple[Any, ...]:
        found = exports.find(offer.venue.actor, batch)
        row = found.items[0].row
        return found.count, str(found.total_amount), bool(found.manifest_digest), row["erased"], row["form"]

    count, total, manifest, erased, form = reading(seen)
    assert (count, total, manifest, erased) == (1, "68000.00", True, True)
    assert form["buyer_name"] == "—"
    with pytest.raises(Gone):
        reading(lambda: exports.archive(exports.find(offer.venue.actor, batch)))


def test_what_was_written_and_brought_after_a_license_goes_with_its_contract(lite: Flask) -> None:
    offer, licensee, number = performing.licensed(lite)
    first, second = two(lite)
    secrets = ["某车间的秘密产量", "账目-私人.pdf", "催告里的私事", "不成立的私人理由"]
    extract = brought(licensee, b"accounts of one contract", secrets[1])
    with time_machine.travel(clock.now() + timedelta(days=120), tick=True):
        performing.report(licensee, number, note=secrets[0], files=[extract])
        performing.notice(offer.holder, number, "recordal", words=secrets[2])
        ending = performing.end(offer.holder, number, ground="refused")
        performing.answer_ending(licensee, ending, "object", secrets[3])
        jobs.run_all()
        contract = reading(lambda: contracts.find(number).contract.number)
        assert "erasure_open_question" in codes(preview(first, "contract", contract, "request").holds)
        performing.settle(offer.venue, ending, "uphold")
        jobs.run_all()
    with years_later():
        erase(first, second, "contract", contract, "order")
    assert where(lite, secrets) == []


def test_sealed_certificates_and_files_made_on_request_go_with_their_contract(lite: Flask) -> None:
    seal_of(lite)
    made, (first, second) = licensed(lite), two(lite)

    def ask_both() -> None:
        contract = contracts.find_contract(made.contract)
        disclosure.ask(made.licensee.actor, contract, ["licensee", "contacts"])
        recordal_tasks.ask(made.offer.holder.actor, contract)

    transaction(ask_both)
    jobs.run_all()

    def digests() -> list[str]:
        found = (db.session.scalars(select(column)) for column in (SealedPaper.digest, MadeFile.digest))
        return [one for column in found for one in column]

    held = reading(digests)
    assert len(held) == 3
    files = [lite.extensions["settings"].files / one[:2] / one[2:] for one in held]
    assert all(path.exists() for path in files)
    transaction(lambda: disclosure.ask(made.licensee.actor, contracts.find_contract(made.contract), []).id)
    erase(first, second, "contract", made.contract, "order")  # one was still waiting for the worker
    assert [path for path in files if path.exists()] == []
    assert reading(lambda: db.session.query(MadeFile).count()) == 0  # the row named who asked
    assert reading(lambda: db.session.query(SealedPaper).count()) == 1  # digests stay
    sealing.seal_all()
    db.session.rollback()
    assert reading(sealing.unsealed) == 0
    for work in (
        lambda: disclosure.ask(made.licensee.actor, contracts.find_contract(made.contract), []),
        lambda: recordal_tasks.ask(made.offer.holder.actor, contracts.find_contract(made.contract)),
    ):
        with pytest.raises(Gone, match="contract_erased"):
            transaction(work)
