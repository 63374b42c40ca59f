"""What is refused to those who run and audit the registry, in words. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ADMINISTRATION: dict[str, LazyString] = {
    "sample_size": _l("份数应为 1 至 %(max)s。"),
}
