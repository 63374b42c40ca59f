"""stamped sheets seat by seat, written authorities, vouchers, where originals go"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("agent", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'registration') = (venue_id IS NOT NULL)", name=op.f("ck_authority_venue")
        ),
        sa.CheckConstraint("kind IN ('office', 'registration')", name=op.f("ck_authority_kind")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_authority_days")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_authority_organisation_id")
        ),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_authority_upload_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_authority_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
    )
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_authority_organisation_id_kind"), ["organisation_id", "kind"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_authority_upload_id"), ["upload_id"], unique=False)

    op.create_table(
        "original_received",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_original_received_contract_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", "seat", name=op.f("pk_original_received")),
    )
    op.create_table(
        "stamped_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.String(length=16), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("embedded", sa.JSON(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_stamped_sheet_contract_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_stamped_sheet_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamped_sheet")),
        sa.UniqueConstraint(
            "contract_id", "seat", "upload_id", name=op.f("uq_stamped_sheet_contract_id_seat_upload_id")
        ),
    )
    with op.batch_alter_table("stamped_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamped_sheet_upload_id"), ["upload_id"], unique=False)

    op.create_table(
        "seal_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("written", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["stamped_sheet.id"], name=op.f("fk_seal_reading_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_reading")),
    )
    with op.batch_alter_table("seal_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_reading_sheet_id"), ["sheet_id"], unique=False)

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("voucher_number", sa.String(length=24), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_contract_voucher_number"), ["voucher_number"])

    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.add_column(sa.Column("courier", sa.Text(), server_default="", nullable=False))
        batch_op.create_check_constraint(
            op.f("ck_venue_stamp_track"), "stamp_track IN ('stamped_original', 'e_signed_print')"
        )
    _move_scans(op.get_bind())


def downgrade() -> None:
    _take_back(op.get_bind())
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_venue_stamp_track"), type_="check")
        batch_op.drop_column("courier")

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_contract_voucher_number"), type_="unique")
        batch_op.drop_column("voucher_number")

    with op.batch_alter_table("seal_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seal_reading_sheet_id"))

    op.drop_table("seal_reading")
    with op.batch_alter_table("stamped_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamped_sheet_upload_id"))

    op.drop_table("stamped_sheet")
    op.drop_table("original_received")
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authority_upload_id"))
        batch_op.drop_index(batch_op.f("ix_authority_organisation_id_kind"))

    op.drop_table("authority")


ATTACHMENT = sa.table(
    "attachment",
    *(sa.column(name, sa.Uuid()) for name in ("id", "contract_id", "upload_id", "added_by")),
    sa.column("slot", sa.String()),
    sa.column("added_at", sa.DateTime(timezone=True)),
)
SHEET = sa.table(
    "stamped_sheet",
    *(sa.column(name, sa.Uuid()) for name in ("id", "contract_id", "upload_id", "added_by")),
    sa.column("seat", sa.String()),
    sa.column("embedded", sa.JSON()),
    sa.column("added_at", sa.DateTime(timezone=True)),
)
READING = sa.table(
    "seal_reading",
    *(sa.column(name, sa.Uuid()) for name in ("id", "sheet_id", "read_by")),
    *(sa.column(name, sa.Text()) for name in ("written", "sealed", "reason")),
    sa.column("agrees", sa.Boolean()),
    sa.column("read_at", sa.DateTime(timezone=True)),
)
CONTRACT = sa.table("contract", sa.column("id", sa.Uuid()), sa.column("seal_names", sa.JSON()))
ACCEPTANCE = sa.table(
    "acceptance",
    sa.column("contract_id", sa.Uuid()),
    sa.column("record", sa.JSON()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def _move_scans(connection: sa.Connection) -> None:
    """A scan brought so far shows the whole contract: a sheet for each seat, read as the clerk read it."""
    scans = sa.select(ATTACHMENT).where(ATTACHMENT.c.slot == "02b").order_by(ATTACHMENT.c.added_at)
    last: dict[tuple[uuid.UUID, str], tuple[uuid.UUID, Any]] = {}
    for scan in connection.execute(scans).all():
        for seat, name in _seats(connection, scan.contract_id):
            row = {"id": uuid.uuid4(), "seat": seat, "embedded": [], **_brought(scan)}
            connection.execute(sa.insert(SHEET).values(row))
            last[scan.contract_id, name] = row["id"], scan.added_at
    for (contract_id, name), (sheet_id, at) in last.items():
        query = sa.select(CONTRACT.c.seal_names).where(CONTRACT.c.id == contract_id)
        for written, sealed in connection.execute(query).scalar_one() or ():
            if written == name:
                row = {"id": uuid.uuid4(), "sheet_id": sheet_id, "written": written, "sealed": sealed}
                row |= {"agrees": written == sealed, "reason": "", "read_by": None, "read_at": at}
                connection.execute(sa.insert(READING).values(row))
    connection.execute(sa.delete(ATTACHMENT).where(ATTACHMENT.c.slot == "02b"))


def _take_back(connection: sa.Connection) -> None:
    """Each file once, as a scan of the whole."""
    sheets = connection.execute(sa.select(SHEET).order_by(SHEET.c.added_at)).all()
    for sheet in {(one.contract_id, one.upload_id): one for one in sheets}.values():
        row = {"id": uuid.uuid4(), "slot": "02b", **_brought(sheet)}
        connection.execute(sa.insert(ATTACHMENT).values(row))


def _brought(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("contract_id", "upload_id", "added_by", "added_at")}


def _seats(connection: sa.Connection, contract_id: uuid.UUID) -> Iterator[tuple[str, str]]:
    query = sa.select(ACCEPTANCE.c.record).where(ACCEPTANCE.c.contract_id == contract_id)
    record = connection.execute(query.order_by(ACCEPTANCE.c.created_at).limit(1)).scalar_one()
    record = json.loads(record) if isinstance(record, str) else record
    if record:
        yield "licensor", record["licensor"]["name"]
        for number, consent in enumerate(record["co_owners"], start=1):
            yield f"co_owner.{number}", consent["name"]
        yield "licensee", record["licensee"]["name"]
