"""Files that come with a form: kept first, so that a mistake elsewhere on the page does not lose them.

A file input and a hidden input share one name; the hidden one carries the number of the file kept before.
What nobody uses afterwards stays an upload of the account and is attached to nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict

from registry.database import transaction
from registry.errors import Gone, Invalid, NotFound, Refused
from registry.forms import AnySchema, FormState, load, nested
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.models import Upload

DROP = "_drop"
"""The input that names kept files the reader wants gone."""

PURPOSES: Mapping[str, str] = {
    "certificate_upload": "certificate",
    "annuity_upload": "annuity",
    "authority_upload": "authority",
    "power_upload": "agency_power",
    "agreement_upload": "agreement",
    "publicity_upload": "publicity",
    "drawing_upload": "drawing",
    "report_upload": "evaluation",
    "gazette_upload": "gazette",
    "consent_upload": "consent",
    "slip_upload": "bank_slip",
    "receipt_upload": "bank_slip",
}
"""What a file is for, by the last part of its input's name; others are evidence of another kind."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A form whose file inputs hold the numbers of stored uploads, and what was wrong with the files."""

    form: MultiDict[str, str]
    refused: tuple[Refused, ...]

    def load(self, schema: AnySchema, least: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The checked values; `least` stands in for groups left wholly empty. Raises Invalid, the files'
        among the rest.
        """
        try:
            loaded = load(schema, {**(least or {}), **nested(self.form)})
        except Invalid as invalid:
            files = {one.field for one in self.refused}
            others = (one for one in invalid.refusals if one.field not in files)
            raise Invalid((*self.refused, *others)) from None
        if self.refused:
            raise Invalid(self.refused)
        return loaded

    def failed(self, refused: Refused, schema: AnySchema | None = None) -> FormState:
        """What the same page shows again. Raises the refusal when it names no field: then its own page says
        it.
        """
        if not refused.field and not isinstance(refused, Invalid):
            raise refused
        return FormState.failed(self.form, refused, schema)


def received() -> Posted:
    """The form of this request, its files kept in a transaction of their own."""
    form, refused = doors.form_data(), []
    for name in form.poplist(DROP):
        form.poplist(name)
    for name, file in request.files.items(multi=True):
        if not file.filename:
            continue
        try:
            form[name] = str(_keep(file, name))
        except Refused as one:
            form.poplist(name)
            refused.append(type(one)(one.code, name, one.article, **one.params))
    return Posted(form, tuple(refused))


def _keep(file: FileStorage, name: str) -> UUID:
    actor, data, filename = doors.actor(), file.stream.read(), file.filename or ""
    purpose = PURPOSES.get(name.rpartition(".")[2], "other")

    def work() -> UUID:
        kept: Upload = parties.keep_upload(actor, data=data, filename=filename, purpose=purpose, field=name)
        return kept.id

    return transaction(work)


def filename(upload_id: object) -> str:
    """What a kept file was called; for pages that show it beside its input. Empty for a file that does not
    concern the reader.
    """
    try:
        return str(parties.shown(doors.actor(), UUID(str(upload_id))).filename)
    except (ValueError, NotFound, Gone):
        return ""
