"""What people left about offers they did not take: interests. Rows of an account go, of a declaration are
blanked, so that the holder's count stays.
"""

from collections.abc import Iterator

from sqlalchemy import or_, select

from registry.catalogue.collection_models import Collection
from registry.database import db
from registry.demand.models import Interest
from registry.demand.rules import LIVE
from registry.erasure.listing import Goes, blanked, removed
from registry.licenses.models import Declaration
from registry.parties.models import Account, Organisation


def of_account(account: Account) -> Iterator[Goes]:
    """Everything the account wished for, and what was left under its address before it had one."""
    mine = or_(Interest.account_id == account.id, Interest.email == account.email)
    query = select(Interest).where(mine).order_by(Interest.id)
    yield from (removed(row) for row in db.session.scalars(query))


def of_party(party: Organisation) -> Iterator[Goes]:
    """The words it wrote on its collections; which offers stood together is public and stays."""
    query = select(Collection).where(Collection.holder_id == party.id).order_by(Collection.id)
    for row in db.session.scalars(query):
        yield from blanked(row, title="—", words="", created_by=None)


def of_declaration(declaration: Declaration) -> Iterator[Goes]:
    """Who was interested in it; who still waits to hear of it never will."""
    query = select(Interest).where(Interest.declaration_id == declaration.id).order_by(Interest.id)
    for row in db.session.scalars(query):
        if row.state in LIVE:  # two without an address would be one person twice
            yield removed(row)
        else:
            yield from blanked(row, name="", email="", use="", may_contact=False, account_id=None)
