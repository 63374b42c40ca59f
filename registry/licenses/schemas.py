"""What may come in about a declaration: one schema a step of the task list, and all of them in one declaration.

Pages and machines send the same: a page's inputs are named `fee.amount`, a machine sends `{"fee": {"amount": …}}`.
A step is checked for shape when it is saved; what the law asks of the whole, `checks` says before the signature.
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
from registry.licenses.bars import BARS
from registry.licenses.draft import Account, Act, Dispute, FiledBy, Handover, OpenFrom
from registry.licenses.fees import PAY_WITHIN_MAX, Anchor, Base, Method, Period
from registry.licenses.rules import WITHDRAWAL_GROUNDS
from registry.parties import identifiers
from registry.parties.schemas import Password
from registry.patents.schemas import OWNERS_MAX, upload

ROWS_MAX = fee_fields.ROWS_MAX


class Email(CleanName):
    """An address that can be written to."""

    def read(self, value: Any) -> str:
        plain = super().read(value)
        return identifiers.email(plain) if plain else ""


def _optional(label: Any) -> Any:
    return upload(label, load_default=None, allow_none=True)


class AgencySchema(Schema):
    """An agency that makes the declaration (GL 3.3)."""

    name = CleanName(required=True, max=200, metadata={"label": _l("代理机构名称")})
    code = CleanName(required=True, min=5, max=5, metadata={"label": _l("机构代码（五位）")})
    agent = CleanName(max=100, load_default="", metadata={"label": _l("代理师")})
    power_upload = _optional(_l("委托书"))
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
    authority_upload = _optional(_l("授权书"))
    authority_from = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("授权自")})
    authority_to = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("授权至")})
    representative = Flag(load_default=True, metadata={"label": _l("代表全体专利权人")})
    agency = fields.Nested(AgencySchema, load_default=None, allow_none=True, metadata={"label": _l("代理机构")})

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
    agreement_upload = _optional(_l("共有人协议"))


class InstalmentSchema(Schema):
    """One part of a total, timed from the notice or from the effective day."""

    amount = Money(required=True, metadata={"label": _l("金额")})
    anchor = Choice(Anchor, required=True, metadata={"label": _l("自何时起算")})
    after_days = Whole(min=0, max=fee_fields.AFTER_DAYS_MAX, load_default=0, metadata={"label": _l("天数")})
    after_months = Whole(min=0, max=fee_fields.AFTER_MONTHS_MAX, load_default=0, metadata={"label": _l("月数")})


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
    publicity_upload = _optional(_l("公示材料"))


class TermSchema(Schema):
    """The three dates of an offer."""

    offer_last_day = LegalDate(required=True, metadata={"label": _l("接受通知的最后一日")})
    license_last_day = LegalDate(required=True, metadata={"label": _l("许可期限届满日")})
    duration_months = Whole(
        min=1, max=terms.MONTHS_MAX, load_default=None, allow_none=True, metadata={"label": _l("单次许可期限（月）")}
    )


class ActsSchema(Schema):
    """The acts of PL 11, the same for every licensee."""

    acts = fields.List(Choice(Act), required=True, validate=Count(min=1, max=6), metadata={"label": _l("许可的行为")})
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
    drawing_upload = _optional(_l("附图"))
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

    recordal_by = Choice((FiledBy.HOLDER, FiledBy.LICENSEE), required=True, metadata={"label": _l("许可备案由谁办")})
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
    """A new draft: one patent, one venue, and what is already known of the steps."""

    patent = CleanName(required=True, max=40, metadata={"label": _l("专利")})
    venue = CleanName(required=True, max=20, metadata={"label": _l("受理场所")})


class TicksSchema(Schema):
    """What the declarant ticks before signing."""

    undertaking = Flag(load_default=False, metadata={"label": _l("承诺")})
    standing_authorisation = Flag(load_default=False, metadata={"label": _l("常设授权")})
    receives_here = Flag(load_default=False, metadata={"label": _l("指定接收系统")})
    internal_check = Flag(load_default=False, metadata={"label": _l("本单位已完成公示和内部审批")})


class ConsentSchema(Schema):
    """What a co-owner answers."""

    answer = Choice(("agreed", "sent_back", "not_owner"), required=True, metadata={"label": _l("您的答复")})
    reason = CleanText(max=1000, load_default="", metadata={"label": _l("理由")})

    @validates_schema(skip_on_field_errors=True)
    def _why(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["answer"] != "agreed" and not data["reason"]:
            raise ValidationError({"reason": [Refused("required")]})


class AgreementSchema(Schema):
    """A co-owner's agreement to one text: signed with the account's key, or on a stamped sheet."""

    digest = CleanName(required=True, max=64)
    password = Password(load_default="", metadata={"label": _l("账户密码")})
    consent_upload = _optional(_l("盖章的同意书"))

    @validates_schema(skip_on_field_errors=True)
    def _one_of_both(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data["password"] and not data["consent_upload"]:
            raise ValidationError({"password": [Refused("required", article="GL 3.2")]})


class WithdrawalSchema(Schema):
    """Why an offer is withdrawn; never under a condition (IR 86; GL 4)."""

    ground = Choice(WITHDRAWAL_GROUNDS, required=True, metadata={"label": _l("撤回的理由")})
    reason = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})


class SignedTextSchema(Schema):
    """The text that was read, by its digest, and the password that opens the signer's key."""

    digest = CleanName(required=True, max=64)
    password = Password(required=True, metadata={"label": _l("账户密码")})


class SigningSchema(TicksSchema, SignedTextSchema):
    """The declarant's signature: ticks, text, password."""


# --- the venue ---------------------------------------------------------------------------------------

VERDICTS = ("pass", "problem", "not_applicable")


class LineSchema(Schema):
    """A finding on one line."""

    verdict = Choice(VERDICTS, load_default="", metadata={"label": _l("结论")})
    note = CleanText(max=1000, load_default="", metadata={"label": _l("说明")})

    @validates_schema(skip_on_field_errors=True)
    def _words(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["note"] and not data["verdict"]:
            raise ValidationError({"verdict": [Refused("required")]})
        if data["verdict"] == "problem" and not data["note"]:
            raise ValidationError({"note": [Refused("required")]})


class LinesSchema(Schema):
    """The lines of the check list, whose words stand in check_list."""

    number = fields.Nested(LineSchema)
    register = fields.Nested(LineSchema)
    annuity = fields.Nested(LineSchema)
    bars = fields.Nested(LineSchema)
    report = fields.Nested(LineSchema)
    consents = fields.Nested(LineSchema)
    fee = fields.Nested(LineSchema)
    dates = fields.Nested(LineSchema)
    words = fields.Nested(LineSchema)
    contact = fields.Nested(LineSchema)
    attachments = fields.Nested(LineSchema)


class ReviewSchema(Schema):
    """The findings of a review, those lines that are answered."""

    lines = fields.Nested(LinesSchema, load_default=dict)


class ReturnSchema(Schema):
    """What the holder is told besides the lines with a problem."""

    note = CleanText(max=2000, load_default="", metadata={"label": _l("给专利权人的话")})


class RefusalSchema(Schema):
    """Which of the nine bars holds, in words the holder reads (IR 86; GL 3.1)."""

    ground = Choice(BARS, required=True, metadata={"label": _l("不予通过的理由")})
    words = CleanText(required=True, max=2000, metadata={"label": _l("说明")})


class DecisionSchema(Schema):
    """A reviewer's decision, for machines: findings and what follows from them."""

    lines = fields.Nested(LinesSchema, load_default=dict)
    decision = Choice(("none", "approve", "return", "refuse"), load_default="none")
    note = CleanText(max=2000, load_default="")
    ground = Choice(BARS, load_default="")
    words = CleanText(max=2000, load_default="")


class OverrideSchema(Schema):
    """The first person's reason for setting a rule aside, and the password for the signature."""

    reason = CleanText(required=True, min=10, max=2000, metadata={"label": _l("理由")})
    password = Password(required=True, metadata={"label": _l("账户密码")})


class SecondPersonSchema(Schema):
    """The second person's signature."""

    password = Password(required=True, metadata={"label": _l("账户密码")})


class CnipaSchema(Schema):
    """What CNIPA has done (journeys 1.2)."""

    fact = Choice(
        ("filed", "declined", "announced", "withdrawal_announced", "withdrawal_rejected"),
        required=True,
        metadata={"label": _l("发生了什么？")},
    )
    day = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("日期")})
    cnipa_number = CleanName(max=40, load_default="", metadata={"label": _l("开放许可声明编号")})
    words = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})
    gazette_upload = _optional(_l("公告页"))

    @validates_schema(skip_on_field_errors=True)
    def _needed(self, data: Mapping[str, Any], **_: Any) -> None:
        needed = {
            "announced": ("day", "cnipa_number"),
            "withdrawal_announced": ("day",),
            "declined": ("words",),
            "withdrawal_rejected": ("words",),
        }.get(data["fact"], ())
        missing = [name for name in needed if not data[name]]
        if missing:
            raise ValidationError({name: [Refused("required")] for name in missing})


class PauseSchema(Schema):
    """Which bar arose, since when (GL 2)."""

    ground = Choice(BARS, required=True, metadata={"label": _l("出现了什么情形？")})
    since = LegalDate(required=True, metadata={"label": _l("自何日起")})
    words = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})
    evidence_upload = _optional(_l("证明文件"))


class ResumeSchema(Schema):
    """Why notices are taken again."""

    words = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})


class EndSchema(Schema):
    """The office's ending of an offer (GL 4; IR 88, 100)."""

    how = Choice(("terminate", "revoke"), required=True, metadata={"label": _l("终止还是撤销")})
    words = CleanText(required=True, max=2000, metadata={"label": _l("说明")})
    evidence_upload = _optional(_l("证明文件"))


# --- machines ----------------------------------------------------------------------------------------


class MachineSignatureSchema(Schema):
    """A signature made elsewhere over the bytes that `prepare` gave, and the digest of the text it is about."""

    kid = CleanName(required=True, max=64, metadata={"description": "an enrolled key of the organisation"})
    signature = fields.String(required=True, metadata={"description": "base64"})
    digest = CleanName(required=True, max=64, metadata={"description": "SHA-256 of the text, as prepared"})


class SubmissionSchema(MachineSignatureSchema):
    """The declarant's signature, with the ticks that belong to it."""

    undertaking = Flag(required=True)
    standing_authorisation = Flag(required=True)
    receives_here = Flag(required=True)
    internal_check = Flag(load_default=False)


class ConsentAnswerSchema(ConsentSchema):
    """A co-owner's answer; agreeing takes a signature over what `GET` gave."""

    kid = CleanName(max=64, load_default="")
    signature = fields.String(load_default="")
    digest = CleanName(max=64, load_default="")


class PreparedOut(Schema):
    """What is to be signed: the statement, its exact bytes, and the text it binds."""

    digest = fields.String(metadata={"description": "SHA-256 of `text`"})
    text = fields.String(metadata={"description": "the exact Chinese text"})
    statement = fields.Dict()
    pae = fields.String(metadata={"description": "base64 of the bytes to sign (DSSE PAE)"})


class ProblemOut(Schema):
    """Something that stands against an act."""

    code = fields.String()
    field = fields.String()
    article = fields.String()
    detail = fields.String()
    step = fields.String()


class DeclarationLine(Schema):
    """A declaration in a list."""

    number = fields.String()
    state = fields.String()
    patent = fields.String()
    venue = fields.String()
    open_from = fields.String()
    version = fields.Integer()
    digest = fields.String()
    cnipa_status = fields.String()
    cnipa_number = fields.String()
    cnipa_announced_on = LegalDate(allow_none=True)
    published_seq = fields.Integer(allow_none=True)


class DeclarationOut(DeclarationLine):
    """A declaration as its holder sees it: its steps, and what still stands against signing it."""

    steps = fields.Dict()
    problems = fields.List(fields.Nested(ProblemOut))


class WithdrawalOut(PreparedOut):
    """A withdrawal in the making or filed."""

    number = fields.String()
    ground = fields.String()
    reason = fields.String()
    missing = fields.List(fields.Nested(ProblemOut))
    filed = fields.Boolean()
    declaration_state = fields.String()


class ConsentOut(PreparedOut):
    """What a co-owner is asked."""

    declaration = fields.String()
    purpose = fields.String()
    name = fields.String()
    answer = fields.String()


class ReviewOut(Schema):
    """A declaration in a venue's queue."""

    number = fields.String()
    state = fields.String()
    age = fields.Integer(metadata={"description": "working days since it was handed in"})
    flags = fields.List(fields.String())
    lines = fields.Dict()
    obstacles = fields.List(fields.Nested(ProblemOut))


def _below(refused: Refused, head: str) -> Refused:
    return type(refused)(
        refused.code, refused.field.removeprefix(f"{head}."), refused.article, **refused.params
    )


def _without_blank(data: Any, name: str, *, kept: tuple[str, ...]) -> Any:
    """The object without those rows of a list of which a form sent nothing but a preset choice."""
    rows = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(rows, list):
        return data
    left = [row for row in rows if not isinstance(row, Mapping) or any(row.get(key) not in (None, "") for key in kept)]
    return {**data, name: left}
