"""The condition of a fee of another kind (OTHER), in the reviewer's words.

The words become part of the text, so what was signed before is signed no more: the declaration goes back to
the patentee, every consent falls, and the next signature covers the new text (ADR 0002). Nothing is published
without such words.
"""

from registry import history
from registry.errors import Conflict, Refused
from registry.licenses import consents, reviews
from registry.licenses.fee_fields import WORDS_MAX, from_fields
from registry.licenses.fees import Method
from registry.licenses.models import Declaration
from registry.parties.rules import Actor
from registry.text import clean_text


def needed(declaration: Declaration) -> bool:
    """Whether the fee is of a kind whose condition stands in words."""
    return bool(declaration.draft.get("fee", {}).get("method") == Method.OTHER)


def present(declaration: Declaration) -> str:
    return str(declaration.draft.get("fee", {}).get("condition", ""))


def write(actor: Actor, declaration: Declaration, text: str) -> None:
    """Write when the license is obtained, and send the declaration back to be signed anew.

    Raises Refused required, too_long, not_a_choice for another fee, `condition_same` where nothing changes.
    """
    declaration = reviews.opened(actor, declaration)
    words = clean_text(text, field="condition")
    if not needed(declaration):
        raise Refused("not_a_choice", "condition", "PL 50; GL 3.3")
    if not words:
        raise Refused("required", "condition", "PL 50; GL 3.3")
    if len(words) > WORDS_MAX:
        raise Refused("too_long", "condition", max=WORDS_MAX)
    if words == present(declaration):
        raise Conflict("condition_same", "condition")
    reviews.send_back(actor, declaration, f"取得许可的条件写明为：{words}")
    fee = {**declaration.draft["fee"], "condition": words}
    from_fields(fee)  # raises Refused: what is written must be a fee that can be signed
    declaration.draft = {**declaration.draft, "fee": fee}
    history.record(actor, "write_condition", declaration, changes={"step": "fee"})
    consents.void_stale(actor, declaration)
