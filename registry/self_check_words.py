"""What the self-check's answers say, Chinese here, English in the catalogue."""

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from registry.self_check import Checked

NAMES = {
    "database": _l("数据库"),
    "guards": _l("数据库的保护"),
    "keys": _l("登记平台的密钥"),
    "ledger": _l("账本"),
    "audit": _l("全库核验"),
    "clock": _l("时间"),
    "queue": _l("后台任务"),
    "mail": _l("邮件"),
    "disk": _l("磁盘"),
    "fonts": _l("字体"),
    "seal": _l("证书上的电子印章"),
    "printing": _l("打印"),
    "address": _l("公开地址"),
    "witnesses": _l("外部见证"),
    "timestamps": _l("外部时间戳"),
    "administrators": _l("三类管理员"),
}
WORDS = {
    "database": _l("%(kind)s，表结构为 %(revision)s。"),
    "schema_behind": _l(
        "表结构为 %(revision)s，本程序需要 %(wanted)s：请停止服务并运行 registry db upgrade。"
    ),
    "schema_ahead": _l(
        "表结构为 %(revision)s，比本程序（%(wanted)s）新：请换用升级过数据库的那个版本的程序，不要降级。"
    ),
    "tables_absent": _l("缺少表 %(names)s：请运行 registry db upgrade。"),
    "guards": _l("已登记的内容不能被改写或删除。"),
    "guards_missing": _l(
        "缺少 %(count)s 项保护（%(names)s）：请运行 registry db upgrade，并查明是谁去掉的。"
    ),
    "administrators": _l("系统、安全、审计三类管理员由不同的人担任。"),
    "administrators_combined": _l(
        "有 %(count)s 人同时担任三类管理员中的几类：请在“人员和角色”页分开，"
        "或者设置 REGISTRY_COMBINED_ADMINISTRATORS。"
    ),
    "keys": _l("权限正确，能够签名。"),
    "keys_unusable": _l("不能签名：%(said)s"),
    "ledger": _l("共 %(size)s 条，最近一条 %(time)s；与已公布的账本头一致。"),
    "ledger_differs": _l("与已公布的账本头不一致（%(reason)s）：请停止服务，按运维手册处理。"),
    "head_unpublished": _l("有 %(count)s 条存证在 %(minutes)s 分钟后仍未进入公布的账本头：请查看后台任务。"),
    "audit": _l("最近一次核验全部成立：%(ended)s，%(size)s 条。"),
    "audit_late": _l("超过一天没有通过核验：请查看后台任务是否在运行。"),
    "audit_invalid": _l("账本核验不通过（第 %(seq)s 条，%(reason)s）：请立即停止办理。"),
    "clock": _l("%(now)s，与数据库和账本相符。"),
    "clock_behind_log": _l("本机时间落后于账本最近一条（%(last)s）：请校准时间。"),
    "clocks_apart": _l("本机与数据库的时间相差 %(seconds)s 秒：请校准时间。"),
    "queue": _l("没有积压，也没有失败的任务。"),
    "jobs_dead": _l("有 %(count)s 个任务多次失败，已停止重试：请查看办事台。"),
    "jobs_wait": _l("最早的任务已等候 %(minutes)s 分钟：后台任务是否在运行？"),
    "mail": _l("已设置邮件服务器；待发 %(waiting)s 封。"),
    "mail_dead": _l("有 %(count)s 封信件被退回或者已放弃：见邮件记录（/desk/mail）。"),
    "mail_failing": _l("有 %(count)s 封信件上次没有发出，将再试：请查看邮件服务器。"),
    "mail_to_folder": _l("没有设置邮件服务器：信件只写入 outbox 文件夹，没有寄出。"),
    "disk": _l("剩余 %(megabytes)s MB。"),
    "disk_low": _l("只剩 %(megabytes)s MB：请扩容。"),
    "disk_full": _l("只剩 %(megabytes)s MB：很快将不能登记。"),
    "disk_read_only": _l("不能写入文件夹：请检查权限。"),
    "fonts": _l("打印所需的字体齐全。"),
    "fonts_missing": _l("缺少打印所需的字体：请运行 registry fonts。"),
    "seal": _l("%(by)s，有效期至 %(until)s，能够盖章。"),
    "seal_self_made": _l("%(by)s：自签的印章，能盖章，但没有第三方担保盖章人是谁；有效期至 %(until)s。"),
    "seal_expires_soon": _l("%(by)s：印章证书将于 %(until)s 到期，请尽快换新（registry keys seal）。"),
    "seal_missing": _l("没有设置电子印章：证书不盖章发出，页面如实说明（registry keys seal）。"),
    "seal_expired": _l("%(by)s：印章证书已于 %(until)s 到期，证书不盖章发出：请换新。"),
    "seal_not_yet": _l("%(by)s：印章证书还没有生效，证书不盖章发出。"),
    "seal_usage": _l("%(by)s：印章证书的用途不包括签名，证书不盖章发出：请换一份。"),
    "seal_unusable": _l("电子印章不能使用，证书不盖章发出：%(said)s"),
    "certificates_unsealed": _l("有 %(count)s 份证书还没有盖章：可运行 registry papers seal。"),
    "printing": _l("没有打印失败的文件。"),
    "papers_given_up": _l("有 %(count)s 份文件多次打印失败，已停止重试：请在“没有打印成功的文件”一页查看。"),
    "address": _l("%(address)s"),
    "address_open": _l("%(address)s 不是 https：登录信息可能被窃取，请在前面设置 TLS。"),
    "demonstration": _l("演示模式：数据与任何真实主体无关。"),
    "witnesses": _l("有外部见证人签署账本头。"),
    "timestamps": _l("有时间戳机构证明时间。"),
    "no_witness": _l("没有外部见证人：核验只能说明账本自身前后一致。"),
    "no_timestamps": _l("没有时间戳机构：时间以本机为准。"),
    "unreadable": _l("无法检查：%(said)s"),
}


def sentence(answer: Checked, lang: str) -> str:
    """One answer in words."""
    with force_locale(lang):
        words: str = str(WORDS[answer.code])
        return words % answer.facts if answer.facts else words


def name(answer: Checked, lang: str) -> str:
    with force_locale(lang):
        return str(NAMES[answer.name])
