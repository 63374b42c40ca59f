"""What people left about offers they did not take: interests, needs, answers, reasons, words on collections.
Rows of an account go, of a declaration are blanked, so that the holder's counts stay.
"""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import or_, select

from registry.catalogue.collection_models import Collection
from registry.catalogue.saved_models import SavedFind, SavedSearch
from registry.database import db
from registry.demand import needs
from registry.demand.models import Interest
from registry.demand.need_models import Need, NeedAnswer, NotTaken
from registry.demand.need_rules import LIVE as NEEDS_LIVE
from registry.demand.rules import LIVE
from registry.erasure import traces
from registry.erasure.listing import Goes, blanked, removed
from registry.licenses.models import Declaration
from registry.parties.models import Account, Mail, Organisation
from registry.parties.rules import CLOCK


def of_account(account: Account) -> Iterator[Goes]:
    """Everything the account wished for, and what was left under its address before it had one."""
    mine = or_(Interest.account_id == account.id, Interest.email == account.email)
    query = select(Interest).where(mine).order_by(Interest.id)
    yield from (removed(row) for row in db.session.scalars(query))
    watched = select(SavedSearch).where(SavedSearch.account_id == account.id).order_by(SavedSearch.id)
    for search in db.session.scalars(watched):
        told = select(SavedFind).where(SavedFind.search_id == search.id).order_by(SavedFind.declaration_id)
        yield from (removed(one) for one in db.session.scalars(told))
        yield removed(search)
    posted = select(Need).where(Need.account_id == account.id).order_by(Need.id)
    for need in db.session.scalars(posted):
        yield from blanked(need, account_id=None)
    answered = select(NeedAnswer).where(NeedAnswer.account_id == account.id).order_by(NeedAnswer.id)
    for answer in db.session.scalars(answered):
        yield from _answer(answer)


def of_party(party: Organisation) -> Iterator[Goes]:
    """The words it wrote on its collections; which offers stood together is public and stays."""
    query = select(Collection).where(Collection.holder_id == party.id).order_by(Collection.id)
    for row in db.session.scalars(query):
        yield from blanked(row, title="—", words="", created_by=None)
    for need in needs_of(party):
        if need.state in NEEDS_LIVE:
            yield Goes(
                table="need", key=str(need.id), what="state", erase=partial(needs.move, CLOCK, need, "end")
            )
        yield from blanked(need, title="—", problem="", words="", named=False, account_id=None)
        answers = select(NeedAnswer).where(NeedAnswer.need_id == need.id).order_by(NeedAnswer.id)
        yield from (removed(answer) for answer in db.session.scalars(answers))
    said = select(NeedAnswer).where(NeedAnswer.organisation_id == party.id).order_by(NeedAnswer.id)
    for answer in db.session.scalars(said):
        yield from _answer(answer)


def needs_of(party: Organisation) -> list[Need]:
    """What it looked for; letters about it name the need's number."""
    return list(db.session.scalars(select(Need).where(Need.organisation_id == party.id).order_by(Need.id)))


def of_declaration(declaration: Declaration) -> Iterator[Goes]:
    """Who was interested in it; who still waits to hear of it never will."""
    query = select(Interest).where(Interest.declaration_id == declaration.id).order_by(Interest.id)
    for row in db.session.scalars(query):
        if row.state in LIVE:  # two without an address would be one person twice
            yield removed(row)
        else:
            yield from blanked(row, name="", email="", use="", may_contact=False, account_id=None)
    said = select(NotTaken).where(NotTaken.declaration_id == declaration.id).order_by(NotTaken.id)
    for reason in db.session.scalars(said):
        yield from blanked(reason, words="")


def _answer(answer: NeedAnswer) -> Iterator[Goes]:
    """The words, and the letter that carried them to whoever had posted the need."""
    if answer.words:
        need = db.session.get_one(Need, answer.need_id)
        said = (Mail.body.contains(need.number), Mail.body.contains(answer.words, autoescape=True))
        for letter in db.session.scalars(select(Mail).where(*said).order_by(Mail.id)):
            yield from traces.letter(letter)
    yield from blanked(answer, words="", account_id=None)
