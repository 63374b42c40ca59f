"""Stamps of a contract: bring a sheet, read its seal, note that the paper original came; the state follows.

A sheet is never taken away: a later one for the same seat takes its place, and the earlier stays in the
history and goes with the contract's other data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from registry import clock, history
from registry.contracts import register, stamping
from registry.contracts.models import Acceptance, Contract
from registry.contracts.rules import AcceptanceState
from registry.contracts.stamp_models import OriginalReceived, SealReading, StampedSheet
from registry.contracts.stamping import Held, Seat, StampState
from registry.database import db, new_id
from registry.documents import store
from registry.documents.embedded import embedded_signatures
from registry.documents.uploads import PDF
from registry.errors import Conflict, NotFound, Refused
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.rules import Actor

SLOT = "02b"
"""The place of the package where stamped sheets stand."""
UNREAD = "—"
"""What stands for a seal in which no name can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One seat with what has come for it."""

    seat: Seat
    sheet: StampedSheet | None = None
    reading: SealReading | None = None
    original: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the clerk saw: the name in the seal (or signature), whether it agrees, and why not."""

    seat: str
    sealed: str
    agrees: bool
    reason: str = ""


def places(contract: Contract) -> list[Place]:
    """Every seat of the contract; none before its notice was sent, or after its data were erased."""
    record = contract.acceptances[0].record
    if not record or contract.erased_at is not None:
        return []
    sheets = {sheet.seat: sheet for sheet in all_sheets(contract)}  # the last of a seat holds
    query = select(OriginalReceived).where(OriginalReceived.contract_id == contract.id)
    came = {row.seat: row.received_on for row in db.session.scalars(query)}
    return [
        _place(seat, sheets.get(seat.key), original=came.get(seat.key)) for seat in stamping.seats(record)
    ]


def bring(actor: Actor, contract: Contract, upload: Upload, seats: Sequence[str] = ()) -> list[StampedSheet]:
    """Bring a stamped or signed sheet for these seats; without seats, for all: a scan of the whole contract.

    Raises Refused `seat_unknown`, Conflict `already_attached`, `seal_checked` when a party would replace
    what the clerk found in order on the other side.
    """
    allow(actor, "contract.attach", contract)
    contract = lock(contract)
    register.check_kept(contract)
    found = {one.seat.key: one for one in places(contract)}
    wanted = tuple(dict.fromkeys(seats)) or tuple(found)
    if not wanted or not found.keys() >= set(wanted):
        raise Refused("seat_unknown", "seats")
    if any(one.seat in wanted and one.upload_id == upload.id for one in all_sheets(contract)):
        raise Conflict("already_attached", "file")
    for one in map(found.__getitem__, wanted):
        if one.reading and one.reading.agrees and not _may_replace(actor, contract, one.seat):
            raise Conflict("seal_checked", "seats", subject=one.seat.name)
    embedded = _embedded(upload)
    rows = [
        StampedSheet(
            id=new_id(),
            contract_id=contract.id,
            seat=key,
            upload_id=upload.id,
            embedded=embedded,
            added_by=actor.account_id,
            added_at=clock.now(),
        )
        for key in wanted
    ]
    db.session.add_all(rows)
    db.session.flush()
    changes = {"slot": SLOT, "seats": ",".join(wanted), "file": upload.filename}
    history.record(actor, "bring_sheet", contract, changes=changes)
    settle(actor, contract)
    return rows


def read(actor: Actor, contract: Contract, readings: Sequence[Reading]) -> None:
    """The clerk compares written names and seals; a difference is a registrar's ground (8), told to its
    party.

    Raises Refused `stamp_missing` where nothing came yet, `seal_contradicts` where tick and name do not fit,
    `required` for a difference without its reason.
    """
    allow(actor, "contract.register", contract)
    contract = lock(contract)
    register.check_kept(contract)
    parties.impartial(actor, contract.holder_id, contract.licensee_id)
    found = {one.seat.key: one for one in places(contract)}
    for number, reading in enumerate(readings):
        place = found.get(reading.seat)
        if place is None or place.sheet is None:
            raise Refused("stamp_missing", f"seals.{number}.sealed", "CC 490")
        _check(reading, place.seat, f"seals.{number}")
        row = SealReading(
            id=new_id(),
            sheet_id=place.sheet.id,
            written=place.seat.name,
            sealed=reading.sealed or (place.seat.name if reading.agrees else UNREAD),
            agrees=reading.agrees,
            reason=reading.reason,
            read_by=actor.account_id,
            read_at=clock.now(),
        )
        place.sheet.readings.append(row)
        _tell(contract, place.seat, row)
    db.session.flush()
    seals = [_pair(one.reading) for one in places(contract) if one.reading]
    contract.seal_names = seals
    noted = {
        "agree": ",".join(one.seat for one in readings if one.agrees),
        "differ": ",".join(one.seat for one in readings if not one.agrees),
    }
    history.record(actor, "check_stamp", contract, changes=noted)
    settle(actor, contract)


def read_names(actor: Actor, contract: Contract, sealed: Mapping[str, str]) -> None:
    """Read every sheet that came: the seal of a written name shows the name `sealed` gives it, else that
    name.
    """
    readings = []
    for one in places(contract):
        if one.sheet is not None:
            name = sealed.get(one.seat.name, one.seat.name)
            agrees = stamping.same_name(one.seat.name, name)
            reason = "" if agrees else "印章上的名称与书写的名称不一致"
            readings.append(Reading(seat=one.seat.key, sealed=name, agrees=agrees, reason=reason))
    read(actor, contract, readings)


def receive_original(actor: Actor, contract: Contract, seat: str, day: date | None) -> None:
    """Note the day a paper original arrived at the venue; without a day the note is taken back."""
    allow(actor, "contract.register", contract)
    contract = lock(contract)  # a note is replaced: two clerks at once would write two
    register.check_kept(contract)
    if seat not in {one.seat.key for one in places(contract)}:
        raise Refused("seat_unknown", "seat")
    if day is not None and day > clock.today():
        raise Refused("day_in_future", "day")
    row = db.session.get(OriginalReceived, (contract.id, seat))
    before = row.received_on.isoformat() if row else ""
    if row is not None:
        db.session.delete(row)
        db.session.flush()
    if day is not None:
        db.session.add(
            OriginalReceived(
                contract_id=contract.id,
                seat=seat,
                received_on=day,
                noted_by=actor.account_id,
                noted_at=clock.now(),
            )
        )
    after = day.isoformat() if day else ""
    history.record(actor, "receive_original", contract, before=before, after=after, changes={"seat": seat})


def settle(actor: Actor, contract: Contract) -> None:
    """Make the move the facts call for, if any. The only place that writes the state."""
    found = places(contract)
    if not found:
        return
    held = {
        one.seat.key: Held(one.reading.agrees if one.reading else None)
        for one in found
        if one.sheet is not None
    }
    verb = stamping.verb_for([one.seat for one in found], held, contract.venue.stamp_track)
    before = contract.stamp
    if stamping.to_state(verb) == before:
        return
    move = stamping.STAMP.found(before, verb)
    contract.stamp = move.to
    history.record(
        actor,
        f"stamp_{verb}",
        contract,
        before=before,
        after=contract.stamp,
        changes={"article": move.article},
    )


def sheet(contract: Contract, sheet_id: UUID) -> StampedSheet:
    """One sheet of a contract. Raises NotFound."""
    found = db.session.get(StampedSheet, sheet_id)
    if found is None or found.contract_id != contract.id:
        raise NotFound("not_found")
    return found


def to_stamp(actor: Actor) -> list[tuple[Contract, Seat]]:
    """The contracts that wait for this organisation's own stamp, oldest first, with its seat in each."""
    found = []
    for contract in db.session.scalars(_waiting(actor).order_by(Contract.created_at, Contract.number)):
        place = own_place(actor, contract)
        if place is not None and _open(place):
            found.append((contract, place.seat))
    return found


def count_to_stamp(actor: Actor) -> int:
    """How many contracts wait for a stamp of this organisation's side, or for one that differs; for the
    desk.
    """
    return db.session.scalar(select(func.count()).select_from(_waiting(actor).subquery())) or 0


def own_place(actor: Actor, contract: Contract) -> Place | None:
    """Where the actor's organisation itself signs this contract."""
    if actor.organisation_id not in (contract.holder_id, contract.licensee_id):
        return None
    key = stamping.LICENSOR if actor.organisation_id == contract.holder_id else stamping.LICENSEE
    return next((one for one in places(contract) if one.seat.key == key), None)


def to_read(actor: Actor, *, after: Contract | None = None) -> Contract | None:
    """The venue's next contract whose seals wait to be compared, oldest first; `after` one, the one behind
    it.
    """
    query = select(Contract).where(Contract.venue_id == actor.venue_id, *_UNREAD)
    if after is not None:
        query = query.where(Contract.id != after.id)
    return db.session.scalar(query.order_by(Contract.created_at, Contract.number).limit(1))


def count_to_read(actor: Actor) -> int:
    """How many contracts of the venue wait to be compared."""
    query = select(func.count()).select_from(Contract)
    found = query.where(Contract.venue_id == actor.venue_id, *_UNREAD)
    return db.session.scalar(found) or 0


def in_force(contract: Contract) -> bool:
    """Whether there is anything to stamp: the contract has a license in force."""
    return any(one.state == AcceptanceState.EFFECTIVE for one in contract.acceptances)


def current(contract: Contract) -> list[tuple[Upload, tuple[Place, ...]]]:
    """The files that hold now, each with the seats it shows: what the package takes (02b)."""
    found: dict[UUID, tuple[Upload, list[Place]]] = {}
    for one in places(contract):
        if one.sheet is not None:
            found.setdefault(one.sheet.upload_id, (one.sheet.upload, []))[1].append(one)
    return [(upload, tuple(shown)) for upload, shown in found.values()]


def lock(contract: Contract) -> Contract:
    """The contract's row, locked and fresh."""
    query = select(Contract).where(Contract.id == contract.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


_UNREAD = (Contract.stamp == StampState.COMPLETE, Contract.erased_at.is_(None))


def _waiting(actor: Actor) -> "Select[Any]":
    """Contracts with a license in force whose stamp of the actor's side may be awaited."""
    holds = Contract.holder_id == actor.organisation_id
    takes = Contract.licensee_id == actor.organisation_id
    waits = Contract.stamp == StampState.WAITING_LICENSOR
    awaited = (StampState.WAITING_LICENSEE, StampState.WAITING_LICENSOR, StampState.MISMATCH)
    effective = select(Acceptance.contract_id).where(Acceptance.state == AcceptanceState.EFFECTIVE)
    mine = (holds & (waits | (Contract.stamp == StampState.MISMATCH))) | (takes & Contract.stamp.in_(awaited))
    return select(Contract).where(mine, Contract.erased_at.is_(None), Contract.id.in_(effective))


def all_sheets(contract: Contract) -> Sequence[StampedSheet]:
    """Everything that ever came, those that were replaced too, in the order it came."""
    query = select(StampedSheet).where(StampedSheet.contract_id == contract.id)
    return db.session.scalars(query.order_by(StampedSheet.added_at, StampedSheet.id)).all()


def _place(seat: Seat, sheet: StampedSheet | None, *, original: date | None) -> Place:
    reading = sheet.readings[-1] if sheet and sheet.readings else None
    return Place(seat=seat, sheet=sheet, reading=reading, original=original)


def _may_replace(actor: Actor, contract: Contract, seat: Seat) -> bool:
    """The venue may; a party only on its own side."""
    if actor.venue_id is not None:
        return True
    side = contract.holder_id if seat.side == stamping.LICENSOR else contract.licensee_id
    return actor.organisation_id == side


def _open(place: Place) -> bool:
    """Whether a sheet is still awaited: none came, or the last one was found to differ."""
    return place.sheet is None or (place.reading is not None and not place.reading.agrees)


def _embedded(upload: Upload) -> list[dict[str, Any]]:
    """What a PDF says of electronic seals in it; read once, when it comes."""
    if upload.media_type != PDF:
        return []
    with store.open_stream(upload.digest) as stream:
        return [asdict(one) for one in embedded_signatures(stream.read())]


def _check(reading: Reading, seat: Seat, field: str) -> None:
    fits = not reading.sealed or stamping.same_name(seat.name, reading.sealed)
    if reading.agrees and not fits:
        raise Refused("seal_contradicts", f"{field}.sealed", "CC 490", subject=seat.name)
    if not reading.agrees and not reading.reason:
        raise Refused("required", f"{field}.reason")


def _pair(reading: SealReading) -> list[str]:
    """As the registration track compares them: where the clerk found that they agree, they are one name."""
    return [reading.written, reading.written if reading.agrees else reading.sealed]


def _tell(contract: Contract, seat: Seat, row: SealReading) -> None:
    if not row.agrees:
        side = register.HOLDER if seat.side == stamping.LICENSOR else register.LICENSEE
        register.tell(contract, "stamp_differs", side, reading=row.id)
