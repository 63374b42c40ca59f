"""The figures of a batch that a clerk ticks off: counted once here, shown on the page, the hand-over sheet,
in the manifest and on the workbook's last sheet.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from registry import money

ZERO = Decimal("0.00")
GROUPS = {"registrar": "登记机构", "kind": "支付方式", "month": "生效月份"}
"""By what contracts are summed apart, and what it is called on papers."""
NONE = "/"


def yuan(fen: int | Decimal | None) -> Decimal:
    """Fen as yuan; nothing is zero."""
    return money.from_cents(fen or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What of one contract is counted: amounts in yuan, the registrar, the way of payment, the month."""

    total: Decimal
    technology: Decimal
    registrar: str
    kind: str
    month: str  # 2026-11
    zero: bool = False  # free of charge

    @property
    def untold(self) -> bool:
        """Nothing counted though it is not free: the applicant has still to estimate it."""
        return not self.total and not self.zero


@dataclass(slots=True)
class Sum:
    """Contracts and what they come to, in yuan."""

    count: int = 0
    total: Decimal = ZERO
    technology: Decimal = ZERO

    def add(self, line: Line) -> None:
        self.count += 1
        self.total += line.total
        self.technology += line.technology

    def texts(self) -> dict[str, Any]:
        """As the manifest has them."""
        return {
            "count": self.count,
            "total_amount": money.plain(self.total),
            "technology_amount": money.plain(self.technology),
        }


@dataclass(slots=True)
class Sums:
    """All contracts, those free of charge, those whose total cannot be told, and each group's parts, which
    add up to all.
    """

    all: Sum = field(default_factory=Sum)
    zero: Sum = field(default_factory=Sum)
    untold: Sum = field(default_factory=Sum)
    groups: dict[str, dict[str, Sum]] = field(default_factory=lambda: {name: {} for name in GROUPS})

    def add(self, line: Line) -> None:
        self.all.add(line)
        if line.zero:
            self.zero.add(line)
        if line.untold:
            self.untold.add(line)
        for name, parts in self.groups.items():
            parts.setdefault(getattr(line, name) or NONE, Sum()).add(line)

    def rows(self) -> Iterator[tuple[str, str, Sum]]:
        """(group, part, its sum), groups in their order, parts by name; those over all groups first."""
        yield "合计", "全部合同", self.all
        yield "合计", "其中零金额合同", self.zero
        yield "合计", "其中金额待申请人估算", self.untold
        for name, parts in self.groups.items():
            for part in sorted(parts):
                yield GROUPS[name], part, parts[part]

    def texts(self) -> dict[str, Any]:
        """As the manifest has them."""
        return {
            **self.all.texts(),
            "zero_count": self.zero.count,
            "untold_count": self.untold.count,
            "groups": {
                name: {part: parts[part].texts() for part in sorted(parts)}
                for name, parts in self.groups.items()
            },
        }


def summed(lines: Iterable[Line]) -> Sums:
    """The sums of these lines; they are read once and not kept."""
    found = Sums()
    for line in lines:
        found.add(line)
    return found


def line_of(row: Mapping[str, Any]) -> Line:
    """What of a frozen row is counted."""
    form = row["form"]
    return Line(
        total=Decimal(form["total_amount"] or ZERO),
        technology=Decimal(form["technology_amount"] or ZERO),
        zero=bool(form["total_amount"]) and not Decimal(form["total_amount"]),  # empty: not told
        registrar=row.get("registrar", ""),
        kind=form["payment_method"],
        month=form["effective_on"][:7],
    )
