"""What the worker made of a contract and what is no filed paper: sealed certificates, and files somebody
asked for that are kept for a while.
"""

import uuid
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.contracts.models import Contract, Paper
from registry.database import Model, UtcDateTime, uuid_key


class SealedPaper(Model):
    """A certificate with its bundle under the registry's seal: another file than the one whose digest stands
    in the log, linked to it by the paper. `size` is the head its bundle reaches.
    """

    __tablename__ = "sealed_paper"
    __table_args__ = (
        UniqueConstraint("paper_id", "size"),
        CheckConstraint("length(digest) = 64", name="digest_length"),
        CheckConstraint("level IN ('B-B', 'B-T')", name="level"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    paper_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("paper.id"))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    level: Mapped[str] = mapped_column(String(3))
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the seal's certificate
    by: Mapped[str] = mapped_column(String(200))  # its common name
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paper: Mapped[Paper] = relationship()


class MadeFile(Model):
    """A file somebody asked for: a disclosure or a recordal pack, made by the worker, kept for some days.

    `inputs` is the digest of all it is made of, the asker's side included: whoever asks again for the same
    gets the same file. `digest` is empty until it is there.
    """

    __tablename__ = "made_file"
    __table_args__ = (
        UniqueConstraint("contract_id", "kind", "inputs"),
        CheckConstraint("kind IN ('disclosure', 'recordal')", name="kind"),
        CheckConstraint("digest = '' OR length(digest) = 64", name="digest_length"),
        CheckConstraint("size >= 0", name="size"),
        Index(None, "asked_at"),
        Index(None, "digest"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    contract_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contract.id"))
    kind: Mapped[str] = mapped_column(String(10))
    inputs: Mapped[str] = mapped_column(String(64))
    chosen: Mapped[list[str]] = mapped_column(JSON, default=list)
    # for whom: what is in it depends on what they may see
    account_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    venue_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    role: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contract: Mapped[Contract] = relationship()
