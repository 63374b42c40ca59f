"""What became of licenses in force: money that fell due later, reports, materials, a default and its end."""

from functools import partial

from registry.demonstration import accounting, performing, registering, taking
from registry.demonstration.calendar import Telling
from registry.demonstration.stage import Stage


def co_owned(stage: Stage, on: Telling) -> None:
    """O3 (two owners, the second instalment overdue) and O9 (a natural person, free for six months)."""
    on(188, "O3×C5", partial(taking.accept, stage, "O3", "C5"))
    on(185, "O3×C5 pays", partial(taking.pay, stage, "O3×C5", days=186))
    on(184, "O3×C5 confirmed", partial(taking.confirm, stage, "O3×C5", days=184, by="U1-finance"))
    on(174, "O3×C5 files", partial(registering.file_recordal, stage, "O3×C5", days=174))
    on(168, "O3×C5 stamp", partial(registering.stamp, stage, "O3×C5"))
    on(150, "O3×C5 recorded", partial(registering.record, stage, "O3×C5", days=152))
    on(15, "O3×C5 account there", partial(registering.note_account, stage, "O3×C5", days=20))
    words = "第二期使用费四万元已过付款期，经提醒仍未到账，请在通知载明的期限内付清。（演示）"
    on(9, "O3×C5 default", partial(performing.notice_default, stage, "O3×C5", "instalment:2", words=words))
    on(70, "O9×C1", partial(taking.accept, stage, "O9", "C1"))
    on(60, "O9×C1 stamp", partial(registering.bring_stamp, stage, "O9×C1"))


def machines(stage: Stage, on: Telling) -> None:
    """O4 (by an agency, materials handed over) and O5 (entry fee and royalty): C5 took both in one list."""
    key = "O4×C5"
    on(90, "O4 and O5×C5", partial(taking.accept_list, stage, "C5", "O4", "O5"))
    on(86, f"{key} pays", partial(taking.pay_list, stage, key, days=87))
    on(84, f"{key} confirmed", partial(taking.confirm_list, stage, key, days=86))
    on(70, f"{key} stamp", partial(registering.stamp, stage, key))
    on(68, f"{key} files", partial(registering.file_recordal, stage, key, days=68))
    on(79, "O4×C5 handed over", partial(performing.hand_over, stage, "O4×C5", days=80))
    on(77, "O4×C5 receipt", partial(performing.confirm_receipt, stage, "O4×C5"))
    wrong = "杭州临安数字技术有限公司（演示）"
    on(78, "O5×C5 asks invoice", partial(accounting.ask_invoice, stage, "O5×C5", title=wrong))
    on(76, "O5×C5 invoice", partial(accounting.issue_invoice, stage, "O5×C5", days=76, amount="30000.00"))
    words = "发票抬头与合同所载名称不一致，红字冲销后重开。（演示）"
    on(74, "O5×C5 red invoice", partial(accounting.reverse_invoice, stage, "O5×C5", days=74, reason=words))
    on(73, "O5×C5 asks again", partial(accounting.ask_invoice, stage, "O5×C5"))
    on(35, "O4×C2", partial(taking.accept, stage, "O4", "C2"))
    on(30, "O4×C2 pays short", partial(taking.pay, stage, "O4×C2", days=31, amount="5000.00"))
    on(29, "O4×C2 short", partial(taking.confirm, stage, "O4×C2", days=30))
    on(25, "O4×C2 pays the rest", partial(taking.pay, stage, "O4×C2", days=26))
    on(24, "O4×C2 confirmed", partial(taking.confirm, stage, "O4×C2", days=25))
    on(18, "O4×C2 handed over", partial(performing.hand_over, stage, "O4×C2", days=19))
    on(1, "O5×C3 draft", partial(taking.draft, stage, "O5", "C3"))
    on(1, "C3's list", partial(taking.put_on_list, stage, "C3", "O4", "O3", "O7", "O11"))


def reported(stage: Stage, on: Telling) -> None:
    """O5×C2: two periods reported; the first agreed after a question and paid, the second disputed."""
    key = "O5×C2"
    on(199, key, partial(taking.accept, stage, "O5", "C2"))
    on(196, f"{key} pays", partial(taking.pay, stage, key, days=196))
    on(195, f"{key} confirmed", partial(taking.confirm, stage, key, days=195))
    on(186, f"{key} stamp", partial(registering.stamp, stage, key))
    on(180, f"{key} files", partial(registering.file_recordal, stage, key, days=180))
    on(175, f"{key} asks invoice", partial(accounting.ask_invoice, stage, key))
    on(155, f"{key} recorded", partial(registering.record, stage, key, days=158))
    words = "扣除退货 2 台的开票金额。（演示）"
    first = {"gross": "186000.00", "deductions": "6000.00", "words": words}
    on(98, f"{key} report 1", partial(performing.report, stage, key, 1, **first))
    question = "退货两台的红字发票号码是多少？（演示）"
    answer = "号码见随报告留存的台账，可以随时查阅。（演示）"
    on(96, f"{key} question", partial(performing.ask_about, stage, key, 1, question, answer))
    on(94, f"{key} agreed", partial(performing.answer_report, stage, key, 1))
    on(90, f"{key} royalty", partial(taking.pay, stage, key, days=90, due="royalty:1"))
    on(89, f"{key} royalty confirmed", partial(taking.confirm, stage, key, days=89))
    on(9, f"{key} report 2", partial(performing.report, stage, key, 2, gross="92000.00"))
    reason = "公开招标公告显示本期交付的变位机多于报告所列，请补报并提供开票清单。（演示）"
    on(4, f"{key} disputed", partial(performing.answer_report, stage, key, 2, reason=reason))


def ended(stage: Stage, on: Telling) -> None:
    """O5×C4: a royalty it had reported itself was never paid, so the holder ended the license."""
    key = "O5×C4"
    on(198, key, partial(taking.accept, stage, "O5", "C4"))
    on(196, f"{key} pays", partial(taking.pay, stage, key, days=196))
    on(195, f"{key} confirmed", partial(taking.confirm, stage, key, days=195))
    on(184, f"{key} stamp", partial(registering.stamp, stage, key))
    on(178, f"{key} files", partial(registering.file_recordal, stage, key, days=178))
    on(160, f"{key} recorded", partial(registering.record, stage, key, days=161))
    on(98, f"{key} report", partial(performing.report, stage, key, 1, gross="240000.00"))
    on(95, f"{key} agreed", partial(performing.answer_report, stage, key, 1))
    words = "第一期提成费已由贵方自行报告，付款期届满未付，请在期限内付清，否则将解除许可合同。（演示）"
    on(62, f"{key} default", partial(performing.notice_default, stage, key, "royalty:1", words=words))
    words = "项目暂停，资金紧张，请求宽限。（演示）"
    on(58, f"{key} answers", partial(performing.answer_notice, stage, key, outcome="asks_time", words=words))
    words = "催告期限届满仍未付款，依照民法典第五百六十三条第三项解除。（演示）"
    on(36, f"{key} ended", partial(performing.end, stage, key, words=words))
    words = "对解除没有异议，已停止使用。（演示）"
    on(30, f"{key} accepted", partial(performing.accept_ending, stage, key, words=words))
