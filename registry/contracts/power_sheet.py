"""授权委托书: a power of attorney as a paper, with what CC 165 asks of it: the agent, the matters, the scope,
the time, and the principal's signature or seal.
"""

from collections.abc import Iterator

from registry.clock import chinese_day
from registry.contracts.blocks import Block, Clause, Composed, Facts, Paragraph, Signatures, Space, Title
from registry.contracts.paper_facts import LEVELS, instant
from registry.documents.tables import Signatory
from registry.parties import agency
from registry.parties.agency import PowerState
from registry.parties.models import Organisation
from registry.parties.power_models import PowerOfAttorney

NAME = "授权委托书"
UNSIGNED = "尚未签署"


def compose(power: PowerOfAttorney, *, watermark: str = "", as_of: int | None = None) -> Composed:
    """The power as it was signed here, or as a draft that says that it is one; `as_of`: as it stood when the
    log ended with that filing.
    """
    body: list[Block] = [
        Title(NAME, f"编号　{power.number}"),
        Facts(
            (
                *_party("委托人", power.principal),
                *_party("代理人", power.agent),
                ("代理的期限", _days(power)),
                ("专利", _objects(power)),
            )
        ),
        Paragraph("委托人授权代理人在专利开放许可登记与合同存证平台上，以委托人的名义办理下列事项（民法典第165条）："),
        *(Clause(f"{n}.", agency.PRINTED[one]) for n, one in enumerate(power.matters, start=1)),
        *(Paragraph(one) for one in _limits(power)),
        Facts(tuple(_signed(power, as_of))),
        Signatures((_sign(power.principal),)),
    ]
    mark = watermark or ("草稿" if power.state in (PowerState.DRAFTED, PowerState.DROPPED) else "")
    return Composed(
        title=NAME, number=power.number, digest=power.digest, watermark=mark, blocks=(*body, Space(4))
    )


def _party(role: str, organisation: Organisation) -> Iterator[tuple[str, str]]:
    yield role, organisation.name
    if not organisation.is_person:
        yield "统一社会信用代码", organisation.uscc or ""
        yield "法定代表人", organisation.legal_representative


def _days(power: PowerOfAttorney) -> str:
    return f"{chinese_day(power.first_day)} 至 {chinese_day(power.last_day)}，首尾两日均计入"


def _objects(power: PowerOfAttorney) -> str:
    return "、".join(power.patents) if power.patents else "委托人的全部专利；签署实施通知的，为任何专利"


def _limits(power: PowerOfAttorney) -> Iterator[str]:
    yield (
        "代理人在上列事项、专利和期限之内所实施的行为，对委托人发生效力；不得转委托"
        "（民法典第162条、第169条）。"
    )
    agreed = {"代理人与自己": power.own_side, "代理人同时代理的相对人": power.both_sides}
    for other, yes in agreed.items():
        said = "同意" if yes else "不同意"
        yield f"委托人{said}代理人以委托人的名义与{other}实施法律行为（民法典第168条）。"
    yield (
        "委托人可以随时取消委托，代理人可以随时辞去委托（民法典第173条）；"
        "收款账户的变更和委托人的成员、密钥不在委托之内。"
    )


def _signed(power: PowerOfAttorney, as_of: int | None) -> Iterator[tuple[str, str]]:
    if power.granted_at is None:
        yield "电子签名", UNSIGNED
        return
    level = LEVELS.get(power.level, (power.level, ""))[0]
    yield "电子签名", f"{power.signer}，{instant(power.granted_at)}，{level}"
    yield "存证序号", str(power.granted_seq)
    yield "存证摘要", power.digest
    if power.answered_at is not None:
        yield "代理人接受", instant(power.answered_at)
    later = as_of is not None and power.ended_seq is not None and power.ended_seq > as_of
    if power.ended_at is not None and not later:
        yield "代理终止", instant(power.ended_at)


def _sign(organisation: Organisation) -> Signatory:
    person = organisation.is_person
    return Signatory(
        role="委托人",
        name=organisation.name,
        seal="" if person else "盖章处",
        sign="签字：" if person else "法定代表人（签字或者签章）：",
    )
