"""What may come in about money: claims, what an account shows, refunds. Shapes, never a query."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from registry.contracts.debts import KEY
from registry.contracts.schemas import ClockTime, Password, instant_of
from registry.errors import Refused
from registry.fields import Checked, Choice, CleanName, CleanText, Flag, LegalDate, Money, Schema

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
    """The same with what a person signs with."""

    password = _password()


class RefundSchema(Schema):
    """Money sent back."""

    sent_on = LegalDate(required=True, metadata=_named(_l("退款日期")))
    slip_upload = _upload(_l("退款回单"))


class ReceivedSchema(Schema):
    """Whether a refund has come."""

    received = Flag(required=True, metadata=_named(_l("退款是否收到？")))


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
