"""What a bundle that holds says, told for people and machines: never more than stands in its filings."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.ledger.filings import RELAYED
from registry.ledger.relayed import SIGNED
from registry.ledger.walk import Pair

STATES = {"license.noticed": "noticed", "license.effective": "effective", "license.ended": "ended"}
OFFICES = {"registration.result": "registration", "recordal.result": "recordal"}


def facts_of(subject: str, pairs: Sequence[Pair], disclosures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Subject, license state and offices' results as filed up to the checkpoint, filings, papers, values.

    A statement whose party's own signature is shown is told under that party's key.
    """
    keys = {pair.entry.seq: pair.filed.subject for pair in pairs if pair.filed.type.startswith("key.")}
    passed_on = [item for item in disclosures if item["path"] == SIGNED and item["seq"] in keys]
    own = {keys[item["seq"]]: item["value"] for item in passed_on}
    told = [pair for pair in pairs if not pair.filed.type.startswith(("key.", "log."))]
    facts: dict[str, Any] = {"subject": subject}
    for filed in (pair.filed for pair in told if pair.filed.subject == subject):
        if filed.type in STATES:
            facts["license_state"] = STATES[filed.type]
        if filed.type in OFFICES:
            facts[OFFICES[filed.type]] = f"{filed.fields['status']} {filed.fields['day']}"
    facts["filings"] = [_filing(pair, own) for pair in told]
    facts["papers"] = papers_of(told)
    facts["disclosed"] = [
        {name: item[name] for name in ("seq", "path", "value")}
        for item in disclosures
        if item not in passed_on
    ]
    return facts


def papers_of(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The papers that were issued, each as filed, with the place of its filing."""
    issued = (pair for pair in pairs if pair.filed.type == "papers.issued")
    return [{**paper, "seq": pair.entry.seq} for pair in issued for paper in pair.filed.fields["papers"]]


def _filing(pair: Pair, own: Mapping[str, Any]) -> dict[str, Any]:
    signed = []
    for said in pair.filed.statements:
        shown = own.get(said.kid) if said.level == RELAYED else None
        level, kid = (shown["level"], shown["kid"]) if shown else (said.level, said.kid)
        signed.append({"role": said.fields["role"], "level": level, "kid": kid})
    entry = pair.entry
    return {"seq": entry.seq, "type": entry.type, "subject": entry.subject, "time": entry.time, "by": signed}
