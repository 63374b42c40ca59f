"""A version of the standard terms that has still to come, for tests."""

import hashlib
from datetime import date, timedelta
from uuid import UUID

from registry import clock
from registry.database import db, transaction
from registry.licenses import terms_days
from registry.licenses.models import StandardTerms
from tests.factories import Person

VERSION = "2027-01"
TEXT = "第一条 试用的条款（测试）。\n"


def ahead(days: int = 30, *, version: str = VERSION) -> date:
    """Put a version into the table as a release would; the day from which it holds."""

    def work() -> date:
        day = clock.today() + timedelta(days=days)
        digest = hashlib.sha256(TEXT.encode()).hexdigest()
        texts = {"digest": digest, "text_zh": TEXT, "text_en": "One.\n"}
        db.session.add(StandardTerms(version=version, effective_from=day, **texts))
        return day

    return transaction(work)


def day_asked(administrator: Person, days: int = 60, *, version: str = VERSION) -> UUID:
    """Another day asked for that version; it waits for a second person."""
    ahead(version=version)
    day = clock.today() + timedelta(days=days)
    return transaction(lambda: terms_days.ask(administrator.actor, version, day).id)
