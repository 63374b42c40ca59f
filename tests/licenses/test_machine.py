"""Offers, notices, payments, withdrawals, replays, restarts and days that pass, in whatever order: what is
promised holds after every step. A few short ways in every run, many long ones by `make machine`.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from registry import clock, idempotency
from registry.contracts import register, rules
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance
from registry.database import db, transaction
from registry.errors import Refused
from registry.history import History
from registry.ledger import service as ledger
from registry.ledger.models import LedgerEntry
from registry.licenses import register as offers
from registry.licenses import terms_days
from registry.licenses.terms_day_models import TermsDay
from tests.contracts import taking
from tests.contracts.test_decisions import object_to
from tests.factories import Offer, Person, make_organisation, make_venue, published, reading, withdraw
from tests.licenses import terms
from tests.licenses.starting import environment_of
from tests.parties.test_administration import administrator

LONG = int(os.environ.get("REGISTRY_MACHINE_EXAMPLES", "0"))
STEPS = 40 if LONG else 10


class Doings(RuleBasedStateMachine):
    """One register, served on through all examples: each begins with an offer of its own."""

    app: Flask
    holder: Person
    venue: Person
    takers: tuple[Person, ...]
    administrators: tuple[Person, ...] = ()
    steps = 0
    reached = datetime.min.replace(tzinfo=UTC)

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(max(clock.now(), self.reached), tick=True)
        self.clock = self.travel.start()
        self.offers: list[Offer] = [self._publish()]
        self.withdrawn: dict[str, int] = {}
        self.notices: dict[str, tuple[Offer, Person]] = {}
        self.claims: dict[str, Any] = {}
        self.kept: list[tuple[int, str]] = []
        self.replays: list[tuple[Person, str, str, str]] = []
        self.rest_on: dict[str, str] = {}
        self.scheduled = False
        self.started = False
        self.size = reading(ledger.size)

    def teardown(self) -> None:
        report = reading(ledger.audit)
        type(self).reached = clock.now()  # a log is not continued by a clock that stands behind it
        self.travel.stop()
        assert report.exit_code == 0

    def _publish(self) -> Offer:
        return published(self.app, self.holder, self.venue)

    def _acknowledge(self, first: int) -> None:
        """What a client keeps of each answer: place and leaf."""
        self.kept += [(seq, reading(partial(_leaf, seq))) for seq in range(first, reading(ledger.size))]

    def _try(self, work: Callable[[], Any]) -> bool:
        """A refusal is an answer too, and leaves the log as it was; anything else is an error."""
        first = reading(ledger.size)
        try:
            work()
        except Refused:
            assert reading(ledger.size) == first
            return False
        finally:
            type(self).steps += 1
        self._acknowledge(first)
        return True

    @precondition(lambda self: len(self.offers) < 3)
    @rule()
    def another_offer(self) -> None:
        self._try(lambda: self.offers.append(self._publish()))

    @rule(which=st.integers(0, 9), who=st.integers(0, 1))
    def notice(self, which: int, who: int) -> None:
        offer, taker, key = self.offers[which % len(self.offers)], self.takers[who], os.urandom(8).hex()
        got: list[str] = []

        def work() -> None:
            got.append(taking.drafted(taker, offer))
            statement = taker.sign(reading(lambda: register.find(got[0]).statement_fields))

            def send() -> str:
                return contracts.accept(taker.actor, register.find(got[0]), statement).number

            account = taker.actor.account_id
            assert account is not None
            asked = idempotency.fingerprint("machine", {"number": got[0]})
            assert transaction(lambda: idempotency.once(account, key, asked, send)) == (got[0], False)

        if self._try(work):
            assert offer.number not in self.withdrawn
            self.notices[got[0]] = offer, taker
            self.replays.append((taker, key, got[0], got[0]))

    @precondition(lambda self: self.replays)
    @rule(which=st.integers(0, 9), other=st.booleans())
    def replay(self, which: int, other: bool) -> None:
        taker, key, number, reference = self.replays[which % len(self.replays)]
        account, size = taker.actor.account_id, reading(ledger.size)
        assert account is not None
        asked = idempotency.fingerprint("machine", {"number": "another" if other else number})

        def never() -> str:
            raise AssertionError("what was done is done again")

        if other:
            with pytest.raises(Refused, match="idempotency_reused"):
                transaction(lambda: idempotency.once(account, key, asked, never))
        else:
            assert transaction(lambda: idempotency.once(account, key, asked, never)) == (reference, True)
        assert reading(ledger.size) == size

    @precondition(lambda self: self.notices)
    @rule(which=st.integers(0, 9))
    def claim(self, which: int) -> None:
        number, taker = self._notice(which)

        def work() -> None:
            self.claims[number] = taking.claim(self.app, taker, number)

        self._try(work)

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 9), arrived=st.booleans())
    def answer(self, which: int, arrived: bool) -> None:
        number = sorted(self.claims)[which % len(self.claims)]
        facts = {} if arrived else {"result": "not_arrived", "amount": None, "arrived_on": None}
        self._try(lambda: taking.answer(self.holder, self.claims[number], **facts))

    @precondition(lambda self: self.notices)
    @rule(which=st.integers(0, 9))
    def objection(self, which: int) -> None:
        number, _ = self._notice(which)
        self._try(lambda: object_to(self.holder, number, "notice_not_from_person"))

    @rule(which=st.integers(0, 9))
    def withdrawal(self, which: int) -> None:
        offer = self.offers[which % len(self.offers)]
        if self._try(lambda: withdraw(self.app, offer)):
            self.withdrawn[offer.number] = reading(ledger.size)

    @rule(days=st.sampled_from((1, 4, 16)))
    def days_pass(self, days: int) -> None:
        self.clock.shift(timedelta(days=days))
        first = reading(ledger.size)
        transaction(offers.expire_due)
        for one in reading(contracts.due_to_lapse):
            transaction(partial(contracts.lapse, one))
        self._acknowledge(first)

    @precondition(lambda self: LONG and not self.scheduled)
    @rule(days=st.integers(8, 40))
    def other_standard_terms(self, days: int) -> None:
        """A release brings another version, two administrators set its day: it comes as days pass, and what
        was taken before rests on what it was taken under.
        """
        self.scheduled = True
        one, two = self.administrators

        def work() -> None:
            asked = terms.day_asked(one, days, version=f"T-{os.urandom(4).hex()}")
            transaction(lambda: terms_days.approve(two.actor, db.session.get_one(TermsDay, asked)))

        self._try(work)

    @precondition(lambda self: LONG and not self.started)
    @rule()
    def restart_elsewhere(self) -> None:
        """A new process finds the log ours, whole, and as long as we left it. Once a way: it is slow."""
        self.started = True
        db.session.remove()
        started = subprocess.run(
            [sys.executable, "-m", "tests.licenses.starting"],
            env={**os.environ, **environment_of(self.app.extensions["settings"])},
            capture_output=True,
            text=True,
            check=False,
        )
        size = reading(ledger.size)
        assert started.stdout.split() == [str(size), reading(partial(_leaf, size - 1))], started.stderr

    @rule()
    def restart(self) -> None:
        db.session.remove()
        db.engine.dispose()
        ledger.init_app(self.app, self.app.extensions["settings"])

    def _notice(self, which: int) -> tuple[str, Person]:
        number = sorted(self.notices)[which % len(self.notices)]
        return number, self.notices[number][1]

    @invariant()
    def what_was_acknowledged_stands(self) -> None:
        for seq, leaf in self.kept[-20:]:
            assert reading(partial(_leaf, seq)) == leaf

    @invariant()
    def the_log_only_grows(self) -> None:
        size = reading(ledger.size)
        assert size >= self.size
        self.size = size

    @invariant()
    def no_notice_follows_a_withdrawal(self) -> None:
        for number, (offer, _) in self.notices.items():
            if offer.number in self.withdrawn:
                assert taking.seen(number, "noticed_seq")[0] < self.withdrawn[offer.number]

    @invariant()
    def one_live_license_for_a_licensee_and_an_offer(self) -> None:
        live = [pair for number, pair in self.notices.items() if taking.state(number) in rules.LIVE_STATES]
        names = [(offer.number, taker.email) for offer, taker in live]
        assert len(names) == len(set(names))

    @invariant()
    def what_was_taken_rests_on_the_terms_of_its_day(self) -> None:
        for number in self.notices:
            now = reading(partial(_terms_of, number))
            assert self.rest_on.setdefault(number, now) == now

    @invariant()
    def states_move_as_the_tables_say(self) -> None:
        allowed = {(str(before), str(move.to)) for (before, _), move in rules.MOVES.items()}
        for number in self.notices:
            for row in reading(partial(_moves, number)):
                assert row in allowed


def _leaf(seq: int) -> str:
    return db.session.query(LedgerEntry.leaf).filter_by(seq=seq).one().leaf.hex()


def _terms_of(number: str) -> str:
    return register.find(number).version.terms_version


def _moves(number: str) -> list[tuple[str, str]]:
    subject = db.session.query(Acceptance.id).filter_by(number=number).scalar()
    rows = db.session.query(History).filter_by(subject_id=subject).order_by(History.at)
    return [(row.before, row.after) for row in rows if row.before and row.after and row.before != row.after]


def test_whatever_is_done_in_whatever_order_the_promises_hold(app: Flask) -> None:
    Doings.app, Doings.steps, Doings.reached = app, 0, clock.now()
    Doings.holder, Doings.venue = make_organisation(app, "u1"), make_venue(app, "v1")
    if LONG:
        Doings.administrators = (administrator(app), administrator(app, "second"))
    Doings.takers = (make_organisation(app, "c1"), make_organisation(app, "c2"))
    profile = settings(
        max_examples=LONG or 3,
        stateful_step_count=STEPS,
        derandomize=not LONG,
        database=None,
        deadline=None,
        phases=[Phase.generate] if not LONG else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Doings, settings=profile)
    print(f"\n{Doings.steps} steps in {LONG or 3} ways")
    assert Doings.steps > 0
