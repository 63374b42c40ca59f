"""A paper as a page to read, equal to its print, and the editable text of one to save."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import flask
from flask import render_template
from flask.typing import ResponseReturnValue

from registry.contracts import papers_shown
from registry.contracts.blocks import Block, Facts, Form, Grid, words_of
from registry.contracts.papers import MEDIA
from registry.contracts.registration_pages import own
from registry.documents.tables import EMPTY
from registry.parties import doors

blueprint = flask.Blueprint("papers", __name__)


@blueprint.get("/contracts/<number>/papers/<uuid:paper_id>")
@doors.signed_in
def text(number: str, paper_id: UUID) -> ResponseReturnValue:
    """The paper's whole text as a page: for readers without a PDF, and for aids that read pages better."""
    contract = own(number)
    shown = papers_shown.text_of(contract, paper_id)
    return render_template(
        "contracts/paper.html", contract=contract, shown=shown, pieces=list(_pieces(shown.composed.blocks))
    )


@blueprint.get("/contracts/<number>/papers/<uuid:paper_id>.docx")
@doors.signed_in
def editable(number: str, paper_id: UUID) -> ResponseReturnValue:
    """The contract's text for a word processor; the PDF is the one that counts."""
    contract = own(number)
    paper, data = papers_shown.find(contract, paper_id, form="docx")
    response = doors.named(
        doors.plain_response(data, MEDIA["docx"]), f"{contract.number}-{paper.kind}-{paper.version}.docx"
    )
    response.headers["ETag"] = f'"{paper.digest}"'
    return response


def _pieces(blocks: Iterable[Block]) -> Iterator[tuple[str, Any]]:
    """Blocks by the name a template asks for; what is empty reads as it prints."""
    for block in blocks:
        if isinstance(block, Facts):
            yield "Facts", [(label, value or EMPTY) for label, value in block.rows]
        elif isinstance(block, Form):
            for group in block.groups:
                yield "Group", (group.head, [(one.label, words_of(one)) for one in group.fields])
        elif isinstance(block, Grid):
            heads = [column.heading for column in block.columns]
            yield "Grid", (heads, [[cell or EMPTY for cell in row] for row in block.rows])
        else:
            yield type(block).__name__, block
