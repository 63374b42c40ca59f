"""Append against a bare INSERT of the same size on the same engine: one filing a transaction, and fifty."""

import itertools

from registry.database import transaction
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from tests.bench.bare import insert_row
from tests.bench.measuring import Row, compare

_numbers = itertools.count()


def run(database: str, aim: str) -> list[Row]:
    return [
        compare(f"append, one filing · {database}", _one, insert_row, rounds=7, each=60, aim=aim),
        compare(f"append, lists of 50 · {database}", _fifty, insert_row, rounds=5, each=12, per=50),
    ]


def _one(_number: int) -> None:
    transaction(lambda: ledger.append([_filing()]))


def _fifty(_number: int) -> None:
    transaction(lambda: ledger.append([_filing() for _ in range(50)]))


def _filing() -> Filing:
    number = f"MX-BENCH-{next(_numbers)}"
    fields = {"contract": number, "instant": "2026-11-22T00:00:00.000Z", "ground": "notice"}
    return Filing(type="license.effective", subject=number, fields=fields)
