"""What people wish for before there is a license: interests in O14."""

from functools import partial

from registry.demand import interests
from registry.demonstration.calendar import Telling
from registry.demonstration.stage import Stage

_INTERESTED = (
    (12, "C2", "用于桥梁健康监测平台的数据接入模块，预计部署在三座跨江大桥。", True),
    (9, "C5", "用于隧道衬砌监测终端的固件，先做十台样机。", False),
    (4, "C1", "焊接机器人振动数据的长期留存，评估是否适用。", False),
)
"""Days before D, who, what for, and whether the holder may write to them."""


def waiting(stage: Stage, on: Telling) -> None:
    """O14 waits for its announcement; three want to be told."""
    for days, who, use, may_contact in _INTERESTED:
        on(days, f"O14 interest {who}", partial(_interested, stage, who, use, may_contact))


def _interested(stage: Stage, who: str, use: str, may_contact: bool) -> None:
    actor = stage.actor(who)
    given = {"name": actor.name, "use": use, "may_contact": may_contact}
    interests.register(actor, stage.declaration("O14"), given, place="demonstration")
