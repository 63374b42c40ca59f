"""What printing is called on pages: grounds of a reissue, jobs of the worker, how far a paper has come."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

PRINTED: Mapping[str, Mapping[str, LazyString]] = {
    "reissue_ground": {
        "misprint": _l("印制有误"),
        "glyphs": _l("缺字或者字形不对"),
        "file_lost": _l("保存的文件损坏"),
        "other": _l("其他原因"),
    },
    "print_job": {
        "papers.print": _l("打印文件"),
        "papers.reprint": _l("按更正重新打印"),
        "papers.reissue": _l("重新印制"),
        "papers.seal": _l("加盖电子印章"),
    },
    "print_state": {
        "waiting": _l("等待打印"),
        "running": _l("正在打印"),
        "again": _l("上次没有成功，会自动再试"),
        "failed": _l("打印失败"),
    },
}
