"""The sentences of refusals about papers: printing, reissue, files made on request."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

PAPERS: dict[str, LazyString] = {
    "paper_superseded": _l("这份文件已被较新的版本取代，请对最新的一份重新印制。"),
    "paper_being_printed": _l("这份许可还有文件正在打印，请等它完成后再试。"),
    "file_being_made": _l("文件正在后台生成，请稍后再下载。"),
}
