"""Letters to people whose personal information got out (PIPL 57): kinds and cause, harm that may follow, what
was done, what they can do, whom to ask.

What such a letter says is the operator's to answer for: nothing of it is made up here, and none goes out with
a part missing. It is written once to each address for one incident: a run that broke off is begun again and
goes on with the others.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from registry import events
from registry.database import db, transaction
from registry.errors import Conflict, Refused
from registry.ledger.canonical import jcs
from registry.parties import identifiers, mail, names
from registry.parties.models import Account, Mail
from registry.parties.permissions import allow
from registry.parties.rules import Actor

LETTER = "data_leaked"
PARTS = ("kinds", "cause", "harm", "done", "advice", "contact")
"""What article 57 asks for, in the order of the letter."""
LANGUAGES = ("zh", "en")
LONGEST, REFERENCE = 2000, 40
LARGEST, MOST = 8 * 1024 * 1024, 100_000
AT_ONCE = 200
"""Letters a transaction writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is said, in both languages, under the operator's own number of the incident."""

    number: str
    zh: Mapping[str, str]
    en: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Who would get it. `written`: who already has, under this number; `digest` names notice and list."""

    notice: Notice
    addresses: tuple[str, ...]
    accounts: int
    written: int
    digest: str

    @property
    def left(self) -> int:
        return len(self.addresses) - self.written


def read_notice(data: bytes) -> Notice:
    """A TOML file: `number`, and tables `zh` and `en` with each of PARTS.

    Raises Refused `leak_notice`, and `required`, `too_long` with the part as its field.
    """
    try:
        told = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Refused("leak_notice", "notice")
    number = told.get("number")
    said = {lang: told.get(lang) for lang in LANGUAGES}
    if not isinstance(number, str) or set(told) - {"number", *LANGUAGES}:
        raise Refused("leak_notice", "notice")
    parts = {lang: _parts(lang, said[lang]) for lang in LANGUAGES}
    return Notice(number=_named(names.clean_name(number, "number", longest=REFERENCE)), **parts)


def _parts(lang: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or set(given) - set(PARTS):
        raise Refused("leak_notice", lang)
    found = {}
    for name in PARTS:
        text = given.get(name, "")
        cleaned = names.clean_text(text, f"{lang}.{name}", longest=LONGEST) if isinstance(text, str) else ""
        if not cleaned.strip():
            raise Refused("required", f"{lang}.{name}", "PIPL 57")
        found[name] = cleaned.strip()
    return found


def _named(number: str) -> str:
    if not number:
        raise Refused("required", "number")
    return number


def read_addresses(data: bytes) -> tuple[str, ...]:
    """One address a line, each once, in the file's order; empty lines and those with `#` in front are left.

    Raises Refused `leak_list` with the line that is no address, `leak_many`.
    """
    if len(data) > LARGEST:
        raise Refused("leak_many", "to", max=MOST)
    found: dict[str, str] = {}
    for n, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), start=1):
        if not (typed := line.strip()) or typed.startswith("#"):
            continue
        try:
            address = identifiers.email(typed, field="to")
        except Refused:
            raise Refused("leak_list", "to", line=n)
        found.setdefault(address.lower(), address)
    if not found:
        raise Refused("required", "to")
    if len(found) > MOST:
        raise Refused("leak_many", "to", max=MOST)
    return tuple(found.values())


def plan(actor: Actor, notice: Notice, addresses: Sequence[str]) -> Planned:
    """Who would get the letter, and who has it; a plain read."""
    allow(actor, "leak.tell")
    told = _written(notice)
    known = set(db.session.scalars(select(Account.email).where(Account.closed_at.is_(None))))
    said = {"number": notice.number, "zh": dict(notice.zh), "en": dict(notice.en), "to": list(addresses)}
    return Planned(
        notice=notice,
        addresses=tuple(addresses),
        accounts=sum(one.lower() in known for one in addresses),
        written=sum(one.lower() in told for one in addresses),
        digest=hashlib.sha256(jcs(said)).hexdigest(),
    )


def send(actor: Actor, planned: Planned, digest: str) -> int:
    """Write to everybody of the list who has no letter under this number yet; how many. In transactions of
    its own, some letters each: what broke off is called again.

    Raises Conflict `leak_changed` when notice and list are not those that were shown.
    """
    allow(actor, "leak.tell")
    if digest != planned.digest:
        raise Conflict("leak_changed", "digest")
    told = transaction(lambda: _note(actor, planned))
    left = [one for one in planned.addresses if one.lower() not in told]
    for start in range(0, len(left), AT_ONCE):
        some = left[start : start + AT_ONCE]
        transaction(lambda some=some: _write(planned.notice, some))  # type: ignore[misc]
    return len(left)


def _note(actor: Actor, planned: Planned) -> set[str]:
    """The event of this run, written before any letter; who has the letter by now."""
    said = f"{planned.notice.number}: {planned.left}"
    events.observe(events.What.ADMINISTRATION, actor, detail="tell_leak", subject=("leak", said))
    return _written(planned.notice)


def _write(notice: Notice, addresses: Sequence[str]) -> None:
    for address in addresses:
        mail.write(address, LETTER, numbered=notice, notice=notice)


def _written(notice: Notice) -> set[str]:
    query = select(Mail.address).where(Mail.letter == LETTER, Mail.matter == notice.number)
    return {one.lower() for one in db.session.scalars(query)}
