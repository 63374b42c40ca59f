"""The sentences of refusals about term sets and batches of declarations."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

BATCHES: dict[str, LazyString] = {
    "term_set_known": _l("已经有一个叫“%(name)s”的条款模板，请换一个名称。"),
    "term_set_retired": _l("条款模板“%(name)s”已经停用，不能再修改。"),
    "term_set_unknown": _l("本单位没有在用的条款模板“%(name)s”。"),
    "too_many_term_sets": _l("条款模板最多 %(max)s 个。"),
    "step_missing": _l("条款模板和本行都没有写明这一项。"),
    "batch_too_many": _l("一次最多 %(max)s 行，请分成几个文件。"),
    "batch_drafting": _l("这一批正在处理，请稍后再试。"),
    "batch_signed": _l("声明 %(number)s 已经在另一次签署中。"),
    "batch_member": _l("声明 %(number)s 现在不能签署；请去掉它，或者先改正。"),
    "nothing_chosen": _l("请至少选择一份声明。"),
    "row_duplicate": _l("同一件专利在第 %(row)s 行已经出现，这一行不处理。"),
    "row_signed": _l("声明 %(number)s 已经签署，不再改动。"),
    "row_needs_consents": _l("另有 %(count)s 位共有专利权人须书面同意。"),
    "row_persons": _l("按自然人处理：%(names)s。若是单位，请在名称后写“（单位）”。"),
    "row_corrects_patent": _l("将按本行更正已录入的专利信息。"),
    "row_rate_small": _l("提成率读作 %(rate)s%%；若单元格设的是百分比格式，请改为数字，例如 2.5。"),
    "fee_method_unknown": _l("不认得支付方式“%(said)s”。"),
    "amount_not_used": _l("这种支付方式没有金额，请删去金额或者换一种支付方式。"),
    "rate_not_used": _l("这种支付方式没有提成率，请删去提成率或者换一种支付方式。"),
    "instalments_fixed": _l("分期支付的总额和各期由条款模板规定，与本行金额不一致。"),
    "file_name_unknown": _l(
        "文件名“%(name)s”须以专利号开头，例如 ZL201810323021.5.pdf、ZL201810323021.5-年费.pdf。"
    ),
    "file_without_row": _l("这一批没有专利 %(number)s 的草稿。"),
    "report_day_missing": _l("先在“评价报告号”一栏写明编号、作出日和结论，例如“W2026-1 2026-01-05 肯定”。"),
}
