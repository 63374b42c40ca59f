"""The demonstration's uploads: one small labelled page each, which nobody could take for the real thing."""

from registry.documents.fonts import FontSet
from registry.documents.pdf import Paper

LABEL = "演示"
NOTE = "本页由演示数据生成，与任何真实主体无关，不是真实的证书、票据或者印章，不得用于任何真实事务。"

TITLES = {
    "identity": "主体证明",
    "certificate": "专利证书",
    "annuity": "年费缴纳凭证",
    "evaluation": "专利权评价报告",
    "authority": "法定代表人授权书",
    "agency_power": "专利代理委托书",
    "bank_slip": "银行回单",
    "gazette": "国家知识产权局公告页",
    "stamped_scan": "盖章签署页扫描件",
    "publicity": "价格公示材料",
    "other": "材料",
}
"""What a page stands for, by the purpose it is uploaded under."""

Facts = tuple[tuple[str, str], ...]


def sheet(fonts: FontSet, purpose: str, facts: Facts) -> bytes:
    """A one-page PDF that names what it stands for and says that it is not it."""
    paper = Paper(fonts, number="", title=f"{TITLES[purpose]}（{LABEL}样张）", watermark=LABEL)
    paper.title(subtitle=NOTE)
    paper.facts(facts)
    return paper.render().data


def filename(purpose: str) -> str:
    """`演示-银行回单.pdf`."""
    return f"{LABEL}-{TITLES[purpose]}.pdf"
