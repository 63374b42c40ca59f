"""Doors for administrators and auditors: find an organisation, see who acts for it, suspend it, lift that."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry import forms, problems
from registry.errors import NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.parties import directory, doors
from registry.parties.permissions import may
from registry.parties.rules import Ground
from registry.parties.schemas import ReasonSchema, SuspendSchema

blueprint = Blueprint("directory", __name__)
STATES: dict[str, LazyString] = {
    "": _l("全部"),
    "unverified": _l("未核验"),
    "verified": _l("已核验"),
    "suspended": _l("已暂停"),
    "person": _l("自然人"),
}
GROUNDS: dict[str, LazyString] = {
    Ground.FALSE_DOCUMENTS: _l("提交的证明不真实"),
    Ground.DISSOLVED: _l("已经注销、吊销或者死亡"),
    Ground.ACCOUNT_TAKEN: _l("账号被他人冒用"),
    Ground.ORDER: _l("法院或者主管机关的决定"),
    Ground.OTHER: _l("其他"),
}
VERBS: dict[str, LazyString] = {
    "found": _l("开始办理"),
    "edit": _l("修改资料"),
    "bring_evidence": _l("上传主体证明"),
    "verify": _l("通过核验"),
    "send_back": _l("退回主体证明"),
    "suspend": _l("暂停办理"),
    "resume": _l("恢复办理"),
    "erase": _l("删除个人信息"),
}


@blueprint.get("/admin/organisations")
@doors.signed_in
def index() -> ResponseReturnValue:
    words, state = request.args.get("q", ""), request.args.get("state", "")
    page = request.args.get("page", 1, type=int)
    found = directory.search(doors.actor(), words=words, state=state, page=page)
    return render_template("parties/directory.html", found=found, words=words, state=state, states=STATES)


@blueprint.get("/admin/organisations/<uuid:organisation_id>")
@doors.signed_in
def show(organisation_id: UUID) -> ResponseReturnValue:
    return _page(organisation_id, FormState())


@blueprint.post("/admin/organisations/<uuid:organisation_id>/suspend")
@doors.signed_in
def suspend(organisation_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = forms.load(SuspendSchema, forms.nested(request.form))
        asked = {"organisation": str(organisation_id), **given}
        doors.submit(
            "organisation.suspend", asked, lambda: str(directory.suspend(actor, organisation_id, **given).id)
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        failed = FormState.failed(request.form, refused, SuspendSchema)
        return _page(organisation_id, failed), problems.status(refused)
    return redirect(url_for("directory.show", organisation_id=organisation_id), 303)


@blueprint.post("/admin/organisations/<uuid:organisation_id>/resume")
@doors.signed_in
def resume(organisation_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        reason = forms.load(ReasonSchema, forms.nested(request.form))["reason"]
        asked = {"organisation": str(organisation_id), "reason": reason}
        doors.submit(
            "organisation.resume",
            asked,
            lambda: str(directory.resume(actor, organisation_id, reason=reason).id),
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        failed = FormState.failed(request.form, refused, ReasonSchema)
        return _page(organisation_id, failed), problems.status(refused)
    return redirect(url_for("directory.show", organisation_id=organisation_id), 303)


def _page(organisation_id: UUID, form: FormState) -> str:
    actor = doors.actor()
    organisation = directory.find(actor, organisation_id)
    return render_template(
        "parties/directory_entry.html",
        organisation=organisation,
        people=directory.people(actor, organisation),
        told=directory.told(actor, organisation),
        verbs=VERBS,
        grounds=GROUNDS,
        form=form,
        can=may(actor, "organisation.suspend"),
    )
