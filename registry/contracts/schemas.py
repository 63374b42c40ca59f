"""What may come in about licenses: notices, money, decisions, results. Shapes and code tables, never a
query.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, pre_load

from registry import money
from registry.clock import SHANGHAI
from registry.contracts import rules
from registry.errors import Refused
from registry.fields import (
    Checked,
    Choice,
    CleanName,
    CleanText,
    Code,
    Flag,
    Instant,
    LegalDate,
    Money,
    Schema,
)

CAPACITIES = ("legal_representative", "authorised", "self")
REISSUE_GROUNDS = ("misprint", "glyphs", "file_lost", "other")
OUTCOMES = ("paid", "unpaid", "void", "stands")
DISCLOSURES = ("licensee", "licensor", "patents", "use", "contacts", "record", "fee", "offices")
SLOTS = ("02b", "05", "06", "07a", "07b", "08", "08a", "08b", "12", "13", "14")
"""Places of the package that people fill; slots.py says what belongs there."""
RECORDAL_VERBS = ("file", "record", "refuse")


def _named(label: Any) -> dict[str, Any]:
    return {"label": label}


class ClockTime(Checked[time]):
    """A time of day in Shanghai as a bank prints it: `14:05` or `14:05:09`."""

    properties: Mapping[str, Any] = {"type": "string", "example": "14:05"}

    def read(self, value: Any) -> time:
        try:
            found = time.fromisoformat(value.strip().replace("：", ":"))
        except (AttributeError, ValueError):
            raise Refused("not_a_time")
        if found.tzinfo is not None:
            raise Refused("not_a_time")
        return found

    def write(self, value: time) -> str:
        return value.isoformat()


class Password(fields.String):
    """As typed; only the key it opens says whether it is right."""


def _password() -> Password:
    return Password(required=True, metadata=_named(_l("登录密码")))


def _upload(label: Any) -> CleanName:
    return CleanName(required=True, max=40, metadata=_named(label))


# --- the notice --------------------------------------------------------------------------------------


class ContactSchema(Schema):
    """Who takes word of the duties that follow."""

    name = CleanName(required=True, max=100, metadata=_named(_l("联系人")))
    phone = CleanName(required=True, max=40, metadata=_named(_l("联系电话")))
    email = CleanName(load_default="", max=254, metadata=_named(_l("电子邮箱")))


class NoticeSchema(Schema):
    """Who takes the license, and for what (journeys 3.4, page 1)."""

    capacity = Choice(CAPACITIES, required=True, metadata=_named(_l("您以什么身份办理？")))
    use = CleanText(required=True, min=2, max=1000, metadata=_named(_l("打算怎样实施这项专利？")))
    product = CleanName(load_default="", max=200, metadata=_named(_l("用于什么产品或服务")))
    region = CleanName(load_default="", max=200, metadata=_named(_l("在哪些地区实施")))
    contractor = CleanName(load_default="", max=200, metadata=_named(_l("委托谁加工")))
    abroad = Flag(required=True, metadata=_named(_l("被许可方是否设在境外或者港澳台地区？")))
    related = Flag(required=True, metadata=_named(_l("与专利权人是否为关联方？")))
    contact = fields.Nested(ContactSchema, required=True)

    @pre_load
    def _ask_for_each(self, data: Any, **_: Any) -> Any:
        """Where nobody was named at all, the name is missing: there is no input for a whole person."""
        return {"contact": {}, **data} if isinstance(data, Mapping) else data


class FiguresSchema(Schema):
    """What the registration form asks about the expected effect; both may stay empty."""

    expected_input = Money(load_default=None, metadata=_named(_l("预计新增投入")))
    expected_output = Money(load_default=None, metadata=_named(_l("预计新增产值")))


class DraftSchema(NoticeSchema, FiguresSchema):
    """A machine says everything at once."""


class SigningSchema(FiguresSchema):
    """What a person signs with, on the page that shows the text (journeys 3.4, page 2)."""

    digest = CleanName(required=True, max=64, metadata=_named(_l("声明文本摘要")))
    consent = Flag(load_default=False, metadata=_named(_l("同意向交易场所和登记机构提供材料")))
    password = _password()


class SignatureSchema(Schema):
    """A machine's signature over what `prepare` returned."""

    kid = CleanName(required=True, max=64)
    signature = CleanName(required=True, max=200)


class PreparedSignatureSchema(SignatureSchema):
    """A signature over an act that was kept."""

    prepared = fields.UUID(required=True)


# --- decisions ---------------------------------------------------------------------------------------


class ObjectionSchema(Schema):
    """The closed grounds of a holder's objection (GL 6; journeys 1.3)."""

    ground = Choice(tuple(rules.OBJECTION_GROUNDS), required=True, metadata=_named(_l("异议理由")))
    reason = CleanText(required=True, min=2, max=2000, metadata=_named(_l("事实说明")))


class DecisionSchema(Schema):
    """What the venue decides, and why."""

    outcome = Choice(OUTCOMES, required=True, metadata=_named(_l("决定")))
    reasons = CleanText(required=True, min=2, max=2000, metadata=_named(_l("理由")))
    amount = Money(load_default=None, metadata=_named(_l("到账金额")))
    arrived_on = LegalDate(load_default=None, metadata=_named(_l("到账日期")))
    arrived_time = ClockTime(load_default=None, metadata=_named(_l("到账时间")))
    password = _password()


class ReissueSchema(Schema):
    """Why a paper is printed again, for the staff."""

    ground = Choice(REISSUE_GROUNDS, required=True, metadata=_named(_l("重新印制的原因")))
    reason = CleanText(required=True, min=2, max=1000, metadata=_named(_l("说明")))


class ReviewSchema(Schema):
    """What becomes of an acceptance that stopped because a party is outside the mainland."""

    verdict = Choice(("clear", "void"), required=True, metadata=_named(_l("审查结论")))
    reason = CleanText(required=True, min=2, max=2000, metadata=_named(_l("依据和理由")))


# --- the registration track --------------------------------------------------------------------------


class AttachSchema(Schema):
    """A file for one place of the package."""

    slot = Choice(SLOTS, required=True, metadata=_named(_l("材料种类")))
    seats = fields.List(
        CleanName(max=16),
        load_default=list,
        metadata={
            "description": "of a stamped sheet (02b): whose stamps it shows; none for the whole contract"
        },
    )
    file_upload = _upload(_l("文件"))


class RecordalSchema(Schema):
    """What became of the filing with CNIPA (IR 15, 87)."""

    verb = Choice(RECORDAL_VERBS, required=True, metadata=_named(_l("办理情况")))
    day = LegalDate(required=True, metadata=_named(_l("日期")))
    number = CleanName(load_default="", max=40, metadata=_named(_l("备案号")))
    ground = Code("recordal_refusal", load_default="", metadata=_named(_l("不予备案的理由")))
    reason = CleanText(load_default="", max=1000, metadata=_named(_l("理由的说明")))


class DisclosureSchema(Schema):
    """What a party picks to show of a license."""

    show = fields.List(
        Choice(DISCLOSURES, metadata={"label": _l("要出示的内容")}),
        load_default=list,
        metadata=_named(_l("要出示的内容")),
    )


class ClassificationSchema(Schema):
    """The codes of the registration form."""

    technology_field = Code("technology_field", required=True, metadata=_named(_l("技术领域")))
    industry = Code("industry", required=True, metadata=_named(_l("国民经济行业")))
    socio_economic_objective = Code(
        "socio_economic_objective", required=True, metadata=_named(_l("社会经济目标"))
    )
    plan = Code("plan", load_default="none", metadata=_named(_l("计划类别")))
    confidential = Choice(("no", "yes"), load_default="no", metadata=_named(_l("涉密")))


class RegistrarAccountSchema(Schema):
    """Since when the applicant has an account in the registrar's own system."""

    since = LegalDate(required=True, metadata=_named(_l("自哪一天起有账户")))


class ReportWantedSchema(Schema):
    """Whether the registrar asks for evaluation reports."""

    wanted = Choice(("no", "yes"), required=True, metadata=_named(_l("专利权评价报告")))


class ResultSchema(Schema):
    """What the registrar answered (journeys 3.7)."""

    result = Choice(tuple(rules.RESULT_VERBS), required=True, metadata=_named(_l("登记结果")))
    day = LegalDate(required=True, metadata=_named(_l("日期")))
    registrar = CleanName(load_default="", max=200, metadata=_named(_l("登记机构")))
    registration_number = CleanName(load_default="", max=40, metadata=_named(_l("合同登记编号")))
    total_amount = Money(load_default=None, metadata=_named(_l("核定成交总额")))
    technology_amount = Money(load_default=None, metadata=_named(_l("核定技术交易额")))
    certificate_number = CleanName(load_default="", max=60, metadata=_named(_l("证明编号")))
    certificate_upload = CleanName(load_default="", max=40, metadata=_named(_l("登记证明")))
    ground = CleanName(load_default="", max=8, metadata=_named(_l("理由代码")))
    words = CleanText(load_default="", max=2000, metadata=_named(_l("理由说明")))
    due_on = LegalDate(load_default=None, metadata=_named(_l("补正期限")))
    expert_review = Flag(load_default=False, metadata=_named(_l("专家评审")))


class ZeroFeeViewSchema(Schema):
    """The registrar's view on contracts without a price; empty means none is known."""

    words = CleanText(load_default="", max=1000, metadata=_named(_l("登记机构的意见")))


# --- what goes out -----------------------------------------------------------------------------------


class TermAnswer(Schema):
    """A licensee's own dates, both days included."""

    first_day = LegalDate()
    last_day = LegalDate()
    shortened = Flag()


class AcceptanceAnswer(Schema):
    """An acceptance as machines see it."""

    number = fields.String()
    contract = fields.String()
    declaration = fields.String()
    state = fields.String()
    track = fields.String()
    record_digest = fields.String()
    amount_due = Money(allow_none=True)
    outstanding = Money(allow_none=True)
    pay_by = LegalDate(allow_none=True)
    reference = fields.String(allow_none=True)
    noticed_at = Instant(allow_none=True)
    noticed_seq = fields.Integer(allow_none=True)
    leaf = fields.String()
    effective_on = LegalDate(allow_none=True)
    effective_at = Instant(allow_none=True)
    effective_seq = fields.Integer(allow_none=True)
    last_day = LegalDate(allow_none=True)
    ended_on = LegalDate(allow_none=True)
    ended_ground = fields.String()
    payments = fields.List(fields.Dict())
    dues = fields.List(fields.Dict())


class DraftedAnswer(AcceptanceAnswer):
    """A prepared notice: what to sign."""

    statement = fields.Dict()
    pae = fields.String(metadata={"description": "base64 of the bytes to sign"})
    text_digest = fields.String()
    term = fields.Nested(TermAnswer)


class PreparedAnswer(Schema):
    """An act that waits for its signature."""

    prepared = fields.UUID()
    statement = fields.Dict()
    pae = fields.String(metadata={"description": "base64 of the bytes to sign"})


class PreparedListAnswer(Schema):
    """Several acts that wait for one signature."""

    prepared = fields.UUID()
    head = fields.Dict(metadata={"description": "Size and root of the list of statements"})
    statements = fields.List(fields.Dict())
    pae = fields.String(metadata={"description": "base64 of the bytes to sign, once for the whole list"})


class PaymentAnswer(Schema):
    """A claim and what became of it."""

    id = fields.UUID()
    transfer = fields.UUID(
        allow_none=True, metadata={"description": "Joins the payments of one transfer for several licenses"}
    )
    acceptance = fields.String()
    due = fields.String()
    state = fields.String()
    amount = Money()
    claimed_seq = fields.Integer()
    settled_seq = fields.Integer()
    answer_due = LegalDate()


class ContractAnswer(Schema):
    """A contract with its acceptances and its registration track."""

    number = fields.String()
    registration = fields.String()
    stamp = fields.String()
    recordal = fields.Dict()
    total = fields.Dict()
    findings = fields.List(fields.Dict())
    results = fields.List(fields.Dict())
    corrections = fields.List(fields.Dict())
    erased_at = fields.String(allow_none=True)
    erased_ground = fields.String(allow_none=True)
    acceptances = fields.List(fields.Nested(AcceptanceAnswer))


# --- values that are put together --------------------------------------------------------------------


def answers(notice: Mapping[str, Any]) -> dict[str, Any]:
    """A loaded notice as the JSON that is frozen and signed: amounts as text, nothing absent."""
    return {name: _plain(value) for name, value in notice.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return money.plain(value)
    return "" if value is None else value


def instant_of(day: date | None, clock_time: time | None) -> datetime | None:
    """Day and time as the bank prints them, in Shanghai; None when it states no time."""
    return datetime.combine(day, clock_time, SHANGHAI) if day and clock_time else None
