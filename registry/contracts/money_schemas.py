"""What may come in about money: claims, what an account shows, refunds. Shapes, never a query."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.contracts.debts import KEY
from registry.contracts.schemas import ClockTime, Password, instant_of
from registry.errors import Refused
from registry.fields import Checked, Choice, CleanName, CleanText, Flag, LegalDate, Money, Schema
from registry.parties.identifiers import email as read_email
from registry.parties.schemas import bank_account

RESULTS = ("agrees", "other_payer", "not_arrived", "duplicate")


def _named(label: Any) -> dict[str, Any]:
    return {"label": label}


def _password() -> Password:
    return Password(required=True, metadata=_named(_l("登录密码")))


def _upload(label: Any) -> CleanName:
    return CleanName(required=True, max=40, metadata=_named(label))


class DueKey(Checked[str]):
    """Which due of a license: `start`, or kind and number such as `instalment:2` (contracts/debts.py)."""

    properties: Mapping[str, Any] = {"type": "string", "pattern": KEY.pattern, "example": "instalment:2"}

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not KEY.fullmatch(value):
            raise Refused("due_unknown")
        return value


class ClaimSchema(Schema):
    """The bank slip in words (journeys 3.4, page 4p)."""

    amount = Money(required=True, metadata=_named(_l("付款金额")))
    paid_on = LegalDate(required=True, metadata=_named(_l("付款日期")))
    paid_time = ClockTime(load_default=None, metadata=_named(_l("付款时间")))
    payer = CleanName(required=True, max=200, metadata=_named(_l("付款人户名")))
    payer_reason = CleanText(load_default="", max=500, metadata=_named(_l("由他人付款的原因")))
    payer_account = CleanName(load_default="", max=40, metadata=_named(_l("付款账号")))
    payer_statement_upload = CleanName(load_default="", max=40, metadata=_named(_l("代付说明")))
    serial = CleanName(required=True, max=60, metadata=_named(_l("银行流水号")))
    slip_upload = _upload(_l("银行回单"))
    due = DueKey(load_default="start", metadata=_named(_l("款项")))


class ClaimFormSchema(ClaimSchema):
    """The same with what a person signs with."""

    password = _password()


class AnswerSchema(Schema):
    """What the account shows (journeys 3.5, page 2)."""

    result = Choice(RESULTS, required=True, metadata=_named(_l("核对结果")))
    amount = Money(load_default=None, metadata=_named(_l("到账金额")))
    arrived_on = LegalDate(load_default=None, metadata=_named(_l("到账日期")))
    arrived_time = ClockTime(load_default=None, metadata=_named(_l("到账时间")))
    serial = CleanName(load_default="", max=60, metadata=_named(_l("银行流水号")))
    note = CleanText(load_default="", max=1000, metadata=_named(_l("说明")))


class AnswerFormSchema(AnswerSchema):
    """The same with what a person signs with, and the line of a statement it was matched with."""

    line = fields.UUID(load_default=None)

    password = _password()


class RefundSchema(Schema):
    """Money sent back."""

    sent_on = LegalDate(required=True, metadata=_named(_l("退款日期")))
    slip_upload = _upload(_l("退款回单"))


class ReceiptSchema(Schema):
    """The receipt a bank stamped, for the venue."""

    receipt_upload = _upload(_l("银行盖章的回单"))


class RefundDecisionSchema(Schema):
    """The venue's word on a refund that one side sent and the other misses."""

    received = Flag(required=True, metadata=_named(_l("退款是否收到？")))
    reason = CleanText(required=True, min=2, max=1000, metadata=_named(_l("理由")))


class ReceivedSchema(Schema):
    """Whether a refund has come."""

    received = Flag(required=True, metadata=_named(_l("退款是否收到？")))


class AccountNumber(Checked[str]):
    """A bank account's number as banks print it, spaces cut."""

    def read(self, value: Any) -> str:
        return bank_account(value)


class AccountChangeSchema(Schema):
    """Another receiving account (journeys 3.5)."""

    name = CleanName(required=True, max=200, metadata=_named(_l("收款人户名")))
    bank = CleanName(required=True, max=100, metadata=_named(_l("开户银行")))
    number = AccountNumber(required=True, metadata=_named(_l("账号")))
    reason = CleanText(required=True, min=2, max=500, metadata=_named(_l("变更原因")))
    password = _password()


class StepUpSchema(Schema):
    """The password alone: the act signs what stands on the page."""

    password = _password()


class ReasonSchema(Schema):
    """Why something is stopped."""

    reason = CleanText(required=True, min=2, max=500, metadata=_named(_l("理由")))


class Address(Checked[str]):
    """A mail address."""

    def read(self, value: Any) -> str:
        return read_email(value)


class BankColumnsSchema(Schema):
    """Which heading of a statement is which of our columns; empty where there is none."""

    day = CleanName(load_default="", max=100, metadata=_named(_l("交易日期")))
    booked = CleanName(load_default="", max=100, metadata=_named(_l("记账日期")))
    time = CleanName(load_default="", max=100, metadata=_named(_l("交易时间")))
    credit = CleanName(load_default="", max=100, metadata=_named(_l("收入金额")))
    debit = CleanName(load_default="", max=100, metadata=_named(_l("支出金额")))
    amount = CleanName(load_default="", max=100, metadata=_named(_l("交易金额")))
    sign = CleanName(load_default="", max=100, metadata=_named(_l("借贷标志")))
    payer = CleanName(load_default="", max=100, metadata=_named(_l("对方户名")))
    payer_account = CleanName(load_default="", max=100, metadata=_named(_l("对方账号")))
    remark = CleanName(load_default="", max=100, metadata=_named(_l("附言")))
    summary = CleanName(load_default="", max=100, metadata=_named(_l("摘要")))
    purpose = CleanName(load_default="", max=100, metadata=_named(_l("用途")))
    note = CleanName(load_default="", max=100, metadata=_named(_l("备注")))
    serial = CleanName(load_default="", max=100, metadata=_named(_l("流水号")))


class BankConfirmSchema(Schema):
    """The proposals a person has looked at and ticked, and the password that signs each."""

    lines = fields.List(
        fields.UUID(metadata={"label": _l("到账")}), required=True, metadata=_named(_l("要确认的到账"))
    )
    password = _password()


INVOICE_KINDS = ("ordinary", "special")


class InvoiceAskSchema(Schema):
    """What an invoice has to say about its buyer."""

    kind = Choice(INVOICE_KINDS, required=True, metadata=_named(_l("发票种类")))
    title = CleanName(required=True, max=200, metadata=_named(_l("发票抬头")))
    tax_number = CleanName(load_default="", max=30, metadata=_named(_l("纳税人识别号")))
    email = Address(required=True, metadata=_named(_l("接收发票的邮箱")))
    address = CleanName(load_default="", max=200, metadata=_named(_l("地址")))
    phone = CleanName(load_default="", max=40, metadata=_named(_l("电话")))
    bank = CleanName(load_default="", max=100, metadata=_named(_l("开户银行")))
    bank_account = CleanName(load_default="", max=40, metadata=_named(_l("银行账号")))


class InvoiceSchema(Schema):
    """An invoice that was issued."""

    number = CleanName(required=True, max=40, metadata=_named(_l("发票号码")))
    day = LegalDate(required=True, metadata=_named(_l("开票日期")))
    kind = Choice(INVOICE_KINDS, required=True, metadata=_named(_l("发票种类")))
    amount = Money(required=True, metadata=_named(_l("价税合计")))
    file_upload = _upload(_l("发票文件"))


class RedInvoiceSchema(Schema):
    """The red-letter invoice that reverses another."""

    number = CleanName(required=True, max=40, metadata=_named(_l("红字发票号码")))
    day = LegalDate(required=True, metadata=_named(_l("开票日期")))
    reason = CleanText(required=True, min=2, max=500, metadata=_named(_l("红冲原因")))
    file_upload = _upload(_l("红字发票文件"))


def claim_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """A loaded claim as the service takes it: day and time of the slip become one instant."""
    facts = {name: value for name, value in given.items() if name != "paid_time"}
    return {**facts, "paid_at": instant_of(given["paid_on"], given["paid_time"])}


def answer_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """A loaded answer as the service takes it; of money that did not arrive nothing else is stated."""
    facts = {name: value for name, value in given.items() if name != "arrived_time"}
    if facts["result"] == "not_arrived":
        return {**facts, "amount": None, "arrived_on": None, "serial": ""}
    return {**facts, "arrived_at": instant_of(given["arrived_on"], given["arrived_time"])}
