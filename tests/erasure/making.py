"""A paid license with distinct personal values everywhere, and the means to look for them everywhere."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import NullPool, create_engine, inspect, text

from registry import clock, jobs
from registry.contracts import register as contracts
from registry.contracts import registration, tasks
from registry.database import db, transaction
from registry.erasure import service as erasure
from registry.erasure.listing import Listing
from registry.errors import Refused
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.rules import OrganisationKind, Role
from tests.contracts import taking
from tests.factories import LUMP, Offer, Person, actor_of, make_account, make_organisation, published, reading
from tests.kept import remembered
from tests.parties.people import PDF

LATER = datetime(2046, 1, 1, tzinfo=UTC)
"""After patent, license and retention of everything the tests make."""

OF_CONTRACT = {
    "use": "用于第九研究小组的秘密样机。",
    "contact": "穆清辞",
    "phone": "13712345678",
    "serial": "SERIAL-9988-QX",
    "payer": "某亲属的银行账户",
    "file": "私人回单照片.pdf",
    "note": "账户所示由其亲属转来",
    "corrected": "13712345679",
}
OF_PERSON = {
    "name": "欧阳书桐",
    "identity": "11010519491231002X",
    "address": "某市静心里七弄五号",
    "party_phone": "13698765432",
    "bank": "6217000000000008888",
}
OF_ACCOUNT = {"email": "shutong@private.example", "signer": "欧阳书桐经办"}
OF_DECLARATION = {"declarant_phone": "021-63211234", "account": "6222029999999999998"}


@dataclass(frozen=True, slots=True)
class Licensed:
    """A license taken by a natural person, with everything printed and sent."""

    offer: Offer
    licensee: Person
    number: str
    contract: str
    upload: UUID


@remembered
def licensed(app: Flask, *, offer: Offer | None = None, printed: bool = True) -> Licensed:
    """Notice, slip, answer and, unless told, papers and letters, all with the values above in them."""
    offer = offer or published(app, fee=LUMP, account={"number": OF_DECLARATION["account"]})
    licensee = _person(app)
    contact = {"name": OF_CONTRACT["contact"], "phone": OF_CONTRACT["phone"], "email": ""}
    number = taking.taken(licensee, offer, use=OF_CONTRACT["use"], contact=contact, capacity="self")
    slip = brought(licensee, b"slip of one contract", OF_CONTRACT["file"])
    money = {
        "payer": OF_CONTRACT["payer"],
        "payer_reason": "亲属代付",
        "serial": OF_CONTRACT["serial"],
        "slip_upload": slip,
    }
    payment = taking.claim(app, licensee, number, **money)
    taking.answer(offer.holder, payment, note=OF_CONTRACT["note"])
    contract = reading(lambda: contracts.find(number).contract.number)
    extra = brought(licensee, b"invoice of one contract", "发票.pdf")

    def attach() -> None:
        upload = db.session.get_one(Upload, extra)
        registration.attach(licensee.actor, contracts.find_contract(contract), "14", upload)

    transaction(attach)
    brought(licensee, b"never used", f"{OF_ACCOUNT['signer']}.pdf")
    if printed:
        jobs.run_all()
    db.session.rollback()
    return Licensed(offer, licensee, number, contract, slip)


def _person(app: Flask) -> Person:
    person = make_organisation(
        app,
        "c1",
        email=OF_ACCOUNT["email"],
        person_name=OF_ACCOUNT["signer"],
        kind=OrganisationKind.PERSON,
        uscc=None,
        name=OF_PERSON["name"],
        address=OF_PERSON["address"],
        legal_representative="",
        contact_name=OF_PERSON["name"],
        contact_phone=OF_PERSON["party_phone"],
        contact_email=OF_ACCOUNT["email"],
        bank_account=OF_PERSON["bank"],
        identity_kind="resident_id",
        identity_number=OF_PERSON["identity"],
    )
    return person


def brought(who: Person, data: bytes, filename: str = "a.pdf") -> UUID:
    """A file with this content."""
    return transaction(
        lambda: parties.keep_upload(who.actor, data=PDF + data, filename=filename, purpose="other").id
    )


def administrator(app: Flask, email: str) -> Person:
    """Somebody who runs the registry."""
    person = make_account(app, email)
    transaction(lambda: parties.join(person.actor.account_id, role=Role.ADMINISTRATOR).id)
    return Person(email=email, actor=actor_of(email), signer=person.signer)


def end_everything() -> None:
    """The clock's round: what has run out ends."""
    tasks.tick({})
    jobs.run_all()


def preview(who: Person, kind: str, subject: str, ground: str = "retention") -> Listing:
    return reading(lambda: erasure.preview(who.actor, kind, subject, ground=ground))


def ask(who: Person, kind: str, subject: str, ground: str = "retention", reference: str = "") -> UUID:
    listed = preview(who, kind, subject, ground).digest
    return transaction(
        lambda: erasure.ask(who.actor, kind, subject, ground=ground, listed=listed, reference=reference).id
    )


def approve(who: Person, erasure_id: UUID) -> None:
    """The second person reads the list and carries it out; the files are still the worker's."""
    row = reading(
        lambda: (lambda one: (one.kind, one.subject, one.ground))(erasure.find(who.actor, erasure_id))
    )
    listed = preview(who, *row).digest
    transaction(
        lambda: str(erasure.approve(who.actor, erasure.find(who.actor, erasure_id), listed=listed).id)
    )


def erase(first: Person, second: Person, kind: str, subject: str, ground: str = "retention") -> UUID:
    """Asked, approved, and the files gone."""
    made = ask(first, kind, subject, ground, reference="（2046）沪01号" if ground == "order" else "")
    approve(second, made)
    jobs.run_all()
    db.session.rollback()
    return made


def codes(found: Iterable[Refused]) -> list[str]:
    return [one.code for one in found]


# --- looking everywhere ------------------------------------------------------------------------------


def where(app: Flask, values: Iterable[str]) -> list[str]:
    """Where any of these values stands: `table`, or the path of a file."""
    wanted = list(values)
    settings = app.extensions["settings"]
    rows = _rows(settings.owner_database_url)
    found = [f"{table}: {one}" for table, words in rows for one in wanted if one in words]
    folder = settings.instance
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "fonts" not in path.parts:
            data = path.read_bytes()
            found += [f"{path.name}: {one}" for one in wanted if any(s in data for s in _spellings(one))]
    return sorted(set(found))


def _spellings(value: str) -> tuple[bytes, ...]:
    """As UTF-8, and as JSON escapes it."""
    return value.encode(), json.dumps(value)[1:-1].encode()


def _rows(url: str) -> Iterator[tuple[str, str]]:
    """Every row of every table as its owner sees it; envelopes opened, JSON's escapes undone."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                yield table, _unescaped(" ".join(_words(value) for value in row))


def _words(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        plain = bytes(value).decode("utf-8", "replace")
        payload = re.search(r'"payload":"([^"]+)"', plain)
        return plain + (base64.b64decode(payload[1]).decode() if payload else "")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _unescaped(words: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), words)


def years_later() -> Any:
    return clock.pretend(LATER)
