"""Correcting in tests, through the real service: prepare, sign, enter."""

from collections.abc import Mapping

from registry.contracts import corrections, register
from registry.database import transaction
from registry.ledger.filings import Statement
from registry.parties.prepared import Act
from tests.contracts import taking
from tests.factories import Person, reading

PHONE = {"notice.contact.phone": "13900139001"}
REASON = "少写了一位"


def seq_of(number: str) -> int:
    return int(taking.seen(number, "noticed_seq")[0])


def prepared(who: Person, number: str, values: Mapping[str, str], *, seq: int | None = None) -> Act:
    at = seq_of(number) if seq is None else seq
    contract = lambda: register.find(number).contract  # noqa: E731
    return reading(lambda: corrections.correct_act(who.actor, contract(), at, values=values, reason=REASON))


def enter(
    who: Person, number: str, values: Mapping[str, str], *, act: Act, statement: Statement | None = None
) -> int:
    said = statement or who.sign(act.statement)
    seq = act.filing.fields["corrects"]

    def work() -> int:
        contract = register.find(number).contract
        row = corrections.correct(
            who.actor, contract, seq, values=values, reason=REASON, act=act, statement=said
        )
        return row.seq

    return transaction(work)


def correct(who: Person, number: str, values: Mapping[str, str] = PHONE, *, seq: int | None = None) -> int:
    return enter(who, number, values, act=prepared(who, number, values, seq=seq))
