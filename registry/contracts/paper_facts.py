"""What a paper may say: the frozen record, and beside it what the register's own instants and the log fixed
since.

Nothing here reads a live row of a party, an offer or a patent, so that the same paper printed again is the
same paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from registry import clock
from registry.clock import chinese_day
from registry.codes.regions import region
from registry.codes.tables import Code, table
from registry.contracts import rules
from registry.contracts.record import digest as record_digest
from registry.errors import Refused
from registry.licenses import schedule, terms
from registry.licenses.fee_fields import from_fields
from registry.licenses.fees import Fee, Method
from registry.licenses.public_text import act_names
from registry.licenses.rules import Track

LEVELS = {
    "account": "账户级电子签名",
    "external": "单位自持密钥电子签名",
    "sheet": "纸质签章的扫描件",
    "": "无",
}
LEVEL_MEANS = {
    "account": "签名私钥由签署人的口令加密后保存在本平台，仅在签署人本人登录并输入口令时启用；"
    "它能证明签署人的账户作出了签名，但私钥并非由签署人独占控制",
    "external": "签名私钥由该单位自行保管，本平台只登记其公钥；签名由该单位在自己的系统中作出",
    "sheet": "在纸面上签字或者盖章后上传扫描件，本平台存证其摘要，未对印章真伪作鉴定",
    "": "未作电子签名",
}
"""What each way of signing is worth, said plainly on every paper that shows one (ESL 13, 14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One line of the log: where it stands, when it entered, its leaf and its envelope's digest, in hex."""

    seq: int
    at: datetime
    leaf: str
    envelope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction as papers name it: its place, the filing it mends, (name, before, after) of each value."""

    seq: int
    at: datetime
    corrects: int
    values: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PaperFacts:
    """One acceptance as its papers print it. `effective` and the three days stand once the license is
    obtained.

    With corrections, `record` is the corrected one and `frozen` the digest of the record as it was filed.
    """

    record: Mapping[str, Any]
    statement: Mapping[str, Any]  # the licensee's signed notice, as Statement.encode writes it
    noticed_at: datetime
    noticed: Entered
    reference: str = ""
    pay_by: date | None = None
    effective_at: datetime | None = None
    effective_on: date | None = None
    last_day: date | None = None
    effective: Entered | None = None
    extras: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Corrected, ...] = ()
    frozen: str = ""
    edition: int = 1

    @cached_property
    def digest(self) -> str:
        return self.frozen or record_digest(self.record)

    @cached_property
    def fee(self) -> Fee:
        return from_fields(self.record["fee"])

    @property
    def statutory(self) -> bool:
        return bool(self.record["track"] == Track.STATUTORY)

    @property
    def free(self) -> bool:
        return self.fee.method is Method.FREE

    @property
    def patent(self) -> Mapping[str, Any]:
        """The first patent; grouped contracts list the others in their tables."""
        found: Mapping[str, Any] = self.record["patents"][0]
        return found

    @property
    def answers(self) -> Mapping[str, Mapping[str, Any]]:
        """What the declaration says, by step."""
        found: Mapping[str, Mapping[str, Any]] = self.record["declaration"]["answers"]
        return found

    @property
    def notice(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.record["notice"]
        return found

    @property
    def contract(self) -> str:
        return str(self.record["contract"])

    @property
    def title(self) -> str:
        return rules.contract_title(self.record["track"])

    @property
    def project(self) -> str:
        return rules.project_name(
            self.record["track"], [(one["title"], one["number"]) for one in self.record["patents"]]
        )

    @property
    def watermark(self) -> str:
        return "演示" if self.record["demonstration"] else ""

    @property
    def verify_address(self) -> str:
        return f"{self.record['base_url']}/verify?number={self.contract}"

    @property
    def noticed_on(self) -> date:
        return clock.legal_day(self.noticed_at)

    @property
    def term(self) -> tuple[date, date]:
        """First and last day of the license. Raises ValueError before it is effective."""
        if self.effective_on is None or self.last_day is None:
            raise ValueError("the license is not effective yet")
        return self.effective_on, self.last_day

    @property
    def total(self) -> schedule.Total:
        """合同成交总额 on the licensee's own dates."""
        return schedule.contract_total(self.fee, terms.years_in_term(*self.term))

    @property
    def dues(self) -> list[schedule.Due]:
        first, last = self.term
        return schedule.schedule(self.fee, self.noticed_on, effective_on=first, license_last_day=last)

    @property
    def condition(self) -> schedule.EffectiveCondition:
        return schedule.condition(self.fee)

    @property
    def amount_due(self) -> Decimal:
        return Decimal(self.record["amount_due"])

    @property
    def acts(self) -> str:
        return act_names(self.answers.get("acts", {}).get("acts") or ())

    @property
    def owners(self) -> str:
        return "、".join(self.patent["owners"])

    @property
    def basis_law(self) -> str:
        """The day's registration measures: papers of contracts from 2026-03-01 never cite the old texts."""
        return table("rule").get("registration_measures", on=self.noticed_on).zh


def day(value: date | str | None) -> str:
    """`2026年11月22日`; "/" for none."""
    if not value:
        return "/"
    return chinese_day(date.fromisoformat(value) if isinstance(value, str) else value)


def instant(value: datetime | str | None) -> str:
    """`2026年11月22日 09:02:03.004（北京时间）`; "/" for none."""
    if not value:
        return "/"
    moment = clock.parse_rfc3339(value) if isinstance(value, str) else value
    local = moment.astimezone(clock.SHANGHAI)
    thousandths = local.microsecond // 1000
    return f"{chinese_day(local.date())} {local:%H:%M:%S}.{thousandths:03d}（北京时间）"


def span(first: date, last: date) -> str:
    """`36 个月`, `22 个月 30 天`."""
    months, days = terms.length(first, last)
    return " ".join([*([f"{months} 个月"] if months else []), *([f"{days} 天"] if days else [])])


def coded(name: str, code: str) -> str:
    """`022 高等院校`; an unknown code as it stands, "/" for none."""
    if not code:
        return "/"
    found = row(name, code)
    return found.printed() if found else code


def row(name: str, code: str) -> Code | None:
    try:
        return table(name).get(code)
    except Refused:
        return None


def country(code: str) -> str:
    """`142 中国`; where the registrar's number is not known, the name."""
    return coded("country", code)


def place(code: str) -> str:
    """`310115 上海市浦东新区`."""
    if not code:
        return "/"
    try:
        found = region(code)
    except Refused:
        return code
    return f"{code} {found.zh}"


def industry(code: str) -> str:
    """`C34 通用设备制造业`."""
    found = row("industry", code)
    return f"{code} {found.zh}" if found else (code or "/")
