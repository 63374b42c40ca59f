"""What is said about passwords, codes and proofs that are refused, Chinese source; English in the catalogue.
No logic.
"""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SIGN_IN: dict[str, LazyString] = {
    "password_own": _l(
        "密码里有您的姓名、邮箱、单位或本站的名字，会最先被猜到；请换成与它们无关的一句话。"
    ),
    "password_common": _l("这个密码由最常用的密码或词语组成，会最先被猜到；请用几个不相干的词连成一句话。"),
    "password_pattern": _l("密码里有连续、重复、相邻按键或日期，容易被猜到；请用几个不相干的词连成一句话。"),
    "password_weak": _l("密码太容易猜到；请用几个不相干的词连成一句话。"),
    "second_wrong": _l("验证码不正确、已经用过或已过期。请填最新的验证码；有恢复码的也可以用恢复码。"),
    "app_code_wrong": _l("与应用里的数字不符。请核对手机时间是自动校准的，再输入最新的六位数字。"),
    "app_known": _l("这个账号已经启用验证器应用；要换一个，请先停用。"),
    "app_not_begun": _l("这个账号没有启用验证器应用。"),
    "phone_code_wrong": _l("短信验证码不正确、已经过期，或试错次数过多；可以重新发送。"),
    "sms_not_set": _l("本站没有接通短信，暂时不能用手机验证；请用电子邮箱。"),
    "address_same": _l("这就是账号现在的邮箱。"),
    "address_link_over": _l("这个链接不能确认您的账号：它已经用过、过期，或者之后又申请过；请重新申请。"),
    "proof_wanted": _l("请先确认是您本人：十分钟内没有验证过密码、验证码或通行密钥。"),
    "second_factor_first": _l("请您自己先启用第二重验证，并在这次登录中用过它，再要求全体成员使用。"),
    "second_factor_owed": _l("您所代表的一方要求用第二重验证登录：请先启用并使用验证器应用或通行密钥。"),
}
SIGN_IN_ADVICE: dict[str, LazyString] = {
    "proof_wanted": _l("打开“请确认是您本人”页验证一次，再办此事。"),
    "second_factor_owed": _l("打开“第二重验证”页，按上面的步骤办理。"),
}
