"""One signature over many statements: every place is its own, and none stands for another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger.canonical import jcs
from registry.ledger.chain import included, leaf_hash
from registry.ledger.filings import Filing, build, parse_filing
from registry.ledger.statement_lists import Place, StatementList, listed_bytes, parse_place, steps
from tests.ledger.listed import statements


def made(count: int) -> StatementList:
    return StatementList(statements=tuple({"origin": "log", "nonce": str(n)} for n in range(count)))


@given(st.integers(1, 130))
@settings(max_examples=25, deadline=None)
def test_every_place_leads_to_the_bytes_that_were_signed(count: int) -> None:
    several = made(count)
    root, signed = several.root, several.signed_bytes
    for fields, place in zip(several.statements, several.places(), strict=True):
        assert included(leaf_hash(jcs(dict(fields))), place.index, count, proof=place.path, root=root)
        assert listed_bytes(fields, place) == signed
        assert len(place.path) == steps(place.index, count)
        assert parse_place(place.encode()) == place


@given(st.integers(2, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_no_place_serves_another_statement(count: int, data: st.DataObject) -> None:
    several, places = made(count), made(count).places()
    mine, other = data.draw(st.permutations(range(count)))[:2]
    assert listed_bytes(several.statements[mine], places[other]) != several.signed_bytes
    moved = Place(index=other, size=count, path=places[mine].path)
    if len(moved.path) == steps(other, count):
        assert listed_bytes(several.statements[mine], moved) != several.signed_bytes


def test_a_list_holds_statements_of_one_log_and_at_least_one() -> None:
    for wrong in ((), ({"origin": "a"}, {"origin": "b"})):
        with pytest.raises(ValueError, match="one log"):
            StatementList(statements=wrong)


def test_a_path_of_another_length_is_refused_before_anything_is_hashed() -> None:
    place = made(5).places()[1].encode()
    for wrong in (
        {**place, "path": place["path"][:-1]},
        {**place, "path": [*place["path"], "00" * 32]},
        {**place, "path": ["0G" * 32, *place["path"][1:]]},
        {**place, "index": 5},
        {**place, "index": -1},
        {**place, "size": 2**53},
        {**place, "size": True},
        {**place, "more": 1},
    ):
        with pytest.raises(ValueError, match=r"place|path|exactly"):
            parse_place(wrong)
    with pytest.raises(ValueError, match="path"):
        listed_bytes({"origin": "log"}, Place(index=0, size=2, path=()))


def test_a_filing_keeps_its_place_and_nothing_of_its_neighbours() -> None:
    signed, filing = statements(300, 17)
    stated = Filing(
        type=filing.type,
        subject=filing.subject,
        fields=filing.fields,
        secrets=filing.secrets,
        salts=filing.salts,
        statements=[signed[17]],
    )
    built = build(stated)
    said = parse_filing(built.payload).statements[0]
    assert said.place == signed[17].place
    assert said.signed_bytes == signed[18].signed_bytes
    assert signed[18].fields["subject"].encode() not in built.payload
    assert len(said.place.path) == 9
