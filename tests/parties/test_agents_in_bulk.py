"""Agents who declare and take many at once: each filing names the power, as one alone would."""

import pytest
from flask import Flask

from registry.contracts import register as licenses_taken
from registry.database import transaction
from registry.errors import Conflict, NotAllowed, NotFound
from registry.ledger import service as ledger
from registry.ledger.filings import Statement
from registry.licenses import batches, register
from registry.parties import powers
from tests.contracts import taking, together
from tests.factories import (
    LUMP,
    make_organisation,
    make_patent,
    make_venue,
    patent_number,
    published,
    reading,
)
from tests.licenses import batching
from tests.licenses.batching import row
from tests.parties.agents import named, under


def test_a_batch_of_an_agents_is_handed_in_under_its_power_and_is_no_other_agents(lite: Flask) -> None:
    principal, agent, venue = make_organisation(lite, "u1"), make_organisation(lite, "a1"), make_venue(lite)
    batching.make_set(principal)
    power = named(principal, agent, matters=["declare"])
    acting = under(agent, power)
    batch = batching.drafted(acting, venue, [row(), row()])
    other = under(agent, named(principal, agent, matters=["declare"]))
    with pytest.raises(NotFound):
        reading(lambda: batches.find(other.actor, batch))
    assert reading(lambda: batches.find(principal.actor, batch).id) == batch
    numbers = batching.numbers_of(batch)
    batching.sign(acting, batch, numbers)
    digest = reading(lambda: powers.find(agent.actor, power).digest)
    for number in numbers:
        declaration = reading(lambda number=number: register.find(number))  # type: ignore[misc]
        said = declaration.versions[-1].statement
        assert declaration.state == "submitted"
        assert said["statement"]["role"] == f"declarant by agent {digest}"
        assert said["kid"] == agent.signer.kid
    transaction(lambda: powers.end(principal.actor, power).number)
    keeper = reading(lambda: batches.keeper(batching.found(batch)))
    assert (keeper.organisation_id, keeper.power) == (None, None), "the worker goes on for nobody"


def test_an_agent_for_some_patents_brings_no_row_of_another(lite: Flask) -> None:
    principal, agent, venue = make_organisation(lite, "u1"), make_organisation(lite, "a1"), make_venue(lite)
    mine, later = make_patent(lite, principal), patent_number()
    acting = under(agent, named(principal, agent, matters=["declare"], patents=[mine, later]))
    batch = batching.bring(acting, venue, [row(mine, term_set=""), row(later, term_set="")])
    for rows in ([row(mine), row()], [row("not a number")]):
        with pytest.raises(NotAllowed, match="outside_power"):
            batching.bring(acting, venue, rows)
        with pytest.raises(NotAllowed, match="outside_power"):
            batching.bring_again(acting, batch, rows)
    batching.bring_again(principal, batch, [row()])  # now it is the principal's, with rows of its own
    with pytest.raises(NotFound):
        reading(lambda: batches.find(acting.actor, batch))


def test_an_agent_takes_a_list_and_pays_for_it_and_each_notice_says_so(lite: Flask) -> None:
    first = published(lite, fee=LUMP)
    second = published(lite, first.holder, first.venue, fee=LUMP)
    licensee, agent = make_organisation(lite, "c1"), make_organisation(lite, "a1")
    power = named(licensee, agent, matters=["accept"])
    acting = under(agent, power)
    own = together.prepared(licensee, [first, second])
    with pytest.raises(Conflict, match="stale_digest"):  # prepared for the licensee's own signature
        together.send(acting, own)
    numbers = together.taken(acting, [first, second])
    for number in numbers:
        acceptance = reading(lambda number=number: licenses_taken.find(number))  # type: ignore[misc]
        assert acceptance.record["agents"]["licensee"]["number"] == power
        assert (acceptance.licensee_id, acceptance.state) == (licensee.organisation_id, "awaiting_payment")
        noticed = reading(lambda acceptance=acceptance: ledger.filed_at(acceptance.noticed_seq or 0)[1])  # type: ignore[misc]
        assert [one.fields["role"] for one in noticed.statements] == ["licensee by agent"]
    made = together.claimed(lite, acting, numbers[0], "136000.00")
    assert len(made) == 2
    assert {taking.state(one) for one in numbers} == {"claimed"}
    roles = {said.fields["role"] for said in _last(2)}
    assert roles == {"licensee by agent"}
    assert reading(lambda: ledger.audit().exit_code) == 0


def _last(count: int) -> list[Statement]:
    size = reading(ledger.size)
    filed = [reading(lambda seq=seq: ledger.filed_at(seq)[1]) for seq in range(size - 3 * count, size)]  # type: ignore[misc]
    return [said for one in filed if one.type == "payment.claimed" for said in one.statements]


def test_an_agent_for_both_sides_takes_no_list_unless_both_agree_nor_drops_what_is_beyond_it(
    lite: Flask,
) -> None:
    offer, licensee, agent = published(lite), make_organisation(lite, "c1"), make_organisation(lite, "a1")
    other = published(lite, make_organisation(lite, "c2"), offer.venue)
    acting = under(agent, named(licensee, agent, matters=["accept"], patents=[other.patent]))
    together.prepared(licensee, [offer, other])
    with pytest.raises(NotAllowed, match="outside_power"):
        together.prepared(acting, [other])
    list_of_one = together.prepared(licensee, [other])
    assert together.prepared(acting, [other]) != list_of_one
    named(other.holder, agent, matters=["declare"])
    with pytest.raises(NotAllowed, match="double_agency"):
        together.prepared(acting, [other])
