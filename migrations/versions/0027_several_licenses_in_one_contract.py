"""several licenses in one contract"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("licensee_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_checkout_created_by")),
        sa.ForeignKeyConstraint(["licensee_id"], ["organisation.id"], name=op.f("fk_checkout_licensee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout")),
        sa.UniqueConstraint("number", name=op.f("uq_checkout_number")),
    )
    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checkout_licensee_id_created_at"), ["licensee_id", "created_at"], unique=False
        )

    op.create_table(
        "joint_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("issued_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_joint_payment_checkout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_payment")),
        sa.UniqueConstraint("reference", name=op.f("uq_joint_payment_reference")),
    )
    with op.batch_alter_table("joint_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joint_payment_checkout_id"), ["checkout_id"], unique=False)

    op.create_table(
        "basket_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("licensee_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("track", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_basket_line_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["licensee_id"], ["organisation.id"], name=op.f("fk_basket_line_licensee_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["declaration_version.id"], name=op.f("fk_basket_line_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket_line")),
        sa.UniqueConstraint(
            "licensee_id", "declaration_id", name=op.f("uq_basket_line_licensee_id_declaration_id")
        ),
    )
    with op.batch_alter_table("basket_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_basket_line_licensee_id_place"), ["licensee_id", "place"], unique=False
        )

    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checkout_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("place", sa.Integer(), server_default="1", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_acceptance_reference"), type_="unique")
        batch_op.create_index(
            batch_op.f("ix_acceptance_checkout_id_place"), ["checkout_id", "place"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_acceptance_reference"), ["reference"], unique=False)
        batch_op.create_index(
            "uq_acceptance_reference_alone",
            ["reference"],
            unique=True,
            sqlite_where=sa.text("checkout_id IS NULL"),
            postgresql_where=sa.text("checkout_id IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_acceptance_checkout_id"), "checkout", ["checkout_id"], ["id"]
        )

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("split_from_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_contract_split_from_id"), ["split_from_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_contract_split_from_id"), "contract", ["split_from_id"], ["id"]
        )

    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.add_column(sa.Column("licenses", sa.JSON(), server_default="[]", nullable=False))

    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("transfer_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_payment_transfer_id"), ["transfer_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_transfer_id"))
        batch_op.drop_column("transfer_id")

    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_column("licenses")

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_contract_split_from_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_contract_split_from_id"))
        batch_op.drop_column("split_from_id")

    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_acceptance_checkout_id"), type_="foreignkey")
        batch_op.drop_index(
            "uq_acceptance_reference_alone",
            sqlite_where=sa.text("checkout_id IS NULL"),
            postgresql_where=sa.text("checkout_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_acceptance_reference"))
        batch_op.drop_index(batch_op.f("ix_acceptance_checkout_id_place"))
        batch_op.create_unique_constraint(batch_op.f("uq_acceptance_reference"), ["reference"])
        batch_op.drop_column("place")
        batch_op.drop_column("checkout_id")

    with op.batch_alter_table("basket_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_basket_line_licensee_id_place"))

    op.drop_table("basket_line")
    with op.batch_alter_table("joint_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joint_payment_checkout_id"))

    op.drop_table("joint_payment")
    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkout_licensee_id_created_at"))

    op.drop_table("checkout")
