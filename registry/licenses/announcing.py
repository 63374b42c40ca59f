"""What both doors of the venue's clerk share: loaded input becomes the one verb it asks for."""

from collections.abc import Callable, Mapping
from typing import Any

from registry.licenses import announcements
from registry.licenses.models import Declaration
from registry.licenses.rules import CNIPA, CnipaStatus, DeclarationState
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.rules import Actor

Act = Callable[[Actor, Declaration, Mapping[str, Any]], None]
FACTS = {
    "filed": "file",
    "declined": "not_accepted",
    "announced": "announce",
    "withdrawal_announced": "announce_withdrawal",
}


def possible(declaration: Declaration) -> list[str]:
    """Which facts of CNIPA's can be recorded now, in the order in which they happen."""
    found = [fact for fact, verb in FACTS.items() if CNIPA.allows(declaration.cnipa_status, verb)]
    if declaration.state == DeclarationState.WITHDRAWAL_FILED:
        found.append("withdrawal_rejected")
    if declaration.cnipa_status == CnipaStatus.ANNOUNCED or declaration.state != DeclarationState.WITHDRAWN:
        return found
    return [fact for fact in found if fact == "withdrawal_announced"]


def cnipa(actor: Actor, declaration: Declaration, given: Mapping[str, Any]) -> None:
    """Record what a loaded CnipaSchema says."""
    fact, day, words = given["fact"], given["day"], given["words"]
    gazette = _upload(actor, given["gazette_upload"], field="gazette_upload")
    if fact == "filed":
        announcements.file_with_cnipa(actor, declaration, day=day)
    elif fact == "declined":
        announcements.cnipa_declined(actor, declaration, words=words)
    elif fact == "announced":
        announcements.announce(
            actor, declaration, cnipa_number=given["cnipa_number"], day=day, gazette=gazette
        )
    elif fact == "withdrawal_announced":
        announcements.announce_withdrawal(actor, declaration, day=day, gazette=gazette)
    else:
        announcements.reject_withdrawal(actor, declaration, words=words)


def pause(actor: Actor, declaration: Declaration, given: Mapping[str, Any]) -> None:
    """Pause as a loaded PauseSchema says."""
    upload = _upload(actor, given["evidence_upload"], field="evidence_upload")
    announcements.pause(
        actor, declaration, ground=given["ground"], since=given["since"], words=given["words"], upload=upload
    )


def resume(actor: Actor, declaration: Declaration, given: Mapping[str, Any]) -> None:
    """Take notices again."""
    announcements.resume(actor, declaration, words=given["words"])


def end(actor: Actor, declaration: Declaration, given: Mapping[str, Any]) -> None:
    """Close an offer the office has ended, as a loaded EndSchema says."""
    upload = _upload(actor, given["evidence_upload"], field="evidence_upload")
    act = announcements.terminate if given["how"] == "terminate" else announcements.revoke
    act(actor, declaration, words=given["words"], upload=upload)


def _upload(actor: Actor, upload_id: object, *, field: str) -> Upload | None:
    return parties.uploaded(actor, str(upload_id), field=field) if upload_id else None
