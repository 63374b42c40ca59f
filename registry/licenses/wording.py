"""The fee in plain words, Chinese and English: the same fee always gives the same words.

They stand in the price box, in the public text that is signed and digested, and in the papers, so a
change of wording here changes digests: raise public_text.WORDING with it. They are therefore not in the
translation catalogues.
"""

from decimal import Decimal

from registry import money
from registry.licenses.fees import (
    PERIOD_MONTHS,
    ZERO,
    Anchor,
    Base,
    Fee,
    Instalment,
    LatePayment,
    Method,
    Royalty,
)
from registry.licenses.schedule import Condition, condition

_METHOD = {
    Method.FREE: ("免费", "free of charge"),
    Method.LUMP: ("一次总付", "lump sum"),
    Method.INSTALMENTS: ("一次总算、分期支付", "fixed total paid in instalments"),
    Method.PER_YEAR: ("按年定额", "fixed amount per license year"),
    Method.ROYALTY_SALES: ("提成支付（按净销售额）", "royalty on net sales"),
    Method.ROYALTY_PROFIT: ("提成支付（按利润额）", "royalty on profit"),
    Method.ENTRY_ROYALTY: ("入门费加提成", "entry fee plus royalty"),
    Method.OTHER: ("其他", "other"),
}
_BASE = {Base.SALES: ("净销售额", "net sales"), Base.PROFIT: ("利润额", "profit")}
_EXAMPLE_BASE = Decimal(1000000)
_EXAMPLE_YEARS = 3
_CENT = Decimal("0.01")


def price(fee: Fee, lang: str = "zh") -> str:
    """The price in one line, for lists and the price box: `68,000.00 元`, `免费`, `净销售额的 2.5%`."""
    zh = lang != "en"
    amount = f"{money.yuan(fee.amount)} 元" if zh and fee.amount else ""
    if not zh and fee.amount:
        amount = f"CNY {money.yuan(fee.amount)}"
    if fee.method is Method.FREE:
        return "免费" if zh else "Free"
    if fee.method is Method.PER_YEAR:
        return f"{amount}/年" if zh else f"{amount} a year"
    if fee.royalty:
        share = _share(fee.royalty, fee.royalty.rate, zh=zh)
        return f"{amount} + {share}" if amount else share
    return amount or ("见收费说明" if zh else "See the terms")


def describe(fee: Fee, lang: str = "zh") -> str:
    """The whole fee, one sentence a line, figures and capitals."""
    zh = lang != "en"
    lines = [_method_line(fee, zh=zh), *_amount_lines(fee, zh=zh)]
    if fee.royalty:
        lines += _royalty_lines(fee, fee.royalty, zh=zh)
    if fee.method is not Method.FREE:
        lines.append(_tax_line(fee, zh=zh))
    lines.append(describe_condition(fee, lang))
    if fee.late_payment is LatePayment.REFUND:
        lines.append(_late_line(zh=zh))
    return "\n".join(lines)


def _late_line(*, zh: bool) -> str:
    """Only where it differs from the rule: a silent text accepts late money while the offer is open."""
    if zh:
        return (
            "起始应付的款项在最后付款日之后到账的，不再接受，退回原付款账户；"
            "声明仍在开放的，可以重新发出通知。"
        )
    return (
        "Money due at the start that arrives after its last day is not accepted and goes back to the account "
        "it came from; while the declaration is open another notice may be sent."
    )


def describe_condition(fee: Fee, lang: str = "zh") -> str:
    """When the license is obtained (PL 51; GL 6)."""
    zh, wanted = lang != "en", condition(fee)
    if wanted.kind is Condition.ON_WORDS:
        ends = wanted.words.rstrip("。.")
        return f"取得许可的条件：{ends}。" if zh else f"The license is obtained when: {ends}."
    if wanted.kind is Condition.ON_NOTICE:
        if zh:
            return "取得许可的条件：实施通知到达本平台即取得许可，无需先行付款。"
        return "The license is obtained when the notice reaches this registry; nothing is payable first."
    if zh:
        return (
            f"取得许可的条件：实施通知到达本平台，且{_sum(wanted.amount, zh=True)}到达指定账户之日取得许可。"
        )
    return (
        "The license is obtained when the notice has reached this registry and "
        f"{_sum(wanted.amount, zh=False)} has arrived in the named account."
    )


def worked_example(fee: Fee, lang: str = "zh") -> str:
    """A sum worked out, for methods whose price is not one figure; empty for the others."""
    zh = lang != "en"
    if fee.method is Method.PER_YEAR and fee.amount:
        each, total = money.yuan(fee.amount), f"{fee.amount * _EXAMPLE_YEARS:,.2f}"
        if zh:
            return f"例：许可三年，共 {_EXAMPLE_YEARS} × {each} = {total} 元。"
        return f"Example: three license years cost {_EXAMPLE_YEARS} × {each} = CNY {total}."
    if not fee.royalty:
        return ""
    base = _BASE[fee.royalty.base][0 if zh else 1]
    due = (_EXAMPLE_BASE * fee.royalty.rate / 100).quantize(_CENT)
    sum_ = f"{_EXAMPLE_BASE:,.2f} × {money.percent(fee.royalty.rate)} = {due:,.2f}"
    if zh:
        return f"例：一个结算期的{base}为 {_EXAMPLE_BASE:,.2f} 元时，该期提成费为 {sum_} 元。"
    return (
        f"Example: {base} of CNY {_EXAMPLE_BASE:,.2f} in a settlement period gives a royalty of {sum_} CNY."
    )


def _sum(amount: Decimal, *, zh: bool) -> str:
    if zh:
        return f" {money.yuan(amount)} 元（{money.capitals(amount)}）"
    return f"CNY {money.yuan(amount)} ({money.in_words(amount)})"


def _share(royalty: Royalty, rate: Decimal, *, zh: bool) -> str:
    base = _BASE[royalty.base]
    return f"{base[0]}的 {money.percent(rate)}" if zh else f"{money.percent(rate)} of {base[1]}"


def _method_line(fee: Fee, *, zh: bool) -> str:
    names = _METHOD[fee.method]
    return f"支付方式：{names[0]}。" if zh else f"Method: {names[1]}."


def _amount_lines(fee: Fee, *, zh: bool) -> list[str]:
    if fee.method is Method.OTHER:
        line = f"收费说明：{fee.words}" if zh else f"Terms of payment: {fee.words}"
        return [line, *(_whole(fee, zh=zh) if fee.amount else [])]
    if fee.amount is None:
        return []
    if fee.method is Method.INSTALMENTS:
        return _instalment_lines(fee, zh=zh)
    if fee.method is Method.PER_YEAR:
        return _year_lines(fee, zh=zh)
    return _whole(fee, zh=zh)


def _whole(fee: Fee, *, zh: bool) -> list[str]:
    amount, days = _sum(fee.amount or ZERO, zh=zh), fee.pay_within_days
    if zh:
        name = "入门费" if fee.method is Method.ENTRY_ROYALTY else "使用费"
        return [f"{name}：{amount.strip()}，自实施通知到达之日起 {days} 日内一次付清。"]
    name = "Entry fee" if fee.method is Method.ENTRY_ROYALTY else "Fee"
    return [f"{name}: {amount}, payable at once within {days} days of the notice."]


def _year_lines(fee: Fee, *, zh: bool) -> list[str]:
    amount, days = _sum(fee.amount or ZERO, zh=zh), fee.pay_within_days
    if zh:
        return [
            f"使用费：每一许可年度{amount}。",
            f"首个许可年度的使用费自实施通知到达之日起 {days} 日内支付，"
            f"以后各年度的自该年度首日起 {days} 日内支付。",
            "许可年度自许可生效之日起算，末年不足一年的按一年计。",
        ]
    return [
        f"Fee: {amount} for each license year.",
        f"The first year is payable within {days} days of the notice, each later year within "
        f"{days} days of its "
        "first day.",
        "License years run from the effective day; a last year begun counts as a whole year.",
    ]


def _instalment_lines(fee: Fee, *, zh: bool) -> list[str]:
    total, count = _sum(fee.amount or ZERO, zh=zh), len(fee.instalments)
    head = f"使用费总额：{total.strip()}，分 {count} 期支付。" if zh else f"Total: {total}, parts: {count}."
    lines = [head]
    for number, item in enumerate(fee.instalments, start=1):
        figures, when = money.yuan(item.amount), _when(item, fee, zh=zh)
        lines.append(
            f"第 {number} 期：{figures} 元，{when}支付。" if zh else f"Part {number}: CNY {figures}, {when}."
        )
    lines.append(
        "许可期限届满时尚未到期的各期，于许可期限届满日到期。"
        if zh
        else "Parts not yet due when the license ends fall due on its last day."
    )
    return lines


def _when(item: Instalment, fee: Fee, *, zh: bool) -> str:
    from_notice = item.anchor is Anchor.NOTICE
    days = item.after_days or (0 if item.after_months else fee.pay_within_days if from_notice else 0)
    if zh:
        start = "自实施通知到达之日起" if from_notice else "自许可生效之日起"
        if item.after_months:
            return f"{start}满 {item.after_months} 个月时"
        return f"{start} {days} 日内" if from_notice else f"{start}满 {days} 日时"
    start = "the notice" if from_notice else "the effective day"
    if item.after_months:
        return f"due {item.after_months} months after {start}"
    return f"payable within {days} days of {start}" if from_notice else f"due {days} days after {start}"


def _royalty_lines(fee: Fee, royalty: Royalty, *, zh: bool) -> list[str]:
    lines = _rate_lines(royalty, zh=zh)
    report, pay = royalty.report_within_days, royalty.pay_within_days
    each = PERIOD_MONTHS[royalty.period]
    if zh:
        lines.append(
            f"结算：自许可生效之日起每 {each} 个月为一个结算期；每期届满后 {report} 日内报告，"
            f"{pay} 日内支付；没有发生的也应报告。"
        )
        lines += ["被许可方应保存有关账目，专利权人可以查阅。"] if royalty.inspection else []
    else:
        lines.append(
            f"Settlement: periods of {each} months from the effective day; report within {report} "
            f"and pay within "
            f"{pay} days of a period's end; nil reports too."
        )
        lines += (
            ["The licensee keeps accounts, which the patentee may inspect."] if royalty.inspection else []
        )
    return lines + _minimum_lines(fee, royalty, zh=zh)


def _rate_lines(royalty: Royalty, *, zh: bool) -> list[str]:
    base = _BASE[royalty.base][0 if zh else 1]
    if zh:
        lines = [
            f"提成费：{_share(royalty, royalty.rate, zh=True)}。",
            f"{base}的计算口径：{royalty.base_words.rstrip('。')}。",
        ]
        return lines + [
            f"自第 {s.from_year} 个许可年度起，提成率为 {money.percent(s.rate)}。" for s in royalty.stages
        ]
    lines = [
        f"Royalty: {_share(royalty, royalty.rate, zh=False)}.",
        f"Meaning of {base}: {royalty.base_words.rstrip('。.')}.",
    ]
    return lines + [f"From license year {s.from_year}: {money.percent(s.rate)}." for s in royalty.stages]


def _minimum_lines(fee: Fee, royalty: Royalty, *, zh: bool) -> list[str]:
    if not royalty.minimum:
        return []
    amount, days, advance = _sum(royalty.minimum, zh=zh), fee.pay_within_days, royalty.minimum_due_at_start
    if zh:
        paid = (
            f"首年自实施通知到达之日起 {days} 日内、以后各年自该年度首日起 {days} 日内预付，抵扣当年提成费"
            if advance
            else f"不足部分自该年度届满之日起 {royalty.pay_within_days} 日内补足"
        )
        return [f"最低提成费：每一许可年度{amount}，{paid}。"]
    paid = (
        f"paid in advance within {days} days of the notice, later of each year's first day, and "
        f"credited against "
        "the year's royalty"
        if advance
        else f"a shortfall is made up within {royalty.pay_within_days} days of the year's end"
    )
    return [f"Minimum: {amount} for each license year, {paid}."]


def _tax_line(fee: Fee, *, zh: bool) -> str:
    rate = money.percent(fee.tax_rate) if fee.tax_rate is not None else ""
    if zh:
        words = "以上金额含增值税" if fee.tax_included else "以上金额不含增值税"
        return f"{words}，税率 {rate}。" if rate else f"{words}。"
    words = "Amounts include value added tax" if fee.tax_included else "Amounts exclude value added tax"
    return f"{words} at {rate}." if rate else f"{words}."
