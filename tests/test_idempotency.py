"""Doing a thing once: the same key and body replay, another body is refused, twins wait for each other."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from registry import clock, idempotency
from registry.database import db, new_id, transaction
from registry.errors import Refused
from registry.idempotency import Idempotency, fingerprint
from registry.parties.models import Mail
from registry.parties.rules import Actor
from tests.browser import Browser
from tests.parties.people import owner

WHO = uuid4()


def letter() -> str:
    mail = Mail(id=new_id(), address="a@example.cn", subject="x", body="x", created_at=clock.now())
    db.session.add(mail)
    db.session.flush()
    return str(mail.id)


def do(body: str = "same", *, key: str = "k", who: object = WHO) -> tuple[str, bool]:
    asked = fingerprint("try", {"body": body})
    return transaction(lambda: idempotency.once(who, key, asked, letter))  # type: ignore[arg-type]


def test_the_same_key_and_body_answer_with_the_first_reference(app: Flask) -> None:
    first, second = do(), do()
    assert first[0] == second[0]
    assert (first[1], second[1]) == (False, True)
    assert db.session.query(Mail).count() == 1


def test_the_same_key_with_another_body_is_refused(lite: Flask) -> None:
    do()
    with pytest.raises(Refused, match="idempotency_reused"):
        do("other")
    assert db.session.query(Mail).count() == 1


def test_a_key_belongs_to_its_account(lite: Flask) -> None:
    assert do()[0] != do(who=uuid4())[0]


@pytest.mark.parametrize("key", ["", "x" * 81])
def test_no_key_or_an_endless_one_is_refused(lite: Flask, key: str) -> None:
    with pytest.raises(Refused, match="idempotency_missing"):
        do(key=key)


def test_what_was_refused_can_be_tried_again_under_the_same_key(lite: Flask) -> None:
    def refused() -> str:
        letter()
        raise Refused("not_valid")

    asked = fingerprint("try", {"body": "same"})
    with pytest.raises(Refused, match="not_valid"):
        transaction(lambda: idempotency.once(WHO, "k", asked, refused))
    assert db.session.query(Mail).count() == 0
    db.session.rollback()
    assert do()[1] is False


def test_sixteen_at_once_do_it_once(app: Flask) -> None:
    answers: list[tuple[str, bool]] = []
    barrier = threading.Barrier(16)

    def one() -> None:
        with app.app_context():
            barrier.wait()
            answers.append(do())
            db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 16
    assert len({reference for reference, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 15
    assert db.session.query(Mail).count() == 1
    assert db.session.query(Idempotency).count() == 1


def test_the_fingerprint_does_not_depend_on_order_but_on_verb_and_values() -> None:
    assert fingerprint("a", {"x": 1, "y": 2}) == fingerprint("a", {"y": 2, "x": 1})
    assert fingerprint("a", {"x": 1}) != fingerprint("b", {"x": 1})
    assert fingerprint("a", {"x": 1}) != fingerprint("a", {"x": "1"})


def test_a_form_with_no_key_is_refused_by_its_door(lite: Flask) -> None:
    actor: Actor = owner("u1")
    browser = Browser(lite).sign_in(actor.email).get("/account/machine-keys")
    browser.submit({"label": "x", "idempotency_key": ""}, action="/account/machine-keys")
    assert browser.status == 422


def test_a_reference_known_beforehand_is_written_with_the_key_or_not_at_all(lite: Flask) -> None:
    account = new_id()

    def failing() -> str:
        raise Refused("required", "reason")

    def once(work: Callable[[], str]) -> tuple[str, bool]:
        return transaction(lambda: idempotency.once(account, "k", "f", work, reference="A-1"))

    with pytest.raises(Refused):
        once(failing)
    assert idempotency.find(account, "k") is None
    db.session.rollback()
    assert once(lambda: "A-1") == ("A-1", False)
    kept = idempotency.find(account, "k")
    assert kept is not None
    assert (kept.status, kept.reference) == (201, "A-1")
    db.session.rollback()
    assert once(failing) == ("A-1", True)


def test_what_turns_out_otherwise_than_was_said_beforehand_counts(lite: Flask) -> None:
    account = new_id()
    for replayed in (False, True):
        done = transaction(lambda: idempotency.once(account, "k", "f", lambda: "A-2", reference="A-1"))
        assert done == ("A-2", replayed)
