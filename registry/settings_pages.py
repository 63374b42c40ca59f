"""The settings as administrators and auditors see them: read-only, without secrets; and the state of keys."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from registry import self_check
from registry import self_check_words as words
from registry.config import Settings
from registry.language import current
from registry.parties import doors
from registry.parties.desk import Card, cards
from registry.parties.permissions import allow, may
from registry.parties.rules import Actor

ADDRESS = "/admin/settings"
SECRET = frozenset(one.name for one in fields(Settings) if not one.repr)
"""What the settings keep out of every print, for it is or carries a password: said to be set or not, and
never shown. Database addresses lose theirs."""
HIDDEN = frozenset({"testing"})
KEYS = frozenset({"keys", "seal"})
"""Answers of the self-check about keys."""
_PASSWORD = re.compile(r"//[^/@]*@")
blueprint = Blueprint("settings", __name__)


@blueprint.get(ADDRESS)
@doors.signed_in
def show() -> ResponseReturnValue:
    allow(doors.actor(), "settings.view")
    settings, lang = cast(Settings, current_app.extensions["settings"]), current()
    keys = [one for one in self_check.run() if one.name in KEYS]
    return render_template(
        "health/settings.html",
        rows=shown(settings),
        keys=[(words.name(one, lang), one.state, words.sentence(one, lang)) for one in keys],
    )


def shown(settings: Settings) -> list[tuple[str, str]]:
    """Every setting by name with its value; of a secret only whether there is one."""
    names = [one.name for one in fields(settings) if one.name not in HIDDEN]
    return [(name, _value(name, getattr(settings, name))) for name in names]


def _value(name: str, value: Any) -> str:
    if name in SECRET:
        return str(_l("已设置")) if value else str(_l("未设置"))
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, Path) or value is not None:
        return _PASSWORD.sub("//…@", str(value))
    return ""


@cards
def of_settings(actor: Actor) -> list[Card]:
    return [Card(title=_l("设置和密钥"), url=ADDRESS, place=63)] if may(actor, "settings.view") else []
