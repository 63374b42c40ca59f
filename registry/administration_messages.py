"""What is refused to those who run and audit the registry, in words. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ADMINISTRATION: dict[str, LazyString] = {
    "organisation_suspended": _l("本单位已被暂停办理，不能签署新的文件；已有的声明和许可不受影响。"),
    "already_suspended": _l("该单位已经暂停。"),
    "not_suspended": _l("该单位没有被暂停。"),
    "own_membership": _l("不能邀请自己，也不能结束自己的身份；请由另一人办理。"),
    "membership_ended": _l("这个身份已经结束。"),
    "invitation_known": _l("这个邮箱已有同样的邀请，还没有接受。"),
    "member_known": _l("这个邮箱的人已经是这个身份。"),
    "invitation_settled": _l("这份邀请已经接受、收回、过期，或者还没有经第二人批准。"),
    "second_administrator": _l("增加系统管理员或安全管理员须由另一位安全管理员批准。"),
    "administrators_apart": _l("系统管理员、安全管理员和审计管理员须由不同的人担任；此人已任其中之一。"),
    "approval_needed": _l("本单位规定此项由第二人批准：请送交另一位有签署权的成员，由其核对并签署。"),
    "approval_not_needed": _l("本单位没有规定此项须由第二人批准，可以直接签署。"),
    "approval_settled": _l("这份请求已经签署、收回、不批准或者过期。"),
    "approval_alone": _l("本单位只有一位有签署权的成员，没有人可以做第二人；请先邀请一位签署人。"),
    "second_signer": _l("送交的人不能自己批准；请由另一位有签署权的成员签署。"),
    "job_not_dead": _l("这项任务没有停下，或者已有人处理。"),
    "terms_in_force": _l("这个版本自 %(day)s 起已经使用，日子不再改变。"),
    "terms_day_soon": _l("从今天起至少要公示 %(days)s 日。"),
    "terms_day_taken": _l("另一个版本也自 %(day)s 起使用；请换一个日子。"),
    "terms_day_known": _l("这个版本已有一个日子在等待批准；请先批准或者放弃它。"),
    "terms_day_settled": _l("这一项已经批准或者放弃。"),
    "sample_size": _l("份数应为 1 至 %(max)s。"),
    "sample_as_of": _l("截至的存证条数应为 1 至 %(max)s 的整数；留空表示截至现在。"),
    "extract_rows": _l("超过 %(max)s 行，不能一次带走；请把条件或者日期收窄。"),
}
