"""What a paper may say: the frozen record, and beside it what the register's own instants and the log fixed
since.

Nothing here reads a live row of a party, an offer or a patent, so that the same paper printed again is the
same paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel.dates import format_date

from registry import clock
from registry.clock import chinese_day
from registry.codes.laws import Laws
from registry.codes.regions import region
from registry.codes.tables import Code, table
from registry.contracts import paper_wording, rules
from registry.contracts.blocks import Block
from registry.contracts.record import digest as record_digest
from registry.documents.pdf import Lang
from registry.errors import Refused
from registry.ledger.canonical import jcs, sha256_hex
from registry.licenses import schedule, terms
from registry.licenses.fee_fields import from_fields
from registry.licenses.fees import Fee, Method
from registry.licenses.public_text import act_names
from registry.licenses.rules import Track

LEVELS = {
    "account": ("账户级电子签名", "electronic signature of an account"),
    "external": ("单位自持密钥电子签名", "electronic signature with the unit's own key"),
    "passkey": ("通行密钥电子签名", "electronic signature with a passkey"),
    "sheet": ("纸质签章的扫描件", "scan of a signed or sealed sheet"),
    "": ("无", "none"),
}
LEVEL_MEANS = {
    "account": (
        "签名私钥由签署人的口令加密后保存在本平台，仅在签署人本人登录并输入口令时启用；"
        "它能证明签署人的账户作出了签名，但私钥并非由签署人独占控制",
        "the private key is kept by this registry, encrypted with the signer's password, and used only when "
        "the signer has signed in and typed the password; it proves that the signer's account signed, but "
        "the key is not under the signer's sole control",
    ),
    "external": (
        "签名私钥由该单位自行保管，本平台只登记其公钥；签名由该单位在自己的系统中作出",
        "the unit keeps its private key itself, this registry knows the public key only; the signature was "
        "made in the unit's own system",
    ),
    "passkey": (
        "签名私钥保存在签署人本人的设备中，本平台只登记其公钥；"
        "设备在核对签署人的指纹、面容或者 PIN 之后作出签名，所签文本由本平台的页面显示",
        "the private key is in the signer's own device, this registry knows the public key only; the device "
        "signed after it had checked the signer's finger, face or PIN; the text signed was shown by this "
        "registry's page",
    ),
    "sheet": (
        "在纸面上签字或者盖章后上传扫描件，本平台存证其摘要，未对印章真伪作鉴定",
        "signed or sealed on paper and brought as a scan, whose digest was entered here; whether the seal is "
        "genuine has not been examined",
    ),
    "": ("未作电子签名", "no electronic signature was made"),
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
    reissued: str = ""  # why the staff had it printed again, a code
    decided: bool = False  # the venue found that a condition in words was met
    lang: Lang = "zh"  # `en` for a reading version; the Chinese text is the one that binds
    joint: bool = False  # paid with others of its list, for which there is one request
    number: str = ""  # of the contract it stands in today, where it was split off the one it was noticed in
    others: tuple["PaperFacts", ...] = ()  # the contract's other licenses, on a paper of the whole contract

    @cached_property
    def digest(self) -> str:
        return self.frozen or record_digest(self.record)

    @property
    def licenses(self) -> tuple["PaperFacts", ...]:
        """Every license the paper is about, in the order of the contract, in its language."""
        return (
            replace(self, others=()),
            *(replace(one, lang=self.lang, others=()) for one in self.others),
        )

    @property
    def contract_digest(self) -> str:
        """What the paper's footer shows: the record's digest, or of several records that of their list."""
        if not self.others:
            return self.digest
        return sha256_hex(jcs([one.digest for one in self.licenses]))

    @cached_property
    def fee(self) -> Fee:
        return from_fields(self.record["fee"])

    def say(self, zh: str, en: str) -> str:
        """Our own words in the paper's language: both stand side by side, so that neither is forgotten."""
        return en if self.lang == "en" else zh

    def day(self, value: date | str | None) -> str:
        return day(value, self.lang)

    def instant(self, value: datetime | str | None) -> str:
        return instant(value, self.lang)

    def span(self, first: date, last: date) -> str:
        return span(first, last, self.lang)

    def coded(self, name: str, code: str) -> str:
        return coded(name, code, self.lang)

    def agent(self, side: str) -> tuple[tuple[str, str], ...]:
        """The line of a side's agent, where one signed for it under a power of attorney (CC 162, 165), or of
        the internal unit that handled it: the legal person is the party all the same (CC 61, 170).
        """
        agent, unit = self.record.get("agents", {}).get(side), self.record.get("units", {}).get(side)
        if unit:
            return ((self.say("经办部门", "Handled by"), unit),)
        if not agent:
            return ()
        name, number = agent["name"], agent["number"]
        words = self.say(f"{name}（委托书 {number}）", f"{name} (power of attorney {number})")
        return ((self.say("委托代理人", "Agent"), words),)

    def agent_line(self, side: str) -> tuple[str, ...]:
        """The same in one line, under a signature."""
        return tuple(self.say(f"{label}：{words}", f"{label}: {words}") for label, words in self.agent(side))

    def level(self, level: str) -> str:
        """What a way of signing is called."""
        return self.say(*LEVELS.get(level, (level, level)))

    def level_means(self, level: str) -> str:
        """What a way of signing is worth."""
        return self.say(*LEVEL_MEANS.get(level, ("/", "/")))

    def worded(
        self, name: str, words: Mapping[str, Any], inserts: Mapping[str, Sequence[Block]] | None = None
    ) -> tuple[Block, ...]:
        """A template of the record's own wording version, with the laws of the contract's day."""
        filled = {**self.laws.words(), **words}
        return paper_wording.blocks(self.wording, name, filled, inserts, lang=self.lang)

    @property
    def wording(self) -> str:
        return str(self.record["wording"])

    @property
    def laws(self) -> Laws:
        return Laws(on=self.noticed_on, lang=self.lang)

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
        return self.number or str(self.record["contract"])

    @property
    def title(self) -> str:
        return self.say(
            rules.contract_title(self.record["track"]), rules.CONTRACT_TITLES_EN[self.record["track"]]
        )

    @property
    def project(self) -> str:
        """项目名称, which is a name and stays as it is registered."""
        patents = [patent for one in self.licenses for patent in one.record["patents"]]
        return rules.project_name(self.record["track"], [(one["title"], one["number"]) for one in patents])

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
        """合同成交总额 of this license, on the licensee's own dates."""
        return schedule.contract_total(self.fee, terms.years_in_term(*self.term))

    @property
    def in_kind(self) -> bool:
        """Whether the declaration states no sum of money though it is not free."""
        return self.fee.method is Method.OTHER and self.fee.amount is None

    @property
    def unvalued(self) -> bool:
        """Whether no total can be told; papers then print none."""
        return self.total.untold

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
        return act_names(self.answers.get("acts", {}).get("acts") or (), self.lang)

    @property
    def owners(self) -> str:
        return self.listed(self.patent["owners"])

    def listed(self, names: Sequence[str]) -> str:
        return self.say("、", ", ").join(names)

    @property
    def agency(self) -> Mapping[str, Any] | None:
        """The agency that made the declaration, if one did (GL 3.3)."""
        found: Mapping[str, Any] | None = self.answers.get("declarant", {}).get("agency") or None
        return found


def day(value: date | str | None, lang: str = "zh") -> str:
    """`2026年11月22日`, `22 November 2026`; "/" for none."""
    if not value:
        return "/"
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return format_date(found, "d MMMM y", locale="en") if lang == "en" else chinese_day(found)


def instant(value: datetime | str | None, lang: str = "zh") -> str:
    """`2026年11月22日 09:02:03.004（北京时间）`; "/" for none."""
    if not value:
        return "/"
    moment = clock.parse_rfc3339(value) if isinstance(value, str) else value
    local = moment.astimezone(clock.SHANGHAI)
    time = f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
    if lang == "en":
        return f"{day(local.date(), lang)}, {time} (Beijing time)"
    return f"{chinese_day(local.date())} {time}（北京时间）"


def span(first: date, last: date, lang: str = "zh") -> str:
    """`36 个月`, `22 个月 30 天`; `36 months`, `1 month 10 days`."""
    months, days = terms.length(first, last)
    if lang == "en":
        parts = [(months, "month"), (days, "day")]
        return " ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count)
    return " ".join([*([f"{months} 个月"] if months else []), *([f"{days} 天"] if days else [])])


def coded(name: str, code: str, lang: str = "zh") -> str:
    """`022 高等院校`; an unknown code as it stands, "/" for none."""
    if not code:
        return "/"
    found = row(name, code)
    return found.printed(lang) if found else code


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
