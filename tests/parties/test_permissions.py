"""Who may do what: the table's promises, read by roles and relations."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import NotAllowed, NotFound, NotSignedIn
from registry.parties.permissions import EVERYBODY, TABLE, allow, may
from registry.parties.rules import CLOCK, PARTY_ROLES, Actor, Role

ORGANISATION, VENUE, ELSEWHERE = uuid4(), uuid4(), uuid4()


@dataclass(frozen=True)
class Thing:
    holder_id: UUID | None = None
    licensee_id: UUID | None = None
    venue_id: UUID | None = None
    account_id: UUID | None = None


def party(role: Role, organisation: UUID = ORGANISATION) -> Actor:
    return Actor(account_id=uuid4(), organisation_id=organisation, role=role)


def operator(venue: UUID = VENUE) -> Actor:
    return Actor(account_id=uuid4(), venue_id=venue, role=Role.OPERATOR)


@pytest.mark.parametrize(
    ("verb", "actor", "thing", "answer"),
    [
        ("declaration.sign", party(Role.SIGNER), Thing(holder_id=ORGANISATION), None),
        ("declaration.sign", party(Role.PREPARER), Thing(holder_id=ORGANISATION), NotAllowed),
        ("declaration.sign", party(Role.FINANCE), Thing(holder_id=ORGANISATION), NotAllowed),
        ("declaration.sign", party(Role.OWNER, ELSEWHERE), Thing(holder_id=ORGANISATION), NotFound),
        ("declaration.draft", party(Role.PREPARER), Thing(holder_id=ORGANISATION), None),
        ("declaration.review", operator(), Thing(venue_id=VENUE), None),
        ("declaration.review", operator(ELSEWHERE), Thing(venue_id=VENUE), NotFound),
        ("declaration.review", party(Role.OWNER), Thing(holder_id=ORGANISATION, venue_id=VENUE), NotAllowed),
        ("acceptance.send", party(Role.OWNER), Thing(licensee_id=ORGANISATION), None),
        ("acceptance.send", party(Role.OWNER), Thing(holder_id=ORGANISATION), NotAllowed),
        ("payment.confirm", party(Role.FINANCE), Thing(holder_id=ORGANISATION), None),
        ("payment.confirm", party(Role.FINANCE), Thing(licensee_id=ORGANISATION), NotAllowed),
        ("payment.confirm", operator(), Thing(holder_id=ELSEWHERE, venue_id=VENUE), None),
        ("contract.view", party(Role.PREPARER), Thing(licensee_id=ORGANISATION), None),
        ("contract.view", operator(ELSEWHERE), Thing(venue_id=VENUE), NotFound),
        ("contract.view", Actor(account_id=uuid4(), role=Role.AUDITOR), Thing(), None),
        ("contract.register", Actor(account_id=uuid4(), role=Role.AUDITOR), Thing(venue_id=VENUE), NotFound),
        ("acceptance.lapse", CLOCK, Thing(), None),
        ("acceptance.decide", CLOCK, Thing(), NotFound),
        ("declaration.view", None, Thing(), NotSignedIn),
    ],
)
def test_the_table_answers(
    lite: Flask, verb: str, actor: Actor | None, thing: Thing, answer: type[Exception] | None
) -> None:
    if answer is None:
        assert allow(actor, verb, thing) is None
        assert may(actor, verb, thing)
    else:
        with pytest.raises(answer):
            allow(actor, verb, thing)
        assert not may(actor, verb, thing)


@given(st.sampled_from(sorted(TABLE)), st.sampled_from([*PARTY_ROLES, Role.OPERATOR]))
def test_nobody_acts_on_what_is_none_of_their_business(verb: str, role: Role) -> None:
    """Only verbs that a role may use towards anything reach foreign things."""
    foreign = Thing(holder_id=uuid4(), licensee_id=uuid4(), venue_id=uuid4(), account_id=uuid4())
    actor = party(role) if role in PARTY_ROLES else operator()
    open_to_role = any(grant.relation.__name__ == "_any" and role in grant.roles for grant in TABLE[verb])
    assert may(actor, verb, foreign) == open_to_role
    if verb.split(".")[0] in ("declaration", "acceptance", "contract", "payment", "refund"):
        assert not open_to_role


ADMINISTERED = {
    "erasure.manage", "codes.change", "mail.open", "mail.resend", "jobs.manage", "terms.schedule",
}  # fmt: skip
"""What runs the system, and of the filings none but the day from which a version of our own terms holds."""
SECURED = {"erasure.manage", "organisation.suspend", "staff.manage", "leak.tell"}
"""What decides who may come in; whoever runs the system gives no roles."""
READ = {"mail.open"}
"""Opening a letter changes nothing but the note of who opened it."""


def _everybodys(verb: str) -> bool:
    return any(grant.roles == EVERYBODY for grant in TABLE[verb])


@given(st.sampled_from(sorted(TABLE)))
def test_auditors_change_nothing_and_administrators_file_nothing(verb: str) -> None:
    if not verb.endswith(".view") and not _everybodys(verb):
        assert may(Actor(account_id=uuid4(), role=Role.AUDITOR), verb, Thing()) is (verb in READ)
        administrator = Actor(account_id=uuid4(), role=Role.ADMINISTRATOR)
        assert may(administrator, verb, Thing()) is (verb in ADMINISTERED)
        assert may(Actor(account_id=uuid4(), role=Role.SECURITY), verb, Thing()) is (verb in SECURED)


def test_an_unknown_verb_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        allow(party(Role.OWNER), "declaration.unheard_of", Thing())
