"""What is said when a passkey cannot be used, Chinese source; English in the catalogue. No logic."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

PASSKEYS: dict[str, LazyString] = {
    "ceremony_over": _l("通行密钥的这次询问已经用过或超过十分钟，请重新签署；没有任何内容被写入。"),
    "passkey_wrong": _l(
        "通行密钥的答复不对：不是本账号的设备、已经作废，或设备没有核对本人。可以再试一次，或改用密码。"
    ),
    "no_passkey": _l("您还没有可用的通行密钥，请用密码签署。"),
    "too_many_passkeys": _l("最多登记 %(max)s 把通行密钥，请先作废不用的。"),
}
