"""What each paper shows of the log: places, instants, digests, and who signed how."""

from collections.abc import Mapping
from typing import Any

from registry.contracts.blocks import Block, Facts, Heading, Paragraph, Qr
from registry.contracts.paper_facts import LEVEL_MEANS, LEVELS, Entered, PaperFacts, instant
from registry.documents.tables import Signatory

GROUP = 8  # characters a group, so that a digest can be compared by eye


def signed_level(level: str) -> str:
    """`账户级电子签名（签名私钥由……）`."""
    return f"{LEVELS.get(level, level)}（{LEVEL_MEANS.get(level, '/')}）"


def grouped(digest: str) -> str:
    return " ".join(digest[start : start + GROUP] for start in range(0, len(digest), GROUP))


def evidence_page(facts: PaperFacts) -> list[Block]:
    """存证页: every digest and place this contract rests on, and where to check them."""
    declaration = facts.record["declaration"]
    return [
        Heading("存证页"),
        Paragraph(
            "下列序号、时刻和摘要取自本平台的存证日志。摘要算法为 SHA-256，签名算法见各签名。", small=True
        ),
        Facts(
            (
                ("日志名称", facts.record["origin"]),
                ("声明", f"{declaration['number']}　第 {declaration['version']} 版"),
                ("声明文本摘要", grouped(declaration["digest"])),
                ("声明信封摘要", grouped(declaration["envelope"])),
                ("声明发布", f"存证序号 {declaration['seq']}　{instant(declaration['published_at'])}"),
                ("实施通知", entry_line(facts.noticed)),
                ("实施通知存证项摘要", grouped(facts.noticed.leaf)),
                ("实施通知信封摘要", grouped(facts.noticed.envelope)),
                ("被许可方签名", signature_line(facts.statement)),
                *_effective_rows(facts.effective),
                ("本合同记录摘要", grouped(facts.digest)),
                ("记录随机数", facts.record["nonce"]),
                ("文本版本", facts.record["wording"]),
                (
                    "标准条款",
                    f"版本 {declaration['terms_version']}　摘要 {grouped(declaration['terms_digest'])}",
                ),
            )
        ),
        qr(facts),
    ]


def qr(facts: PaperFacts) -> Qr:
    """The code to the public page that says what this number is today."""
    lines = (
        "扫码或者在核验页面输入编号，查看这项许可的现状。",
        facts.verify_address,
        "核验页面不显示费用、联系方式和自然人姓名。",
    )
    return Qr(facts.verify_address, lines)


def entry_line(entered: Entered) -> str:
    return f"存证序号 {entered.seq}　{instant(entered.at)}"


def signature_line(statement: Mapping[str, Any]) -> str:
    """Level, algorithm and key of one signed statement."""
    if not statement:
        return "/"
    level = LEVELS.get(statement["level"], statement["level"])
    return f"{level}，{statement['alg']}，公钥标识 {statement['kid']}"


def _effective_rows(entered: Entered | None) -> list[tuple[str, str]]:
    if entered is None:
        return []
    return [
        ("许可取得", entry_line(entered)),
        ("许可取得存证项摘要", grouped(entered.leaf)),
        ("许可取得信封摘要", grouped(entered.envelope)),
    ]


def licensor(facts: PaperFacts) -> Signatory:
    """The licensor's block: signed by the standing authorisation of the declaration (design: journeys
    2.2).
    """
    party, declaration = facts.record["licensor"], facts.record["declaration"]
    return Signatory(
        role="许可方",
        name=party["name"],
        facts=(
            f"依声明 {declaration['number']} 第 {declaration['version']} 版中的授权签署",
            f"声明签署人：{facts.record['signers']['licensor']}",
            f"声明签署时间：{instant(declaration['signed_at'])}",
            f"签名级别：{signed_level(declaration['level'])}",
            f"声明文本摘要：{declaration['digest']}",
        ),
        seal=seal_word(party),
        sign="法定代表人或者授权代表（签字）：" if party["kind"] != "person" else "签字：",
    )


def co_owner(consent: Mapping[str, Any]) -> Signatory:
    """A co-owner's block: how this patentee consented to the very text of the declaration (GL 3.2)."""
    return Signatory(
        role="共有专利权人",
        name=consent["name"],
        facts=(
            f"同意声明的时间：{instant(consent['answered_at'])}",
            f"同意的方式：{signed_level(consent['level'])}",
            f"所同意文本的摘要：{consent['digest']}",
        ),
        seal="盖章处" if consent.get("uscc") else "",
        sign="签字：",
    )


def licensee(facts: PaperFacts) -> Signatory:
    """The licensee's own signature of the notice."""
    party, statement = facts.record["licensee"], facts.statement
    return Signatory(
        role="被许可方",
        name=party["name"],
        facts=(
            f"实施通知签署人：{facts.record['signers']['licensee']}",
            f"签署并到达时间：{instant(facts.noticed_at)}",
            f"签名级别：{signed_level(statement.get('level', ''))}",
            f"公钥标识：{statement.get('kid', '/')}",
            f"签名：{statement.get('signature', '/')}",
        ),
        seal=seal_word(party),
        sign="法定代表人或者授权代表（签字）：" if party["kind"] != "person" else "签字：",
    )


def seal_word(party: Mapping[str, Any]) -> str:
    """Natural persons sign; there is no place for a seal then."""
    return "" if party["kind"] == "person" else "盖章处"
