"""What indicators are called, how they are defined, and what their codes mean to people."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry.codes.tables import table
from registry.contracts import words as contract_words
from registry.language import current
from registry.licenses.words import WORDS as LICENSE_WORDS
from registry.statistics.rules import Point, Shape

GROUPS: tuple[tuple[str, LazyString, tuple[str, ...]], ...] = (
    (
        "offers",
        _l("可以取得的许可"),
        (
            "offers_by_method", "offers_by_section", "offers_by_field", "offers_by_stage",
            "prices_by_method", "published_by_month", "visits_by_month",
        ),
    ),
    (
        "licenses",
        _l("已取得的许可"),
        (
            "licenses_by_month", "licenses_by_track", "licenses_by_method", "licenses_by_field",
            "licenses_by_region", "days_to_license",
        ),
    ),
    ("contracts", _l("技术合同登记"), ("registered_by_month", "contracts_by_registration")),
)  # fmt: skip
TITLES = {
    "offers_by_method": _l("按收费方式"),
    "offers_by_section": _l("按国际专利分类部"),
    "offers_by_field": _l("按技术领域"),
    "offers_by_stage": _l("按技术成熟阶段"),
    "prices_by_method": _l("公开标价"),
    "published_by_month": _l("每月发布"),
    "visits_by_month": _l("每月浏览"),
    "licenses_by_month": _l("每月取得"),
    "licenses_by_track": _l("按公告情况"),
    "licenses_by_method": _l("按收费方式"),
    "licenses_by_field": _l("按技术领域"),
    "licenses_by_region": _l("地区流向"),
    "days_to_license": _l("从发出通知到取得许可"),
    "registered_by_month": _l("每月登记"),
    "contracts_by_registration": _l("按办理进度"),
}
DEFINITIONS = {
    "offers_by_method": _l("统计时可以接受的声明件数，一件声明一件专利。"),
    "offers_by_section": _l("按主分类号的第一个字母；外观设计没有国际专利分类，列为“未分类”。"),
    "offers_by_field": _l("按声明填写的技术领域。"),
    "offers_by_stage": _l("按声明填写的成熟阶段。"),
    "prices_by_method": _l(
        "可以接受的声明中一次总付、按年定额两种标价的四分位数（元）；不足 20 件不列，以免把个别标价当成行情。"
    ),
    "published_by_month": _l("按在本站发布的时刻（北京时间），近 24 个月，含后来撤回或到期的。"),
    "visits_by_month": _l("声明页面被打开的次数，近 24 个月；不记是谁，不计程序和专利权人自己的浏览。"),
    "licenses_by_month": _l("按许可取得之日，近 24 个月，含后来到期或终止的；作废的不计。"),
    "licenses_by_track": _l("通知到达时声明是否已由国家知识产权局公告。"),
    "licenses_by_method": _l("按所依据声明的收费方式。"),
    "licenses_by_field": _l("按所依据声明的技术领域。"),
    "licenses_by_region": _l("由许可方所在省级地区到被许可方所在省级地区，按行政区划代码前两位。"),
    "days_to_license": _l("从通知到达之日到许可取得之日的天数（四分位数）；不足 3 份不列。"),
    "registered_by_month": _l(
        "登记机构认定登记的合同份数和核定技术交易额，近 24 个月；"
        "有价款的合同按录入先后每满 3 份一并计入金额，以免看出个别合同的价款。"
    ),
    "contracts_by_registration": _l("许可已经取得的合同，按登记办理进度。"),
}
TRACKS = {"statutory": _l("已公告"), "local": _l("未经国家知识产权局公告")}
PAID = {"paid": _l("先付费的"), "free": _l("无需先付费的")}
ABOUT = {
    Shape.PARTS: _l("类别"),
    Shape.MONTHS: _l("月份"),
    Shape.FLOWS: _l("流向"),
    Shape.QUARTILES: _l("类别"),
}
CODE, COUNT, AMOUNT = _l("代码"), _l("件数"), _l("技术交易额（元）")
QUARTILES = (_l("下四分位数"), _l("中位数"), _l("上四分位数"))
UNKNOWN = _l("未填写")
UNCLASSIFIED = _l("未分类")


def label(key: str, point: Point) -> str:
    """What a line of an indicator is about, in the reader's language."""
    if key == "licenses_by_region":
        return " → ".join(_region(code) for code in point.about)
    code = point.about[0]
    if key.endswith("_by_month"):
        return code
    if key.endswith("_by_section"):
        return f"{code} {_coded('ipc_section', code)}" if code else str(UNCLASSIFIED)
    if key.endswith("_by_field"):
        return _coded("technology_field", code)
    if key.endswith("_by_stage"):
        return _coded("stage", code)
    if key == "contracts_by_registration":
        return contract_words.said(code, "registration")
    known = {**LICENSE_WORDS["method"], **TRACKS, **PAID}
    return str(known.get(code, code or UNKNOWN))


def _coded(name: str, code: str) -> str:
    rows = table(name)
    return rows.get(code).name(current()) if code in rows else (code or str(UNKNOWN))


def _region(code: str) -> str:
    return _coded("region", f"{code}0000") if code else str(UNKNOWN)
