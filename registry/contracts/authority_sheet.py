"""授权书: written authorities as papers to print, sign and seal; who is authorised and the days stay for a
pen.

Two kinds: the legal representative authorises an internal unit (08a; CC 61, 161), and the seller authorises
a venue to apply for registration (08b). Neither hands over the making or changing of a license.
"""

from collections.abc import Iterator, Sequence

from registry.contracts.blocks import Block, Clause, Composed, Facts, Paragraph, Signatures, Space, Title
from registry.documents.tables import Signatory
from registry.parties import agency
from registry.parties.models import Organisation, Venue

PEN = "　　　　　　　　　　　　"
PERIOD = "自　　　　年　　月　　日　至　　　　年　　月　　日"


def office(
    organisation: Organisation, *, unit: str = "", matters: Sequence[str] = (), watermark: str = ""
) -> Composed:
    """08a: what an internal unit or a person may do in the organisation's name; of a unit that is named, the
    matters it is to have.
    """
    named = [agency.PRINTED[one] for one in matters] or [
        "在专利开放许可登记与合同存证平台上填写、签署并提交专利许可声明和有关文件；",
        "接收实施通知，核对到账，交付声明所列的技术资料；",
        "办理专利实施许可备案和技术合同认定登记，领取结果；",
    ]
    body: list[Block] = [
        Title("法定代表人授权书"),
        Facts(
            (
                *_giver(organisation),
                ("被授权的内设部门或者人员", unit or PEN),
                ("经办人姓名、职务", PEN),
                ("授权期限", PERIOD),
            )
        ),
        Paragraph("授权人授权上列部门或者人员以授权人的名义办理下列事项："),
        *(Clause(f"{n}.", one) for n, one in enumerate((*named, f"其他：{PEN}"), start=1)),
        Paragraph("被授权人在授权范围和期限内所办事项，由授权人承担法律后果。被授权人不得转委托。"),
        Signatures((_sign(organisation, "授权人"),)),
    ]
    return _paper("法定代表人授权书", organisation, body, watermark)


def registration(
    organisation: Organisation, venue: Venue, *, contract: str = "", project: str = "", watermark: str = ""
) -> Composed:
    """08b: the seller lets a venue apply for registration, for one contract or for all at this venue."""
    if contract:
        subject = [("授权的合同", f"{contract}　{project}")]
    else:
        subject = [("授权的合同", f"授权期限内在 {venue.name} 形成的全部专利许可合同")]
    body: list[Block] = [
        Title("委托登记授权书"),
        Facts(
            (
                *_giver(organisation, "委托人（卖方、许可方）"),
                ("受托人", f"{venue.name}（{venue.code}）"),
                *subject,
                ("授权期限", PERIOD),
            )
        ),
        Paragraph("委托人委托受托人就上列合同办理下列事项："),
        Clause("1.", "向技术合同登记机构申请认定登记，提交申请材料，代为填报登记信息；"),
        Clause("2.", "接收登记机构的补正通知和登记结果，转交委托人；"),
        Clause("3.", "为上述目的向登记机构提供合同当事人的名称、证件号码、联系方式和合同金额。"),
        Paragraph(
            "受托人不得变更合同内容，不得转委托。材料的真实性由提供材料的一方负责。委托人保证没有就同一合同在别处申请登记。"
        ),
        Signatures((_sign(organisation, "委托人"), Signatory(role="受托人", name=venue.name))),
    ]
    return _paper("委托登记授权书", organisation, body, watermark, number=contract)


def _giver(organisation: Organisation, role: str = "授权人") -> Iterator[tuple[str, str]]:
    yield role, organisation.name
    if organisation.is_person:
        return
    yield "统一社会信用代码", organisation.uscc or ""
    yield "法定代表人", organisation.legal_representative
    yield "住所", organisation.address


def _sign(organisation: Organisation, role: str) -> Signatory:
    person = organisation.is_person
    return Signatory(
        role=role,
        name=organisation.name,
        seal="" if person else "盖章处",
        sign="签字：" if person else "法定代表人（签字或者签章）：",
    )


def _paper(
    title: str, organisation: Organisation, body: list[Block], watermark: str, *, number: str = ""
) -> Composed:
    shown = number or organisation.uscc or ""
    return Composed(title=title, number=shown, digest="", watermark=watermark, blocks=(*body, Space(4)))
