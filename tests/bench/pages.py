"""The uncached listing page against a bare GET of one row, both through a test client on the same engine."""

from flask import Flask

from tests.bench.bare import bare_app, insert_row
from tests.bench.measuring import Row, compare
from tests.factories import LUMP, announce, make_organisation, make_venue, published


def run(app: Flask, database: str) -> list[Row]:
    holder, venue = make_organisation(app, "u1"), make_venue(app, "v1")
    offer = published(app, holder, venue, fee=LUMP)
    announce(offer)
    insert_row()
    ours, bare = app.test_client(), bare_app("/row", app).test_client()

    def listing(_number: int) -> None:
        assert ours.get(f"/offers/{offer.number}").status_code == 200

    def row(_number: int) -> None:
        assert bare.get("/row").status_code == 200

    return [compare(f"listing page, uncached · {database}", listing, row, rounds=7, each=30)]
