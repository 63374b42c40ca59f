"""One license from offer to printed paper, in a log in memory, with neighbours that are not its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.ledger.canonical import sha256_hex
from registry.ledger.filings import Filing
from tests.ledger.memory_log import MemoryLog

CONTRACT, OTHER = "MX-C26-AAAA-BBBB", "MX-C26-CCCC-DDDD"
DECLARATION = "MX-D26-K7QM-3X9R"
PAPER = b"%PDF-1.4 a paper that was printed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensed:
    """The log, and where each filing of it stands."""

    log: MemoryLog
    at: Mapping[str, int]

    def places(self, *left_out: str) -> list[int]:
        """The filings of the contract's bundle."""
        own = (
            "start",
            "holder",
            "licensee",
            "published",
            "noticed",
            "claimed",
            "effective",
            "papers",
            "lost",
        )
        return [self.at[name] for name in own if name not in left_out]

    def bundle(self, *left_out: str, **more: Any) -> dict[str, Any]:
        return self.log.bundle(CONTRACT, self.places(*left_out), **more)


def licensed(papers: Mapping[str, bytes] | None = None, *, version: int = 2) -> Licensed:
    """A license with its papers; another contract and another party's key stand between its filings."""
    log = MemoryLog().started()
    at = {"start": 0, "holder": log.enrol("holder"), "stranger": log.enrol("stranger")}
    at["licensee"] = log.enrol("licensee")
    at["published"] = log.file(declaration(), "holder", role="declarant")
    at["foreign"] = log.file(notice(OTHER, log.digest(at["published"])), "stranger")
    at["noticed"] = log.file(notice(CONTRACT, log.digest(at["published"])), "licensee", version=version)
    at["claimed"] = log.file(claim(), "licensee")
    at["effective"] = log.file(effective())
    at["papers"] = log.file(issued(papers or {"contract": PAPER}))
    at["lost"] = log.revoke("licensee")
    at["lost_stranger"] = log.revoke("stranger")
    return Licensed(log=log, at=at)


def declaration() -> Filing:
    fields = {
        "number": DECLARATION,
        "version": 1,
        "patents": ["ZL202010000000.1"],
        "owners": ["上海某某大学"],
        "fee": {"method": "lump", "amount": "68000.00"},
        "offer_last_day": "2029-11-22",
        "standard_terms": "2026-11",
        "text_digest": "cd" * 32,
        "cnipa_status": "none",
    }
    return Filing(type="declaration.published", subject=DECLARATION, fields=fields, secrets={"account": "1"})


def notice(number: str, envelope: str) -> Filing:
    fields = {
        "contract": number,
        "declaration": DECLARATION,
        "declaration_version": 1,
        "declaration_envelope": envelope,
        "standard_terms": "2026-11",
        "track": "local",
    }
    secrets = {"licensee": {"name": "上海某某科技有限公司"}, "record": "ef" * 32, "contacts": {"phone": "1"}}
    return Filing(type="license.noticed", subject=number, fields=fields, secrets=secrets)


def claim() -> Filing:
    fields = {"contract": CONTRACT, "state": "claimed"}
    return Filing(type="payment.claimed", subject=CONTRACT, fields=fields, secrets={"amount": "68000.00"})


def effective() -> Filing:
    fields = {"contract": CONTRACT, "instant": "2026-11-22T01:02:03.004Z", "ground": "paid"}
    return Filing(type="license.effective", subject=CONTRACT, fields=fields)


def issued(papers: Mapping[str, bytes]) -> Filing:
    listed = [
        {"paper": name, "version": 1, "digest": sha256_hex(data)} for name, data in sorted(papers.items())
    ]
    return Filing(type="papers.issued", subject=CONTRACT, fields={"number": CONTRACT, "papers": listed})
