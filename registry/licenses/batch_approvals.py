"""A second person's approval of a batch: asked about in one act, refused in one, given by signing it."""

from registry.licenses import assembly, batch_signing, batches
from registry.licenses.batch_models import DeclarationBatch
from registry.parties import many_approvals
from registry.parties.many_approvals import Many
from registry.parties.permissions import allow
from registry.parties.rules import Act, Actor


def standing(actor: Actor, batch: DeclarationBatch) -> Many:
    """How it stands with what of the batch is ready to be signed."""
    ready = batch_signing.signable(batches.members(batch))
    digests = {one.number: assembly.present(one).digest for one in batch_signing.declarations(ready)}
    return many_approvals.standing_of(actor, Act.DECLARE, digests)


def ask(actor: Actor, batch: DeclarationBatch, *, url: str) -> None:
    """Ask the others to sign everything of the batch that is ready; the letter names `url`. Raises Conflict
    `approval_not_needed`.
    """
    allow(actor, "declaration.draft", batch)
    ready = batch_signing.declarations(batch_signing.signable(batches.members(batch)))
    many_approvals.ask_all(actor, Act.DECLARE, [one.number for one in ready], url=url)


def refuse(actor: Actor, batch: DeclarationBatch, *, reason: str) -> None:
    """Sign nothing of what somebody else asked about in the batch, and say why. Raises Refused `required`,
    Conflict `approval_settled`.
    """
    allow(actor, "declaration.sign", batch)
    rows = batches.members(batch)
    numbers = [row.declaration.number for row in rows if row.declaration is not None]
    many_approvals.refuse_all(actor, Act.DECLARE, numbers, reason=reason)
