"""What may come in about a declaration: one schema for each step of the task list, and all of them together.

Both doors send the same: a page's input is named `fee.amount`, machines send `{"fee": {"amount": …}}`.
A step is checked for shape when it is saved; what the law asks of the whole, `checks` says before signing.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, pre_load, validates_schema

from registry.errors import Invalid, Refused
from registry.forms import (
    Choice,
    CleanName,
    CleanText,
    Code,
    Count,
    Flag,
    LegalDate,
    Money,
    Percent,
    Schema,
    Whole,
)
from registry.licenses import fee_fields, terms
from registry.licenses.draft import Account, Act, Dispute, FiledBy, Handover, OpenFrom
from registry.licenses.fees import PAY_WITHIN_MAX, Anchor, Base, LatePayment, Method, Period
from registry.parties import identifiers
from registry.patents.schemas import OWNERS_MAX, upload

ROWS_MAX = fee_fields.ROWS_MAX


class Email(CleanName):
    """An address that can be written to."""

    def read(self, value: Any) -> str:
        plain = super().read(value)
        return identifiers.email(plain) if plain else ""


def optional_upload(label: Any) -> Any:
    return upload(label, load_default=None, allow_none=True)


class AgencySchema(Schema):
    """An agency that makes the declaration (GL 3.3)."""

    name = CleanName(required=True, max=200, metadata={"label": _l("代理机构名称")})
    code = CleanName(required=True, min=5, max=5, metadata={"label": _l("机构代码（五位）")})
    agent = CleanName(max=100, load_default="", metadata={"label": _l("代理师")})
    power_upload = optional_upload(_l("委托书"))
    scope = fields.List(
        Choice(("declare", "receive", "withdraw", "record", "money")),
        load_default=list,
        metadata={"label": _l("委托范围")},
    )


class DeclarantSchema(Schema):
    """Who declares (GL 3.3)."""

    signer_capacity = Choice(
        ("legal_representative", "authorised"), required=True, metadata={"label": _l("签署人身份")}
    )
    authority_upload = optional_upload(_l("授权书"))
    authority_from = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("授权自")})
    authority_to = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("授权至")})
    representative = Flag(load_default=True, metadata={"label": _l("代表全体专利权人")})
    agency = fields.Nested(
        AgencySchema, load_default=None, allow_none=True, metadata={"label": _l("代理机构")}
    )

    @validates_schema(skip_on_field_errors=True)
    def _authority(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["signer_capacity"] != "authorised":
            return
        missing = [name for name in ("authority_upload", "authority_from") if data[name] is None]
        if missing:
            raise ValidationError({name: [Refused("required", article="CC 161, 165")] for name in missing})


class OwnerSchema(Schema):
    """A co-owner, the address the link is sent to, and the agreed share of the fee."""

    position = Whole(required=True, min=0, max=OWNERS_MAX)
    name = CleanName(required=True, max=200, metadata={"label": _l("名称或者姓名")})
    uscc = CleanName(max=40, load_default="", metadata={"label": _l("统一社会信用代码")})
    person = Flag(load_default=False, metadata={"label": _l("自然人")})
    email = Email(max=254, load_default="", metadata={"label": _l("电子邮箱")})
    share = Percent(load_default=None, allow_none=True, metadata={"label": _l("使用费份额（%）")})


class OwnersSchema(Schema):
    """All patentees in the register's order, and their agreement (GL 3.2; PL 14)."""

    items = fields.List(
        fields.Nested(OwnerSchema),
        required=True,
        validate=Count(min=1, max=OWNERS_MAX),
        metadata={"label": _l("专利权人")},
    )
    agreement_upload = optional_upload(_l("共有人协议"))


class InstalmentSchema(Schema):
    """One part of a total, timed from the notice or from the effective day."""

    amount = Money(required=True, metadata={"label": _l("金额")})
    anchor = Choice(Anchor, required=True, metadata={"label": _l("自何时起算")})
    after_days = Whole(min=0, max=fee_fields.AFTER_DAYS_MAX, load_default=0, metadata={"label": _l("天数")})
    after_months = Whole(
        min=0, max=fee_fields.AFTER_MONTHS_MAX, load_default=0, metadata={"label": _l("月数")}
    )


class RateStageSchema(Schema):
    """Another royalty rate from a license year on."""

    from_year = Whole(required=True, min=2, max=30, metadata={"label": _l("自第几个许可年度起")})
    rate = Percent(required=True, metadata={"label": _l("提成率（%）")})


class RoyaltySchema(Schema):
    """A running royalty (CC 846)."""

    base = Choice(Base, metadata={"label": _l("提成基数")})
    base_words = CleanText(max=fee_fields.WORDS_MAX, load_default="", metadata={"label": _l("计算口径")})
    rate = Percent(required=True, metadata={"label": _l("提成率（%）")})
    period = Choice(Period, required=True, metadata={"label": _l("结算周期")})
    report_within_days = Whole(min=1, max=PAY_WITHIN_MAX, metadata={"label": _l("报告期限（天）")})
    pay_within_days = Whole(min=1, max=PAY_WITHIN_MAX, metadata={"label": _l("付款期限（天）")})
    stages = fields.List(
        fields.Nested(RateStageSchema), validate=Count(max=ROWS_MAX), metadata={"label": _l("分段提成率")}
    )
    minimum = Money(allow_none=True, metadata={"label": _l("每年最低提成费")})
    minimum_due_at_start = Flag(metadata={"label": _l("最低提成费预付")})
    inspection = Flag(metadata={"label": _l("查阅账目")})

    @pre_load
    def _drop_blank_stages(self, data: Any, **_: Any) -> Any:
        return _without_blank(data, "stages", kept=("from_year", "rate"))


class FeeSchema(Schema):
    """The announced fee (PL 50; CC 846); comes out in the one spelling that is stored."""

    method = Choice(Method, required=True, metadata={"label": _l("使用费支付方式")})
    amount = Money(allow_none=True, metadata={"label": _l("金额")})
    instalments = fields.List(
        fields.Nested(InstalmentSchema), validate=Count(max=ROWS_MAX), metadata={"label": _l("各期")}
    )
    royalty = fields.Nested(RoyaltySchema, allow_none=True, metadata={"label": _l("提成")})
    words = CleanText(max=fee_fields.WORDS_MAX, metadata={"label": _l("收费说明")})
    condition = CleanText(max=fee_fields.WORDS_MAX, metadata={"label": _l("取得许可的条件")})
    tax_included = Flag(metadata={"label": _l("是否含税")})
    tax_rate = Percent(allow_none=True, metadata={"label": _l("税率（%）")})
    pay_within_days = Whole(min=1, max=PAY_WITHIN_MAX, metadata={"label": _l("付款期限（天）")})
    late_payment = Choice(LatePayment, metadata={"label": _l("迟到的款项")})

    @pre_load
    def _drop_blank_instalments(self, data: Any, **_: Any) -> Any:
        return _without_blank(data, "instalments", kept=("amount", "after_days", "after_months"))

    @validates_schema(skip_on_field_errors=True)
    def _whole(self, data: Mapping[str, Any], **_: Any) -> None:
        try:
            fee_fields.from_fields(data, field="fee")
        except Refused as refused:
            found = refused.refusals if isinstance(refused, Invalid) else (refused,)
            raise ValidationError([_below(one, "fee") for one in found]) from refused

    @post_load
    def _stored(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return fee_fields.to_fields(fee_fields.from_fields(data))


class AccountSchema(Schema):
    """The one receiving account; arrival there is what counts."""

    whose = Choice(Account, required=True, metadata={"label": _l("谁的账户")})
    name = CleanName(max=200, load_default="", metadata={"label": _l("户名")})
    bank = CleanName(max=200, load_default="", metadata={"label": _l("开户银行")})
    number = CleanName(max=40, load_default="", metadata={"label": _l("账号")})
    venue_consents = Flag(load_default=False, metadata={"label": _l("交易场所已同意代收")})


class FeeNoteSchema(Schema):
    """How the fee was worked out (GL 3.3); a longer note than usual is for the reviewer to let pass."""

    text = CleanText(required=True, max=8000, metadata={"label": _l("使用费计算说明")})
    publicity_upload = optional_upload(_l("公示材料"))


class TermSchema(Schema):
    """The three dates of an offer."""

    offer_last_day = LegalDate(required=True, metadata={"label": _l("接受通知的最后一日")})
    license_last_day = LegalDate(required=True, metadata={"label": _l("许可期限届满日")})
    duration_months = Whole(
        min=1,
        max=terms.MONTHS_MAX,
        load_default=None,
        allow_none=True,
        metadata={"label": _l("单次许可期限（月）")},
    )


class ActsSchema(Schema):
    """The acts of PL 11, the same for every licensee."""

    acts = fields.List(
        Choice(Act), required=True, validate=Count(min=1, max=6), metadata={"label": _l("许可的行为")}
    )
    made_by_contractor = Flag(required=True, metadata={"label": _l("委托他人制造")})
    marking = CleanText(max=300, load_default="", metadata={"label": _l("专利标识")})


class MaterialsSchema(Schema):
    """What is handed over (CC 866)."""

    handover = Choice(Handover, required=True, metadata={"label": _l("交付什么")})
    words = CleanText(max=2000, load_default="", metadata={"label": _l("资料清单")})
    hours = Whole(min=0, max=2000, load_default=0, metadata={"label": _l("技术指导小时数")})


class UseSchema(Schema):
    """For whom and for what: for search, not terms; and further terms, equal for all."""

    summary = CleanText(required=True, max=2000, metadata={"label": _l("简介")})
    problem = CleanText(max=1000, load_default="", metadata={"label": _l("解决的问题")})
    advantage = CleanText(max=1000, load_default="", metadata={"label": _l("优点")})
    application = CleanText(max=1000, load_default="", metadata={"label": _l("应用场景")})
    products = CleanText(max=500, load_default="", metadata={"label": _l("产品")})
    industry = Code("industry", required=True, metadata={"label": _l("国民经济行业")})
    field = Code("technology_field", required=True, metadata={"label": _l("技术领域")})
    stage = Code("stage", load_default="", metadata={"label": _l("技术成熟阶段")})
    drawing_upload = optional_upload(_l("附图"))
    additional_terms = CleanText(max=2000, load_default="", metadata={"label": _l("其他条件")})


class ContactSchema(Schema):
    """The public contact and the address for notices (GL 3.3(5); CC 137)."""

    unit = CleanName(required=True, max=200, metadata={"label": _l("联系人（单位）")})
    phone = CleanName(max=40, load_default="", metadata={"label": _l("电话")})
    email = Email(max=254, load_default="", metadata={"label": _l("电子邮箱")})
    relay = Flag(load_default=False, metadata={"label": _l("由本平台转达")})
    notices_email = Email(required=True, max=254, metadata={"label": _l("接收通知的邮箱")})
    receives_here = Flag(load_default=False, metadata={"label": _l("指定本平台为接收系统")})


class FilingSchema(Schema):
    """Who files, and how disputes are settled."""

    recordal_by = Choice(
        (FiledBy.HOLDER, FiledBy.LICENSEE), required=True, metadata={"label": _l("许可备案由谁办")}
    )
    registration_by = Choice(FiledBy, required=True, metadata={"label": _l("合同登记由谁申请")})
    dispute = Choice(Dispute, required=True, metadata={"label": _l("争议解决")})
    dispute_body = CleanName(max=200, load_default="", metadata={"label": _l("法院或者仲裁机构")})


class OpeningSchema(Schema):
    """From when notices are taken (design: journeys 1.2)."""

    open_from = Choice(OpenFrom, required=True, metadata={"label": _l("何时可以接受")})


class StepsSchema(Schema):
    """Any of the task list's steps, each whole or absent."""

    declarant = fields.Nested(DeclarantSchema)
    owners = fields.Nested(OwnersSchema)
    fee = fields.Nested(FeeSchema)
    account = fields.Nested(AccountSchema)
    fee_note = fields.Nested(FeeNoteSchema)
    term = fields.Nested(TermSchema)
    acts = fields.Nested(ActsSchema)
    materials = fields.Nested(MaterialsSchema)
    use = fields.Nested(UseSchema)
    contact = fields.Nested(ContactSchema)
    filing = fields.Nested(FilingSchema)
    opening = fields.Nested(OpeningSchema)


class NewDeclarationSchema(StepsSchema):
    """A new draft: one patent, one venue, a term set to begin from, and what is known of the steps."""

    term_set = CleanName(
        max=60, load_default="", metadata={"label": _l("条款模板"), "description": "name or id of an own one"}
    )

    patent = CleanName(required=True, max=40, metadata={"label": _l("专利")})
    venue = CleanName(required=True, max=20, metadata={"label": _l("受理场所")})


class TicksSchema(Schema):
    """What the declarant ticks before signing."""

    undertaking = Flag(load_default=False, metadata={"label": _l("承诺")})
    standing_authorisation = Flag(load_default=False, metadata={"label": _l("常设授权")})
    receives_here = Flag(load_default=False, metadata={"label": _l("指定接收系统")})
    internal_check = Flag(load_default=False, metadata={"label": _l("本单位已完成公示和内部审批")})
    ask_reviewer = Flag(load_default=False, metadata={"label": _l("请审核人员决定是否准许")})


def _below(refused: Refused, head: str) -> Refused:
    return type(refused)(
        refused.code, refused.field.removeprefix(f"{head}."), refused.article, **refused.params
    )


def _without_blank(data: Any, name: str, *, kept: tuple[str, ...]) -> Any:
    """The object without those rows of a list of which a form sent nothing but a preset choice."""
    rows = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(rows, list):
        return data
    left = [
        row
        for row in rows
        if not isinstance(row, Mapping) or any(row.get(key) not in (None, "") for key in kept)
    ]
    return {**data, name: left}
