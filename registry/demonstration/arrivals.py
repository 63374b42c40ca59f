"""How the personas arrive: register, confirm, found their parties, bring a document, be compared."""

from registry.database import db
from registry.demonstration.cast import MARK, PARTIES, PERSONAS, Persona, address, party
from registry.demonstration.stage import Stage, code_in
from registry.parties import keys
from registry.parties import service as parties
from registry.parties.accounts import NewPassword
from registry.parties.rules import Role

STAYS_UNVERIFIED = ("HK",)
"""Whose document waits for an operator."""


def new_password(password: str) -> NewPassword:
    """What registering derives from a password; slow by design, so outside every transaction."""
    signer, sealed = keys.create_sealed(password)
    return NewPassword(hash=keys.hash_password(password), signer=signer, sealed=sealed)


def register(stage: Stage, persona: Persona, password: NewPassword) -> None:
    """Open an account and confirm it with the code of its letter."""
    account = parties.register(
        email=address(persona.key), name=persona.name + MARK, password=password, phone="021-55550100"
    )
    assert account is not None
    stage.accounts[persona.key] = account.id
    stage.signers[persona.key] = password.signer
    db.session.flush()
    if not parties.confirm(account.email, code_in(stage.letters(account.email)[0])):
        raise LookupError("the code of the letter does not fit")


def found(stage: Stage, key: str) -> None:
    """Found a party and bring the document that shows who it is."""
    facts = party(key).facts()
    organisation = parties.found(stage.actor(key), facts)
    stage.organisations[key] = organisation.id
    actor = stage.actor(key)
    code = facts.get("uscc", "/")
    shown = stage.upload(actor, "identity", ("名称", facts["name"]), ("统一社会信用代码", code))
    parties.bring_evidence(actor, organisation, shown)


def open_venues(stage: Stage) -> None:
    """Both venues, then everybody who joins something that exists already."""
    for key in ("V1", "V2"):
        stage.venues[key] = parties.create_venue(key, stage.organisation(key)).id
    for persona in PERSONAS:
        for place, role in persona.joins:
            _join(stage, persona.key, place, role)


def verify_all(stage: Stage) -> None:
    """An operator compares every document but one; its own venue's is compared by the other venue's."""
    operators = {"V1": stage.actor("operator-v2")}
    for one in PARTIES:
        if one.key not in STAYS_UNVERIFIED:
            operator = operators.get(one.key) or stage.actor("operator")
            parties.verify(operator, stage.organisation(one.key))


def _join(stage: Stage, key: str, place: str, role: Role) -> None:
    account = stage.accounts[key]
    if not place:
        parties.join(account, role=role)
    elif place.startswith("@"):
        parties.join(account, role=role, venue_id=stage.venues[place[1:]])
    else:
        parties.join(account, role=role, organisation_id=stage.organisations[place])
