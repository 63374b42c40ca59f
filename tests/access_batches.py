"""The access matrix of term sets and batches: pages and API."""

from collections.abc import Mapping

from tests.access import (
    AUDITOR,
    DIGEST,
    FOREIGN,
    HOLDER,
    LICENSEE,
    MACHINES,
    SIGNED,
    SIGNED_IN,
    TICKS,
    VENUE,
    Line,
    drafting,
    line,
    signing,
)

FOREIGN_DRAFTING = drafting(HOLDER, LICENSEE) | FOREIGN
ROWS = "专利号\nZL201810323021.5"
ROWS_JSON = [{"number": "ZL201810323021.5"}]
READING = HOLDER | VENUE | AUDITOR
NUMBERS = ["{draft}"]

BATCH_PAGES: Mapping[str, Line] = {
    "GET term_sets.index": line(SIGNED_IN),
    "POST term_sets.create": line(FOREIGN_DRAFTING, {"name": "模板"}),
    "GET term_sets.show": line(HOLDER | AUDITOR, term_set_id="term_set"),
    "POST term_sets.retire": line(drafting(HOLDER), term_set_id="term_set"),
    "GET term_sets.step": line(HOLDER | AUDITOR, term_set_id="term_set", step="=opening"),
    "POST term_sets.save": line(
        drafting(HOLDER), {"opening.open_from": "now"}, term_set_id="term_set", step="=opening"
    ),
    "GET declaration_batches.index": line(SIGNED_IN),
    "POST declaration_batches.bring": line(FOREIGN_DRAFTING, {"rows": ROWS, "venue": "v1"}),
    "GET declaration_batches.template": line(SIGNED_IN, form="=csv"),
    "GET declaration_batches.preview": line(READING, batch_id="shown"),
    "POST declaration_batches.make": line(drafting(HOLDER), {"digest": "0" * 64}, batch_id="shown"),
    "POST declaration_batches.discard": line(drafting(HOLDER), batch_id="shown"),
    "GET declaration_batches.show": line(READING, batch_id="many"),
    "POST declaration_batches.again": line(drafting(HOLDER), {"rows": ROWS}, batch_id="many"),
    "GET declaration_batches.rows": line(READING, batch_id="many", form="=csv"),
    "POST declaration_batches.files": line(drafting(HOLDER), {"files": "@file"}, batch_id="many"),
    "GET batch_acts.co_owners": line(READING, batch_id="many"),
    "POST batch_acts.ask": line(drafting(HOLDER), batch_id="many"),
    "GET batch_acts.change": line(READING, batch_id="many", step="=opening"),
    "POST batch_acts.change_all": line(
        drafting(HOLDER), {"opening.open_from": "now", "_numbers": "x"}, batch_id="many", step="=opening"
    ),
    "GET batch_acts.sign_form": line(signing(HOLDER), batch_id="many"),
    "POST batch_acts.sign": line(
        signing(HOLDER), {**SIGNED, **dict.fromkeys(TICKS, "yes"), "numbers[]": "x"}, batch_id="many"
    ),
    "POST batch_acts.ask_approval": line(drafting(HOLDER), batch_id="many"),
    "POST batch_acts.refuse_approval": line(signing(HOLDER), {"reason": "金额不对"}, batch_id="many"),
    "GET batch_acts.signed": line(READING, batch_id="many", signing_id="signing"),
    "GET batch_reviews.show": line(VENUE, batch_id="many"),
    "POST batch_reviews.act": line(VENUE, {"verb": "take_up"}, batch_id="many"),
}
BATCH_API: Mapping[str, Line] = {
    "GET term-sets-api.index": line(MACHINES),
    "POST term-sets-api.create": line(FOREIGN_DRAFTING, {"name": "模板"}),
    "GET term-sets-api.show": line(HOLDER | AUDITOR, term_set_id="term_set"),
    "PATCH term-sets-api.edit": line(
        drafting(HOLDER), {"opening": {"open_from": "now"}}, term_set_id="term_set"
    ),
    "POST term-sets-api.retire": line(drafting(HOLDER), term_set_id="term_set"),
    "GET declaration-batches-api.index": line(MACHINES),
    "POST declaration-batches-api.begin": line(FOREIGN_DRAFTING, {"venue": "v1", "rows": ROWS_JSON}),
    "GET declaration-batches-api.show": line(READING, batch_id="many"),
    "POST declaration-batches-api.correct": line(drafting(HOLDER), {"rows": ROWS_JSON}, batch_id="many"),
    "POST declaration-batches-api.prepare": line(
        signing(HOLDER), {**TICKS, "numbers": NUMBERS}, batch_id="many"
    ),
    "POST declaration-batches-api.sign": line(
        signing(HOLDER), {**DIGEST, **TICKS, "numbers": NUMBERS}, batch_id="many"
    ),
    "GET declaration-batches-api.approval": line(READING, batch_id="many"),
    "POST declaration-batches-api.ask_approval": line(drafting(HOLDER), batch_id="many"),
    "POST declaration-batches-api.refuse_approval": line(
        signing(HOLDER), {"reason": "金额不对"}, batch_id="many"
    ),
    "GET declaration-batches-api.signing": line(READING, batch_id="many", signing_id="signing"),
}
