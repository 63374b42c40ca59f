"""The access matrix of passkeys: one's own devices, nobody else's."""

from collections.abc import Mapping

from tests.access import EVERYBODY, HOLDER, SIGNED_IN, Line, line, those
from tests.browser import PASSWORD

OWN = those(HOLDER, "owner")
PASSKEYS: Mapping[str, Line] = {
    "POST passkeys.sign_in_options": line(EVERYBODY),
    "POST passkeys.sign_in": line(EVERYBODY),
    "GET passkeys.index": line(SIGNED_IN),
    "POST passkeys.begin": line(SIGNED_IN, {"name": "手机", "password": PASSWORD}),
    "GET passkeys.create": line(OWN, ceremony_id="ceremony"),
    "POST passkeys.register": line(OWN, {"answer": "null"}, ceremony_id="ceremony"),
    "GET passkeys.show": line(OWN, kid="passkey"),
    "POST passkeys.enrol": line(OWN, {"_signing": "passkey"}, kid="passkey"),
    "POST passkeys.end": line(OWN, {"reason": "lost", "password": PASSWORD}, kid="passkey"),
}
