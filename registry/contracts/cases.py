"""Registrars of a venue, and each contract's applicant, registrar and numbers of the venue's own."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import applicants, register
from registry.contracts.applicants import Office, Sides, Standing
from registry.contracts.models import Contract
from registry.contracts.registration_models import Registrar, RegistrationCase
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.parties.permissions import allow
from registry.parties.rules import Actor

ELSEWHERE: Mapping[str, bool | None] = {"": None, "no": False, "yes": True}


# --- registrars --------------------------------------------------------------------------------------


def registrars(venue_id: UUID) -> Sequence[Registrar]:
    """The venue's registrars, by name."""
    query = select(Registrar).where(Registrar.venue_id == venue_id).order_by(Registrar.name)
    return db.session.scalars(query).all()


def registrar(actor: Actor, registrar_id: UUID) -> Registrar:
    """A registrar of the actor's own venue. Raises NotFound."""
    found = db.session.get(Registrar, registrar_id)
    if found is None:
        raise NotFound("not_found")
    allow(actor, "registrar.edit", found)
    return found


def enter_registrar(actor: Actor, facts: Mapping[str, Any]) -> Registrar:
    """Add a registrar to the actor's venue. `facts` as `RegistrarSchema` loads them.

    Raises Conflict `registrar_known` for a name twice, Refused `days_crossed`.
    """
    allow(actor, "registrar.edit", actor)
    assert actor.venue_id is not None
    _check(actor.venue_id, facts)
    found = Registrar(id=new_id(), venue_id=actor.venue_id, created_at=clock.now(), **facts)
    db.session.add(found)
    db.session.flush()
    history.record(actor, "enter_registrar", found, changes={"name": found.name})
    return found


def change_registrar(actor: Actor, found: Registrar, facts: Mapping[str, Any]) -> None:
    """Replace what stands about a registrar; the history says which particulars changed."""
    allow(actor, "registrar.edit", found)
    _check(found.venue_id, facts, but=found.id)
    changed = sorted(name for name, value in facts.items() if getattr(found, name) != value)
    for name in changed:
        setattr(found, name, facts[name])
    history.record(actor, "change_registrar", found, changes={"changed": changed})


def _check(venue_id: UUID, facts: Mapping[str, Any], *, but: UUID | None = None) -> None:
    if any(one.name == facts["name"] and one.id != but for one in registrars(venue_id)):
        raise Conflict("registrar_known", "name")
    if facts["valid_from"] and facts["valid_to"] and facts["valid_to"] < facts["valid_from"]:
        raise Refused("days_crossed", "valid_to")
    if (facts["zero_fee"] or facts["zero_fee_view"]) and not (
        facts["zero_fee_on"] and facts["zero_fee_source"]
    ):
        raise Refused("view_needs_source", "zero_fee_source")


def office(row: Registrar) -> Office:
    """A registrar as the rules see it."""
    return Office(
        code=str(row.id),
        name=row.name,
        regions=tuple(row.regions),
        applicants=frozenset(row.applicants),
        working_days=row.working_days,
        expert_days=row.expert_days,
        zero_view=bool(row.zero_fee or row.zero_fee_view),
        zero_fee=row.zero_fee,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def offices(venue_id: UUID) -> list[Office]:
    return [office(one) for one in registrars(venue_id)]


# --- a contract's way --------------------------------------------------------------------------------


def of(contract: Contract) -> RegistrationCase | None:
    """What the clerk has set about a contract; None before anything was."""
    query = select(RegistrationCase).where(RegistrationCase.contract_id == contract.id)
    return db.session.scalar(query)


def opened(contract: Contract) -> RegistrationCase:
    """The same, begun when there is none. Call it with the contract locked."""
    found = of(contract)
    if found is None:
        found = RegistrationCase(id=new_id(), contract_id=contract.id)
        db.session.add(found)
        db.session.flush()
    return found


def sides(contract: Contract) -> Sides:
    """Where those stand who may apply, as the frozen record has it."""
    frozen = contract.acceptances[0].record
    return Sides(
        seller=frozen["licensor"]["region"] or "",
        intermediary=contract.venue.organisation.region or "",
        buyer=frozen["licensee"]["region"] or "",
        seller_abroad=frozen["licensor"]["country"] != "CN",
    )


def standing(contract: Contract) -> Standing:
    """Where the contract is to be registered: as set, or as the rule proposes."""
    return standings([contract])[contract.id]


def standings(contracts: Sequence[Contract]) -> dict[UUID, Standing]:
    """The same for many, by id, in one statement for their cases and one a venue."""
    query = select(RegistrationCase).where(RegistrationCase.contract_id.in_([one.id for one in contracts]))
    held = {row.contract_id: row for row in db.session.scalars(query)}
    serving = {venue_id: offices(venue_id) for venue_id in {one.venue_id for one in contracts}}
    return {one.id: _standing(one, held.get(one.id), serving[one.venue_id]) for one in contracts}


def _standing(contract: Contract, case: RegistrationCase | None, serving: Sequence[Office]) -> Standing:
    return applicants.standing(
        sides(contract),
        serving,
        clock.today(),
        applicant=case.applicant if case else "",
        office=str(case.registrar_id or "") if case else "",
        elsewhere=ELSEWHERE[case.elsewhere] if case else None,
    )


def set_applicant(actor: Actor, contract: Contract, facts: Mapping[str, Any]) -> None:
    """Set who applies where, and whether the contract is registered elsewhere, with who said so and when.

    `facts`: applicant, registrar (id or None: the region's), elsewhere (`''`, `no`, `yes`).
    Raises Refused buyer_may_not_apply, no_registrar_for_region, registrar_takes_not, applicant_elsewhere.
    """
    allow(actor, "contract.register", contract)
    register.check_kept(contract)
    held, who = offices(contract.venue_id), facts["applicant"]
    applicants.check_applicant(sides(contract), held, clock.today(), applicant=who)
    chosen = next((one for one in held if one.code == str(facts["registrar"])), None)
    if facts["registrar"] and chosen is None:
        raise Refused("not_a_choice", "registrar")
    if chosen is not None:
        applicants.check_office(chosen, sides(contract).region(who))
    case = opened(contract)
    case.applicant, case.registrar_id = who, UUID(chosen.code) if chosen else None
    state_elsewhere(actor, case, facts["elsewhere"])
    noted = {"applicant": who, "registrar": chosen.name if chosen else "", "elsewhere": case.elsewhere}
    history.record(actor, "set_applicant", contract, changes=noted)


def state_elsewhere(actor: Actor, case: RegistrationCase, said: str) -> None:
    """Keep the word that a contract is, or is not, registered at another place."""
    if case.elsewhere != said:
        case.elsewhere, case.elsewhere_by, case.elsewhere_at = said, actor.account_id, clock.now()


def note_batch(actor: Actor, contract: Contract, applicant: str, not_elsewhere: bool) -> None:
    """Keep what was said of a contract when it went into a batch."""
    case = opened(contract)
    case.applicant = applicant
    if not_elsewhere:
        state_elsewhere(actor, case, "no")


def set_numbers(actor: Actor, contract: Contract, facts: Mapping[str, str]) -> None:
    """Set the venue's own numbers: its voucher's (交易凭证编号) and its deal's (成交编号)."""
    allow(actor, "contract.register", contract)
    register.check_kept(contract)
    case = opened(contract)
    case.voucher, case.deal = facts["voucher"], facts["deal"]
    history.record(actor, "set_numbers", contract, changes=dict(facts))


def voucher_of(contract: Contract) -> str:
    """What the form prints as 交易凭证编号: the voucher's number, and the deal's where there is one."""
    case = of(contract)
    if case is None:
        return ""
    deal = f"成交编号 {case.deal}" if case.deal else ""
    return f"{case.voucher}（{deal}）" if case.voucher and deal else case.voucher or deal
