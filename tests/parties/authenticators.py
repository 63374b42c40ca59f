"""A device in Chromium: a virtual authenticator that verifies its person, as a phone or a computer does."""

from playwright import sync_api as playwright

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Authenticator:
    """Attached to one page; after `refuse` it verifies nobody, until `trust`."""

    def __init__(self, page: playwright.Page) -> None:
        self._wire = page.context.new_cdp_session(page)
        self._wire.send("WebAuthn.enable")
        self._id = self._wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    def refuse(self) -> None:
        self._verifies(False)

    def trust(self) -> None:
        self._verifies(True)

    def _verifies(self, somebody: bool) -> None:
        said = {"authenticatorId": self._id, "isUserVerified": somebody}
        self._wire.send("WebAuthn.setUserVerified", said)
