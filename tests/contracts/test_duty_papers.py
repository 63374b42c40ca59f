"""Papers about acts after a license say what was signed, in exactly the words that were looked at.

The golden texts are written anew only when asked: REGISTRY_WRITE_GOLDEN=1 pytest
tests/contracts/test_duty_papers.py
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry import clock, jobs
from registry.contracts import duty_acts, duty_printing
from registry.contracts.blocks import plain
from registry.contracts.duty_models import DutyPaper
from registry.database import db
from registry.documents import store
from registry.errors import NotFound
from tests.contracts import performing as do
from tests.contracts.duty_papers import ALL
from tests.contracts.taking import filings
from tests.documents.papers import pdftotext
from tests.factories import make_organisation, reading

GOLDEN = Path(__file__).parent / "golden" / "duties"


@pytest.mark.parametrize("name", ALL)
def test_duty_papers_read_as_they_were_approved(name: str) -> None:
    found, path = plain(ALL[name]()), GOLDEN / f"{name}.txt"
    if os.environ.get("REGISTRY_WRITE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_every_golden_text_of_a_duty_belongs_to_a_paper() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(ALL)


def test_a_report_is_printed_once_filed_and_shown_to_its_parties_alone(lite: Flask) -> None:
    offer, licensee, number = do.licensed(lite)
    with time_machine.travel(clock.now() + timedelta(days=95), tick=True):
        made = do.report(licensee, number)
        jobs.run_all()
        duty_printing.print_paper({"kind": "royalty_report", "subject": str(made)})
        papers = reading(lambda: [one.id for one in db.session.scalars(select(DutyPaper))])
        assert len(papers) == 1
        paper = reading(lambda: duty_acts.paper_of(made))
        assert paper is not None
        listed = [fields["papers"] for kind, fields in filings(0) if kind == "papers.issued"]
        assert [{"paper": "royalty_report", "version": 1, "digest": paper.digest}] in listed
        data = reading(lambda: duty_printing.shown(offer.holder.actor, papers[0])[1])
        assert "3,000.00" in pdftotext(data)
        assert data == reading(lambda: store.get(paper.digest))
        with pytest.raises(NotFound):
            reading(lambda: duty_printing.shown(make_organisation(lite, "c2").actor, papers[0]))
