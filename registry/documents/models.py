"""What we remember of stored files: their digest is their name, so a row changes only when its content is
erased, or brought again.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime


class StoredFile(Model):
    """One content in the files folder; `digest` is SHA-256 in lower-case hex, `size` bytes.

    `erased_at`: the content has to be gone; the row stays, so that everybody learns that it was there.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_length"),
        CheckConstraint("size >= 0", name="size"),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
