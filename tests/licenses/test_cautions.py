"""Wordings that are flagged, sentences that are not: the tables' own examples and many more."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes.tables import Code, table
from registry.licenses import cautions

DAY = date(2026, 11, 26)
FLAGGED = {
    "improvement": (
        "被许可方不得对专利进行改进",
        "改进成果无偿归专利权人所有",
        "被许可人不得在本技术基础上进行二次开发",
        "被许可方的改进技术应免费许可给许可方",
        "未经专利权人同意，禁止对许可技术再开发",
        "被许可方对产品的改良不得申请专利，改进部分属于许可方",
        "后续改进形成的专利归许可人所有",
        "乙方应当将改进方案无偿提供给甲方",
    ),
    "competing": (
        "不得使用竞争技术",
        "被许可方不得生产、销售与本产品相竞争的产品",
        "许可期间不得采用第三方的类似技术",
        "禁止被许可方引进同类专利",
        "被许可方承诺不经营替代产品",
        "不得从其他来源获得与许可技术竞争的技术",
    ),
    "limits": (
        "产品不得出口",
        "年产量不得超过 5000 台",
        "产品的销售价格不得低于每件 100 元",
        "被许可方只能通过专利权人指定的经销商销售产品",
        "被许可方不得向境外客户销售产品",
        "产品零售价由专利权人确定",
        "严禁将许可产品出口",
        "限制产品品种，仅限于三种型号；型号不得增加",
    ),
    "tying": (
        "必须购买许可方的设备",
        "被许可方应当使用专利权人提供的专用软件",
        "取得许可的，须一并购买专利权人的配套耗材",
        "应当聘请许可方的技术人员驻场",
        "以购买专利权人产品为条件",
        "采购许可方的零部件后方可实施",
    ),
    "sources": (
        "只能向许可方指定的厂家采购",
        "原材料必须从专利权人处购买",
        "被许可方不得向第三方采购原料",
        "零部件一律由许可方供应",
        "限定原材料供应商",
        "关键设备须向指定的供应商采购",
    ),
    "challenge": (
        "不得对专利权提出无效宣告请求",
        "被许可方承诺不质疑专利权的有效性",
        "放弃就本专利提出无效宣告的权利",
        "被许可人无权请求宣告该专利权无效",
        "对专利权稳定性不得提出任何异议",
        "提出无效请求的，许可终止并支付违约金",
    ),
}
INNOCENT = (
    "改进成果归改进方所有。",
    "被许可方可以自行改进许可技术，改进成果归被许可方所有。",
    "专利权人不限制被许可方进行后续研发。",
    "改进技术的归属由双方另行协商。",
    "专利权人改进许可技术的，可以免费提供改进后的图纸。",
    "被许可方不得泄露研发资料。",
    "不得以正在改进为由拖延付款。",
    "改进后的产品仍应标注专利号。",
    "本许可为普通许可，不排除竞争。",
    "双方不得实施不正当竞争。",
    "被许可方可以采用其他来源的技术。",
    "被许可方不得再许可第三人实施本专利。",
    "专利权人可以许可第三人实施本专利。",
    "不得擅自将许可转让给他人。",
    "被许可方有权选择竞争对手的产品。",
    "产品数量、价格、销售渠道和出口不受限制。",
    "每年一月报告上一年的产量。",
    "净销售额按发票金额计算，价格异常低于市场价的按市场价计算。",
    "专利权在中国有效，出口目的地另有专利的由被许可方自行处理。",
    "技术资料复制不得超过两份。",
    "被许可方自行确定售价。",
    "不得在许可期限届满后继续生产。",
    "产品合格率不得低于百分之九十五。",
    "许可地域为中国境内。",
    "应当按照说明书公开的内容实施。",
    "应当使用符合国家标准的材料。",
    "专利权人提供一套设计图纸。",
    "需要技术服务的，双方另行签订合同。",
    "被许可方应当在产品上标注专利号。",
    "应当向专利权人指定的账户支付使用费。",
    "被许可方自行采购设备。",
    "被许可方应当接受专利权人查阅账目。",
    "培训由专利权人的技术人员提供，共八小时。",
    "原材料由被许可方自行选择供应商。",
    "不限定采购渠道。",
    "专利权人可以推荐设备供应商，被许可方自愿选择。",
    "资料向专利权人领取。",
    "材料样品由专利权人提供两件。",
    "专利权被宣告无效的，以后各期使用费不再支付。",
    "专利权人不得限制被许可方请求宣告专利权无效。",
    "对账目有异议的，应当在三十日内提出。",
    "被许可方可以对专利权的有效性提出质疑。",
    "专利权人不能保证专利权不被宣告无效。",
    "被宣告无效前已经支付的使用费不予返还。",
    "双方对本合同有争议的，协商解决。",
    "仅可由被许可方自己实施，不得再许可。",
    "只能在许可范围内使用本专利。",
    "被许可方应当妥善保管许可方提供的软件资料。",
    "在产品或者包装上标注“专利开放许可”字样，不得标注专利权人的商标。",
    "须报告产量",
    "净销售额指销售发票金额减去税款、运费和退货。",
    "被许可方可以委托他人制造。",
    "许可产品不得使用专利权人的商标销售。",
    "被许可方不得将图纸用于其他用途。",
    "专利权人每年提供不超过十小时的技术指导，超出部分另行收费。",
    "产品的型号和数量由被许可方自行决定。",
    "使用费按被许可方销售产品的数量计算。",
    "被许可方应当按照出口管制规定办理出口。",
    "出口产品按离岸价计入净销售额。",
    "不得向专利权人以外的账户付款。",
    "被许可方应当每季度向专利权人提供销售数量和销售价格的报告。",
    "购买者使用产品无需另行取得许可。",
    "专利权人保留改进许可技术并自行实施的权利。",
    "专利权人不得以被许可方改进许可技术为由解除合同。",
)
ADVERTISED = (
    "市场上最佳的产品",
    "国家级水平",
    "企业首选方案",
    "独家技术",
    "国内唯一的生产方法",
    "确保盈利",
    "投资零风险",
    "世界领先水平",
    "全国 第一 的技术",
    "国内领先的技术。",
    "顶级品质",
    "百分之百有效",
    "填补空白，前所未有",
    "本技术国际领先",
    "机不可失",
    "承诺收益翻倍",
    "行业第一品牌",
    "全球首创",
    "最具竞争力",
    "唯一掌握该工艺的单位",
)
PLAIN = (
    "最佳反应温度为 60 摄氏度",
    "本许可不是独家许可",
    "唯一标识符",
    "国家级重点实验室资助",
    "首选信道",
    "一种处理方法，效率提高约三成",
    "不保证盈利",
    "第一电极与第二电极",
    "国内已有同类方法",
    "领先一个周期输出",
    "专利权人不承诺收益",
    "确保利润核算准确",
    "提高了刀具的尖端强度",
    "成本较低，便于推广",
    "可靠性高",
    "节点的唯一编号",
    "成品率接近百分之百",
    "在最短时间内收敛到最优解",
    "中国专利第一百号",
)


def kinds(text: str) -> list[str]:
    return [one.kind for one in cautions.monopoly(text, DAY)]


@pytest.mark.parametrize("kind", FLAGGED)
def test_sentences_of_each_kind_are_flagged(kind: str) -> None:
    assert len(FLAGGED[kind]) >= 6
    assert [text for text in FLAGGED[kind] if kind not in kinds(text)] == []


def test_innocent_sentences_raise_no_flag() -> None:
    assert [(text, kinds(text)) for text in INNOCENT if kinds(text)] == []


def test_advertising_is_found_and_technical_words_are_not() -> None:
    assert [text for text in ADVERTISED if not cautions.advertising(text, DAY)] == []
    assert [text for text in PLAIN if cautions.advertising(text, DAY)] == []


def rows(name: str) -> list[Code]:
    return [row for row in table(name) if row.facts["pattern"]]


@pytest.mark.parametrize("name", [cautions.MONOPOLY, cautions.ADVERTISING])
def test_each_row_flags_its_example_and_no_row_flags_its_counter_example(name: str) -> None:
    look = cautions.monopoly if name == cautions.MONOPOLY else cautions.advertising
    for row in rows(name):
        cautions.check_pattern(row.facts["pattern"])
        assert row.parent in [one.kind for one in look(row.facts["example"], DAY)], row.code
        assert row.facts["counter"], row.code
        assert look(row.facts["counter"], DAY) == (), row.code


def test_each_row_is_needed_for_its_own_example() -> None:
    """Of the advertising rows, whose kinds have several: the row itself answers."""
    for row in rows(cautions.ADVERTISING):
        assert row.code in [one.code for one in cautions.advertising(row.facts["example"], DAY)], row.code


def test_the_six_kinds_are_those_of_the_interpretation_with_its_articles() -> None:
    heads = [row for row in table(cautions.MONOPOLY) if not row.parent]
    assert tuple(row.code for row in heads) == cautions.KINDS
    assert [row.facts["article"] for row in heads] == [f"SPC 10({n})" for n in range(1, 7)]


def test_words_are_found_through_blanks_and_wide_characters_and_said_as_written() -> None:
    (found,) = cautions.monopoly("被许可方 不得\u3000出口。", DAY)
    assert (found.kind, found.words, found.article) == ("limits", "不得出口", "SPC 10(3)")
    (found,) = cautions.monopoly("改进成果归属：免费许可给被许可方，被许可方无偿提供其改进。", DAY)
    assert found.words.startswith("被许可方")
    assert cautions.advertising("效果１００％有效", DAY)[0].kind == "promise"


def test_a_gap_does_not_leave_its_sentence() -> None:
    assert kinds("不得转让许可。出口自由") == []
    assert kinds("不得转让许可\n出口自由") == []
    assert kinds("不得转让许可；改进归改进方") == []


def test_licensee_and_licensor_are_told_apart() -> None:
    assert kinds("改进成果归被许可方所有") == []
    assert kinds("改进成果归许可方所有") == ["improvement"]


@pytest.mark.parametrize("pattern", ["（甲|乙", "甲）", "?甲", "甲" * 401, "…" * 13])
def test_a_pattern_that_cannot_be_read_or_would_be_slow_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        cautions.check_pattern(pattern)


@given(st.text(alphabet="不得被许可方专利权人改进出口购买、，。质疑（）…~|*?+[", max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = cautions.monopoly(text, DAY)
    assert [one.kind for one in found] == sorted((one.kind for one in found), key=cautions.KINDS.index)
    whole = cautions.monopoly(text + "。" + text, DAY)
    assert [one.kind for one in whole] == [one.kind for one in found]


def test_a_row_counts_only_on_the_days_it_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    read = table(cautions.MONOPOLY)
    later = DAY + timedelta(days=1)
    dated = tuple(replace(row, valid_from=later) for row in read.rows)
    monkeypatch.setattr(cautions, "table", lambda name: replace(read, rows=dated))
    assert cautions.monopoly("产品不得出口", DAY) == ()
    assert [one.kind for one in cautions.monopoly("产品不得出口", later)] == ["limits"]
