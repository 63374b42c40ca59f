"""The table of a batch as a file: the template to fill in, and the rows given back with what is wrong.

Headings are Chinese, as they are read again; codes and long numbers are text, nothing is a formula.
"""

from collections.abc import Iterable, Sequence

from flask_babel import force_locale

from registry.codes.tables import table
from registry.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from registry.licenses import batch_words
from registry.licenses.batch_rows import COLUMNS, METHODS, NAMES, OPTIONAL, ROWS_MAX, heading
from registry.licenses.batch_words import Member
from registry.licenses.fees import Method
from registry.licenses.words import word

ABOUT: dict[str, str] = {
    "number": "必填。可写 ZL201810323021.5、201810323021.5 等；单元格设为文本，以免被改成 2.018E+12。",
    "title": "与专利证书一致。",
    "filing_date": "可写 2026/3/1、2026-3-1、2026年3月1日。",
    "grant_date": "同上。",
    "owners": "按登记簿顺序，用顿号分隔。看不出是单位的按自然人处理；可写“某某（单位）”“张三（自然人）”。",
    "main_class": "发明、实用新型填 IPC，例如 G06F 16/176；外观设计填洛迦诺分类号，例如 14-02。",
    "annuity_paid_to": "年费已缴至哪一日。",
    "report": "实用新型、外观设计填写：编号、作出日、结论，用空格分开，例如 W2026-1 2026-01-05 肯定。",
    "term_set": "本单位条款模板的名称；不填则用导入时选择的模板。",
    "method": "不填则用模板的方式。其他方式请在页面上填写。",
    "amount": "人民币元；标题改为“金额（万元）”则按万元读取。不填则用模板的金额。",
    "rate": "例如 2.5 表示百分之二点五。",
    "license_last_day": "任何许可都不超过这一日；不填则用模板的日期。",
    "duration_months": "每项许可多少个月；不填则用模板的期限。",
    "application": "技术领域的代码或者名称，见“技术领域”表；其他文字作为应用场景。",
    "industry": "国民经济行业大类代码，例如 I65，见“行业代码”表。",
    "inventors": "用顿号分隔。",
    "offer_last_day": "可不填：按许可期限届满日倒推，使最后一个被许可方也得到完整期限。",
    "summary": "可不填：以发明名称代替；只用于检索。",
    "emails": "可不填：共有专利权人的邮箱，按登记簿顺序（本单位除外），用顿号分隔。",
    "problems": "由平台填写，导入时不读。",
}


def template(term_sets: Iterable[str]) -> bytes:
    """An empty table with lists to choose from, and a sheet that explains each column."""
    industries = [(row.code, row.zh) for row in table("industry")]
    fields = [(row.code, row.zh) for row in table("technology_field")]
    with force_locale("zh"):
        methods = [word(one, "method") for one in Method if str(one) in METHODS.values()]
    lists: dict[str, Sequence[str] | str] = {
        "term_set": f"'条款模板'!$A$2:$A${len(names) + 1}" if (names := list(term_sets)) else (),
        "method": [one.replace("，", "").replace("、", "") for one in methods],
        "industry": f"'行业代码'!$A$2:$A${len(industries) + 1}",
        "application": f"'技术领域'!$A$2:$A${len(fields) + 1}",
    }
    columns = [
        SheetColumn(heading=heading(name), choices=lists.get(name, ()), note=ABOUT[name])
        for name in (*COLUMNS, *OPTIONAL[:-1])
    ]
    said = [SheetColumn(heading=one) for one in ("列", "填什么", "也可写作")]
    explained = [(heading(name), ABOUT[name], "、".join(NAMES[name][1:])) for name in NAMES]
    coded = [SheetColumn(heading=one) for one in ("代码", "名称")]
    return xlsx_bytes(
        [
            Sheet(name="批量声明", columns=columns, rows=(), blank=ROWS_MAX),
            Sheet(name="说明", columns=said, rows=explained),
            Sheet(name="条款模板", columns=[SheetColumn(heading="名称")], rows=[(one,) for one in names]),
            Sheet(name="行业代码", columns=coded, rows=industries),
            Sheet(name="技术领域", columns=coded, rows=fields),
        ]
    )


def template_csv() -> bytes:
    """The headings alone; long numbers are kept better by the workbook."""
    return csv_bytes([heading(name) for name in (*COLUMNS, *OPTIONAL[:-1])], ())


def given_back_xlsx(members: Sequence[Member]) -> bytes:
    """The rows as they were brought, each with what is wrong in the last column."""
    columns = [SheetColumn(heading=one) for one in _headings()]
    return xlsx_bytes([Sheet(name="批量声明", columns=columns, rows=_rows(members))])


def given_back_csv(members: Sequence[Member]) -> bytes:
    return csv_bytes(_headings(), _rows(members))


def _headings() -> list[str]:
    return [heading(name) for name in NAMES]


def _rows(members: Sequence[Member]) -> list[list[Cell]]:
    with force_locale("zh"):
        return [
            [*(_cell(one, name) for name in NAMES if name != "problems"), batch_words.of_member(one)]
            for one in members
        ]


def _cell(one: Member, name: str) -> str:
    """The cell as it was brought; an amount in yuan, whatever unit its heading had."""
    if name == "amount" and one.row.facts.get("amount"):
        return str(one.row.facts["amount"])
    return str(one.row.given.get(name, ""))
