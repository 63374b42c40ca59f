"""The words of papers as texts: versions that stay, laws by the table's names, articles that were looked up,
and joins with what people typed.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from registry.contracts import paper_wording, papers
from registry.contracts import record as records
from registry.contracts.blocks import plain
from registry.text import phrase
from tests.contracts.papers import FEES, facts, record

NOW = paper_wording.FOLDER / records.WORDING
SOURCES = Path(papers.__file__).parent.parent
BUILDERS = (
    "contracts/certificate", "contracts/confirmation", "contracts/confirmation_words", "contracts/sheet",
    "contracts/correction_note", "contracts/delivery", "contracts/evidence", "contracts/payment_request",
    "contracts/paper_facts", "exports/covers", "exports/recordal_papers",
)  # fmt: skip
NAMES = re.compile(
    r"专利法|民法典|签名法|审查指南|实施细则|若干问题|管理办法|备案办法|Patent Law|Civil Code|Guidelines"
)
CITED = re.compile(r"\b(?:cite|law)\('([A-Z]+)'((?:, ?'?[0-9()]+'?)*)\)")
READ = {
    "PL": {
        "12": "who works another's patent concludes a license contract and lets nobody else work it",
        "14": "co-owners: what they agree prevails; fees are shared",
        "47": "invalidation: void from the start, contracts performed apart; bad faith, manifest unfairness",
        "50": "open license: declaration, announcement, evaluation report, withdrawal",
        "51": "open license: notice and fee; ordinary licenses only",
        "52": "disputes over an open license: talks, CNIPA's mediation, court",
    },
    "CC": {
        "137": "a data message takes effect when it enters the system the recipient designated",
        "158": "a juristic act under a condition precedent takes effect when it is met",
        "203": "a last day that is a day of rest moves to the next",
        "469": "a data message that can be called up counts as writing",
        "472": "what an offer is",
        "483": "a contract is formed when the acceptance takes effect",
        "491": "letters of confirmation: formed when signed, where the parties ask for one",
        "496": "standard terms: pointing out and explaining",
        "498": "standard terms: read against who provided them",
        "509": "obligations are performed fully and in good faith",
        "563(1)": "when a contract may be terminated; item 3: main obligation not performed after a demand",
        "565": "notice of termination, when it takes effect, dispute over it",
        "566": "what follows termination",
        "577": "liability for breach",
        "845(3)": "a contract that involves a patent names title, applicant, patentee, days, numbers, term",
        "846": "ways of payment; royalty, entry fee, inspection of accounts",
        "850": "contracts that illegally monopolise technology are void",
        "862": "what a technology license contract is",
        "863": "patent exploitation license; in writing",
        "864": "scope may be agreed; competition and development may not be limited",
        "865": "valid only while the patent is",
        "866": "licensor hands over materials and gives guidance",
        "867": "licensee keeps to the scope, no third parties, pays",
        "870": "lawful owner; complete, free of error, effective, attains the agreed aim",
        "871": "scope and time of secrecy",
        "872": "licensor's breach",
        "873": "licensee's breach",
        "874": "infringement by working as agreed: the licensor is liable",
        "875": "improvements",
    },
    "IR": {"15": "recordal within three months", "87": "recordal of open licenses on written proof"},
    "SPC": {
        "10": "six kinds of monopolising terms",
        "24": "a transfer of the patent does not touch licenses given before",
        "25": "exclusive, sole and ordinary licenses",
        "26": "the licensor keeps the patent in force",
    },
    "ESL": {
        "3": "parties may agree on electronic signatures",
        "11": "when a data message is sent and received",
        "13": "when an electronic signature is reliable",
    },
}
"""Every article papers cite, with what it says; read in the notes or looked up. Another one is added here
first."""


def templates() -> list[Path]:
    return sorted(NOW.rglob("*.txt"))


def test_no_paper_names_a_law_itself() -> None:
    texts = [*templates(), *(SOURCES / f"{name}.py" for name in BUILDERS)]
    for path in texts:
        found = [line for line in path.read_text("utf-8").splitlines() if NAMES.search(line)]
        assert not found, f"{path.name}: {found[0]}"


def test_every_cited_article_is_one_whose_words_were_looked_up() -> None:
    found = [hit for path in templates() for hit in CITED.findall(path.read_text("utf-8"))]
    assert len(found) > 60
    cited: dict[str, set[str]] = {}
    for mark, listed in found:
        cited.setdefault(mark, set()).update(re.findall(r"[0-9]+(?:\([0-9]+\))?", listed))
    with_articles = {mark: found for mark, found in cited.items() if found}
    assert with_articles == {mark: set(said) for mark, said in READ.items()}


@pytest.mark.parametrize("fee", FEES)
@pytest.mark.parametrize("track", ["statutory", "local"])
def test_a_record_of_an_older_wording_still_prints_in_its_own_words(fee: str, track: str) -> None:
    about = facts(record(fee, track=track, wording="2026-03"))
    wanted = [kind for kind in papers.KINDS.values() if kind.wanted(about)]
    said = "".join(plain(papers.compose(kind.kind, about)) for kind in wanted)
    assert "文本版本：2026-03" in said
    assert "被许可方转让本许可须经许可方同意" in said  # which the present wording no longer says
    assert "被许可方不得转让本许可" not in said


def test_papers_of_an_older_contract_cite_the_rules_of_its_day() -> None:
    old = facts(record(), noticed_at=facts().noticed_at.replace(month=2), effective_on=date(2026, 2, 26))
    assert "《技术合同认定登记管理办法（2000年）》" in plain(papers.compose("contract", old))
    assert "《技术合同认定登记管理办法（2026年）》" in plain(papers.compose("contract", facts()))


@pytest.mark.parametrize("ending", ["", "。", "。。", "；", "， ", ".", "!", "？", "：\n"])
def test_what_people_typed_joins_our_sentence_without_a_second_mark(ending: str) -> None:
    assert phrase(f"用于“质控”软件（甲）{ending}") == "用于“质控”软件（甲）"
    notice = {**record()["notice"], "use": f"用于质控软件{ending}", "region": f"上海市{ending}"}
    typed = facts(record(notice=notice))
    for kind in ("notice", "contract"):
        said = plain(papers.compose(kind, typed))
        assert "用于质控软件；涉及产品" in said
        assert not re.search(r"[。；，][。；，]", said)


def test_free_words_of_the_declaration_end_as_our_sentences_do() -> None:
    whole = record()
    answers = whole["declaration"]["answers"]
    answers["use"]["additional_terms"] = "产品须标注专利号。"
    answers["acts"]["marking"] = "在包装上标注；"
    answers["materials"] = {"handover": "guidance", "words": "图纸一套。", "hours": 8}
    said = plain(papers.compose("contract", facts(whole)))
    assert "其他条件：产品须标注专利号。\n" in said
    assert "专利标识：在包装上标注。\n" in said
    assert "图纸一套（民法典第八百六十六条）。" in said
