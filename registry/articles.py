"""How people read what a finding rests on: `PL 51; GL 7(3)` becomes the law's own name and its article.

Rules cite with the short names of the glossary and mark what no law says: `[ours]` is this product's own
arrangement, `[second-hand]` a registrar's practice known from secondary sources. Machines keep the short
form.
"""

import re
from collections.abc import Mapping

from registry import language

ZH, EN = 0, 1
LAWS: Mapping[str, tuple[str, str]] = {
    "PL": ("专利法", "Patent Law"),
    "IR": ("专利法实施细则", "Implementing Regulations of the Patent Law"),
    "CC": ("民法典", "Civil Code"),
    "ECL": ("电子商务法", "E-Commerce Law"),
    "ESL": ("电子签名法", "Electronic Signature Law"),
    "PIPL": ("个人信息保护法", "Personal Information Protection Law"),
    "SPC": ("最高人民法院技术合同纠纷司法解释", "Supreme People's Court on technology contracts"),
    "TIE": ("技术进出口管理条例", "Regulations on Technology Import and Export"),
}
GUIDELINES = ("专利审查指南第五部分第十一章", "Patent Examination Guidelines, Part V ch. 11")
MARKS: Mapping[str, tuple[str, str]] = {
    "[ours]": ("本平台的安排", "an arrangement of this platform"),
    "[second-hand]": (
        "登记机构的通行做法（二手资料）",
        "common practice of registrars (from secondary sources)",
    ),
}
_CITED = re.compile(r"([A-Z]{2,4})(?: (.+))?")


def basis(article: str) -> str:
    """The ground of a finding in the reader's language; what is not a short name stays as it is."""
    which = EN if language.current() == "en" else ZH
    return ("; " if which == EN else "；").join(_spelt(part.strip(), which) for part in article.split(";"))


def _spelt(part: str, which: int) -> str:
    if part in MARKS:
        return MARKS[part][which]
    cited = _CITED.fullmatch(part)
    if cited is None:
        return part
    name, numbers = cited[1], cited[2] or ""
    if name == "GL":
        return f"{GUIDELINES[which]}{',' if which == EN and numbers else ''} {numbers}".rstrip()
    if name not in LAWS:
        return part
    return LAWS[name][which] + (_articles(numbers, which) if numbers else "")


def _articles(numbers: str, which: int) -> str:
    if which == EN:
        return f" art. {numbers}"
    return f"第 {numbers.replace(', ', '、')} 条"
