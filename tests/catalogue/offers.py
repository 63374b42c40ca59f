"""Published declarations put straight into the tables, to test searching and showing; nothing is signed here.

Signing and filing are tested where they are done; the catalogue reads what they left behind.
"""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry import clock, history
from registry.catalogue import service as catalogue
from registry.contracts.models import Acceptance, Contract
from registry.database import db, new_id, transaction
from registry.licenses import public_text
from registry.licenses.draft import Draft, Patentee
from registry.licenses.models import Declaration, DeclarationVersion, StandardTerms
from registry.numbers import public_number
from registry.parties.models import Account, Organisation, Venue
from registry.parties.rules import CLOCK
from registry.patents import numbers
from registry.patents import rules as patent_rules
from registry.patents.models import Patent, PatentOwner
from tests.licenses.sample import draft as sample

PUBLISHED = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
COLUMNS = frozenset(Declaration.__table__.columns.keys()) - {"offer_last_day", "open_from"}
_serial = itertools.count(9999001)


def patent_number(kind: str = "1", year: int = 2019) -> str:
    digits = f"{year}{kind}{next(_serial):07d}"
    return f"ZL{digits}.{numbers.check_character(digits)}"


def offer(*, use: dict[str, str] | None = None, **changes: Any) -> str:
    """Publish and index one declaration; its number. Draft fields and declaration columns may be given."""
    columns = {name: changes.pop(name) for name in tuple(changes) if name in COLUMNS}
    title, main_class = changes.pop("title", None), changes.pop("main_class", None)
    number, holders = changes.pop("patent_number", None) or patent_number(), changes.pop("holders", None)
    made = sample(**changes)
    parsed = numbers.parse(number)
    filing = date(parsed.year, 7, 1)
    patent = replace(
        made.patent,
        number=str(parsed),
        kind=parsed.kind,
        filing_date=filing,
        grant_date=filing + timedelta(days=600),
        title=title or made.patent.title,
        main_class=main_class or made.patent.main_class,
        inventors=(),
    )
    patentees = tuple(Patentee(name=name) for name in holders) if holders else made.patentees
    made = replace(
        made,
        patent=patent,
        patentees=patentees,
        facts=replace(made.facts, last_day=patent_rules.last_day(parsed.kind, filing)),
    )
    return transaction(lambda: _store(made, use or {}, columns))


def _store(made: Draft, use: dict[str, str], columns: dict[str, Any]) -> str:
    holder, venue, account = _parties(made.patentees[0].name)
    patent = Patent(
        id=new_id(),
        number=made.patent.number,
        kind=str(made.patent.kind),
        title=made.patent.title,
        filing_date=made.patent.filing_date,
        grant_date=made.patent.grant_date,
        main_class=made.patent.main_class,
        holder_id=holder.id,
        created_at=PUBLISHED,
        checked_at=PUBLISHED,
        owners=[PatentOwner(position=n, name=one.name) for n, one in enumerate(made.patentees)],
    )
    declaration = Declaration(
        **{
            "id": new_id(),
            "number": public_number("D", clock.today()),
            "venue_id": venue.id,
            "holder_id": holder.id,
            "patent_id": patent.id,
            "created_by": account.id,
            "state": "published",
            "version": 1,
            "open_from": str(made.open_from),
            "offer_last_day": made.offer_last_day,
            "created_at": PUBLISHED,
            "published_at": PUBLISHED,
            "published_seq": 0,
            "published_envelope": "ab" * 32,
            **columns,
        }
    )
    db.session.add_all([patent, declaration])
    db.session.flush()
    db.session.add(_version(declaration, made, use))
    history.record(CLOCK, "approve", declaration, after="published", at=PUBLISHED)
    db.session.flush()
    catalogue.index(declaration.id)
    return declaration.number


def _version(declaration: Declaration, made: Draft, use: dict[str, str]) -> DeclarationVersion:
    fields = public_text.public_fields(made)
    text = public_text.public_text(fields)
    term = {"offer_last_day": fields["offer_last_day"], "license_last_day": fields["license_last_day"]}
    return DeclarationVersion(
        id=new_id(),
        declaration_id=declaration.id,
        submission=1,
        version=1,
        answers={"term": term, "use": use},
        public_fields=fields,
        public_text=text,
        digest=public_text.digest(text),
        terms_version="test",
        filing={},
        statement={},
        signed_by="测试",
        created_at=PUBLISHED,
    )


def _parties(name: str) -> tuple[Organisation, Venue, Account]:
    """The holder of that name, and the one venue and account there are; made where missing."""
    holder = db.session.scalar(select(Organisation).where(Organisation.name == name))
    if holder is None:
        holder = Organisation(id=new_id(), name=name, created_at=PUBLISHED)
        db.session.add(holder)
    venue = db.session.scalar(select(Venue))
    if venue is None:
        house = Organisation(id=new_id(), name="东海知识产权交易中心（演示）", created_at=PUBLISHED)
        venue = Venue(id=new_id(), code="V1", organisation_id=house.id, created_at=PUBLISHED)
        account = Account(
            id=new_id(), email="a@example.cn", name="测试", password_hash="x", created_at=PUBLISHED
        )
        terms = StandardTerms(
            version="test", effective_from=date(2026, 3, 1), digest="", text_zh="条款", text_en="Terms"
        )
        db.session.add_all([house, account, terms])
        db.session.flush()
        db.session.add(venue)
    db.session.flush()
    return holder, venue, db.session.scalars(select(Account)).first()  # type: ignore[return-value]


def license_of(number: str, *, sent: bool = True, person: bool = True) -> str:
    """A license of the offer, straight into the tables."""

    def work() -> str:
        declaration = db.session.scalars(select(Declaration).where(Declaration.number == number)).one()
        version = declaration.current
        assert version is not None
        kind = "person" if person else "organisation"
        licensee = Organisation(id=new_id(), kind=kind, name="张𬱟", created_at=clock.now())
        contract = Contract(
            id=new_id(),
            number=public_number("C", clock.today()),
            venue_id=declaration.venue_id,
            holder_id=declaration.holder_id,
            licensee_id=licensee.id,
            created_at=clock.now(),
        )
        acceptance = Acceptance(
            id=new_id(),
            number=public_number("A", clock.today()),
            contract_id=contract.id,
            declaration_id=declaration.id,
            version_id=version.id,
            venue_id=declaration.venue_id,
            holder_id=declaration.holder_id,
            licensee_id=licensee.id,
            created_by=declaration.created_by,
            state="effective" if sent else "drafted",
            track="statutory",
            created_at=clock.now(),
            nonce="00" * 16,
            noticed_at=clock.now() if sent else None,
            effective_on=date(2026, 11, 20) if sent else None,
            last_day=date(2029, 11, 19) if sent else None,
            amount_due=Decimal("68000.00"),
        )
        db.session.add(licensee)
        db.session.flush()
        db.session.add(contract)
        db.session.flush()
        db.session.add(acceptance)
        return contract.number

    return transaction(work)
