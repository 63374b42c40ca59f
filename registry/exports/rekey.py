"""The list of a batch for retyping and comparing: XLSX of four sheets and CSV, columns as the form has them
(4.2). Rows are read anew for each sheet and not kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from registry.codes.tables import table
from registry.contracts.registration_form import COLUMNS, PATENT_COLUMNS, RESULT_KEYS, FormColumn
from registry.documents.sheets import (
    Cell,
    Encoding,
    Sheet,
    SheetColumn,
    beyond_gbk,
    csv_chunks,
    write_xlsx,
)
from registry.exports.sums import Sums

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_TABLES = {
    "nature_code": "party_nature", "country": "country", "region": "region", "category": "contract_kind",
    "payment_method": "payment_method", "technology_field": "technology_field", "industry": "industry",
    "socio_economic_objective": "socio_economic_objective", "ip_kind": "ip_kind", "plan": "plan",
    "patent_kind": "patent_kind",
}  # fmt: skip
_SAID = {
    "filing_number": "本平台的编号，不是合同登记编号；回填登记结果时按此编号匹配",
    "signed_on": "实施通知到达许可方之日，即合同成立之日",
    "effective_on": "取得许可之日：免费的为通知到达之日，付费的以银行载明的到账日为准",
    "total_amount": "许可期限内全部到期的款项；提成合同为入门费加约定的最低额",
    "technology_amount": "成交总额减去非技术性费用；只含许可使用费的合同二者相等",
    "total_wan": "与成交总额（元）为同一金额",
    "basis": "固定、估算或者零",
    "expected_input": "由被许可方自愿填写，空白表示没有填写",
    "expected_output": "由被许可方自愿填写，空白表示没有填写",
    "cnipa_number": "国家知识产权局公告的编号；空白表示通知到达时尚未公告",
    "declaration_digest": "声明文本的 SHA-256",
    "recordal_number": "国家知识产权局的备案号，与本平台编号无关",
    "missing": "包内缺少的材料，由何人补交见各包的 00 目录",
}
_PARTY_SAID = {
    "number": "自然人为证件号码，只出现在登记材料包内",
    "region": "GB/T 2260 六位代码",
    "nature_code": "空白表示没有查到登记机构所用的代码",
}


Rows = Callable[[], Iterator[tuple[int, Mapping[str, Any]]]]
"""Positions and frozen rows, read from the beginning at every call."""


def write_workbook(output: BinaryIO, rows: Rows, sums: Sums) -> None:
    """`rekey.xlsx`: one row a contract, one row a patent, what each column means, and the sums."""
    contracts = (_cells(row["form"], COLUMNS) for _, row in rows())
    patents = ([row["contract"], *_cells(one, PATENT_COLUMNS)] for _, row in rows() for one in row["patents"])
    heads = (SheetColumn(heading="平台存证编号"), *_sheet_columns(PATENT_COLUMNS))
    said = tuple(SheetColumn(heading=heading) for heading in ("列", "经办人录入", "说明", "代码表来源"))
    write_xlsx(
        output,
        (
            Sheet(name="登记清单", columns=_sheet_columns(COLUMNS), rows=contracts),
            Sheet(name="专利明细", columns=heads, rows=patents),
            Sheet(name="说明", columns=said, rows=_explanations(rows)),
            Sheet(name="合计", columns=_SUM_COLUMNS, rows=_sum_rows(sums)),
        ),
    )


def write_csv(output: BinaryIO, rows: Rows, *, encoding: Encoding = "utf-8") -> None:
    """`rekey.csv`, same columns; long numbers survive in the workbook, and the page says so."""
    for chunk in csv_of(rows, encoding=encoding):
        output.write(chunk)


def csv_of(rows: Rows, *, encoding: Encoding = "utf-8") -> Iterator[bytes]:
    """The lines of `rekey.csv`. Raises Unencodable."""
    cells = (_cells(row["form"], COLUMNS) for _, row in rows())
    return csv_chunks([column.heading for column in COLUMNS], cells, encoding=encoding)


_SUM_COLUMNS = (
    SheetColumn(heading="分类"),
    SheetColumn(heading="项"),
    SheetColumn(heading="份数", kind="count"),
    SheetColumn(heading="成交总额（元）", kind="amount"),
    SheetColumn(heading="技术交易额（元）", kind="amount"),
)


def _sum_rows(sums: Sums) -> Iterator[list[Cell]]:
    for group, part, found in sums.rows():
        yield [group, part, found.count, found.total, found.technology]


def _sheet_columns(columns: Sequence[FormColumn]) -> tuple[SheetColumn, ...]:
    return tuple(SheetColumn(heading=column.heading, kind=column.kind) for column in columns)


def _cells(form: Mapping[str, str], columns: Sequence[FormColumn]) -> list[Cell]:
    return [_cell(form[column.key], column.kind) for column in columns]


def _cell(value: str, kind: str) -> Cell:
    if kind == "text" or not value:
        return value
    return Decimal(value) if kind == "amount" else int(value)


def _explanations(rows: Rows) -> Iterator[list[Cell]]:
    for column in COLUMNS:
        bare = column.key.removeprefix("seller_").removeprefix("buyer_")
        said = _SAID.get(column.key) or (_PARTY_SAID.get(bare, "") if bare != column.key else "")
        if column.key in RESULT_KEYS:
            said = "由登记机构填写，导出时为空"
        name = _TABLES.get(bare) or _TABLES.get(column.key)
        source = table(name).about["source"] if name else ""
        yield [column.heading, "★" if column.typed else "", said, source]
    for number, characters in _rare(rows):
        yield ["生僻字", "", f"{number} 含有 GBK 以外的字：{characters}；只认 GBK 的软件会显示错误", ""]


def _rare(rows: Rows) -> Iterator[tuple[str, str]]:
    """Contracts with characters that older programs show wrong, and which."""
    for _, row in rows():
        found = beyond_gbk("".join(row["form"].values()))
        if found:
            yield row["contract"], " ".join(f"{one}（U+{ord(one):04X}）" for one in found)
