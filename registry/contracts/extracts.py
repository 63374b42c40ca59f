"""What an auditor takes away: a table with how it was asked for, signed by the registry, checked offline by
`registry verify` and the checking page. Reads only; nothing here is filed.

A sample brings the public bundle of each contract drawn. Names stand in the table alone, so a working paper
is a personal file (PIPL 51): the door notes who took it.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from registry.contracts import extract_tables, oversight
from registry.contracts.extract_tables import XLSX, Table
from registry.contracts.oversight import Decided
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger.extract_form import SAMPLE, Drawn
from registry.parties import event_log
from registry.parties.event_log import Asked
from registry.parties.permissions import allow
from registry.parties.rules import Actor

ROWS_MOST = 20_000
README = "README.txt"
READ_ME = """\
登记簿摘录 / Extract of the register

extract.note    登记方签名的清单：每个文件的 SHA-256 / the list the registry signed: SHA-256 of each file
extract.json    条件、时刻、抽样 / what was asked for, when, and how the sample was drawn
table.xlsx      表 / the table; table.jsonl: 供程序使用 / for programs
population.txt  抽样的总体 / what the sample was drawn from
bundles/        每份合同的公开凭证包 / the public bundle of each contract drawn
checkpoint      各凭证包共用的账本头 / the one head of the log under which the bundles stand

registry verify FILE.zip --vkey KEY   （或者核验网页 / or the checking page verifier.html)
sed -n '3,/^$/p' extract.note | sed '/^$/d' | sha256sum -c

公钥请从本文件以外的途径取得。Get the registry's key by a way of your own; `vkey` here is only its own word.
表中含有姓名等个人信息，请妥善保管。The table holds personal data: keep it as such.
"""


def of_sample(actor: Actor, *, seed: str, size: int, as_of: int | None = None) -> bytes:
    """A sample with the bundles of its contracts, all under one head. Raises as `oversight.sample`."""
    found = oversight.sample(actor, seed=seed, size=size, as_of=as_of)
    drawn = found.drawn
    asked = {"seed": drawn.seed, "size": str(drawn.count), "as_of": str(drawn.as_of)}
    table = extract_tables.of_sample(found.found, drawn)
    return _made(SAMPLE, asked, table, drawn=drawn, population=found.population)


def of_decisions(actor: Actor, *, against: str = "", party: str = "") -> bytes:
    """Every decision that was asked for. Raises Refused `extract_rows`."""
    found = oversight.all_decided(actor, against=against, party=party, most=ROWS_MOST)
    people = oversight.people(found)

    def decider(one: Decided) -> str:
        by = one.decision.decided_by
        return people.get(by, "") if by is not None else ""

    asked = {"against": against if against in oversight.AGAINST else "", "party": party.strip()}
    return _made("decisions", asked, extract_tables.of_decisions(found, decider))


def of_exceptions(actor: Actor) -> bytes:
    """Every cap that was set aside or asked to be."""
    return _made("exceptions", {}, extract_tables.of_exceptions(oversight.exceptions(actor)))


def of_events(actor: Actor, asked: Asked) -> bytes:
    """Events of security, `what=personal` those who read personal data. Raises Refused `extract_rows`."""
    allow(actor, oversight.VIEW)
    found = list(islice(event_log.every(actor, asked), ROWS_MOST + 1))
    if len(found) > ROWS_MOST:
        raise Refused("extract_rows", "since", max=ROWS_MOST)
    named = {name: str(getattr(asked, name) or "") for name in Asked.__slots__}
    return _made("events", named, extract_tables.of_events(found))


def _made(
    kind: str,
    asked: Mapping[str, str],
    table: Table[Any],
    *,
    drawn: Drawn | None = None,
    population: Iterable[str] = (),
) -> bytes:
    files = {XLSX: table.sheet(), README: READ_ME.encode()}
    told = {name: value for name, value in asked.items() if value}
    return ledger.extract(
        kind, asked=told, rows=table.rows(), files=files, drawn=drawn, population=population
    )
