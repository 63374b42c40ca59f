"""What a first-day question is, and on which page its answer stands. No logic but finding them."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of one person. `page` is a key of PLACES; `article` what the answer rests on, in short
    names as rules cite them; `own` when the page answers it itself, for what is being looked at there.
    """

    key: str
    question: LazyString
    answer: LazyString
    page: str
    article: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that carries answers: what it is called, the template, the nearest address that needs no number.
    """

    name: LazyString
    template: str
    url: str


PLACES: dict[str, Place] = {
    "submitted": Place(name=_l("声明已提交"), template="licenses/submitted.html", url="/declarations"),
    "fee": Place(name=_l("怎样收费？"), template="licenses/steps/fee.html", url="/declarations"),
    "fee_note": Place(
        name=_l("使用费怎么算出来的？"), template="licenses/steps/fee_note.html", url="/declarations"
    ),
    "received": Place(
        name=_l("收到的实施通知"), template="contracts/acceptances.html", url="/holder/acceptances"
    ),
    "declarations": Place(name=_l("本单位的声明"), template="licenses/index.html", url="/declarations"),
    "stamps": Place(name=_l("等待本单位盖章的合同"), template="contracts/stamps.html", url="/stamps"),
    "invoices": Place(name=_l("待开发票"), template="contracts/invoices.html", url="/holder/invoices"),
    "patent": Place(name=_l("专利"), template="patents/show.html", url="/patents"),
    "organisation": Place(name=_l("单位"), template="parties/organisation.html", url="/organisation"),
    "offer": Place(name=_l("要约页面"), template="catalogue/_questions.html", url="/search"),
    "batches": Place(name=_l("登记批次"), template="exports/choose.html", url="/venue/batches"),
    "batch": Place(name=_l("批次"), template="exports/batch.html", url="/venue/batches"),
    "contracts": Place(
        name=_l("合同与登记进度"), template="contracts/of_venue.html", url="/venue/contracts"
    ),
    "seals": Place(name=_l("核对印章"), template="contracts/stamp.html", url="/venue/stamps"),
    "contract": Place(name=_l("合同页面"), template="contracts/contract.html", url="/venue/contracts"),
    "numbers": Place(name=_l("本场所的编号"), template="contracts/numbers.html", url="/venue/contracts"),
    "results": Place(name=_l("导入登记结果"), template="contracts/result_lists.html", url="/venue/results"),
    "sample": Place(name=_l("按种子抽样"), template="contracts/audit_sample.html", url="/audit/sample"),
    "events": Place(name=_l("安全日志"), template="parties/events.html", url="/desk/events"),
    "exceptions": Place(
        name=_l("两人批准的例外"), template="contracts/audit_exceptions.html", url="/audit/exceptions"
    ),
    "decided": Place(
        name=_l("作出的决定"), template="contracts/audit_decisions.html", url="/audit/decisions"
    ),
    "reconciliation": Place(
        name=_l("核对存证、款项、备案与登记"), template="contracts/reconciliation.html", url="/reconciliation"
    ),
    "codes": Place(name=_l("代码表"), template="codebook/index.html", url="/codes"),
    "log": Place(name=_l("存证日志"), template="catalogue/log.html", url="/log"),
    "verify": Place(name=_l("核验"), template="catalogue/verify.html", url="/verify"),
}
