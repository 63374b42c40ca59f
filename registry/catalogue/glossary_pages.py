"""The words of open licensing in plain language, with the article each rests on."""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from registry.codes.tables import table
from registry.language import current
from registry.parties import doors

blueprint = Blueprint("glossary", __name__)
GROUPS = {
    "offer": _l("声明"),
    "license": _l("许可"),
    "after": _l("许可之后"),
    "evidence": _l("存证与核验"),
}


@blueprint.get("/glossary")
@doors.public
def show() -> str:
    rows = list(table("glossary"))
    terms = {
        group: [(row, row.facts[f"meaning_{current()}"]) for row in rows if row.facts["group"] == group]
        for group in GROUPS
    }
    return render_template("catalogue/glossary.html", groups=GROUPS, terms=terms)
