"""The bare baselines: what the same machine does with nothing of ours but the same engine and durability."""

import uuid

from flask import Flask
from sqlalchemy import LargeBinary, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, db, transaction


class BareRow(Model):
    """A row as wide as a ledger entry."""

    __tablename__ = "bench_bare_row"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


BODY = b"x" * 250


def insert_row(_number: int = 0) -> None:
    """One INSERT of 250 bytes, committed."""
    transaction(lambda: db.session.execute(insert(BareRow), {"id": str(uuid.uuid4()), "body": BODY}))


def bare_app(url_rule: str, ours: Flask) -> Flask:
    """A Flask application with one GET of one row and one POST with a commit, on the engine of ours."""
    app = Flask("bare")

    @app.get(url_rule)
    def get() -> str:
        with ours.app_context():
            row = db.session.execute(select(BareRow.id).limit(1)).scalar_one()
            db.session.remove()
        return row

    @app.post(url_rule)
    def post() -> tuple[str, int]:
        with ours.app_context():
            insert_row()
            db.session.remove()
        return "", 201

    return app
