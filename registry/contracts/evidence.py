"""What each paper shows of the log: places, instants, digests, and who signed how."""

from collections.abc import Mapping
from typing import Any

from registry.contracts.blocks import Block, Facts, Heading, Paragraph, Qr
from registry.contracts.paper_facts import Entered, PaperFacts
from registry.documents.tables import Signatory

GROUP = 8  # characters a group, so that a digest can be compared by eye


def signed_level(facts: PaperFacts, level: str) -> str:
    """`账户级电子签名（签名私钥由……）`."""
    name, means = facts.level(level), facts.level_means(level)
    return facts.say(f"{name}（{means}）", f"{name} ({means})")


def grouped(digest: str) -> str:
    return " ".join(digest[start : start + GROUP] for start in range(0, len(digest), GROUP))


def evidence_page(facts: PaperFacts) -> list[Block]:
    """存证页: every digest and place this contract rests on, and where to check them."""
    declaration, say = facts.record["declaration"], facts.say
    version, published = declaration["version"], facts.instant(declaration["published_at"])
    terms, digest = declaration["terms_version"], grouped(declaration["terms_digest"])
    return [
        Heading(say("存证页", "Evidence page")),
        Paragraph(
            say(
                "下列序号、时刻和摘要取自本平台的存证日志。摘要算法为 SHA-256，签名算法见各签名。",
                "Positions, instants and digests are those of this registry's log. Digests are SHA-256; each "
                "signature names its algorithm.",
            ),
            small=True,
        ),
        Facts(
            (
                (say("日志名称", "Log"), facts.record["origin"]),
                (
                    say("声明", "Declaration"),
                    say(
                        f"{declaration['number']}　第 {version} 版",
                        f"{declaration['number']}, version {version}",
                    ),
                ),
                (say("声明文本摘要", "Digest of its text"), grouped(declaration["digest"])),
                (say("声明信封摘要", "Digest of its envelope"), grouped(declaration["envelope"])),
                (
                    say("声明发布", "Declaration published"),
                    _place(facts, declaration["seq"], published),
                ),
                (say("实施通知", "Notice"), entry_line(facts, facts.noticed)),
                (say("实施通知存证项摘要", "Leaf hash of the notice"), grouped(facts.noticed.leaf)),
                (
                    say("实施通知信封摘要", "Digest of the notice's envelope"),
                    grouped(facts.noticed.envelope),
                ),
                (say("被许可方签名", "Licensee's signature"), signature_line(facts)),
                *_effective_rows(facts),
                (say("本合同记录摘要", "Digest of this contract's record"), grouped(facts.digest)),
                (say("记录随机数", "Record nonce"), facts.record["nonce"]),
                (say("文本版本", "Wording"), facts.wording),
                (
                    say("标准条款", "Standard terms"),
                    say(f"版本 {terms}　摘要 {digest}", f"version {terms}, digest {digest}"),
                ),
            )
        ),
        qr(facts),
    ]


def qr(facts: PaperFacts) -> Qr:
    """The code to the public page that says what this number is today."""
    lines = (
        facts.say(
            "扫码或者在核验页面输入编号，查看这项许可的现状。",
            "Scan, or type the number on the verify page, to see how this license stands today.",
        ),
        facts.verify_address,
        facts.say(
            "核验页面不显示费用、联系方式和自然人姓名。",
            "The verify page shows no fee, no contact and no name of a natural person.",
        ),
    )
    return Qr(facts.verify_address, lines)


def entry_line(facts: PaperFacts, entered: Entered) -> str:
    return _place(facts, entered.seq, facts.instant(entered.at))


def _place(facts: PaperFacts, seq: int, at: str) -> str:
    return facts.say(f"存证序号 {seq}　{at}", f"log position {seq}, {at}")


def signature_line(facts: PaperFacts) -> str:
    """Level, algorithm and key of the licensee's signed statement."""
    statement = facts.statement
    if not statement:
        return "/"
    level, alg, kid = facts.level(statement["level"]), statement["alg"], statement["kid"]
    return facts.say(f"{level}，{alg}，公钥标识 {kid}", f"{level}, {alg}, key {kid}")


def _effective_rows(facts: PaperFacts) -> list[tuple[str, str]]:
    entered, say = facts.effective, facts.say
    if entered is None:
        return []
    return [
        (say("许可取得", "License obtained"), entry_line(facts, entered)),
        (say("许可取得存证项摘要", "Leaf hash of that entry"), grouped(entered.leaf)),
        (say("许可取得信封摘要", "Digest of that envelope"), grouped(entered.envelope)),
    ]


def licensor(facts: PaperFacts) -> Signatory:
    """The licensor's block: signed by the standing authorisation of the declaration (design: journeys
    2.2).
    """
    party, declaration, say = facts.record["licensor"], facts.record["declaration"], facts.say
    number, version = declaration["number"], declaration["version"]
    signer, at = facts.record["signers"]["licensor"], facts.instant(declaration["signed_at"])
    level = signed_level(facts, declaration["level"])
    return Signatory(
        role=say("许可方", "Licensor"),
        name=party["name"],
        facts=(
            say(
                f"依声明 {number} 第 {version} 版中的授权签署",
                f"Signed by the authority given in declaration {number}, version {version}",
            ),
            say(f"声明签署人：{signer}", f"Declaration signed by: {signer}"),
            *facts.agent_line("licensor"),
            say(f"声明签署时间：{at}", f"Signed at: {at}"),
            say(f"签名级别：{level}", f"Signature: {level}"),
            say(f"声明文本摘要：{declaration['digest']}", f"Digest of its text: {declaration['digest']}"),
        ),
        seal=seal_word(facts, party),
        sign=_pen(facts, party),
        day=day_word(facts),
    )


def co_owner(facts: PaperFacts, consent: Mapping[str, Any]) -> Signatory:
    """A co-owner's block: how this patentee consented to the very text of the declaration (GL 3.2)."""
    say, at = facts.say, facts.instant(consent["answered_at"])
    level = signed_level(facts, consent["level"])
    return Signatory(
        role=say("共有专利权人", "Co-owner"),
        name=consent["name"],
        facts=(
            say(f"同意声明的时间：{at}", f"Consented at: {at}"),
            say(f"同意的方式：{level}", f"How: {level}"),
            say(
                f"所同意文本的摘要：{consent['digest']}",
                f"Digest of the text consented to: {consent['digest']}",
            ),
        ),
        seal=say("盖章处", "seal") if consent.get("uscc") else "",
        sign=say("签字：", "Signature:"),
        day=day_word(facts),
    )


def licensee(facts: PaperFacts) -> Signatory:
    """The licensee's own signature of the notice."""
    party, statement, say = facts.record["licensee"], facts.statement, facts.say
    signer, at = facts.record["signers"]["licensee"], facts.instant(facts.noticed_at)
    level, kid = signed_level(facts, statement.get("level", "")), statement.get("kid", "/")
    signature = statement.get("signature", "/")
    return Signatory(
        role=say("被许可方", "Licensee"),
        name=party["name"],
        facts=(
            say(f"实施通知签署人：{signer}", f"Notice signed by: {signer}"),
            *facts.agent_line("licensee"),
            say(f"签署并到达时间：{at}", f"Signed and arrived at: {at}"),
            say(f"签名级别：{level}", f"Signature: {level}"),
            say(f"公钥标识：{kid}", f"Key: {kid}"),
            say(f"签名：{signature}", f"Signature value: {signature}"),
        ),
        seal=seal_word(facts, party),
        sign=_pen(facts, party),
        day=day_word(facts),
    )


def unsigned(facts: PaperFacts, role: str, party: Mapping[str, Any]) -> Signatory:
    """Whoever has still to sign a paper by hand, in the paper's language."""
    return Signatory(
        role=role,
        name=party["name"],
        seal=seal_word(facts, party),
        sign=_pen(facts, party),
        day=day_word(facts),
    )


def seal_word(facts: PaperFacts, party: Mapping[str, Any]) -> str:
    """Natural persons sign; there is no place for a seal then."""
    return "" if party["kind"] == "person" else facts.say("盖章处", "seal")


def day_word(facts: PaperFacts) -> str:
    return facts.say("日期：　　　　年　　月　　日", "Date:")


def _pen(facts: PaperFacts, party: Mapping[str, Any]) -> str:
    if party["kind"] == "person":
        return facts.say("签字：", "Signature:")
    return facts.say("法定代表人或者授权代表（签字）：", "Legal or authorised representative (signature):")
