"""The log for people: what it is, how far it is signed, which key to pin, and its entries one by one."""

from flask import Blueprint, render_template, request

from registry.catalogue import labels
from registry.catalogue.log_schemas import LARGEST
from registry.errors import NotFound
from registry.ledger import published
from registry.ledger import service as ledger
from registry.ledger.canonical import b64, jcs
from registry.ledger.chain import Entry
from registry.ledger.checkpoints import note_head
from registry.ledger.filings import parse_envelope, parse_filing
from registry.ledger.setup import ledger_setup
from registry.parties import doors

blueprint = Blueprint("log", __name__, url_prefix="/log")
PAGE = 25
DECLARATION, CONTRACT = "declaration.", ("license.", "payment.", "objection.", "papers.", "registration.")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"filing_name": filing_name}


def filing_name(kind: str) -> str:
    """What a type of filing is called; one we do not know shows as itself."""
    return str(labels.FILINGS.get(kind, kind))


@blueprint.route("")
@doors.public
def log() -> str:
    """The log at a glance, its newest entries, older ones by `before`."""
    signed = published.newest()
    if signed is None:
        raise NotFound("not_found")
    end = _before(request.args.get("before", ""), signed.size)
    return render_template(
        "catalogue/log.html",
        signed=signed,
        root=b64(note_head(signed.note).root),
        vkey=str(ledger_setup().vkey),
        cosigned=ledger.cosignatures_of(signed.size),
        entries=[one.entry for one in reversed(published.entries(max(end - PAGE, 0), end))],
        older=end - PAGE if end > PAGE else None,
        newer=min(end + PAGE, signed.size) if end < signed.size else None,
    )


@blueprint.route(f"/<int(max={LARGEST}):seq>")
@doors.public
def entry(seq: int) -> str:
    """One entry, with everything needed to check it elsewhere."""
    found = published.entry(seq)
    assert found.envelope is not None
    payload = parse_envelope(found.envelope)[0]
    filed = parse_filing(payload)
    return render_template(
        "catalogue/log_entry.html",
        found=found,
        entry=found.entry,
        filed=filed,
        fields=[(name, _shown(value)) for name, value in filed.fields.items()],
        text=payload.decode(),
        last=seq + 1 >= published.published_size(),
        address=_address(found.entry),
    )


def _shown(value: object) -> str:
    """A field's value: text as it is, all else as it is filed."""
    return value if isinstance(value, str) else jcs(value).decode()


def _before(typed: str, size: int) -> int:
    """The place before which the page ends; whatever is no place in the log means its end."""
    wanted = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 16 else size
    return wanted if 0 < wanted < size else size


def _address(entry: Entry) -> str:
    """The page of what an entry is about; empty where the public has none."""
    if entry.type.startswith(DECLARATION):
        return f"/offers/{entry.subject}"
    return f"/verify?number={entry.subject}" if entry.type.startswith(CONTRACT) else ""
