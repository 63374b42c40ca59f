"""Agents and internal units through the machines' doors; machines that act under one power."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock
from registry.contracts import register
from registry.database import db, transaction
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger import service as ledger
from registry.parties import access, agents, approvals, powers, sessions
from registry.parties import service as parties
from registry.parties.models import Mail
from registry.parties.rules import Role
from registry.parties.scopes import OF_AGENTS, Scope
from tests.browser import Browser
from tests.contracts import taking
from tests.contracts.test_api import NOTICE, signed
from tests.factories import LUMP, Person, make_member, make_organisation, make_upload, published, reading
from tests.licenses.test_api import Machine
from tests.parties.agents import named, under


def terms(**changes: Any) -> dict[str, Any]:
    today = clock.today()
    last = today + timedelta(days=30)
    days = {"first_day": today.isoformat(), "last_day": last.isoformat()}
    return {"agent": "91310104000000078T", "matters": ["accept"], **days, **changes}


def bound(app: Flask, agent: Person, number: str, **more: Any) -> Machine:
    """The agent's machine, its key made for one power."""
    machine = Machine(app, agent)
    asked = {"label": "x", "scopes": OF_AGENTS, "kid": machine.kid, "power": number, **more}
    machine.bearer = transaction(lambda: parties.create_api_key(agent.actor, **asked))
    return machine


def test_machines_grant_take_on_and_end_a_power_that_the_principals_key_signed(app: Flask) -> None:
    principal, agent = Machine(app, make_organisation(app, "u1")), Machine(app, make_organisation(app, "a1"))
    drafted = principal.do("POST", "/powers", terms(patents=["2018 1 0323021.5"]), status=201)
    path = f"/powers/{drafted['number']}"
    assert (drafted["state"], drafted["patents"]) == ("drafted", ["ZL201810323021.5"])
    assert agent.call("GET", path).status_code == 404, "a draft is its principal's alone"
    prepared = principal.do("POST", f"{path}/grant/prepare", status=201)
    assert prepared["statement"]["role"] == "principal"
    asked = {**signed(principal, prepared), "prepared": prepared["prepared"]}
    forged = {**asked, "signature": base64.b64encode(b"0" * 64).decode()}
    assert principal.call("POST", f"{path}/grant", forged).json["code"] == "signature_invalid"
    granted = principal.do("POST", f"{path}/grant", asked, status=201, key="once")
    assert principal.do("POST", f"{path}/grant", asked, status=201, key="once") == granted
    filed = reading(lambda: ledger.filed_at(granted["granted_seq"])[1])
    assert [one.kid for one in filed.statements] == [principal.kid]
    assert principal.call("POST", f"{path}/acceptance").status_code == 403
    assert agent.do("POST", f"{path}/acceptance")["stands"] is True
    assert agent.do("GET", "/powers")["held"][0]["number"] == drafted["number"]
    ended = agent.do("POST", f"{path}/end", {"reason": "人手不足"})
    assert (ended["state"], ended["reason"], ended["stands"]) == ("renounced", "人手不足", False)
    assert principal.call("POST", f"{path}/end", {}).json["code"] == "wrong_state"


def test_a_drafted_power_is_dropped_and_wrong_terms_name_their_field(lite: Flask) -> None:
    make_organisation(lite, "a1")
    principal = Machine(lite, make_organisation(lite, "u1"))
    for field, changes in {"matters": {"matters": []}, "agent": {"agent": "nobody@example.cn"}}.items():
        refused = principal.do("POST", "/powers", terms(**changes), status=422)
        assert refused.get("errors", [refused])[0]["field"] == field
    number = principal.do("POST", "/powers", terms(), status=201)["number"]
    assert principal.call("DELETE", f"/powers/{number}").status_code == 204
    assert principal.do("GET", "/powers") == {"given": [], "held": []}
    assert principal.call("GET", "/powers/MX-P00000000-0000-0").status_code == 404


def test_a_unit_is_named_by_its_authority_and_may_nothing_when_that_is_taken_back(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    machine, other = Machine(lite, owner), Machine(lite, make_organisation(lite, "c1"))
    upload = str(make_upload(lite, owner))
    asked = {"name": "材料学院", "matters": ["register", "declare"], "file_upload": upload}
    made = machine.do("POST", "/units", {**asked, "valid_from": clock.today().isoformat()}, status=201)
    assert (made["matters"], made["members"]) == (["declare", "register"], 0)
    assert machine.do("GET", "/units")["units"] == [made]
    path = f"/units/{made['id']}"
    assert other.call("GET", path).status_code == 404
    assert other.call("POST", f"{path}/end").status_code == 404
    ended = machine.do("POST", f"{path}/end")
    assert (ended["matters"], ended["authorities"][0]["ended_at"] is None) == ([], False)


# --- machines under a power --------------------------------------------------------------------------


def test_a_key_made_for_a_power_takes_a_license_for_the_principal_and_the_record_says_so(lite: Flask) -> None:
    offer, licensee = published(lite), make_organisation(lite, "c1")
    agent = make_organisation(lite, "a1")
    number = named(licensee, agent, matters=["accept"])
    machine = bound(lite, agent, number)
    me = machine.do("GET", "/me")
    assert me["power"] == {"number": number, "agent": "徐汇明正专利代理事务所"}
    assert me["organisation"]["name"] == "浦东智焊装备有限公司"
    draft = machine.do("POST", f"/offers/{offer.number}/acceptances", NOTICE, status=201)
    assert draft["statement"]["role"] == "licensee by agent"
    path = f"/acceptances/{draft['number']}/notice"
    own = Machine(lite, agent)
    assert own.call("POST", path, signed(own, draft)).status_code == 404, "it is not the agent's own"
    machine.do("POST", path, signed(machine, draft), status=201)
    acceptance = reading(lambda: register.find(draft["number"]))
    assert acceptance.record["agents"]["licensee"]["number"] == number
    assert acceptance.licensee_id == licensee.organisation_id
    assert reading(lambda: ledger.audit().exit_code) == 0
    assert machine.do("GET", "/powers")["given"][0]["number"] == number
    answer = f"/approvals/{acceptance.id}/refusal"
    assert machine.call("POST", answer, {"reason": "不签"}).json["code"] == "not_for_agents"


def test_a_key_under_a_power_does_what_its_matters_carry_and_nothing_after_the_end(lite: Flask) -> None:
    offer, licensee = published(lite, fee=LUMP), make_organisation(lite, "c1")
    agent = make_organisation(lite, "a1")
    number = named(licensee, agent, matters=["register"])
    machine = bound(lite, agent, number)
    wrong = machine.call("POST", f"/offers/{offer.number}/acceptances", NOTICE)
    assert (wrong.status_code, wrong.json["code"]) == (403, "outside_power")
    row = access.read_api_key(machine.bearer)
    assert row is not None
    acting, key_id = access.actor_of_api_key(row), row.id
    transaction(lambda: powers.end(licensee.actor, number).number)
    with pytest.raises(NotAllowed, match="power_over"):  # what was on its way is refused in its transaction
        reading(lambda: agents.check(acting, "contract.attach", None, own=False))
    assert machine.call("GET", "/me").status_code == 401
    assert reading(lambda: parties.api_key(agent.actor, key_id)).revoked_at is not None


def test_a_recordal_an_agent_enters_names_it_in_what_the_filing_commits_to(lite: Flask) -> None:
    licensee, agent = make_organisation(lite, "c1"), make_organisation(lite, "a1")
    acceptance = taking.taken(licensee, published(lite))
    contract = reading(lambda: register.find(acceptance).contract.number)
    number = named(licensee, agent, matters=["register"])
    machine, day = bound(lite, agent, number), clock.today().isoformat()
    machine.do("POST", f"/contracts/{contract}/recordal", {"verb": "file", "day": day})
    done = {"verb": "record", "day": day, "number": "2026310000001"}
    machine.do("POST", f"/contracts/{contract}/recordal", done)
    seq = reading(lambda: register.find_contract(contract).recordal_seq)
    opened = {one["path"]: one["value"] for one in reading(lambda: ledger.disclosures(seq or 0))}
    assert opened["reason"]["agent"]["number"] == number
    assert number not in str(reading(lambda: ledger.filed_at(seq or 0)[1].fields))


def test_a_key_lives_no_longer_than_its_power(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    last = clock.today() + timedelta(days=2)
    machine = bound(lite, agent, named(principal, agent, last_day=last), days=90)
    with time_machine.travel(clock.day_start(last), tick=False):
        assert machine.call("GET", "/me").status_code == 200
    with time_machine.travel(clock.day_start(last + timedelta(days=1)), tick=False):
        assert machine.call("GET", "/me").status_code == 401


def test_no_key_is_made_for_a_power_of_others_nor_by_who_does_not_sign_nor_for_more(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    number = named(principal, agent)

    def make(who: Person, *scopes: Scope, power: str = number) -> str:
        given = {"label": "x", "scopes": scopes or OF_AGENTS, "power": power}
        return transaction(lambda: parties.create_api_key(who.actor, **given))

    assert make(agent)
    for stranger in (make_organisation(lite, "c1"), make_organisation(lite, "c2")):
        with pytest.raises(NotFound):
            make(stranger)
    with pytest.raises(NotFound):
        make(agent, power="MX-P-NONE")
    with pytest.raises(NotAllowed, match="not_allowed"):  # the principal does not act as its own agent
        make(principal)
    with pytest.raises(NotAllowed, match="not_allowed"):
        make(make_member(lite, agent, Role.PREPARER))
    with pytest.raises(Refused, match="scope_for_agents"):
        make(agent, Scope.READ, Scope.KEYS)
    with pytest.raises(Refused, match="no_organisation"):
        make(under(agent, number))
    transaction(lambda: powers.end(principal.actor, number).number)
    with pytest.raises(Conflict, match="power_over"):
        make(agent)


def test_what_was_prepared_under_one_power_is_completed_under_no_other(lite: Flask) -> None:
    offer, licensee = published(lite, fee=LUMP), make_organisation(lite, "c1")
    agent = make_organisation(lite, "a1")
    first, second = (bound(lite, agent, named(licensee, agent, matters=["accept"])) for _ in range(2))
    second.calls = 100  # keys of requests count in the account, which is one and the same
    draft = first.do("POST", f"/offers/{offer.number}/acceptances", NOTICE, status=201)
    path = f"/acceptances/{draft['number']}"
    stale = second.call("POST", f"{path}/notice", signed(second, draft))
    assert (stale.status_code, stale.json["code"]) == (409, "stale_digest")
    first.do("POST", f"{path}/notice", signed(first, draft), status=201)
    slip = str(make_upload(lite, licensee, "bank_slip"))
    claim = {"amount": "68000.00", "paid_on": clock.today().isoformat(), "payer": "浦东智焊装备有限公司"}
    claim |= {"serial": "S1", "slip_upload": slip}
    prepared = first.do("POST", f"{path}/payments/prepare", claim, status=201)
    asked = {"prepared": prepared["prepared"]}
    assert second.call("POST", f"{path}/payments", {**signed(second, prepared), **asked}).status_code == 404
    assert first.do("POST", f"{path}/payments", {**signed(first, prepared), **asked}, status=201)


def test_a_key_of_a_former_signer_acts_for_nobody(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    row = access.read_api_key(bound(lite, agent, named(principal, agent)).bearer)
    assert row is not None
    assert row.power is not None
    lesser = replace(agent.actor, role=Role.PREPARER)
    assert sessions.under(lesser, row.power).organisation_id is None


def test_on_the_page_a_key_is_made_for_a_power_and_the_principal_hears_of_it(lite: Flask) -> None:
    principal, agent = make_organisation(lite, "u1"), make_organisation(lite, "a1")
    number = named(principal, agent)
    browser = Browser(lite).sign_in(agent.email).get("/account/machine-keys")
    browser.submit({"label": "案件系统", "scopes": ["read", "draft"], "power": number})
    assert "mx_" in browser.text
    assert f"按委托书 {number} 代理“申城理工大学”" in browser.get("/account/machine-keys").text
    told = select(Mail.address).where(Mail.letter == "machine_key_made", Mail.body.contains(number))
    assert set(reading(lambda: db.session.scalars(told).all())) == {principal.email, agent.email}


def test_a_key_for_some_patents_keeps_a_list_of_those_and_asks_a_second_person_about_those(
    lite: Flask,
) -> None:
    offer, principal = published(lite), make_organisation(lite, "c1")
    other = published(lite, offer.holder, offer.venue)
    make_member(lite, principal, Role.SIGNER)
    rule = {"declare": False, "withdraw": False, "accept": True, "accept_above": None}
    transaction(lambda: approvals.change_policy(principal.actor, rule))
    agent = make_organisation(lite, "a1")
    machine = bound(lite, agent, named(principal, agent, matters=["accept"], patents=[offer.patent]))
    own = Machine(lite, principal)
    own.do("PUT", "/basket", {"offers": [other.number]})
    assert machine.do("GET", "/basket")["lines"] == []
    refused = machine.call("PUT", "/basket", {"offers": [other.number, offer.number]})
    assert (refused.status_code, refused.json["code"]) == (403, "outside_power")
    listed = machine.do("PUT", "/basket", {"offers": [offer.number]}, key="list")
    assert [one["offer"] for one in listed["lines"]] == [offer.number]
    assert [one["offer"] for one in own.do("GET", "/basket")["lines"]] == [other.number, offer.number]

    drafts = {
        one.number: who.do("POST", f"/offers/{one.number}/acceptances", NOTICE, status=201)
        for who, one in ((machine, offer), (own, other))
    }
    other_draft = {"act": "accept", "number": drafts[other.number]["number"]}
    mine = {"act": "accept", "number": drafts[offer.number]["number"]}
    beyond = machine.call("POST", "/approvals", other_draft)
    assert (beyond.status_code, beyond.json["code"]) == (403, "outside_power")
    asked = machine.do("POST", "/approvals", mine, status=201)
    theirs = own.do("POST", "/approvals", other_draft, status=201)
    assert [one["id"] for one in machine.do("GET", "/approvals")["approvals"]] == [asked["id"]]
    assert machine.call("GET", f"/approvals/{theirs['id']}").status_code == 404
    assert machine.call("POST", f"/approvals/{asked['id']}/refusal", {"reason": "不"}).status_code == 403
    assert machine.do("POST", f"/approvals/{asked['id']}/withdrawal")["state"] == "dropped"
