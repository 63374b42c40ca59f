"""What is refused to machines at the doors, in words. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MACHINES: dict[str, LazyString] = {
    "scope_missing": _l("这把接口密钥没有“%(scope)s”的权限范围；请由创建人另建一把。"),
    "people_alone": _l("这项操作只能由本人登录后办理，不向接口密钥开放。"),
    "too_many_machine_keys": _l("最多 %(max)s 把有效的接口密钥，请先作废不用的。"),
    "machine_key_over": _l("这把接口密钥已经作废或者过期，请另建一把。"),
    "address_form": _l("请填写完整的 https 地址，域名须能公开解析，不带账号和 # 片段。"),
    "address_port": _l("这个端口不能使用；可以使用的端口：%(ports)s。"),
    "address_not_public": _l("这不是公网地址，不能向它推送。"),
    "too_many_webhooks": _l("最多登记 %(max)s 个接收地址，请先删除不用的。"),
    "file_infected": _l("文件没有通过安全扫描（%(found)s），没有保存；请换用没有问题的文件。"),
    "scanner_down": _l("安全扫描暂时没有答复，文件没有保存；请稍后用同样的内容再试。"),
    "outside_state": _l("这次登录已经过期，或者不是从这个浏览器开始的；请从登录页重新开始。"),
    "outside_denied": _l("登录服务没有同意这次登录；请从登录页重新开始，或者改用密码。"),
    "outside_token": _l("登录服务的答复没有通过核验，没有登录；请从登录页重新开始，仍不行时请告诉运营方。"),
    "outside_down": _l("登录服务暂时没有答复；请稍后再试，或者改用密码、通行密钥登录。"),
    "outside_known": _l("这个身份已经和本站的另一个账号关联；请先在那个账号里解除。"),
    "quota_used": _l("这一分钟的请求已达上限（%(limit)s 次），请 %(seconds)s 秒后再试。"),
}
