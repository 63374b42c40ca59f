"""Verification for whoever holds a number or a file: the number is looked up; the file is checked in the
reader's browser, or for those without JavaScript by the server they send it to.

The page itself sets no cookie, so that it can be cached; the upload form needs its token and stands apart.
"""

import hashlib

import flask
from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from registry import language, problems, verifier_page
from registry.catalogue import service as catalogue
from registry.config import Settings
from registry.errors import NotFound, Refused, TooLarge
from registry.forms import FormState
from registry.ledger.notes import parse_vkey
from registry.ledger.policy import Policy, parse_policy, policy_of
from registry.ledger.report import CHINESE, ENGLISH, Report, State
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_bytes
from registry.parties import doors
from registry.text import readable_size

blueprint = flask.Blueprint("verification", __name__)
FOREVER = "public, max-age=31536000, immutable"
TONES = {State.VALID: "ok", State.LOWERED: "wait", State.NOT_CHECKABLE: "plain", State.INVALID: "stop"}


@blueprint.get("/verify")
@doors.public
def verify() -> tuple[str, int]:
    """A number, and what it stands for today: no fee, no contact, no natural person."""
    number = request.args.get("number", "").strip()
    found, status = None, 200
    if number:
        try:
            found = catalogue.verified(number)
        except NotFound:
            status = 404
    own = {"vkey": ledger_setup().vkey, "digest": verifier_page.digest()}
    return render_template("catalogue/verify.html", number=number, found=found, **own), status


@blueprint.get("/verify/verifier.html")
@doors.public
def verifier() -> Response:
    """The one file, to be kept and opened without this site."""
    response = doors.plain_response(verifier_page.page(), "text/html; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.set_etag(verifier_page.digest())
    return doors.named(response, "verifier.html")


@blueprint.get("/verify/checker.js")
@doors.public
def script() -> Response:
    """The same checker for the page above; its address there holds the digest, so that it is kept."""
    return _forever(verifier_page.script(), "text/javascript; charset=utf-8")


@blueprint.get("/verify/checker.css")
@doors.public
def style() -> Response:
    return _forever(verifier_page.style("checker.css"), "text/css; charset=utf-8")


def _forever(text: str, media_type: str) -> Response:
    response = doors.plain_response(text.encode(), media_type)
    response.headers["Cache-Control"] = FOREVER if request.query_string else "no-cache"
    return response


@blueprint.get("/verify/upload")
@doors.public
def upload() -> str:
    """For those without JavaScript: the file is sent, and the page says so."""
    return _upload(FormState())


@blueprint.post("/verify/upload")
@doors.public
def check() -> ResponseReturnValue:
    """Nothing is kept: the file is checked and forgotten."""
    try:
        report = _checked()
    except Refused as refused:
        return _upload(FormState.failed(request.form, refused)), problems.status(refused)
    return _upload(FormState({"trust": request.form.get("trust", "")}), report)


def _paper(report: Report | None) -> str:
    """The digest by which a paper that carries no bundle can still be looked up; empty for anything else."""
    if report is None or not any(one.code == "attachment_differs" for one in report.verdicts):
        return ""
    file = request.files["file"]
    file.seek(0)
    return hashlib.sha256(file.read()).hexdigest()


def _checked() -> Report:
    trust = _trust(request.form.get("trust", ""))
    data, entry = _part("file"), _part("entry")
    if not data:
        raise Refused("required", "file")
    beside = [one for one in request.files.getlist("papers") if one]
    papers = {one.filename or "": _bounded(one.read(), "papers") for one in beside}
    try:
        return verify_bytes(data, trust, entry=entry or None, papers=papers)
    except ValueError as error:
        lone = ("papers_need_bundle", "papers") if papers else ("proof_needs_entry", "entry")
        raise Refused(*lone) from error


def _part(name: str) -> bytes:
    return _bounded(doors.uploaded_file(name)[1], name)


def _bounded(data: bytes, name: str) -> bytes:
    settings: Settings = current_app.extensions["settings"]
    if len(data) > settings.upload_limit:
        raise TooLarge("too_large", name, max=readable_size(settings.upload_limit))
    return data


def _trust(text: str) -> Policy | None:
    """One verifier key or a tlog-policy, as somebody pasted it; nothing is no trust."""
    typed = text.replace("\r\n", "\n")  # a form sends its lines so
    if not typed.strip():
        return None
    try:
        policy = parse_policy(typed) if len(typed.split()) > 1 else policy_of(parse_vkey(typed))
    except ValueError as error:
        raise Refused("trust_malformed", "trust") from error
    if not policy.logs:
        raise Refused("trust_malformed", "trust")
    return policy


def _upload(form: FormState, report: Report | None = None) -> str:
    lang = language.current()
    return render_template(
        "catalogue/verify_upload.html",
        form=form,
        report=report,
        headline=report.to_text(lang).partition("\n")[0] if report else "",
        words=ENGLISH if lang == "en" else CHINESE,
        tones=TONES,
        paper=_paper(report),
        broken=report is not None and any(one.state == State.INVALID for one in report.verdicts),
        digest=verifier_page.digest(),
    )
