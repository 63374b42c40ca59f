"""An agency: named by C1 for two of its patents, it declares one of them; the university has asked it too."""

from collections.abc import Sequence
from functools import partial

from registry import clock
from registry.database import db
from registry.demonstration.calendar import Telling
from registry.demonstration.cast import party
from registry.demonstration.offers import main_offers
from registry.demonstration.stage import Stage
from registry.parties import powers

AGENT = "A1"
NUMBERED = ("O4", "O5")


def named(stage: Stage, on: Telling) -> None:
    """C1's power stands before the agency drafts O4; U1's waits for the agency's answer."""
    offers = {one.key: one for one in main_offers(stage.day)}
    begins = offers["O4"].published + 8
    numbers = [offers[key].number for key in NUMBERED]
    matters = ["declare", "withdraw", "register", "answer"]
    on(begins, "C1 names A1", partial(_name, stage, "C1", matters, numbers, months=18, offer="O4"))
    on(begins, "A1 takes it on", lambda: _accept(stage, "O4"))
    on(2, "U1 asks A1", partial(_name, stage, "U1", ["register"], (), months=12))


def _name(
    stage: Stage, who: str, matters: Sequence[str], numbers: Sequence[str], *, months: int, offer: str = ""
) -> None:
    """Write the power down and sign it; the agency declares the offer under it."""
    actor = stage.actor(who)
    facts = {
        "agent": party(AGENT).uscc,
        "matters": matters,
        "patents": numbers,
        "first_day": clock.today(),
        "last_day": stage.after_months(months),
        "own_side": False,
        "both_sides": False,
    }
    row = powers.draft(actor, facts)
    db.session.flush()
    act = powers.grant_act(actor, row)
    granted = powers.grant(actor, row.number, act, stage.sign(who, act.statement))
    if offer:
        stage.powers[offer] = AGENT, granted.number


def _accept(stage: Stage, offer: str) -> None:
    agent, number = stage.powers[offer]
    powers.accept(stage.actor(agent), number)
