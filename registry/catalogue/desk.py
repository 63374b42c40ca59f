"""What a holder or a venue has made public in the catalogue, on its desk."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from registry.catalogue import collections
from registry.parties.desk import Card, cards
from registry.parties.rules import PARTY_ROLES, Actor, Role


@cards
def of_collections(actor: Actor) -> Iterable[Card]:
    """Collections of one's own; a link to make the first one for whoever has something to group."""
    if (actor.role in PARTY_ROLES and actor.organisation_id is not None) or actor.role == Role.OPERATOR:
        made, offered = collections.counted(actor)
        if made or offered > 1:
            yield Card(title=_l("我们的专利包"), url="/collections/mine", count=made or None, place=44)
