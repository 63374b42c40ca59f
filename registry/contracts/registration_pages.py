"""Contracts, page by page: the licensee's list, the contract with its papers and files, and the clerk's
registration track.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry import clock, history, language, problems
from registry.codes.tables import table
from registry.contracts import (
    cases,
    corrections,
    mending,
    papers_shown,
    performed,
    print_progress,
    readiness,
    register,
    registrar_accounts,
    registration,
    rules,
    schemas,
    sealing,
    slots,
    taken_list,
    track,
)
from registry.contracts import service as contracts
from registry.contracts.models import Contract
from registry.contracts.pages import again
from registry.contracts.words import WORDS, said
from registry.database import db
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.models import Venue
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("registration", __name__)
FAULT = readiness.Severity.FAULT
OPEN = ("draft", "ready", "correction", "refused")
"""Where something can still be missing; later the registrar has what it has."""
blueprint.add_app_template_global(mending.sentence_of, "finding_said")
blueprint.add_app_template_global(mending.by_words, "mending_by")


@blueprint.get("/licenses")
@doors.signed_in
def mine() -> ResponseReturnValue:
    """The licensee's licenses and papers, each with what is due next; a long list in pages."""
    shown = request.args.get("state", "")
    return render_template(
        "contracts/licenses.html",
        taken=taken_list.of_licensee(
            doors.actor(), shown=shown, page=request.args.get("page", 1, type=int)
        ),
        shown=shown,
        groups=("", *taken_list.GROUPS),
        today=clock.today(),
    )


@blueprint.get("/contracts/<number>")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    slot = request.args.get("slot", "")
    return _show(own(number), FormState({"slot": slot} if slot in slots.BROUGHT else {}))


@blueprint.post("/contracts/<number>/files")
@doors.signed_in
def attach(number: str) -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()

    def work() -> str:
        contract = own(number)
        allow(actor, "contract.attach", contract)
        upload = parties.uploaded(actor, given["file_upload"], field="file_upload")
        registration.attach(actor, contract, given["slot"], upload)
        return number

    try:
        given = posted.load(schemas.AttachSchema)
        doors.submit("contract.attach", {"number": number, **given}, work)
    except Refused as refused:
        form = posted.failed(refused, schemas.AttachSchema)
        return _show(own(number), form), problems.status(refused)
    return redirect(url_for("registration.show", number=number, _anchor="files"), 303)


@blueprint.get("/contracts/<number>/papers/<uuid:paper_id>.pdf")
@doors.signed_in
def paper(number: str, paper_id: UUID) -> ResponseReturnValue:
    """A printed paper; of a superseded one a stamped copy, with `?original` the bytes as they were filed."""
    contract = own(number)
    found, data = papers_shown.find(contract, paper_id, form="pdf")
    shown = data if "original" in request.args else papers_shown.copy_of(contract, found, data)
    response = doors.plain_response(shown, "application/pdf")
    name = f"{contract.number}-{found.kind}-{found.version}.pdf"
    response.headers["Content-Disposition"] = f"inline; filename={name}"
    if shown is data:
        response.headers["ETag"] = f'"{found.digest}"'
    return response


def _show(contract: Contract, form: FormState) -> str:
    acceptance = contract.acceptances[0]
    moves = [row for one in contract.acceptances for row in history.of(one)] + history.of(contract)
    shown = [row for row in sorted(moves, key=lambda row: row.at) if row.verb in WORDS["event"]]
    effective = any(one.effective_on is not None for one in contract.acceptances)
    several = len(contract.acceptances) > 1
    named = {one.id: one.declaration.patent.number for one in contract.acceptances} if several else {}
    papers = papers_shown.of(contract)
    return render_template(
        "contracts/contract.html",
        contract=contract,
        acceptance=acceptance,
        papers=papers,
        named=named,
        obtained=effective,
        newer=papers_shown.newer(papers),
        paper_readable=papers_shown.readable,
        corrections=corrections.of(contract),
        correctable=corrections.targets(doors.actor(), contract),
        corrected=corrections.result_values,
        track=track.of(contract),
        progress=print_progress.of(contract),
        seals=sealing.shown(contract),
        brought=slots.brought(contract),
        readable=lambda upload: parties.may_see(doors.actor(), upload),
        findings=registration.findings(contract) if effective else [],
        total=registration.total_of(contract),
        licenses=performed.of(doors.actor(), contract),
        events=[
            {"at": row.at, "title": said(row.verb, "event"), "words": _places(row, named)} for row in shown
        ],
        recordal_due=registration.recordal_due(contract),
        mend=_mender(contract),
        can=lambda verb: may(doors.actor(), verb, contract),
        today=clock.today(),
        form=FormState(form.values, form.errors, form.labels or labels(schemas.AttachSchema)),
    )


def _places(row: history.History, named: Mapping[UUID, str]) -> str:
    """Of a correction both filings, the one that was mended and the one that mends it; of a contract of
    several licenses which one it was.
    """
    if row.verb == "split":
        return str(row.changes.get("into") or row.changes.get("from") or "")
    if row.verb != "correct_filing":
        return named.get(row.subject_id, "")
    seq, old = row.changes["seq"], row.changes["corrects"]
    return str(_("存证序号 %(seq)s 更正存证序号 %(old)s", seq=seq, old=old))


def _mender(contract: Contract) -> Callable[[readiness.Finding], mending.Mending]:
    side = mending.side_of(doors.actor(), contract)
    return lambda finding: mending.of(contract, finding, side)


@blueprint.get("/venue/contracts")
@doors.signed_in
def of_venue() -> ResponseReturnValue:
    """The venue's contracts, by registration state, each with its faults and where to mend them."""
    actor = doors.actor()
    allow(actor, "contract.register", actor)
    wanted = request.args.get("state", "")
    every = contracts.contracts_of_venue(actor)
    found = [one for one in every if wanted in ("", one.registration)]
    return render_template(
        "contracts/of_venue.html",
        found=[(one, faults, track.running(one)) for one, faults in with_faults(found)],
        wanted=wanted,
        mend=lambda contract, finding: mending.of(contract, finding, "clerk"),
        counts=track.counts(every),
        overdue=track.overdue(every),
    )


def with_faults(contracts: Sequence[Contract]) -> list[tuple[Contract, list[readiness.Finding]]]:
    """Each with what is missing, of those that may still be registered: nothing is, of a license that never
    came about, has ended, or is with the registrar already.
    """
    may_be = [one for one in contracts if one.registration in OPEN and _in_force(one)]
    found = registration.findings_of(may_be)
    return [(one, [f for f in found.get(one.id, ()) if f.severity is FAULT]) for one in contracts]


def _in_force(contract: Contract) -> bool:
    return any(one.state == rules.AcceptanceState.EFFECTIVE for one in contract.acceptances)


@blueprint.post("/contracts/<number>/refresh")
@doors.signed_in
def refresh(number: str) -> ResponseReturnValue:
    """Look again whether the contract is ready to be registered."""
    actor = doors.actor()

    def work() -> str:
        registration.refresh(actor, own(number))
        return number

    doors.submit("contract.refresh", {"number": number}, work)
    return redirect(url_for("registration.show", number=number), 303)


# --- one form a page ---------------------------------------------------------------------------------


@blueprint.route("/contracts/<number>/recordal", methods=["GET", "POST"])
@doors.signed_in
def recordal(number: str) -> ResponseReturnValue:
    contract = own(number)
    allow(doors.actor(), "recordal.record", contract)
    verbs = [verb for verb in schemas.RECORDAL_VERBS if rules.RECORDAL.allows(contract.recordal_state, verb)]
    grounds = [(row.code, row.name(language.current())) for row in table("recordal_refusal")]
    extra = {"verbs": tuple(verbs), "due": registration.recordal_due(contract), "grounds": grounds}
    return form_page(
        number, schemas.RecordalSchema, "recordal.html", registration.record_recordal, known={}, **extra
    )


@blueprint.route("/contracts/<number>/classification", methods=["GET", "POST"])
@doors.signed_in
def classification(number: str) -> ResponseReturnValue:
    contract = own(number)
    allow(doors.actor(), "contract.register", contract)
    lang = language.current()
    names = ("technology_field", "industry", "socio_economic_objective", "plan")
    tables = {name: [(row.code, f"{row.code} {row.name(lang)}") for row in table(name)] for name in names}
    return form_page(
        number,
        schemas.ClassificationSchema,
        "classification.html",
        registration.classify,
        known={"confidential": "no", **registration.classification(contract)},
        tables=tables,
    )


@blueprint.route("/contracts/<number>/registrar-account", methods=["GET", "POST"])
@doors.signed_in
def registrar_account(number: str) -> ResponseReturnValue:
    """Whether the applicant has its own account in the registrar's system, and what to do if not."""
    contract = own(number)
    allow(doors.actor(), "contract.register", contract)
    noted = registrar_accounts.find(contract)
    known = {"since": noted.since} if noted else {}
    page = "registrar_account.html"
    return form_page(number, schemas.RegistrarAccountSchema, page, _note_account, known=known, noted=noted)


def _note_account(actor: Any, contract: Contract, given: Mapping[str, Any]) -> None:
    registrar_accounts.note(actor, contract, given["since"])


@blueprint.route("/contracts/<number>/results", methods=["GET", "POST"])
@doors.signed_in
def results(number: str) -> ResponseReturnValue:
    contract = own(number)
    allow(doors.actor(), "contract.register", contract)
    possible = [
        name
        for name, verb in rules.RESULT_VERBS.items()
        if rules.REGISTRATION.allows(contract.registration, verb)
    ]
    found, place = registration.total_of(contract), cases.standing(contract)
    total = "" if found.untold else found.amount  # nobody takes over a nought that nobody stated
    known = {"total_amount": total, "technology_amount": total}
    known["registrar"] = place.office.name if place.office else ""
    return form_page(
        number, schemas.ResultSchema, "results.html", _record_result, known=known, possible=possible
    )


def _record_result(actor: Any, contract: Contract, given: Mapping[str, Any]) -> None:
    upload = given["certificate_upload"]
    kept = parties.uploaded(actor, upload, field="certificate_upload").id if upload else None
    registration.record_result(actor, contract, {**given, "certificate_upload": kept})


@blueprint.route("/venue/zero-fee", methods=["GET", "POST"])
@doors.signed_in
def zero_fee() -> ResponseReturnValue:
    """The registrar's view on contracts without a price; until it is known they stay out of batches."""
    actor = doors.actor()
    allow(actor, "contract.register", actor)
    if actor.venue_id and cases.registrars(actor.venue_id):
        return redirect(url_for("track.registrars"), 303)  # each registrar has a view of its own
    if request.method == "GET":
        venue = db.session.get_one(Venue, actor.venue_id)
        return render_template("contracts/zero_fee.html", form=FormState({"words": venue.zero_fee_view}))
    try:
        given = load(schemas.ZeroFeeViewSchema, nested(request.form))
        doors.submit("venue.zero_fee", given, lambda: _set_zero_fee_view(given["words"]))
    except Refused as refused:
        return again(
            refused,
            schemas.ZeroFeeViewSchema,
            lambda form: render_template("contracts/zero_fee.html", form=form),
        )
    return redirect(url_for("registration.zero_fee"), 303)


@blueprint.route("/venue/report-wanted", methods=["GET", "POST"])
@doors.signed_in
def report_wanted() -> ResponseReturnValue:
    """Whether the registrar asks for the evaluation report of a utility model or design."""
    actor = doors.actor()
    allow(actor, "contract.register", actor)

    def page(form: FormState) -> str:
        return render_template("contracts/report_wanted.html", form=form)

    if request.method == "GET":
        venue = db.session.get_one(Venue, actor.venue_id)
        return page(FormState({"wanted": "yes" if venue.report_wanted else "no"}))
    try:
        given = load(schemas.ReportWantedSchema, nested(request.form))
        doors.submit("venue.report_wanted", given, lambda: _want_reports(given["wanted"] == "yes"))
    except Refused as refused:
        return again(refused, schemas.ReportWantedSchema, page)
    return redirect(url_for("registration.of_venue"), 303)


def _want_reports(wanted: bool) -> str:
    venue = db.session.get_one(Venue, doors.actor().venue_id)
    registration.want_reports(doors.actor(), venue, wanted)
    return venue.code


def _set_zero_fee_view(words: str) -> str:
    venue = db.session.get_one(Venue, doors.actor().venue_id)
    registration.note_zero_fee_view(doors.actor(), venue, words)
    return venue.code


def form_page(
    number: str,
    schema: Any,
    template: str,
    verb: Callable[[Any, Contract, Mapping[str, Any]], Any],
    *,
    known: Mapping[str, Any],
    **extra: Any,
) -> ResponseReturnValue:
    """A page with one form about a contract: shown, or its verb done once and back to the contract."""

    def page(form: FormState) -> str:
        shown = FormState(form.values, form.errors, form.labels or labels(schema))
        return render_template(f"contracts/{template}", contract=own(number), form=shown, **extra)

    if request.method == "GET":
        return page(FormState(known))
    actor, posted = doors.actor(), attachments.received()

    def work() -> str:
        verb(actor, own(number), given)
        return number

    try:
        given = posted.load(schema)
        doors.submit(f"contract.{template}", {"number": number, **given}, work)
    except Refused as refused:
        return page(posted.failed(refused, schema)), problems.status(refused)
    return redirect(url_for("registration.show", number=number), 303)


def own(number: str) -> Contract:
    """A contract the actor may see whose notice was sent. Raises NotFound."""
    contract = register.find_contract(number)
    allow(doors.actor(), "contract.view", contract)
    if all(one.state == rules.AcceptanceState.DRAFTED for one in contract.acceptances):
        raise NotFound("not_found")
    return contract
