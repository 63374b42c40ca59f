"""Letters: which there are, what each is about, which of them a person may keep out of the mail, and what
becomes of one on its way.

What causes each and who gets it stands in docs/letters.md; a test holds that, templates/mail and this equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry.states import Machine, Move
from registry.text import N_


class Topic(StrEnum):
    """What a letter is about: the inbox is sorted by it, and choices are made by it."""

    ACCOUNT = "account"
    DECLARATION = "declaration"
    LICENSE = "license"
    MONEY = "money"
    DUTIES = "duties"
    REGISTRATION = "registration"
    SYSTEM = "system"
    REMINDERS = "reminders"
    PROGRESS = "progress"
    WORK = "work"
    SEARCHES = "searches"
    INDUSTRIES = "industries"


TOPICS: Mapping[str, str] = {
    "account": N_("账号与单位"),
    "declaration": N_("声明与公告"),
    "license": N_("许可与决定"),
    "money": N_("款项"),
    "duties": N_("履行与催告"),
    "registration": N_("合同登记与文件"),
    "system": N_("系统"),
    "reminders": N_("到期提醒"),
    "progress": N_("办理进展"),
    "work": N_("待办事项"),
    "searches": N_("保存的查找"),
    "industries": N_("行业通知"),
}
"""Message ids."""

OPTIONAL = (Topic.REMINDERS, Topic.PROGRESS, Topic.WORK, Topic.SEARCHES, Topic.INDUSTRIES)
"""What may be kept out of the mail. Of the others a right, a term or money hangs (CC 137): they always go."""

REFUSABLE = (Topic.SEARCHES, Topic.INDUSTRIES)
"""What is sent because somebody once wished it, and stops at one click (RFC 8058)."""


class By(StrEnum):
    """How a person wants the letters of an optional topic."""

    MAIL = "mail"
    DAILY = "daily"
    SITE = "site"


SECRET = frozenset({"address_changed", "address_confirm", "confirm", "reset", "sign_in_code"})
"""They carry a code or link that proves who reads the mailbox: never shown on the site, to nobody."""

SEALED = SECRET | {
    "consent_asked", "consent_asked_many",
    "interest_closed", "interest_confirm", "interest_open", "interest_registered",
}  # fmt: skip
"""What they carry opens something: the staff's log of letters does not show their words."""

LETTERS: Mapping[str, Topic] = {
    "acceptance_lapsed": Topic.LICENSE,
    "account_change_approved": Topic.MONEY,
    "account_change_asked": Topic.MONEY,
    "account_change_in_force": Topic.MONEY,
    "account_change_stopped": Topic.MONEY,
    "address_changed": Topic.ACCOUNT,
    "address_confirm": Topic.ACCOUNT,
    "address_failing": Topic.ACCOUNT,
    "address_known": Topic.ACCOUNT,
    "address_returned": Topic.ACCOUNT,
    "address_test": Topic.ACCOUNT,
    "already_registered": Topic.ACCOUNT,
    "approval_asked": Topic.WORK,
    "approval_lapsed": Topic.WORK,
    "approval_refused": Topic.WORK,
    "approvals_asked": Topic.WORK,
    "audit_failed": Topic.SYSTEM,
    "bar_arose": Topic.WORK,
    "batch_packed": Topic.WORK,
    "batch_published": Topic.DECLARATION,
    "batch_submitted": Topic.WORK,
    "cnipa_declined": Topic.DECLARATION,
    "confirm": Topic.ACCOUNT,
    "consent_answered": Topic.PROGRESS,
    "consent_asked": Topic.DECLARATION,
    "consent_asked_many": Topic.DECLARATION,
    "consent_void": Topic.DECLARATION,
    "data_leaked": Topic.ACCOUNT,
    "decided": Topic.LICENSE,
    "decision_asked": Topic.LICENSE,
    "declaration_announced": Topic.DECLARATION,
    "declaration_ended": Topic.DECLARATION,
    "declaration_expired": Topic.DECLARATION,
    "declaration_published": Topic.DECLARATION,
    "declaration_refused": Topic.DECLARATION,
    "declaration_resumed": Topic.DECLARATION,
    "declaration_returned": Topic.DECLARATION,
    "declaration_submitted": Topic.WORK,
    "default_answered": Topic.DUTIES,
    "default_closed": Topic.DUTIES,
    "default_noticed": Topic.DUTIES,
    "digest": Topic.SYSTEM,
    "duty_reminder": Topic.REMINDERS,
    "ending_answered": Topic.DUTIES,
    "ending_settled": Topic.DUTIES,
    "factor_added": Topic.ACCOUNT,
    "factor_removed": Topic.ACCOUNT,
    "filing_corrected": Topic.REGISTRATION,
    "handover_answered": Topic.DUTIES,
    "handover_recorded": Topic.DUTIES,
    "industry_finds": Topic.INDUSTRIES,
    "interest_closed": Topic.LICENSE,
    "interest_confirm": Topic.LICENSE,
    "interest_open": Topic.LICENSE,
    "interest_registered": Topic.LICENSE,
    "invoice_asked": Topic.MONEY,
    "invoice_issued": Topic.PROGRESS,
    "invoice_reversed": Topic.MONEY,
    "key_changed": Topic.ACCOUNT,
    "key_made": Topic.ACCOUNT,
    "license_barred": Topic.LICENSE,
    "license_effective": Topic.LICENSE,
    "license_ended": Topic.LICENSE,
    "machine_key_ending": Topic.ACCOUNT,
    "machine_key_made": Topic.ACCOUNT,
    "must_withdraw": Topic.DECLARATION,
    "need_answered": Topic.PROGRESS,
    "need_matched": Topic.SEARCHES,
    "need_published": Topic.PROGRESS,
    "need_returned": Topic.PROGRESS,
    "notice_received": Topic.LICENSE,
    "invited": Topic.ACCOUNT,
    "organisation_resumed": Topic.ACCOUNT,
    "organisation_sent_back": Topic.ACCOUNT,
    "organisation_suspended": Topic.ACCOUNT,
    "organisation_verified": Topic.PROGRESS,
    "outside_linked": Topic.ACCOUNT,
    "override_asked": Topic.WORK,
    "paper_reissued": Topic.REGISTRATION,
    "passkey_added": Topic.ACCOUNT,
    "passkey_removed": Topic.ACCOUNT,
    "payment_answered": Topic.MONEY,
    "payment_claimed": Topic.MONEY,
    "payment_requested": Topic.MONEY,
    "receipt_brought": Topic.MONEY,
    "power_answered": Topic.ACCOUNT,
    "power_ended": Topic.ACCOUNT,
    "power_ending": Topic.REMINDERS,
    "power_offered": Topic.ACCOUNT,
    "recovery_low": Topic.ACCOUNT,
    "recovery_used": Topic.ACCOUNT,
    "refund_decided": Topic.MONEY,
    "refund_due": Topic.MONEY,
    "refund_overdue": Topic.MONEY,
    "refund_sent": Topic.MONEY,
    "registration_result": Topic.REGISTRATION,
    "reset": Topic.ACCOUNT,
    "review_needed": Topic.WORK,
    "royalty_answered": Topic.DUTIES,
    "royalty_asked": Topic.DUTIES,
    "royalty_reported": Topic.DUTIES,
    "search_finds": Topic.SEARCHES,
    "sign_in_code": Topic.ACCOUNT,
    "signed_in_new": Topic.ACCOUNT,
    "stamp_differs": Topic.REGISTRATION,
    "webhook_stopped": Topic.SYSTEM,
    "withdrawal_announced": Topic.DECLARATION,
    "withdrawal_filed": Topic.DECLARATION,
    "withdrawal_rejected": Topic.DECLARATION,
}


def topic(letter: str) -> Topic:
    """A letter nobody has sorted goes to the mail like those that must."""
    return LETTERS.get(letter, Topic.SYSTEM)


def optional(letter: str) -> bool:
    return topic(letter) in OPTIONAL


class MailState(StrEnum):
    """Where a letter stands. Only a server that has taken it makes it `sent`."""

    QUEUED = "queued"
    FAILED = "failed"  # this time; it is tried again
    SENT = "sent"
    KEPT = "kept"  # no server is set: it lies in the outbox folder
    BOUNCED = "bounced"  # refused for good, at once or by a report afterwards
    GIVEN_UP = "given_up"  # no server took it for so long that nobody tries any more
    HELD = "held"  # waits for the day's digest
    GATHERED = "gathered"  # went with a digest
    ON_SITE = "on_site"  # stands in the inbox alone


WAITING = (MailState.QUEUED, MailState.FAILED)
DEAD = (MailState.BOUNCED, MailState.GIVEN_UP)
_RESENT = Move(MailState.QUEUED, "[ours]")

MAIL: Machine[MailState] = Machine(
    {
        **{(one, "send"): Move(MailState.SENT, "RFC 5321 4.2.5") for one in WAITING},
        **{(one, "keep"): Move(MailState.KEPT, "[ours]") for one in WAITING},
        **{(one, "fail"): Move(MailState.FAILED, "RFC 5321 4.5.4.1") for one in WAITING},
        **{(one, "give_up"): Move(MailState.GIVEN_UP, "RFC 5321 4.5.4.1") for one in WAITING},
        **{(one, "bounce"): Move(MailState.BOUNCED, "RFC 5321 4.2.1") for one in WAITING},
        (MailState.SENT, "bounce"): Move(MailState.BOUNCED, "RFC 3464 2.3.3"),
        (MailState.HELD, "gather"): Move(MailState.GATHERED, "[ours]"),
        **{
            (one, "resend"): _RESENT
            for one in MailState
            if one not in (*WAITING, MailState.SENT, MailState.KEPT)
        },
        (MailState.SENT, "resend"): _RESENT,
        (MailState.KEPT, "resend"): _RESENT,
    },
    start=MailState.QUEUED,
)

STATES: Mapping[str, str] = {
    "queued": N_("待发"),
    "failed": N_("未发出，将再试"),
    "sent": N_("已发出"),
    "kept": N_("存入文件夹"),
    "bounced": N_("退信"),
    "given_up": N_("已放弃"),
    "held": N_("待汇总"),
    "gathered": N_("已汇总"),
    "on_site": N_("仅站内"),
}
"""Message ids."""

_PAUSES = (1, 5, 15, 30, 60, 120, 240)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: minutes at first, four hours in the end (RFC 5321 4.5.4.1)."""
    return timedelta(minutes=_PAUSES[min(attempts, len(_PAUSES)) - 1])


def next_try(attempts: int, *, since: datetime, now: datetime, hours: int) -> datetime | None:
    """When to try again after the latest of so many failures; None once `hours` have passed since the first
    could have been made.
    """
    after = now + pause(max(attempts, 1))
    return after if after <= since + timedelta(hours=hours) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one attempt brought: how far it came, the server's code and words. `code` None: it never spoke."""

    stage: str
    code: int | None = None
    words: str = ""
    accepted: bool = False
    permanent: bool = False

    @property
    def address_fails(self) -> bool:
        """The address itself was refused for good, not the sender or the words."""
        return self.permanent and self.stage in ("recipient", "address", "report")


STAGE_NAMES: Mapping[str, str] = {
    "connect": N_("连接服务器"),
    "tls": N_("建立加密"),
    "login": N_("登录服务器"),
    "sender": N_("报寄件人"),
    "recipient": N_("报收件人"),
    "data": N_("交付正文"),
    "address": N_("收件地址"),
    "report": N_("退信报告"),
    "folder": N_("存入文件夹"),
    "here": N_("写信"),
}
"""Message ids."""
STAGES = tuple(STAGE_NAMES)


def in_language(subject: str, lang: str) -> str:
    """A subject is Chinese, then English: the half a reader wants."""
    zh, slash, en = subject.rpartition(" / ")
    return (en if lang == "en" else zh) if slash else subject


def masked(address: str) -> str:
    """`w•••@example.cn`: enough to recognise one's own, not enough to write to."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••{at}{domain}" if at else "•••"
