"""What happened in the half year before the loading day, offer by offer, license by license (journeys 6)."""

from datetime import date, timedelta
from functools import partial

from registry.codes.calendar import is_working_day, working_days_between
from registry.contracts import rules
from registry.demonstration import (
    accounting,
    agents,
    in_force,
    many,
    more,
    offers,
    performing,
    publishing,
    registering,
    taking,
    wishing,
)
from registry.demonstration.calendar import Story, Telling
from registry.demonstration.offers import Offer
from registry.demonstration.stage import Stage
from registry.licenses import reviews
from registry.parties.rules import AuthorityKind


def tell(stage: Stage) -> Story:
    """The whole story; nothing has happened yet."""
    story = Story(stage.day)
    for offer in offers.main_offers(stage.day):
        _MAIN.get(offer.key, _published)(stage, story, offer)
    _many(stage, story)
    for place, offer in enumerate(more.more_offers()):
        _FATES.get(more.FATES.get(place, ""), _published)(stage, story, offer)
    agents.named(stage, story.on)
    for scene in _SCENES:
        scene(stage, story.on)
    return story


# --- offers ------------------------------------------------------------------------------------------


def _submitted(stage: Stage, story: Story, offer: Offer, *, receipt: bool = True) -> int:
    """Patent, draft, consents, signature; returns the day of the signature."""
    signed = offer.published + 3
    if offer.batched:  # `_many` tells how
        return signed
    story.on(
        signed + 4, f"{offer.key} patent", partial(publishing.enter_patent, stage, offer, receipt=receipt)
    )
    story.on(signed + 3, f"{offer.key} draft", partial(publishing.draft, stage, offer))
    owners = [offer.holder, *offer.owners] if offer.agency else list(offer.owners)
    if owners:
        story.on(signed + 2, f"{offer.key} asks", partial(publishing.ask_owners, stage, offer.key))
    for owner in owners:
        story.on(
            signed + 1, f"{offer.key} consent {owner}", partial(publishing.consent, stage, offer.key, owner)
        )
    story.on(signed, f"{offer.key} signed", partial(publishing.submit, stage, offer.key))
    return signed


def _published(stage: Stage, story: Story, offer: Offer) -> None:
    _submitted(stage, story, offer)
    story.on(offer.published, f"{offer.key} review", partial(publishing.review, stage, offer.key))
    story.on(offer.published, f"{offer.key} published", partial(publishing.publish, stage, offer.key))
    if not offer.open_now:
        filed = offer.published - 2
        story.on(
            filed, f"{offer.key} filed", partial(publishing.file_with_cnipa, stage, offer.key, days=filed)
        )
    if offer.announced:
        days = offer.announced
        story.on(days, f"{offer.key} announced", partial(publishing.announce, stage, offer.key, days=days))


def _questioned(stage: Stage, story: Story, offer: Offer) -> None:
    """O10: the reviewer wrote the condition, so it was signed anew; now the first person asks to set the cap
    aside, the second has not answered.
    """
    _submitted(stage, story, offer)
    condition = "专利权人收到被许可方开通测试平台机时账户的书面确认之日，被许可方取得许可。"
    first = offer.published + 2
    story.on(first, "O10 first review", partial(publishing.review, stage, "O10"))
    story.on(first, "O10 condition", partial(publishing.write_condition, stage, "O10", condition))
    story.on(first - 1, "O10 signed again", partial(publishing.submit, stage, "O10"))
    reason = "以机时实物作价，计算说明列有机时单价与工时，未见不合理；拟同意超出一般上限，请复核。"
    story.on(offer.published, "O10 review", partial(publishing.review, stage, "O10"))
    story.on(offer.published - 1, "O10 cap", partial(publishing.question_cap, stage, "O10", reason=reason))


def _sent_back(stage: Stage, story: Story, offer: Offer) -> None:
    """O12: the annuity receipt is missing."""
    _submitted(stage, story, offer, receipt=False)
    problems = {"annuity": "没有上传最近一次年费的缴纳凭证，请补充后重新提交。"}
    story.on(offer.published, "O12 review", partial(publishing.review, stage, "O12", problems=problems))
    story.on(offer.published - 1, "O12 sent back",
             lambda: reviews.send_back(stage.actor("operator"), stage.declaration("O12")))  # fmt: skip


def _refused(stage: Stage, story: Story, offer: Offer) -> None:
    _submitted(stage, story, offer)
    problems = {"bars": "登记簿显示专利权处于财产保全中。"}
    words = "登记簿副本显示该专利权已因财产保全中止有关程序（演示），不得实行开放许可。"
    story.on(
        offer.published,
        f"{offer.key} review",
        partial(publishing.review, stage, offer.key, problems=problems),
    )
    story.on(offer.published, f"{offer.key} refused", lambda: reviews.refuse(
        stage.actor("operator"), stage.declaration(offer.key), ground="B2", words=words))  # fmt: skip


def _waiting(stage: Stage, story: Story, offer: Offer) -> None:
    """Handed in, nobody has taken it up yet."""
    _submitted(stage, story, offer)


def _drafted(stage: Stage, story: Story, offer: Offer) -> None:
    """A line of the table with a mistake: it stays a draft."""


def _many(stage: Stage, story: Story) -> None:
    """The university's table of thirty-six, its papers, and the acts of signing."""
    day = many.brought_on()
    story.on(day, "U1 brings its table", partial(many.bring, stage))
    story.on(day - 1, "U1 brings its papers", partial(many.attach, stage))
    for signed, keys in many.signings():
        story.on(signed, f"U1 signs {len(keys)} from {keys[0]}", partial(many.sign, stage, keys))


def _terminated(stage: Stage, story: Story, offer: Offer) -> None:
    _published(stage, story, offer)
    words = "专利权因未缴年费终止，国家知识产权局已终止该开放许可声明（演示）。"
    story.on(20, f"{offer.key} terminated", lambda: reviews.terminate(
        stage.actor("operator"), stage.declaration(offer.key), words=words))  # fmt: skip


def _revoked(stage: Stage, story: Story, offer: Offer) -> None:
    _published(stage, story, offer)
    words = "经查声明所附价格公示材料不实，国家知识产权局已撤销该开放许可声明（演示）。"
    story.on(18, f"{offer.key} revoked", lambda: reviews.revoke(
        stage.actor("operator"), stage.declaration(offer.key), words=words))  # fmt: skip


_MAIN = {"O10": _questioned, "O12": _sent_back}
_FATES = {
    "terminated": _terminated,
    "revoked": _revoked,
    "refused": _refused,
    "draft": _drafted,
    "waiting": _waiting,
}


# --- licenses ----------------------------------------------------------------------------------------


def _free_licenses(stage: Stage, on: Telling) -> None:
    """O1 and O11: free of charge, effective with the notice."""
    due = effective_for_recordal(stage.day + timedelta(days=6))
    soon = (stage.day - due).days
    takers = (("C1", 120), ("C5", soon), ("P2", 60), ("C3", 50), ("C4", 45), ("C2", 40))
    for taker, days in takers:
        on(days, f"O1×{taker}", partial(taking.accept, stage, "O1", taker, related=taker == "C1"))
    on(110, "O1×C1 stamp", partial(registering.stamp, stage, "O1×C1"))
    on(108, "O1×C1 files", partial(registering.file_recordal, stage, "O1×C1", days=108))
    on(90, "O1×C1 recorded", partial(registering.record, stage, "O1×C1", days=92))
    on(
        44,
        "O1×C3 stamp",
        partial(registering.stamp, stage, "O1×C3", sealed_as="上海衡川新材料有限公司（演示）"),
    )
    on(38, "O1×C4 stamp", partial(registering.stamp, stage, "O1×C4"))
    on(37, "O1×C4 files", partial(registering.file_recordal, stage, "O1×C4", days=37))
    reason = "本单位与该公司联系，其称未授权署名人发出通知。"
    on(
        38,
        "O1×C2 objection",
        partial(taking.object_to, stage, "O1×C2", ground="notice_not_from_person", reason=reason),
    )
    reasons = "被许可方书面说明署名人当时已离职、无权代表；通知不是由所署名的人发出，许可不成立。（演示）"
    on(30, "O1×C2 void", partial(taking.decide, stage, "O1×C2", "void", reasons))
    on(55, "O1×P2 holder signs", partial(registering.sign_own, stage, "O1×P2"))
    on(106, "O1×C1 originals", partial(registering.receive_originals, stage, "O1×C1", days=106))
    on(190, "O11×C2", partial(taking.accept, stage, "O11", "C2"))


def _lump(stage: Stage, on: Telling) -> None:
    """O2: paid and exported, claimed without an answer, waiting, lapsed, stopped for manual review."""
    on(110, "O2×C4", partial(taking.accept, stage, "O2", "C4"))
    on(105, "O2×C4 pays", partial(taking.pay, stage, "O2×C4", days=106))
    on(104, "O2×C4 confirmed", partial(taking.confirm, stage, "O2×C4", days=105))
    on(95, "O2×C4 stamp", partial(registering.stamp, stage, "O2×C4"))
    on(94, "O2×C4 files", partial(registering.file_recordal, stage, "O2×C4", days=94))
    on(75, "O2×C4 recorded", partial(registering.record, stage, "O2×C4", days=78))
    numbers = {"voucher": "演示凭证第0001号", "deal": "演示成交0001"}
    on(72, "O2×C4 numbers", partial(registering.number, stage, "O2×C4", **numbers))
    on(100, "O2×C4 asks invoice", partial(accounting.ask_invoice, stage, "O2×C4"))
    on(97, "O2×C4 invoice", partial(accounting.issue_invoice, stage, "O2×C4", days=97, amount="68000.00"))
    claimed = _working_days_before(stage.day, 4)
    on(claimed + 4, "O2×R1", partial(taking.accept, stage, "O2", "R1"))
    on(claimed, "O2×R1 pays", partial(taking.pay, stage, "O2×R1", days=claimed + 1))
    on(60, "O2×C1", partial(taking.accept, stage, "O2", "C1"))  # nobody pays: it lapses
    on(8, "O2×HK", partial(taking.accept, stage, "O2", "HK"))
    on(3, "O2×C3", partial(taking.accept, stage, "O2", "C3"))
    reason = "原开户银行网点撤并，改用同一户名的新账户收款。（演示）"
    facts = {"number": "9999000000007701", "reason": reason}
    on(2, "O2 account", partial(accounting.ask_account, stage, "O2", **facts))
    on(1, "O2 account approved", partial(accounting.approve_account, stage, "O2", by="operator"))


def _local(stage: Stage, on: Telling) -> None:
    """O6: not announced, an ordinary license; its seller is in Hangzhou, so the Shanghai batch says no."""
    on(56, "O6×C1", partial(taking.accept, stage, "O6", "C1"))
    on(52, "O6×C1 pays", partial(taking.pay, stage, "O6×C1", days=53))
    on(51, "O6×C1 confirmed", partial(taking.confirm, stage, "O6×C1", days=52))
    on(40, "O6×C1 stamp", partial(registering.stamp, stage, "O6×C1"))


def _royalties(stage: Stage, on: Telling) -> None:
    """O7 and O8: effective with the notice; O8 was taken between its withdrawal and the announcement."""
    on(112, "O7×C2", partial(taking.accept, stage, "O7", "C2"))
    on(100, "O7×C2 files", partial(registering.file_recordal, stage, "O7×C2", days=100))
    on(10, "O7×C2 nil report", partial(performing.report, stage, "O7×C2", 1))
    on(58, "O7×C4", partial(taking.accept, stage, "O7", "C4"))
    on(54, "O7×C4 files", partial(registering.file_recordal, stage, "O7×C4", days=54))
    reason = "备案申请表中被许可方地址与主体证明不一致（演示）。"
    on(
        41,
        "O7×C4 recordal refused",
        partial(registering.refuse_recordal, stage, "O7×C4", days=42, ground="other", reason=reason),
    )
    on(
        30,
        "O8 withdrawal",
        partial(publishing.withdraw, stage, "O8", ground="assignment", reason="拟转让该专利权。"),
    )
    on(20, "O8×C1", partial(taking.accept, stage, "O8", "C1"))


def _withdrawn(stage: Stage, on: Telling) -> None:
    """W1: CNIPA's day is entered four days late; paid before it stands, after it goes back, on it waits."""
    for taker, paid in (("C2", 35), ("C4", 34), ("C3", 33)):
        key = f"W1×{taker}"
        on(42, key, partial(taking.accept, stage, "W1", taker))
        on(paid - 1, f"{key} pays", partial(taking.pay, stage, key, days=paid))
        on(31, f"{key} confirmed", partial(taking.confirm, stage, key, days=paid, by="U1-finance"))
    ground = {"ground": "other", "reason": "学校拟就该成果另行实施转化，不再以开放许可方式许可。"}
    on(60, "W1 withdrawal", partial(publishing.withdraw, stage, "W1", **ground))
    on(30, "W1 withdrawal announced", partial(publishing.announce_withdrawal, stage, "W1", days=34))
    reasons = "款项于撤回公告日之后到账，许可未成立，应退还全部使用费。（演示）"
    on(26, "W1×C3 decided", partial(taking.decide, stage, "W1×C3", "void", reasons))


def _paused(stage: Stage, on: Telling) -> None:
    """O13: the annuity is overdue; two licensees are told, a third one's money came late and goes back."""
    for taker, days in (("C1", 80), ("C3", 72)):
        key = f"O13×{taker}"
        on(days, key, partial(taking.accept, stage, "O13", taker))
        on(days - 5, f"{key} pays", partial(taking.pay, stage, key, days=days - 4))
        on(days - 6, f"{key} confirmed", partial(taking.confirm, stage, key, days=days - 5))
    on(27, "O13×C2", partial(taking.accept, stage, "O13", "C2"))
    on(21, "O13×C2 pays", partial(taking.pay, stage, "O13×C2", days=22))
    on(20, "O13 paused", lambda: reviews.pause(
        stage.actor("operator"), stage.declaration("O13"), ground="B3", since=stage.before(24)))  # fmt: skip
    on(19, "O13×C2 late", partial(taking.confirm, stage, "O13×C2", days=22))
    on(14, "O13×C2 refund", partial(taking.refund, stage, "O13×C2", days=14))


def _returned(stage: Stage, on: Telling) -> None:
    """Four whose contracts have come back from the registrar: changed, to mend, refused, cancelled."""
    keys = [f"{more.key_of(place)}×{taker}" for place, taker in more.TAKEN.items()]
    for place, taker in more.TAKEN.items():
        offer = more.key_of(place)
        key = f"{offer}×{taker}"
        on(118, key, partial(taking.accept, stage, offer, taker))
        on(114, f"{key} pays", partial(taking.pay, stage, key, days=115))
        on(113, f"{key} confirmed", partial(taking.confirm, stage, key, days=114, by="U1-finance"))
        on(100, f"{key} stamp", partial(registering.stamp, stage, key))
        on(99, f"{key} files", partial(registering.file_recordal, stage, key, days=99))
        on(85, f"{key} recorded", partial(registering.record, stage, key, days=86))
    on(80, "first batch", partial(registering.batch, stage, *keys))
    on(78, "first batch handed in", partial(registering.submit, stage, *keys))
    changed, mended, refused, cancelled = keys
    for key in (changed, cancelled):
        on(66, f"{key} registered", partial(registering.result, stage, key, "已登记", days=67))
    words = "请补充说明技术交易额的计算依据。（演示）"
    on(65, f"{mended} to mend", partial(registering.result, stage, mended, "补正", days=66, words=words))
    words = "买方印章名称与合同书写名称不一致。（演示）"
    on(
        65,
        f"{refused} refused",
        partial(registering.result, stage, refused, "不予登记", days=66, ground="8", words=words),
    )
    words = "双方变更联系人，登记事项相应变更。（演示）"
    on(30, f"{changed} changed", partial(registering.result, stage, changed, "变更", days=31, words=words))
    words = "双方申请注销登记。（演示）"
    on(
        18,
        f"{cancelled} cancelled",
        partial(registering.result, stage, cancelled, "注销", days=19, words=words),
    )


def _registered(stage: Stage, on: Telling) -> None:
    """O1×C1 registered without a price, one of two patents handed in, one exported; others wait."""
    view = "登记机构同意本批零金额许可合同逐份登记。（演示）"
    on(88, "view on zero fees", partial(registering.zero_view, stage, view))
    on(84, "batch without a price", partial(registering.batch, stage, "O1×C1", include_zero=True))
    on(82, "O1×C1 handed in", partial(registering.submit, stage, "O1×C1"))
    on(72, "O1×C1 registered", partial(registering.result, stage, "O1×C1", "已登记", days=73))
    on(47, "view on zero fees taken back", partial(registering.zero_view, stage, ""))
    on(50, "second batch", partial(registering.batch, stage, "O4×C5"))  # with O5: one contract
    on(48, "second batch handed in", partial(registering.submit, stage, "O4×C5"))
    on(20, "third batch", partial(registering.batch, stage, "O2×C4"))
    on(1, "what is ready", partial(registering.refresh, stage, "O3×C5", "O5×C2", "O1×C4", "O6×C1"))


def _authorities(stage: Stage, on: Telling) -> None:
    """The university's office acts under an authority that ends soon; C1 lets the venue apply for it."""
    bring = registering.bring_authority
    on(230, "U1 authority", partial(bring, stage, "U1", AuthorityKind.OFFICE, days=230, ends_in=21))
    on(92, "C1 authority", partial(bring, stage, "C1", AuthorityKind.REGISTRATION, days=92, ends_in=270))


def _looked_at(stage: Stage, on: Telling) -> None:
    """Most open offers were compared with the register again; five wait for it."""
    keys = [offer.key for offer in (*offers.main_offers(stage.day), *more.more_offers())]
    on(
        16,
        "compared again",
        partial(publishing.compare_again, stage, keys, but=("O2", "O6", "O9", "M02", "M06")),
    )


def effective_for_recordal(wanted: date) -> date:
    """The latest working day whose three months for recordal end on the wanted day, or soon after it."""
    for ahead in range(15):
        due = wanted + timedelta(days=ahead)
        for back in range(80, 100):
            day = wanted - timedelta(days=back)
            if is_working_day(day) and rules.recordal_due(day).day == due:
                return day
    raise LookupError("no such day")


def _working_days_before(day: date, count: int) -> int:
    """How many days before D a claim was made that by D has waited for more than `count` - 1 working days."""
    days = 1
    while working_days_between(day - timedelta(days=days), day) < count:
        days += 1
    return days


_SCENES = (
    _free_licenses,
    _lump,
    in_force.co_owned,
    in_force.machines,
    in_force.reported,
    in_force.ended,
    _authorities,
    _local,
    _royalties,
    _withdrawn,
    _paused,
    _returned,
    _registered,
    _looked_at,
    wishing.waiting,
    wishing.collected,
    wishing.needed,
    wishing.watched,
)
