"""How templates say sentences in the reader's language, and call what they call, at a page's pace.

A page has a hundred sentences and calls three hundred things. The libraries' way to both is general: for each
sentence a template context of its own, for each call seven looks at what it might want to be handed.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro
from markupsafe import Markup

CATALOGUES = Path(__file__).parent / "translations"
KEPT = 20_000
"""Sentences without a name in them that are kept ready; there are some thousands, in two languages."""
_PLAIN = frozenset({FunctionType, MethodType, BuiltinMethodType})


class Page(Context):
    """What templates are rendered in. Only calls differ, and only in how soon they are made."""

    def call(self, what: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        kind = type(what)
        if kind is Macro:
            handed = True
        elif kind in _PLAIN:
            wish = getattr(what, "jinja_pass_arg", None)
            if wish is not None and wish is not _EVALUATION:
                return super().call(what, *args, **kwargs)
            handed = wish is not None
        else:
            return super().call(what, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        try:
            return what(self.eval_ctx, *args, **kwargs) if handed else what(*args, **kwargs)
        except StopIteration:  # it would end the template's own generator
            return self.environment.undefined("value was undefined because a callable raised StopIteration")


@cache
def catalogue(lang: str) -> NullTranslations:
    """The sentences of a language; Chinese is what the source says."""
    return Translations.load(CATALOGUES, [lang])


def init_app(app: Flask, current: Callable[[], str]) -> None:
    """Give templates `_`, `gettext`, `ngettext`, `pgettext` and `{% trans %}` in the `current` language."""

    @pass_eval_context
    def gettext(context: EvalContext, said: str, /, **about: Any) -> str:
        if not about and context.autoescape:
            return _ready(current(), said)
        return _filled(context, catalogue(current()).ugettext(said), about)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, n: int, /, **about: Any) -> str:
        return _filled(context, catalogue(current()).ungettext(one, many, n), {"num": n, **about})

    @pass_eval_context
    def pgettext(context: EvalContext, place: str, said: str, /, **about: Any) -> str:
        return _filled(context, catalogue(current()).upgettext(place, said), {"context": place, **about})

    app.jinja_env.context_class = Page
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    app.jinja_env.globals.update(gettext=gettext, ngettext=ngettext, pgettext=pgettext, _=gettext)


@lru_cache(KEPT)
def _ready(lang: str, said: str) -> Markup:
    return Markup(catalogue(lang).ugettext(said)) % {}  # noqa: S704 - our own sentences


def _filled(context: EvalContext, said: str, about: dict[str, Any]) -> str:
    """Always a pattern, named values or not; in a page the values are text and the sentence is markup."""
    return (Markup(said) if context.autoescape else said) % about  # noqa: S704 - our own sentences


_EVALUATION: Any = pass_eval_context(lambda _: None).jinja_pass_arg  # type: ignore[attr-defined]
"""The library's mark on what is handed how its place in the template is evaluated."""
