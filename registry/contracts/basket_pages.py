"""许可清单: the list of the organisation one has signed in for, or a visitor's, kept with the session."""

from collections.abc import Callable, Iterable
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import language
from registry.contracts import basket, checkout
from registry.contracts.allocation import MOST_LINES
from registry.contracts.basket_models import Checkout
from registry.contracts.basket_schemas import VERBS
from registry.database import transaction
from registry.errors import Refused
from registry.licenses import wording
from registry.parties import doors
from registry.parties.permissions import may
from registry.parties.rules import PARTY_ROLES, Actor

blueprint = flask.Blueprint("basket", __name__)
KEPT = "basket"
"""Where a visitor's list stands in the signed session."""


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"list_size": size}


@blueprint.get("/basket")
@doors.public
def show() -> ResponseReturnValue:
    """The list, and the offers a page asks to put on it."""
    actor = _taker()
    if actor is not None and flask.session.get(KEPT):
        _merge(actor)
    found = basket.of(actor) if actor is not None else basket.seen(_kept())
    there = {one.number for one in found.lines}
    wanted = [one for one in basket.seen(_asked()).lines if one.number not in there]
    return render_template(
        "contracts/basket.html",
        basket=found,
        wanted=wanted,
        taker=actor,
        price=lambda fee: wording.price(fee, language.current()),
        unsent=_unsent(actor) if actor is not None else None,
        most=MOST_LINES,
    )


@blueprint.post("/basket/add")
@doors.public
def add() -> ResponseReturnValue:
    """Put one or several offers on the list; those that stand there already stay where they are."""
    numbers, actor = [basket.found(one).number for one in _asked()], _taker()
    if actor is None:
        _keep(dict.fromkeys([*_kept(), *numbers]))
    else:
        _merge(actor)
        transaction(lambda: basket.add(actor, numbers))
    return redirect(url_for("basket.show"), 303)


@blueprint.post("/basket/change")
@doors.public
def change() -> ResponseReturnValue:
    """Remove an offer, move it, or say that its present text was read."""
    number, verb = (request.form.get(name, "").strip() for name in ("offer", "verb"))
    number, actor = number.upper(), _taker()
    if verb not in VERBS:
        raise Refused("not_a_choice", "verb")
    if actor is None:
        _keep(_turned(_kept(), number, verb))
    else:
        transaction(_verbs(actor, number)[verb])
    return redirect(url_for("basket.show"), 303)


def size() -> int:
    """How many offers the reader's list holds; for the layout and the pages of offers."""
    actor = _taker()
    return basket.size(actor) if actor is not None else len(_kept())


# --- inside ------------------------------------------------------------------------------------------


def _taker() -> Actor | None:
    """Who may take licenses for an organisation; everybody else has a visitor's list."""
    actor = doors.current_actor()
    if actor is None or actor.organisation_id is None or actor.role not in PARTY_ROLES:
        return None
    return actor if may(actor, "acceptance.draft", basket.taker(actor, actor.organisation_id)) else None


def _unsent(actor: Actor) -> Checkout | None:
    """What was prepared and not sent, where the reader may go on with it."""
    found = checkout.unsent_of(actor)
    return found if found is not None and may(actor, "checkout.view", found) else None


def _asked() -> list[str]:
    source = request.form if request.method == "POST" else request.args
    return [
        one.strip().upper() for name in ("offer", "offers") for one in source.getlist(name) if one.strip()
    ]


def _kept() -> list[str]:
    """The visitor's numbers; what somebody else's cookie holds is read as nothing."""
    kept = flask.session.get(KEPT)
    return [one for one in kept if isinstance(one, str)][:MOST_LINES] if isinstance(kept, list) else []


def _keep(numbers: Iterable[str]) -> None:
    found = list(numbers)
    if len(found) > MOST_LINES:
        raise Refused("list_too_long", "offer", max=MOST_LINES)
    flask.session[KEPT] = found


def _merge(actor: Actor) -> None:
    """What a visitor gathered goes onto the organisation's list once; what no longer exists, has no room or
    is beyond an agent's power is left.
    """
    there = basket.seen(_kept()).lines
    numbers = [one.number for one in there if basket.reaches(actor, one.declaration)]
    if numbers:
        room = MOST_LINES - basket.size(actor)
        transaction(lambda: basket.add(actor, numbers[: max(room, 0)]))
    flask.session.pop(KEPT, None)


def _turned(numbers: list[str], number: str, verb: str) -> list[str]:
    if number not in numbers:
        return numbers
    at = numbers.index(number)
    if verb == "remove":
        return [one for one in numbers if one != number]
    other = {"up": at - 1, "down": at + 1}.get(verb, at)
    if 0 <= other < len(numbers):
        numbers[at], numbers[other] = numbers[other], numbers[at]
    return numbers


def _verbs(actor: Actor, number: str) -> dict[str, Callable[[], object]]:
    return {
        "remove": lambda: basket.remove(actor, [number]),
        "confirm": lambda: basket.confirm(actor, [number]),
        "up": lambda: basket.move(actor, number, up=True),
        "down": lambda: basket.move(actor, number, up=False),
    }
