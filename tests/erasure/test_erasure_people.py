"""Invitations name an address: it goes with the account it was, and with the organisation that asked."""

import pytest
from flask import Flask

from registry.database import db, transaction
from registry.parties import invitations
from registry.parties.models import Organisation
from registry.parties.staff_models import Invitation
from tests.erasure.making import administrator, erase, where
from tests.factories import make_account, make_organisation, reading


@pytest.mark.parametrize("kind", ["account", "party"])
def test_whom_an_invitation_went_to_goes_with_either_side(lite: Flask, kind: str) -> None:
    first, second = administrator(lite, "first@registry.cn"), administrator(lite, "second@registry.cn")
    owner, address = make_organisation(lite, "u1"), "mu.qingci@private.example"
    invited = make_account(lite, address)
    ask = {"email": address, "role": "signer"}
    asked = transaction(lambda: invitations.invite_member(owner.actor, **ask).id)
    code = reading(lambda: db.session.get_one(Organisation, owner.actor.organisation_id).uscc)
    assert "invitation" in {one.partition(":")[0] for one in where(lite, [address])}
    erase(first, second, kind, invited.email if kind == "account" else str(code), "order")
    row = reading(lambda: db.session.get_one(Invitation, asked))
    assert (row.email, row.role, row.open) == ("—", "signer", False)
    assert "invitation" not in {one.partition(":")[0] for one in where(lite, [address])}
