"""What may come in about the time after a license. Shapes and code tables, never a query."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.contracts import performance
from registry.contracts.schemas import Password
from registry.fields import Choice, CleanName, CleanText, Count, Flag, LegalDate, Money, Schema, Whole

WORDS_MAX = 2000
DEFAULT_ANSWERS = ("performed", "asks_time", "denies")


def _named(label: Any) -> dict[str, Any]:
    return {"label": label}


def _password(*, required: bool = True) -> Password:
    if required:
        return Password(required=True, metadata=_named(_l("登录密码")))
    return Password(load_default="", metadata=_named(_l("登录密码")))


def _files() -> fields.List[str]:
    return fields.List(
        CleanName(max=40, metadata=_named(_l("文件"))),
        load_default=list,
        validate=Count(min=0, max=10),
        metadata=_named(_l("文件")),
    )


def _words(label: Any, *, required: bool = True) -> CleanText:
    if required:
        return CleanText(required=True, min=2, max=WORDS_MAX, metadata=_named(label))
    return CleanText(load_default="", max=WORDS_MAX, metadata=_named(label))


class PartSchema(Schema):
    """Figures of one license year within a period, in yuan."""

    gross = Money(load_default=None, metadata=_named(_l("销售额或者利润额")))
    deductions = Money(load_default=None, metadata=_named(_l("扣除额")))


class RoyaltySchema(Schema):
    """What a royalty period brought (design: journeys 3.9)."""

    nil = Flag(load_default=False, metadata=_named(_l("本期没有发生")))
    units = Whole(load_default=None, min=0, max=10**12, metadata=_named(_l("数量")))
    parts = fields.List(fields.Nested(PartSchema), load_default=list, validate=Count(min=0, max=3))
    deduction_words = _words(_l("扣除项目的说明"), required=False)
    note = _words(_l("补充说明"), required=False)
    files = _files()


class RoyaltyFormSchema(RoyaltySchema):
    """The same from a page: without a password it only reckons."""

    password = _password(required=False)


class RoyaltyReportAnswer(Schema):
    """A report and what became of it, amounts in yuan."""

    id = fields.UUID()
    acceptance = fields.String()
    period = fields.Integer()
    edition = fields.Integer()
    state = fields.String()
    nil = fields.Boolean()
    royalty = Money()
    credited = Money(metadata={"description": "set off against a minimum paid in advance"})
    due = Money(metadata={"description": "payable for the period, whatever the holder answers"})
    seq = fields.Integer()
    answer_seq = fields.Integer(allow_none=True)


class RoyaltyPeriodAnswer(Schema):
    """A settlement period with its standing report, or none."""

    period = fields.Integer()
    first = LegalDate()
    last = LegalDate()
    report_by = LegalDate()
    due_on = LegalDate()
    report = fields.Nested(RoyaltyReportAnswer, allow_none=True)


class WordsSchema(Schema):
    """A question, or the answer to one."""

    words = _words(_l("内容"))


class ReportAnswerSchema(Schema):
    """Agreement or dispute."""

    outcome = Choice(("agree", "dispute"), required=True, metadata=_named(_l("答复")))
    reason = _words(_l("异议的理由"), required=False)


class ReportAnswerFormSchema(ReportAnswerSchema):
    password = _password()


class NoticeSchema(Schema):
    """A notice of default about one late duty."""

    key = CleanName(required=True, max=40, metadata=_named(_l("迟延的事项")))
    days = Whole(
        load_default=performance.CURE_DAYS,
        min=performance.CURE_DAYS,
        max=180,
        metadata=_named(_l("履行期限")),
    )
    words = _words(_l("催告内容"))
    files = _files()


class NoticeFormSchema(NoticeSchema):
    password = _password()


class NoticeAnswerSchema(Schema):
    """The other side's answer to a notice of default."""

    outcome = Choice(DEFAULT_ANSWERS, required=True, metadata=_named(_l("答复")))
    words = _words(_l("说明"))


class NoticeAnswerFormSchema(NoticeAnswerSchema):
    password = _password()


class CloseSchema(Schema):
    """What became of a notice one gave."""

    verb = Choice(("cure", "withdraw"), required=True, metadata=_named(_l("处理")))


class EndingSchema(Schema):
    """A license ended for breach."""

    ground = Choice(tuple(performance.ENDING_GROUNDS), required=True, metadata=_named(_l("解除的理由")))
    notice = fields.UUID(load_default=None, metadata=_named(_l("所依据的催告")))
    words = _words(_l("事实和依据"))
    files = _files()


class EndingFormSchema(EndingSchema):
    password = _password()


class EndingAnswerSchema(Schema):
    """The other side accepts an ending or objects."""

    outcome = Choice(("accept", "object"), required=True, metadata=_named(_l("答复")))
    words = _words(_l("异议的理由"), required=False)


class EndingAnswerFormSchema(EndingAnswerSchema):
    password = _password()


class SettleFormSchema(Schema):
    """What the parties agreed or a court said about an objection."""

    outcome = Choice(("uphold", "reverse"), required=True, metadata=_named(_l("结果")))
    words = _words(_l("依据"))
    password = _password()


class HandoverSchema(Schema):
    """What was handed over."""

    day = LegalDate(required=True, metadata=_named(_l("交付日")))
    items = _words(_l("交付的资料和指导"))
    files = _files()


class HandoverFormSchema(HandoverSchema):
    password = _password()


class HandoverAnswerSchema(Schema):
    """Receipt, or what is missing."""

    outcome = Choice(("confirm", "miss"), required=True, metadata=_named(_l("答复")))
    missing = _words(_l("缺少什么"), required=False)


class HandoverAnswerFormSchema(HandoverAnswerSchema):
    password = _password()


class ReminderSchema(Schema):
    """Whether reminders are wanted."""

    wanted = Flag(required=True, metadata=_named(_l("接收提醒")))


class FeedSchema(Schema):
    """A calendar to subscribe to."""

    contract = CleanName(load_default="", max=24, metadata=_named(_l("范围")))
    language = Choice(("zh", "en"), load_default="zh", metadata=_named(_l("语言")))
