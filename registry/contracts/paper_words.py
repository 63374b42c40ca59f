"""What pages call the papers of a contract, by kind."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

PAPERS: Mapping[str, LazyString] = {
    "notice": _l("开放许可实施通知书（附送达回执）"),
    "payment_request": _l("付款通知单"),
    "contract": _l("许可合同（确认书）"),
    "confirmation": _l("许可合同（确认书）"),
    "sheet": _l("技术合同登记表（信息核对表）"),
    "certificate": _l("许可证书"),
    "corrected": _l("因更正而不同的文件"),
    "seal": _l("证书上的电子印章"),
    "contract_docx": _l("许可合同（可编辑文本）"),
    "notice_en": _l("实施通知书（英文阅读版）"),
    "payment_request_en": _l("付款通知单（英文阅读版）"),
    "contract_en": _l("许可合同（英文阅读版）"),
    "sheet_en": _l("技术合同登记表英文说明"),
    "certificate_en": _l("许可证书（英文阅读版）"),
}
