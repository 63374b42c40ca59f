"""What people and organisations can do: register, sign in, found an organisation, enroll a key, sign, bring a
file.

The verbs live beside their nouns (accounts, organisations, signatures, access, files); here is the list of
them.
"""

from registry.parties.access import api_keys_of, create_api_key, revoke_api_key
from registry.parties.accounts import (
    NewPassword,
    act_for,
    attempt,
    change_password,
    confirm,
    credentials,
    end_session,
    forget_attempts,
    key_of,
    register,
    reset_password,
    send_code,
    sign_in,
    sign_out,
)
from registry.parties.files import PURPOSES, also_visible, keep_upload, shown, uploaded
from registry.parties.organisations import (
    bring_evidence,
    create_venue,
    edit,
    found,
    identity_of,
    join,
    organisation,
    organisation_of,
    send_back,
    unverified,
    verify,
    warnings,
)
from registry.parties.signatures import (
    enroll_key,
    external,
    keys_of,
    organisation_key,
    parse_public,
    parse_signature,
    prepare_key,
    sign,
)

__all__ = [
    "PURPOSES",
    "NewPassword",
    "act_for",
    "also_visible",
    "api_keys_of",
    "attempt",
    "bring_evidence",
    "change_password",
    "confirm",
    "create_api_key",
    "create_venue",
    "credentials",
    "edit",
    "end_session",
    "enroll_key",
    "external",
    "forget_attempts",
    "found",
    "identity_of",
    "join",
    "keep_upload",
    "key_of",
    "keys_of",
    "organisation",
    "organisation_key",
    "organisation_of",
    "parse_public",
    "parse_signature",
    "prepare_key",
    "register",
    "reset_password",
    "revoke_api_key",
    "send_back",
    "send_code",
    "shown",
    "sign",
    "sign_in",
    "sign_out",
    "unverified",
    "uploaded",
    "verify",
    "warnings",
]
