"""What stands around the offers: interests in O14, a collection of C1's, needs, reasons not to take one."""

from decimal import Decimal
from functools import partial
from typing import Any

from registry.catalogue import collections, saved_searches
from registry.catalogue import service as catalogue
from registry.catalogue.watching import Every
from registry.demand import interests, needs, reasons
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


def watched(stage: Stage, on: Telling) -> None:
    """C2 and C4 watch for offers; C4 follows an industry too."""
    on(60, "C2 watches", partial(_watched, stage, "C2", {"q": "数据"}, "数据处理", Every.DAILY))
    on(58, "C2 watches more", partial(_watched, stage, "C2", {"method": "FREE"}, "免费许可", Every.WEEKLY))
    on(41, "C4 watches", partial(_watched, stage, "C4", {"kind": "utility_model"}, "实用新型", Every.WEEKLY))
    on(40, "C4 follows", partial(_followed, stage, "C4"))


def _watched(stage: Stage, who: str, query: dict[str, str], name: str, every: str) -> None:
    saved_searches.save(stage.actor(who), query, name=name, every=every)


def _followed(stage: Stage, who: str) -> None:
    saved_searches.follow(stage.actor(who), ["C"], every=Every.WEEKLY)


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


_NEEDS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (30, "C2", {
        "title": "降低桥梁监测数据的存储量",
        "problem": "在线监测每座桥每年产生几十亿条记录，存不下也传不动；压缩之后要能还原。（演示）",
        "industry": "E48", "technology_field": "11", "budget": Decimal("50000.00"), "named": True,
    }),
    (6, "C4", {
        "title": "支架表面涂层不脱落的处理办法",
        "problem": "医用支架弯折之后涂层起皮，现有清洗和打底的办法不够；要能用在小批量生产上。（演示）",
        "industry": "C35", "technology_field": "04", "budget": None, "named": False,
    }),
)  # fmt: skip
"""Days before D, who, what."""


def needed(stage: Stage, on: Telling) -> None:
    """C2's need is public and U1 has answered it; C4's waits for a person to read it."""
    for days, who, wanted in _NEEDS:
        on(days, f"need of {who}", partial(_need, stage, who, wanted))
    on(29, "need of C2 read", partial(_read, stage, "C2"))
    on(11, "need of C2 answered", partial(_answer, stage, "U1", "C2"))
    for days, why, words in (
        (40, "price", ""),
        (33, "price", ""),
        (21, "unclear", "净销售额怎么算，没看明白。"),
    ):
        on(days, f"O7 not taken: {why} {days}", partial(_not_taken, stage, "O7", why, words, str(days)))


def _need(stage: Stage, who: str, wanted: dict[str, Any]) -> None:
    needs.post(stage.actor(who), {**wanted, "until": stage.after_months(4)})


def _read(stage: Stage, who: str) -> None:
    needs.publish(stage.actor("operator"), needs.own(stage.actor(who))[0])


def _answer(stage: Stage, holder: str, who: str) -> None:
    declaration = stage.declaration("O14")
    catalogue.index(declaration.id)
    said = {"words": "我校有一项数据压缩的专利，公告后开放，免费。（演示）", "offer": declaration.number}
    needs.answer(stage.actor(holder), needs.own(stage.actor(who))[0], said)


def _not_taken(stage: Stage, key: str, why: str, words: str, place: str) -> None:
    reasons.say(None, stage.declaration(key), {"why": why, "words": words}, place=place)
