"""What of erasures waits for an administrator, on the desk."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from registry.erasure import service as erasure
from registry.parties.desk import Card, cards
from registry.parties.permissions import may
from registry.parties.rules import Actor


@cards
def of_erasures(actor: Actor) -> Iterable[Card]:
    """Erasures another administrator asked for; the list of all of them."""
    if may(actor, "erasure.manage"):
        waiting = erasure.waiting_for(actor)
        yield Card(title=_l("个人信息删除"), url="/erasures", count=waiting, due=waiting > 0, place=60)
    elif may(actor, "erasure.view"):
        yield Card(title=_l("个人信息删除"), url="/erasures", place=60)
