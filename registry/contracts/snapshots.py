"""What readiness looks at, made from rows: for one contract, or for many in the same few statements.

Parties, terms and patents are those of the frozen record with its corrections, as papers print them today;
what may change after the license stands in live rows: payments, bars, annuities, stamps, recordal, files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from registry import clock, history
from registry.contracts import applicants, cases, corrigible, register, registrar_accounts, rules, slots
from registry.contracts import record as records
from registry.contracts.applicants import Standing, ZeroFee
from registry.contracts.models import Acceptance, Contract, Correction, Decision, Paper
from registry.contracts.readiness import LicensedPatent, Party, Snapshot, StampPolicy, StampState
from registry.contracts.registration_form import DEFAULT_OBJECTIVE
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.errors import Invalid, Refused
from registry.licenses import assembly, bars, cautions, fees
from registry.licenses.models import Declaration
from registry.licenses.schedule import Total, sum_of
from registry.parties.models import Venue
from registry.patents.models import Patent

_ENDED = (AcceptanceState.TERMINATED, AcceptanceState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was read for all contracts at once, by the id it belongs to."""

    slots: Mapping[UUID, frozenset[str]]
    accounts: frozenset[tuple[UUID, UUID]]  # (organisation, venue)
    places: Mapping[UUID, Standing]  # who applies where
    moves: Mapping[UUID, Sequence[history.History]]  # pauses and resumptions of declarations
    mended: Mapping[UUID, Sequence[Mapping[str, str]]]  # corrections of an acceptance's record
    stands: frozenset[UUID]  # acceptances of which the venue decided that no bar stood in the way


def of(contract: Contract) -> Snapshot:
    """The contract as the registration form would show it today."""
    return of_all([contract])[contract.id]


def of_all(contracts: Sequence[Contract]) -> dict[UUID, Snapshot]:
    """The same for many; the number of statements does not grow with theirs. Not for erased contracts."""
    known = _read(contracts)
    return {one.id: _snapshot(one, known) for one in contracts}


def classification(contract: Contract) -> dict[str, str]:
    """Codes of the form: the clerk's where set, else what the holder declared, else the table's default."""
    use = contract.acceptances[0].record["declaration"]["answers"].get("use", {})
    proposed = {
        "technology_field": use.get("field", ""),
        "industry": use.get("industry", ""),
        "socio_economic_objective": DEFAULT_OBJECTIVE,
        "plan": "none",
    }
    return {**proposed, **contract.classification}


def total_of(contract: Contract) -> Total:
    """合同成交总额 over the licenses registered with the contract, each on its own dates: one that ended
    before the contract went to a registrar is not among them, one that ended since still is.
    """
    return sum_of(
        records.amounts(
            acceptance, acceptance.effective_on or date.fromisoformat(acceptance.record["prepared_on"])
        )
        for acceptance in _registered(contract)
    )


def recordal_due(contract: Contract) -> date | None:
    """Last day to file the license with CNIPA: three months after the earliest effective day (IR 5, 15)."""
    days = [acceptance.effective_on for acceptance in contract.acceptances if acceptance.effective_on]
    return rules.recordal_due(min(days)).day if days else None


# --- inside ------------------------------------------------------------------------------------------


def _snapshot(contract: Contract, known: _Known) -> Snapshot:
    licenses = [(one, _record(one, known)) for one in _standing(contract)]
    frozen = licenses[0][1]
    pairs = [(patent["title"], patent["number"]) for _, record in licenses for patent in record["patents"]]
    codes, venue, place = classification(contract), contract.venue, known.places[contract.id]
    applicant_id = registrar_accounts.applicant_of(contract, place.applicant)
    declarants = [record["declaration"]["answers"].get("declarant", {}) for _, record in licenses]
    abroad = any(frozen[side]["country"] != "CN" for side in ("licensor", "licensee"))
    return Snapshot(
        track=frozen["track"],
        title=rules.contract_title(frozen["track"]),
        project_name=rules.project_name(frozen["track"], pairs),
        category="LIC.PATENT",
        licensed=tuple(_licensed(one, record, known) for one, record in licenses),
        sellers=(_party(frozen["licensor"], verified=contract.holder.verified_at is not None),),
        buyer=_party(frozen["licensee"], verified=contract.licensee.verified_at is not None),
        total=total_of(contract),
        fee_described=all(_described(record) for _, record in licenses),
        technology_field=codes["technology_field"],
        socio_economic_objective=codes["socio_economic_objective"],
        industry=codes["industry"],
        slots=known.slots.get(contract.id, frozenset()),
        paid=any(acceptance.amount_due > 0 for acceptance in contract.acceptances),
        stamp=StampState(contract.stamp),
        stamp_policy=StampPolicy(venue.stamp_track),
        seal_names=tuple((written, sealed) for written, sealed in contract.seal_names),
        applicant_region=place.region,
        registrar_regions=place.regions or _own_region(venue),
        registered_elsewhere=applicants.registered_elsewhere(place) or False,  # asked when a batch is made
        applicant_known_at_registrar=(applicant_id, contract.venue_id) in known.accounts,
        internal_unit=any(one.get("signer_capacity") == "authorised" for one in declarants),
        agency=any(one.get("agency") for one in declarants),
        recordal_number=contract.recordal_number,
        recordal_filed_on=contract.recordal_filed_on,
        recordal_due=recordal_due(contract),
        zero_view_recorded=place.office.zero_view if place.office else bool(venue.zero_fee_view),
        zero_refused=place.office is not None and place.office.zero_fee == ZeroFee.REFUSED,
        approval_required=abroad,
        approval_attached=slots.APPROVAL in known.slots.get(contract.id, frozenset()),
        report_wanted=venue.report_wanted,
        monopoly_flags=_flags(record for _, record in licenses),
        related=any(bool(record["notice"].get("related")) for _, record in licenses),
        confidential=codes.get("confidential") == "yes",
        expected_figures=any(  # of licenses taken together the first notice states them for all
            record["notice"].get("expected_input") and record["notice"].get("expected_output")
            for _, record in licenses
        ),
        warnings=_printed_warnings(register.held(contract)),
    )


def _standing(contract: Contract) -> list[Acceptance]:
    """The licenses that are to be registered: one of several that has ended since keeps no other from it."""
    found = [one for one in contract.acceptances if one.state not in _ENDED]
    return found or list(contract.acceptances)


def _registered(contract: Contract) -> list[Acceptance]:
    """Those that stand, and those that still stood on the day the contract last left in a batch."""
    standing = _standing(contract)
    if len(standing) == len(contract.acceptances):
        return standing  # as nearly always: nothing more is read
    went = [clock.legal_day(row.at) for row in history.of(contract, verbs=("export",))]
    if not went:
        return standing
    return [one for one in contract.acceptances if one in standing or _last_day(one) >= went[-1]]


def _last_day(acceptance: Acceptance) -> date:
    return acceptance.ended_on or acceptance.last_day or date.max


def _own_region(venue: Venue) -> tuple[str, ...]:
    """Of a venue that has entered no registrars: its own province's."""
    return (venue.organisation.region[:2],) if venue.organisation.region else ()


def _record(acceptance: Acceptance, known: _Known) -> dict[str, Any]:
    """The frozen record as papers print it today."""
    return corrigible.applied(acceptance.record, known.mended.get(acceptance.id, ()))


def _licensed(acceptance: Acceptance, record: Mapping[str, Any], known: _Known) -> LicensedPatent:
    facts, patent = record["patents"][0], acceptance.declaration.patent
    report = patent.report
    return LicensedPatent(
        state=acceptance.state,
        number=facts["number"],
        application_number=facts["application_number"],
        title=facts["title"],
        kind=facts["kind"],
        filing_date=date.fromisoformat(facts["filing_date"]),
        grant_date=date.fromisoformat(facts["grant_date"]),
        patentees=tuple(facts["owners"]),
        patent_last_day=records.patent_last_day(patent),
        effective_on=acceptance.effective_on,
        license_last_day=acceptance.last_day,
        annuity_paid_to=patent.annuity_paid_to,
        report_attached=report is not None and report.upload_id is not None,
        bars=_bars(acceptance, known),
        terminated_on=acceptance.ended_on if acceptance.state == AcceptanceState.TERMINATED else None,
    )


def _bars(acceptance: Acceptance, known: _Known) -> tuple[str, ...]:
    """The bars that held on the day the license was obtained, from the patent's facts and the offer's pauses.

    A question the venue has decided already (the license stands) is not asked again.
    """
    on = acceptance.effective_on
    if on is None or acceptance.id in known.stands:
        return ()
    facts = assembly.patent_facts_on(acceptance.declaration.patent, on)
    held = {one.bar for one in bars.held_on(facts, on)}
    pauses = [_pause(row) for row in known.moves.get(acceptance.declaration_id, ())]
    return tuple(sorted(held | bars.paused_on(pauses, on)))


def _pause(row: history.History) -> bars.Pause:
    changes, moved_on = row.changes, clock.legal_day(row.at)
    if row.verb == "pause" and changes.get("since"):
        return bars.Pause(bar=changes.get("ground", ""), on=date.fromisoformat(changes["since"]), begins=True)
    return bars.Pause(bar=changes.get("ground", ""), on=moved_on, begins=row.verb == "pause")


def _party(facts: Mapping[str, Any], *, verified: bool) -> Party:
    return Party(
        name=facts["name"],
        identifier=facts["uscc"] or facts["identity"],
        nature=facts["nature"],
        region=facts["region"],
        address=facts["address"],
        representative=facts["legal_representative"],
        contact=facts["contact_name"],
        phone=facts["contact_phone"],
        person=facts["kind"] == "person",
        verified=verified,
        abroad=facts["country"] != "CN",
    )


def _described(record: Mapping[str, Any]) -> bool:
    """Whether the fee can be read and says all that its method needs (CC 846)."""
    try:
        return not fees.check(records.fee_of(record))
    except (Refused, Invalid):
        return False


def _flags(frozen: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Kinds of SPC 10 that the terms may fall under; what was said for search only is no term."""
    texts = dict.fromkeys(text for record in frozen for text in _terms(record) if text)
    found = {one.kind for text in texts for one in cautions.monopoly(text, clock.today())}
    return tuple(kind for kind in cautions.KINDS if kind in found)


def _terms(record: Mapping[str, Any]) -> Iterable[str]:
    answers, fee = record["declaration"]["answers"], record["fee"]
    yield answers.get("acts", {}).get("marking") or ""
    yield answers.get("materials", {}).get("words") or ""
    yield answers.get("use", {}).get("additional_terms") or ""
    yield fee.get("words") or ""
    yield fee.get("condition") or ""
    yield (fee.get("royalty") or {}).get("base_words") or ""


def _printed_warnings(papers: Iterable[Paper]) -> tuple[str, ...]:
    """Warnings of the papers that hold; one that was printed again says nothing any more."""
    last: dict[tuple[UUID | None, str], Paper] = {}
    for paper in papers:
        key = (None if paper.licenses else paper.acceptance_id), paper.kind
        last[key] = max(last.get(key, paper), paper, key=lambda one: one.version)
    return tuple(sorted({warning for paper in last.values() for warning in paper.warnings}))


def _read(contracts: Sequence[Contract]) -> _Known:
    ids = [one.id for one in contracts]
    _load(ids)
    licenses = [one for contract in contracts for one in contract.acceptances]
    return _Known(
        slots=slots.filled_of(contracts),
        accounts=registrar_accounts.known(contracts),
        places=cases.standings(contracts),
        moves=_moves({one.declaration_id for one in licenses}),
        mended=_mended([one.id for one in licenses]),
        stands=_decided([one.id for one in licenses]),
    )


def _load(ids: Sequence[UUID]) -> None:
    """Everything the snapshots walk to, in one statement a table instead of one a contract."""
    licenses, papers = selectinload(Contract.acceptances), selectinload(Contract.papers)
    patent = licenses.selectinload(Acceptance.declaration).selectinload(Declaration.patent)
    query = select(Contract).where(Contract.id.in_(ids))
    query = query.options(
        licenses.selectinload(Acceptance.payments),
        licenses.selectinload(Acceptance.version),
        patent.selectinload(Patent.reports),
        patent.selectinload(Patent.facts),
        papers,
        joinedload(Contract.holder),
        joinedload(Contract.licensee),
        joinedload(Contract.venue),
    )
    db.session.scalars(query).unique().all()


def _moves(declarations: Iterable[UUID]) -> dict[UUID, list[history.History]]:
    query = select(history.History).where(
        history.History.subject_id.in_(declarations), history.History.verb.in_(("pause", "resume"))
    )
    found: dict[UUID, list[history.History]] = {}
    for row in db.session.scalars(query.order_by(history.History.at)):
        found.setdefault(row.subject_id, []).append(row)
    return found


def _mended(licenses: Sequence[UUID]) -> dict[UUID, list[Mapping[str, str]]]:
    query = select(Correction).where(
        Correction.acceptance_id.in_(licenses), Correction.kind == corrigible.NOTICE
    )
    found: dict[UUID, list[Mapping[str, str]]] = {}
    for row in db.session.scalars(query.order_by(Correction.seq)):
        if row.acceptance_id is not None:
            found.setdefault(row.acceptance_id, []).append(
                {path: pair[1] for path, pair in row.mended.items()}
            )
    return found


def _decided(licenses: Sequence[UUID]) -> frozenset[UUID]:
    query = select(Decision.acceptance_id).where(
        Decision.acceptance_id.in_(licenses), Decision.ground == "bar_existed", Decision.outcome == "stands"
    )
    return frozenset(db.session.scalars(query))
