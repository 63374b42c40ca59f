"""Who plays: invented people and organisations, numbers that were never given; check digits are right."""

from dataclasses import dataclass

NOTE = "（演示）"
TAIL = " walks through the registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation, the person who acts for it, and how that person signs in."""

    key: str
    name: str
    uscc: str
    nature: str
    person: str
    region: str = ""
    address: str = ""
    bank: str = "东海银行浦东支行（演示）"
    account: str = ""

    @property
    def email(self) -> str:
        return f"{self.key.lower()}@walkthrough.mingxu.invalid"

    @property
    def password(self) -> str:
        return self.key + TAIL


VENUE_CODE = "DONGHAI"
VENUE = Party(
    key="V1",
    name="东海知识产权交易中心" + NOTE,
    uscc="91310118000000115A",
    nature="150",
    person="周海宁",
    address="上海市青浦区示范路 1 号",
    account="6200990000000000115",
)
UNIVERSITY = Party(
    key="U1",
    name="申城理工大学" + NOTE,
    uscc="12310000000000019X",
    nature="022",
    person="陈知行",
    region="310110",
    address="上海市杨浦区求索路 100 号",
    account="6200990000000000019",
)
INSTITUTE = Party(
    key="R1",
    name="申城应用技术研究院" + NOTE,
    uscc="12310000000000094N",
    nature="021",
    person="顾明远",
    region="310115",
    address="上海市浦东新区研究路 94 号",
    account="6200990000000000094",
)
WELDING = Party(
    key="C1",
    name="浦东智焊装备有限公司" + NOTE,
    uscc="91310115000000027G",
    nature="150",
    person="陆建国",
    address="上海市浦东新区焊接路 27 号",
    account="6200990000000000027",
)
CLOUD = Party(
    key="C2",
    name="闵行云析信息技术有限公司" + NOTE,
    uscc="913101120000000350",
    nature="150",
    person="沈云",
    address="上海市闵行区云析路 35 号",
    account="6200990000000000035",
)
MATERIALS = Party(
    key="C3",
    name="上海衡川新材料股份有限公司" + NOTE,
    uscc="913100000000000439",
    nature="160",
    person="何衡",
    region="310120",
    address="上海市奉贤区材料路 43 号",
    account="6200990000000000043",
)
MEDICAL = Party(
    key="C4",
    name="嘉定启明医疗器械有限公司" + NOTE,
    uscc="91310114000000051J",
    nature="150",
    person="金启明",
    address="上海市嘉定区医疗路 51 号",
    account="6200990000000000051",
)
DIGITAL = Party(
    key="C5",
    name="杭州临安数字科技有限公司" + NOTE,
    uscc="9133010000000006X9",
    nature="150",
    person="吴临",
    region="330112",
    address="杭州市临安区数字路 6 号",
    bank="临安银行城中支行（演示）",
    account="6200990000000000069",
)
PARTIES = (UNIVERSITY, INSTITUTE, WELDING, CLOUD, MATERIALS, MEDICAL, DIGITAL)
