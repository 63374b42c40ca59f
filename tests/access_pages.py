"""The access matrix of the pages: one line for each route, who may come in, to which things. The lines of
patents and declarations, of licenses taken, of registration and of the catalogue stand in files of their own.
"""

from collections.abc import Mapping

from tests.access import (
    ADMINISTRATOR,
    AUDITOR,
    EVERYBODY,
    HOLDER,
    OPERATORS,
    OWNERS,
    SECURITY,
    SIGNED_IN,
    UUID0,
    VENUE,
    Line,
    line,
    those,
)
from tests.access_administration import ADMINISTRATION
from tests.access_batches import BATCH_PAGES
from tests.access_catalogue import CATALOGUE
from tests.access_contracts import CONTRACTS
from tests.access_licenses import LICENSES
from tests.access_passkeys import PASSKEYS
from tests.access_registration import REGISTRATION
from tests.access_second_factors import SECOND_FACTORS
from tests.browser import PASSWORD

PAGES: Mapping[str, Line] = {
    # one's own account
    "GET account.show": line(SIGNED_IN),
    "GET events.own": line(SIGNED_IN),
    "GET account.password_form": line(SIGNED_IN),
    "POST account.change_password": line(SIGNED_IN),
    "POST kept.forget": line(SIGNED_IN, {"page": "/desk"}),
    "GET machines.show": line(SIGNED_IN),
    "POST machines.create": line(SIGNED_IN),
    "GET machines.rotation": line(those(HOLDER, "owner"), api_key_id="machine"),
    "POST machines.rotate": line(those(HOLDER, "owner"), {"hours": "24"}, api_key_id="machine"),
    "GET outside.begin": line(frozenset()),  # there is no issuer here: tests/parties/test_outside
    "GET outside.come_back": line(frozenset()),
    "GET outside.stranger": line(frozenset()),
    "GET outside.show": line(SIGNED_IN),
    "POST outside.link": line(SIGNED_IN),
    "POST outside.end": line(frozenset(), identity_id="=" + UUID0),
    "GET hooks.index": line(OWNERS | OPERATORS),
    "GET hooks.new": line(OWNERS | OPERATORS),
    "POST hooks.make": line(OWNERS | OPERATORS),
    "GET hooks.show": line(those(HOLDER, "owner"), endpoint_id="webhook"),
    "POST hooks.rotate": line(those(HOLDER, "owner"), {"hours": "24"}, endpoint_id="webhook"),
    "POST hooks.move": line(those(HOLDER, "owner"), endpoint_id="webhook", verb="=end"),
    "POST hooks.ping": line(those(HOLDER, "owner"), endpoint_id="webhook"),
    "POST hooks.again": line(frozenset(), endpoint_id="webhook", delivery_id="=" + UUID0),
    "GET account.renew_form": line(SIGNED_IN),
    "POST account.renew_key": line(SIGNED_IN),
    "POST account.act_for": line(frozenset(), {"membership": UUID0}),
    "POST account.end_session": line(those(HOLDER, "owner"), session_id="session"),
    "POST account.end_other_sessions": line(SIGNED_IN),
    "POST machines.revoke": line(those(HOLDER, "owner"), api_key_id="machine"),
    "GET account.file": line(HOLDER | AUDITOR, upload_id="upload"),
    "GET inbox.show": line(SIGNED_IN),
    "GET inbox.letter": line(those(HOLDER, "owner"), mail_id="letter"),
    "POST inbox.put_back": line(those(HOLDER, "owner"), mail_id="letter"),
    "POST inbox.read_all": line(SIGNED_IN),
    "GET choices.show": line(SIGNED_IN),
    "POST choices.choose": line(SIGNED_IN),
    "POST choices.send_test": line(SIGNED_IN),
    "GET choices.ask": line(EVERYBODY, token="unsubscribe"),
    "POST choices.end": line(EVERYBODY, token="unsubscribe"),
    "GET mail_log.show": line(OPERATORS | AUDITOR | ADMINISTRATOR),
    "GET mail_log.letter": line(VENUE | AUDITOR | ADMINISTRATOR, mail_id="letter"),
    "POST mail_log.resend": line(VENUE | ADMINISTRATOR, mail_id="letter"),
    "GET parties.show_desk": line(SIGNED_IN),
    "GET glossary.show": line(EVERYBODY),
    "GET terms.index": line(EVERYBODY),
    "GET terms.show": line(EVERYBODY, version="=2026-03"),
    "GET statistics.show": line(EVERYBODY),
    "GET statistics.csv": line(EVERYBODY, key="indicator"),
    "GET health.alive": line(EVERYBODY),
    "GET health.ready": line(EVERYBODY),
    "GET styleguide.show": line(frozenset()),  # in the demonstration alone
    "GET health.figures": line(frozenset()),  # answers to a token of the operator's settings alone
    "GET health.show": line(OPERATORS | ADMINISTRATOR),
    "GET audits.show": line(OPERATORS | AUDITOR | ADMINISTRATOR | SECURITY),
    "GET anchors.show": line(OPERATORS | AUDITOR | ADMINISTRATOR | SECURITY),
    **{
        f"GET parties.{name}": line(EVERYBODY)
        for name in ("register_form", "confirm_form", "sign_in_form", "forgotten", "reset_form")
    },
    **{
        f"POST parties.{name}": line(EVERYBODY)
        for name in ("register", "confirm", "send_again", "sign_in", "sign_out", "send_reset", "reset")
    },
    "POST language": line(EVERYBODY),
    "GET problem": line(EVERYBODY, code="=not_found"),
    # organisations
    "GET organisations.show": line(SIGNED_IN),
    "GET organisations.choose": line(SIGNED_IN),
    "GET organisations.found_form": line(SIGNED_IN, kind="=person"),
    "POST organisations.found": line(SIGNED_IN, kind="=person"),
    "GET organisations.edit_form": line(OWNERS),
    "POST organisations.edit": line(
        OWNERS,
        {
            "name": "另一个名称",
            "address": "某路",
            "nature": "150",
            "legal_representative": "李四",
            "contact_name": "王明",
            "contact_phone": "13800138000",
            "contact_email": "a@example.cn",
        },
    ),
    "POST organisations.bring_evidence": line(OWNERS, {"file": "@file"}),
    "GET organisations.waiting": line(OPERATORS),
    "GET organisations.compare": line(OPERATORS, organisation_id="organisation"),
    "POST organisations.verify": line(OPERATORS, organisation_id="organisation"),
    "POST organisations.send_back": line(OPERATORS, {"reason": "看不清楚"}, organisation_id="organisation"),
    "GET keys.new": line(OWNERS),
    "POST keys.prepare": line(OWNERS, {"public_key": "{public}"}),
    "GET keys.show": line(HOLDER, kid="key"),
    "GET keys.statement": line(HOLDER, kid="key"),
    "POST keys.enroll": line(those(HOLDER, "owner"), {"signature": "AAAA"}, kid="key"),
    "GET keys.rotate_form": line(those(HOLDER, "owner"), kid="key"),
    "POST keys.rotate": line(those(HOLDER, "owner"), {"public_key": "{public}"}, kid="key"),
    "GET keys.revoke_form": line(those(HOLDER, "owner"), kid="key"),
    "POST keys.revoke": line(those(HOLDER, "owner"), {"reason": "lost", "password": PASSWORD}, kid="key"),
    **LICENSES,
    **BATCH_PAGES,
    **CONTRACTS,
    **REGISTRATION,
    **ADMINISTRATION,
    **CATALOGUE,
    **PASSKEYS,
    **SECOND_FACTORS,
}
