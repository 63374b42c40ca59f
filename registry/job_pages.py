"""Jobs as administrators see them: how many wait, which failed for good and of what kind; try one again or
put it aside, with a reason. Neither what a job holds nor the words of an error are shown: both may name
people.
"""

import re
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from registry import clock, forms, history, jobs, problems
from registry.database import db
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.history import History
from registry.jobs import Job
from registry.parties import doors
from registry.parties.desk import Card, cards
from registry.parties.permissions import allow, may
from registry.parties.rules import Actor
from registry.parties.schemas import ReasonSchema

ADDRESS = "/admin/jobs"
SHOWN = 100
PUT_ASIDE = "put aside by an administrator"
VERBS = {"retry_job": _l("再试一次"), "drop_job": _l("放弃")}
_CLASS = re.compile(r"[A-Za-z_][\w.]*")
blueprint = Blueprint("jobs", __name__)


@blueprint.get(ADDRESS)
@doors.signed_in
def index() -> ResponseReturnValue:
    return _page(FormState())


@blueprint.post(f"{ADDRESS}/<uuid:job_id>/retry")
@doors.signed_in
def retry(job_id: UUID) -> ResponseReturnValue:
    return _acted(job_id, "retry_job")


@blueprint.post(f"{ADDRESS}/<uuid:job_id>/drop")
@doors.signed_in
def drop(job_id: UUID) -> ResponseReturnValue:
    return _acted(job_id, "drop_job")


@cards
def of_jobs(actor: Actor) -> list[Card]:
    """Whoever may act sees what failed for good; one query."""
    if not may(actor, "jobs.manage"):
        return []
    dead = db.session.scalar(select(func.count(Job.id)).where(Job.state == "dead")) or 0
    return [Card(title=_l("后台任务"), url=ADDRESS, count=dead or None, due=dead > 0, place=42)]


def error_class(error: str) -> str:
    """The kind of an error: the exception's class from the traceback's last line, never its words."""
    lines = error.strip().splitlines()
    found = _CLASS.match(lines[-1]) if lines else None
    return found[0] if found else ""


def act(actor: Actor, job_id: UUID, verb: str, *, reason: str) -> Job:
    """Try a job again that failed for good, or put it aside. Raises NotFound, Conflict `job_not_dead`."""
    allow(actor, "jobs.manage")
    job = db.session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise NotFound("not_found")
    if job.state != "dead":
        raise Conflict("job_not_dead")
    kind = error_class(job.error)
    if verb == "retry_job":
        job.state, job.attempts, job.run_after, job.error = "waiting", 0, clock.now(), ""
    else:
        job.state, job.done_at, job.error = "done", clock.now(), PUT_ASIDE
    history.record(actor, verb, job, changes={"job": job.name, "error": kind, "reason": reason})
    return job


def _acted(job_id: UUID, verb: str) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        reason = forms.load(ReasonSchema, forms.nested(request.form))["reason"]
        asked = {"job": str(job_id), "reason": reason}
        doors.submit(verb, asked, lambda: str(act(actor, job_id, verb, reason=reason).id))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(FormState.failed(request.form, refused, ReasonSchema)), problems.status(refused)
    return redirect(ADDRESS, 303)


def _page(form: FormState) -> str:
    actor = doors.actor()
    allow(actor, "jobs.view")
    counted = select(Job.name, Job.state, func.count(), func.min(Job.run_after)).group_by(Job.name, Job.state)
    dead = select(Job).where(Job.state == "dead").order_by(Job.created_at).limit(SHOWN)
    done = select(History).where(History.subject_kind == "job").order_by(History.at.desc()).limit(20)
    return render_template(
        "health/jobs.html",
        counted=sorted((row for row in db.session.execute(counted) if row[1] != "done"), key=tuple),
        known=sorted(jobs.HANDLERS),
        dead=[(one, error_class(one.error)) for one in db.session.scalars(dead)],
        told=db.session.scalars(done).all(),
        verbs=VERBS,
        form=form,
        can=may(actor, "jobs.manage"),
    )
