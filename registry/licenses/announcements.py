"""What happens to a declaration once it stands: CNIPA's acts, pauses for a bar that arose, the office's
endings.

Statutory effects hang on what CNIPA has announced (domain point 13). An announcement may be recorded late:
the day is CNIPA's, acceptances already made keep their track.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import clock
from registry.errors import Conflict, Refused
from registry.jobs import enqueue
from registry.ledger.filings import Filing
from registry.licenses import register, rules, statements, withdrawals
from registry.licenses.assembly import digests
from registry.licenses.models import Declaration
from registry.licenses.rules import OFFERED_STATES, DeclarationState
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.rules import Actor

BEFORE_PUBLICATION = (DeclarationState.SUBMITTED, DeclarationState.UNDER_REVIEW)


# --- CNIPA's track -----------------------------------------------------------------------------------


def file_with_cnipa(actor: Actor, declaration: Declaration, *, day: date | None = None) -> None:
    """Note that the declaration has been filed with CNIPA (GL 3.2)."""
    declaration = _announced_by(actor, declaration)
    _not_future(day)
    register.move_cnipa(actor, declaration, "file", day=(day or clock.today()).isoformat())
    register.reindex(declaration)


def cnipa_declined(actor: Actor, declaration: Declaration, *, words: str) -> None:
    """Note that CNIPA did not accept the declaration (GL 3.1); the local offer, if any, stands as it is."""
    declaration = _announced_by(actor, declaration)
    _words(words)
    register.move_cnipa(actor, declaration, "not_accepted", words=words.strip())
    register.reindex(declaration)
    mail.write_to_organisation(
        declaration.holder_id, "cnipa_declined", declaration=declaration, words=words.strip()
    )


def announce(
    actor: Actor, declaration: Declaration, *, cnipa_number: str, day: date, gazette: Upload | None = None
) -> None:
    """Record CNIPA's announcement: its number, its day, the gazette page (GL 3.5, 5). Past days are taken,
    future ones not.

    Before publication here it stands with the row and goes into `declaration.published`; afterwards it is a
    filing.
    """
    declaration = _announced_by(actor, declaration)
    if declaration.state not in (*OFFERED_STATES, *BEFORE_PUBLICATION):
        raise Conflict("wrong_state", state=declaration.state, verb="announce")
    if not cnipa_number.strip():
        raise Refused("required", "cnipa_number", "GL 5")
    _not_future(day)
    if day < declaration.patent.grant_date:
        raise Refused("day_before_grant", "day", "PL 50; GL 3.5")
    changes = {"number": cnipa_number.strip(), "day": day.isoformat(), "gazette": _id(gazette)}
    register.move_cnipa(actor, declaration, "announce", **changes)
    declaration.cnipa_number, declaration.cnipa_announced_on = cnipa_number.strip(), day
    if declaration.state in OFFERED_STATES:
        filing = statements.announcement("declaration.announced", declaration, day, _digest_of(gazette))
        register.enter(declaration, filing)
        enqueue("interests.settle", {"declaration": str(declaration.id)}, subject_id=declaration.id)
    mail.write_to_organisation(declaration.holder_id, "declaration_announced", declaration=declaration)


def announce_withdrawal(
    actor: Actor, declaration: Declaration, *, day: date, gazette: Upload | None = None
) -> None:
    """Record CNIPA's announcement of the withdrawal: the offer is closed from that day on (PL 50; GL 4).

    Acceptances whose conditions were met on that day or later go to a person for decision; none is voided
    silently.
    """
    declaration = _announced_by(actor, declaration)
    _not_future(day)
    announced = declaration.cnipa_announced_on
    if announced is not None and day < announced:
        raise Refused("withdrawal_before_announcement", "day", "GL 4", day=announced.isoformat())
    register.move_cnipa(actor, declaration, "announce_withdrawal", day=day.isoformat(), gazette=_id(gazette))
    register.move(actor, declaration, "announce_withdrawal")
    declaration.cnipa_withdrawn_on = day
    filings = [
        statements.announcement("declaration.withdrawal_announced", declaration, day, _digest_of(gazette))
    ]
    withdrawal = withdrawals.filed(declaration)
    if withdrawal is not None:
        filings.append(withdrawals.filing_of(withdrawal))
    appended = register.enter(declaration, *filings)
    declaration.withdrawn_seq, declaration.withdrawn_at = appended[0].seq, appended[0].instant
    if withdrawal is not None:
        withdrawal.filed_seq = appended[1].seq
    _settle(declaration)
    mail.write_to_organisation(declaration.holder_id, "withdrawal_announced", declaration=declaration)


def reject_withdrawal(actor: Actor, declaration: Declaration, *, words: str) -> None:
    """Note that CNIPA refused the withdrawal (GL 4): the offer goes on, paused if it was."""
    declaration = _announced_by(actor, declaration)
    _words(words)
    register.move(actor, declaration, "reject_withdrawal", words=words.strip())
    declaration.withdrawal_filed_at = None
    if declaration.paused_since is not None:
        register.move(actor, declaration, "pause")
    withdrawals.reopen(declaration)
    register.reindex(declaration)
    mail.write_to_organisation(
        declaration.holder_id, "withdrawal_rejected", declaration=declaration, words=words.strip()
    )


# --- bars that arise later, and endings --------------------------------------------------------------


def pause(
    actor: Actor,
    declaration: Declaration,
    *,
    ground: str,
    since: date,
    words: str = "",
    upload: Upload | None = None,
) -> None:
    """Take no new notices because a bar arose; holder and licensees are told what it means for them (GL 2).

    `ground` is B1 to B9; B9 needs words. Raises Refused not_a_choice, day_future, required; Conflict
    wrong_state.
    """
    declaration = _reviewed_by(actor, declaration)
    if ground not in rules.BARS:
        raise Refused("not_a_choice", "ground", "GL 2; GL 3.1")
    if ground == "B9":
        _words(words)
    _not_future(since, field="since")
    if declaration.paused_since is not None:
        raise Conflict("already_paused", article="GL 2")
    register.move(
        actor,
        declaration,
        "pause",
        ground=ground,
        since=since.isoformat(),
        words=words.strip(),
        upload=_id(upload),
    )
    declaration.paused_ground, declaration.paused_since = ground, since
    secrets = {"reason": words.strip(), "evidence": {"since": since.isoformat(), **_digest_of(upload)}}
    register.enter(
        declaration, statements.movement("declaration.paused", declaration, ground, secrets=secrets)
    )
    facts = {"declaration": declaration, "bar": rules.BARS[ground], "since": since, "words": words.strip()}
    mail.write_to_organisation(declaration.holder_id, "must_withdraw", **facts)
    payload = {"declaration": str(declaration.id), "ground": ground, "since": since.isoformat()}
    enqueue("contracts.must_withdraw", {**payload, "words": words.strip()}, subject_id=declaration.id)


def resume(actor: Actor, declaration: Declaration, *, words: str = "") -> None:
    """Take notices again: the bar has gone (GL 2)."""
    declaration = _reviewed_by(actor, declaration)
    if declaration.paused_since is None:
        raise Conflict("not_paused")
    ground = declaration.paused_ground
    register.move(actor, declaration, "resume", ground=ground, words=words.strip())
    declaration.paused_ground, declaration.paused_since = "", None
    secrets = {"reason": words.strip()} if words.strip() else {}
    register.enter(
        declaration, statements.movement("declaration.resumed", declaration, ground, secrets=secrets)
    )
    mail.write_to_organisation(declaration.holder_id, "declaration_resumed", declaration=declaration)


def terminate(actor: Actor, declaration: Declaration, *, words: str, upload: Upload | None = None) -> None:
    """Close an offer that CNIPA has ended because it no longer qualifies (GL 4)."""
    _end(actor, declaration, "terminate", ground="terminated", words=words, upload=upload)


def revoke(actor: Actor, declaration: Declaration, *, words: str, upload: Upload | None = None) -> None:
    """Close an offer whose declaration was revoked as false (IR 88, 100; GL 4)."""
    _end(actor, declaration, "revoke", ground="revoked", words=words, upload=upload)


# --- inside ------------------------------------------------------------------------------------------


def _end(
    actor: Actor, declaration: Declaration, verb: str, *, ground: str, words: str, upload: Upload | None
) -> None:
    declaration = _reviewed_by(actor, declaration)
    _words(words)
    register.move(actor, declaration, verb, words=words.strip(), upload=_id(upload))
    secrets: dict[str, Any] = {"reason": words.strip(), "evidence": _digest_of(upload)}
    ending: Filing = statements.ending(declaration, ground, secrets=secrets)
    appended = register.enter(declaration, ending)[0]
    declaration.withdrawn_at, declaration.withdrawn_seq = appended.instant, appended.seq
    _settle(declaration)
    mail.write_to_organisation(
        declaration.holder_id,
        "declaration_ended",
        declaration=declaration,
        ground=ground,
        words=words.strip(),
    )


def _settle(declaration: Declaration) -> None:
    """Contracts look at what was on its way when the offer closed."""
    enqueue("contracts.after_withdrawal", {"declaration": str(declaration.id)}, subject_id=declaration.id)


def _announced_by(actor: Actor, declaration: Declaration) -> Declaration:
    allow(actor, "declaration.announce", declaration)
    parties.impartial(actor, declaration.holder_id)
    return register.lock(declaration.id)


def _reviewed_by(actor: Actor, declaration: Declaration) -> Declaration:
    allow(actor, "declaration.review", declaration)
    parties.impartial(actor, declaration.holder_id)
    return register.lock(declaration.id)


def _not_future(day: date | None, *, field: str = "day") -> None:
    if day is not None and day > clock.today():
        raise Refused("day_future", field, today=clock.today().isoformat())


def _words(words: str) -> None:
    if not words.strip():
        raise Refused("required", "words")


def _id(upload: Upload | None) -> str:
    return str(upload.id) if upload else ""


def _digest_of(upload: Upload | None) -> Mapping[str, str]:
    return digests({"file": upload.id}) if upload else {}
