"""What stands around the offers: interests in O14, a collection of C1's, one of which has ended since."""

from functools import partial

from registry.catalogue import collections
from registry.catalogue import service as catalogue
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


def collected(stage: Stage, on: Telling) -> None:
    """C1 groups three offers; the bearing housing's patent ran out a little later."""
    on(130, "C1 collection", partial(_collected, stage, "C1", ("O4", "O5", "O11")))


def _collected(stage: Stage, who: str, keys: tuple[str, ...]) -> None:
    declarations = [stage.declaration(key) for key in keys]
    for one in declarations:
        catalogue.index(one.id)  # the index of the whole past is made at the end
    given = {
        "title": "焊接机器人臂架和支撑（3 件）",
        "words": "旋转臂架、回转支撑和轴承座，用在同一类焊接机器人上；每件可以单独取得。（演示）",
        "offers": [one.number for one in declarations],
    }
    collections.make(stage.actor(who), given)
