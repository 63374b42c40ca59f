"""Which papers there are, when each is printed, which fields of the frozen record each needs, in which
version.

Wording stands in templates/papers/, ink in registry.documents; printing.py prints, stores and files them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from registry.contracts import certificate, confirmation, correction_note, delivery, payment_request, sheet
from registry.contracts.blocks import Composed
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.registration_form import DEFAULT_OBJECTIVE, FormExtras

PaperSet = Literal["notice", "effective"]
_COMMON = (
    "wording", "demonstration", "nonce", "origin", "base_url", "contract", "acceptance", "track",
    "prepared_on", "declaration", "patents", "licensor", "licensee", "signers", "notice", "fee", "venue",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperKind:
    """One kind of paper. `version` rises with its builder's meaning; the words carry their own version."""

    kind: str
    version: int
    set: PaperSet
    name: str
    needs: tuple[str, ...]
    compose: Callable[[PaperFacts], Composed]
    wanted: Callable[[PaperFacts], bool] = lambda facts: True


def _sheet(facts: PaperFacts) -> Composed:
    """The form as the record proposes it; numbers of natural persons stay masked outside a package."""
    use = facts.answers.get("use", {})
    codes = {
        "technology_field": use.get("field") or "",
        "industry": use.get("industry") or "",
        "socio_economic_objective": DEFAULT_OBJECTIVE,
        "plan": "none",
    }
    return sheet.compose([facts], FormExtras(codes=codes))


KINDS: Mapping[str, PaperKind] = {
    one.kind: one
    for one in (
        PaperKind(
            kind="notice", version=1, set="notice", name="实施通知书",
            needs=(*_COMMON, "amount_due"), compose=delivery.compose,
        ),
        PaperKind(
            kind="payment_request", version=1, set="notice", name="付款通知单",
            needs=(*_COMMON, "account", "amount_due"), compose=payment_request.compose,
            wanted=lambda facts: bool(facts.amount_due and facts.pay_by),
        ),
        PaperKind(
            kind="contract", version=1, set="effective", name="合同文本",
            needs=(*_COMMON, "account", "amount_due", "co_owners", "total"), compose=confirmation.compose,
        ),
        PaperKind(
            kind="sheet", version=1, set="effective", name="技术合同登记表",
            needs=(*_COMMON, "co_owners", "total", "technology_amount"), compose=_sheet,
        ),
        PaperKind(
            kind="certificate", version=1, set="effective", name="许可证书",
            needs=_COMMON, compose=certificate.compose,
        ),
    )
}  # fmt: skip


def compose(kind: str, facts: PaperFacts) -> Composed:
    """One paper. Raises KeyError for an unknown kind, ValueError when the record lacks what the paper
    needs.
    """
    paper = KINDS[kind]
    missing = [name for name in paper.needs if name not in facts.record]
    if missing:
        raise ValueError(f"the record lacks {missing} for {kind}")
    return correction_note.noted(paper.compose(facts), facts)


def of_set(name: str, facts: PaperFacts) -> list[PaperKind]:
    """The papers a set prints for this acceptance."""
    return [paper for paper in KINDS.values() if paper.set == name and paper.wanted(facts)]


def record_fields() -> frozenset[str]:
    """Every field any paper reads; a test holds the record to it."""
    return frozenset(name for paper in KINDS.values() for name in paper.needs)
