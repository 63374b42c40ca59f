"""What comes in about a correction. Which fields may be corrected, the rules say; here is the shape alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from registry.contracts.corrigible import FIELDS
from registry.contracts.schemas import Password
from registry.errors import Refused
from registry.fields import Checked, CleanText, Schema, Whole

MOST = max(len(fields) for fields in FIELDS.values())


class Values(Checked[dict[str, str]]):
    """Corrected values by their dotted path, or nested as a form sends them."""

    properties = {
        "type": "object",
        "description": "path -> new value",
        "additionalProperties": {"type": "string"},
    }

    def read(self, value: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise Refused("not_an_object")
        found = dict(_flat(value))
        if len(found) > MOST:
            raise Refused("too_many", max=MOST)
        return found


def _flat(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, one in value.items():
        path = f"{before}.{name}" if before else str(name)
        if isinstance(one, Mapping):
            yield from _flat(one, path)
        elif not isinstance(one, str):
            raise Refused("not_text", path)
        else:
            yield path, one


class CorrectionSchema(Schema):
    """New values, and why."""

    values = Values(required=True, metadata={"label": _l("更正为")})
    reason = CleanText(required=True, min=2, max=500, metadata={"label": _l("更正的原因")})


class CorrectionActSchema(CorrectionSchema):
    """The same with the filing that is corrected, for machines."""

    corrects = Whole(required=True, metadata={"description": "seq of the filing that is corrected"})


class CorrectionFormSchema(CorrectionSchema):
    """The same with what a person signs with."""

    password = Password(required=True, metadata={"label": _l("登录密码")})
