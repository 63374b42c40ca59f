"""What every kind of subject leaves in common: letters, jobs, answers to repeated requests, prepared acts,
history, and the files parties brought.
"""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, or_, select

from registry.contracts.duty_models import DutyFile
from registry.contracts.models import (
    Acceptance,
    Attachment,
    Contract,
    Payment,
    Refund,
    RegistrationResult,
)
from registry.contracts.stamp_models import StampedSheet
from registry.database import db
from registry.erasure.listing import Goes, Stays, blanked, letter_file, removed, stored, without
from registry.history import History
from registry.idempotency import Idempotency
from registry.jobs import Job
from registry.licenses.batch_models import TermSet, TermSetVersion
from registry.licenses.models import Consent, Declaration, DeclarationVersion
from registry.parties.models import Authority, Mail, MailAttempt, Organisation, Upload
from registry.parties.power_models import PowerOfAttorney
from registry.parties.prepared import PreparedAct
from registry.patents.models import EvaluationReport, Patent, PatentFact

KEPT_CHANGES = (
    "article", "seq", "ground", "step", "line", "verdict", "rule", "slot", "batch", "digest", "size",
    "corrects", "fields", "power",
)  # fmt: skip
"""What a history row may keep: codes, places and digests."""


_BROUGHT = (Payment.slip_upload, Payment.payer_statement, Payment.receipt_upload)


def of_ids(ids: Collection[UUID], words: Collection[str]) -> Iterator[Goes]:
    """Whatever speaks about rows of these ids, or in letters of these words (numbers, addresses)."""
    letters = list(_letters(words))
    for mail in letters:
        yield from letter(mail)
    jobs = select(Job).where(Job.subject_id.in_([*ids, *(mail.id for mail in letters)]))
    yield from (removed(job) for job in db.session.scalars(jobs.order_by(Job.id)))
    references = [*words, *map(str, ids)]
    acts = list(db.session.scalars(select(PreparedAct).where(PreparedAct.subject_id.in_(ids))))
    yield from (removed(act) for act in acts)
    references += [str(act.id) for act in acts]
    answers = select(Idempotency).where(Idempotency.reference.in_(references)).order_by(Idempotency.id)
    yield from (removed(answer) for answer in db.session.scalars(answers))
    rows = select(History).where(History.subject_id.in_(ids)).order_by(History.id)
    for row in db.session.scalars(rows):
        yield from blanked(row, changes=without(row.changes, KEPT_CHANGES))


def letter(mail: Mail) -> Iterator[Goes]:
    """A letter, the attempts to send it, and its copy in a folder."""
    tries = select(MailAttempt).where(MailAttempt.mail_id == mail.id).order_by(MailAttempt.id)
    yield from (removed(one) for one in db.session.scalars(tries))
    yield removed(mail)
    yield letter_file(mail.id)


def at_work(ids: Collection[UUID]) -> bool:
    """Whether a worker is busy with one of these just now: what it writes would come after the erasure."""
    query = select(Job.id).where(Job.subject_id.in_(ids), Job.state == "running").limit(1)
    return db.session.scalar(query) is not None


def uploads(ids: Iterable[UUID | None], me: str) -> tuple[list[Goes], list[Stays]]:
    """Files of one subject (`me`, as `users_of` names it): gone, unless another live thing uses them."""
    goes: list[Goes] = []
    stays: list[Stays] = []
    for upload_id in dict.fromkeys(one for one in ids if one is not None):
        upload = db.session.get_one(Upload, upload_id)
        others = users_of(upload.id) - {me}
        if others:
            stays.append(Stays(name=upload.filename, used_by=tuple(sorted(others))))
            continue
        twins = [one for one in _same_content(upload) if not users_of(one.id) - {me}]
        for one in twins:
            goes += blanked(one, filename="")
        elsewhere = {user for one in _same_content(upload) for user in users_of(one.id)} - {me}
        if elsewhere:
            stays.append(Stays(name=upload.filename, used_by=tuple(sorted(elsewhere))))
        else:
            goes += stored(upload.digest)
    return _once(goes), stays


def users_of(upload_id: UUID) -> set[str]:
    """The live things a file belongs to, as `contract MX-C…`; what has been erased uses nothing any more."""
    return set(_contracts(upload_id)) | set(_declarations(upload_id)) | set(_others(upload_id))


def _contracts(upload_id: UUID) -> Iterator[str]:
    live = Contract.erased_at.is_(None)
    paid = select(Contract.number).join(Acceptance).join(Payment, Payment.acceptance_id == Acceptance.id)
    for query in (
        *(paid.where(column == upload_id, live) for column in _BROUGHT),
        paid.join(Refund, Refund.payment_id == Payment.id).where(Refund.slip_upload == upload_id, live),
        select(Contract.number)
        .join(Attachment, Attachment.contract_id == Contract.id)
        .where(Attachment.upload_id == upload_id, live),
        select(Contract.number)
        .join(StampedSheet, StampedSheet.contract_id == Contract.id)
        .where(StampedSheet.upload_id == upload_id, live),
        select(Contract.number)
        .join(RegistrationResult, RegistrationResult.contract_id == Contract.id)
        .where(RegistrationResult.certificate_upload == upload_id, live),
        select(Contract.number)
        .join(Acceptance)
        .join(DutyFile, DutyFile.acceptance_id == Acceptance.id)
        .where(DutyFile.upload_id == upload_id, live),
    ):
        yield from (f"contract {number}" for number in db.session.scalars(query))


def _declarations(upload_id: UUID) -> Iterator[str]:
    live, named = Declaration.erased_at.is_(None), f"%{upload_id}%"
    version = DeclarationVersion
    signed = select(version.declaration_id).where(cast(version.answers, Text).like(named))
    consented = select(Consent.declaration_id).where(Consent.upload_id == upload_id)
    found = or_(
        cast(Declaration.draft, Text).like(named), Declaration.id.in_(signed), Declaration.id.in_(consented)
    )
    query = select(Declaration.number).where(live, found)
    yield from (f"declaration {number}" for number in db.session.scalars(query))


def _others(upload_id: UUID) -> Iterator[str]:
    parties = select(Organisation.id).where(
        Organisation.evidence_upload == upload_id, Organisation.erased_at.is_(None)
    )
    yield from (f"party {one}" for one in db.session.scalars(parties))
    authorised = (
        select(Authority.organisation_id)
        .join(Organisation)
        .where(Authority.upload_id == upload_id, Organisation.erased_at.is_(None))
    )
    yield from (f"party {one}" for one in db.session.scalars(authorised))
    sets = (
        select(Organisation.id)
        .join(TermSet, TermSet.holder_id == Organisation.id)
        .join(TermSetVersion, TermSetVersion.term_set_id == TermSet.id)
        .where(cast(TermSetVersion.steps, Text).like(f"%{upload_id}%"), Organisation.erased_at.is_(None))
    )
    yield from (f"party {one}" for one in db.session.scalars(sets))
    powers = (
        select(Organisation.id)
        .join(PowerOfAttorney, PowerOfAttorney.principal_id == Organisation.id)
        .where(PowerOfAttorney.upload_id == upload_id, Organisation.erased_at.is_(None))
    )
    yield from (f"party {one}" for one in db.session.scalars(powers))
    reports = select(EvaluationReport.patent_id).where(EvaluationReport.upload_id == upload_id)
    facts = select(PatentFact.patent_id).where(PatentFact.upload_id == upload_id)
    patents = select(Patent.number).where(
        or_(
            Patent.certificate_upload == upload_id,
            Patent.annuity_upload == upload_id,
            Patent.id.in_(reports),
            Patent.id.in_(facts),
        )
    )
    yield from (f"patent {number}" for number in db.session.scalars(patents))


def _same_content(upload: Upload) -> list[Upload]:
    query = select(Upload).where(Upload.digest == upload.digest, Upload.erased_at.is_(None))
    return list(db.session.scalars(query.order_by(Upload.id)))


def _once(goes: Iterable[Goes]) -> list[Goes]:
    return list({(one.table, one.key, one.what): one for one in goes}.values())


def _letters(words: Collection[str]) -> Iterable[Mail]:
    if not words:
        return ()
    said: list[ColumnElement[bool]] = []
    for word in words:
        said += [Mail.body.contains(word, autoescape=True), Mail.subject.contains(word, autoescape=True)]
        said.append(Mail.address == word)
    return db.session.scalars(select(Mail).where(or_(*said)).order_by(Mail.created_at, Mail.id))
