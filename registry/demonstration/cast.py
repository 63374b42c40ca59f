"""Who appears in the demonstration: invented parties (names end in （演示）) and one account for each persona.

Credit codes have artificial serials with right check characters; mail addresses end in .invalid (RFC 2606).
"""

# ruff: noqa: E501 - tables of Chinese words, one line each

from dataclasses import dataclass
from typing import Any

from registry.parties.rules import IdentityKind, OrganisationKind, Role

DOMAIN = "demo.mingxu.invalid"
MARK = "（演示）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation or natural person; its founder is the account of the same key."""

    key: str
    name: str
    uscc: str = ""
    nature: str = ""
    region: str = ""
    address: str = ""
    country: str = "CN"
    representative: str = ""
    contact: str = ""
    person: bool = False

    def facts(self) -> dict[str, Any]:
        """What the founding form would send."""
        serial = f"{sum(self.key.encode()) % 100:02d}"
        facts: dict[str, Any] = {
            "kind": OrganisationKind.PERSON if self.person else OrganisationKind.ORGANISATION,
            "name": self.name + MARK,
            "country": self.country,
            "nature": self.nature,
            "region": self.region,
            "address": self.address,
            "legal_representative": self.representative,
            "contact_name": self.contact,
            "contact_phone": f"021-555501{serial}",
            "contact_email": address(self.key),
            "bank_name": f"申城演示银行{MARK}",
            "bank_account": f"9999 0000 0000 {serial}00",
        }
        if self.uscc:
            facts["uscc"] = self.uscc
        if self.person:  # a number that says of itself that it is none
            facts |= {"identity_kind": IdentityKind.PASSPORT, "identity_number": f"DEMO00{serial}99"}
        return facts


PARTIES = (
    Party(key="V1", name="东海知识产权交易中心", uscc="91310118000000115A", nature="110", region="310118",
          address="上海市青浦区演示路1号", representative="海东川", contact="交易中心受理处"),
    Party(key="V2", name="江畔技术交易所", uscc="91440300000000123F", nature="110", region="440300",
          address="广东省深圳市演示路2号", representative="江一畔", contact="交易所受理处"),
    Party(key="U1", name="申城理工大学", uscc="12310000000000019X", nature="022", region="310000",
          address="上海市演示大学路100号", representative="申致远", contact="技术转移办公室"),
    Party(key="R1", name="申城应用技术研究院", uscc="12310000000000094N", nature="021", region="310000",
          address="上海市演示研究路8号", representative="严求实", contact="成果管理处"),
    Party(key="C1", name="浦东智焊装备有限公司", uscc="91310115000000027G", nature="150", region="310115",
          address="上海市浦东新区演示焊接路7号", representative="韩志焊", contact="知识产权部"),
    Party(key="C2", name="闵行云析信息技术有限公司", uscc="913101120000000350", nature="150", region="310112",
          address="上海市闵行区演示云路12号", representative="闵云析", contact="法务部"),
    Party(key="C3", name="上海衡川新材料股份有限公司", uscc="913100000000000439", nature="160", region="310000",
          address="上海市演示材料路33号", representative="衡大川", contact="研发管理部"),
    Party(key="C4", name="嘉定启明医疗器械有限公司", uscc="91310114000000051J", nature="150", region="310114",
          address="上海市嘉定区演示医械路5号", representative="启明亮", contact="注册事务部"),
    Party(key="C5", name="杭州临安数字科技有限公司", uscc="9133010000000006X9", nature="150", region="330112",
          address="浙江省杭州市临安区演示数字路9号", representative="林安数", contact="综合部"),
    Party(key="A1", name="徐汇明正专利代理事务所", uscc="91310104000000078T", nature="180", region="310104",
          address="上海市徐汇区演示代理路6号", representative="徐明正", contact="代理部"),
    Party(key="HK", name="示例（香港）有限公司 Example Limited", nature="overseas", country="HK",
          address="香港演示道1号", representative="示例先生", contact="业务部"),
    Party(key="P1", name="林小满", region="310104", address="上海市徐汇区演示弄1号", contact="林小满", person=True),
    Party(key="P2", name="张𬱟", region="310106", address="上海市静安区演示弄2号", contact="张𬱟", person=True),
)  # fmt: skip
AGENCY = {"name": f"徐汇明正专利代理事务所{MARK}", "code": "31999", "agent": f"徐代理{MARK}"}
"""A1 as a declaration names it; it signs for C1 under a power of attorney."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """An account: what it is called, and what else it is besides the founder of its party."""

    key: str
    name: str
    does: str
    founds: bool = True
    joins: tuple[tuple[str, Role], ...] = ()


PERSONAS = (
    Persona(key="U1", name="唐可转", does="高校技术转移办公室：声明、撤回、查看许可"),
    Persona(key="U1-finance", name="钱到账", does="高校财务：核对到账", founds=False, joins=(("U1", Role.FINANCE),)),
    Persona(key="C1", name="韩志焊", does="小企业主：既是许可方又是被许可方"),
    Persona(key="C2", name="闵云析", does="软件企业：许可方、被许可方"),
    Persona(key="C3", name="衡大川", does="材料企业：已提交撤回，仍在公告前"),
    Persona(key="C4", name="启明亮", does="医疗器械企业：被许可方"),
    Persona(key="C5", name="林安数", does="外地企业：自行发布的要约"),
    Persona(key="R1", name="严求实", does="研究院：共有专利权人、超上限待复核"),
    Persona(key="P1", name="林小满", does="自然人专利权人"),
    Persona(key="P2", name="张𬱟", does="自然人被许可方（生僻字）"),
    Persona(key="A1", name="徐代理", does="专利代理机构：凭 C1 的委托声明、办理备案"),
    Persona(key="HK", name="示例先生", does="境外被许可方：停在人工审查"),
    Persona(key="V1", name="海东川", does="交易中心负责人（机构主体）"),
    Persona(key="V2", name="江一畔", does="另一交易场所负责人"),
    Persona(key="operator", name="陈审核", does="交易中心受理员：审核、裁定、登记", founds=False, joins=(("@V1", Role.OPERATOR),)),
    Persona(key="operator2", name="吴复核", does="交易中心复核员：双人规则的第二人", founds=False, joins=(("@V1", Role.OPERATOR),)),
    Persona(key="operator-v2", name="江受理", does="另一场所受理员：看不到别家的数据", founds=False, joins=(("@V2", Role.OPERATOR),)),
    Persona(key="auditor", name="严审计", does="审计管理员：只读", founds=False, joins=(("", Role.AUDITOR),)),
    Persona(key="admin", name="管系统", does="系统管理员：不经手业务", founds=False, joins=(("", Role.ADMINISTRATOR),)),
    Persona(key="security", name="管安全", does="安全管理员：账号、角色、暂停", founds=False, joins=(("", Role.SECURITY),)),
)  # fmt: skip
"""In the order in which they register; `@V1` joins the venue, an empty place the whole registry."""


def party(key: str) -> Party:
    return next(one for one in PARTIES if one.key == key)


def address(key: str) -> str:
    """The mail address of a persona."""
    return f"{key.lower()}@{DOMAIN}"
