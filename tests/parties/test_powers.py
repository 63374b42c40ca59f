"""Agents: a power carries what it names, over what it names, while it stands, for one side; and every filing
made under it says so.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, history
from registry.catalogue import labels
from registry.contracts import confirmation, delivery, power_sheet
from registry.contracts import register as licenses_taken
from registry.contracts.blocks import plain
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger import service as ledger
from registry.licenses import register, withdrawals
from registry.licenses import service as licenses
from registry.parties import powers
from registry.parties import service as parties
from registry.parties.models import Mail
from registry.parties.permissions import allow, may
from registry.parties.rules import Role
from registry.parties.tasks import mail_round
from registry.patents import service as patents
from tests.browser import PASSWORD, Browser, run_jobs
from tests.contracts import papers, taking
from tests.factories import (
    LUMP,
    Person,
    make_member,
    make_organisation,
    make_patent,
    make_venue,
    patent_number,
    published,
    reading,
    ready_draft,
    submit,
)
from tests.parties.agents import drafted, grant, named, terms, under

SIDES = ("licensor", "licensee")


# --- giving and ending -------------------------------------------------------------------------------


@pytest.fixture
def two(lite: Flask) -> tuple[Person, Person]:
    return make_organisation(lite, "u1"), make_organisation(lite, "a1")


def test_a_power_is_signed_taken_on_and_ended_each_with_its_row_and_filing(
    app: Flask,
) -> None:
    principal, agent = make_organisation(app, "u1"), make_organisation(app, "a1")
    number = drafted(principal, agent)
    with pytest.raises(NotFound):
        reading(lambda: powers.find(agent.actor, number))
    with pytest.raises(NotFound):
        transaction(lambda: powers.accept(agent.actor, number))
    grant(principal, number)
    with pytest.raises(NotAllowed):
        transaction(lambda: powers.accept(principal.actor, number))
    transaction(lambda: powers.accept(agent.actor, number).number)
    transaction(lambda: powers.end(principal.actor, number, reason="换了代理机构").number)
    row = reading(lambda: powers.find(agent.actor, number))
    assert (row.state, row.reason) == ("revoked", "换了代理机构")
    filed = [ledger.filed_at(seq)[1] for seq in (row.granted_seq, row.ended_seq)]  # type: ignore[arg-type]
    assert [one.type for one in filed] == ["power.granted", "power.ended"]
    assert [said.kid for said in filed[0].statements] == [principal.signer.kid]
    assert "申城" not in str(filed[0].fields)
    verbs = [one.verb for one in reading(lambda: history.of(row))]
    assert verbs == ["draft", "grant", "accept", "revoke"]
    with pytest.raises(Conflict, match="wrong_state"):
        transaction(lambda: powers.end(agent.actor, number))
    query = select(Mail.letter).where(Mail.letter.startswith("power_")).order_by(Mail.created_at)
    letters = reading(lambda: db.session.scalars(query).all())
    assert letters == ["power_offered", "power_answered", "power_ended"]


def test_what_no_power_may_say_is_refused(two: tuple[Person, Person]) -> None:
    principal, agent = two
    today = clock.today()
    for field, changes in {
        "last_day": {"last_day": today - timedelta(days=1), "first_day": today - timedelta(days=2)},
        "first_day": {"first_day": today - timedelta(days=1)},
        "matters": {"matters": []},
        "agent": {"agent": "91310115000000027G"},
    }.items():
        with pytest.raises(Refused) as refused:
            drafted(principal, agent, **changes)
        assert refused.value.field == field
    with pytest.raises(Refused, match="power_to_oneself"):
        drafted(principal, principal)
    with pytest.raises(Refused, match="power_too_long"):
        drafted(principal, agent, last_day=today.replace(year=today.year + 6, day=1))


def test_an_unverified_agent_takes_nothing_on_and_a_stranger_learns_of_no_power(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1", verified=False)
    stranger, finance = make_organisation(lite, "c2"), make_member(lite, principal, Role.FINANCE)
    number = drafted(principal, agent)
    with pytest.raises(NotAllowed):
        transaction(lambda: powers.draft(finance.actor, terms(agent)))
    grant(principal, number)
    with pytest.raises(Refused, match="organisation_unverified"):
        transaction(lambda: powers.accept(agent.actor, number))
    for ask in (powers.find, powers.accept, powers.end):
        with pytest.raises(NotFound):
            transaction(lambda ask=ask: ask(stranger.actor, number))  # type: ignore[misc]
    transaction(lambda: powers.end(agent.actor, number).number)
    assert reading(lambda: powers.find(principal.actor, number).state) == "declined"


def test_a_power_ends_by_itself_after_its_last_day_and_both_are_told_once(two: tuple[Person, Person]) -> None:
    principal, agent = two
    number = named(principal, agent, last_day=clock.today())
    acting = under(agent, number)
    assert transaction(powers.expire_due) == 0
    with time_machine.travel(clock.now() + timedelta(days=1)):
        with pytest.raises(NotAllowed, match="power_over"):
            allow(acting.actor, "patent.add")
        mail_round({})
        mail_round({})
        assert reading(lambda: powers.find(agent.actor, number).state) == "expired"
    letters = select(Mail.address).where(Mail.letter == "power_ended")
    told = sorted(reading(lambda: db.session.scalars(letters).all()))
    assert told == sorted([principal.email, agent.email])


def test_before_its_last_day_both_are_reminded_once_for_each_distance(two: tuple[Person, Person]) -> None:
    principal, agent = two
    last = clock.today() + timedelta(days=90)
    number = named(principal, agent, last_day=last, matters=["declare"])
    query = select(Mail.address).where(Mail.letter == "power_ending")
    assert transaction(powers.warn_due) == 0
    for before, letters in ((31, 0), (30, 2), (29, 2), (7, 4), (0, 4), (-1, 4)):
        with time_machine.travel(clock.day_start(last - timedelta(days=before)), tick=False):
            mail_round({})
            mail_round({})
            assert len(reading(lambda: db.session.scalars(query).all())) == letters, before
            left = reading(lambda: powers.find(agent.actor, number).days_left(clock.today()))
            assert left == (before if 0 <= before <= 30 else None)
    assert set(reading(lambda: db.session.scalars(query).all())) == {principal.email, agent.email}


def test_nobody_is_reminded_of_a_power_that_another_follows(two: tuple[Person, Person]) -> None:
    principal, agent = two
    last = clock.today() + timedelta(days=60)
    patents = ["ZL201810323021.5"]
    named(principal, agent, last_day=last, matters=["declare"], patents=patents)
    narrower = named(principal, agent, last_day=last + timedelta(days=90), patents=[patent_number()])
    with time_machine.travel(clock.day_start(last - timedelta(days=30)), tick=False):
        assert transaction(powers.warn_due) == 1
    transaction(lambda: powers.end(principal.actor, narrower).number)
    named(principal, agent, last_day=last + timedelta(days=90))
    with time_machine.travel(clock.day_start(last - timedelta(days=7)), tick=False):
        assert transaction(powers.warn_due) == 0


# --- acting ------------------------------------------------------------------------------------------


def test_an_agent_declares_for_its_principal_and_the_log_says_under_which_power(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    venue = make_venue(lite, "v1")
    power_number = named(principal, agent, matters=["declare"])
    acting = under(agent, power_number)
    number = ready_draft(lite, acting, venue)
    submit(lite, acting, number)
    version = reading(lambda: register.find(number).versions[-1])
    row = reading(lambda: powers.find(agent.actor, power_number))
    assert version.statement["statement"]["role"] == f"declarant by agent {row.digest}"
    assert version.statement["kid"] == agent.signer.kid
    assert version.answers["agent"]["number"] == power_number
    moves = reading(lambda: history.of(register.find(number)))
    assert {(one.organisation_id, one.changes.get("power")) for one in moves} == {
        (principal.organisation_id, power_number)
    }
    with pytest.raises(NotAllowed, match="outside_power"):
        allow(acting.actor, "declaration.withdraw", reading(lambda: register.find(number)))


def test_an_agent_for_one_patent_touches_no_other_and_sees_no_other(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    venue = make_venue(lite, "v1")
    mine, other, later = make_patent(lite, principal), make_patent(lite, principal), patent_number()
    theirs = ready_draft(lite, principal, venue, patent=other)
    acting = under(agent, named(principal, agent, patents=[mine, later]))
    assert ready_draft(lite, acting, venue, patent=mine)
    make_patent(lite, acting, number=later)
    with pytest.raises(NotAllowed, match="outside_power"):
        ready_draft(lite, acting, venue, patent=other)
    with pytest.raises(NotAllowed, match="outside_power"):
        make_patent(lite, acting)
    with pytest.raises(NotAllowed, match="outside_power"):
        licenses.prepare(acting.actor, register.find(theirs))
    assert reading(lambda: {one.number for one in patents.of_holder(acting.actor)}) == {mine, later}
    assert theirs not in reading(lambda: {one.number for one in register.of_holder(acting.actor)})


def test_an_agent_withdraws_only_where_its_power_says_so(lite: Flask) -> None:
    offer, agent = published(lite), make_organisation(lite, "a1")
    acting = under(agent, named(offer.holder, agent, matters=["withdraw"], patents=[offer.patent]))

    def prepared() -> str:
        found = register.find(offer.number)
        return withdrawals.prepare(acting.actor, found, ground="assignment", reason="将转让。").number

    number = transaction(prepared)
    fields = reading(lambda: withdrawals.statement_for(withdrawals.find(number)))

    def file(fields: Mapping[str, Any]) -> None:
        said = acting.sign(fields)
        transaction(lambda: withdrawals.file(acting.actor, withdrawals.find(number), said).number)

    with pytest.raises(Conflict, match="stale_digest"):  # stated as if it were the holder itself
        file(fields)
    mine = reading(lambda: withdrawals.statement_for(withdrawals.find(number), power=acting.actor.power))
    file(mine)
    row = reading(lambda: powers.find(agent.actor, acting.actor.power.number))  # type: ignore[union-attr]
    filed = reading(lambda: ledger.filed_at(register.find(offer.number).withdrawn_seq or 0)[1])
    assert [one.fields["role"] for one in filed.statements] == [f"declarant by agent {row.digest}"]


def test_a_licensees_agent_is_named_in_the_record_and_on_papers_but_not_in_the_open(lite: Flask) -> None:
    offer, licensee = published(lite, fee=LUMP), make_organisation(lite, "c1")
    agent = make_organisation(lite, "a1")
    power_number = named(licensee, agent, matters=["accept"])
    acting = under(agent, power_number)
    number = taking.taken(acting, offer)
    acceptance = reading(lambda: licenses_taken.find(number))
    row = reading(lambda: powers.find(agent.actor, power_number))
    said = reading(lambda: ledger.filed_at(acceptance.noticed_seq or 0)[1]).statements[0]
    assert said.fields["role"] == "licensee by agent"
    assert said.kid != agent.signer.kid  # under a key made for it: nobody tells whose license it is
    assert acceptance.record["agents"] == {
        "licensee": {"name": "徐汇明正专利代理事务所", "number": power_number, "digest": row.digest}
    }
    with pytest.raises(NotAllowed, match="outside_power"):
        allow(acting.actor, "acceptance.correct", acceptance)
    own = taking.drafted(licensee, published(lite, offer.holder, offer.venue))
    with pytest.raises(Conflict, match="stale_digest"):  # prepared for the licensee's own signature
        taking.send(acting, own)


def test_what_was_open_when_a_power_ended_is_refused_in_its_own_transaction(
    two: tuple[Person, Person],
) -> None:
    principal, agent = two
    number = named(principal, agent)
    acting = under(agent, number)
    assert may(acting.actor, "patent.add")
    transaction(lambda: powers.end(principal.actor, number).number)
    assert not may(acting.actor, "patent.add")
    with pytest.raises(NotAllowed, match="power_over"):
        allow(acting.actor, "patent.add")
    gone = under(agent, number).actor
    assert (gone.organisation_id, gone.role, gone.power_over) == (None, Role.GUEST, number)


# --- both sides (CC 168) -----------------------------------------------------------------------------


def test_an_agent_takes_no_license_of_itself_nor_for_both_sides_unless_all_agree(lite: Flask) -> None:
    offer, licensee, agent = published(lite), make_organisation(lite, "c1"), make_organisation(lite, "a1")
    of_holder = named(offer.holder, agent, matters=["declare", "confirm"])
    acting = under(agent, named(licensee, agent, matters=["accept"]))
    with pytest.raises(NotAllowed, match="double_agency"):
        taking.drafted(acting, offer)
    with pytest.raises(NotAllowed, match="self_dealing"):  # the agent itself, of what it declares for another
        taking.drafted(agent, offer)
    transaction(lambda: powers.end(offer.holder.actor, of_holder).number)
    named(offer.holder, agent, matters=["declare"], own_side=True, both_sides=True)
    assert taking.drafted(agent, offer)
    with pytest.raises(NotAllowed, match="double_agency"):  # the licensee has not agreed
        taking.drafted(acting, offer)
    assert taking.drafted(under(agent, named(licensee, agent, both_sides=True)), offer)


def test_a_licensees_own_agent_does_not_confirm_that_it_has_paid(lite: Flask) -> None:
    offer, licensee = published(lite, fee=LUMP), make_organisation(lite, "c1")
    number = taking.taken(licensee, offer)
    payment = taking.claim(lite, licensee, number)
    acting = under(licensee, named(offer.holder, licensee, matters=["confirm"]))
    with pytest.raises(NotAllowed, match="self_dealing"):
        taking.answer(acting, payment)


def test_an_agents_person_faces_no_party_of_their_own_and_other_patents_are_no_matter(lite: Flask) -> None:
    offer, agent = published(lite), make_organisation(lite, "a1")
    licensee, elsewhere = make_organisation(lite, "c1"), [patent_number()]
    named(offer.holder, agent, matters=["declare"], patents=elsewhere)  # the same holder, another patent
    acting = under(agent, named(licensee, agent, matters=["accept"]))
    assert taking.drafted(acting, offer)
    role, holder = Role.PREPARER, offer.holder.organisation_id
    transaction(lambda: parties.join(agent.actor.account_id, role=role, organisation_id=holder).id)
    with pytest.raises(NotAllowed, match="self_dealing"):
        taking.drafted(acting, offer)


def test_an_agent_who_only_files_papers_may_serve_both(lite: Flask) -> None:
    offer, licensee, agent = published(lite), make_organisation(lite, "c1"), make_organisation(lite, "a1")
    number = taking.taken(licensee, offer)
    named(offer.holder, agent, matters=["register"])
    acting = under(agent, named(licensee, agent, matters=["register"]))
    allow(acting.actor, "contract.attach", reading(lambda: licenses_taken.find(number).contract))


def test_letters_to_the_principal_reach_the_agent_it_concerns(lite: Flask) -> None:
    offer, licensee, agent = published(lite), make_organisation(lite, "c1"), make_organisation(lite, "a1")
    named(offer.holder, agent, matters=["answer"], patents=[offer.patent])
    other = make_organisation(lite, "c2")
    named(offer.holder, other, matters=["answer"], patents=[patent_number()])
    taking.taken(licensee, offer)
    run_jobs()
    query = select(Mail.address).where(Mail.letter == "license_effective")
    told = reading(lambda: set(db.session.scalars(query)))
    assert agent.email in told
    assert other.email not in told


# --- papers and pages --------------------------------------------------------------------------------


def test_the_paper_says_what_the_law_asks_of_a_power_and_a_draft_says_that_it_is_one(
    two: tuple[Person, Person],
) -> None:
    principal, agent = two
    number = drafted(principal, agent, patents=["ZL201810323021.5"])
    draft = reading(lambda: power_sheet.compose(powers.find(principal.actor, number)))
    assert draft.watermark == "草稿"
    assert power_sheet.UNSIGNED in plain(draft)
    grant(principal, number)
    text = reading(lambda: plain(power_sheet.compose(powers.find(agent.actor, number))))
    names = ("申城理工大学", "徐汇明正专利代理事务所")
    for said in (*names, "ZL201810323021.5", "撤回开放许可声明", "不得转委托"):
        assert said in text
    assert power_sheet.UNSIGNED not in text


def test_papers_name_the_agent_of_each_side_and_its_power() -> None:
    agents = {side: {"name": f"{side} 代理人", "number": "MX-P26", "digest": "a" * 64} for side in SIDES}
    facts = papers.facts({**papers.record(), "agents": agents})
    notice, contract = plain(delivery.compose(facts)), plain(confirmation.compose(facts))
    assert "licensee 代理人（委托书 MX-P26）" in notice
    assert "licensor 代理人" not in notice
    for side in SIDES:
        assert contract.count(f"{side} 代理人（委托书 MX-P26）") == 2  # in its block, and under its signature
    assert "委托代理人" not in plain(confirmation.compose(papers.facts(papers.record())))


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("declarant", "专利权人"),
        ("licensee by agent", "被许可方的代理人"),
        ("declarant by agent " + "ab" * 32, "专利权人的代理人 abababab…"),
        ("somebody else", "somebody else"),
    ],
)
def test_the_log_says_for_whom_an_agent_signed(lite: Flask, role: str, words: str) -> None:
    with lite.test_request_context():
        assert str(labels.signer(role)).strip() == words


def test_on_the_pages_a_power_is_given_taken_on_and_used_and_closed_doors_stay_closed(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    browser = Browser(lite).sign_in(principal.email).get("/powers/new")
    browser.submit({"agent": "91310104000000078T", "matters": ["declare"], "patents": "ZL 2018 1"})
    assert "ZL 2018 1" in browser.html  # a wrong number: the form comes back with what was typed
    browser.submit({"patents": ""})
    number = browser.address.rpartition("/")[2]
    browser.submit({"password": PASSWORD}, action=f"/powers/{number}/sign")
    other = Browser(lite).sign_in(agent.email).get(f"/powers/{number}")
    other.submit(action=f"/powers/{number}/accept")
    assert "委托我方代理的" in other.get("/desk").text
    other.get(f"/powers/{number}").submit(action=f"/powers/{number}/act")
    assert "委托人的声明" in other.text
    assert number in other.text
    assert other.get("/patents").status == 200
    for closed in ("/organisation", "/organisation/members", "/holder/payments.csv", "/bank", "/needs/mine"):
        assert other.get(closed).status in (403, 404)
    browser.get(f"/powers/{number}").submit(action=f"/powers/{number}/end")
    assert "已经不再有效" in other.get("/desk").text
