"""Tables of patents for tests: rows, a term set, a batch drafted from them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from registry.database import db, transaction
from registry.jobs import HANDLERS
from registry.licenses import batch_drafts, batch_signing, batches, term_sets
from registry.licenses.batch_models import BatchSigning, DeclarationBatch
from registry.licenses.batch_rows import COLUMNS, OPTIONAL, heading
from registry.parties import service as parties
from registry.parties.models import Organisation, Venue
from tests import factories
from tests.factories import Person, patent_number, reading

SET = "标准模板"
LUMP: dict[str, Any] = {
    "method": "LUMP", "amount": "68000.00", "tax_included": True, "pay_within_days": 15,
}  # fmt: skip
TICKS = dict.fromkeys(("undertaking", "standing_authorisation", "receives_here", "internal_check"), True)


def steps(**changes: Any) -> dict[str, Any]:
    """Everything of a declaration that does not belong to one patent."""
    answers = {name: given for name, given in factories.steps().items() if name not in ("use", "owners")}
    return {**answers, "fee": LUMP, **changes}


def make_set(holder: Person, name: str = SET, **changes: Any) -> UUID:
    return transaction(lambda: term_sets.create(holder.actor, name, steps(**changes)).id)


def row(number: str = "", **changes: str) -> dict[str, str]:
    """A row with nothing wrong, by our names of the columns."""
    number = number or patent_number()
    year = int(number[2:6]) if number[2:6].isdigit() else 2019
    return {
        "number": number,
        "title": "一种分布式文件共享方法",
        "filing_date": f"{year}-03-01",
        "grant_date": f"{year + 2}/6/1",
        "owners": factories.NAMES["u1"][0],
        "main_class": "G06F 16/176",
        "annuity_paid_to": "2089年12月31日",
        "term_set": SET,
        "application": "01",
        "industry": "I65",
        "inventors": "张三、李四",
        **changes,
    }


def pasted(rows: Sequence[Mapping[str, str]]) -> str:
    """The rows as they are pasted from a sheet."""
    names = [*COLUMNS, *OPTIONAL[:-1]]
    lines = ["\t".join(heading(name) for name in names)]
    lines += ["\t".join(one.get(name, "") for name in names) for one in rows]
    return "\n".join(lines)


def bring(holder: Person, venue: Person, rows: Sequence[Mapping[str, str]], **more: Any) -> UUID:
    """A table shown, nothing drafted yet."""

    def work() -> UUID:
        place = db.session.get_one(Venue, venue.venue_id)
        read = batches.read_text(pasted(rows))
        return batches.preview(holder.actor, read, place, source="pasted", **more).id

    return transaction(work)


def bring_again(holder: Person, batch_id: UUID, rows: Sequence[Mapping[str, str]]) -> None:
    read = batches.read_text(pasted(rows))
    transaction(lambda: batches.bring_again(holder.actor, found(batch_id), read))


def draft(holder: Person, batch_id: UUID) -> bool:
    """Make the drafts as they were shown, the worker's share included."""
    digest = reading(lambda: found(batch_id).digest)
    made = transaction(lambda: batch_drafts.make_drafts(holder.actor, found(batch_id), digest))
    HANDLERS["declarations.batch_drafts"]({"batch": str(batch_id)})
    return made


def drafted(holder: Person, venue: Person, rows: Sequence[Mapping[str, str]], **more: Any) -> UUID:
    batch_id = bring(holder, venue, rows, **more)
    assert draft(holder, batch_id)
    return batch_id


def found(batch_id: UUID) -> DeclarationBatch:
    return db.session.get_one(DeclarationBatch, batch_id)


def verdicts(batch_id: UUID, *, live: bool = True) -> list[str]:
    return reading(lambda: [one.verdict for one in batches.rows_of(found(batch_id), live=live)])


def codes(batch_id: UUID, *, live: bool = True) -> list[list[str]]:
    return reading(
        lambda: [[code for code, *_ in one.reasons] for one in batches.rows_of(found(batch_id), live=live)]
    )


def numbers_of(batch_id: UUID) -> list[str]:
    """The declarations of the batch, in its order."""
    return reading(
        lambda: [one.declaration.number for one in batches.members(found(batch_id)) if one.declaration]
    )


def sign(holder: Person, batch_id: UUID, numbers: Sequence[str], *, worker: bool = True) -> UUID:
    """One signature over these, with the holder's own key."""

    def ticked() -> None:
        rows = batch_signing.chosen(batches.members(found(batch_id)), numbers)
        batch_signing.tick_all(holder.actor, rows, TICKS)

    transaction(ticked)
    signed = reading(lambda: holder.sign_list(_listed(holder, batch_id, numbers)))
    signing_id = transaction(lambda: batch_signing.begin(holder.actor, found(batch_id), numbers, signed).id)
    if worker:
        HANDLERS["declarations.batch_signing"]({"signing": str(signing_id)})
    return signing_id


def _listed(holder: Person, batch_id: UUID, numbers: Sequence[str]) -> Any:
    rows = batch_signing.chosen(batches.members(found(batch_id)), numbers)
    return batch_signing.prepare(holder.actor, rows, batch_signing.list_digest(rows))


def signing(signing_id: UUID) -> BatchSigning:
    return db.session.get_one(BatchSigning, signing_id)


def organisation(holder: Person) -> Organisation:
    return parties.organisation_of(holder.actor)
