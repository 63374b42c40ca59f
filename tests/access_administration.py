"""The access matrix of those who run and audit the registry, and of who acts for whom."""

from collections.abc import Mapping

from tests.access import (
    ADMINISTRATOR,
    AUDITOR,
    EVERYBODY,
    FOREIGN,
    HOLDER,
    LICENSEE,
    OWNERS,
    SECURITY,
    UUID0,
    Line,
    drafting,
    line,
    signing,
    those,
)

ASKED = {"email": "new@example.cn", "role": "signer"}
STAFF = {"email": "new@example.cn", "role": "auditor"}
ADMINISTRATION: Mapping[str, Line] = {
    **{f"GET help.{name}": line(EVERYBODY) for name in ("show", "privacy", "accessibility")},
    "GET jobs.index": line(AUDITOR | ADMINISTRATOR),
    "POST jobs.retry": line(ADMINISTRATOR, {"reason": "已修好"}, job_id="=" + UUID0),
    "POST jobs.drop": line(ADMINISTRATOR, {"reason": "不再需要"}, job_id="=" + UUID0),
    "GET terms_days.index": line(AUDITOR | ADMINISTRATOR),
    "POST terms_days.ask": line(ADMINISTRATOR, {"version": "2026-03", "day": "2027-06-01"}),
    "POST terms_days.approve": line(ADMINISTRATOR, row_id="terms_day"),
    "POST terms_days.drop": line(ADMINISTRATOR, row_id="terms_day"),
    "GET settings.show": line(AUDITOR | ADMINISTRATOR | SECURITY),
    "GET oversight.decisions": line(AUDITOR),
    "GET oversight.exceptions": line(AUDITOR),
    "GET oversight.sample": line(AUDITOR, {"seed": "1", "size": "5"}),
    "GET oversight.sample_extract": line(AUDITOR, {"seed": "1", "size": "1"}),
    "GET oversight.decisions_extract": line(AUDITOR),
    "GET oversight.exceptions_extract": line(AUDITOR),
    "GET oversight.events_extract": line(AUDITOR, {"what": "erasure"}),
    # who acts for whom
    "GET members.index": line(HOLDER | LICENSEE | FOREIGN),
    "POST members.invite": line(OWNERS, ASKED),
    "POST members.end": line(those(HOLDER, "owner"), membership_id="member"),
    "POST members.drop": line(those(HOLDER, "owner"), invitation_id="invitation"),
    "GET members.show": line(frozenset(), invitation_id="invitation"),  # whoever was asked, nobody here
    "POST members.accept": line(frozenset(), invitation_id="invitation"),
    "GET approvals.index": line(HOLDER | LICENSEE | FOREIGN),
    "POST approvals.change": line(OWNERS, {"declare": "yes"}),
    "POST approvals.ask": line(drafting(HOLDER), {"act": "declare", "number": "{draft}"}),
    "POST approvals.approve": line(signing(LICENSEE), approval_id="approval"),
    "POST approvals.refuse": line(signing(LICENSEE), {"reason": "金额不对"}, approval_id="approval"),
    "POST members.place": line(frozenset(), membership_id="=" + UUID0),
    "POST approvals.drop": line(those(LICENSEE, "owner"), approval_id="approval"),
    "GET events.index": line(AUDITOR),
    "GET events.file": line(AUDITOR),
    "GET staff.index": line(AUDITOR | SECURITY),
    "POST staff.invite": line(SECURITY, STAFF),
    "POST staff.approve": line(SECURITY, invitation_id="staff_invitation"),
    "POST staff.end": line(SECURITY, {"reason": "离职"}, membership_id="clerk"),
    # organisations
    "GET directory.index": line(AUDITOR | SECURITY),
    "GET directory.show": line(AUDITOR | SECURITY, organisation_id="organisation"),
    "POST directory.suspend": line(
        SECURITY, {"ground": "order", "reason": "法院裁定"}, organisation_id="organisation"
    ),
    "POST directory.resume": line(SECURITY, {"reason": "已经解除"}, organisation_id="organisation"),
}
