"""The page that sets up to four offers side by side: a permanent link, for everybody, without a cookie."""

from urllib.parse import urlencode

import flask
from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from registry import language, money, problems
from registry.catalogue import comparing
from registry.catalogue import service as catalogue
from registry.catalogue.rules import COMPARED_MAX
from registry.catalogue.schemas import CompareSchema
from registry.errors import Invalid, Refused
from registry.forms import FormState, labels, load
from registry.licenses.estimates import Assumed
from registry.parties import doors

blueprint = flask.Blueprint("compare", __name__)
TYPED_MAX = 20
"""Numbers that are read from an address at all."""


@blueprint.get("/compare")
@doors.public
def show() -> ResponseReturnValue:
    """`?offers=a,b,c,d&sales=…&profit=…`; a form's repeated `offers` become the permanent link."""
    numbers = _numbers()
    typed = {name: value for name in ("sales", "profit") if (value := request.args.get(name, "").strip())}
    if len(request.args.getlist("offers")) > 1:
        return redirect(address(numbers, **typed), 303)
    try:
        comparing.check_count(len(numbers))
        given = load(CompareSchema, typed)
        found = catalogue.compare(numbers, Assumed(**given), language.current())
    except Refused as refused:
        return _page(numbers, typed, refused), problems.status(refused)
    return _page(numbers, typed, None, found)


def address(numbers: list[str], **typed: str) -> str:
    """The permanent link of a comparison."""
    return f"/compare?{urlencode({'offers': ','.join(numbers), **typed}, safe=',')}"


def _numbers() -> list[str]:
    """What was chosen, each once, in its order; a patent's number stands for its newest offer."""
    typed = [one for value in request.args.getlist("offers") for one in value.split(",") if one.strip()]
    return list(dict.fromkeys(catalogue.number_meant(one) for one in typed[:TYPED_MAX]))


def _page(
    numbers: list[str],
    typed: dict[str, str],
    refused: Refused | None,
    found: comparing.Comparison | None = None,
) -> str:
    errors = () if refused is None else refused.refusals if isinstance(refused, Invalid) else (refused,)
    return render_template(
        "catalogue/compare.html",
        found=found,
        chosen=catalogue.titles(numbers),
        form=FormState(typed, errors, labels(CompareSchema)),
        too_many=any(one.code == "compare_too_many" for one in errors),
        without=lambda number: address([one for one in numbers if one != number], **typed),
        most=COMPARED_MAX,
        capitals=money.capitals,
    )
