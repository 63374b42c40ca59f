"""internal units"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "internal_unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_internal_unit_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_unit")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_internal_unit_organisation_id_name")),
    )
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("matters", sa.JSON(), server_default="[]", nullable=False))
        batch_op.create_index(batch_op.f("ix_authority_unit_id"), ["unit_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_authority_unit_id"), "internal_unit", ["unit_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("ck_authority_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_authority_kind"), "kind IN ('office', 'registration', 'unit')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_authority_unit"), "(kind = 'unit') = (unit_id IS NOT NULL)"
        )

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_membership_unit_id"), "internal_unit", ["unit_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_membership_unit_id"), type_="foreignkey")
        batch_op.drop_column("unit_id")

    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_authority_unit"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_authority_kind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_authority_kind"), "kind IN ('office', 'registration')"
        )
        batch_op.drop_constraint(batch_op.f("fk_authority_unit_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_authority_unit_id"))
        batch_op.drop_column("matters")
        batch_op.drop_column("unit_id")

    op.drop_table("internal_unit")
