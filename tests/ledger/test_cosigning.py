"""The log asks its witnesses: their cosignatures are checked, kept once, awaited without anybody waiting."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from registry import clock, jobs
from registry.config import Misconfigured
from registry.database import db, transaction
from registry.errors import Paused
from registry.jobs import Job
from registry.ledger import anchors
from registry.ledger import published as log
from registry.ledger import service as ledger
from registry.ledger.anchor_setup import Anchors, WitnessAddress, read_anchors
from registry.ledger.checkpoints import note_head
from registry.ledger.models import Cosignature
from registry.ledger.notes import COSIGNATURE, Vkey, cosign
from registry.ledger.policy import open_checkpoint, policy_of
from registry.ledger.report import State
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.verify import verify_bytes
from registry.ledger.witness import request_for
from registry.ledger.witness_folder import Witness
from tests.ledger.making import effective, file
from tests.ledger.outsiders import Said, Teller, anchors_with, policy_with, serving, witness_at

NAMES = ("witness.example/a", "witness.example/b")
SIGNER = Ed25519Signer.generate()
OTHER = Ed25519Signer.generate()
TELLER = Vkey("witness.example/teller", SIGNER.public, COSIGNATURE)


@pytest.fixture
def two(app: Flask, tmp_path: Path) -> Iterator[tuple[Witness, Witness]]:
    """Two real witnesses, both of which the policy wants."""
    setup = ledger_setup()
    with ExitStack() as stack:
        made = [stack.enter_context(witness_at(tmp_path / name[-1], name, setup.vkey)) for name in NAMES]
        policy = policy_with(setup.vkey, *((witness.vkey, url) for witness, url in made))
        setup.anchors = anchors_with(policy)
        yield made[0][0], made[1][0]


def published(*numbers: str) -> str:
    file(*(effective(number) for number in numbers))
    return ledger.publish_checkpoint()


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Cosignature)) or 0


def waiting() -> list[dict[str, object]]:
    db.session.rollback()
    return [job.payload for job in db.session.scalars(select(Job).where(Job.state == "waiting"))]


def test_each_published_head_is_cosigned_by_every_witness(two: tuple[Witness, Witness]) -> None:
    policy = ledger_setup().anchors.policy
    assert policy is not None
    for numbers in (["C-1"], ["C-2", "C-3"], [f"D-{n}" for n in range(300)]):
        note = published(*numbers)
        assert ledger.checkpoint_with_cosignatures() == note, "publishing waited for a witness"
        jobs.run_all()
        cosigned = ledger.checkpoint_with_cosignatures()
        opened = open_checkpoint(str(cosigned), policy)
        assert policy.met_by(opened.cosigned)
        assert opened.unknown == ()
        assert anchors.witnessed(policy) == ledger.size()
        assert ledger.checkpoint() == note, "a receipt's checkpoint is the registry's alone"
    assert kept() == 6
    assert waiting() == []
    assert ledger.checkpoint_with_cosignatures(10_000) is None


def test_a_proof_carries_the_cosignatures_of_its_head(two: tuple[Witness, Witness]) -> None:
    policy, setup = ledger_setup().anchors.policy, ledger_setup()
    published("C-1")
    entry = log.entry(1).data
    alone = ledger.proof(1).text.encode()
    refused = verify_bytes(alone, policy, entry=entry)
    assert refused.verdicts[0].code == "quorum_missing"
    assert "too few witnesses" in refused.to_text("en").splitlines()[0]
    assert verify_bytes(alone, policy_of(setup.vkey), entry=entry).ok
    jobs.run_all()
    found = verify_bytes(ledger.proof(1).text.encode(), policy, entry=entry)
    assert (found.ok, found["time"].code) == (True, "witnessed")


def test_an_audit_says_how_far_witnesses_have_followed(two: tuple[Witness, Witness]) -> None:
    published("C-1")
    assert ledger.audit()["time"].code == "registry_clock_only"
    jobs.run_all()
    assert ledger.audit()["time"].code == "witnessed"
    published("C-2")
    found = ledger.audit()
    assert (found["time"].state, found["time"].code) == (State.LOWERED, "witnessed_in_part")
    assert "self_consistent_only" not in found.notes
    ledger_setup().anchors = Anchors()
    assert ledger.audit()["time"].code == "witness_unpinned"


def test_signers_stand_in_the_order_of_their_lines(two: tuple[Witness, Witness]) -> None:
    published("C-1")
    jobs.run_all()
    size = ledger.size()
    cosigned = ledger.cosignatures_of(size)
    note = str(ledger.checkpoint(size))
    assert note + "".join(one.line for one in cosigned) == ledger.checkpoint_with_cosignatures(size)
    assert {one.witness for one in cosigned} == {witness.vkey for witness in two}
    assert all(abs(one.at - clock.now()) < timedelta(minutes=1) for one in cosigned)


def test_a_head_is_asked_for_once(two: tuple[Witness, Witness]) -> None:
    published("C-1")
    assert len(waiting()) == 2
    ledger.publish_checkpoint()
    transaction(anchors.ask)
    assert len(waiting()) == 2
    jobs.run_all()
    transaction(anchors.ask)
    assert waiting() == []


def test_a_cosignature_lost_between_answer_and_commit_is_asked_for_again(
    two: tuple[Witness, Witness],
) -> None:
    """The witness is ahead of what we know: its 409 teaches the size, the same head is cosigned anew."""
    note = published("C-1")
    assert two[0].submit(request_for(note).body, now=1_800_000_000).status == 200
    jobs.run_all()
    assert kept() == 2
    published("C-2")
    older = ledger.size()
    note = str(ledger.checkpoint(older))
    proof = ledger.consistency(older - 1, older)
    assert two[0].submit(request_for(note, older - 1, proof).body, now=1_800_000_000).status == 200
    published("C-3")
    jobs.run_all()
    assert len(ledger.cosignatures_of(ledger.size())) == 2


def test_the_heads_witnesses_hold_are_found_again(two: tuple[Witness, Witness]) -> None:
    assert ledger.heads_elsewhere() == []
    note = published("C-1")
    jobs.run_all()
    found = ledger.heads_elsewhere()
    assert [one.source for one in found] == list(NAMES)
    assert all(one.note.startswith(note) for one in found)


def test_a_witness_that_is_gone_leaves_the_other_and_the_log_alone(
    two: tuple[Witness, Witness], caplog: pytest.LogCaptureFixture
) -> None:
    setup = ledger_setup()
    gone = setup.anchors.witnesses[0]
    setup.anchors = anchors_with(
        policy_with(
            setup.vkey, (gone.vkey, "http://127.0.0.1:1"), (two[1].vkey, setup.anchors.witnesses[1].url)
        )
    )
    published("C-1")
    jobs.run_all()
    assert kept() == 1
    (awaiting,) = [one for one in ledger.awaited() if one.since is not None]
    assert (awaiting.name, awaiting.size, awaiting.failed, awaiting.said) == (NAMES[0], 0, 1, "unreached")
    assert [one.source for one in ledger.heads_elsewhere()] == [NAMES[1]]
    assert all(record.levelno == logging.WARNING for record in caplog.records)


def test_a_witness_that_stays_away_is_asked_after_growing_pauses_that_end_at_five_minutes(
    lite: Flask,
) -> None:
    setup = ledger_setup()
    setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, "http://127.0.0.1:1")))
    pauses = []
    with time_machine.travel(clock.now(), tick=False) as travel:
        published("C-1")
        for _ in range(10):
            assert jobs.run_one()
            db.session.rollback()
            (job,) = db.session.scalars(select(Job).where(Job.state == "waiting"))
            pauses.append((job.run_after - clock.now()).total_seconds())
            transaction(anchors.ask)  # a new head does not shorten the pause
            travel.move_to(job.run_after + timedelta(milliseconds=1))
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    db.session.rollback()
    assert {job.state for job in db.session.scalars(select(Job))} == {"done", "waiting"}


def test_a_head_published_while_a_witness_hangs_takes_the_pause_over(lite: Flask) -> None:
    setup = ledger_setup()

    def hang(_: bytes) -> Said:
        with lite.app_context():
            published("C-2")
            db.session.remove()
        return "500 Internal Server Error", "text/plain", b""

    with serving(Teller(hang)) as url:
        setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
        published("C-1")
        assert jobs.run_one()
    assert not jobs.run_one()
    assert waiting() == [{"witness": str(TELLER), "failed": 1, "said": "status_500"}]


# --- the quorum --------------------------------------------------------------------------------------


def test_filing_stops_without_a_quorum_for_too_long_and_goes_on_with_it(two: tuple[Witness, Witness]) -> None:
    setup = ledger_setup()
    setup.anchors = anchors_with(
        policy_with(setup.vkey, *((one.vkey, one.url) for one in setup.anchors.witnesses), least=2),
        witness_within=timedelta(hours=3),
    )
    published("C-1")
    jobs.run_one()  # one of the two is not enough
    assert kept() == 1
    with time_machine.travel(clock.now() + timedelta(hours=3, minutes=1)):
        with pytest.raises(Paused, match="witnesses_missing"):
            file(effective("C-2"))
        jobs.run_all()
        assert kept() == 2
        file(effective("C-2"))


def test_in_a_quiet_night_nothing_is_too_old(two: tuple[Witness, Witness]) -> None:
    setup = ledger_setup()
    setup.anchors = anchors_with(
        policy_with(setup.vkey, *((one.vkey, one.url) for one in setup.anchors.witnesses)),
        witness_within=timedelta(hours=3),
    )
    published("C-1")
    jobs.run_all()
    with time_machine.travel(clock.now() + timedelta(days=30)):
        file(effective("C-2"))
        file(effective("C-3"))


def test_of_many_heads_the_newest_with_enough_witnesses_counts(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "PAGE", 4)
    setup = ledger_setup()
    second = Vkey("witness.example/second", OTHER.public, COSIGNATURE)
    policy = policy_with(setup.vkey, (TELLER, "http://a.invalid"), (second, "http://b.invalid"), least=2)
    text = [note_head(published(f"C-{n}")).text for n in range(14)]
    rows = [(size, TELLER, SIGNER) for size in range(2, 16)] + [(5, second, OTHER)]

    def work() -> None:
        from registry.ledger.cosignatures import Cosigned, keep

        for size, vkey, signer in rows:
            said = cosign(text[size - 2], vkey.name, signer, time=1)
            keep(size, Cosigned(witness=vkey, line=said, at=clock.now()))

    transaction(work)
    assert anchors.witnessed(policy) == 5
    assert anchors.witnessed(policy_with(setup.vkey, (TELLER, "http://a.invalid"))) == 15


# --- settings ----------------------------------------------------------------------------------------


def test_a_policy_that_cannot_serve_is_refused_at_the_start(lite: Flask, tmp_path: Path) -> None:
    from dataclasses import replace

    settings = lite.extensions["settings"]
    path = tmp_path / "policy"
    for text, wrong in (
        ("", "quorum"),
        (f"witness a {TELLER}\nquorum a\n", "no http"),
        (f"witness a {TELLER} ftp://x\nquorum a\n", "no http"),
    ):
        path.write_text(text)
        with pytest.raises(Misconfigured, match=wrong):
            read_anchors(replace(settings, witness_policy=path))
    path.write_text(f"witness a {TELLER} https://w.example/\nquorum a\n")
    made = read_anchors(replace(settings, witness_policy=path, witness_hours=6))
    assert made.witnesses == (WitnessAddress(name="a", vkey=TELLER, url="https://w.example"),)
    assert made.witness_within == timedelta(hours=6)
