"""The university's thirty-six patents: one table, term sets, one archive of papers, a few acts of signing.

Four lines of the table have mistakes and stay drafts; the others are signed some at a time and reviewed
as the story says.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from registry.codes.calendar import corresponding_day
from registry.database import db
from registry.demonstration import papers
from registry.demonstration.cast import MARK, party
from registry.demonstration.more import FATES, more_offers
from registry.demonstration.offers import Offer
from registry.demonstration.publishing import TICKS, annuity_to, answers_of
from registry.demonstration.stage import Stage
from registry.documents.sheets import Sheet, SheetColumn, xlsx_bytes
from registry.ledger.filings import Statement
from registry.ledger.statement_lists import StatementList
from registry.licenses import batch_drafts, batch_evidence, batch_signing, batches, term_sets
from registry.licenses import service as licenses
from registry.licenses.batch_models import DeclarationBatch
from registry.licenses.batch_rows import COLUMNS, heading
from registry.parties.rules import Level
from registry.patents import rules as patent_rules
from registry.patents.numbers import Kind

HOLDER = "U1"
FIXED, ROYALTY = "标准条款", "提成条款"
AT_FIRST = "（公告前先按普通许可开放）"
METHODS = {"FREE": "免费", "LUMP": "一次总付", "PER_YEAR": "按年定额", "ROYALTY_SALES": "提成，按净销售额"}
GROUP = 8  # signed in one act


def brought_on() -> int:
    """How many days before D the table is brought."""
    return max(offer.published for offer in more_offers()) + 6


def signings() -> Iterator[tuple[int, list[str]]]:
    """The acts of signing: how many days before D, and the offers signed in each."""
    ready = [(offer, place) for place, offer in enumerate(more_offers()) if FATES.get(place) != "draft"]
    waiting = [offer for offer, place in ready if FATES.get(place) == "waiting"]
    others = sorted((o for o, place in ready if FATES.get(place) != "waiting"), key=lambda o: -o.published)
    groups = [others[start : start + GROUP] for start in range(0, len(others), GROUP)]
    for group in (*groups, waiting):
        yield max(offer.published for offer in group) + 3, [offer.key for offer in group]


def bring(stage: Stage) -> None:
    """Term sets, the table as a workbook, its drafts."""
    actor = stage.actor(HOLDER)
    for name, answers in _sets(stage).items():
        term_sets.create(actor, name, answers)
    read = batches.read_file(_workbook(stage))
    batch = batches.preview(actor, read, stage.venue("V1"), source="file")
    batch_drafts.make_drafts(actor, batch, batch.digest)
    stage.brought[HOLDER] = batch.id
    by_number = {offer.number: offer for offer in more_offers()}
    for row in batches.members(batch):
        offer, declaration = by_number[row.number], row.declaration
        if declaration is None:
            raise LookupError(f"{row.number}: {row.reasons}")
        stage.declarations[offer.key] = declaration.id
        use = {**declaration.draft.get("use", {}), **_described(offer)}
        if declaration.draft.get("use"):
            licenses.save_step(actor, declaration, "use", use)


def attach(stage: Stage) -> None:
    """Certificates and receipts in one archive, each found by its name."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for place, offer in enumerate(more_offers()):
            shown = (("专利号", offer.number), ("发明创造名称", offer.title))
            paid = ("年费缴至", annuity_to(offer, stage.day).isoformat())
            archive.writestr(f"{offer.number}.pdf", papers.sheet(stage.fonts, "certificate", shown))
            if FATES.get(place) != "draft":
                receipt = papers.sheet(stage.fonts, "annuity", (*shown, paid))
                archive.writestr(f"{offer.number}-年费.pdf", receipt)
    batch, actor = _batch(stage), stage.actor(HOLDER)
    pieces, left = batch_evidence.read([("证书和缴费凭证.zip", packed.getvalue())])
    brought = batch_evidence.attach(actor, batch, batches.members(batch), pieces)
    if left or brought.left:
        raise LookupError(f"files that fit no draft: {left or brought.left}")


def sign(stage: Stage, keys: Sequence[str]) -> None:
    """One signature over these drafts, handed in."""
    batch, actor = _batch(stage), stage.actor(HOLDER)
    numbers = [stage.declaration(key).number for key in keys]
    rows = batch_signing.chosen(batches.members(batch), numbers)
    batch_signing.tick_all(actor, rows, TICKS)
    rows = batch_signing.chosen(batches.members(batch), numbers)
    listed = batch_signing.prepare(actor, rows, batch_signing.list_digest(rows))
    signed = _signed(stage, listed)
    batch_signing.begin(actor, batch, numbers, signed)


def _signed(stage: Stage, listed: StatementList) -> list[Statement]:
    key = stage.signers[HOLDER]
    signature = key.sign(listed.signed_bytes)
    return [
        Statement(
            fields=dict(one), alg=key.alg, kid=key.kid, signature=signature, level=Level.ACCOUNT, place=place
        )
        for one, place in zip(listed.statements, listed.places(), strict=True)
    ]


def _batch(stage: Stage) -> DeclarationBatch:
    return db.session.get_one(DeclarationBatch, stage.brought[HOLDER])


# --- what the table and its term sets say ------------------------------------------------------------


def _sets(stage: Stage) -> dict[str, dict[str, Any]]:
    """Fixed fees and royalties, opened after the announcement or before it."""
    actor, made = stage.actor(HOLDER), {}
    for offer in more_offers():
        name = _set_of(offer)
        if name in made:
            continue
        answers = answers_of(stage, actor, offer, patent_last_day=_last_day(offer))
        made[name] = {step: answers[step] for step in term_sets.STEPS if step in answers}
        if name.startswith(FIXED):
            made[name]["fee"] = {
                "method": "LUMP",
                "amount": "10000.00",
                "tax_included": True,
                "tax_rate": "6",
            }
    return made


def _set_of(offer: Offer) -> str:
    name = ROYALTY if offer.fee["method"] == "ROYALTY_SALES" else FIXED
    return name + (AT_FIRST if offer.open_now else "")


def _workbook(stage: Stage) -> bytes:
    names = (*COLUMNS, "offer_last_day")
    columns = [SheetColumn(heading=heading(name)) for name in names]
    rows = [[cells.get(name, "") for name in names] for cells in _cells(stage)]
    return xlsx_bytes([Sheet(name="批量声明", columns=columns, rows=rows)])


def _cells(stage: Stage) -> Iterable[dict[str, str]]:
    mistakes = iter(_MISTAKES)
    for place, offer in enumerate(more_offers()):
        last = stage.after_months(offer.months)
        last = min(last, _last_day(offer) - timedelta(days=60))
        ends = min(_last_day(offer), corresponding_day(last, offer.duration or 36))
        cells = {
            "number": offer.number,
            "title": offer.title,
            "filing_date": f"{offer.filed:%Y/%m/%d}",
            "grant_date": f"{offer.granted:%Y/%m/%d}",
            "owners": party(HOLDER).name + MARK,
            "main_class": offer.main_class,
            "annuity_paid_to": annuity_to(offer, stage.day).isoformat(),
            "term_set": _set_of(offer),
            "method": METHODS[offer.fee["method"]],
            "amount": str(offer.fee.get("amount", "")),
            "rate": str((offer.fee.get("royalty") or {}).get("rate", "")),
            "offer_last_day": last.isoformat(),
            "license_last_day": ends.isoformat(),
            "duration_months": str(offer.duration or ""),
            "application": offer.technology_field,
            "industry": offer.industry,
            "inventors": "、".join(offer.inventors),
        }
        yield {**cells, **next(mistakes)} if FATES.get(place) == "draft" else cells


_MISTAKES: tuple[dict[str, str], ...] = (
    {"annuity_paid_to": ""},
    {"license_last_day": "2090-12-31"},
    {"application": "水务、管网"},
    {"term_set": ""},
)
"""A day nobody filled in, a license longer than its patent, a field no table has, a row without its terms."""


def _described(offer: Offer) -> dict[str, Any]:
    """What the table has no column for."""
    return {
        "summary": offer.summary,
        "application": offer.products,
        "products": offer.products,
        "stage": offer.stage,
    }


def _last_day(offer: Offer) -> date:
    return patent_rules.last_day(Kind(offer.kind), offer.filed)
