"""Which papers there are, when each is printed, which fields of the frozen record each needs, in which
version.

Wording stands in templates/papers/, ink in registry.documents; printing.py prints, stores and files them. An
English reading version is a paper of its own, filed like the others, and says on every page what it is; the
contract's editable text is made from the same blocks as its print.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from registry.codes import tables
from registry.contracts import (
    certificate,
    confirmation,
    correction_note,
    delivery,
    paper_wording,
    payment_request,
    sheet,
    sheet_notes,
    word_text,
)
from registry.contracts.blocks import Composed, Paragraph, Title, rendered
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.registration_form import DEFAULT_OBJECTIVE, FormExtras
from registry.documents.fonts import FontSet
from registry.documents.pdf import Rendered

PaperSet = Literal["notice", "effective"]
PaperForm = Literal["pdf", "docx"]
MEDIA: Mapping[PaperForm, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
READING = "Reading version; the Chinese text prevails."
EDITABLE = "可编辑文本，以 PDF 为准。"
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
    language: str = "zh-CN"
    form: PaperForm = "pdf"
    whole: bool = False  # of the whole contract, with all its licenses; else of one license


def _sheet(facts: PaperFacts) -> Composed:
    """The form as the record proposes it; numbers of natural persons stay masked outside a package."""
    use = facts.answers.get("use", {})
    codes = {
        "technology_field": use.get("field") or "",
        "industry": use.get("industry") or "",
        "socio_economic_objective": DEFAULT_OBJECTIVE,
        "plan": "none",
    }
    return sheet.compose(facts.licenses, FormExtras(codes=codes))


def _sheet_notes(facts: PaperFacts) -> Composed:
    return sheet_notes.compose(_sheet(replace(facts, lang="zh")), facts)


_CHINESE = (
    PaperKind(
        kind="notice", version=1, set="notice", name="实施通知书",
        needs=(*_COMMON, "amount_due"), compose=delivery.compose,
    ),
    PaperKind(
        kind="payment_request", version=1, set="notice", name="付款通知单",
        needs=(*_COMMON, "account", "amount_due"), compose=payment_request.compose,
        wanted=lambda facts: bool(facts.amount_due and facts.pay_by) and not facts.joint,
    ),
    PaperKind(
        kind="contract", version=1, set="effective", name="合同文本",
        needs=(*_COMMON, "account", "amount_due", "co_owners", "total"), compose=confirmation.compose,
        whole=True,
    ),
    PaperKind(
        kind="sheet", version=1, set="effective", name="技术合同登记表",
        needs=(*_COMMON, "co_owners", "total", "technology_amount"), compose=_sheet, whole=True,
    ),
    PaperKind(
        kind="certificate", version=1, set="effective", name="许可证书",
        needs=_COMMON, compose=certificate.compose,
    ),
)  # fmt: skip


def _english(of: PaperKind) -> PaperKind:
    """The English reading version of a paper; only where the record's wording has one."""
    compose = _sheet_notes if of.kind == "sheet" else of.compose
    return replace(
        of,
        kind=f"{of.kind}_en",
        name=f"{of.name}（英文阅读版）",
        language="en",
        compose=lambda facts: compose(replace(facts, lang="en")),
        wanted=lambda facts: of.wanted(facts) and paper_wording.translated(facts.wording),
    )


def _editable(of: PaperKind) -> PaperKind:
    """The text of a paper for a word processor."""
    return replace(
        of,
        kind=f"{of.kind}_docx",
        name=f"{of.name}（可编辑文本）",
        form="docx",
        wanted=lambda facts: of.wanted(facts) and word_text.template(facts.wording).is_file(),
    )


KINDS: Mapping[str, PaperKind] = {
    one.kind: one
    for one in (
        *_CHINESE,
        *map(_english, _CHINESE),
        *(_editable(one) for one in _CHINESE if one.kind == "contract"),
    )
}


def compose(kind: str, facts: PaperFacts) -> Composed:
    """One paper. Raises KeyError for an unknown kind, ValueError when the record lacks what the paper
    needs.
    """
    paper = KINDS[kind]
    missing = [name for name in paper.needs if name not in facts.record]
    if missing:
        raise ValueError(f"the record lacks {missing} for {kind}")
    with tables.reading(on=facts.noticed_on):  # names as they were, whatever the tables say since
        composed = paper.compose(facts)
        said = {"en": READING}.get(composed.lang, EDITABLE if paper.form == "docx" else "")
        return correction_note.noted(_marked(composed, said), replace(facts, lang=composed.lang))


def printed(kind: str, facts: PaperFacts, fonts: FontSet) -> Rendered:
    """One paper's bytes, in its form; the same facts and fonts give the same bytes."""
    composed = compose(kind, facts)
    if KINDS[kind].form == "docx":
        return word_text.written(composed, word_text.template(facts.wording))
    return rendered(composed, fonts)


def reading(paper: Composed) -> Composed:
    """An English version marked as one, for the papers other nouns build."""
    return _marked(paper, READING)


def _marked(paper: Composed, said: str) -> Composed:
    """What the paper is, under its title and in every footer."""
    if not said:
        return paper
    at = next((n for n, block in enumerate(paper.blocks) if isinstance(block, Title)), -1) + 1
    mark = Paragraph(said, small=True)
    number = f"{paper.number} · {said.rstrip('.。')}"
    return replace(paper, number=number, blocks=(*paper.blocks[:at], mark, *paper.blocks[at:]))


def of_set(name: str, facts: PaperFacts) -> list[PaperKind]:
    """The papers a set prints for this acceptance."""
    return [paper for paper in KINDS.values() if paper.set == name and paper.wanted(facts)]


def record_fields() -> frozenset[str]:
    """Every field any paper reads; a test holds the record to it."""
    return frozenset(name for paper in KINDS.values() for name in paper.needs)
