"""Files a person can bring to the demonstration's own pages: a bank statement and a registrar's results.

They carry the numbers and references of this load. Each has rows that fit and rows that do not, so that the
pages show what they make of both.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from registry.contracts import payment_requests, payments, registration
from registry.contracts.debts import START
from registry.contracts.models import Acceptance
from registry.contracts.result_rows import NAMES
from registry.demonstration.cast import MARK
from registry.demonstration.registering import REGISTRAR
from registry.demonstration.stage import Stage
from registry.documents.sheets import Cell, Sheet, SheetColumn, xlsx_bytes

STATEMENT, RESULTS = "演示-银行流水.xlsx", "演示-登记结果.xlsx"
BRINGS = {
    STATEMENT: ("/bank", "c2, u1-finance, operator"),
    RESULTS: ("/venue/results", "operator"),
}
"""Where each is brought, and by whom (the part of the address before the @)."""
NO_CONTRACT = "DEMO-K-00000000-000000"
_BANK = (
    SheetColumn(heading="交易日期"),
    SheetColumn(heading="收入金额", kind="amount"),
    SheetColumn(heading="支出金额", kind="amount"),
    SheetColumn(heading="对方户名"),
    SheetColumn(heading="对方账号"),
    SheetColumn(heading="附言"),
    SheetColumn(heading="流水号"),
)
_RESULT = (
    "number", "result", "day", "registration_number", "total_amount", "technology_amount", "registrar",
    "ground", "words", "due_on",
)  # fmt: skip


def write(stage: Stage) -> Path:
    """Write the files anew; the folder they stand in."""
    folder = folder_of(stage.settings.instance)
    folder.mkdir(exist_ok=True)
    statement = Sheet(name="演示流水", columns=_BANK, rows=list(_statement(stage)))
    columns = [SheetColumn(heading=NAMES[name][0]) for name in _RESULT]
    results = Sheet(name="演示结果", columns=columns, rows=list(_results(stage)))
    for name, sheet in ((STATEMENT, statement), (RESULTS, results)):
        (folder / name).write_bytes(xlsx_bytes([sheet]))
    return folder


def folder_of(instance: Path) -> Path:
    """Where the files of an instance stand."""
    return instance / "samples"


def table(instance: Path) -> str:
    """The files as lines for a terminal; empty for an instance that was loaded before there were any."""
    folder = folder_of(instance)
    lines = [
        f"  {folder / name}  {page}  ({who})"
        for name, (page, who) in BRINGS.items()
        if (folder / name).exists()
    ]
    return "\n".join(["Sample files to bring 可以上传的样例文件", *lines, ""]) if lines else ""


# --- money -------------------------------------------------------------------------------------------


def _statement(stage: Stage) -> Iterator[Sequence[Cell]]:
    """What waits for an answer, what nobody claimed yet, a later due, a stranger's money, a debit."""
    day = stage.before(1)
    claimed = stage.acceptance("O2×R1")
    paid = claimed.payments[-1]
    yield _credit(claimed, paid.claimed_on, paid.claimed_amount, claimed.reference or "", paid.bank_serial)
    yield _fresh(stage.acceptance("O2×C3"), START, day, 1)
    yield _fresh(stage.acceptance("O3×C5"), "instalment:2", day, 2)
    stranger = f"申城演示商贸有限公司{MARK}"
    yield day.isoformat(), Decimal("1200.00"), None, stranger, "9999000000000000", "货款", _serial(day, 3)
    yield day.isoformat(), None, Decimal("36.50"), f"申城演示银行{MARK}", "", "手续费", _serial(day, 4)


def _fresh(acceptance: Acceptance, due: str, day: date, place: int) -> Sequence[Cell]:
    reference = payment_requests.reference(acceptance, due)
    return _credit(acceptance, day, payments.outstanding(acceptance, due), reference, _serial(day, place))


def _credit(
    acceptance: Acceptance, day: date, amount: Decimal, reference: str, serial: str
) -> Sequence[Cell]:
    licensee = acceptance.licensee
    remark = f"专利许可费 {reference}"
    return day.isoformat(), amount, None, licensee.name, licensee.bank_account, remark, serial


def _serial(day: date, place: int) -> str:
    return f"DEMO{day:%Y%m%d}S{place}"


# --- results -----------------------------------------------------------------------------------------


def _results(stage: Stage) -> Iterator[Sequence[Cell]]:
    """A registration, a correction, one for a contract that was not handed in, one for nobody's."""
    day = stage.before(1)
    registered = stage.contract("O4×C5").number
    total = str(registration.total_of(stage.contract("O4×C5")).amount)
    number = f"DEMO{registered[-9:].replace('-', '')}"
    yield registered, "已登记", day.isoformat(), number, total, total, REGISTRAR, "", "", ""
    words, by = "请补充提成基数的计算说明。（演示）", stage.before(-10).isoformat()
    yield stage.contract("O2×C4").number, "补正", day.isoformat(), "", "", "", REGISTRAR, "", words, by
    yield stage.contract("O3×C5").number, "已受理", day.isoformat(), "", "", "", REGISTRAR, "", "", ""
    words = "买方印章名称与合同书写名称不一致。（演示）"
    yield NO_CONTRACT, "不予登记", day.isoformat(), "", "", "", REGISTRAR, "8", words, ""
