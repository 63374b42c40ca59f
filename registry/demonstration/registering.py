"""The clerk's scenes: stamped sheets, recordal, readiness, batches, what the registrar answered."""

from decimal import Decimal
from typing import Any

from registry import clock
from registry.contracts import authorities, cases, registrar_accounts, registration, stamping, stamps
from registry.demonstration.cast import MARK
from registry.demonstration.stage import Stage
from registry.exports import service as exports
from registry.exports.rules import Choice, Chosen
from registry.parties.rules import AuthorityKind

AUTHORITY_SCOPE = "办理专利开放许可合同的签署、备案和技术合同认定登记。（演示）"
REGISTRAR = f"演示技术合同登记处{MARK}"


def stamp(stage: Stage, key: str, *, sealed_as: str = "") -> None:
    """The licensee brings the stamped scan, the clerk compares; `sealed_as` is what its seal really says."""
    contract = stage.contract(key)
    taker = stage.actor(stage.key_of(contract.licensee_id))
    scan = stage.upload(
        taker, "stamped_scan", ("平台存证编号", contract.number), ("印章", "（演示，没有真实印章）")
    )
    registration.attach(taker, contract, "02b", scan)
    sealed = {contract.licensee.name: sealed_as} if sealed_as else {}
    stamps.read_names(stage.actor("operator"), contract, sealed)


def bring_stamp(stage: Stage, key: str) -> None:
    """The stamped scan has come, nobody has compared it yet."""
    contract = stage.contract(key)
    taker = stage.actor(stage.key_of(contract.licensee_id))
    scan = stage.upload(
        taker, "stamped_scan", ("平台存证编号", contract.number), ("印章", "（演示，没有真实印章）")
    )
    registration.attach(taker, contract, "02b", scan)


def sign_own(stage: Stage, key: str) -> None:
    """The holder's own signature sheet has come; the licensee's is missing."""
    contract = stage.contract(key)
    holder = stage.actor(stage.key_of(contract.holder_id))
    sheet = stage.upload(holder, "stamped_scan", ("平台存证编号", contract.number), ("签署页", "许可方"))
    registration.attach(holder, contract, stamps.SLOT, sheet, seats=[stamping.LICENSOR])


def receive_originals(stage: Stage, key: str, *, days: int) -> None:
    """The paper originals of every seat have come by post."""
    contract = stage.contract(key)
    for place in stamps.places(contract):
        stamps.receive_original(stage.actor("operator"), contract, place.seat.key, stage.before(days))


def number(stage: Stage, key: str, *, voucher: str, deal: str = "") -> None:
    """The venue's own numbers, which are printed on the form."""
    cases.set_numbers(stage.actor("operator"), stage.contract(key), {"voucher": voucher, "deal": deal})


def note_account(stage: Stage, key: str, *, days: int) -> None:
    """The applicant has an account in the registrar's own system."""
    registrar_accounts.note(stage.actor("operator"), stage.contract(key), stage.before(days))


def bring_authority(stage: Stage, who: str, kind: AuthorityKind, *, days: int, ends_in: int) -> None:
    """A written authority, valid from a day before D to a day after it."""
    actor, organisation = stage.actor(who), stage.organisation(who)
    paper = stage.upload(actor, "authority", ("授权人", organisation.name), ("授权范围", AUTHORITY_SCOPE))
    agent = {AuthorityKind.OFFICE: organisation.contact_name, AuthorityKind.REGISTRATION: ""}[kind]
    facts = {
        "kind": kind,
        "agent": agent,
        "scope": AUTHORITY_SCOPE,
        "valid_from": stage.before(days),
        "valid_to": stage.before(-ends_in),
    }
    venue = stage.venue("V1") if kind == AuthorityKind.REGISTRATION else None
    authorities.add(actor, organisation, facts, paper, venue=venue)


def file_recordal(stage: Stage, key: str, *, days: int) -> None:
    _recordal(stage, key, {"verb": "file", "day": stage.before(days)})


def record(stage: Stage, key: str, *, days: int) -> None:
    """CNIPA has recorded the license; the number is of no real form, the paper is slot 13."""
    contract = stage.contract(key)
    number = f"演示备案{contract.number[-9:]}"
    _recordal(stage, key, {"verb": "record", "day": stage.before(days), "number": number})
    taker = stage.actor(stage.key_of(contract.licensee_id))
    paper = stage.upload(taker, "other", ("事项", "专利许可备案证明"), ("备案号", number))
    registration.attach(taker, contract, "13", paper)


def refuse_recordal(stage: Stage, key: str, *, days: int, ground: str, reason: str) -> None:
    facts = {"verb": "refuse", "day": stage.before(days), "ground": ground, "reason": reason}
    _recordal(stage, key, facts)


def refresh(stage: Stage, *keys: str) -> None:
    """The clerk looks whether contracts are ready."""
    for key in keys:
        registration.refresh(stage.actor("operator"), stage.contract(key))


def zero_view(stage: Stage, words: str) -> None:
    """What the registrar says about contracts without a price, on its own row of the venue's list."""
    clerk = stage.actor("operator")
    facts: dict[str, Any] = {
        "name": REGISTRAR,
        "regions": ["31"],
        "applicants": ["seller", "intermediary"],
        "working_days": 7,
        "expert_days": 20,
        "date_form": "iso",
        "papers": "",
        "contact": "",
        "notes": "演示数据，与任何真实机构无关。",
        "zero_fee": "taken" if words else "",
        "zero_fee_view": words,
        "zero_fee_on": clock.today() if words else None,
        "zero_fee_source": "演示数据" if words else "",
        "valid_from": None,
        "valid_to": None,
        "source": "演示数据",
        "confidence": "second_hand",
    }
    known = [one for one in cases.registrars(stage.venue("V1").id) if one.name == REGISTRAR]
    if known:
        cases.change_registrar(clerk, known[0], facts)
    else:
        cases.enter_registrar(clerk, facts)


def batch(stage: Stage, *keys: str, include_zero: bool = False) -> None:
    """One batch of these contracts; the archive is packed by the worker."""
    chosen = tuple(Chosen(number=stage.contract(key).number, not_elsewhere=True) for key in keys)
    agent = stage.actor("operator")
    choice = Choice(
        contracts=chosen,
        registrar=REGISTRAR,
        agent=agent.name,
        agent_phone="021-55550100",
        include_zero=include_zero,
    )
    made = exports.make(agent, choice)
    stage.batches.update(dict.fromkeys(keys, made.id))


def submit(stage: Stage, *keys: str) -> None:
    """Typed in and handed to the registrar."""
    for key in keys:
        made, contract = stage.batch(key), stage.contract(key)
        place = next(item.position for item in made.items if item.contract_id == contract.id)
        exports.submitted(stage.actor("operator"), made, place)


def result(
    stage: Stage, key: str, kind: str, *, days: int, ground: str = "", words: str = "", amount: str = ""
) -> None:
    """Enter the registrar's answer; a registration gets an artificial number."""
    contract = stage.contract(key)
    facts: dict[str, Any] = {
        "result": kind,
        "day": stage.before(days),
        "registrar": REGISTRAR,
        "ground": ground,
        "words": words,
    }
    if kind in ("已登记", "变更"):
        total = Decimal(amount) if amount else registration.total_of(contract).amount
        facts |= {
            "registration_number": f"DEMO{contract.number[-9:].replace('-', '')}",
            "total_amount": total,
            "technology_amount": total,
            "certificate_number": f"演示证{contract.number[-4:]}",
        }
    registration.record_result(stage.actor("operator"), contract, facts)


def _recordal(stage: Stage, key: str, facts: dict[str, Any]) -> None:
    contract = stage.contract(key)
    taker = stage.actor(stage.key_of(contract.licensee_id))
    registration.record_recordal(taker, contract, {"number": "", "reason": "", **facts})
