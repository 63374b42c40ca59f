"""Lists of offers for the world of the access matrix: one prepared, one sent whose transfer is awaited."""

from typing import Any

from registry.contracts import checkout
from registry.contracts.joint_printing import print_request
from tests.contracts import taking, together
from tests.factories import LUMP, published, reading


def add_to(world: Any) -> None:
    """Two licenses of the holder sent in one list and not paid, two more in a list that was not sent."""
    holder, venue = world.people["holder.owner"], world.people["venue"]
    licensee = world.people["licensee.owner"]
    dear = [published(world.app, holder, venue, fee=fee) for fee in (LUMP, taking.PER_YEAR)]
    sent = together.prepared(licensee, dear)
    together.send(licensee, sent)
    joint = reading(lambda: str(checkout.find(sent).transfers[0].id))
    print_request({"joint": joint})
    more = [published(world.app, holder, venue) for _ in range(2)]
    world.things |= {"sent_list": sent, "joint": joint, "list": together.prepared(licensee, more)}
