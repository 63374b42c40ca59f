"""The sentences of refusals about files and about forms too large to be read."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

UPLOADS: dict[str, LazyString] = {
    "too_large": _l("文件或内容超过上限（%(max)s）。"),
    "body_too_large": _l(
        "这次提交的内容共 %(size)s，超过一次可以提交的上限 %(max)s（各个文件合计）。"
        "每个文件本身不超过 %(each)s。"
    ),
    "form_too_long": _l("表单中的文字超过 %(max)s，或者超过 %(parts)s 项，没有读取。"),
    "wrong_type": _l("文件内容不是可接受的类型；请看本项旁边列出的类型。"),
    "empty_file": _l("文件是空的。"),
    "damaged_file": _l("文件已损坏或结构异常，无法读取；请重新导出后再上传。"),
    "encrypted_pdf": _l("PDF 文件带有密码或加密；请去掉保护后再上传。"),
    "image_too_large": _l("图片尺寸过大（%(width)s × %(height)s 像素）；请以 300 dpi 扫描后再上传。"),
    "unpacks_too_large": _l("表格文件展开后超过上限（%(max)s）。"),
}
_SMALLER = _l("请减小文件后重新上传；扫描件以 300 dpi 灰度或黑白保存即可。")
UPLOAD_ADVICE: dict[str, LazyString] = {
    "too_large": _SMALLER,
    "body_too_large": _SMALLER,
    "form_too_long": _l("请分几次提交。"),
    "wrong_type": _l("请上传 PDF、PNG、JPEG 等本项旁边列出的类型。"),
}
