"""What tables and term sets hold of people goes with the declaration, and with the party."""

from flask import Flask
from sqlalchemy import text

from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.licenses import register, reviews
from tests import factories
from tests.erasure.making import administrator, erase, where, years_later
from tests.factories import make_organisation, make_venue, reading
from tests.licenses import batching

INVENTOR, PHONE, ACCOUNT = "钟离墨渊", "021-77665544", "6222020000000099887"


def test_rows_go_with_their_declaration_and_term_sets_with_their_party(lite: Flask) -> None:
    holder, venue = make_organisation(lite, "u1"), make_venue(lite, "v1")
    contact = {**batching.steps()["contact"], "phone": PHONE}
    account = {**batching.steps()["account"], "number": ACCOUNT}
    batching.make_set(holder, contact=contact, account=account)
    batch_id = batching.drafted(holder, venue, [batching.row(inventors=INVENTOR), batching.row(title="")])
    number = batching.numbers_of(batch_id)[0]
    batching.sign(holder, batch_id, [number])
    factories.pass_all(venue, number)
    transaction(lambda: reviews.send_back(venue.actor, register.find(number), "请补充"))
    assert any("batch_row" in one for one in where(lite, [INVENTOR]))
    two = administrator(lite, "a1@example.cn"), administrator(lite, "a2@example.cn")
    with years_later():
        erase(*two, "declaration", number)
        left = where(lite, [INVENTOR])
        assert [one for one in left if "batch_row" in one or "declaration" in one] == []
        assert any("term_set_version" in one for one in where(lite, [PHONE]))
        party = str(holder.organisation_id)
        erase(*two, "party", party)
        assert where(lite, [PHONE, ACCOUNT]) == []
    assert reading(lambda: db.session.execute(text("SELECT count(*) FROM batch_row")).scalar()) == 1
    assert ledger.audit().exit_code == 0
