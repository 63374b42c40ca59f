"""What the log of security says of an event, in words. No logic."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry.events import What

KINDS: Mapping[str, LazyString] = {
    What.SIGN_IN: _l("登录"),
    What.SIGN_IN_FAILED: _l("登录失败"),
    What.SIGN_OUT: _l("退出登录"),
    What.THROTTLED: _l("尝试过多，已暂停"),
    What.ACCOUNT: _l("账号"),
    What.PASSWORD: _l("密码"),
    What.KEY: _l("签名密钥"),
    What.FACTOR: _l("第二重验证"),
    What.MACHINE: _l("程序密钥"),
    What.ROLE: _l("人员和角色"),
    What.REFUSED: _l("被拒绝的访问"),
    What.EXPORT: _l("导出"),
    What.PERSONAL: _l("查看个人信息"),
    What.ADMINISTRATION: _l("管理操作"),
}
DETAILS: Mapping[str, LazyString] = {
    "register": _l("开立账号"),
    "confirm": _l("确认邮箱"),
    "reset_password": _l("忘记密码后重设"),
    "change_password": _l("更换密码"),
    "renew_key": _l("更换账号密钥"),
    "register_passkey": _l("添加通行密钥"),
    "enroll_passkey": _l("启用通行密钥签名"),
    "remove_passkey": _l("停用通行密钥"),
    "enroll_key": _l("登记单位密钥"),
    "rotate_key": _l("更换单位密钥"),
    "revoke_key": _l("停用单位密钥"),
    "create_api_key": _l("新建"),
    "revoke_api_key": _l("停用"),
    "invite": _l("邀请"),
    "approve_invitation": _l("批准邀请"),
    "drop_invitation": _l("取消邀请"),
    "join": _l("加入"),
    "appoint": _l("任命"),
    "end_membership": _l("停止代表"),
    "verify": _l("通过主体核验"),
    "send_back": _l("退回主体证明"),
    "suspend": _l("暂停办理"),
    "resume": _l("恢复办理"),
    "open_venue": _l("开设交易场所"),
    "change_codes": _l("修改代码表"),
    "ask_erasure": _l("申请删除个人信息"),
    "erase": _l("删除个人信息"),
    "drop_erasure": _l("取消删除申请"),
    "open_letter": _l("打开一封信"),
    "resend": _l("重发一封信"),
    "retry": _l("重做后台任务"),
    "drop": _l("放下后台任务"),
    "sign_in_wrong": _l("邮箱或者密码不对"),
    "end_session": _l("结束一处登录"),
    "particulars": _l("主体资料：证件、账户和联系方式"),
    "bank": _l("银行账户"),
    "contact": _l("联系方式"),
    "people": _l("姓名和邮箱"),
    "contract": _l("合同当事人资料"),
    "file": _l("上传的文件"),
    "erasure": _l("删除清单"),
}
"""Words for `detail`; a code without any is shown as it is."""
