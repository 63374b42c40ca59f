"""The listing page, rendered anew and from the page cache, against a bare GET of one row, all through a test
client on the same engine.
"""

from flask import Flask

from registry.catalogue.page_cache import KEPT, Pages
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

    app.extensions[KEPT] = Pages(most=0)
    name = f"listing page, {{}} · {database}"
    uncached = compare(name.format("uncached"), listing, row, rounds=7, each=30, aim="≥ 0.15")
    app.extensions[KEPT] = Pages()
    cached = compare(name.format("from the cache"), listing, row, rounds=7, each=90, aim="≥ 0.5")
    return [uncached, cached]
