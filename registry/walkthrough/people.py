"""People come in: they register, confirm, sign in, found their organisation, and are verified."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.ledger.canonical import b64, unb64
from registry.walkthrough import cast
from registry.walkthrough.browser import Browser, Machine, WentWrong
from registry.walkthrough.cast import Party
from registry.walkthrough.scans import Scans
from registry.walkthrough.server import Server


class Key:
    """A party's own Ed25519 key, which the registry never sees."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.public_hex = self._private.public_key().public_bytes_raw().hex()
        self.kid = ""

    def sign(self, signed_bytes: str) -> str:
        """Base64 in, base64 out: what was prepared, and the signature under it."""
        return b64(self._private.sign(unb64(signed_bytes)))


class Person:
    """A party's person at a browser, and its machine once it has one."""

    def __init__(self, party: Party, server: Server) -> None:
        self.party, self.server = party, server
        self.browser = Browser(server.base_url)
        self.key = Key()
        self._machine: Machine | None = None

    @property
    def machine(self) -> Machine:
        if self._machine is None:
            raise WentWrong(f"{self.party.key} has no machine key")
        return self._machine

    def register(self) -> None:
        """Open an account and confirm it with the code of the letter."""
        party, browser = self.party, self.browser
        browser.get("/register")
        asked = {"name": party.person, "email": party.email, "phone": "021-60000000"}
        secret = {"password": party.password, "password_again": party.password}
        browser.submit(asked | secret, action="/register")
        code = self.server.code_for(party.email)
        browser.submit({"email": party.email, "code": code}, action="/confirm")

    def sign_in(self) -> None:
        """Raises WentWrong when the door stays shut."""
        self.browser.get("/login")
        fields = {"email": self.party.email, "password": self.party.password}
        if self.browser.submit(fields, action="/login").address == "/login":
            raise WentWrong(f"{self.party.email} could not sign in: {self.browser.page.text[:400]}")

    def found(self, scans: Scans) -> None:
        """Found the organisation and bring the document that shows it."""
        party, browser = self.party, self.browser
        browser.get("/organisation/new/organisation")
        browser.submit(
            {
                "uscc": party.uscc,
                "name": party.name,
                "nature": party.nature,
                "legal_representative": party.person,
                "country": "CN",
                "region": party.region,
                "address": party.address,
                "contact_name": party.person,
                "contact_phone": "021-60000000",
                "contact_email": party.email,
                "bank_name": party.bank,
                "bank_account": party.account,
            },
            action="/organisation/new/",
        )
        kind = "事业单位法人证书" if party.uscc.startswith("12") else "营业执照"
        paper = scans.paper(kind, 名称=party.name, 统一社会信用代码=party.uscc, 法定代表人=party.person)
        browser.submit({}, action="/organisation/evidence", files={"file": paper})

    def enroll_machine(self) -> None:
        """Enroll the party's own key by its possession, then make an API key bound to it."""
        browser = self.browser
        browser.get("/organisation/keys/new")
        browser.submit({"public_key": self.key.public_hex}, action="/organisation/keys/new")
        page = browser.page
        self.key.kid = page.address.rpartition("/")[2]
        statement = browser.get(browser.link(page.address, holding="statement.bin"))
        browser.get(page.address)
        browser.submit({"signature": self.key.sign(b64(statement.body))}, action=page.address)
        browser.get("/account/machine-keys")
        scopes = ["read", "draft", "sign", "pay"]
        fields = {"label": "walkthrough", "kid": self.key.kid, "days": "30"}
        made = browser.submit({**fields, "scopes[]": scopes}, action="/account/machine-keys")
        secret = next((word for word in made.text.split() if word.startswith("mx_")), "")
        self._machine = Machine(self.server.base_url, secret)
        if self.machine.get("/api/v1/me").json["signing_key"] != self.key.kid:
            raise WentWrong("the machine key is not bound to the enrolled key")


def open_venue(server: Server) -> None:
    """What the registry's own operator does on the command line before anybody can come."""
    party = cast.VENUE
    server.command(
        *("venue", "create", cast.VENUE_CODE, "--name", party.name, "--uscc", party.uscc),
        *("--nature", party.nature, "--address", party.address, "--legal-representative", party.person),
        *("--contact-name", party.person, "--contact-phone", "021-60000000", "--contact-email", party.email),
        *("--bank-name", party.bank, "--bank-account", party.account),
    )


def appoint(server: Server, party: Party) -> None:
    """Make a confirmed account an operator of the venue."""
    server.command("operator", "add", party.email, "--venue", cast.VENUE_CODE)


def verify_all(operator: Person) -> int:
    """Compare every waiting organisation with its document; how many there were."""
    browser, count = operator.browser, 0
    while True:
        page = browser.get("/venue/organisations")
        waiting = [one for one in page.links if one.startswith("/venue/organisations/")]
        if not waiting:
            return count
        browser.get(waiting[0])
        document = browser.get(browser.link("/files/"))
        if not document.body.startswith(b"%PDF"):
            raise WentWrong("the organisation's document did not come back as it was brought")
        browser.get(waiting[0])
        browser.submit({}, action=waiting[0] + "/verify")
        count += 1
