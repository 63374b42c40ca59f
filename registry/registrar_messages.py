"""What is refused about registrars, their answers, and the tables people bring. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

REGISTRARS: dict[str, LazyString] = {
    # tables people bring
    "no_rows": _l("标题行下面没有内容。"),
    "too_many_files": _l("压缩包里的文件超过 %(max)s 个；请分成几个。"),
    "encrypted_archive": _l("压缩包设有密码；请去掉密码后再上传。"),
    "name_twice": _l("有两个文件都叫 %(name)s；请改名后再上传。"),
    "rows_or_file": _l("请选择文件，或者粘贴各行，二者取其一。"),
    "positions_behind": _l("还有 %(n)s 份有变动的合同没有重新检查，文件暂不完整，请过一会儿再下载。"),
    "list_saved": _l("这份结果表已经保存过。"),
    "old_workbook": _l("这是旧格式的工作簿（.xls）；请在表格软件中另存为 .xlsx，或者复制各行粘贴到本页。"),
    "too_many_rows": _l("表格超过 %(max)s 行；请分成几份。"),
    "too_many_columns": _l("表格超过 %(max)s 列；请只保留需要的列。"),
    "headings_missing": _l("没有找到这些列：%(names)s。请保留标题行，列的先后不限。"),
    "heading_twice": _l("列“%(name)s”出现了两次；请只保留一列。"),
    "number_shortened": _l(
        "表格软件把长编号缩写成了科学计数法（如 1.23E+15），原来的数字已经看不到；"
        "请先把该列的单元格格式设为“文本”，重新填入编号后再试。"
    ),
    "number_lost_digits": _l(
        "表格软件只保留 15 位数字，更长的编号后几位已变成零；请把单元格格式设为“文本”，重新填入完整的编号。"
    ),
    # registrars and their answers
    "regions_form": _l("服务区域应是行政区划代码的前 2 至 6 位数字，用逗号分开，例如 31 或 310115。"),
    "registrar_known": _l("这个登记机构已经有了。"),
    "days_crossed": _l("失效日期不能早于生效日期。"),
    "view_needs_source": _l("记录意见的，请写明哪一天、由谁答复。"),
    "buyer_may_not_apply": _l(
        "只有卖方在境外，或者双方在同一登记机构的区域而卖方不办的，才由买方申请。"
    ),
    "no_registrar_for_region": _l("没有服务申请人所在区域（%(region)s）的登记机构。"),
    "registrar_takes_not": _l("该登记机构不受理这一方的申请。"),
    "due_before_day": _l("补正期限不能早于结果的日期。"),
    "technology_above_total": _l("技术交易额不能大于成交总额。"),
    "result_unknown": _l("不认识的结果“%(said)s”；可用：已受理、已登记、补正、不予登记、变更、注销。"),
    "ground_unknown": _l("理由代码应为 1 至 9。"),
    "result_unmatched": _l("本场所没有平台存证编号为 %(number)s 的合同。"),
    "result_blank": _l("没有填写结果，不作处理。"),
    "result_known": _l("与已经录入的结果相同。"),
    "row_repeated": _l("与本表前面的一行相同。"),
    "contract_twice": _l("本表有几行说的是同一份合同，内容不一致；请先改正。"),
    "registration_number_taken": _l("这个合同登记编号已经属于合同 %(contract)s。"),
    "result_before_last": _l("日期早于已经录入的上一个结果（%(day)s）。"),
    "result_state": _l("合同现在的登记状态不能录入这个结果。"),
    "recognised_differs": _l("核定成交总额 %(theirs)s 与本平台的 %(ours)s 不同，请核对。"),
    "registration_number_length": _l("登记编号一般为 14 或 16 位数字，请核对。"),
    "preview_changed": _l("预览之后有了变化，下面是现在的结果；请重新核对后再保存。"),
    "nothing_to_save": _l("没有可以保存的行。"),
}
